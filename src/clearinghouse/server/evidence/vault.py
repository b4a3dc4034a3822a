"""Encryption at rest: every report, case and reproducer has a key of its own, wrapped by a master key.

A purge destroys the key (:func:`destroy`); what it sealed stays as bytes that nobody can read. Keys that were unwrapped
are remembered for :data:`MAXIMUM_AGE` seconds, so that a purge holds in every process of the installation within a
minute, and in the one that made it at once, when the purge commits at the latest.
"""

from collections.abc import Iterable
from hashlib import blake2b
from secrets import token_bytes

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction
from django.utils import timezone

from clearinghouse.server.evidence import keyring as _rings
from clearinghouse.server.evidence.cache import Cache
from clearinghouse.server.evidence.errors import (
    KEYS,
    RESTORE,
    DestroyedError,
    MasterKeyError,
    SealBrokenError,
    VaultClosedError,
)
from clearinghouse.server.evidence.keyring import Keyring, keyring
from clearinghouse.server.evidence.models import Envelope, InstallationSecret
from clearinghouse.server.evidence.rotation import masters_in_use, rewrap
from clearinghouse.server.evidence.sealing import KEY, Sealer

__all__ = [
    "DestroyedError",
    "MasterKeyError",
    "SealBrokenError",
    "Sealer",
    "VaultClosedError",
    "destroy",
    "forget",
    "index_key",
    "is_open",
    "keyed",
    "masters_in_use",
    "new_envelope",
    "require_open",
    "rewrap",
    "sealer",
    "sealers",
]

MAXIMUM_AGE = 60
"""Seconds for which an unwrapped key is remembered without asking the database again."""
_REMEMBERED = 4096
_A_QUERY = 900
_INDEX = "index"

_sealers: Cache[int, Sealer] = Cache(_REMEMBERED, MAXIMUM_AGE)
_subkeys: Cache[str, "_Subkeys"] = Cache(16, float("inf"))


# Open or closed


def is_open() -> bool:
    """Whether a master key is loaded and unwraps what it has to."""
    try:
        require_open()
    except VaultClosedError:
        return False
    return True


def require_open() -> None:
    """Return if a master key is loaded and unwraps what it has to: the installation's secrets and the newest envelope.

    This asks the database once for each set of master keys that a process loads, and again while the vault is closed.

    Raises:
        VaultClosedError: there is no master key, or it does not fit. MasterKeyError: one is named and cannot be used.
    """
    ring = keyring()
    if ring.is_proved:
        return
    rows = list(InstallationSecret.objects.values_list("master", "wrapped"))
    rows += Envelope.objects.filter(wrapped__isnull=False).order_by("-pk").values_list("master", "wrapped")[:1]
    try:
        _prove(ring, rows)
    except SealBrokenError as error:
        raise VaultClosedError("the master key does not unwrap what it has to", RESTORE) from error
    ring.is_proved = True


def _prove(ring: Keyring, rows: list[tuple[str, bytes]]) -> None:
    """A master key that unwraps nothing yet is proved on a key that is thrown away."""
    current = ring.current
    probe = token_bytes(KEY)
    if ring.unwrap_all([*rows, (current.id, current.wrap(probe))])[-1] != probe:
        raise SealBrokenError(f"master key {current.id} does not unwrap what it wraps", KEYS)


# Envelopes


def new_envelope() -> tuple[Envelope, Sealer]:
    """Make a key at random and save it, wrapped, in the caller's transaction.

    Raises:
        VaultClosedError: the vault is not open: nothing is wrapped under a master key that does not fit the rest.
    """
    require_open()
    master = keyring().current
    key = token_bytes(KEY)
    envelope = Envelope.objects.create(wrapped=master.wrap(key), master=master.id)
    made = Sealer(key, _place(envelope.pk))
    _sealers.put(envelope.pk, made, _sealers.ticket())
    return envelope, made


def sealer(envelope_id: int) -> Sealer:
    """Return what seals and opens under the key of an envelope.

    Raises:
        VaultClosedError: there is no master key that fits. DestroyedError: the key was destroyed.
        SealBrokenError: there is no such envelope, or its key was changed.
    """
    found = _sealers.get(envelope_id) or sealers([envelope_id]).get(envelope_id)
    if found is not None:
        return found
    if Envelope.objects.filter(pk=envelope_id).exists():
        raise DestroyedError("the key of this was destroyed on purpose", "nothing brings it back")
    raise SealBrokenError(f"there is no envelope {envelope_id}", RESTORE)


