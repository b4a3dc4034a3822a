"""Advice that a document divides: a sentence that ends with a colon, and what it announces, in entries of their own.

Security advisories that were made from web pages have each line of a list apart.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from clearinghouse.formats.csaf.schema import Remediation

_MOST = 20
"""Entries of one list that are joined to the sentence before it."""


def lists_joined(remediations: Sequence[Remediation]) -> Iterator[Remediation]:
    """Yield the remediations in order, each list as one with the sentence that announces it.

    "Users should take the following measures:" is followed by one remediation for each measure. A list goes on while
    category and products stay the same, and ends before a link or another such sentence.

    Law: every word of what comes in goes out, and what announces nothing goes out as it is.
    """
    at = 0
    while at < len(remediations):
        first = remediations[at]
        at += 1
        entries: list[str] = []
        while (
            _announces(first) and at < len(remediations) and _goes_on(first, remediations[at]) and len(entries) < _MOST
        ):
            entries.append((remediations[at].details or "").strip())
            at += 1
        if entries:
            lines = ((first.details or "").strip(), *(f"- {entry}" for entry in entries))
            first = replace(first, details="\n".join(lines))
        yield first


def _announces(remediation: Remediation) -> bool:
    return (remediation.details or "").rstrip().endswith(":") and not remediation.url


def _goes_on(first: Remediation, following: Remediation) -> bool:
    """Whether a remediation is an entry of the list that another one announces."""
    return (
        bool((following.details or "").strip())
        and not following.url
        and not _announces(following)
        and following.category == first.category
        and following.product_ids == first.product_ids
        and following.group_ids == first.group_ids
    )
