"""What dpkg keeps and prints: its status file, ``dpkg -l``, ``dpkg-query -W``, and ``apt list --installed``.

Sources: dpkg(1), dpkg-query(1), deb822(5), apt(8); Debian Policy, sections 5.6.1 (``Source``), 5.6.12 (``Version``).

A package counts as installed when its files are there: that is also so while it waits to be configured, and on hold. It
is not when only its configuration was left behind.
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.os_packages.entry import Bad, Entry, Event, Lines, Passed, stanzas

_STATUS_FIELDS = frozenset({"Package", "Status", "Version", "Source", "Filename"})
_THERE = frozenset({"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"})
_NAME = r"[a-z0-9][a-z0-9+.-]++"
_VERSION = r"[0-9][A-Za-z0-9.+:~-]*+"
_LIST_LINE = re.compile(
    rf"[uihrp](?P<state>[ncHUFWti])[ RX#]?\s++(?P<name>{_NAME})(?P<arch>:[a-z0-9-]++)?\s++(?P<version>\S++)"
)
_LIST_HEADING = re.compile(r"\|\||\+\+\+-|\|[ /]|Desired=|\w++=.*/.*/")
_RULER = re.compile(r"\+\+\+-(=++)-(=++)-")
_LIST_THERE = frozenset("UFWti")
_APT_LINE = re.compile(
    rf"(?P<name>{_NAME})/(?P<suites>\S*+)\s++(?P<version>{_VERSION})\s++(?P<arch>[a-z0-9-]++)(?:\s++\[(?P<state>.*)\])?\s*"
)
_APT_FROM = re.compile(rf"upgradable from: ({_VERSION})")
_APT_HEADING = re.compile(r"[NWE]: |WARNING:|\S+(?:\.\.\.|…)(?:\s|$)")
_QUERY_NAME = re.compile(rf"({_NAME})(:[a-z0-9-]++)?")
_QUERY_VERSION = re.compile(_VERSION)
_ARCHITECTURES = """
all amd64 i386 arm64 armhf armel mips mipsel mips64el powerpc ppc64 ppc64el s390x riscv64 loong64 alpha hppa ia64 m68k
sh4 sparc64 x32 kfreebsd-amd64 hurd-i386
"""
ARCHITECTURES = frozenset(_ARCHITECTURES.split())
NARROW = 14
"""Old releases of dpkg print names and versions into columns of at most this width and cut what is longer."""


def read_status(lines: Lines) -> Iterator[Event]:
    """Read ``/var/lib/dpkg/status``, the files of ``status.d``, or what ``dpkg -s`` prints.

    A stanza without ``Status`` is installed, as in ``status.d``; with ``Filename`` it is one of a repository's index.
    """
    for line, fields in stanzas(lines, _STATUS_FIELDS, ":"):
        name, status, version = fields.get("Package", ""), fields.get("Status"), fields.get("Version", "")
        if not name:
            yield Bad(line, "has no field Package")
        elif status is None and "Filename" in fields:
            yield Bad(line, "is of a repository's index, which lists what could be installed")
        elif status is not None and status.rpartition(" ")[2] not in _THERE:
            yield Passed(line)
        elif not version:
            yield Bad(line, "has no field Version")
        else:
            source, _, stated = fields.get("Source", name).partition(" (")
            source_version = stated.rstrip(") ") or None
            yield Entry(line, f"{name} {version}", name, version, source.strip() or name, source_version)


def read_list(lines: Lines) -> Iterator[Event]:
    """Read the table of ``dpkg -l``.

    In columns that are too narrow a version that fills its own may have been cut: it is then not known.
    """
    cut = (0, 0)
    for number, line in lines:
        match = _LIST_LINE.match(line)
        if not match:
            if ruler := _RULER.match(line):
                cut = (len(ruler[1]), len(ruler[2]))
                cut = cut if max(cut) <= NARROW else (0, 0)
            elif line.strip() and not _LIST_HEADING.match(line):
                yield Bad(number, "is no line of such a table")
            continue
        name, version = match["name"], match["version"]
        if match["state"] not in _LIST_THERE:
            yield Passed(number)
            continue
        written = f"{name}{match['arch'] or ''} {version}"
        yield Entry(number, written, name, None if len(version) == cut[1] else version)


def read_query(lines: Lines) -> Iterator[Event]:
    """Read what ``dpkg-query -W`` prints: name, tab, version. Of removed packages it has no version.

    Further columns are taken where they can be told: the state, the architecture, the source package and its version.
    """
    for number, line in lines:
        if not line.strip():
            continue
        first, *columns = line.split("\t")
        name = _QUERY_NAME.fullmatch(first.strip())
        if not name or not columns:
            yield Bad(number, "is not a name, a tab and a version")
            continue
        version, *rest = (column.strip() for column in columns)
        states = [column.rpartition(" ")[2] for column in rest if " " in column or column in _STATES]
        if not version or any(state not in _THERE for state in states):
            yield Passed(number)
        elif not _QUERY_VERSION.fullmatch(version):
            yield Bad(number, "has no version of a Debian package")
        else:
            source = [
                column
                for column in rest
                if column and not (column in ARCHITECTURES or " " in column or column in _STATES)
            ]
            stated = source[1] if len(source) > 1 else None
            yield Entry(number, f"{first.strip()} {version}", name[1], version, source[0] if source else "", stated)


_STATES = _THERE | {"not-installed", "config-files", "half-installed"}


def read_apt(lines: Lines) -> Iterator[Event]:
    """Read what ``apt list --installed`` prints: ``name/suites version architecture [installed]``.

    What is installed is known in the archive ``now``, in whatever language the rest is. Of ``apt list --upgradable``
    the version that is there is the one it would be upgraded from.
    """
    for number, line in lines:
        match = _APT_LINE.fullmatch(line)
        if not match:
            if line.strip() and not _APT_HEADING.match(line):
                yield Bad(number, "is no line of such a list")
            continue
        name, version, state = match["name"], match["version"], match["state"] or ""
        suites = match["suites"].split(",")
        if "now" not in suites:
            older = _APT_FROM.search(state)
            if not older:
                yield Passed(number)
                continue
            version = older[1]
        elif "residual" in state:
            yield Passed(number)
            continue
        yield Entry(number, f"{name} {version}", name, version, suites=match["suites"])
