"""Recognising a list of packages, and turning it into an inventory.

A list is read twice: what it says of its distribution may stand anywhere in it, and belongs to the first item.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import numbered_lines
from clearinghouse.formats.os_packages import apk, dpkg, rpm
from clearinghouse.formats.os_packages.distributions import assignment, keep
from clearinghouse.formats.os_packages.entry import Bad, Entry, Event, Lines
from clearinghouse.formats.os_packages.system import Evidence, System
from clearinghouse.formats.parts import notice
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.records import Component, Inventory, InventoryItem, Problem

NAME = "os_packages"
MAX_LINE = 1 << 20
_LOOK = 120
"""Lines that are looked at to recognise a list."""
_EARLY = 12
"""Lines that are no packages, after which a list without any is given up."""
_ENOUGH = 0.8
_MOST_TOLD = 20
_MAX_NAME = 256
_OF_DEBIAN = re.compile(r"ubuntu|[+~](?:deb|bpo)\d")
_AT_HOME = frozenset({"adduser", "apt", "base-files", "coreutils", "dpkg", "libc6", "debconf"})
_ODD = re.compile(rb"\x00|\A\s*+[{<\[]")
_ODD_WITHIN = 1024
_BY_SOURCE = "/var/lib/dpkg/status, which names them"
_BY_COLUMNS = r"rpm -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'"


class Dialect(NamedTuple):
    """One way in which packages are listed.

    Attributes:
        tool: what makes such lists. family: whose packages they are (``dpkg``, ``rpm``, ``apk``).
        read: yields what each line or stanza is.
        advice: what to give instead, of lists that leave out what advisories go by.
    """

    tool: str
    family: str
    read: Callable[[Lines], Iterator[Event]]
    advice: str = ""


DIALECTS = (
    Dialect("dpkg", "dpkg", dpkg.read_status),
    Dialect("dpkg -l", "dpkg", dpkg.read_list, _BY_SOURCE),
    Dialect("apt list", "dpkg", dpkg.read_apt, _BY_SOURCE),
    Dialect("rpm -qa --qf", "rpm", rpm.read_columns),
    Dialect("dpkg-query -W", "dpkg", dpkg.read_query, _BY_SOURCE),
    Dialect("apk", "apk", apk.read_database),
    Dialect("apk list", "apk", apk.read_list),
    Dialect("apk info", "apk", apk.read_info, "apk list -I, which names them"),
    Dialect("dnf list", "rpm", rpm.read_table, _BY_COLUMNS),
    Dialect("rpm -qa", "rpm", rpm.read_names, _BY_COLUMNS),
)
"""The first of those that fit equally well is taken."""


def detect(sample: Sample) -> Match:
    """A document is a list of packages if nearly all of its first lines are."""
    return Match(70) if _dialect_of(sample) else NO_MATCH


def _dialect_of(sample: Sample) -> Dialect | None:
    if _ODD.search(sample.head[:_ODD_WITHIN]) or not sample.head.strip():
        return None
    lines = sample.lines if sample.complete else sample.lines[:-1]  # the last may be cut
    lines = [line for line in lines[: _LOOK * 40] if not assignment(line)]
    best: tuple[int, Dialect] | None = None
    for dialect in DIALECTS:
        entries, good, bad = _judge(dialect, lines)
        if entries and good * (1 - _ENOUGH) >= bad * _ENOUGH and (best is None or good > best[0]):
            if dialect.read is dpkg.read_query and not any(map(_is_of_debian, entries)):
                continue
            best = good, dialect
    return best[1] if best else None


def _judge(dialect: Dialect, lines: list[str]) -> tuple[list[Entry], int, int]:
    """Return the packages among the first lines, and how many of them are of this dialect and how many are not."""
    entries: list[Entry] = []
    good = bad = 0
    for event in islice(dialect.read(enumerate(lines, 1)), _LOOK):
        if isinstance(event, Entry):
            entries.append(event)
        if isinstance(event, Bad):
            bad += 1
            if bad >= _EARLY and not good:
                break
        else:
            good += 1
    return entries, good, bad


def _is_of_debian(entry: Entry) -> bool:
    """Whether a name and a version are plainly of a package of Debian: many things have a name and a version."""
    return (
        entry.name in _AT_HOME or ":" in entry.written.partition(" ")[0] or bool(_OF_DEBIAN.search(entry.version or ""))
    )


def read(document: Document) -> Iterator[Inventory | InventoryItem | Problem]:
    """Yield the inventory, what is worth knowing of it, and an item for each package that is installed."""
    source = document.source
    dialect = _dialect_of(document.sample)
    if dialect is None:
        message = "It does not begin as a list of packages does."
        yield Problem(source=source, code="wrong_format", message=message, expected="what dpkg, rpm or apk print")
        return
    evidence = Evidence(dialect.family)
    counts = _Counts()
    for event in dialect.read(_lines(document, evidence.described)):
        counts.add(event)
        if isinstance(event, Entry):
            evidence.add(event)
    system = evidence.system()
    inventory = Inventory(
        source=source,
        format=NAME,
        subject=clean_line(evidence.described.get("PRETTY_NAME", "")),
        tool=dialect.tool,
        system=system.ecosystem,
    )
    yield inventory
    yield from _notices(source, dialect, system, counts)
    yield from _items(document, dialect, inventory)


class _Counts:
    """What is counted while a list is read for the first time."""

    def __init__(self) -> None:
        self.entries = 0
        self.sources = 0
        self.epochs = 0
        self.cut = 0

    def add(self, event: Event) -> None:
        if isinstance(event, Entry):
            self.entries += 1
            self.sources += bool(event.source)
            self.epochs += ":" in (event.version or "")
            self.cut += event.version is None


def _notices(source: str, dialect: Dialect, system: System, counts: _Counts) -> Iterator[Problem]:
    if not counts.entries:
        yield notice(source, "no_entries", "The list has no package that is installed.")
        return
    if system.notice:
        yield notice(source, system.code, clean_line(system.notice), expected=system.expected or None)
    if dialect.advice and not counts.sources:
        no_epochs = dialect.read is rpm.read_names and not counts.epochs
        left = "neither epochs nor source packages" if no_epochs else "no source packages"
        message = f"The list has {left}, by which advisories go: some may not be found, or found in error."
        yield notice(source, "no_source_packages", message, expected=dialect.advice)
    if counts.cut:
        message = (
            f"{plural(counts.cut, 'version fills its column and may have', 'versions fill their column and may have')}"
        )
        yield notice(source, "cut_column", f"{message} been cut; none is taken.", expected="COLUMNS=300 dpkg -l")


def _items(document: Document, dialect: Dialect, inventory: Inventory) -> Iterator[InventoryItem | Problem]:
    bad = 0
    problems: list[Problem] = []
    for event in dialect.read(_lines(document, {}, problems)):
        if problems:
            yield from problems
            problems.clear()
        if isinstance(event, Entry):
            yield _item(event, inventory)
        elif isinstance(event, Bad):
            bad += 1
            if bad <= _MOST_TOLD:
                yield _bad(document.source, event)
    yield from problems
    if bad > _MOST_TOLD:
        message = f"{plural(bad - _MOST_TOLD, 'more line or stanza is', 'more lines or stanzas are')} no package."
        yield Problem(source=document.source, code="bad_line", message=message)


def _item(entry: Entry, inventory: Inventory) -> InventoryItem:
    name, version = entry.name, entry.version
    return InventoryItem(
        inventory=inventory.id,
        written=clean_line(entry.written),
        component=Component(
            name=clean_line(name, _MAX_NAME),
            ecosystem=inventory.system,
            version=clean_line(version, _MAX_NAME) if version else None,
        ),
        source_name=clean_line(entry.source, _MAX_NAME),
        source_version=clean_line(entry.source_version, _MAX_NAME) if entry.source_version else None,
        line=entry.line,
    )


def _bad(source: str, event: Bad) -> Problem:
    message = f"What stands here {event.lacks}."
    return Problem(source=source, code="bad_line", message=message, line=event.line, expected="one installed package")


def _lines(
    document: Document, described: dict[str, str], problems: list[Problem] | None = None
) -> Iterator[tuple[int, str]]:
    """Yield the lines of the list; those of ``os-release``, before or after it, go into ``described``."""
    for item in numbered_lines(document, MAX_LINE):
        if isinstance(item, Problem):
            if problems is not None:
                problems.append(item)
            continue
        number, raw = item
        line = raw.decode("utf-8", "replace")
        if "=" in line and (told := assignment(line)):
            keep(told, described)
        else:
            yield number, line
