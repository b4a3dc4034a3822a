"""Sessions in the database, of which whoever reads or changes the table has nothing.

A row stands under the digest of its session's key, so that it opens no session. What it holds is sealed under the
secret of the installation and for this key, so that it tells nothing (the secret of a factor that is just being set up
stands in it) and cannot be put into another row.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

REFERENCE = "sign_in"
"""Under which name a session holds the reference of its :class:`~clearinghouse.server.participants.models.SignIn`."""

_NONCE = 12


class SessionStore(DatabaseStore):
    """What ``SESSION_ENGINE`` names. The browser's cookie holds the key, the table the first 160 bits of its digest."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what a row holds."""
        nonce = secrets.token_bytes(_NONCE)
        plain = super().encode(session_dict).encode()
        return base64.b64encode(nonce + _cipher().encrypt(nonce, plain, self._place())).decode()

    def decode(self, session_data: str) -> dict[str, Any]:
        """Return what a session holds: nothing, if its row was tampered with."""
        try:
            sealed = base64.b64decode(session_data, validate=True)
            plain = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], self._place())
        except (InvalidTag, ValueError):
            return {}
        return dict(super().decode(plain.decode()))

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return bool(super().exists(_digest(session_key)))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row of this session."""
        row = super().create_model_instance(data)
        row.session_key = _digest(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Remove the session of a key, this one if none is given."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(_digest(key))

    def _get_session_from_db(self) -> Any:
        row = self.model.objects.filter(session_key=_digest(self.session_key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def _place(self) -> bytes:
        return _digest(self.session_key).encode()


def _digest(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()[:40]


def _cipher() -> AESGCM:
    return AESGCM(hmac.digest(settings.SECRET_KEY.encode(), b"clearinghouse sessions", "sha256"))
