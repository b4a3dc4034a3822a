"""What is looked at before a report is worth somebody's time, as a list with a type: each point, its answer and why.

Shown alike to who sent it and to who is to mend it. Nothing of it refuses a report; an answer that is missing is told
as missing.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from clearinghouse.server.validations.agreement import CONFIRMS, DENIES, Agreement, Standing
from clearinghouse.server.validations.models import State
from clearinghouse.validation.verdict import Verdict


class Point(StrEnum):
    """What is looked at. Its word is the interface; its sentence is for people."""

    sentence: str

    def __new__(cls, word: str, sentence: str = "") -> "Point":
        """Make a point of its word and its sentence."""
        point = str.__new__(cls, word)
        point._value_ = word
        point.sentence = sentence
        return point

    RECIPE = "recipe", "There is a reproducer that can be run"
    TESTED_VERSION = "tested_version", "It names the version that it was tested on"
    REPRODUCER_RUNS = "reproducer_runs", "The reproducer runs here and shows the flaw"
    BENIGN_CONTROL = "benign_control", "Benign use of the same software shows nothing"
    NOT_FIXED_IN_NEWEST = "not_fixed_in_newest", "The newest release still has it"
    FIX_STOPS_IT = "fix_stops_it", "The fix that was named stops it"
    CONFIRMED_BY_OTHERS = "confirmed_by_others", "Others than the finder have confirmed it"


class Answer(StrEnum):
    """What is known of a point."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    WAITS = "waits"


class Item(msgspec.Struct, frozen=True):
    """One point, its answer, and why, in a sentence."""

    point: Point
    answer: Answer
    why: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one recipe.

    Attributes:
        state: of its latest validation; None is none. affected, fixed: what it names. control: whether it has one.
        verdict, why: what was signed last here, is believed and says something. tampered: what was signed was changed.
        revoked: what was signed does not count any more, for its key was revoked.
        newest: what was signed about the newest release: its fields ``tested``, ``version``, ``verdict``, ``why``.
        problem: why files that came are no recipe.
    """

    state: State | None = None
    affected: str = ""
    fixed: str = ""
    control: bool = False
    verdict: Verdict | None = None
    why: str = ""
    tampered: bool = False
    revoked: bool = False
    newest: dict[str, str] = {}
    problem: str = ""


def checklist(known: Known | None, agreed: Agreement) -> tuple[Item, ...]:
    """Return all points, in their order, for one recipe; None is that there is none."""
    here = known or Known()
    return (
        Item(Point.RECIPE, *_recipe(known)),
        Item(Point.TESTED_VERSION, *_tested(here)),
        Item(Point.REPRODUCER_RUNS, *_runs(here)),
        Item(Point.BENIGN_CONTROL, *_control(here)),
        Item(Point.NOT_FIXED_IN_NEWEST, *_newest(here)),
        Item(Point.FIX_STOPS_IT, *_fix(here)),
        Item(Point.CONFIRMED_BY_OTHERS, *_others(agreed)),
    )


def best(known: Sequence[Known]) -> Known | None:
    """Return of several recipes the one that says most: one that was shown, else the latest that is usable."""
    usable = [each for each in known if not each.problem]
    shown = [each for each in usable if each.verdict in CONFIRMS]
    judged = [each for each in usable if each.verdict is not None]
    return next((some[-1] for some in (shown, judged, usable, list(known)) if some), None)


def _recipe(known: Known | None) -> tuple[Answer, str]:
    if known is None:
        return Answer.NO, "none came with the report; add recipe.toml and its files, or a zip of them"
    if known.problem:
        return Answer.NO, known.problem
    return Answer.YES, "it can be read, and all its files are there"


def _tested(known: Known) -> tuple[Answer, str]:
    if not known.affected:
        return Answer.UNKNOWN, "there is no reproducer that names one"
    return Answer.YES, f"it names {known.affected}"


def _runs(known: Known) -> tuple[Answer, str]:
    if known.tampered:
        return Answer.UNKNOWN, _unjudged(known)
    if known.state in {State.QUEUED, State.RUNNING} and known.verdict is None:
        return Answer.WAITS, "its validation waits or runs"
    if known.verdict is None:
        return Answer.UNKNOWN, _unjudged(known)
    if known.verdict == Verdict.FLAKY:
        return Answer.PARTLY, known.why
    if known.verdict in CONFIRMS:
        return Answer.YES, known.why
    return (Answer.NO if known.verdict in DENIES else Answer.UNKNOWN), known.why


def _unjudged(known: Known) -> str:
    """Why there is no verdict of a recipe that counts."""
    if known.tampered:
        return "the signed verdict was changed where it is kept, and is not believed"
    if known.revoked:
        return "the key that signed its verdict was revoked, so that it does not count; run the validation again"
    if known.state == State.REFUSED:
        return "it was not run: it needs better isolation than this installation has"
    if known.state == State.FAILED:
        return "its validation did not come to its end, which says nothing of the flaw"
    return "it was not validated"


def _control(known: Known) -> tuple[Answer, str]:
    if known.verdict is None:
        return Answer.UNKNOWN, _unjudged(known)
    if known.verdict == Verdict.CONTROL_FAILED:
        return Answer.NO, known.why
    if not known.control:
        return Answer.UNKNOWN, "the recipe has no benign control; only a run that does nothing was compared"
    if known.verdict == Verdict.INCONCLUSIVE:
        return Answer.UNKNOWN, known.why
    return Answer.YES, "its benign control was run and shows nothing"


def _newest(known: Known) -> tuple[Answer, str]:
    newest = known.newest
    if not newest:
        return Answer.UNKNOWN, "the newest release was not tried"
    if newest.get("version") and newest["version"] == newest.get("tested"):
        return Answer.YES, f"the version that was tested is the newest one, {newest['version']}"
    verdict = newest.get("verdict", "")
    said = f"of the newest release, {newest.get('version') or 'which is not known'}: {newest.get('why', '')}"
    if newest.get("again"):
        return Answer.UNKNOWN, f"{said}; run the validation again to know it"
    if verdict in CONFIRMS:
        return Answer.YES, said
    if verdict == Verdict.NOT_REPRODUCED and not known.control:
        return Answer.UNKNOWN, f"{said}; without a benign control that may be because the reproducer fails there"
    return (Answer.NO if verdict == Verdict.NOT_REPRODUCED else Answer.UNKNOWN), said


def _fix(known: Known) -> tuple[Answer, str]:
    if not known.fixed:
        return Answer.UNKNOWN, "no fix was named"
    if known.verdict == Verdict.FIXED:
        return Answer.YES, known.why
    if known.verdict == Verdict.FIX_INCOMPLETE:
        return Answer.NO, known.why
    return Answer.UNKNOWN, known.why or _unjudged(known)


def _others(agreed: Agreement) -> tuple[Answer, str]:
    said = f"{agreed.confirm} of {agreed.quorum} that the policy wants have confirmed it"
    if agreed.standing == Standing.DISAGREEMENT:
        return Answer.PARTLY, f"{agreed.confirm} confirm it, {agreed.deny} do not: they disagree"
    if agreed.standing == Standing.DENIED:
        return Answer.NO, f"{agreed.deny} tried, and nobody saw it"
    return (Answer.YES if agreed.standing == Standing.QUORUM else Answer.NO), said
