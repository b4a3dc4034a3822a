"""Bytes sealed under the key of one envelope."""

from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clearinghouse.server.evidence.errors import RESTORE, SealBrokenError

KEY = 32
"""Bytes of every key: AES-256."""
OVERHEAD = 28
"""Bytes that sealing adds: 12 of nonce, 16 of tag."""
_NONCE = 12


class Sealer:
    """Seals and opens bytes with AES-256-GCM under a random nonce of 96 bits.

    Args:
        key: 32 bytes. place: bytes that say to whom the key belongs, such as the number of an envelope; what was
            sealed is bound to it.

    One key seals at most 2**32 times, so that a nonce hardly ever comes twice (NIST SP 800-38D, 8.3). A sealer may be
    used by several threads. Who holds one can go on reading after its envelope was destroyed: hold it for one request
    or job, not for longer.
    """

    __slots__ = ("_decrypt", "_encrypt", "_place")

    def __init__(self, key: bytes, place: bytes = b"") -> None:
        cipher = AESGCM(key)
        self._encrypt = cipher.encrypt
        self._decrypt = cipher.decrypt
        self._place = place

    def seal(self, data: bytes, context: bytes = b"") -> bytes:
        """Return nonce, ciphertext and tag of ``data``; only with the same ``context`` they can be opened."""
        nonce = urandom(_NONCE)
        return nonce + self._encrypt(nonce, data, self._place + context)

    def open(self, sealed: bytes | memoryview, context: bytes = b"") -> bytes:
        """Return what was sealed.

        Raises:
            SealBrokenError: ``sealed`` was changed or cut, or belongs to another context or envelope.
        """
        try:
            return self._decrypt(sealed[:_NONCE], sealed[_NONCE:], self._place + context)
        except (InvalidTag, ValueError) as error:
            what = "sealed bytes were changed, cut, or belong to another place"
            raise SealBrokenError(what, RESTORE) from error

    def __reduce__(self) -> str:
        raise TypeError("a sealer holds a key and is not to be stored")
