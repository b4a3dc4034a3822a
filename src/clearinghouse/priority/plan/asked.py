"""Questions that one answer settles, put together."""

from collections.abc import Iterable

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority.plan.records import Flaw, Question
from clearinghouse.priority.plan.urgency import arms_of, urgency_key

_MARK = "\x00"


class _Gathered(msgspec.Struct):
    """What asks the same thing.

    Attributes:
        key: what it asks for, as it was first put. whole: the questions as they were put.
        flaws: those that hang on the answer, by identifier.
    """

    key: str
    whole: dict[str, None]
    flaws: dict[str, Flaw]


def questions_of(flaws: Iterable[Flaw]) -> tuple[Question, ...]:
    """Return what to find out about flaws: what settles the most urgent tier and date first, then what settles most.

    Two questions are one if they ask for the same thing: their words up to the question mark are the same, but for the
    name of the flaw and for capitals. What comes behind is why an advisory leaves it open.

    Law: each flaw that has a question is settled by one of those that are returned; none is asked twice.
    """
    found: dict[str, _Gathered] = {}
    for flaw in flaws:
        for exposure in flaw.exposures:
            if exposure.question:
                key = _asks(exposure.question, flaw)
                gathered = found.setdefault(key.casefold(), _Gathered(key, {}, {}))
                gathered.whole[exposure.question] = None
                gathered.flaws[flaw.id] = flaw
    return tuple(map(_question, sorted(found.values(), key=_order)))


def _order(gathered: _Gathered) -> tuple[tuple[int, ...], int]:
    """EPSS and the like order flaws; between two questions of one tier and date the one that settles more is better."""
    return min(map(urgency_key, gathered.flaws.values()))[:4], -len(gathered.flaws)


def _question(gathered: _Gathered) -> Question:
    flaws = sorted(gathered.flaws.values(), key=urgency_key)
    return Question(text=_text(gathered), settles=tuple(flaw.id for flaw in flaws), arms=arms_of(flaws))


def _asks(question: str, flaw: Flaw) -> str:
    """What a question asks for, with a mark in the place of the flaw's name."""
    asked = question.partition("?")[0]
    for name in sorted(flaw.identifiers, key=len, reverse=True):
        asked = asked.replace(name, _MARK)
    return asked


def _text(gathered: _Gathered) -> str:
    if len(gathered.whole) == 1:
        return next(iter(gathered.whole))
    reasons = {question.partition("?")[2].strip() for question in gathered.whole}
    reason = f" {reasons.pop()}" if len(reasons) == 1 else ""
    any_of = f"any of these {plural(len(gathered.flaws), 'flaw')}"
    return f"{gathered.key.replace(_MARK, any_of)}?{reason}"
