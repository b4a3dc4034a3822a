"""Messages as files in ``home/outbox``, for their owner only: where there is no mail server, and when it fails."""

import datetime as dt
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """What ``EMAIL_BACKEND`` names where no mail server is configured."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep messages and return how many."""
        for message in email_messages:
            keep(message)
        return len(email_messages)


def keep(message: EmailMessage) -> Path:
    """Write a message into the outbox, mode 0600, and return its file."""
    folder = outbox()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = dt.datetime.now(dt.UTC)
    path = folder / f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.eml"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.message().as_bytes(linesep="\n"))
    return path


def outbox() -> Path:
    """Return the folder of messages that no mail server took."""
    home: Path = settings.CONFIGURATION.home
    return home / "outbox"
