"""Layers in which equality of one fact decides: public identifiers, and the tool's own fingerprints."""

from collections.abc import Sequence

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64, key_of, same_file
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_PER_FLAW = ("CVE-", "GHSA-", "GO-", "PYSEC-", "RUSTSEC-", "OSV-", "BIT-", "MAL-")
"""Schemes whose identifiers name one flaw. Others (RHSA, USN, DSA, ...) name a bulletin about several flaws."""
_MANY_ALIASES = 8
"""A record with more identifiers than this is a collection; OSV.dev drops alias groups for the same reason."""
_TRIVIAL = frozenset({"", "0", "none", "null", "unknown", "n/a", "requires login"})


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
    """The same fingerprint by the same tool for the same rule, in files that can be the same file."""

    reason = Reason.FINGERPRINT
    prose_only = False

    def keys(self, profile: Profile) -> Sequence[int]:
        """One key per fingerprint, with the tool and the rule that gave it."""
        if not profile.fingerprints:
            return ()
        by = f"fp\x1f{profile.run[1]}\x1f{profile.rule}\x1f"
        return [
            key_of(f"{by}{name}\x1f{value}".encode("utf-8", "replace"))
            for name, value in profile.fingerprints
            if len(value) >= 8 and value.lower() not in _TRIVIAL
        ]

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Propose candidates of other runs; a tool that gives one fingerprint to two places has not told them apart."""
        mine = dict(profile.fingerprints)
        made = []
        for candidate in candidates:
            shared = [name for name, value in candidate.fingerprints if mine.get(name) == value]
            if not shared or candidate.rule != profile.rule or not same_file(profile.path, candidate.path):
                continue
            if candidate.run == profile.run and candidate.line != profile.line:
                continue
            if (candidate.rank, candidate.count) != (profile.rank, profile.count) and candidate.line != profile.line:
                continue
            name = shared[0].removeprefix("partial/")
            made.append(Proposal(candidate, 0.99, f"{profile.run[1]} gave both the same fingerprint ({name}).", True))
        return made
