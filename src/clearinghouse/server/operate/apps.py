"""Registers the app: it has no tables, only work that recurs."""

from django.apps import AppConfig


class OperateConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.operate"
    label = "operate"

    def ready(self) -> None:
        """Register what recurs, see :mod:`.housekeeping`."""
        from clearinghouse.server.operate import housekeeping

        housekeeping.register()
