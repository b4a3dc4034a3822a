"""Where the key is that signs the verdicts of this installation. Nothing of Django is needed for this."""

from pathlib import Path

from clearinghouse.server.configuration import Configuration
from clearinghouse.trust.keys import make_key_pair

KEY = "verdicts.key"
"""The private key; its public half stands beside it, with ``.pub`` after its name."""


def key_path(configuration: Configuration) -> Path:
    """Return where the private key of verdicts is kept that a file holds."""
    named = configuration.validation.signing_key
    return Path(named) if named and ":" not in named else configuration.keys / KEY


def make_key(configuration: Configuration) -> Path | None:
    """Make the key pair of verdicts, unless there is one or another one is configured; return where it is.

    Raises:
        KeyFileError: it cannot be written.
    """
    path = configuration.keys / KEY
    if configuration.validation.signing_key or path.exists():
        return None
    make_key_pair(path)
    return path
