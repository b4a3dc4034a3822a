"""Which distribution a list of packages is of: from ``os-release`` beside it, or from what the packages themselves say.

Nothing is guessed. A package that only one distribution has, and that carries its release, says both; so do marks that
distributions write into versions, where all of them agree.

Sources of the marks: Debian Developer's Reference, sections 5.11.2 (``+deb12u1``) and 5.12 (``~bpo12+1``); the version
conventions of Ubuntu's security team (``0ubuntu0.22.04.1``); Fedora Packaging Guidelines, ``%{?dist}`` (``.el9``).
"""

import re
from collections import Counter
from collections.abc import Callable

import msgspec

from clearinghouse.formats.os_packages.distributions import (
    WITHOUT_RELEASE,
    OsRelease,
    ecosystem_in,
    enterprise,
    open_euler,
    release_of_codename,
    ubuntu,
)
from clearinghouse.formats.os_packages.entry import Entry
from clearinghouse.formats.text import clean_line, quoted

_PUT = "the file /etc/os-release before the list"
_NO_ADVISORIES = "for whose packages there is no collection of advisories"
_DEBIAN_MARK = re.compile(r"[+~](?:deb|bpo)(\d{1,2})(?:u\d|\+)")
_UBUNTU_MARK = re.compile(r"(?:ubuntu0\.|[~+])(\d\d\.(?:04|10))(?![0-9])")
_DIST = re.compile(r"[._](el|fc|amzn|mga|ph|azl|cm|oe)(\d{1,4})(sp\d)?(?![0-9])")
_BASE_FILES = re.compile(r"(\d{1,2})(?:\.\d{1,2})?(?:\+deb\d{1,2}u\d{1,3})?")
_UPGRADER = re.compile(r"\d\d\.\d\d(?=[.~+]|$)")
_ALIKE = 3
"""Marks of one kind must outnumber the others by this factor: a package may come from elsewhere."""
_MOST_TOLD = 4

_RELEASE_PACKAGES = {
    ("apk", "alpine-release"): "alpine",
    ("apk", "wolfi-baselayout"): "wolfi",
    ("apk", "chainguard-baselayout"): "chainguard",
    ("rpm", "rocky-release"): "rocky",
    ("rpm", "almalinux-release"): "almalinux",
    ("rpm", "redhat-release"): "rhel",
    ("rpm", "redhat-release-server"): "rhel",
    ("rpm", "centos-release"): "centos",
    ("rpm", "centos-linux-release"): "centos",
    ("rpm", "centos-stream-release"): "centos",
    ("rpm", "oraclelinux-release"): "ol",
    ("rpm", "fedora-release-common"): "fedora",
    ("rpm", "sl-release"): "scientific",
    ("rpm", "system-release"): "amzn",
    ("rpm", "azurelinux-release"): "azurelinux",
    ("rpm", "mariner-release"): "mariner",
    ("rpm", "photon-release"): "photon",
    ("rpm", "sles-release"): "sles",
    ("rpm", "sled-release"): "sled",
    ("rpm", "Leap-release"): "opensuse-leap",
    ("rpm", "openSUSE-Tumbleweed-release"): "opensuse-tumbleweed",
}
"""Packages that one distribution alone has, whose version is that of its release: the ID in its ``os-release``."""
_PRODUCTS = {
    "sles": "SUSE Linux Enterprise Server",
    "sled": "SUSE Linux Enterprise Desktop",
    "opensuse-leap": "openSUSE Leap",
    "opensuse-tumbleweed": "openSUSE Tumbleweed",
}


class System(msgspec.Struct, frozen=True):
    """The distribution.

    Attributes:
        ecosystem: OSV name, with the release where it is known; empty where not even the distribution is.
        code, notice: what a person should know about it, as the code and sentence of a notice; empty if nothing.
        expected: what would settle it.
    """

    ecosystem: str = ""
    code: str = ""
    notice: str = ""
    expected: str = ""


