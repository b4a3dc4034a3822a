"""Versions that are only numbers: CRAN and Hackage.

Law: the numbers are compared from left to right, and the longer list is above the shorter that it begins with, so
``1.0`` < ``1.0.0``. CRAN: ``numeric_version`` of R, numbers separated by dots or hyphens
(https://stat.ethz.ch/R-manual/R-devel/library/base/html/numeric_version.html). Hackage: ``Version`` of Cabal
(https://hackage.haskell.org/package/Cabal-syntax/docs/Distribution-Types-Version.html).

Also accepted: a single number, leading zeros (``0.01`` = ``0.1``).
"""

import re

from clearinghouse.packages.versions.encoding import END, number
from clearinghouse.packages.versions.order import Order, leading

_CRAN = re.compile(r"[0-9]++(?:[.-][0-9]++)*+")
_HACKAGE = re.compile(r"[0-9]++(?:\.[0-9]++)*+")


def place_cran(version: str) -> str | None:
    """Return the place of a CRAN version."""
    if _CRAN.fullmatch(version) is None:
        return None
    return "".join([number(part) for part in version.replace("-", ".").split(".")]) + END


def place_hackage(version: str) -> str | None:
    """Return the place of a Hackage version."""
    if _HACKAGE.fullmatch(version) is None:
        return None
    return "".join([number(part) for part in version.split(".")]) + END


def _major_cran(version: str) -> str | None:
    return leading(version.replace("-", ".").partition(".")[0]) if _CRAN.fullmatch(version) else None


def _major_hackage(version: str) -> str | None:
    # Both first numbers are the major version: https://pvp.haskell.org/#version-numbers
    if _HACKAGE.fullmatch(version) is None:
        return None
    first, _, rest = version.partition(".")
    major = leading(first)
    return major and f"{major}.{rest.partition('.')[0].lstrip('0') or '0'}"


CRAN = Order(name="cran", place=place_cran, lead=_major_cran)
HACKAGE = Order(name="hackage", place=place_hackage, lead=_major_hackage)
