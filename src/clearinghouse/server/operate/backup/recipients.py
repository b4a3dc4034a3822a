"""Who can open backups. What encrypts them is public; what opens them need not be on the machine at all."""

import os
from collections.abc import Sequence
from pathlib import Path

import pyrage

from clearinghouse.server.configuration import Configuration
from clearinghouse.server.operate.errors import BackupError, RestoreError
from clearinghouse.server.secret import private_file

IDENTITY = "backup.identity"
RECIPIENT = "backup.recipient"
_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how one begins
_LARGEST = 65_536


def make_identity(configuration: Configuration) -> Path | None:
    """Make an identity and write its public half beside it; None if either is there already.

    The identity may then be moved elsewhere: backups need the public half only.

    Raises:
        BackupError: it cannot be written.
    """
    path, public = configuration.keys / IDENTITY, configuration.keys / RECIPIENT
    if path.exists() or public.exists():
        return None
    try:
        text = private_file(path, lambda: f"{pyrage.x25519.Identity.generate()}\n")
        _write_public(public, str(pyrage.x25519.Identity.from_str(text).to_public()))
    except (OSError, pyrage.IdentityError) as error:
        raise BackupError(f"{path} cannot be made", "see that the folder can be written") from error
    return path


def keep_public(keys: Path, known: Sequence[pyrage.x25519.Identity]) -> None:
    """Write the public halves of identities where backups look for them, unless something for backups is there."""
    if not any((keys / name).exists() for name in (IDENTITY, RECIPIENT)):
        _write_public(keys / RECIPIENT, "\n".join(str(each.to_public()) for each in known))


def _write_public(path: Path, recipient: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{recipient}\n")


def recipients(configuration: Configuration, named: Sequence[str] = ()) -> list[pyrage.x25519.Recipient]:
    """Return for whom a backup is encrypted: those that are named, else those configured, else who ``init`` made.

    Raises:
        BackupError: there is none, or one is no recipient of age.
    """
    texts = list(named) or list(configuration.backup_recipients) or _kept(configuration)
    if not texts:
        what = "there is nobody for whom to encrypt a backup"
        raise BackupError(what, "name a public age key with --recipient, or set backup_recipients")
    return [_recipient(each) for each in texts]


def _kept(configuration: Configuration) -> list[str]:
    public, path = configuration.keys / RECIPIENT, configuration.keys / IDENTITY
    if public.is_file():
        return [line for line in public.read_text("ascii", "replace").split() if line.startswith("age1")]
    return [str(each.to_public()) for each in identities(path)] if path.is_file() else []


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        what = "a recipient of backups is no public age key"
        raise BackupError(what, "it looks like age1…; `age-keygen -y FILE` prints that of an identity") from error


def identities(path: Path) -> list[pyrage.x25519.Identity]:
    """Return the identities in a file as ``age-keygen`` writes it: one a line, comments begin with #.

    Raises:
        RestoreError: it cannot be read, or holds none.
    """
    remedy = "name the file that keeps the identity for backups (AGE-SECRET-KEY-1…) with --identity"
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            lines = [line.strip() for line in file.read(_LARGEST).splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith(_SECRET)]
    except OSError as error:
        raise RestoreError(f"{path} cannot be read: {error.strerror or error}", remedy) from error
    except pyrage.IdentityError:
        raise RestoreError(f"{path} holds something that is no identity of age", remedy) from None
    if not found:
        raise RestoreError(f"{path} holds no identity of age", remedy)
    return found
