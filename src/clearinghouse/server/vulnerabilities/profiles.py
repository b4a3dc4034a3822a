"""What is kept of a finding to compare, rank and list it: small, typed, sealed."""

import msgspec

from clearinghouse.identity.profile import Profile
from clearinghouse.records import Finding
from clearinghouse.triage.judging import Score, highest_score


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What ranking needs of a finding beside its profile. Fields are only ever appended, with a default.

    Attributes:
        score: highest CVSS base score that it states, or None.
        observed: when the sender saw it, RFC 3339, if it says so. discovered: it was found by looking, not read
            somewhere. finder: who says so, in the report's words. weaknesses: CWE identifiers.
        same: numbers of the first few other findings that are the same flaw by what this report alone says.
    """

    score: Score | None = None
    observed: str | None = None
    discovered: bool = False
    finder: str = ""
    weaknesses: tuple[str, ...] = ()
    same: tuple[int, ...] = ()


class Stored(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is sealed in the row of a finding. Fields are only ever appended."""

    profile: Profile
    facts: Facts


def facts_of(finding: Finding) -> Facts:
    """Return what ranking needs of a finding."""
    score = highest_score(finding.severities)
    return Facts(
        score=score,
        observed=finding.observed if finding.advisory is None else None,
        discovered=finding.advisory is None and not finding.identifiers,
        finder=finding.finder,
        weaknesses=finding.weaknesses,
    )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Stored).decode


def packed(stored: Stored) -> bytes:
    """Return the bytes that are sealed."""
    return _encode(stored)


def unpacked(data: bytes) -> Stored:
    """Return what :func:`packed` made, of this or an earlier version.

    Raises:
        msgspec.ValidationError: they are of a later version.
    """
    return _decode(data)
