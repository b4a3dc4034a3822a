"""What forbids a merge, whatever a layer proposes.

1. Two findings that name different CVE identifiers are two flaws: the CVE programme says so, even where the
   text is identical (CVE Numbering Authority Rules 4.2, counting).
2. Two findings of one run at different places are two flaws, and so are two rules of one tool at one place: their
   finder told them apart.
3. Two records of one publisher about one component are two flaws: a curated database does not file one twice.
   (Measured: of 637 pairs of such records with identical text, 1 was the same flaw.)
4. A flaw that is there again after it was fixed is a regression, a new event, not a duplicate. Times tell; without
   them the order of documents; within one document nothing does, because its order is no time.
5. A person divided them. That stands above everything, a shared identifier included.

Each is asked of whole groups, because a merge joins everything in both; of groups with more than 256 members, which
identifiers hold together, the second looks at the latest 256 only.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from clearinghouse.identity.normalise import path_parts
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason, State

_MOST_MEMBERS = 256
"""Members of a group that are compared one by one; a larger group is held together by identifiers."""


class Refusal(msgspec.Struct, frozen=True):
    """Why two groups must not be joined, as the end of a sentence.

    Attributes:
        why: the reason. open: a person may well see it differently, so that it is worth a suggestion.
    """

    why: str
    open: bool = False


_NOTHING: frozenset[tuple[str, str]] = frozenset()
_NO_CVES: frozenset[str] = frozenset()
_MOST_SETS = 4096
"""Pairs of identifier sets that are compared before two groups count as collections."""


class _Seen(NamedTuple):
    """The latest sight of a state: time (0.0 if not known), ordinal and document; ordinal -1 is never."""

    time: float = 0.0
    ordinal: int = -1
    source: str = ""


_NEVER = _Seen()


class _Group(msgspec.Struct, gc=False):
    members: list[Profile]
    common: frozenset[str]  # CVE identifiers that all members with any name
    cves: dict[frozenset[str], None]  # the sets that members name, each once
    published: frozenset[tuple[str, str]]  # (publisher, component) of its advisories
    open: _Seen
    fixed: _Seen


class Contradictions:
    """Knows, for every group, what it must not be joined with. Findings in no group cost nothing."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._divided: dict[int, set[int]] = {}  # by ordinal: what a person said it is not

    def divide(self, one: int, other: int) -> None:
        """Note that a person holds the findings with these ordinals for two flaws."""
        self._divided.setdefault(one, set()).add(other)
        self._divided.setdefault(other, set()).add(one)

    def know(self, root: int, members: Iterable[Profile]) -> None:
        """Note a group of several findings that is known already, by its representative."""
        whole: _Group | None = None
        for member in members:
            if whole is None:
                whole = _single(member)
            else:
                _absorb(whole, _single(member))
        if whole is not None:
            self._groups[root] = whole

    def regroup(self, groups: Iterable[Sequence[Profile]]) -> "Contradictions":
        """Return what is known of these groups, each oldest member first; what people said is kept."""
        made = Contradictions()
        made._divided = self._divided
        for members in groups:
            if len(members) > 1:
                made.know(members[0].ordinal, members)
        return made

    def between(self, one: int, other: int, a: Profile, b: Profile, reason: Reason) -> Refusal | None:
        """Return why the groups with roots ``one`` and ``other`` (whose known members include a and b) stay apart."""
        known = self._groups
        alone = one not in known and other not in known and not self._divided
        if alone and a.run[1] != b.run[1] and _plain(a) and _plain(b):
            return None  # the common case of a flood: two findings of two tools, and nothing else is known
        left = known.get(one) or _single(a)
        right = known.get(other) or _single(b)
        if self._divided and (refusal := self._divided_by_hand(left, right)):
            return refusal
        return (
            _different_cves(left, right)
            or _regression(left, right)
            or (
                None
                if reason is Reason.IDENTIFIER
                else _told_apart(left, right, rules=reason is Reason.LOCATION) or _published_twice(left, right)
            )
        )

    def joined(self, one: int, other: int, a: Profile, b: Profile, root: int) -> None:
        """Note that two groups became one with representative ``root``."""
        known = self._groups
        if one not in known and other not in known and _plain(a) and _plain(b):
            known[root] = _pair(a, b)
            return
        left = known.pop(one, None) or _single(a)
        right = known.pop(other, None) or _single(b)
        if len(left.members) < len(right.members):
            left, right = right, left
        _absorb(left, right)
        known[root] = left

    def _divided_by_hand(self, left: _Group, right: _Group) -> Refusal | None:
        if len(left.members) > len(right.members):
            left, right = right, left
        apart: set[int] = set()
        for member in left.members:
            apart |= self._divided.get(member.ordinal, set())
        if apart and any(member.ordinal in apart for member in right.members):
            return Refusal("a person divided them")
        return None


def _plain(profile: Profile) -> bool:
    """Whether a finding has nothing that could contradict another finder's."""
    return not profile.identifiers and profile.state is State.OPEN and not profile.published


