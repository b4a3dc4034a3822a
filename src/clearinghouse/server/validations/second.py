"""Second opinions: verdicts that other participants came to on machines of their own, and signed."""

from collections.abc import Iterable

from django.db import transaction

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.evidence import vault
from clearinghouse.server.validations import bundles, remedies, signing
from clearinghouse.server.validations.errors import AskedWrongError, GoneError, NotForThemError
from clearinghouse.server.validations.models import Attestation, Recipe, SigningKey
from clearinghouse.server.validations.opinions import context
from clearinghouse.server.validations.sealed import About, open_as, open_recipe
from clearinghouse.server.validations.services import may_ask, seen
from clearinghouse.trust.envelope import Envelope, EnvelopeError, verify
from clearinghouse.trust.statement import StatementError
from clearinghouse.validation.attestation import Said, said_by
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.remedy import remedy_of
from clearinghouse.validation.verdict import Verdict

MOST = 10
"""Verdicts of one participant about one recipe that are kept."""
LARGEST = 1 << 20
"""Most bytes of an envelope that is taken in."""
MOST_VALUES = 20_000
"""Most values in the statement of one, as far as its punctuation tells: twice what three arms of a hundred runs have.

A verdict is verified and read whenever it is shown, and many can be shown on one page; statements of two megabytes of
nothing but brackets took nine seconds each."""


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
    data = bundles.whole(body, LARGEST)
    keys = list(signing.proved(reader.participant))
    if not keys:
        what = "no key is registered, and proved, whose signatures count for this participant"
        raise NotForThemError(what, "a steward registers its public half on the page Organisation")
    with transaction.atomic():
        recipe = Recipe.objects.select_for_update().get(pk=found.recipe_id)
        if recipe.meta is None:
            raise GoneError("the content of this validation was destroyed", "nothing brings it back")
        sealer = vault.sealer(recipe.envelope_id)
        said, key = _said(data, keys, open_as(About, recipe.meta, recipe.pk, sealer))
        mac = vault.keyed("attestation", str(recipe.pk).encode(), data)
        known = Attestation.objects.filter(recipe=recipe, mac=mac, participant=reader.participant).first()
        if known is not None:
            return known, False
        _require_few(recipe, reader)
        made = Attestation.objects.create(
            recipe=recipe,
            participant_id=reader.participant,
            person_id=reader.person,
            service_id=reader.service,
            key=key,
            verdict=said.verdict.value,
            mac=mac,
            sealed=sealer.seal(data, context(recipe.pk)),
        )
        if said.verdict is Verdict.FIXED and (remedy := remedy_of(open_recipe(recipe, sealer))) is not None:
            remedies.keep(recipe.pk, remedy, sealer)
        facts = {"verdict": said.verdict.value, "keyid": key.keyid}
        record(reader, "verdict.received", "validation", found.reference, **facts)
    return made, True


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
    if Attestation.objects.filter(recipe=recipe, participant=reader.participant).count() >= MOST:
        raise AskedWrongError(f"there are {MOST} verdicts of this participant on it", "the latest of them counts")