def sealers(envelope_ids: Iterable[int]) -> dict[int, Sealer]:
    """Return what seals and opens, by envelope; those that are destroyed, or not there, are left out.

    Of those that are not remembered 900 are read with one query, and their keys unwrapped together.

    Raises:
        VaultClosedError: there is no master key that fits. SealBrokenError: a wrapped key was changed.
    """
    wanted = dict.fromkeys(envelope_ids)
    found = {each: known for each in wanted if (known := _sealers.get(each)) is not None}
    missing = [each for each in wanted if each not in found]
    for start in range(0, len(missing), _A_QUERY):
        found |= _read(missing[start : start + _A_QUERY])
    return found


def _read(envelope_ids: list[int]) -> dict[int, Sealer]:
    ticket = _sealers.ticket()
    live = Envelope.objects.filter(pk__in=envelope_ids, wrapped__isnull=False)
    rows = list(live.values_list("pk", "master", "wrapped"))
    keys = keyring().unwrap_all([(master, wrapped) for _, master, wrapped in rows]) if rows else []
    found = {pk: Sealer(key, _place(pk)) for (pk, _, _), key in zip(rows, keys, strict=True)}
    if found:
        _sealers.update(found, ticket)
    return found


def destroy(envelope_id: int) -> None:
    """Destroy the key of an envelope, in the caller's transaction; what it sealed cannot be read any more.

    Destroying it again changes nothing. Backups that were made before still have it, wrapped; so has, until
    :func:`.scour.scour`, the part of the database's files that is not yet overwritten.
    """
    live = Envelope.objects.filter(pk=envelope_id, wrapped__isnull=False)
    live.update(wrapped=None, destroyed_at=timezone.now())
    _sealers.drop(envelope_id)
    transaction.on_commit(lambda: _sealers.drop(envelope_id))  # somebody may have read it until then


def _place(envelope_id: int) -> bytes:
    return envelope_id.to_bytes(8, "big")


# Keyed hashes


class _Subkeys:
    """The keys that are derived from one secret, by their purpose."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[str, tuple[bytes, blake2b]] = {}

    def of(self, purpose: str) -> tuple[bytes, blake2b]:
        """Return the key of a purpose, and a hash that has taken it in, to be copied."""
        found = self._known.get(purpose)
        if found is None:
            label = f"clearinghouse index key v1: {purpose}".encode()
            key = HKDF(SHA256(), KEY, None, label).derive(self._secret)
            found = self._known[purpose] = (key, blake2b(key=key, digest_size=32))
        return found


def index_key(purpose: str) -> bytes:
    """Return a key of 32 bytes for keyed hashes, the same for one purpose as long as the installation lives.

    The secret from which it is derived is made when it is first asked for, in the caller's transaction.

    Raises:
        VaultClosedError: there is no master key that fits. SealBrokenError: the secret was changed.
    """
    return _index().of(purpose)[0]


def keyed(purpose: str, *parts: bytes) -> bytes:
    """Return a keyed hash of 32 bytes (BLAKE2b, RFC 7693) over parts, each with its length before it."""
    digest = _index().of(purpose)[1].copy()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _index() -> _Subkeys:
    subkeys = _subkeys.get(_INDEX)
    if subkeys is None:
        ticket = _subkeys.ticket()
        subkeys = _Subkeys(_secret(_INDEX))
        _subkeys.put(_INDEX, subkeys, ticket)
    return subkeys


def _secret(name: str) -> bytes:
    """Return a secret of the installation; of several processes that make it at one time the first wins."""
    rows = InstallationSecret.objects.filter(name=name).values_list("master", "wrapped")
    found = list(rows)
    if not found:
        require_open()
        master = keyring().current
        made = InstallationSecret(name=name, wrapped=master.wrap(token_bytes(KEY)), master=master.id)
        InstallationSecret.objects.bulk_create([made], ignore_conflicts=True)
        found = list(rows.all())
    return keyring().unwrap_all(found)[0]


def forget() -> None:
    """Forget every key that this process remembers; they are read again when they are needed."""
    _rings.forget()
    _sealers.clear()
    _subkeys.clear()
