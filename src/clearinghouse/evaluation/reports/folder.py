"""What reports are made of, read from the folder of an assessment.

An assessment is read as it is: its report cites its own digests, and verifying them is another command. A determination
is believed only with the signature of its officer, and only together with the very assessment that it cites.
"""

import datetime as dt
from pathlib import Path

import msgspec

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.events import LARGEST as LARGEST_EVENTS
from clearinghouse.evaluation.determination.events import read_events
from clearinghouse.evaluation.determination.making import opened
from clearinghouse.evaluation.determination.record import Audience, Determination, Opening
from clearinghouse.evaluation.determination.signing import read_signed
from clearinghouse.evaluation.determination.standing import Standing, standing
from clearinghouse.evaluation.ledger.files import read
from clearinghouse.evaluation.reports.errors import MismatchError, ReportError
from clearinghouse.formats.text import clean_line
from clearinghouse.trust.envelope import LARGEST_ENVELOPE
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import NotStrictError, decode_strictly

ASSESSMENT, DETERMINATIONS = "assessment.json", "determinations"
DETERMINATION, EVENTS, OPENINGS, CITED = ".dsse.json", ".events.jsonl", ".openings.json", ".assessment.json"
"""How names in that folder end, after the number of the determination."""
LARGEST_OPENINGS = 32 << 20

_OPENINGS = msgspec.json.Decoder(tuple[Opening, ...])


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a document is made of.

    Attributes:
        assessment: the facts. record, stands: the determination and how it stands, None where none was asked for.
        withheld: words that the record withholds, as far as they are at hand. opened: those of them that the reader may
            see, by their commitments.
    """

    assessment: Assessment
    record: Determination | None = None
    stands: Standing | None = None
    withheld: tuple[str, ...] = ()
    opened: dict[str, str] = {}


def assessment_in(folder: Path) -> tuple[Assessment, str]:
    """Return the assessment in a folder, and the SHA-256 of its file.

    Raises:
        LedgerError: it cannot be read. AssessmentError: it is none of this version.
    """
    return _assessed(folder / ASSESSMENT, document.bytes_in(folder))


def _assessed(path: Path, data: bytes) -> tuple[Assessment, str]:
    return document.from_bytes(data, str(path)), document.digest(data)


def facts_in(folder: Path, keys: KeyRing, as_of: dt.datetime, audience: Audience, number: str = "") -> Facts:
    """Return a determination in a folder with the assessment that it cites, which was kept beside it: a fresh draw
    makes another one.

    Args:
        folder: of the assessment. keys: that are believed. as_of: the moment at which it is asked how it stands.
        audience: of the document; decides which withheld words may be in it. number: of the determination, which may be
            empty where there is one only.

    Raises:
        LedgerError: a file cannot be read. EnvelopeError, DeterminationError: the determination or an event of it is
            not to be believed. MismatchError: it cites another assessment.
    """
    path = folder / DETERMINATIONS
    number = _plain(number) or _only(path)
    kept = path / f"{number}{CITED}"
    assessment, digest = _assessed(kept, read(kept, document.LARGEST)) if kept.exists() else assessment_in(folder)
    signed = read_signed(read(path / f"{number}{DETERMINATION}", LARGEST_ENVELOPE), keys)
    record = signed.record
    if record.assessment.sha256 != digest:
        what = f"determination {record.number[:60]} cites another assessment than the one in {folder}"
        raise MismatchError(what, "put the assessment there that it cites", source=str(folder))
    log = path / f"{number}{EVENTS}"
    events = read(log, LARGEST_EVENTS) if log.exists() else b""
    openings = _openings(path / f"{number}{OPENINGS}")
    return Facts(
        assessment=assessment,
        record=record,
        stands=standing(record, read_events(events, signed, keys), as_of),
        withheld=tuple(each.words for each in openings),
        opened=opened(record, openings, audience),
    )


def _plain(number: str) -> str:
    """A number that is part of the name of a file, and leads nowhere else."""
    if number.startswith(".") or {"/", "\\", "\0"} & set(number):
        raise ReportError(f"{number[:60]!a} is no number of a determination", "name one as it stands in its record")
    return number


def _only(folder: Path) -> str:
    """The number of the only determination in a folder."""
    found = sorted(each.name.removesuffix(DETERMINATION) for each in folder.glob(f"*{DETERMINATION}"))
    if len(found) == 1:
        return found[0]
    if not found:
        what = f"there is no determination in {folder}"
        raise ReportError(what, "have one signed: clearinghouse frontier determine", source=str(folder))
    what = f"there are {len(found):,} determinations in {folder}"
    raise ReportError(what, f"name one, such as --number {clean_line(found[-1], 60)}", source=str(folder))


def _openings(path: Path) -> tuple[Opening, ...]:
    if not path.exists():
        return ()
    try:
        return decode_strictly(read(path, LARGEST_OPENINGS), _OPENINGS, LARGEST_OPENINGS)
    except NotStrictError as error:
        what = f"{path} holds no openings: {error}"
        raise ReportError(what, "get it anew from whoever made the record", source=str(path)) from None
