"""What texts in an SBOM mean: a distribution, the digest of an image, a time."""

import re

from clearinghouse.formats.parts import timestamp
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.packages.ecosystems import ecosystem_of
from clearinghouse.packages.releases import release_of_distro

_MAX_SYSTEMS = 10
_DIGEST = re.compile(r"sha256(?::|-|%3[Aa])([0-9a-fA-F]{64})(?![0-9a-fA-F])")
_LONG_SUPPORT = re.compile(r"\d[02468]\.04")  # of Ubuntu every second April


def with_release(base: str, release: str) -> str:
    """Return the OSV name of a distribution with its release (``Debian:12``, ``Alpine:v3.18``).

    Args:
        base: OSV base name. release: in normal form (:func:`~clearinghouse.packages.releases.normal_release`).
    """
    if not release:
        return base
    if base == "Alpine" and release[:1].isdecimal():
        release = f"v{release}"
    elif base == "Ubuntu" and _LONG_SUPPORT.fullmatch(release):
        release = f"{release}:LTS"
    elif base == "Red Hat" and release.isdecimal():
        release = f"enterprise_linux:{release}"
    return f"{base}:{release}"


_SYSTEMS = (  # names as os-release has them in NAME, which are longer than the words that tools use
    ("red hat enterprise linux", "rhel"),
    ("debian gnu/linux", "debian"),
    ("alpine linux", "alpine"),
    ("rocky linux", "rocky"),
    ("opensuse", "opensuse"),
    ("suse linux enterprise", "sles"),
)


def system_of(name: str, version: str | None) -> str:
    """Return the OSV ecosystem with release that an operating system of an SBOM is, or the empty string.

    Args:
        name: the word of a tool (``debian``) or the full name of the system. version: as written (``11.6``).
    """
    word = clean_line(name).lower()
    base = ecosystem_of(word) or next((ecosystem_of(short) for long, short in _SYSTEMS if word.startswith(long)), "")
    return with_release(base, release_of_distro(base, word, clean_line(version or "", 60))) if base else ""


class Systems:
    """The operating systems that an SBOM mentions."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    def add(self, name: str | None, version: str | None) -> None:
        """Note one, if it is a distribution that is known."""
        system = system_of(name or "", version)
        if system and len(self._found) < _MAX_SYSTEMS:
            self._found[system] = None

    @property
    def one(self) -> str:
        """The system that all mentions agree on, or the empty string."""
        return next(iter(self._found)) if len(self._found) == 1 else ""


def digest_in(*texts: str | None) -> str | None:
    """Return the first digest of an image (``sha256:...``) in any of the texts, or None."""
    for text in texts:
        found = _DIGEST.search(text) if text else None
        if found:
            return f"sha256:{found[1].lower()}"
    return None


def created_at(
    written: str | None, notices: Notices, *, pointer: str | None = None, line: int | None = None
) -> str | None:
    """Return the time at which an SBOM was made, or None if it says none; one that is none is noted."""
    if not written or written.startswith("0001-01-01"):  # Go's zero time
        return None
    time = timestamp(written)
    if not time:
        message = f"The time at which it was made is not known: {quoted(written)} is no time with a zone."
        notices.add("bad_timestamp", message, pointer=pointer, line=line, expected="an RFC 3339 date and time")
    return time
