"""Walking the audits in document order, whatever they are wrapped in."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from typing import TypeVar

import msgspec

from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import entries
from clearinghouse.formats.npm_audit import shapes
from clearinghouse.formats.npm_audit.convert import Run, of_advisory, of_branch, of_bulk, of_via
from clearinghouse.formats.npm_audit.tools import NPM, PNPM, YARN, tool_of
from clearinghouse.formats.parts import Positions, notice, paragraphs, read_elements, read_groups
from clearinghouse.formats.record_stream import on_line
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Finding, Problem

S = TypeVar("S", bound=msgspec.Struct)
_PNPM_CODE = "ERR_PNPM_"
_OF_REPORTS = frozenset(
    ["actions", "advisories", "auditReportVersion", "error", "message", "metadata", "muted", "runId", "vulnerabilities"]
)
"""Keys of a report. A bulk answer has names of packages instead, which may be any, but its values are all arrays."""
_DEPRECATION = "(deprecation)"
"""How Yarn 4 ends the number of what is no advisory: a package's author says that it is out of date."""
_EVENTS = """
activityEnd activitySetEnd activitySetStart activitySetTick activityStart activityTick auditAction auditManualReview
auditSummary command finished info inspect list log progressFinish progressStart progressTick step success table tree
verbose warning
"""
_OTHER_EVENTS = frozenset(_EVENTS.split())
"""What else Yarn prints; source: https://github.com/yarnpkg/yarn, ``src/reporters/json-reporter.js``."""


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each advisory on each package; a tool's own failure is a problem with its message."""
    reader = _Reader(document.source)
    for entry in entries(document):
        if isinstance(entry, Problem):
            yield entry
        elif entry.line is None:
            yield from reader.entry(entry)
        else:
            yield from on_line(reader.entry(entry), entry.line)
    yield from reader.passed_over()


