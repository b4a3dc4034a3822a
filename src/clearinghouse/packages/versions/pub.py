"""Pub (Dart).

Law (https://pub.dev/packages/pub_semver): SemVer 2.0.0-rc.1, where what follows ``+`` does count. It is compared after
the pre-release and in the same way, and a version with it is above the same one without.

Dart's parser of numbers also takes ``-5`` and ``0x1f`` for numbers in an identifier; here they are words.
"""

from clearinghouse.packages.versions.encoding import END
from clearinghouse.packages.versions.order import Order
from clearinghouse.packages.versions.semver import SEMVER, VERSION, identifiers, release

_BUILD = "\x01"


def place(version: str) -> str | None:
    """Return the place of a Pub version."""
    found = VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, prerelease, build = found.groups()
    return release(major, minor, patch, prerelease) + (END if build is None else _BUILD + identifiers(build))


PUB = Order(name="pub", place=place, lead=SEMVER.lead)
