"""Registers the app, and what of its work recurs."""

from django.apps import AppConfig

LOOK = 300
"""Seconds between two looks whether advisories, signals or the day are other ones."""


class InventoriesConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.inventories"
    label = "inventories"

    def ready(self) -> None:
        """Register the look whether worklists are to be made anew."""
        from clearinghouse.server.jobs.schedule import recurring

        recurring("inventories.plan", "clearinghouse.server.inventories.jobs.plan_all", LOOK)
