"""What several verdicts about one flaw come to together: how many agree, how many do not. Two laws, no opinion of ours.

A validator counts once, with the latest verdict that it signed and that can be believed. Who found the flaw is counted
apart: that they say it is real is where everything begins. Disagreement is told as such and never settled by a count.
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
        validator: who came to it; 0 is this installation. key: the fingerprint by which it was signed.
        verdict: it. at: when it was signed or came in. finder: whether the validator is who found the flaw.
    """

    validator: int
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

    Laws: the order of opinions changes nothing; the same validator twice, or the same key, counts as one.
    """
    latest = sorted(_latest(opinions), key=lambda each: (each.at, each.validator))
    found_it = {each.validator for each in opinions if each.finder}
    finders = [each.verdict for each in latest if each.validator in found_it]
    others = [each for each in latest if each.validator not in found_it]
    confirm = sum(each.verdict in CONFIRMS for each in others)
    deny = sum(each.verdict in DENIES for each in others)
    return Agreement(
        standing=_standing(confirm, deny, quorum),
        quorum=quorum,
        confirm=confirm,
        deny=deny,
        undecided=len(others) - confirm - deny,
        finder=finders[-1] if finders else None,
    )


def _latest(opinions: Sequence[Opinion]) -> list[Opinion]:
    """Of each validator the latest, and of those that share a key the first validator."""
    by_validator: dict[int, Opinion] = {}
    for each in sorted(opinions, key=lambda each: (each.at, each.verdict, each.key)):
        by_validator[each.validator] = each
    by_key: dict[str, Opinion] = {}
    for each in sorted(by_validator.values(), key=lambda each: each.validator):
        by_key.setdefault(each.key, each)
    return list(by_key.values())


def _standing(confirm: int, deny: int, quorum: int) -> Standing:
    if confirm and deny:
        return Standing.DISAGREEMENT
    if deny:
        return Standing.DENIED
    if not confirm:
        return Standing.NONE
    return Standing.QUORUM if confirm >= quorum else Standing.ONE
