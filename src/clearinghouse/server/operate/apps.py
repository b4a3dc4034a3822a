"""Registers the app: it has no tables, only work that recurs."""

from django.apps import AppConfig

_HOUR = 3_600


class OperateConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.operate"
    label = "operate"

    def ready(self) -> None:
        """Register what recurs; its module is loaded where it is done."""
        from clearinghouse.server.jobs.schedule import DAY, recurring

        for name, every in (("expire", _HOUR), ("sweep", DAY), ("head", DAY)):
            recurring(f"operate.{name}", f"clearinghouse.server.operate.housekeeping.{name}", every)
