"""Registers the app, and what of its work recurs."""

from django.apps import AppConfig


class VulnerabilitiesConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.vulnerabilities"
    label = "vulnerabilities"

    def ready(self) -> None:
        """Register the look whether what is known from outside changed."""
        from clearinghouse.server.jobs.schedule import recurring
        from clearinghouse.server.vulnerabilities.reranking import EVERY

        recurring("vulnerabilities.rank", "clearinghouse.server.vulnerabilities.jobs.rank_anew", EVERY)
