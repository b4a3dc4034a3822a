"""Go: modules, the toolchain and the standard library.

Law: modules are SemVer (https://go.dev/ref/mod#versions); their pseudo-versions are pre-releases, ``+incompatible`` is
a build. The toolchain and the standard library are versioned ``go1.21rc2``, ``go1.20.3``, ``go1.4beta1``
(https://go.dev/doc/toolchain#version); in advisories that is ``1.21.0-rc.2``. Releases before Go 1.21 leave a zero
patch away, so ``go1.20`` is 1.20.0. What a builder appends (``go1.20.3 X:boringcrypto``, ``go1.22.1-fips``) counts
nothing.

Also accepted: the toolchain's form without ``go`` (``1.21rc2``). ``(devel)`` is not valid.
"""

import re

from clearinghouse.packages.versions import semver
from clearinghouse.packages.versions.order import Order

_TOOLCHAIN = re.compile(r"go([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+(?:(alpha|beta|rc)([0-9]++))?+(?:[ +-].*+)?+")
_UNRELEASED = re.compile(r"v?+([0-9]++)\.([0-9]++)(?:\.([0-9]++))?+(alpha|beta|rc)([0-9]++)")


def place(version: str) -> str | None:
    """Return the place of a version of a Go module or toolchain."""
    placed = semver.place(version)
    if placed is not None:
        return placed
    found = _TOOLCHAIN.fullmatch(version) or _UNRELEASED.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, stage, count = found.groups()
    return semver.release(major, minor, patch, f"{stage}.{count}" if stage else None)


def _major(version: str) -> str | None:
    patterns = (semver.VERSION, _TOOLCHAIN, _UNRELEASED)
    return next((major for pattern in patterns if (major := semver.major_of(pattern, version))), None)


GO = Order(name="go", place=place, lead=_major)
