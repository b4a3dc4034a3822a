"""What forbids a merge, whatever a layer proposes.

1. Two findings that name different CVE identifiers are two flaws: the CVE programme says so, even where the
   text is identical (CVE Numbering Authority Rules 4.2, counting).
2. Two findings of one run at different places are two flaws, and so are two rules of one tool at one place: their
   finder told them apart.
3. Two records of one publisher about one component are two flaws: a curated database does not file one twice.
   (Measured: of 637 pairs of such records with identical text, 1 was the same flaw.)
4. A flaw that is there again after it was fixed is a regression, a new event, not a duplicate.

5. A person divided them. That stands above everything, a shared identifier included.

Each is asked of whole groups, because a merge joins everything in both.
"""

from collections.abc import Iterable, Sequence

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


class _Group(msgspec.Struct, gc=False):
    members: list[Profile]
    cves: list[frozenset[str]]
    published: frozenset[tuple[str, str]]  # (publisher, component) of its advisories
    fixed: float | None  # the latest time at which a member was seen fixed; 0.0 if the time is unknown


class Contradictions:
    """Knows, for every group, what it must not be joined with. Findings in no group cost nothing."""

    def __init__(self) -> None:
        self._groups: dict[int, _Group] = {}
        self._divided: dict[int, set[int]] = {}  # by ordinal: what a person said it is not

    def divide(self, one: int, other: int) -> None:
        """Note that a person holds the findings with these ordinals for two flaws."""
        self._divided.setdefault(one, set()).add(other)
        self._divided.setdefault(other, set()).add(one)

    def regroup(self, groups: Iterable[Sequence[Profile]]) -> "Contradictions":
        """Return what is known of these groups, each oldest member first; what people said is kept."""
        made = Contradictions()
        made._divided = self._divided
        for members in groups:
            if len(members) > 1:
                whole = _single(members[0])
                for member in members[1:]:
                    _absorb(whole, _single(member))
                made._groups[members[0].ordinal] = whole
        return made

    def between(self, one: int, other: int, a: Profile, b: Profile, reason: Reason) -> Refusal | None:
        """Return why the groups with roots ``one`` and ``other`` (whose known members include a and b) stay apart."""
        left = self._groups.get(one) or _single(a)
        right = self._groups.get(other) or _single(b)
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
        left = self._groups.pop(one, None) or _single(a)
        right = self._groups.pop(other, None) or _single(b)
        if len(left.members) < len(right.members):
            left, right = right, left
        _absorb(left, right)
        self._groups[root] = left

    def _divided_by_hand(self, left: _Group, right: _Group) -> Refusal | None:
        if len(left.members) > len(right.members):
            left, right = right, left
        apart: set[int] = set()
        for member in left.members:
            apart |= self._divided.get(member.ordinal, set())
        if apart and any(member.ordinal in apart for member in right.members):
            return Refusal("a person divided them")
        return None


def _absorb(group: _Group, other: _Group) -> None:
    group.members.extend(other.members)
    group.cves.extend(s for s in other.cves if s not in group.cves)
    group.published |= other.published
    if other.fixed is not None:
        group.fixed = other.fixed if group.fixed is None else max(group.fixed, other.fixed)


def _single(profile: Profile) -> _Group:
    cves = frozenset(i for i in profile.identifiers if i.startswith("CVE-")) if profile.identifiers else None
    return _Group(
        members=[profile],
        cves=[cves] if cves else [],
        published=frozenset((profile.run[1], name) for name in profile.components) if profile.published else _NOTHING,
        fixed=profile.observed if profile.state is State.FIXED else None,
    )


def _different_cves(left: _Group, right: _Group) -> Refusal | None:
    for a in left.cves:
        for b in right.cves:
            if a.isdisjoint(b):
                return Refusal(f"they name different identifiers ({min(a)}, {min(b)})")
    return None


def _regression(left: _Group, right: _Group) -> Refusal | None:
    """A group seen fixed does not take in what was seen open later; without times, what arrived later."""
    for fixed, other in ((left, right), (right, left)):
        if fixed.fixed is None:
            continue
        for member in other.members[:_MOST_MEMBERS]:
            if member.state is State.OPEN and _later(member, fixed):
                return Refusal("it was seen fixed before: a regression, not a duplicate", open=True)
    return None


def _later(member: Profile, fixed: _Group) -> bool:
    if member.observed and fixed.fixed:
        return member.observed > fixed.fixed
    return all(member.ordinal > old.ordinal for old in fixed.members if old.state is State.FIXED)


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
