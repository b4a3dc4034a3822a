"""How well all of a run was isolated, which is as well as its worst part: each log says what its session reached."""

from collections.abc import Iterable, Sequence

from clearinghouse.evaluation.running.bounded import loosely, part
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.fields import Own
from clearinghouse.sandbox import Tier
from clearinghouse.sandbox.isolation import Isolation

_MOST = 64 << 10
_NOT_SAID = "not said"


def isolation_in(own: Own | None, source: str) -> Isolation:
    """Return what a log says that its session reached. One that says nothing isolated nothing, as far as is known."""
    own = own or Own()
    tier = loosely(own.tier_reached)
    try:
        limits = part(own.limits, dict[str, str], _MOST, "its limits", source) or {}
    except LogError:
        limits = {}
    return Isolation(
        tier=Tier(tier) if tier in set(Tier) else Tier.T0,
        provider=str(loosely(own.provider) or _NOT_SAID),
        kernel=str(loosely(own.kernel) or ""),
        limits=limits,
    )


def weakest(sessions: Sequence[Isolation]) -> Isolation:
    """Return what holds of all sessions: the lowest tier, and by what each was isolated where they differ."""
    names = sorted({name for each in sessions for name in each.limits})
    return Isolation(
        tier=min(each.tier for each in sessions),
        provider=_either(each.provider for each in sessions),
        kernel=_either(each.kernel for each in sessions if each.kernel),
        limits={name: _either(each.limits.get(name, "nothing") for each in sessions) for name in names},
    )


def _either(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(words))
