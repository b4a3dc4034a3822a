"""Identifiers of flaws: the same tomorrow, in another folder, beside other flaws and in another order."""

from collections.abc import Sequence
from hashlib import blake2b

from clearinghouse.records import Finding


class Names:
    """Gives each flaw an identifier made of what it is: of its public identifier, else of what its findings say.

    Law: the order of the findings does not count. A flaw without a public identifier can change its identifier when
    another finding joins it. Flaws that nothing distinguishes are numbered in their order.
    """

    def __init__(self) -> None:
        self._taken: dict[bytes, int] = {}

    def of(self, identifiers: Sequence[str], members: Sequence[Finding]) -> str:
        """Return the identifier of the flaw with these public identifiers, the first one first, and these findings."""
        told = ("id", identifiers[0]) if identifiers else min([_what(member) for member in members])
        digest = blake2b("\x1f".join(told).encode("utf-8", "replace"), digest_size=6).digest()
        self._taken[digest] = number = self._taken.get(digest, 0) + 1
        return f"V-{digest.hex()}" if number == 1 else f"V-{digest.hex()}-{number}"


def _what(finding: Finding) -> tuple[str, ...]:
    """What a finding without a public identifier says, without lines and without its place in a document."""
    place = finding.locations[0] if finding.locations else None
    crash = finding.crash
    return (
        finding.finder,
        finding.rule or "",
        finding.component.name if finding.component else "",
        (crash.signature if crash else None) or "",
        place.path if place else "",
        (place.symbol or place.snippet or "") if place else "",
        finding.title,
        "" if crash else finding.description,
    )
