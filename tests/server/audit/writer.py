"""A process of its own that records acts as a writer, and says which it recorded."""

import sys

import django


def main(writer: int, count: int) -> None:
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - after the apps are ready

    from clearinghouse.server.access.reader import Reader  # noqa: PLC0415
    from clearinghouse.server.audit.services import record  # noqa: PLC0415

    for number in range(count):
        with transaction.atomic():
            entry = record(Reader(participant=writer, service=writer), "report.received", "report", number)
        sys.stdout.write(f"{entry.seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
