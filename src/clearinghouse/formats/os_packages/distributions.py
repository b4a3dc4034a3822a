"""Which OSV ecosystem a distribution is, with its release, from its own description in ``os-release``.

Sources: os-release(5); OSV schema, section "Defined Ecosystems" (https://ossf.github.io/osv-schema/#defined-ecosystems),
which says how the release of each is written.
"""

import re
from collections.abc import Callable, Mapping

from clearinghouse.packages.ecosystems import ecosystem_of
from clearinghouse.packages.releases import normal_release

OsRelease = Mapping[str, str]
"""The assignments of an ``os-release`` file."""

WITHOUT_RELEASE = frozenset({"Wolfi", "Chainguard", "MinimOS", "Echo"})
"""Distributions that have no releases."""
_KEPT = frozenset({"ID", "VERSION_ID", "VERSION", "VERSION_CODENAME", "PRETTY_NAME"})
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*+)=(.*)", re.DOTALL)
_MAJOR = re.compile(r"\d{1,4}")
_MINOR = re.compile(r"\d{1,4}\.\d{1,4}")
_LTS_VERSION = re.compile(r"(\d\d\.\d\d) \(LTS(-SP\d)?\)")


def assignment(line: str) -> tuple[str, str] | None:
    """Return the name and value of a line of ``os-release``, or None if it is none."""
    match = _ASSIGNMENT.fullmatch(line.rstrip())
    if not match:
        return None
    value = match[2].strip()
    if value[:1] in ('"', "'") and value[-1:] == value[:1]:
        value = value[1:-1]
    return match[1], value


def keep(told: tuple[str, str], described: dict[str, str]) -> None:
    """Note one assignment, if it is one of those that matter and the first of its name."""
    if told[0] in _KEPT:
        described.setdefault(*told)


def ecosystem_in(described: OsRelease) -> str | None:
    """Return the OSV ecosystem, with the release where it is said; None if there is no such ecosystem."""
    name = ecosystem_of(described.get("ID", ""))
    if not name:
        return None
    release = "" if name in WITHOUT_RELEASE else _RELEASES.get(name, _version_id)(described)
    return f"{name}:{release}" if release else name


def release_of_codename(name: str, codename: str) -> str:
    """Return the release of Debian or Ubuntu that a code name means (``bookworm``: 12), or the empty string."""
    release = normal_release(name, codename)
    return release if release != codename and release[:1].isdigit() else ""


def ubuntu(release: str) -> str:
    """``Ubuntu:22.04:LTS``; every second April is one with long support."""
    year, _, month = release.partition(".")
    lasting = ":LTS" if month == "04" and int(year) % 2 == 0 else ""
    return f"Ubuntu:{release}{lasting}"


def enterprise(major: str) -> str:
    """``enterprise_linux:9``: the beginning of the platform names (CPE) that Red Hat's advisories carry."""
    return f"enterprise_linux:{major}" if major else ""


def open_euler(version: str) -> str:
    """``22.03-LTS-SP1`` of version 22.03 (LTS-SP1)."""
    match = _LTS_VERSION.match(version)
    return f"{match[1]}-LTS{match[2] or ''}" if match else ""


def _version_id(described: OsRelease) -> str:
    return described.get("VERSION_ID", "")[:40]


def _major(described: OsRelease) -> str:
    match = _MAJOR.match(_version_id(described))
    return match[0] if match else ""


def _minor(described: OsRelease) -> str:
    match = _MINOR.match(_version_id(described))
    return match[0] if match else ""


def _debian(described: OsRelease) -> str:
    return _major(described) or release_of_codename("Debian", described.get("VERSION_CODENAME", "").lower())


def _ubuntu(described: OsRelease) -> str:
    release = _minor(described) or release_of_codename("Ubuntu", described.get("VERSION_CODENAME", "").lower())
    return ubuntu(release).partition(":")[2] if release else ""


def _alpine(described: OsRelease) -> str:
    release = _minor(described)
    return f"v{release}" if release and "_" not in _version_id(described) else ""


def _product(described: OsRelease) -> str:
    """``Linux Enterprise Server 15 SP5``: the product's name without its first word."""
    return described.get("PRETTY_NAME", "")[:100].partition(" ")[2]


_RELEASES: dict[str, Callable[[OsRelease], str]] = {
    "Debian": _debian,
    "Ubuntu": _ubuntu,
    "Alpine": _alpine,
    "Red Hat": lambda described: enterprise(_major(described)),
    "Rocky Linux": _major,
    "AlmaLinux": _major,
    "Azure Linux": _major,
    "Mageia": _major,
    "SUSE": _product,
    "openSUSE": _product,
    "openEuler": lambda described: open_euler(described.get("VERSION", "")),
}
"""Of the others the release is ``VERSION_ID`` as it is."""
