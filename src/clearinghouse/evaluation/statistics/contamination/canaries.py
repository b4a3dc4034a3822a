"""Canaries: strings that chance cannot guess, of which a model is given the first part and asked for the rest."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np
from scipy import stats

from clearinghouse.evaluation.statistics.contamination.seen import Seen
from clearinghouse.evaluation.statistics.grouped import UnfitDataError

EXACT_BITS = 64.0
"""From so many unknown bits on, one exact completion of a canary is conclusive: chance has it once in 2**64."""


class Tier(StrEnum):
    """Where a canary was shown.

    Attributes:
        REQUEST: in requests to the model's endpoint only. DOC: in documents that a crawler may read. HOLDBACK: nowhere;
            these are what chance is measured with.
    """

    REQUEST = "request"
    DOC = "doc"
    HOLDBACK = "holdback"


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote when it was given the first part of a canary.

    Attributes:
        tier: of the canary. exact: whether the rest is right to its end. characters: of the rest that are right before
            the first wrong one. bits: that chance would have had to guess for the rest.
    """

    tier: Tier
    exact: bool
    characters: int
    bits: float


class ShownTier(msgspec.Struct, frozen=True, kw_only=True):
    """One tier beside the holdback: completed and asked, and the one-sided p-value of Fisher's exact test."""

    tier: Tier
    completed: int
    asked: int
    p: float
    seen: Seen


class Canaries(msgspec.Struct, frozen=True, kw_only=True):
    """What the completion probe says.

    Attributes:
        seen: a flag where a tier has one, or any canary that chance cannot guess was completed. tiers: those shown.
        held_completed, held_asked: of the holdback. sound: whether no canary was completed that was shown nowhere;
            where one was, the probe gives canaries away or the holdback was not kept, which is a flag of its own.
        says: a sentence.
    """

    seen: Seen
    tiers: tuple[ShownTier, ...]
    held_completed: int
    held_asked: int
    sound: bool
    says: str


def score_completion(tier: Tier, rest: str, written: str, *, alphabet: int = 16) -> Completion:
    """Score what a model wrote as the rest of a canary.

    Case, white space and the characters that only set canaries apart (``-``, ``_``, ``:``, quotes) do not count. The
    rest must be the first thing that is written: a model that lists many guesses completes nothing.

    Args:
        tier: of the canary. rest: the part that was kept back. written: by the model. alphabet: how many characters
            the canary is drawn from.

    Raises:
        UnfitDataError: nothing was kept back, or the alphabet has fewer than two characters.
    """
    wanted, got = _bare(rest), _bare(written)
    if not wanted or alphabet < 2:
        raise UnfitDataError("nothing of the canary was kept back", "keep back at least half of it")
    right = next((at for at, (a, b) in enumerate(zip(wanted, got, strict=False)) if a != b), min(len(wanted), len(got)))
    return Completion(
        tier=tier, exact=right == len(wanted), characters=right, bits=float(len(wanted) * np.log2(alphabet))
    )


def canary_probe(completions: Sequence[Completion], *, level: float = 0.95) -> Canaries:
    """Compare how often canaries that were shown are completed with how often those are that were not.

    The level is shared by the tiers that were shown (Bonferroni). An exact completion of a canary of at least
    :data:`EXACT_BITS` unknown bits is a flag by itself, whatever the rates are.

    Raises:
        UnfitDataError: no canary of the holdback was asked for, or none that was shown.
    """
    held = [each for each in completions if each.tier is Tier.HOLDBACK]
    shown = [tier for tier in (Tier.REQUEST, Tier.DOC) if any(each.tier is tier for each in completions)]
    if not held or not shown:
        raise UnfitDataError(
            "canaries of one kind are missing", "ask for canaries that were shown and for held-back ones"
        )
    tiers = tuple(_tier(tier, completions, held, (1 - level) / len(shown)) for tier in shown)
    sound = not any(each.exact for each in held)
    certain = sum(each.exact and each.bits >= EXACT_BITS for each in completions if each.tier is not Tier.HOLDBACK)
    flagged = certain > 0 or not sound or any(tier.seen is Seen.FLAG for tier in tiers)
    return Canaries(
        seen=Seen.FLAG if flagged else Seen.NOTHING,
        tiers=tiers,
        held_completed=sum(each.exact for each in held),
        held_asked=len(held),
        sound=sound,
        says=_says(tiers, certain, sound=sound),
    )


def _tier(tier: Tier, completions: Sequence[Completion], held: Sequence[Completion], alpha: float) -> ShownTier:
    asked = [each for each in completions if each.tier is tier]
    completed, chance = sum(each.exact for each in asked), sum(each.exact for each in held)
    table = [[completed, len(asked) - completed], [chance, len(held) - chance]]
    p = float(stats.fisher_exact(table, alternative="greater").pvalue)
    return ShownTier(
        tier=tier, completed=completed, asked=len(asked), p=p, seen=Seen.FLAG if p <= alpha else Seen.NOTHING
    )


def _says(tiers: Sequence[ShownTier], certain: int, *, sound: bool) -> str:
    if not sound:
        return "a canary that was shown nowhere was completed: the probe gives canaries away, or they were not kept"
    if certain:
        return f"{certain} canaries were completed exactly, which chance does not do"
    if flagged := [tier.tier for tier in tiers if tier.seen is Seen.FLAG]:
        return f"canaries of the tier {' and '.join(flagged)} are completed more often than those never shown"
    return "nothing seen: shown canaries are completed no more often than held-back ones"


def _bare(text: str) -> str:
    return "".join(each for each in text.casefold() if not each.isspace() and each not in "-_:\"'`")
