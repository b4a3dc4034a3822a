"""Who may have a task that is made from a finding which is not public.

Running a task shows it to whoever hosts the model. So a recipe that is not public becomes one only if its finder, the
vendor and the operator of the model each agreed in writing, by a statement that they signed, about this recipe, this
operator and this time. Nothing is taken as public that nobody said is.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec

from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.fields import Custody
from clearinghouse.records.marking import Tlp
from clearinghouse.sandbox import File
from clearinghouse.trust.envelope import Envelope, verify
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import Statement

PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-consent:v1"
Role = Literal["finder", "vendor", "operator"]
ROLES: tuple[Role, ...] = ("finder", "vendor", "operator")
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What one party agrees to: that a recipe becomes a task that is run on models which an operator hosts.

    Attributes:
        role: of the party; an operator says by it that it is read in. party: its name.
        operator: who hosts the models. until: the last day. recipe: digest of the recipe.
    """

    role: Role
    party: _Line
    operator: _Line
    until: dt.date
    recipe: str


FOLDER = "consents"
"""The folder of a task in which the consents to it are, and the keys that signed them."""


class Given(NamedTuple):
    """A consent as it was received, and the keys that are believed to be its party's."""

    envelope: Envelope | bytes
    keys: KeyRing


def statement_of(consent: Consent) -> Statement:
    """Return the statement that a party signs."""
    predicate = {
        "role": consent.role,
        "party": consent.party,
        "operator": consent.operator,
        "until": consent.until.isoformat(),
    }
    return Statement.of([("recipe", consent.recipe)], PREDICATE_TYPE, predicate)


def consent_in(statement: Statement) -> Consent:
    """Return the consent that a statement holds.

    Raises:
        WithheldError: it holds none.
    """
    if statement.predicate_type != PREDICATE_TYPE or len(statement.subject) != 1:
        raise WithheldError("a statement is no consent about one recipe", f"give one of type {PREDICATE_TYPE}")
    try:
        return msgspec.convert({**statement.predicate, "recipe": statement.subject[0].digest.sha256}, Consent)
    except msgspec.ValidationError as error:
        raise WithheldError(f"a statement is no consent: {error}", "ask the party for another") from None


def custody_of(recipe: str, marking: Tlp | None, given: Mapping[Role, Given], today: dt.date) -> Custody:
    """Return who may have a task made from a recipe.

    Args:
        recipe: its digest. marking: how far the finding may travel; None where nobody said. given: consents by role.
        today: the day on which it is made, in UTC.

    Raises:
        WithheldError: it is not public and somebody did not agree; says who, or why a consent does not count.
        EnvelopeError: a consent is not signed by a key of its party.
    """
    if marking is Tlp.CLEAR:
        return Custody()
    said = f"is marked {marking}" if marking else "has no marking, and what is not marked is not public"
    missing = [role for role in ROLES if role not in given]
    if missing:
        remedy = "give a signed consent of finder, vendor and model operator, or mark it TLP:CLEAR when it is public"
        raise WithheldError(f"this recipe {said}; there is no consent of the {' and the '.join(missing)}", remedy)
    read = {role: _read(role, given[role], recipe, today) for role in ROLES}
    operators = {consent.operator for consent, _ in read.values()}
    if len(operators) != 1:
        what = f"the consents name different operators: {', '.join(sorted(operators))}"
        raise WithheldError(what, "have all three name the one that hosts the model")
    if len({key for _, keys in read.values() for key in keys}) != sum(len(keys) for _, keys in read.values()):
        raise WithheldError("two consents are signed by one key", "each party signs with its own")
    until = min(consent.until for consent, _ in read.values())
    return Custody(marking=marking or Tlp.RED, operators=tuple(operators), until=until, consents=FOLDER)


def kept(given: Mapping[Role, Given]) -> dict[str, File]:
    """Return consents as files of a task, each with the public key that signed it, so that who has the task has them.

    Whether a key is its party's is for those to say who make the task; who has it later can compare.

    Raises:
        EnvelopeError: a consent is not signed by a key of its party.
    """
    files = {}
    for role, each in given.items():
        key = each.keys.get(verify(each.envelope, each.keys).keyids[0])
        envelope = each.envelope if isinstance(each.envelope, bytes) else each.envelope.to_bytes()
        files[f"{FOLDER}/{role}.json"] = File(envelope)
        files[f"{FOLDER}/{role}.pub"] = File(key.to_pem() if key else b"")
    return files


def given_in(files: Mapping[str, File]) -> dict[Role, Given]:
    """Return the consents among files, which are those below :data:`FOLDER`.

    Raises:
        WithheldError: a key among them is none.
    """
    found: dict[Role, Given] = {}
    for role in ROLES:
        if f"{role}.json" in files and f"{role}.pub" in files:
            try:
                key = PublicKey.from_pem(files[f"{role}.pub"].data)
            except ValueError as error:
                raise WithheldError(f"the key of the {role} is none: {error}", "make the task anew") from None
            found[role] = Given(files[f"{role}.json"].data, KeyRing([key]))
    return found


def _read(role: Role, given: Given, recipe: str, today: dt.date) -> tuple[Consent, frozenset[str]]:
    verified = verify(given.envelope, given.keys)
    consent = consent_in(verified.statement)
    why = ""
    if consent.role != role:
        why = f"it is that of a {consent.role}"
    elif consent.recipe != recipe:
        why = "it is about another recipe"
    elif consent.until < today:
        why = f"it ended on {consent.until}"
    elif role == "operator" and consent.party != consent.operator:
        why = f"it is signed as {consent.party}, and names {consent.operator}"
    if why:
        raise WithheldError(f"the consent of the {role} does not count: {why}", "ask for one about this recipe")
    fingerprints = frozenset(key.fingerprint for each in verified.keyids if (key := given.keys.get(each)))
    return consent, fingerprints
