"""Questions that one answer settles, put together."""

from collections.abc import Iterable

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority.plan.records import Flaw, Question

_MARK = "\x00"


class _Gathered(msgspec.Struct):
    """What asks the same thing.

    Attributes:
        key: what it asks for, as it was first put. whole: the questions as they were put.
        flaws: identifiers of those that hang on the answer.
    """

    key: str
    whole: dict[str, None]
    flaws: dict[str, None]


def questions_of(flaws: Iterable[Flaw]) -> tuple[Question, ...]:
    """Return what to find out about flaws, what settles most first.

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
                gathered.flaws[flaw.id] = None
    made = [Question(text=_text(each), settles=tuple(each.flaws)) for each in found.values()]
    return tuple(sorted(made, key=lambda each: -len(each.settles)))


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
    each = f"each of these {plural(len(gathered.flaws), 'flaw')}"
    return f"{gathered.key.replace(_MARK, each)}?{reason}"
