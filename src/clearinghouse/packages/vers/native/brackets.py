"""Maven and NuGet: intervals as in mathematics, ``[1.0,2.0)``.

Sources: https://maven.apache.org/enforcer/enforcer-rules/versionRanges.html;
https://learn.microsoft.com/nuget/concepts/package-versioning#version-ranges. A version alone is a wish in Maven and a
lower bound in NuGet when it stands in a dependency; in advisories, for which this is, it is that version. Comparators
(``>= 1.0, < 2.0``) are read too, since databases write them for every ecosystem.
"""

import re

from clearinghouse.packages.vers.intervals import ALL, Spans, intersection
from clearinghouse.packages.vers.native.common import any_of, checked, compared, refused
from clearinghouse.packages.vers.native.lists import plain
from clearinghouse.packages.versions import Order

_INTERVAL = re.compile(r"([\[(])([^\[\](),]*+)(?:(,)([^\[\](),]*+))?([\])])\s*+,?\s*+")


def brackets(text: str, order: Order) -> Spans:
    """Read intervals separated by commas, or a version, or comparisons."""
    text = text.strip()
    if text[:1] not in ("[", "("):
        return plain(text, order)
    found = []
    at = 0
    while at < len(text):
        interval = _INTERVAL.match(text, at)
        if interval is None:
            raise refused("a bracket is not closed, or something stands between the brackets")
        found.append(_interval(interval, order))
        at = interval.end()
        checked([""] * len(found))
    return any_of(found)


def _interval(found: re.Match[str], order: Order) -> Spans:
    opening, low, comma, high, closing = found.groups()
    low, high = low.strip(), (high or "").strip()
    if not comma:
        if not low or (opening, closing) != ("[", "]"):
            raise refused("brackets around one version are square ones")
        return compared("=", low, order)
    spans = compared(">=" if opening == "[" else ">", low, order) if low else ALL
    return intersection(spans, compared("<=" if closing == "]" else "<", high, order)) if high else spans