class Evidence:
    """What a list says about its distribution.

    Attributes:
        described: assignments of an ``os-release`` file beside the list.
    """

    def __init__(self, family: str) -> None:
        self.described: dict[str, str] = {}
        self._family = family
        self._told: list[OsRelease] = []
        self._debian: Counter[str] = Counter()
        self._ubuntu: Counter[str] = Counter()
        self._dists: Counter[str] = Counter()
        self._alpine = False

    def add(self, entry: Entry) -> None:
        """Take note of one package."""
        version = entry.version or ""
        if self._family == "dpkg":
            self._add_debian(entry, version)
        elif self._family == "rpm":
            if match := _DIST.search(version):
                self._dists["".join(match.groups(""))] += 1
        elif entry.name in ("alpine-baselayout", "alpine-keys"):
            self._alpine = True
        told = _told(self._family, entry.name, version.rpartition(":")[2])
        if told and told not in self._told and len(self._told) < _MOST_TOLD:
            self._told.append(told)

    def _add_debian(self, entry: Entry, version: str) -> None:
        if "ubuntu" in version:
            match = _UBUNTU_MARK.search(version)
            self._ubuntu[match[1] if match else ""] += 1
        elif match := _DEBIAN_MARK.search(version):
            self._debian[match[1]] += 1
        for suite in entry.suites.split(",") if entry.suites else ():
            name = suite.partition("-")[0]
            if release := release_of_codename("Debian", name):
                self._debian[release] += 1
            elif release := release_of_codename("Ubuntu", name):
                self._ubuntu[release] += 1

    def system(self) -> System:
        """Return what is known of the distribution by all that was noted."""
        if self.described.get("ID"):
            return _described(self.described)
        if len(self._told) == 1:
            return _described(self._told[0])
        if self._told:
            names = " and ".join(clean_line(told["PRETTY_NAME"], 60) for told in self._told)
            return _unknown(f"The list has packages of several distributions or releases ({names})")
        if self._family == "dpkg":
            return self._by_versions()
        if self._family == "rpm":
            return self._by_dists()
        if self._alpine:
            return _release_unknown("Alpine")
        return _unknown("The list does not say of which distribution it is")

    def _by_versions(self) -> System:
        ours, theirs = self._debian.total(), self._ubuntu.total()
        if ours > theirs * _ALIKE:
            return _of_release("Debian", set(self._debian), "Debian:{}".format)
        if theirs > ours * _ALIKE:
            return _of_release("Ubuntu", set(self._ubuntu) - {""}, ubuntu)
        return _unknown("The list does not say whether it is of Debian, Ubuntu or another distribution")

    def _by_dists(self) -> System:
        if not self._dists:
            return _unknown("The list does not say of which distribution it is")
        (tag, many), *_ = self._dists.most_common(1)
        if many <= (self._dists.total() - many) * _ALIKE:
            told = ", ".join(sorted(self._dists)[:6])
            return _unknown(f"The list has packages of several distributions or releases ({told})")
        match = re.fullmatch(r"([a-z]+)(\d+)(sp\d)?", tag)
        return _of_dist(*match.groups("")) if match else _unknown("The list does not say of which distribution it is")


def _told(family: str, name: str, version: str) -> OsRelease | None:
    """Return what a package says of the distribution, in the words of ``os-release``; None for nearly all of them."""
    upstream = version.partition("-")[0]
    if family == "dpkg":
        if name == "base-files" and (match := _BASE_FILES.fullmatch(version)):
            return {"ID": "debian", "VERSION_ID": match[1], "PRETTY_NAME": f"Debian {match[1]}"}
        if name == "ubuntu-release-upgrader-core" and (match := _UPGRADER.match(version)):
            return {"ID": "ubuntu", "VERSION_ID": match[0], "PRETTY_NAME": f"Ubuntu {match[0]}"}
        return None
    identity = _RELEASE_PACKAGES.get((family, name))
    if identity is None:
        return None
    pretty = f"{_PRODUCTS.get(identity, identity)} {upstream}"
    if identity in ("sles", "sled"):
        major, _, minor = upstream.partition(".")
        pretty = f"{_PRODUCTS[identity]} {major}{f' SP{minor}' if minor.strip('0') else ''}"
    elif identity == "opensuse-tumbleweed":
        pretty = _PRODUCTS[identity]
    return {"ID": identity, "VERSION_ID": upstream, "PRETTY_NAME": pretty}


def _described(described: OsRelease) -> System:
    ecosystem = ecosystem_in(described)
    name = clean_line(described.get("PRETTY_NAME") or described["ID"], 80)
    if ecosystem is None:
        return _unsupported(f"It is of {quoted(name, 80)}, {_NO_ADVISORIES}.")
    if described["ID"].lower() == "centos":
        notice = "CentOS is built from Red Hat's sources, and its packages are read as packages of Red Hat."
        return System(ecosystem=ecosystem, code="rebuild", notice=notice)
    return _settled(ecosystem)


def _of_dist(kind: str, number: str, pack: str) -> System:
    """Return the distribution that a mark in the releases of packages means: ``el``, ``9``."""
    if kind == "el":
        return System(
            ecosystem=f"Red Hat:{enterprise(number)}",
            code="rebuild_unknown",
            notice=f"The packages are built for Enterprise Linux {number} and are read as Red Hat's; whether they are"
            " of a rebuild such as Rocky Linux or AlmaLinux is not said.",
            expected=_PUT,
        )
    if kind == "oe":
        service = f"-{pack.upper()}" if pack else ""
        return _settled(f"openEuler:{open_euler(f'{number[:2]}.{number[2:]} (LTS{service})')}")
    if kind == "ph":
        return _settled(f"Photon OS:{number}.0")
    name = {"mga": "Mageia", "azl": "Azure Linux", "cm": "Azure Linux"}.get(kind)
    if name:
        return _settled(f"{name}:{number}")
    return _unsupported(
        f"Its packages are marked {quoted(kind + number)}, as those of a distribution {_NO_ADVISORIES}."
    )


def _settled(ecosystem: str) -> System:
    name, _, release = ecosystem.partition(":")
    return System(ecosystem=ecosystem) if release or name in WITHOUT_RELEASE else _release_unknown(name)


def _of_release(name: str, releases: set[str], named: Callable[[str], str]) -> System:
    if len(releases) == 1:
        return System(ecosystem=named(next(iter(releases))))
    return _release_unknown(name, f"; versions in it are of {', '.join(sorted(releases)[:6])}" if releases else "")


def _release_unknown(name: str, marks: str = "") -> System:
    notice = f"The list is of {name}, and of which release is not said{marks}."
    return System(ecosystem=name, code="release_unknown", notice=notice, expected=_PUT)


def _unknown(why: str) -> System:
    notice = f"{why}, so its packages can be compared with no advisory; put {_PUT}."
    return System(code="system_unknown", notice=notice, expected=_PUT)


def _unsupported(notice: str) -> System:
    return System(code="system_unsupported", notice=notice, expected="a distribution that the OSV schema names")
