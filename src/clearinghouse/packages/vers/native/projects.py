"""Projects with a notation of their own in their security pages: nginx and OpenSSL.

Sources: https://nginx.org/en/security_advisories.html (``1.5.0+, 1.4.1+``, ``0.7.52-0.8.39``);
https://openssl-library.org/news/vulnerabilities/ (versions listed one by one).
"""

import re

from clearinghouse.packages.vers.intervals import ALL, NOTHING, Spans, intersection
from clearinghouse.packages.vers.native.common import any_of, between, checked, compared
from clearinghouse.packages.versions import Order

_FROM_ON = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})(?:\.[0-9]++)*+\+")
_ENDS = re.compile(r"([0-9.]++)\s*+-\s*+([0-9.]++)")


def nginx(text: str, order: Order) -> Spans:
    """Read what nginx calls vulnerable or not vulnerable.

    ``1.4.1+`` of a stable branch (its second number is even) ends with the branch; of the mainline it has no end.
    """
    return any_of(_nginx(each.strip(), order) for each in checked(text.split(",")))


def _nginx(text: str, order: Order) -> Spans:
    if text in ("all", "none"):
        return ALL if text == "all" else NOTHING
    found = _FROM_ON.fullmatch(text)
    if found:
        major, minor = found[1], int(found[2])
        return compared(">=", text[:-1], order) if minor % 2 else between(text[:-1], f"{major}.{minor + 1}.0", order)
    return _listed(text, order)


def openssl(text: str, order: Order) -> Spans:
    """Read a list of versions of OpenSSL."""
    return any_of(_listed(each.strip(), order) for each in checked(text.split(",")))


def _listed(text: str, order: Order) -> Spans:
    ends = _ENDS.fullmatch(text)
    if ends:
        return intersection(compared(">=", ends[1], order), compared("<=", ends[2], order))
    return compared("=", text, order)
