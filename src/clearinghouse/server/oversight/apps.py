"""Registers the app."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.oversight"
    label = "oversight"
