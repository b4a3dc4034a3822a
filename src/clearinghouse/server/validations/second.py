"""Second opinions: verdicts that other participants came to on machines of their own, and signed."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.validations import bundles, remedies, signing
from clearinghouse.server.validations.errors import AskedWrongError, GoneError, NotForThemError
from clearinghouse.server.validations.models import Attestation, Recipe, SigningKey, Validation
from clearinghouse.server.validations.models import Remedy as Row
from clearinghouse.server.validations.opinions import context
from clearinghouse.server.validations.sealed import About, open_as
from clearinghouse.server.validations.services import may_ask, seen
from clearinghouse.trust.envelope import Envelope, EnvelopeError, verify
from clearinghouse.trust.statement import StatementError
from clearinghouse.validation.attestation import Said, said_by
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.remedy import Remedy
from clearinghouse.validation.verdict import Verdict

MOST = 10
"""Verdicts of one participant about one recipe that are kept; those by keys that were revoked do not count."""
LARGEST = 1 << 19
"""Most bytes of an envelope that is taken in; one of three arms of a hundred runs and a thousand files has less."""
MOST_VALUES = 20_000
"""Most values in the statement of one, as far as its punctuation tells: twice what three arms of a hundred runs have.

A verdict is verified and read whenever it is shown, and many can be shown on one page; statements of two megabytes of
nothing but brackets took nine seconds each."""


class _Given(NamedTuple):
    """A verdict that was given in, found to hold before anything is locked.

    Attributes:
        data: the envelope. said: what it says. key: that signed it. remedy: what stops the reproducer, if it says that
            something does.
    """

    data: bytes
    said: Said
    key: SigningKey
    remedy: Remedy | None


def submit(reader: Reader, reference: str, body: Iterable[bytes]) -> tuple[Attestation, bool]:
    """Take in a signed verdict about the recipe of a validation; sending it again changes nothing.

    Args:
        reference: of a validation that the reader may see. body: a DSSE envelope with an in-toto statement of the type
            that this software makes, as ``clearinghouse validate --attest`` writes it.

    Returns:
        The verdict, and whether it is a new one.

    Raises:
        ValidationNotFoundError: there is no such validation. NotForThemError: they may not, or have no key.
        AskedWrongError: it is not signed by a key of theirs, is no such statement, or is about another recipe.
        GoneError: the recipe was destroyed.
    """
    if not may_ask(reader):
        raise NotForThemError("this participant gives in no verdicts", "ask for another role, or another key")
    found = seen(reader, reference)
    given = _given(reader, found.recipe, bundles.whole(body, LARGEST))
    with transaction.atomic():
        return _kept(reader, found, given)


def _given(reader: Reader, recipe: Recipe, data: bytes) -> _Given:
    """Verify a verdict, and read what it needs of the recipe: slow work, which holds up nobody who writes."""
    keys = list(signing.proved(reader.participant))
    if not keys:
        raise _no_key()
    _require_there(recipe)
    sealer = vault.sealer(recipe.envelope_id)
    said, key = _said(data, keys, open_as(About, recipe.meta or b"", recipe.pk, sealer))
    fixed = said.verdict is Verdict.FIXED and not Row.objects.filter(recipe=recipe).exists()
    return _Given(data, said, key, remedies.named(recipe, sealer) if fixed else None)


def _kept(reader: Reader, found: Validation, given: _Given) -> tuple[Attestation, bool]:
    """Keep a verdict, in the caller's transaction, if what it was held against still stands."""
    recipe = Recipe.objects.select_for_update().get(pk=found.recipe_id)
    _require_there(recipe)
    if not signing.proved(reader.participant).filter(pk=given.key.pk).exists():
        raise _no_key()
    # two participants may sign one envelope, and each gives in their own
    mac = vault.keyed("attestation", f"{recipe.pk} {reader.participant}".encode(), given.data)
    known = Attestation.objects.filter(recipe=recipe, mac=mac).first()
    if known is not None:
        return known, False
    _require_few(recipe, reader)
    sealer = vault.sealer(recipe.envelope_id)
    made = Attestation.objects.create(
        recipe=recipe,
        participant_id=reader.participant,
        person_id=reader.person,
        service_id=reader.service,
        key=given.key,
        verdict=given.said.verdict.value,
        mac=mac,
        sealed=sealer.seal(given.data, context(recipe.pk)),
    )
    if given.remedy is not None:
        remedies.keep(recipe.pk, given.remedy, sealer)
    facts = {"verdict": given.said.verdict.value, "keyid": given.key.keyid}
    record(reader, "verdict.received", "validation", found.reference, **facts)
    return made, True


def _no_key() -> NotForThemError:
    what = "no key is registered, and proved, whose signatures count for this participant"
    return NotForThemError(what, "a steward registers its public half on the page Organisation")


def _require_there(recipe: Recipe) -> None:
    if recipe.meta is None:
        raise GoneError("the content of this validation was destroyed", "nothing brings it back")


def _said(data: bytes, keys: list[SigningKey], about: About) -> tuple[Said, SigningKey]:
    """Return what was signed and by which of the keys.

    It is verified here and not where recipes are read: whom to believe must not be decided by a process that a
    stranger's bytes may have taken over. Only the envelope, which has four members and a bounded size, is parsed before
    a registered key is known to have signed it.
    """
    try:
        envelope = Envelope.from_bytes(data)
        _require_small(envelope.payload)
        verified = verify(envelope, signing.ring(keys))
        said = said_by(verified.statement)
    except (EnvelopeError, StatementError, ValidationError) as error:
        raise AskedWrongError(error.what, error.remedy) from error
    if said.recipe.get("sha256") != about.digest:
        what = "this verdict is about another recipe than this validation"
        raise AskedWrongError(what, "validate the files of this recipe as they are here, and sign that")
    return said, next(each for each in keys if each.keyid in verified.keyids)


def _require_small(payload: bytes) -> None:
    if sum(payload.count(each) for each in (b",", b"[", b"{")) > MOST_VALUES:
        what = f"its statement holds more than {MOST_VALUES:,} values, more than a validation comes to"
        raise AskedWrongError(what, "give in the verdict as `clearinghouse validate --attest` writes it")


def _require_few(recipe: Recipe, reader: Reader) -> None:
    theirs = Attestation.objects.filter(recipe=recipe, participant=reader.participant, key__revoked_at__isnull=True)
    if theirs.count() >= MOST:
        raise AskedWrongError(f"there are {MOST} verdicts of this participant on it", "the latest of them counts")
