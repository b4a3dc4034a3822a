"""npm.

Law: SemVer, read as https://github.com/npm/node-semver reads it in its loose mode, which is for the manifests of long
ago: ``=`` and ``v`` before the version, white space around it, and a pre-release without its hyphen (``1.2.3beta``).

That node-semver reads ``1.2.34.5`` as 1.2.3-4.5 is an accident of its pattern and not repeated: like ``1.2.3.4``, it is
not valid. Nor does it matter here that JavaScript holds numbers beyond 2^53 inexactly.
"""

import re

from clearinghouse.packages.versions.order import Order
from clearinghouse.packages.versions.semver import CORE, major_of, release

_VERSION = re.compile(rf"[v=\s]*+{CORE}(?:-([0-9A-Za-z.-]*+)|([A-Za-z][0-9A-Za-z.-]*+))?+(?:\+[0-9A-Za-z.-]*+)?+\s*+")


def place(version: str) -> str | None:
    """Return the place of an npm version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, prerelease, joined = found.groups()
    if joined is not None and patch is None:
        return None
    return release(major, minor, patch, joined if prerelease is None else prerelease)


NPM = Order(name="npm", place=place, lead=lambda version: major_of(_VERSION, version) if place(version) else None)
