"""Where a vulnerability meets a component, how sure that is, and what would settle it."""

from enum import StrEnum

import msgspec


class MatchClass(StrEnum):
    """How sure a match is. The first two are meant to be right 98 times in 100; the others come with a question."""

    EXACT = "exact"
    """The advisory names this version of this component."""
    RANGE = "range"
    """The version lies in a range that the advisory gives for this component."""
    NAME_ONLY = "name-only"
    """It is this component, but one of the two gives no version that could be compared."""
    POSSIBLE = "possible"
    """It may be this component, or the version may be in the range: a person can tell."""

    @property
    def is_sure(self) -> bool:
        """Whether it comes without a question."""
        return self in _SURE

    @property
    def rank(self) -> int:
        """Its place in the order above: 0 is the surest."""
        return _RANKS[self]


_SURE = frozenset({MatchClass.EXACT, MatchClass.RANGE})
_RANKS = {kind: rank for rank, kind in enumerate(MatchClass)}


class Why(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What in the advisory was hit.

    Attributes:
        kind: ``range``, ``enumerated`` (the version is listed) or ``text`` (words were compared).
        introduced, fixed, last_affected: the ends of the stretch that was hit, as the advisory writes them, or None.
        text: for ``text``, and where it helps, the words of the advisory that were understood.
    """

    kind: str
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    text: str | None = None


class Exposure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One vulnerability that one component has, or may have.

    Attributes:
        advisory: identifier of the advisory. aliases: other identifiers of the same flaw.
        upstream: identifiers of the flaws that the advisory contains, as distributions name them.
        match: how sure it is.
        fixed: versions without the flaw, as the advisory writes them, in version order; the first is the smallest
            that is above the component's version.
        why: what was hit.
        question: for ``name-only`` and ``possible``, what to find out, as a question to a person; else None.
        title: what the flaw is, in one line. package: what the advisory calls the component.
        cvss: the newest CVSS vector that the advisory gives, or empty.
        again: versions above the stretch that was hit from which on the advisory says that it is affected again.
        compared: the version that was held against the advisory: of the source package, where it speaks of that; None
            where there is none.
    """

    advisory: str
    match: MatchClass
    why: Why
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    question: str | None = None
    title: str = ""
    package: str = ""
    cvss: str = ""
    again: tuple[str, ...] = ()
    compared: str | None = None


class Unjudged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why nothing can be said about a component, or about one advisory for it. It is never "not affected".

    Attributes:
        code: short and stable: ``no_version``, ``bad_version``, ``unsupported_ecosystem``, ``no_name``,
            ``not_covered`` (no advisory of this kind was given) or ``bad_package_url``.
        reason: one sentence for a person. advisory: the advisory that could not be judged, None for all of them.
    """

    code: str
    reason: str
    advisory: str | None = None
