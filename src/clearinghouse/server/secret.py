"""The secret that signs sessions and tokens: made once, kept in a file that only its owner reads."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from clearinghouse.server.configuration import Configuration, ConfigurationError

_LENGTH = 48


def secret_key(configuration: Configuration) -> str:
    """Return the secret of this installation; it is made when it is first asked for.

    Raises:
        ConfigurationError: it cannot be kept, or others can read it.
    """
    path = configuration.keys / "session.secret"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return private_file(path, lambda: secrets.token_urlsafe(_LENGTH))
    except OSError as error:
        what = f"{path} cannot be read or made: {error.strerror or error}"
        raise ConfigurationError(what, "name a folder that you may write in: CLEARINGHOUSE_HOME") from error


def private_file(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file that is for its owner only, made by ``make`` where there is none.

    Of several processes that make it at one time the first one wins, and all have its text.

    Raises:
        ConfigurationError: others can read it. OSError: it cannot be read or made.
    """
    if not path.exists():
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others", f"chmod 600 {path}")
    return path.read_text(encoding="utf-8").strip()