def _pair(a: Profile, b: Profile) -> _Group:
    """The group of two findings that are :func:`_plain`; what a flood is made of."""
    seen = max(_Seen(a.observed, a.ordinal, a.source), _Seen(b.observed, b.ordinal, b.source))
    return _Group([a, b], _NO_CVES, {}, _NOTHING, seen, _NEVER)


def _absorb(group: _Group, other: _Group) -> None:
    group.members.extend(other.members)
    if other.cves:
        group.common = group.common & other.common if group.cves else other.common
        group.cves.update(other.cves)
    group.published |= other.published
    group.open = max(group.open, other.open)
    group.fixed = max(group.fixed, other.fixed)


def _single(profile: Profile) -> _Group:
    cves = frozenset(i for i in profile.identifiers if i.startswith("CVE-")) if profile.identifiers else _NO_CVES
    seen = _Seen(profile.observed, profile.ordinal, profile.source)
    return _Group(
        members=[profile],
        common=cves,
        cves={cves: None} if cves else {},
        published=frozenset((profile.run[1], name) for name in profile.components) if profile.published else _NOTHING,
        open=seen if profile.state is State.OPEN else _NEVER,
        fixed=seen if profile.state is State.FIXED else _NEVER,
    )


def _different_cves(left: _Group, right: _Group) -> Refusal | None:
    if not left.cves or not right.cves or not left.common.isdisjoint(right.common):
        return None
    if len(left.cves) * len(right.cves) > _MOST_SETS:
        return Refusal("too many different identifiers stand in them")
    for a in left.cves:
        for b in right.cves:
            if a.isdisjoint(b):
                return Refusal(f"they name different identifiers ({min(a)}, {min(b)})")
    return None


def _regression(left: _Group, right: _Group) -> Refusal | None:
    """A group last seen fixed does not take in what was seen open after that."""
    for closed, other in ((left, right), (right, left)):
        if closed.fixed is _NEVER or other.open is _NEVER:
            continue
        if _after(closed.open, closed.fixed) is not False and closed.open is not _NEVER:
            continue  # it is open again already, or nobody can say
        if _after(other.open, closed.fixed) and _comparable(closed, other):
            return Refusal("it was seen fixed before: a regression, not a duplicate", open=True)
    return None


def _after(one: _Seen, other: _Seen) -> bool | None:
    """Whether one sight came after the other. Without times the order of documents tells; within one, nothing does."""
    if one.time and other.time:
        return one.time > other.time
    if one.source == other.source:
        return None
    return one.ordinal > other.ordinal


def _comparable(one: _Group, other: _Group) -> bool:
    """Whether two groups can be one thing seen twice: not where their components are known and different."""
    mine = {name for member in one.members[:_MOST_MEMBERS] for name in member.components}
    theirs = {name for member in other.members[:_MOST_MEMBERS] for name in member.components}
    return not mine or not theirs or not mine.isdisjoint(theirs)


def _told_apart(left: _Group, right: _Group, *, rules: bool) -> Refusal | None:
    """Whether one finder has a member of each group as two things: two places of one run, or two rules."""
    if len(left.members) == 1 == len(right.members) and left.members[0].run != right.members[0].run:
        return None
    if len(left.members) > len(right.members):
        left, right = right, left
    if len(left.members) > _MOST_MEMBERS:
        return None
    finders: dict[str, list[Profile]] = {}
    for member in left.members:
        finders.setdefault(member.run[1], []).append(member)
    for member in right.members[-_MOST_MEMBERS:]:
        for mine in finders.get(member.run[1], ()):
            if mine.run == member.run and _two_places(mine, member):
                return Refusal(f"{member.run[1]} reported them as two places in one run")
            if rules and mine.rule != member.rule and mine.rule and member.rule:
                return Refusal(f"{member.run[1]} found them by two rules")
    return None


def _two_places(one: Profile, other: Profile) -> bool:
    if not one.path or not other.path:
        return False
    if (one.line, one.column) != (other.line, other.column):
        return True
    return one.path != other.path and path_parts(one.path) != path_parts(other.path)


def _published_twice(left: _Group, right: _Group) -> Refusal | None:
    shared = left.published & right.published if left.published and right.published else None
    if not shared:
        return None
    publisher, component = min(shared)
    found_by_machine = all(member.crash for group in (left, right) for member in group.members[:_MOST_MEMBERS])
    return Refusal(f"{publisher} has two records for them on {component}", open=found_by_machine)


def told_apart(a: Profile, b: Profile) -> bool:
    """Whether somebody has both as two things, so that no fact they share is one flaw's.

    A publisher does when it has a record for each on one component, a finder when it lists both in one run. Crashes
    found by machine are not curated: two records of one fuzzing service may well be one flaw.
    """
    if a.crash or b.crash or not set(a.identifiers).isdisjoint(b.identifiers):
        return False
    if a.published and b.published:
        return a.run[1] == b.run[1] and not set(a.components).isdisjoint(b.components)
    return a.run == b.run
