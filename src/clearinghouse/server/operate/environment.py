"""Which secrets stand in the environment of this process, and who is not to have them."""

import os
from collections.abc import MutableMapping

from clearinghouse.server.configuration import PREFIX, SECRET

DATABASE_URL = "DATABASE_URL"
_LIBPQ = "PGPASSWORD"


def secret_names() -> frozenset[str]:
    """Return the names of all environment variables that hold a secret of this installation."""
    return frozenset({*(PREFIX + field.upper() for field in SECRET), f"{PREFIX}DATABASE_URL", DATABASE_URL})


def forget_secrets(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take the secrets out of the environment once they are read, so that no program that is started inherits them.

    Processes that are forked have the configuration in their memory; no other program needs them.
    """
    for name in secret_names():
        environ.pop(name, None)


def without_secrets(*, database: bool = False) -> dict[str, str]:
    """Return the environment for a program that needs none of the secrets; ``database`` keeps what leads to that."""
    taken = secret_names() | {_LIBPQ}
    if database:
        taken -= {_LIBPQ, DATABASE_URL, f"{PREFIX}DATABASE_URL"}
    return {name: text for name, text in os.environ.items() if name not in taken}
