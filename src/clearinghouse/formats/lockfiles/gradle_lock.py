"""Gradle's lockfiles: ``gradle.lockfile``, and those of each configuration that Gradle 4 to 6 write.

Source: https://docs.gradle.org/current/userguide/dependency_locking.html.

A line is ``<group>:<artifact>:<version>=<configurations>``, in the older ones without configurations. A module of
which all configurations are those of tests is scope ``development``. What annotation processors and plugins need
is not told apart: their names are the project's choice.
"""

import re
from collections.abc import Iterator
from functools import partial

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import each_line, first_lines, share
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, RUNTIME, Record, Shelf, stocked
from clearinghouse.formats.sample import Sample

_HEADER = "# This is a Gradle generated file"
_LINE = re.compile(r"([^\s:=#]++):([^\s:=]++):([^\s:=]++)(?:[ \t]*=(.*+))?\Z")
_EMPTY = re.compile(r"empty=")
_TEST = re.compile(r"\Atests?(?=[A-Z]|\Z)|(?<=[a-z0-9])Tests?(?=[A-Z]|\Z)|testFixtures|TestFixtures")
_ENOUGH = 0.9


def detect(sample: Sample) -> Match:
    """Recognise Gradle's header, or lines of a module with its configurations; ``build.gradle`` is a near miss."""
    if sample.text.startswith(_HEADER):
        return Match(95)
    lines = [line for line in first_lines(sample) if not line.startswith("#")]
    if lines and all("=" in line for line in lines[:3]) and share(map(_fits, lines)) >= _ENOUGH:
        return Match(80 if any(map(_LINE.match, lines)) else 0)
    if re.search(r"^dependencies\s*\{", sample.text, re.MULTILINE) and re.search(
        r"^[ \t]*+(?:implementation|api|compile|testImplementation|runtimeOnly|compileOnly)[ (]",
        sample.text,
        re.MULTILINE,
    ):
        return Match(
            40, "this is build.gradle, a program: run gradle dependencies --write-locks and give gradle.lockfile"
        )
    return NO_MATCH


def _fits(line: str) -> bool:
    found = _LINE.match(line)
    return bool(found and found[4] is not None) or bool(_EMPTY.match(line))


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each module at each version."""
    shelf = Shelf(document.source, FORMAT.name, "Maven")
    expected = "<group>:<artifact>:<version>=<configurations>"
    filling = each_line(document, partial(_take, shelf), "is no module with its configurations", expected)
    yield from stocked(shelf, filling)


def _take(shelf: Shelf, line: str, number: int) -> bool:
    """Put the module of a line on the shelf; False if the line is none."""
    line = line.strip()
    if line.startswith(_HEADER):
        shelf.tool = "Gradle"
    if not line or line.startswith("#") or _EMPTY.match(line):
        return True
    found = _LINE.match(line)
    if found is None:
        return False
    group, artifact, version, configurations = found.groups()
    scope = DEVELOPMENT if _only_tests(configurations) else RUNTIME
    written = f"{group}:{artifact}:{version}"
    shelf.put(f"{group}:{artifact}", version, written, scope=scope, line=number)
    return True


def _only_tests(configurations: str | None) -> bool:
    return all(_TEST.search(name.strip()) for name in (configurations or "").split(","))


FORMAT = Format(name="gradle_lock", title="gradle.lockfile", detect=detect, read=read, inventory=True)
