"""Detect and read RustSec advisories.

Source: https://github.com/rustsec/advisory-db#advisory-format: a Markdown document that begins with a fenced block of
TOML, followed by a title and a description.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import cvss, identifiers, links, unique
from clearinghouse.formats.rustsec.requirements import RequirementError, affected_between, interval_of
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence, quoted
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Finding,
    Problem,
    Remedy,
    State,
    VersionRange,
    canonical_identifier,
)

_FINDER = "RustSec"
_FRONT = re.compile(r"\s*```toml[ \t]*\r?\n(?P<toml>.*?)^```[ \t]*\r?$(?P<text>.*)", re.DOTALL | re.MULTILINE)
_ADVISORY = re.compile(r"^\[advisory\][ \t]*\r?$", re.MULTILINE)
_HEADING = re.compile(r"^# +(.*)$", re.MULTILINE)
_TOOLCHAIN = "Rust"
"""Where the flaws of the toolchain and its libraries live, which no registry distributes."""
_TOOLCHAIN_PARTS = frozenset({"alloc", "cargo", "core", "proc_macro", "rustc", "rustdoc", "std", "test"})


class _Head(msgspec.Struct):
    id: str
    package: str
    date: str | None = None
    url: str | None = None
    aliases: list[str] | None = None
    related: list[str] | None = None
    references: list[str] | None = None
    categories: list[str] | None = None
    cvss: str | None = None
    informational: str | None = None
    withdrawn: str | None = None
    yanked: bool | None = None
    title: str | None = None
    description: str | None = None
    collection: str | None = None


class _Versions(msgspec.Struct):
    patched: list[str] = []
    unaffected: list[str] = []


class _Front(msgspec.Struct):
    advisory: _Head
    versions: _Versions = msgspec.field(default_factory=_Versions)


_DECODER = Decoder(_Front, "RustSec advisory")


def detect(sample: Sample) -> Match:
    """A fenced block of TOML at the beginning, with a table ``advisory``."""
    if sample.head.lstrip()[:7] != b"```toml":
        return NO_MATCH
    return Match(100) if _ADVISORY.search(sample.text) else Match(20, "its TOML has no table 'advisory'")


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield the finding of one advisory, or all that is wrong with it."""
    source = document.source
    front = _FRONT.match(document.read().decode("utf-8", "replace"))
    if front is None:
        yield Problem(
            source=source,
            code="malformed_toml",
            message="The block of TOML at its beginning has no end.",
            line=1,
            expected="three backticks on a line of their own after the TOML",
        )
        return
    try:
        value = tomllib.loads(front["toml"])
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        yield Problem(
            source=source,
            code="malformed_toml",
            message=f"Its front matter is no TOML: {clean_line(str(error), 200)}.",
            line=1,
            expected="TOML 1.0",
        )
        return
    record = _DECODER.convert(_plain(value), source=source, pointer="")
    yield from record if isinstance(record, tuple) else _finding(record, front["text"], source)


def _plain(value: Any) -> Any:
    """TOML's own dates as text; they may be written with and without quotes."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _finding(front: _Front, text: str, source: str) -> Iterator[Finding | Problem]:
    head = front.advisory
    intervals = []
    for requirement in (*front.versions.patched, *front.versions.unaffected):
        try:
            intervals.append(interval_of(requirement))
        except RequirementError:
            yield Problem(
                source=source,
                code="bad_requirement",
                message=f"The version requirement {quoted(requirement)} is not understood; what meets it counts as "
                "affected.",
                pointer="/versions",
                expected="a requirement as in Cargo.toml",
            )
    name = clean_line(head.package, 200)
    toolchain = head.collection == "rust" or (name in _TOOLCHAIN_PARTS and not head.id.startswith("RUSTSEC-"))
    component = Component(name=name, ecosystem="" if toolchain else "crates.io", vendor=_TOOLCHAIN if toolchain else "")
    affected = Affected(component=component, ranges=(VersionRange(type="SEMVER", events=affected_between(intervals)),))
    heading = _HEADING.search(text)
    identifier = distinct_line(head.id, 200)
    withdrawn = clean_line(head.withdrawn or "", 64) or None
    body = clean(head.description or (text[heading.end() :] if heading else text)).strip()
    severity = cvss(head.cvss, _FINDER)
    yield Finding(
        source=source,
        index=0,
        format=FORMAT.name,
        title=clean_line(head.title or (heading[1] if heading else "")) or first_sentence(body) or identifier,
        finder=_FINDER,
        description=body,
        native_id=identifier,
        components=(component,),
        identifiers=identifiers([head.id, *(head.aliases or ())]),
        advisory=Advisory(
            published=clean_line(head.date or "", 64) or None,
            withdrawn=withdrawn,
            affected=(affected,),
            related=tuple(canonical_identifier(distinct_line(name, 200)) for name in head.related or ()),
            informational=clean_line(head.informational or "", 40),
        ),
        severities=(severity,) if severity else (),
        remedies=unique(
            Remedy(kind="version", value=event.fixed) for event in affected.ranges[0].events if event.fixed
        ),
        references=links([head.url, *(head.references or ())]),
        state=State.WITHDRAWN if withdrawn else State.OPEN,
    )


FORMAT = Format(name="rustsec", title="RustSec advisory (Markdown)", detect=detect, read=read)
