"""What the verbs below ``frontier determine`` do."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, write_json
from clearinghouse.evaluation.determination import acting, folder
from clearinghouse.evaluation.determination.draft import NAME
from clearinghouse.evaluation.determination.events import Act, Event, next_event
from clearinghouse.evaluation.determination.example import example
from clearinghouse.evaluation.determination.folder import Held, held_in
from clearinghouse.evaluation.determination.reconsideration import ask, assign, reconsidered
from clearinghouse.evaluation.determination.record import Change, Conclusion, Person, Reconsidered, Review
from clearinghouse.evaluation.determination.signing import Signed
from clearinghouse.evaluation.determination.standing import Standing, Status, standing
from clearinghouse.evaluation.determination.words import DEVELOPMENT, SCRIPTED, VOLUNTARY
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.fields import Role
from clearinghouse.evaluation.plan.reading import Fault
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.trust.keys import KeyRing, PublicKey, signer_of

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

Keys = tuple[str, Path | None]
"""A private key or a URI, and the public key of the latter."""
_NO_KEY_YET = "0" * 64
_MAY_BE_CITED = {Status.IN_FORCE, Status.REAFFIRMED}


class Place(NamedTuple):
    """Which determination: in which folder, believed with which keys, of which number."""

    folder: Path
    keys: Path
    number: str

    def held(self) -> Held:
        """Return it, read and believed."""
        return held_in(self.folder, KeyRing.load(self.keys), self.number)


class Actor(NamedTuple):
    """Who acts, as the options have it."""

    key: Keys
    who: str
    office: str
    organisation: str


class Told(NamedTuple):
    """An event, as the options have it."""

    act: str
    says: str
    change: str
    other: str
    cites: tuple[str, ...]


def new(place: Path, draft: Path | None, number: str) -> None:
    """Write a draft to begin with."""
    assessment, sha256 = folder.assessment_in(place)
    name = number or f"FD-{assessment.made[:4]}-{len(folder.numbers_in(place)) + 1:03d}"
    folder.path_of(place, name, "")
    path = draft or place / NAME
    operators = sorted(
        {each.name for each in folder.plan_of(place, assessment.plan.sha256).keys if each.role is Role.OPERATOR}
    )
    ran = operators[0] if len(operators) == 1 else ""
    files.write_new(path, example(assessment, sha256, name, folder.usual_evidence(place), ran).encode())
    say(f"{path}: a draft with comments. Fill it in; `clearinghouse frontier determine check` says what is missing.")


def check(place: Path, draft: Path | None, now: dt.datetime, form: OutputFormat) -> int:
    """Say everything that is wrong with a draft."""
    path = draft or place / NAME
    looked = acting.look_at(place, path, _NO_KEY_YET, now)
    if form is OutputFormat.JSON:
        write_json({"draft": str(path), "faults": _built(looked.faults)})
    else:
        _show_faults(path, looked.faults)
        if looked.made is not None and not looked.faults:
            say(f"{looked.made.record.number}: nothing is wrong. {looked.made.record.sentence}")
    return BAD_INPUT if looked.faults else OK


def sign(place: Path, draft: Path | None, key: Keys, now: dt.datetime, form: OutputFormat) -> int:
    """Make the record of a draft, and sign it."""
    path = draft or place / NAME
    signer = signer_of(*key)
    if _faulty(acting.look_at(place, path, signer.public_key.keyid, now), path, form):
        return BAD_INPUT
    made = acting.sign_in(place, path, signer, now)
    _show_signed(place, made, form)
    return OK


def status(place: Path, keys: Path, number: str, as_of: dt.datetime, form: OutputFormat) -> int:
    """Say how a determination stands."""
    held = held_in(place, KeyRing.load(keys), number)
    stands = standing(held.signed.record, held.chain, as_of)
    changed = folder.changed_evidence(place, held)
    if form is OutputFormat.JSON:
        events = [each.event for each in held.chain if each.event.at <= stands.as_of]
        facts = {"number": held.signed.record.number, "sha256": held.signed.sha256, "signed_by": held.signed.keyids}
        rest = {"standing": stands, "events": events, "changed": changed, "unlogged": held.unlogged}
        write_json({**facts, **rest, "record": held.signed.record})
    else:
        _show_status(held, stands, changed)
    fine = stands.status in _MAY_BE_CITED and not changed and not held.unlogged
    return OK if fine else ATTENTION


def event(place: Place, told: Told, actor: Actor, now: dt.datetime, form: OutputFormat) -> int:
    """Record what became of a determination."""
    held = place.held()
    signer = signer_of(*actor.key)
    act = Act(told.act)
    _require_fitting(act, told)
    made = next_event(held.signed, held.chain, act, stamp(now), _person(held, actor, signer), told.says)
    later = _later(place, held, told.other) if told.other else None
    made = msgspec.structs.replace(
        made,
        change=Change(told.change) if told.change else None,
        other=told.other,
        other_sha256=later.sha256 if later else "",
        cites=folder.cited_in(place.folder, told.cites),
    )
    return _added(place, held, made, signer, now, form)


def ask_for(place: Place, kind: str, says: str, actor: Actor, now: dt.datetime, form: OutputFormat) -> int:
    """Ask for a reconsideration."""
    held = place.held()
    signer = signer_of(*actor.key)
    made = ask(held.signed, held.chain, Review(kind), _person(held, actor, signer), stamp(now), says)
    return _added(place, held, made, signer, now, form)


def assign_to(
    place: Place, officer: tuple[str, str, Path], says: str, actor: Actor, now: dt.datetime, form: OutputFormat
) -> int:
    """Say which other officer takes a reconsideration."""
    held = place.held()
    signer = signer_of(*actor.key)
    name, office, key = officer
    takes = Person(
        name=name,
        office=office,
        organisation=held.signed.record.decided_by.organisation,
        key=PublicKey.load(key).keyid,
    )
    made = assign(held.signed, held.chain, takes, _person(held, actor, signer), stamp(now), says)
    return _added(place, held, made, signer, now, form)


def decide_on(place: Place, draft: Path | None, says: str, key: Keys, now: dt.datetime, form: OutputFormat) -> int:
    """Answer a reconsideration."""
    held = place.held()
    signer = signer_of(*key)
    path = draft or place.folder / NAME

    def named(conclusion: Conclusion) -> Reconsidered:
        return reconsidered(held.signed, held.chain, conclusion)

    if _faulty(acting.look_at(place.folder, path, signer.public_key.keyid, now, named), path, form):
        return BAD_INPUT
    made = acting.decide(place.folder, held, path, signer, says, now)
    _show_signed(place.folder, made, form)
    return OK


def _require_fitting(act: Act, told: Told) -> None:
    if bool(told.change) != (act is Act.CHANGE):
        raise OptionError("--change", "goes with --kind change, and only with it", "give both or none")
    if bool(told.other) != (act is Act.SUPERSEDED):
        raise OptionError("--other", "goes with --kind superseded, and only with it", "give both or none")


def _later(place: Place, held: Held, number: str) -> Signed | None:
    """The later determination, where it stands in the same folder; it has to name the one that it supersedes."""
    if number not in folder.numbers_in(place.folder):
        return None
    found = held_in(place.folder, KeyRing.load(place.keys), number).signed
    if found.record.supersedes != held.signed.record.number:
        raise OptionError("--other", f"names {number}, which says that it supersedes another", "name the right one")
    return found


def _person(held: Held, actor: Actor, signer: "Signer") -> Person:
    """Who acts: the officer who decided is known by the key; anybody else says who they are."""
    keyid = signer.public_key.keyid
    officer = held.signed.record.decided_by
    if keyid == officer.key and not (actor.who or actor.office or actor.organisation):
        return officer
    if not actor.who.strip():
        raise OptionError("--who", "is missing", "name who does this")
    return Person(name=actor.who, office=actor.office, organisation=actor.organisation, key=keyid)


def _added(place: Place, held: Held, made: Event, signer: "Signer", now: dt.datetime, form: OutputFormat) -> int:
    chain = acting.add(place.folder, held, made, signer, now)
    stands = standing(held.signed.record, chain, now)
    if form is OutputFormat.JSON:
        write_json({"event": made, "sha256": chain[-1].sha256, "standing": stands})
        return OK
    say(f"{made.number}, event {made.sequence}: {made.act.value}, signed by {clean_line(made.by.name)}.")
    _show_standing(stands)
    return OK


def _faulty(looked: acting.Looked, path: Path, form: OutputFormat) -> bool:
    """Say what is wrong with a draft, and whether anything is."""
    if looked.faults and form is OutputFormat.JSON:
        write_json({"draft": str(path), "faults": _built(looked.faults)})
    elif looked.faults:
        _show_faults(path, looked.faults)
    return bool(looked.faults)


def _built(faults: Sequence[Fault]) -> list[dict[str, str]]:
    return [{"where": each.where, "says": each.says, "remedy": each.remedy} for each in faults]


def _show_faults(path: Path, faults: Sequence[Fault]) -> None:
    for each in faults:
        say(f"{path}: {clean_line(each.what, 400)}")
        say(f"    try: {clean_line(each.remedy, 400)}")
    if faults:
        say(f"{plural(len(faults), 'thing')} to put right.")


def _show_signed(place: Path, made: Signed, form: OutputFormat) -> None:
    record = made.record
    path = folder.record_of(place, record.number)
    if form is OutputFormat.JSON:
        write_json({"number": record.number, "file": str(path), "sha256": made.sha256, "record": record})
        return
    say(f"{record.number} is signed by {clean_line(record.decided_by.name)}. {clean_line(record.sentence, 500)}")
    if record.assessment.development:
        say(DEVELOPMENT, style="bold")
    if record.assessment.scripted:
        say(SCRIPTED, style="bold")
    say(f"Decided {record.decided}, expires {record.expires}. {path}: SHA-256 of what is signed {made.sha256}")
    openings = folder.openings_of(place, record.number)
    if openings.exists():
        say(f"{openings}: what opens the withheld words. Only its owner can read it; keep it so.")
    say(f"The developer may ask for a reconsideration for {plural(record.days_to_ask, 'day')} after being told:")
    say("  clearinghouse frontier determine event FOLDER --kind sent ... records when that was.")
    say(VOLUNTARY)


def _show_status(held: Held, stands: Standing, changed: Sequence[str]) -> None:
    record = held.signed.record
    say(f"{record.number}, decided {record.decided} by {clean_line(record.decided_by.name)}.")
    say(clean_line(record.sentence, 500))
    if record.assessment.scripted:
        say(SCRIPTED, style="bold")
    _show_standing(stands)
    rows = [
        (each.event.at, each.event.act.value, each.event.by.name, each.event.says)
        for each in held.chain
        if each.event.at <= stands.as_of
    ]
    if rows:
        show_table("", ("when", "what", "who", "says"), rows, whole=("when", "what"))
    for each in changed:
        say(f"It cites {clean_line(each)}, which is not there as it was.")
    if held.unlogged:
        say(f"The log does not have {plural(held.unlogged, 'event')} at the end.")
    say(VOLUNTARY)


def _show_standing(stands: Standing) -> None:
    words = stands.status.value.replace("_", " ")
    say(f"As of {stands.as_of}: {words}, since {stands.since}. {clean_line(stands.says, 500)}")
    for each in stands.retests:
        say(f"  A re-test is due: {clean_line(each, 500)}")
    if stands.status in _MAY_BE_CITED and stands.as_of < stands.ask_until:
        say(f"The developer may ask for a reconsideration before {stands.ask_until}.")
