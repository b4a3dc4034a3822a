"""Registers the app, and what of its work recurs."""

from django.apps import AppConfig

EVERY = 300
"""Seconds between two looks whether signals or rules changed."""


class VulnerabilitiesConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.vulnerabilities"
    label = "vulnerabilities"

    def ready(self) -> None:
        """Register the look whether what is known from outside changed."""
        from clearinghouse.server.jobs.schedule import recurring

        recurring("vulnerabilities.rank", "clearinghouse.server.vulnerabilities.jobs.rank_anew", EVERY)
