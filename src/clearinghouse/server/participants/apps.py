"""Registers the app."""

from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.participants"
    label = "participants"
