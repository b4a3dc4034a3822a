"""Determinations in the folder of an assessment: what stands where, and reading it.

    determination.toml                  the draft of a person                                  (:mod:`.draft`)
    determinations/NUMBER.dsse.json     the signed record                                      (:mod:`.signing`)
    determinations/NUMBER.openings.json what opens the words that it withholds, for its owner alone
    determinations/NUMBER.events.jsonl  what became of it, signed                              (:mod:`.events`)
    determinations/NUMBER.assessment.json  the assessment that it cites, as it was

The log of the assessment has an entry for each record and each event. So it is noticed when the last events of a chain
are missing, as long as the log is not changed with them; who has a signed head of the log notices that too.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.document import bytes_in, digest, from_bytes
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.logged import ASSESSED
from clearinghouse.evaluation.determination.errors import ChainError, DeterminationError, DraftError
from clearinghouse.evaluation.determination.events import LARGEST as LARGEST_EVENTS
from clearinghouse.evaluation.determination.events import Chained, read_events
from clearinghouse.evaluation.determination.package.names import DETERMINATION, DETERMINATIONS, EVENTS, OPENINGS
from clearinghouse.evaluation.determination.record import Evidence
from clearinghouse.evaluation.determination.roles import require_roles
from clearinghouse.evaluation.determination.signing import Signed, read_signed
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain, Log
from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.ledger.heads import heads_in
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.reading import LARGEST as LARGEST_PLAN
from clearinghouse.evaluation.plan.reading import parse
from clearinghouse.evaluation.plan.signing import KEPT, LOG
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.trust.envelope import LARGEST_ENVELOPE
from clearinghouse.trust.keys import KeyRing

CITED = ".assessment.json"
"""How the name of the assessment that a determination cites ends, after its number."""
SIGNED, EVENT = "determination signed", "determination event"
"""What the log says: of a record, of an event. Both have the number among their facts."""
LARGEST_EVIDENCE = 1 << 30
"""Most bytes of a file that is cited."""
_USUAL = (f"{KEPT}/*", "pools/*.pool.json", "terms-*.json", "draw-*.json", f"{places.RUNS}/*/run.intoto.json")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A determination in a folder, whose signatures hold.

    Attributes:
        signed, chain: the record and its events. keys: with which they are believed. unlogged: how many of the events
            at the end the log does not have.
    """

    signed: Signed
    chain: tuple[Chained, ...]
    keys: KeyRing
    unlogged: int = 0


def assessment_in(folder: Path) -> tuple[Assessment, str]:
    """Return the assessment in a folder and the SHA-256 of its file.

    Raises:
        LedgerError: it cannot be read. AssessmentError: it is none. DeterminationError: it is another one than the log
            says was computed last.
    """
    path = folder / places.ASSESSMENT
    data = bytes_in(folder)
    found, sha256 = from_bytes(data, str(path)), digest(data)
    entries = Chain(folder / LOG).read().find(ASSESSED)
    if not entries or entries[-1].digest != sha256:
        what = f"{path} is not the assessment that the log says was computed last"
        raise DeterminationError(what, "compute it again: clearinghouse frontier assess", source=str(path))
    return found, sha256


def plan_of(folder: Path, sha256: str) -> Plan:
    """Return the plan that an assessment names, as it is kept in the folder.

    Raises:
        LedgerError: it cannot be read. PlanError: it is none. DeterminationError: it is not there.
    """
    for path in sorted((folder / KEPT).glob(f"*-{sha256[:16]}.toml")):
        data = files.read(path, LARGEST_PLAN)
        if digest(data) == sha256:
            return parse(data, str(path))
    what = f"the plan that the assessment names, {sha256[:16]}, is not in {folder / KEPT}"
    raise DeterminationError(what, "put the signed plan there, as `frontier plan commit` does", source=str(folder))


def usual_evidence(folder: Path) -> list[str]:
    """Return the names of the files in a folder that a determination would usually cite, in their order.

    They are those that stay as they are also when a fresh draw is added; the assessment is kept for itself.
    """
    found = [
        each for pattern in (*_USUAL, places.ASSESSMENT) for each in sorted(folder.glob(pattern)) if each.is_file()
    ]
    return [str(each.relative_to(folder)) for each in found]


def evidence_in(folder: Path, names: Sequence[str]) -> tuple[Evidence, ...]:
    """Return what is cited, each with its digest; the assessment is always among it.

    Raises:
        DraftError: a name leads out of the folder, or stands there twice. LedgerError: a file cannot be read.
    """
    return cited_in(folder, names if places.ASSESSMENT in names else [*names, places.ASSESSMENT])


