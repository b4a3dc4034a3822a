"""Registers the app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.evidence"
    label = "evidence"
