"""Releases of distributions: the form in which two spellings of one release are equal.

Advisories write a release as the suffix of the OSV ecosystem (``Debian:12``, ``Ubuntu:Pro:18.04:LTS``,
``Red Hat:enterprise_linux:8::appstream``; https://ossf.github.io/osv-schema/#defined-ecosystems), inventories as the
``distro`` qualifier of a package URL (``debian-12.4``, ``rhel-8.6``, ``jammy``), which tools make of ``ID`` and
``VERSION_ID`` of ``/etc/os-release``. Code names are those of distro-info-data
(https://debian.pages.debian.net/distro-info-data/).
"""

import re
from collections.abc import Callable
from functools import lru_cache

_NUMBER = re.compile(r"\d++(?:\.\d++)*+")
_MINOR = re.compile(r"(\d++)(?:\.(\d++))?")
_SERVICE_PACK = re.compile(r"(\d++) SP(\d++)")
_RHEL = re.compile(r"enterprise_linux:(\d++)")
_LAYERED = re.compile(r"::el(\d++)$")
_EXTENDED = re.compile(r"rhel_[a-z0-9]++:(\d++)(?:[.:]|$)")
_ENTERPRISE = re.compile(
    r"Red Hat Enterprise Linux(?: (?:Server|Workstation|Desktop|Client|ComputeNode|BaseOS|AppStream|CRB"
    r"|CodeReady Linux Builder))?(?: Optional)? (?:\(v\. ?)?(\d++)\)?"
)
_PLAIN_NAME = r"(?: GNU/Linux| Linux| OS)? v?(\d++(?:\.\d++)*+)(?: LTS)?(?: \(\w+\))?"
_SUBSCRIBED = re.compile(r"LTSS|ESPOS|Extended|TERADATA|-LTS\b")
_PLAIN_VERSION = re.compile(r"(\d++)(?:\.\d++)*+")

_DEBIAN = """
buzz=1.1 rex=1.2 bo=1.3 hamm=2.0 slink=2.1 potato=2.2 woody=3.0 sarge=3.1 etch=4 lenny=5 squeeze=6 wheezy=7 jessie=8
stretch=9 buster=10 bullseye=11 bookworm=12 trixie=13 forky=14 duke=15 unstable=sid
"""
_UBUNTU = """
warty=4.10 hoary=5.04 breezy=5.10 dapper=6.06 edgy=6.10 feisty=7.04 gutsy=7.10 hardy=8.04 intrepid=8.10 jaunty=9.04
karmic=9.10 lucid=10.04 maverick=10.10 natty=11.04 oneiric=11.10 precise=12.04 quantal=12.10 raring=13.04 saucy=13.10
trusty=14.04 utopic=14.10 vivid=15.04 wily=15.10 xenial=16.04 yakkety=16.10 zesty=17.04 artful=17.10 bionic=18.04
cosmic=18.10 disco=19.04 eoan=19.10 focal=20.04 groovy=20.10 hirsute=21.04 impish=21.10 jammy=22.04 kinetic=22.10
lunar=23.04 mantic=23.10 noble=24.04 oracular=24.10 plucky=25.04 questing=25.10 resolute=26.04
"""