class _Reader:
    """Reads one document. Every advisory takes a position, and so does every line without one."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.positions = Positions()
        self.deprecations = 0
        self.unknown = 0
        self.known: set[bytes] = set()

    def entry(self, entry: Entry) -> Iterator[Finding | Problem]:
        """Yield what one value of the document says; all documents but those of Yarn 1 and 4 are one value."""
        before = self.positions.next
        yield from self._told(entry)
        if self.positions.next == before:
            self.positions.take()

    def passed_over(self) -> Iterator[Problem]:
        """Yield a notice for each kind of thing that is no advisory and was not read."""
        if self.deprecations:
            said = f"{self.deprecations} deprecations were passed over: an old package is not a flaw."
            yield notice(self.source, "deprecations_skipped", said)
        if self.unknown:
            yield notice(
                self.source,
                "unknown_event",
                f"{self.unknown} values are of no kind that these tools are known to print.",
            )

    def _told(self, entry: Entry) -> Iterator[Finding | Problem]:
        root = shapes.ROOT.decode(entry.raw, source=self.source, pointer=entry.pointer)
        if isinstance(root, tuple):
            return iter(root)
        if root.keys() >= {"value", "children"}:
            return self._branch(entry)
        if root.keys() >= {"type", "data"}:
            return self._event(entry)
        if _OF_REPORTS.isdisjoint(root) or all(bytes(raw)[:1] == b"[" for raw in root.values()):
            return self._bulk(root, entry.pointer)
        return self._report(entry)

    def _report(self, entry: Entry) -> Iterator[Finding | Problem]:
        """One object: a report of npm, pnpm, or Yarn 2 and 3, or what they print in the place of one."""
        report = shapes.REPORT.decode(entry.raw, source=self.source, pointer=entry.pointer)
        if isinstance(report, tuple):
            yield from report
            return
        if report.error:
            yield self._failure(report.error, report.message, f"{entry.pointer}/error")
        convert = partial(of_advisory, run=Run(self.source, tool_of(report)))
        yield from self._each(report.advisories, shapes.ADVISORY, convert, f"{entry.pointer}/advisories")
        pointer = f"{entry.pointer}/vulnerabilities"
        yield from read_groups(
            report.vulnerabilities, shapes.PACKAGE, self._package, source=self.source, pointer=pointer
        )

    def _package(self, found: shapes.Package, pointer: str) -> Iterator[Finding | Problem]:
        # A string names a package through which the flaw reaches this one: told there, not a new flaw.
        numbered = enumerate(found.via or ())
        advisories = {str(number): via for number, via in numbered if not bytes(via).startswith(b'"')}
        convert = partial(of_via, found=found, run=Run(self.source, NPM))
        return self._each(advisories, shapes.VIA, convert, f"{pointer}/via")

    def _bulk(self, root: dict[str, msgspec.Raw], pointer: str) -> Iterator[Finding | Problem]:
        """The bulk answer: names of packages, each with its advisories."""
        self.unknown += not root
        for name, raw in root.items():
            where = f"{pointer}/{escape(name)}"
            members = shapes.MEMBERS.decode(raw, source=self.source, pointer=where)
            if isinstance(members, tuple):
                yield from members
            else:
                convert = partial(of_bulk, name=name, run=Run(self.source, NPM))
                yield from self._each(members, shapes.BULK, convert, where)

    def _event(self, entry: Entry) -> Iterator[Finding | Problem]:
        """A line of Yarn 1, or a message of a later one."""
        event = shapes.EVENT.decode(entry.raw, source=self.source, pointer=entry.pointer)
        if isinstance(event, tuple):
            yield from event
        elif event.type == "auditAdvisory":
            yield from self._advisory(event.data, f"{entry.pointer}/data")
        elif event.type == "error":
            text = shapes.TEXT.decode(event.data, source=self.source)
            yield self._failed(YARN, text if isinstance(text, str) else "", f"{entry.pointer}/data")
        elif event.type not in _OTHER_EVENTS:
            self.unknown += 1

    def _advisory(self, raw: msgspec.Raw, pointer: str) -> Iterator[Finding | Problem]:
        """One line of Yarn 1. It repeats an advisory for every path to the package; all paths stand in each of them."""
        data = shapes.AUDIT_DATA.decode(raw, source=self.source, pointer=pointer)
        if isinstance(data, tuple):
            yield from data
            return
        digest = blake2b(data.advisory, digest_size=16).digest()
        if digest not in self.known:
            self.known.add(digest)
            convert = partial(of_advisory, run=Run(self.source, YARN))
            yield from self._each({"advisory": data.advisory}, shapes.ADVISORY, convert, pointer)

    def _branch(self, entry: Entry) -> Iterator[Finding | Problem]:
        """A line of Yarn 4."""
        branch = shapes.BRANCH.decode(entry.raw, source=self.source, pointer=entry.pointer)
        if isinstance(branch, tuple):
            yield from branch
        elif str(branch.children.id).endswith(_DEPRECATION) and not branch.children.url:
            self.deprecations += 1
        else:
            yield of_branch(branch, self.positions.take(), Run(self.source, YARN))

    def _each(
        self,
        raws: dict[str, msgspec.Raw] | list[msgspec.Raw] | None,
        decoder: Decoder[S],
        convert: Callable[[S, int], Finding],
        pointer: str,
    ) -> Iterator[Finding | Problem]:
        return read_elements(raws, decoder, self.positions, convert, source=self.source, pointer=pointer)

    def _failure(self, failure: shapes.Failure, message: str | None, pointer: str) -> Problem:
        said = paragraphs(failure.summary or failure.message or message, failure.detail)
        text = ": ".join(part for part in (failure.code, said) if part)
        return self._failed(PNPM if (failure.code or "").startswith(_PNPM_CODE) else NPM, text, pointer)

    def _failed(self, tool: str, text: str, pointer: str) -> Problem:
        return Problem(
            source=self.source,
            code="tool_failed",
            message=f"{tool} did not finish and says: {clean_line(text, 600) or 'no reason given'}",
            pointer=pointer,
            expected="a report",
        )
