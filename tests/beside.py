"""Processes that tests start beside themselves, on the same database and with the same master key."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

TESTS = Path(__file__).resolve().parent


def database_url() -> str:
    """Return the address of the test database."""
    it = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{it['NAME']}"
    return f"postgres://{it['USER']}:{it['PASSWORD']}@{it['HOST']}:{it['PORT']}/{it['NAME']}"


def environment(**changed: Any) -> dict[str, str]:
    """Return the environment of a process that shares this one's database, home and master key.

    It does not rely on what this process inherited: whatever starts a server here takes the secrets out of that.
    """
    return os.environ | {
        "DATABASE_URL": database_url(),
        "CLEARINGHOUSE_HOME": str(settings.CONFIGURATION.home),
        "CLEARINGHOUSE_KEY": settings.CONFIGURATION.key,
        "DJANGO_SETTINGS_MODULE": "clearinghouse.server.settings",
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")]),
        **changed,
    }
