"""Go's ``go.mod``.

Source: https://go.dev/ref/mod#go-mod-file.

- ``require`` names modules; what ``replace`` puts in the place of one is the item instead: another module, or a folder,
  which has no version. A replacement of one version applies to that version only. ``exclude`` and ``retract`` are
  about what is not used.
- From Go 1.17 on the file names every module that is needed, indirect ones too (``// indirect``: no difference to who
  runs them). An older one names the direct ones: a notice says so.
- ``toolchain go1.22.3`` is the release of Go that is used at least, and so is a ``go`` line with three numbers or a
  pre-release (``go 1.21.0``): an item ``stdlib``, as OSV calls the standard library. ``go 1.20`` names a
  language version, of which any release may be installed: no item.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import bad_line, first_lines, lines_of
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, stocked
from clearinghouse.formats.parts import notice
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem

_DIRECTIVE = re.compile(
    r"[ \t]*(module|go|toolchain|godebug|require|replace|exclude|retract|tool|ignore)(?:[ \t]++(.*+)|(\(.*+))?\Z"
)
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"|`([^`]*+)`|([^\s"`]++)')
_MODULE = re.compile(r"^module[ \t]++\S", re.MULTILINE)
_GO = re.compile(r"^(?:go[ \t]++1\.\d|require[ \t(]|replace[ \t(])", re.MULTILINE)
_VERSION = re.compile(r"v\d\S*+\Z")
_RELEASE = re.compile(r"\d++\.\d++(?:\.\d++|(?:rc|beta)\d++)\Z", re.ASCII)
_TOOLCHAIN = re.compile(r"go(\d++\.\d++(?:\.\d++|(?:rc|beta)\d++)?)(?:[-+].*+)?\Z", re.ASCII)
_LANGUAGE = re.compile(r"1\.(\d{1,4})(?:\.|rc|beta|\Z)", re.ASCII)
_PRUNED = 17
"""From this minor version on a ``go.mod`` names every module (https://go.dev/ref/mod#graph-pruning)."""


class _Require(NamedTuple):
    path: str
    version: str
    line: int


class _Replacement(NamedTuple):
    path: str
    version: str | None
    """None for a folder."""


def detect(sample: Sample) -> Match:
    """Recognise a ``module`` line beside a ``go`` or ``require`` line, or alone where nothing else stands."""
    text = sample.text
    if not _MODULE.search(text):
        return NO_MATCH
    if _GO.search(text):
        return Match(92)
    lines = [line for line in first_lines(sample) if not line.lstrip().startswith("//")]
    return Match(60) if len(lines) == 1 and len(lines[0].split()) == 2 and sample.complete else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory of a module and an item for each module that it needs."""
    shelf = Shelf(document.source, FORMAT.name, "Go")
    yield from stocked(shelf, _Reader(shelf).fill(document))


class _Reader:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.required: list[_Require] = []
        self.replaced: dict[tuple[str, str], _Replacement] = {}
        self.go: tuple[str, int] | None = None
        self.toolchain: tuple[str, int] | None = None
        self.block = ""

    def fill(self, document: Document) -> Iterator[Problem]:
        for item in lines_of(document):
            if isinstance(item, Problem):
                yield item
                continue
            number, line = item
            problem = self.take(line.partition("//")[0].strip(), number)
            if problem:
                yield problem
        for required in self.required:
            self.put(required)
        self.put_release()
        language = _LANGUAGE.match(self.go[0]) if self.go else None
        if self.required and (language is None or int(language[1]) < _PRUNED):
            said = f"A go.mod names all modules from Go 1.{_PRUNED} on; this one names those that are needed directly."
            yield notice(
                self.shelf.source, "incomplete", said, expected="the output of go list -m all in an SBOM, or go.sum"
            )

    def take(self, line: str, number: int) -> Problem | None:
        """Take one line without its comment."""
        if not line:
            return None
        if self.block:
            if line == ")":
                self.block = ""
                return None
            return self.directive(self.block, line, number)
        found = _DIRECTIVE.match(line)
        if found is None:
            return bad_line(self.shelf.source, number, "is no directive of go.mod", "a directive such as require")
        rest = (found[2] or found[3] or "").strip()
        if rest == "(":
            self.block = found[1]
            return None
        return self.directive(found[1], rest, number)

    def directive(self, name: str, rest: str, number: int) -> Problem | None:
        tokens = [token[1] or token[2] or token[3] or "" for token in _TOKEN.finditer(rest)]
        if name == "module" and tokens:
            self.shelf.subject = tokens[0]
        elif name == "go" and tokens:
            self.go = tokens[0], number
        elif name == "toolchain" and tokens:
            self.toolchain = tokens[0], number
        elif name == "require":
            if len(tokens) != 2 or not _VERSION.match(tokens[1]):
                return bad_line(self.shelf.source, number, "is no module with a version", "<module> <version>")
            self.required.append(_Require(tokens[0], tokens[1], number))
        elif name == "replace":
            return self.replace(tokens, number)
        return None

    def replace(self, tokens: list[str], number: int) -> Problem | None:
        old, new = (tokens[: tokens.index("=>")], tokens[tokens.index("=>") + 1 :]) if "=>" in tokens else ([], [])
        if len(old) not in (1, 2) or len(new) not in (1, 2):
            return bad_line(
                self.shelf.source, number, "is no replacement", "<module> => <module> <version>, or a folder"
            )
        replacement = _Replacement(new[0], new[1] if len(new) == 2 else None)
        self.replaced[old[0], old[1] if len(old) == 2 else ""] = replacement
        return None

    def put(self, required: _Require) -> None:
        path, version, line = required
        new = self.replaced.get((path, version)) or self.replaced.get((path, ""))
        written = f"{path} {version}"
        if new is None:
            self.shelf.put(path, version, written, line=line)
        elif new.version is None:
            self.shelf.put(path, None, f"{written} => {new.path}", repository=new.path, line=line)
        else:
            self.shelf.put(new.path, new.version, f"{written} => {new.path} {new.version}", line=line)

    def put_release(self) -> None:
        """Put the standard library here where its release is said; the toolchain line is the newer of the two."""
        toolchain = _TOOLCHAIN.match(self.toolchain[0]) if self.toolchain else None
        if toolchain and self.toolchain:
            self.shelf.put("stdlib", toolchain[1], f"toolchain {self.toolchain[0]}", line=self.toolchain[1])
        elif self.go and _RELEASE.match(self.go[0]):
            self.shelf.put("stdlib", self.go[0], f"go {self.go[0]}", line=self.go[1])


FORMAT = Format(name="go_mod", title="go.mod", detect=detect, read=read, inventory=True)
