"""Layers in which equality of one fact decides: public identifiers, and the tool's own fingerprints."""

from collections.abc import Sequence

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64, path_parts, same_file
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_PER_FLAW = ("CVE-", "GHSA-", "GO-", "PYSEC-", "RUSTSEC-", "OSV-", "BIT-", "MAL-")
"""Schemes whose identifiers name one flaw. Others (RHSA, USN, DSA, ...) name a bulletin about several flaws."""
_MANY_ALIASES = 8
"""A record with more identifiers than this is a collection; OSV.dev drops alias groups for the same reason."""


class IdentifierLayer:
    """The same identifier: a CVE or GHSA anywhere, a vendor's bulletin only on one component."""

    reason = Reason.IDENTIFIER
    prose_only = False

    def keys(self, profile: Profile) -> Sequence[int]:
        """One key per identifier; a bulletin's together with each component."""
        if not profile.identifiers or len(profile.identifiers) > _MANY_ALIASES:
            return ()
        found = []
        for identifier in profile.identifiers:
            if identifier.startswith(_PER_FLAW):
                found.append(key64("id", identifier))
            else:
                found.extend(key64("id", identifier, name) for name in profile.components)
        return found

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Propose every candidate that shares an identifier."""
        mine = set(profile.identifiers)
        made = []
        for candidate in candidates:
            shared = sorted(mine.intersection(candidate.identifiers))
            if shared:
                made.append(Proposal(candidate, 1.0, f"Both name {', '.join(shared)}.", True))
        return made


class FingerprintLayer:
    """The same fingerprint by the same tool for the same rule, in one file or in one that was renamed."""

    reason = Reason.FINGERPRINT
    prose_only = False

    def keys(self, profile: Profile) -> Sequence[int]:
        """The fingerprints are keys already; tool and rule are part of each."""
        return profile.fingerprints

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Propose candidates of other runs; a tool that gives one fingerprint to two places has not told them apart."""
        made = []
        for candidate in candidates:
            if candidate.rule != profile.rule or _like_named(profile.path, candidate.path):
                continue
            if candidate.run == profile.run and (candidate.path, candidate.line) != (profile.path, profile.line):
                continue
            if candidate.order[:2] != profile.order[:2] and candidate.line != profile.line:
                continue
            made.append(Proposal(candidate, 0.99, f"{profile.run[1]} gave both the same fingerprint.", True))
        return made


def _like_named(one: str, other: str) -> bool:
    """Whether two paths end in one file name and cannot be one file: two ``index.js`` side by side."""
    return path_parts(one)[-1:] == path_parts(other)[-1:] and not same_file(one, other)
