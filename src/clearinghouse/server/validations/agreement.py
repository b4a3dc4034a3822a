"""What several verdicts about one flaw come to together: how many agree, how many do not. Two laws, no opinion of ours.

A flaw has several recipes, and that one of them shows nothing says nothing of another. So of each validator and recipe
the latest verdict counts that can be believed and says something; a validator counts once, as confirming where any of
its recipes showed the flaw. Who found the flaw is counted apart: that they say it is real is where everything begins.
Disagreement is told as such and never settled by a count.
"""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from clearinghouse.validation.verdict import Verdict

CONFIRMS = frozenset({Verdict.REPRODUCED, Verdict.FIXED, Verdict.FIX_INCOMPLETE, Verdict.FLAKY})
"""Verdicts by which the flaw was shown."""
DENIES = frozenset({Verdict.NOT_REPRODUCED, Verdict.CONTROL_FAILED})
"""Verdicts by which it was not, or by which nothing particular was."""
TELLING = CONFIRMS | DENIES
"""Verdicts that say something; another one takes nothing back."""


class Standing(StrEnum):
    """What verdicts come to together."""

    NONE = "none"
    """Nobody has come to a verdict that says something."""
    ONE = "some"
    """Shown, by fewer validators than the quorum."""
    QUORUM = "quorum"
    """Shown, by as many independent validators as the policy wants."""
    DENIED = "denied"
    """Not shown by anybody who tried."""
    DISAGREEMENT = "disagreement"
    """Shown by some and not by others."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """One believed verdict.

    Attributes:
        validator: who came to it; 0 is this installation. recipe: the primary key of what was run.
        key: the fingerprint by which it was signed. verdict: it. at: when it was signed or came in.
        finder: whether the validator is who found the flaw.
    """

    validator: int
    recipe: int
    key: str
    verdict: Verdict
    at: dt.datetime
    finder: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What they come to.

    Attributes:
        standing: in one word. quorum: how many the policy wants. confirm, deny, undecided: independent validators.
        finder: what the finder's own signed verdict says, if there is one.
    """

    standing: Standing
    quorum: int
    confirm: int = 0
    deny: int = 0
    undecided: int = 0
    finder: Verdict | None = None


def agreement(opinions: Sequence[Opinion], quorum: int) -> Agreement:
    """Return what verdicts come to together.

    Laws: the order of opinions changes nothing; the same validator twice, or the same key, counts as one; what a
    validator says of one recipe takes back nothing that it, or another, says of another recipe.
    """
    counted = _counted(opinions)
    found_it = {each.validator for each in opinions if each.finder}
    finders = [each for number in sorted(found_it & counted.keys()) for each in counted[number]]
    others = [{each.verdict for each in latest} for number, latest in counted.items() if number not in found_it]
    confirm = sum(not said.isdisjoint(CONFIRMS) for said in others)
    deny = sum(said.isdisjoint(CONFIRMS) and not said.isdisjoint(DENIES) for said in others)
    return Agreement(
        standing=_standing(confirm, deny, quorum),
        quorum=quorum,
        confirm=confirm,
        deny=deny,
        undecided=len(others) - confirm - deny,
        finder=max(finders, key=latest_last).verdict if finders else None,
    )


def latest_last(each: Opinion) -> tuple[bool, dt.datetime, Verdict, str]:
    """Return by what verdicts of one validator are ordered: first those that say nothing, then by time."""
    return each.verdict in TELLING, each.at, each.verdict, each.key


def _counted(opinions: Sequence[Opinion]) -> dict[int, list[Opinion]]:
    """By validator, what counts of each of its recipes; of validators that share a key only the first is in it."""
    taken: set[str] = set()
    counted: dict[int, list[Opinion]] = {}
    for number in sorted({each.validator for each in opinions}):
        own = sorted((each for each in opinions if each.validator == number), key=latest_last)
        keys = {each.key for each in own}
        if taken.isdisjoint(keys):
            taken |= keys
            counted[number] = list({each.recipe: each for each in own}.values())
    return counted


def _standing(confirm: int, deny: int, quorum: int) -> Standing:
    if confirm and deny:
        return Standing.DISAGREEMENT
    if deny:
        return Standing.DENIED
    if not confirm:
        return Standing.NONE
    return Standing.QUORUM if confirm >= quorum else Standing.ONE
