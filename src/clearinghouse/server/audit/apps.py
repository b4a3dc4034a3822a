"""Registers the app, and keeps the guards of the log in place."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.audit"
    label = "audit"

    def ready(self) -> None:
        """Install the guards after every migration, see :mod:`.guards`."""
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_: Any) -> None:
    from clearinghouse.server.audit import guards

    guards.install(connections[using])
