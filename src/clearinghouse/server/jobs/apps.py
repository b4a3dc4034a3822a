"""Registers the app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.jobs"
    label = "jobs"
