"""Registers the app."""

from django.apps import AppConfig


class VulnerabilitiesConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.vulnerabilities"
    label = "vulnerabilities"
