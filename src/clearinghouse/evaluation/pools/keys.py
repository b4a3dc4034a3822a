"""Keys of age (https://age-encryption.org/v1): whom something is encrypted to, and what opens it.

Encryption is pyrage's, which is bound to the Rust implementation of age. It comes with the extra ``evaluation``.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.trust.key_files import read_private

try:
    import pyrage
except ImportError as error:
    raise MissingExtraError("pyrage") from error

_SECRET = "AGE-SECRET-KEY-1"  # noqa: S105 - how one begins
_PUBLIC = "# public key:"
"""What stands before the public key in the file of an identity."""
_LARGEST_FILE = 64 << 10


def recipient(text: str) -> Any:
    """Return whom a public age key (``age1…``) stands for.

    Raises:
        PoolError: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        what = f"{text.strip()[:20]!a} is no public age key"
        raise PoolError(what, "it looks like age1…; `age-keygen -y FILE` prints that of an identity") from None


def recipient_in(text: str) -> str:
    """Return the public age key that a text is, or that the file that it names holds; one of an identity will do.

    Raises:
        PoolError: neither. LedgerError: the file cannot be read.
    """
    if not text.startswith("age1"):
        lines = files.read(Path(text), _LARGEST_FILE).decode("ascii", "replace").splitlines()
        found = (each.strip().removeprefix(_PUBLIC).strip() for each in lines)
        text = next((each for each in found if each.startswith("age1")), text)
    return str(recipient(text))


def new_identity() -> tuple[str, str]:
    """Return a new age identity and its public key, as text."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def identities(path: Path) -> list[Any]:
    """Return the identities in a file as ``age-keygen`` writes it: one a line; it must be its owner's alone.

    Raises:
        KeyFileError: it cannot be read, or others can. PoolError: it holds none.
    """
    lines = [each.strip() for each in read_private(path).decode("ascii", "replace").splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(each) for each in lines if each.startswith(_SECRET)]
    except pyrage.IdentityError:
        found = []
    if not found:
        what = f"{path} holds no identity of age"
        raise PoolError(what, f"name a file with {_SECRET}…, as age-keygen writes it", source=str(path))
    return found


def encrypted(data: bytes | bytearray, to: list[Any]) -> bytes:
    """Return bytes, encrypted to all of the recipients.

    Raises:
        PoolError: age refuses.
    """
    out = BytesIO()
    try:
        pyrage.encrypt_io(BytesIO(data), out, to)
    except pyrage.EncryptError as error:
        raise PoolError(f"age does not encrypt this: {error}", "look at the recipients") from None
    return out.getvalue()


def decrypted(data: bytes, with_identities: list[Any], most: int, source: str) -> bytearray:
    """Return what was encrypted. Nothing of it is handed out before the last piece was found to be right.

    Args:
        most: how many bytes are taken. source: for messages.

    Raises:
        PoolError: it is for none of the identities, is damaged, or is longer.
    """
    out = _Bounded(most)
    try:
        pyrage.decrypt_io(BytesIO(data), out, with_identities)
    except (pyrage.DecryptError, OSError) as error:
        wipe(out.data)
        why = f"has more than {most:,} bytes" if out.is_full else f"cannot be decrypted: {error}"
        raise PoolError(f"{source} {why}", "give the identity that it is for, and the file as it was made") from None
    return out.data


def wipe(data: bytearray) -> None:
    """Overwrite what is in memory. What Python or a library has copied from it is not reached."""
    data[:] = bytes(len(data))


class _Bounded:
    """Where decrypted bytes go, up to a limit."""

    def __init__(self, most: int) -> None:
        self.data = bytearray()
        self.is_full = False
        self._most = most

    def write(self, piece: bytes) -> int:
        """Take a piece.

        Raises:
            OSError: it would be too much.
        """
        if len(self.data) + len(piece) > self._most:
            self.is_full = True
            raise OSError("too long")
        self.data += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""
