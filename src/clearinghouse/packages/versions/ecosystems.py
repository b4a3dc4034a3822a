"""Which order an ecosystem's versions have.

Names are those of OSV (https://ossf.github.io/osv-schema/#defined-ecosystems), the types of package URLs (ECMA-427) and
VERS schemes, and the names of the orders themselves.

| order | ecosystems of OSV | package URL types |
|---|---|---|
| semver | crates.io, Hex, SwiftURL, Julia, GHC, VSCode | cargo, hex, swift, julia |
| npm | npm | npm |
| go | Go | golang |
| pub | Pub | pub |
| bitnami | Bitnami | bitnami |
| nuget | NuGet | nuget |
| pep440 | PyPI | pypi |
| maven | Maven | maven |
| gem | RubyGems | gem |
| composer | Packagist | composer |
| cran | CRAN, Bioconductor | cran, bioconductor |
| hackage | Hackage | hackage |
| opam | opam | opam |
| dpkg | Debian, Ubuntu, Echo | deb |
| rpm | Red Hat, Rocky Linux, AlmaLinux, SUSE, openSUSE, Mageia, openEuler, Azure Linux, Photon OS | rpm |
| apk | Alpine, Wolfi, Chainguard, Alpaquita, BellSoft Hardened Containers, CleanStart, MinimOS | apk, alpine |

``TuxCare:NAME`` and ``Docker Hardened Images:NAME`` have the order of NAME; ``Echo:NAME`` that of PyPI and Maven where
these are named.

No order is known, and none is guessed, for: GIT, Linux, OSS-Fuzz and Android (commits, and dates of patch levels);
GitHub Actions (``v4`` is a tag that moves); ConanCenter (Conan compares a number with a word as texts, so that
10 < 1a < 9 < 10); Kubernetes (its advisories say SEMVER, which names the order itself); Root and ``Echo:npm`` (rules
of their own about a vendor's suffix); package URL types without rules for versions (``generic``, ``github``, ``oci``).
"""

from clearinghouse.packages.versions.apk import APK
from clearinghouse.packages.versions.bitnami import BITNAMI
from clearinghouse.packages.versions.composer import COMPOSER
from clearinghouse.packages.versions.dpkg import DPKG, OPAM
from clearinghouse.packages.versions.gem import GEM
from clearinghouse.packages.versions.golang import GO
from clearinghouse.packages.versions.maven import MAVEN
from clearinghouse.packages.versions.npm import NPM
from clearinghouse.packages.versions.nuget import NUGET
from clearinghouse.packages.versions.numeric import CRAN, HACKAGE
from clearinghouse.packages.versions.order import Order
from clearinghouse.packages.versions.pep440 import PEP440
from clearinghouse.packages.versions.pub import PUB
from clearinghouse.packages.versions.rpm import RPM
from clearinghouse.packages.versions.semver import SEMVER

_ECOSYSTEMS = {
    "crates.io": SEMVER,
    "Hex": SEMVER,
    "SwiftURL": SEMVER,
    "Julia": SEMVER,
    "GHC": SEMVER,
    "VSCode": SEMVER,
    "npm": NPM,
    "Go": GO,
    "Pub": PUB,
    "Bitnami": BITNAMI,
    "NuGet": NUGET,
    "PyPI": PEP440,
    "Maven": MAVEN,
    "RubyGems": GEM,
    "Packagist": COMPOSER,
    "CRAN": CRAN,
    "Bioconductor": CRAN,
    "Hackage": HACKAGE,
    "opam": OPAM,
    "Debian": DPKG,
    "Ubuntu": DPKG,
    "Echo": DPKG,
    "Red Hat": RPM,
    "Rocky Linux": RPM,
    "AlmaLinux": RPM,
    "SUSE": RPM,
    "openSUSE": RPM,
    "Mageia": RPM,
    "openEuler": RPM,
    "Azure Linux": RPM,
    "Photon OS": RPM,
    "Alpine": APK,
    "Wolfi": APK,
    "Chainguard": APK,
    "Alpaquita": APK,
    "BellSoft Hardened Containers": APK,
    "CleanStart": APK,
    "MinimOS": APK,
}
_PURL_TYPES = {
    "cargo": SEMVER,
    "swift": SEMVER,
    "golang": GO,
    "pypi": PEP440,
    "gem": GEM,
    "composer": COMPOSER,
    "deb": DPKG,
    "rpm": RPM,
    "apk": APK,
}
_ORDERS = (SEMVER, NPM, GO, PUB, BITNAMI, NUGET, PEP440, MAVEN, GEM, COMPOSER, CRAN, HACKAGE, OPAM, DPKG, RPM, APK)
_EXACT = _ECOSYSTEMS | _PURL_TYPES | {order.name: order for order in _ORDERS}
_ANY_CASE = {name.lower(): order for name, order in _EXACT.items()}

_DELEGATES = frozenset({"tuxcare", "docker hardened images"})
_ECHO = {"pypi": PEP440, "maven": MAVEN, "npm": None}


def order_of(ecosystem: str) -> Order | None:
    """Return the order of an ecosystem's versions, or None where none is known.

    Args:
        ecosystem: a name of the table above; exactly as written there first, then in any case. What follows a colon
            names a release (``Debian:12``, ``Red Hat:enterprise_linux:9::baseos``) and does not change the order.
    """
    order = _EXACT.get(ecosystem)
    if order is not None:
        return order
    name, _, release = ecosystem.partition(":")
    lower = name.lower()
    if lower in _DELEGATES:
        return None if release.partition(":")[0].lower() in _DELEGATES else order_of(release)
    if lower == "echo":
        return _ECHO.get(release.lower(), DPKG)
    return _EXACT.get(name) or _ANY_CASE.get(lower)


def compare(ecosystem: str, a: str, b: str) -> int | None:
    """Return -1, 0 or 1 as version ``a`` is below, equal to or above ``b``; None where the order is unknown."""
    order = order_of(ecosystem)
    return None if order is None else order.compare(a, b)
