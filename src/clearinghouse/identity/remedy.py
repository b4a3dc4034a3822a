"""The same fix, report or cause: a reference that belongs to one flaw only.

Measured on public advisories: two records about one component that cite the same commit, pull request, issue or
page are the same flaw in 99.8 % of pairs, *if* no publisher cites that address in two records about one
component. An address that fails this (a release page, a security bulletin) says nothing and is ignored.
"""

import re
from collections.abc import Sequence

from clearinghouse.identity.contradiction import told_apart
from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_FIX = re.compile(r"/(?:commit|pull|merge_requests|pulls|compare|-/commit)/")
_LONGEST_SHOWN = 120
_DAYS = 3
_DAY_SECONDS = 86_400.0
_CAUSE = "introduced by "


class RemedyLayer:
    """Same patch, commit, pull request, issue or other address that only one flaw has; same introducing commit."""

    reason = Reason.REMEDY
    prose_only = True
    most = 10

    def sole_facts(self, profile: Profile) -> Sequence[tuple[int, str]]:
        """The patch digest, the fixing commits, every other address; for crashes the commit that brought it in."""
        values = profile.remedies
        if profile.crash:
            values += tuple(_CAUSE + commit[:12] for commit in profile.introduced)
        return [(key64("remedy", value), value) for value in values]

    def keys(self, profile: Profile) -> Sequence[int]:
        """None: everything this layer knows is a sole fact."""
        return ()

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Nothing: there are no other keys."""
        return ()

    def refutes(self, profile: Profile, candidate: Profile) -> bool:
        """Whether somebody has both as two things."""
        return told_apart(profile, candidate)

    def propose_sole(self, profile: Profile, candidate: Profile, fact: str) -> Proposal | None:
        """Judge a candidate with which an address or commit is shared."""
        if fact.startswith(_CAUSE):
            return _one_cause(profile, candidate, fact)
        fix = fact.startswith(("commit ", "patch ")) or _FIX.search(fact) is not None
        told = fact if len(fact) < _LONGEST_SHOWN else fact[: _LONGEST_SHOWN - 1] + "…"
        if fix or not set(profile.components).isdisjoint(candidate.components):
            return Proposal(candidate, 0.99, f"Both point to {told}.", True)
        if profile.run[1] != candidate.run[1] and _may_be_one(profile.components, candidate.components):
            return Proposal(candidate, 0.6, f"Both point to {told}.", False)
        return None


def _may_be_one(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two lists of components can mean one thing: one is not known, or a name of one is in one of the other.

    What unrelated components share is an article or a tracker's page as often as a fix: on the public advisories 25 of
    49 such pairs were one flaw, and none of 5 between PyPA and Bitnami.
    """
    return not one or not other or any(a in b or b in a for a in one for b in other)


def _one_cause(profile: Profile, candidate: Profile, fact: str) -> Proposal | None:
    """Suggest crashes that one commit brought in, seen within days of each other and alike in kind or in a frame."""
    one, other = profile.crash, candidate.crash
    if not one or not other or abs(candidate.observed - profile.observed) > _DAYS * _DAY_SECONDS:
        return None
    if one.type != other.type and set(one.state).isdisjoint(other.state):
        return None
    commit = fact.removeprefix(_CAUSE)
    text = f"Both came in with commit {commit} and were seen within {_DAYS} days of each other."
    return Proposal(candidate, 0.45, text, False)
