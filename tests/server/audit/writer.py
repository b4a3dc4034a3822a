"""A process of its own that records acts in the database whose name it is given, and says which it recorded."""

import sys

from django.conf import settings

import django_settings


def main(database: str, writer: int, count: int) -> None:
    import django  # noqa: PLC0415 - after the settings are complete
    from django.db import transaction  # noqa: PLC0415

    django_settings.DATABASES["default"]["NAME"] = database
    settings.configure(**{name: value for name, value in vars(django_settings).items() if name.isupper()})
    django.setup()
    from clearinghouse.server.access.reader import Reader  # noqa: PLC0415
    from clearinghouse.server.audit.services import record  # noqa: PLC0415

    for number in range(count):
        with transaction.atomic():
            entry = record(Reader(participant=writer, service=writer), "report.received", "report", number)
        sys.stdout.write(f"{entry.seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
