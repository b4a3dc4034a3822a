"""The last of the versions that an advisory lists one by one, for who wants to be above them.

It is that of the line of releases that was hit: what is above all lines may be a step that nobody asked for, and the
range of another flaw may go on there.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.versions import Version, alike, compare, read_version
from clearinghouse.records import Exposure

_LINE = 2
"""Parts at the beginning of a version that name its line, if it has more."""


def with_last_listed(exposure: Exposure, statements: Sequence[Statement]) -> Exposure:
    """Return an exposure with the last affected version, where a list was hit and no fix is named.

    Laws: nothing but ``why.last_affected`` and ``again`` differs; the former is at least the version that was hit, and
    no version above it that the advisory calls affected is of its line, or below the first of ``again``.

    Args:
        statements: those of its advisory that certainly speak of the product.
    """
    hit = read_version(exposure.why.text or "") if _lacks_an_end(exposure) else None
    if hit is None or any(each.unread or each.default == "affected" for each in statements):
        return exposure
    listed = [each for each in _listed(statements) if compare(each, hit) == 1]
    last = max((hit, *(each for each in listed if _of_line(each, hit))), key=_order_of)
    above = [each for each in listed if not _of_line(each, hit)]
    for stretch in (stretch for each in statements for stretch in each.stretches):
        low, high = (read_version(text) if text else None for text in (stretch.low, stretch.high))
        if low and compare(low, last) == 1 and not _of_line(low, hit):
            above.append(low)
        elif high is None or compare(high, last) not in (0, -1):
            return exposure  # more is affected above the list, or it cannot be said
    again = (min(above, key=_order_of).text,) if above else ()
    why = msgspec.structs.replace(exposure.why, last_affected=last.text)
    return msgspec.structs.replace(exposure, why=why, again=again)


def _lacks_an_end(exposure: Exposure) -> bool:
    why = exposure.why
    return exposure.match.is_sure and why.kind == "enumerated" and not exposure.fixed and why.last_affected is None


def _listed(statements: Iterable[Statement]) -> Iterator[Version]:
    return filter(None, (read_version(text) for each in statements for text in each.listed))


def _order_of(version: Version) -> bytes:
    """By what versions that can be compared stand in order."""
    return version.key


def _of_line(version: Version, other: Version) -> bool:
    """Whether two versions are of one line of releases: 7.0.1 and 7.0.9, and not 7.2.1."""
    return alike(version, other) >= min(_LINE, len(other.parts) - 1)