def cited_in(folder: Path, names: Sequence[str]) -> tuple[Evidence, ...]:
    """Return files of a folder, each with its digest.

    Raises:
        DraftError, LedgerError: see :func:`evidence_in`.
    """
    for each in names:
        path = Path(each)
        if path.is_absolute() or ".." in path.parts or str(path) != each or "\0" in each:
            what = f"{clean_line(each, 80)} is no name of a file below {folder}"
            raise DraftError(what, "name it as it stands in the folder of the assessment", source=str(folder))
    if len(set(names)) < len(names):
        raise DraftError("a file is cited twice", "name each once", source=str(folder))
    return tuple(Evidence(name=each, sha256=digest(files.read(folder / each, LARGEST_EVIDENCE))) for each in names)


def changed_evidence(folder: Path, held: Held) -> list[str]:
    """Return the names of cited files that are not there any more, or are not as they were."""
    return [each.name for each in held.signed.record.evidence if not _is_there(folder, held, each)]


def _is_there(folder: Path, held: Held, cited: Evidence) -> bool:
    kept = path_of(folder, held.signed.record.number, CITED)
    at = kept if cited.name == places.ASSESSMENT and kept.exists() else folder / cited.name
    try:
        return digest(files.read(at, LARGEST_EVIDENCE)) == cited.sha256
    except LedgerError:
        return False


def held_in(folder: Path, keys: KeyRing, number: str = "") -> Held:
    """Return a determination in a folder with its events, as the log has them.

    Args:
        number: may be empty where there is one only.

    Raises:
        LedgerError: a file cannot be read, or the log is another one than was signed. EnvelopeError,
            NoDeterminationError, ChainError: it is not to be believed. RolesError: the plan names others to do it.
    """
    number = number or _only(folder)
    signed = read_signed(files.read(path_of(folder, number, DETERMINATION), LARGEST_ENVELOPE), keys)
    if signed.record.number != number:
        what = f"the file of determination {clean_line(number, 80)} holds {signed.record.number}"
        raise DeterminationError(what, "do not rely on it; ask who keeps the folder", source=str(folder))
    log = Chain(folder / LOG).read()
    heads_in(folder / LOG, log, keys)
    if not log.find(SIGNED, signed.sha256):
        what = f"the log does not say that determination {number} was signed"
        raise DeterminationError(what, "sign it again, or ask who keeps the log", source=str(folder))
    path = path_of(folder, number, EVENTS)
    chain = read_events(files.read(path, LARGEST_EVENTS) if path.exists() else b"", signed, keys)
    require_roles(plan_of(folder, signed.record.plan.sha256), signed.record, (each.event for each in chain))
    return Held(signed=signed, chain=chain, keys=keys, unlogged=_unlogged(log, signed, chain))


def _unlogged(log: Log, signed: Signed, chain: Sequence[Chained]) -> int:
    logged = [each.digest for each in log.find(EVENT) if each.facts.get("determination") == signed.sha256]
    there = [each.sha256 for each in chain]
    if logged != there[: len(logged)]:
        what = f"the log has other events of determination {signed.record.number} than are kept"
        raise ChainError(what, "do not rely on it; ask who keeps the events for them")
    return len(there) - len(logged)


def path_of(folder: Path, number: str, ending: str) -> Path:
    """Return where a file of a determination is.

    Raises:
        DeterminationError: the number leads elsewhere.
    """
    if not number or number.startswith(".") or {"/", "\\", "\0"} & set(number):
        what = f"{number[:60]!a} is no number of a determination"
        raise DeterminationError(what, "name one as it stands in its record", source=str(folder))
    return folder / DETERMINATIONS / f"{number}{ending}"


def record_of(folder: Path, number: str) -> Path:
    """Return where the signed record of a determination stands."""
    return path_of(folder, number, DETERMINATION)


def openings_of(folder: Path, number: str) -> Path:
    """Return where it stands what opens the withheld words of a determination."""
    return path_of(folder, number, OPENINGS)


def numbers_in(folder: Path) -> list[str]:
    """Return the numbers of the determinations in a folder, in their order."""
    found = (folder / DETERMINATIONS).glob(f"*{DETERMINATION}")
    return sorted(each.name.removesuffix(DETERMINATION) for each in found)


def _only(folder: Path) -> str:
    found = numbers_in(folder)
    if len(found) == 1:
        return found[0]
    if not found:
        what, remedy = f"there is no determination in {folder}", "sign one: clearinghouse frontier determine sign"
    else:
        what = f"there are {plural(len(found), 'determination')} in {folder}"
        remedy = f"name one, such as --number {clean_line(found[-1], 60)}"
    raise DeterminationError(what, remedy, source=str(folder))
