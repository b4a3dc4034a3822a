"""Keys of verdicts: the installation's own, which signs, and public ones whose signatures count.

The private key is a file beside the master key, or stays in a key service. Public keys stand sealed in the database:
what is believed about a signature hangs on the master key, also after a restore on another machine.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.validations import possession
from clearinghouse.server.validations.errors import AskedWrongError, SigningError, not_found
from clearinghouse.server.validations.keys import key_path
from clearinghouse.server.validations.models import SigningKey
from clearinghouse.trust.keys import KeyRing, PublicKey, signer_of

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

OWN = "This clearinghouse"
MOST_KEYS = 20
"""Keys of one participant that count at one time."""
LARGEST_PEM = 16_384
_LONGEST_NAME = 80


class Proof(NamedTuple):
    """By which challenge possession of a key was proved, and the answer."""

    nonce: str
    answer: bytes


def own_signer() -> "Signer":
    """Return what signs the verdicts of this installation.

    Raises:
        SigningError: there is no key, or it cannot be used.
    """
    configuration: Configuration = settings.CONFIGURATION
    path = key_path(configuration)
    named = configuration.validation.signing_key or str(path)
    if named == str(path) and not path.exists():
        raise SigningError(
            f"there is no key that signs verdicts: {path}", "run `clearinghouse init` again; it makes one"
        )
    public = configuration.validation.signing_public
    try:
        return signer_of(named, Path(public) if public else None)
    except ClearinghouseError as error:
        raise SigningError(error.what, error.remedy) from error


def own_key(signer: "Signer") -> SigningKey:
    """Return the row of the public half of what signs; it is made, and recorded, when it first signs.

    Raises:
        VaultClosedError: there is no master key.
    """
    public = PublicKey(signer.public_key)
    mine = SigningKey.objects.filter(participant__isnull=True, fingerprint=public.fingerprint)
    found = mine.first()
    if found is None:
        try:
            with transaction.atomic():
                found = _add(None, None, OWN, pem_of(signer))
        except IntegrityError:  # another dispatcher signs for the first time too
            found = mine.get()
    return found


def pem_of(signer: "Signer") -> bytes:
    """Return the public half of what signs, as PEM."""
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = signer.public_key
    text: str = key.keyval["public"]
    if key.keytype != "ed25519":
        return text.encode()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    return public.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)


def register(reader: Reader, name: str, pem: bytes, proof: bytes) -> SigningKey:
    """Let the signatures of a public key count for one's own participant. Only its stewards may.

    One that was registered before proof was asked for is proved by this, and keeps what it signed.

    Args:
        proof: the answer to a challenge of :mod:`.possession`, signed with the private half.

    Raises:
        NotForThemError: they may not. AskedWrongError: it is no public key, has no name, its possession is not proved,
            it is registered already, or there are too many. By whom it is registered is not told, and that it is only
            to who has its private half.
    """
    possession.require_steward(reader)
    words = clean_line(name, _LONGEST_NAME)
    if not words:
        raise AskedWrongError("the key has no name", "say what it is, such as the machine that signs")
    try:
        public = PublicKey.from_pem(pem[: LARGEST_PEM + 1])
    except ValueError as error:
        what = f"this is no public key that can be used: {error}"
        raise AskedWrongError(what, "paste the file that ends in .pub, or `openssl pkey -in KEY -pubout`") from None
    challenge = possession.require_proof(reader, proof, public)
    try:
        with transaction.atomic():
            return _proved(reader, words, pem, public, Proof(challenge.nonce, proof))
    except IntegrityError:
        what = "this key cannot be registered: it is registered already, or its challenge was answered before"
        raise AskedWrongError(what, "make a new pair with `clearinghouse validate key FILE`, and prove that") from None


def _proved(reader: Reader, name: str, pem: bytes, public: PublicKey, proof: Proof) -> SigningKey:
    """Make the row of a key that was proved, or prove the one that there is, in the caller's transaction."""
    if SigningKey.objects.filter(participant__isnull=True, fingerprint=public.fingerprint).exists():
        raise IntegrityError("it is this installation's own")
    known = live(reader.participant).select_for_update().filter(fingerprint=public.fingerprint).first()
    if known is not None and known.challenge is None:
        sealer = vault.sealer(known.envelope_id)
        known.challenge, known.proof = proof.nonce, sealer.seal(proof.answer, _context_of_proof(known))
        known.save(update_fields=["challenge", "proof"])
        record(reader, "signing_key.proved", "signing_key", known.reference, keyid=known.keyid)
        return known
    if live(reader.participant).count() >= MOST_KEYS:
        raise AskedWrongError(f"there are {MOST_KEYS} keys already", "revoke those that sign no more")
    return _add(reader, reader.participant, name, pem, proof)


def revoke(reader: Reader, reference: str) -> SigningKey:
    """Let signatures of a key of one's own participant count no more, those of before included.

    Raises:
        ValidationNotFoundError: there is none. NotForThemError: they may not.
    """
    possession.require_steward(reader)
    with transaction.atomic():
        found = live(reader.participant).select_for_update().filter(reference=reference).first()
        if found is None:
            raise not_found()
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        record(reader, "signing_key.revoked", "signing_key", found.reference, keyid=found.keyid)
    return found


def live(participant: int | None) -> QuerySet[SigningKey]:
    """Return the keys of a participant, or of the installation, whose signatures count."""
    return SigningKey.objects.filter(participant=participant, revoked_at__isnull=True)


def proved(participant: int | None) -> QuerySet[SigningKey]:
    """Return the keys of a participant by which new verdicts are taken in: of those that count, the proved ones."""
    return live(participant).filter(challenge__isnull=False)


def pems(keys: Iterable[SigningKey]) -> dict[int, bytes]:
    """Return public keys as PEM by their rows; one whose seal was changed is left out, and so is what it signed."""
    rows = list(keys)
    sealers = vault.sealers({each.envelope_id for each in rows})
    found = {}
    for each in rows:
        try:
            found[each.pk] = sealers[each.envelope_id].open(
                bytes(each.sealed), _context(each.participant_id, each.fingerprint)
            )
        except (KeyError, SealBrokenError):
            continue
    return found


def ring(keys: Iterable[SigningKey]) -> KeyRing:
    """Return public keys as what checks signatures."""
    return KeyRing(PublicKey.from_pem(pem) for pem in pems(keys).values())


def _add(
    reader: Reader | None, participant: int | None, name: str, pem: bytes, proof: Proof | None = None
) -> SigningKey:
    public = PublicKey.from_pem(pem)
    envelope, sealer = vault.new_envelope()
    made = SigningKey.objects.create(
        participant_id=participant,
        name=name,
        keyid=public.keyid,
        fingerprint=public.fingerprint,
        envelope=envelope,
        sealed=sealer.seal(pem, _context(participant, public.fingerprint)),
        challenge=proof.nonce if proof else None,
        person_id=reader.person if reader else None,
    )
    if proof is not None:
        made.proof = sealer.seal(proof.answer, _context_of_proof(made))
        made.save(update_fields=["proof"])
    record(reader, "signing_key.added", "signing_key", made.reference, keyid=public.keyid, sha256=public.fingerprint)
    return made


def _context(participant: int | None, fingerprint: str) -> bytes:
    """What a sealed key is bound to: nobody who can only write to the database makes it somebody else's."""
    return b"signing key:%d:%b" % (participant or 0, fingerprint.encode())


def _context_of_proof(key: SigningKey) -> bytes:
    return b"proof of signing key:%d" % key.pk