def _names(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


_DEBIAN_NAMES = _names(_DEBIAN)
_UBUNTU_NAMES = _names(_UBUNTU)


def _as_is(text: str) -> str:
    return text


def _none(_: str) -> str:
    return ""


def _major(text: str) -> str:
    found = _NUMBER.match(text)
    return found[0].partition(".")[0] if found else text


def _minor(text: str) -> str:
    """``3.17.1`` as ``3.17``, ``4`` as ``4.0``."""
    found = _MINOR.match(text)
    return f"{found[1]}.{found[2] or 0}" if found else text


def _debian(text: str) -> str:
    """``12.4`` and ``bookworm`` as ``12``. Up to 3.1 the number after the dot was part of the release."""
    text = text.lower()
    name = text.rpartition("/")[2]  # a future release says bookworm/sid
    number = _DEBIAN_NAMES.get(name, name)
    found = _MINOR.match(number)
    if not found:
        return number
    return f"{found[1]}.{found[2] or 0}" if int(found[1][:3]) < 4 else found[1]


def _ubuntu(text: str) -> str:
    """``22.04:LTS``, ``22.04.3`` and ``jammy`` as ``22.04``; ``Pro:18.04:LTS`` as ``Pro:18.04``."""
    parts = (_UBUNTU_NAMES.get(part.lower(), part) for part in text.split(":") if part != "LTS")
    return ":".join(_minor(part) for part in parts)


def _alpine(text: str) -> str:
    """``v3.17`` and ``3.17.1`` as ``3.17``. What os-release of ``edge`` says is an alpha of the next release."""
    return "edge" if "_alpha" in text else _minor(text.removeprefix("v"))


def _red_hat(text: str) -> str:
    """``8.6`` and ``enterprise_linux:8::appstream`` as ``8``.

    Other streams (``rhel_eus:8.6::baseos``, ``openshift:4.12::el8``) are products of their own: a system is on one of
    them only by subscription, which its packages do not tell.
    """
    found = _PLAIN_VERSION.fullmatch(text) or _RHEL.match(text)
    return found[1] if found else text


def _opensuse(text: str) -> str:
    """``leap-15.3``, ``15.3`` and ``Leap 15.3`` as ``Leap 15.3``; ``tumbleweed-20240902`` as ``Tumbleweed``."""
    lower = text.lower()
    if "tumbleweed" in lower:
        return "Tumbleweed"
    found = _NUMBER.search(lower)
    if not found or "backports" in lower:
        return text
    return f"Leap Micro {found[0]}" if "micro" in lower else f"Leap {found[0]}"


def _suse(text: str) -> str:
    """``15.4`` and every ``Linux Enterprise ... 15 SP4`` as ``15.4``: a package is in one module of a service pack.

    SUSE Linux Enterprise Micro counts on its own (``Micro 5.3``). Other products stay as they are.
    """
    text = text.removeprefix("SUSE ")
    if _PLAIN_VERSION.fullmatch(text):
        return text
    numbers = _NUMBER.findall(text)
    if not numbers or not text.startswith(("Linux Enterprise", "Linux Micro", "Micro")):
        return text
    if "Micro" in text:
        return f"Micro {numbers[-1]}"
    pack = _SERVICE_PACK.search(text)
    return f"{pack[1]}.{pack[2]}" if pack else str(numbers[-1])


_RULES: dict[str, Callable[[str], str]] = {
    "AlmaLinux": _major,
    "Alpine": _alpine,
    "Azure Linux": _major,
    "Debian": _debian,
    "Mageia": _major,
    "Maven": _none,  # here the suffix is a repository: the same package may be taken from another one
    "openSUSE": _opensuse,
    "Packagist": _none,
    "Photon OS": _minor,
    "Red Hat": _red_hat,
    "Rocky Linux": _major,
    "SUSE": _suse,
    "Ubuntu": _ubuntu,
    "VSCode": _none,
}
_ROLLING = frozenset(
    {"Chainguard", "CleanStart", "Docker Hardened Images", "Echo", "MinimOS", "Wolfi", "Bitnami"}
)  # what os-release says of them is a date or a build, and advisories name no release
_FAMILIES = frozenset({"openSUSE", "SUSE"})


def normal_release(ecosystem: str, release: str) -> str:
    """Return a release in the form in which two spellings of it are equal, or the empty string for none.

    Args:
        ecosystem: OSV base name. release: what stands after its colon, or what a tool calls the release.
    """
    return _RULES.get(ecosystem, _as_is)(release) if release else ""


@lru_cache(maxsize=4096)
def is_stream_of(ecosystem: str, stream: str, release: str) -> bool:
    """Return whether advisories for ``stream`` may be about packages on a system of ``release``, which is another.

    A system gets packages of a stream by subscription, which its packages do not tell: Ubuntu Pro's updates of a
    release (``Pro:18.04``), Red Hat's extended support and layered products (``rhel_eus:8.6::baseos``,
    ``openshift:4.12::el8``). FIPS and real-time builds of Ubuntu are other packages under the same names; their
    advisories say nothing about the usual ones.
    """
    if ecosystem == "Ubuntu":
        return stream == f"Pro:{release}"
    if ecosystem == "Red Hat":
        found = _LAYERED.search(stream) or _EXTENDED.match(stream)
        return bool(found and found[1] == release)
    return False


def release_of_distro(ecosystem: str, namespace: str, distro: str) -> str:
    """Return the release that the ``distro`` qualifier of a package URL names, in normal form.

    Args:
        ecosystem: OSV base name of the package URL. namespace: its namespace, which of openSUSE and SUSE may say which
            product it is. distro: the qualifier's value: ``debian-11.5``, ``11``, ``jessie``, ``opensuse-leap-15.3``.
    """
    if not distro or ecosystem in _ROLLING:
        return ""
    if ecosystem in _FAMILIES:
        words = f"{namespace} {distro}".lower()
        micro = "micro" in words or "slem" in words
        distro = words if ecosystem == "openSUSE" else f"{'Micro ' if micro else ''}{distro.rpartition('-')[2]}"
    else:
        distro = distro.rpartition("-")[2]
    return normal_release(ecosystem, distro)


def release_of_platform(ecosystem: str, platform: str) -> str:
    """Return the release of a distribution that the name of a product means, in normal form.

    Nothing where the name is not of this distribution (an architecture, a host). The name itself where it is more than
    the distribution and its release (extended support, a layered product): no system is taken for that.

    Args:
        ecosystem: OSV base name. platform: as a CSAF document calls it (``Red Hat Enterprise Linux 9``).
    """
    word = ecosystem.partition(" ")[0]
    if word.lower() not in platform.lower():
        return ""
    if ecosystem in _FAMILIES:
        found = normal_release(ecosystem, platform)
        plain = found[-1:].isdigit() or found == "Tumbleweed"
        return found if plain and not _SUBSCRIBED.search(platform) else platform
    if ecosystem == "Red Hat":
        match = _ENTERPRISE.fullmatch(platform)
    else:
        match = re.fullmatch(rf"{re.escape(ecosystem)}{_PLAIN_NAME}", platform, re.IGNORECASE)
    return normal_release(ecosystem, match[1]) if match else platform
