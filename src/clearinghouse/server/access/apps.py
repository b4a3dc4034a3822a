"""Registers the app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.access"
    label = "access"
