"""What is sealed of a report beside its body and its findings."""

import msgspec

from clearinghouse.server.evidence.vault import Sealer

_META = b"meta"
_VIOLATION = b"violation:%d"


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender said about what they sent, and its digest: SHA-256 in hex of the bytes as sent."""

    digest: str
    media_type: str = ""
    filename: str = ""
    note: str = ""


def body_context(envelope: int) -> bytes:
    """Return what a sealed body is bound to."""
    return b"body:%d" % envelope


def violation_context(number: int) -> bytes:
    """Return what a sealed violation is bound to, beside its report's key."""
    return _VIOLATION % number


def seal_meta(meta: Meta, sealer: Sealer) -> bytes:
    """Return a sealed record of what was said."""
    return sealer.seal(msgspec.json.encode(meta), _META)


def open_meta(sealed: bytes, sealer: Sealer) -> Meta:
    """Return what was said.

    Raises:
        SealBrokenError: it was changed.
    """
    return msgspec.json.decode(sealer.open(bytes(sealed), _META), type=Meta)
