"""Registers the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app's configuration."""

    name = "clearinghouse.server.web"
    label = "web"

    def ready(self) -> None:
        """Listen to who signs in and out."""
        from clearinghouse.server.web.sign_in import receivers

        receivers.connect()
