"""A plan, signed: who settled which bytes, and when they say they did.

In the folder of an assessment stand ``plan.toml``, ``plan.dsse.json`` beside it, every version with its signature in
``plans/``, and an entry for each in the log. The signature is put in its place in one step, last of the files. So
whoever is killed on the way leaves the plan that was signed before or the new one, and can commit again.

The time is what the signer's clock said. Who has to show that a plan is older than a run gives the log's head away, or
has the statement stamped.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import heads_in, keep_head, reach
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan import analysis
from clearinghouse.evaluation.plan.errors import PlanError
from clearinghouse.evaluation.plan.fields import Plan, Role
from clearinghouse.evaluation.plan.reading import LARGEST, NAME, load, parse
from clearinghouse.records.errors import about
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-plan:v2"
ENVELOPE, KEPT, LOG = "plan.dsse.json", "plans", "log.jsonl"
"""Names in the folder of an assessment: the signature, the folder of all versions, and the log."""
COMMITTED = "plan committed"
"""What the log says of it."""
MOST_VERSIONS = 1_000


class Signed(msgspec.Struct, frozen=True):
    """A plan that was signed.

    Attributes:
        plan: it. sha256: of its file. at: when, as the signer says, in UTC. keyids: who signed.
    """

    plan: Plan
    sha256: str
    at: str
    keyids: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True):
    """What a folder of plans showed.

    Attributes:
        versions: all, the newest first. same_analysis: whether the code that is here is the one that the newest names.
    """

    versions: tuple[Signed, ...]
    same_analysis: bool


def commit(folder: Path, signer: "Signer", *, who: str, now: dt.datetime) -> Signed:
    """Sign the plan of a folder. The same plan can be committed again, which changes nothing.

    Args:
        who: signs, for the log. now: with a zone.

    Raises:
        PlanError: it cannot be read, contradicts itself, or was changed without being another version of the one that
            was signed. AnalysisError: it names other code. LedgerError: a file cannot be read or written.
        SignerError: the key does not sign.
    """
    plan, data = load(folder)
    _demand_own(plan, (signer.public_key.keyid,), str(folder / NAME))
    sha256 = hashlib.sha256(data).hexdigest()
    former = _former(folder)
    if former is None or former.sha256 != sha256:
        _follows(plan, former)
        analysis.demand(plan)
        made = Signed(plan, sha256, stamp(now))
        envelope = sign(_statement(made), [signer]).to_bytes()
        files.make_folder(folder / KEPT)
        kept = _kept(folder, plan.version, sha256)
        files.write(kept.with_suffix(".toml"), data)
        files.write(kept.with_suffix(".dsse.json"), envelope)
        files.write(folder / ENVELOPE, envelope)
        former = made
    log = Chain(folder / LOG)
    if not log.read().find(COMMITTED, sha256):
        facts = {"name": plan.name, "version": str(plan.version), "signed": former.at}
        log.append(COMMITTED, sha256, who=who, now=now, facts=facts)
    keep_head(log, signer)
    return msgspec.structs.replace(former, plan=plan)


def check(folder: Path, keys: KeyRing) -> Checked:
    """Check the plan of a folder and all versions before it: signatures, how they follow on each other, and the log.

    The log has to begin with every head of it that was signed.

    Raises:
        EnvelopeError, StatementError: a signature is missing or wrong. PlanError: a plan is not the one that was
            signed, not signed by the assessor whose key it names, or does not follow on the one before. LedgerError: a
            file cannot be read, or the log is another one than was signed. TamperedLogError.
    """
    newest = _signed(folder / NAME, folder / ENVELOPE, keys)
    versions = [newest]
    kept = _kept(folder, newest.plan.version, newest.sha256)
    if files.read(kept.with_suffix(".toml"), LARGEST) != files.read(folder / NAME, LARGEST):
        raise _wrong(folder, f"{kept.name}.toml is not {NAME}")
    if files.read(kept.with_suffix(".dsse.json"), LARGEST_ENVELOPE) != files.read(folder / ENVELOPE, LARGEST_ENVELOPE):
        raise _wrong(folder, f"{kept.name}.dsse.json is not {ENVELOPE}")
    while (before := versions[-1].plan.supersedes) is not None and len(versions) <= MOST_VERSIONS:
        path = _kept(folder, versions[-1].plan.version - 1, before.sha256)
        former = _signed(path.with_suffix(".toml"), path.with_suffix(".dsse.json"), keys)
        _follows(versions[-1].plan, former)
        if former.at > versions[-1].at:
            raise _wrong(folder, f"version {former.plan.version} was signed after the one that supersedes it")
        versions.append(former)
    if versions[-1].plan.version != 1:
        raise _wrong(folder, "its first version is not among those that are kept")
    _logged(folder, versions, keys)
    return Checked(tuple(versions), analysis.present().sha256 == newest.plan.analysis)


def read_signed(data: bytes, envelope: bytes, keys: KeyRing, source: str) -> Signed:
    """Return a plan that the assessor signed whose key it names, from its bytes and its envelope.

    Raises:
        EnvelopeError, StatementError, PlanError: see :func:`check`.
    """
    verified = verify(envelope, keys)
    plan = parse(data, source)
    made = Signed(plan, hashlib.sha256(data).hexdigest(), _at(verified.statement), verified.keyids)
    if verified.statement.to_bytes() != _statement(made).to_bytes():
        what = f"{source} is not the plan that was signed"
        raise PlanError(what, "put the signed one there, or commit this one as another version", source=source)
    _demand_own(plan, verified.keyids, source)
    return made


def _demand_own(plan: Plan, keyids: Iterable[str], source: str) -> None:
    """Refuse a plan that somebody else signs than the assessor whose key it names.

    Raises:
        PlanError: so it is.
    """
    named = plan.id_of(Role.ASSESSOR)
    if named and named not in set(keyids):
        what = f"{source} names the assessor's key {named[:16]}…, and another one signed it"
        raise PlanError(what, "have the assessor sign it whom it names", source=source)


def _signed(path: Path, envelope: Path, keys: KeyRing) -> Signed:
    data = files.read(path, LARGEST)
    with about(str(envelope)):
        return read_signed(data, files.read(envelope, LARGEST_ENVELOPE), keys, str(path))


def _statement(signed: Signed) -> Statement:
    return Statement.of([(NAME, signed.sha256)], PREDICATE_TYPE, _predicate(signed))


def _predicate(signed: Signed) -> dict[str, Any]:
    plan = signed.plan
    return {
        "name": plan.name,
        "version": plan.version,
        "signed": signed.at,
        "keys": msgspec.to_builtins(plan.keys),
        "references": [{"name": each.name, "identity": each.identity} for each in plan.references],
        "supersedes": plan.supersedes.sha256 if plan.supersedes else None,
        "reason": plan.supersedes.reason if plan.supersedes else None,
        "model": msgspec.to_builtins(plan.model),
        "pools": {each.domain: each.root for each in plan.pools},
        "thresholds": {each.name: each.threshold.identifier for each in plan.design.domains},
        "commitments": {each.name: each.threshold.commitment for each in plan.design.domains},
        "analysis": plan.analysis,
        "tier": plan.tier.value,
        "development": plan.development,
        "voluntary": plan.voluntary,
    }


def _former(folder: Path) -> Signed | None:
    """The plan that was signed last, as its envelope says; who signed it is looked at where it is relied on."""
    path = folder / ENVELOPE
    if not path.exists():
        return None
    statement = Statement.from_bytes(Envelope.from_bytes(files.read(path, LARGEST_ENVELOPE)).payload)
    version, sha256 = statement.predicate.get("version"), statement.subject[0].digest.sha256
    if not isinstance(version, int):
        raise _wrong(folder, f"{ENVELOPE} is about no plan")
    kept = _kept(folder, version, sha256).with_suffix(".toml")
    data = files.read(kept, LARGEST)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _wrong(folder, f"{kept.name} is not the plan that was signed")
    return Signed(parse(data, str(kept)), sha256, _at(statement))


def _follows(plan: Plan, former: Signed | None) -> None:
    """Refuse a plan that was changed without becoming another version.

    Raises:
        PlanError: it was.
    """
    if former is None:
        if plan.version != 1:
            what = f"version {plan.version} is the first that is committed here"
            raise PlanError(what, "commit version 1 first, or bring the versions before it here")
        return
    before = plan.supersedes.sha256 if plan.supersedes else None
    if plan.version != former.plan.version + 1 or before != former.sha256 or plan.name != former.plan.name:
        what = f"{plan.name} {plan.version} does not follow on version {former.plan.version}, which is signed"
        remedy = (
            f'write version = {former.plan.version + 1}, and below [supersedes] sha256 = "{former.sha256}" and a reason'
        )
        raise PlanError(what, remedy)
    _demand_same_sides(plan, former)
    if (named := former.plan.id_of(Role.ASSESSOR)) and plan.id_of(Role.ASSESSOR) != named:
        what = (
            f"{plan.name} {plan.version} names another assessor's key than the version before, which is {named[:16]}…"
        )
        raise PlanError(what, "name the same one; another assessor begins another assessment")


def _demand_same_sides(plan: Plan, former: Signed) -> None:
    """Refuse a version with another developer, or with a trial before it.

    A draw rests on the version that its terms name: whoever could name the sides of it later would draw alone before.

    Raises:
        PlanError: it is one.
    """
    remedy = "make another plan in another folder; what was drawn under this one does not count there"
    if plan.development != former.plan.development:
        what = (
            f"version {plan.version} of {plan.name} is {'a' if plan.development else 'no'} trial, unlike the one before"
        )
        raise PlanError(what, remedy)
    if plan.id_of(Role.DEVELOPER) != former.plan.id_of(Role.DEVELOPER):
        raise PlanError(
            f"version {plan.version} of {plan.name} names another developer's key than the one before", remedy
        )


def _logged(folder: Path, versions: list[Signed], keys: KeyRing) -> None:
    log = Chain(folder / LOG).read()
    heads, assessor = heads_in(folder / LOG, log, keys), versions[0].plan.ids(Role.ASSESSOR)
    entries = log.find(COMMITTED)
    if [each.digest for each in entries] != [each.sha256 for each in reversed(versions)]:
        raise _wrong(folder, f"{LOG} has other plans than those that are kept")
    if reach(heads, assessor) <= entries[-1].number:
        raise _wrong(folder, f"no head of {LOG} is signed by the assessor over the plan")


def _kept(folder: Path, version: int, sha256: str) -> Path:
    return folder / KEPT / f"{version:04d}-{sha256[:16]}"


def _at(statement: Statement) -> str:
    at = statement.predicate.get("signed")
    if statement.predicate_type != PREDICATE_TYPE or not isinstance(at, str):
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no plan"
        raise PlanError(what, f"give one of type {PREDICATE_TYPE}")
    return at


def _wrong(folder: Path, why: str) -> PlanError:
    return PlanError(f"{folder}: {why}", "do not rely on it; ask who made the plan for what was signed")
