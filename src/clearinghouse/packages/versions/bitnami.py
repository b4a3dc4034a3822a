"""Versions of Bitnami's packages: upstream's three numbers and Bitnami's own revision.

Law (https://github.com/bitnami/go-version): three numbers as in SemVer, but what follows the hyphen is the revision of
the packaging and *above* the version without it: ``1.25.3`` < ``1.25.3-1`` < ``1.25.3-2``. Under SemVer, which OSV
names for these records, ``1.25.3-2`` would be a pre-release of 1.25.3 and so, wrongly, below the fix.

Two places follow what the published advisories mean by their words, and neither of the two laws alone:

* revision 0 is the version itself: ``1.22.0-0`` = ``1.22.0``. Advisories write ``introduced: 1.22.0-0`` and
  ``fixed: 10.6.27-0`` for ranges that hold, or end at, the plain version;
* a suffix that begins with a word for what comes before a release (``2.6.0-rc1``, ``-alpha.2``) is upstream's
  pre-release, below the release.

Also accepted: what :mod:`~clearinghouse.packages.versions.semver` accepts, and a revision written ``-r5``.
"""

import re

from clearinghouse.packages.versions.encoding import number
from clearinghouse.packages.versions.order import Order
from clearinghouse.packages.versions.semver import SEMVER, identifiers

_VERSION = re.compile(
    r"v?+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+(?:-(?:r(?=[0-9]))?+([0-9A-Za-z.-]*+))?+(?:\+[0-9A-Za-z.-]*+)?+"
)
_STAGE = re.compile(
    r"(?:alpha|beta|rc|cr|pre|preview|dev|snapshot|milestone|nightly|canary|next|ea|[abcm])(?![A-Za-z])", re.IGNORECASE
)

_PRERELEASE = "\x01"
_RELEASE = "\x02"
_REVISION = "\x03"


def place(version: str) -> str | None:
    """Return the place of a Bitnami version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, suffix = found.groups()
    core = number(major) + number(minor or "") + number(patch or "")
    if not suffix or not suffix.strip("0"):
        return core + _RELEASE
    return core + (_PRERELEASE if _STAGE.match(suffix) else _REVISION) + identifiers(suffix)


BITNAMI = Order(name="bitnami", place=place, lead=SEMVER.lead)
