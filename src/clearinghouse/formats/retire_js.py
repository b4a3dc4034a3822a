"""The vulnerability repositories of Retire.js: ``jsrepository`` and ``npmrepository``.

Source: https://github.com/RetireJS/retire.js, ``repository/*.json``: components by name, each with ``vulnerabilities``
that hold from ``atOrAbove`` (the first version, where it is missing) to before ``below``. A component is a JavaScript
library, wherever it was loaded from; ``npmname`` is its name in npm where that differs.
"""

from collections.abc import Iterator
from functools import partial

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import Positions, headline, identifiers, links, notice, read_elements
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Finding,
    Problem,
    RangeEvent,
    Remedy,
    Severity,
    VersionRange,
)

_FINDER = "Retire.js"
_EXAMPLE = "retire-example"
"""The component by which the repository shows its own format; no such library exists."""


class _Names(msgspec.Struct):
    summary: str | None = None
    CVE: list[str] | None = None
    githubID: str | None = None  # noqa: N815 - the name in the document


class _Vulnerability(msgspec.Struct):
    below: str
    atOrAbove: str | None = None  # noqa: N815 - the name in the document
    excludes: list[str] | None = None
    severity: str | None = None
    cwe: list[str] | None = None
    identifiers: _Names | None = None
    details: str | None = None
    info: list[str] | None = None


class _Component(msgspec.Struct):
    vulnerabilities: list[msgspec.Raw] | None = None
    npmname: str | None = None


_REPOSITORY: Decoder[dict[str, msgspec.Raw]] = Decoder(dict[str, msgspec.Raw], "Retire.js repository")
_LIBRARY = Decoder(_Component, "component")
_VULNERABILITY = Decoder(_Vulnerability, "vulnerability")


def detect(sample: Sample) -> Match:
    """An object whose members have ``vulnerabilities`` with ``below``."""
    if not sample.is_json or sample.head.lstrip()[:1] != b"{":
        return NO_MATCH
    bounds = [key for key in sample.keys if key.endswith(".vulnerabilities[].below") and key.count("[]") == 1]
    if not bounds:
        return NO_MATCH
    return Match(95 if _EXAMPLE in sample.text or any(key.count(".") <= 2 for key in bounds) else 60)


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each vulnerability of each component."""
    return read_whole(document, _REPOSITORY, _findings)


def _findings(repository: dict[str, msgspec.Raw], source: str) -> Iterator[Finding | Problem]:
    positions = Positions()
    for name, raw in repository.items():
        pointer = f"/{escape(name)}"
        library = _LIBRARY.decode(raw, source=source, pointer=pointer)
        if isinstance(library, tuple):
            yield from library
        elif name != _EXAMPLE:
            component = Component(name=clean_line(library.npmname or name, 200), ecosystem="npm")
            if not component.name:
                yield notice(source, "missing_field", "A component has no name and is left out.", pointer, "a name")
                continue
            yield from read_elements(
                library.vulnerabilities,
                _VULNERABILITY,
                positions,
                partial(_finding, component=component, source=source),
                source=source,
                pointer=f"{pointer}/vulnerabilities",
            )


def _finding(found: _Vulnerability, index: int, component: Component, source: str) -> Finding:
    names = found.identifiers or _Names()
    known = identifiers([*(names.CVE or ()), names.githubID])
    native = known[0] if known else f"RETIRE-{component.name}-{clean_line(found.below, 100)}"
    events = (
        RangeEvent(introduced=clean_line(found.atOrAbove or "", 100) or "0"),
        RangeEvent(fixed=clean_line(found.below, 100)),
    )
    excluded = frozenset(found.excludes or ())
    affected = Affected(
        component=component,
        ranges=(VersionRange(type="SEMVER", events=events),),
        unaffected=tuple(
            VersionRange(type="SEMVER", events=(RangeEvent(introduced=one), RangeEvent(last_affected=one)))
            for one in sorted(clean_line(text, 100) for text in excluded)
        ),
    )
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=clean_line(names.summary or "") or headline(found.details) or f"{native} in {component.name}",
        finder=_FINDER,
        description=clean(found.details or ""),
        native_id=native,
        components=(component,),
        identifiers=known,
        weaknesses=weaknesses_of(found.cwe),
        advisory=Advisory(affected=(affected,)),
        severities=(Severity(system=_FINDER, value=clean_line(found.severity, 40)),) if found.severity else (),
        remedies=(Remedy(kind="version", value=clean_line(found.below, 100)),),
        references=links(found.info or ()),
    )


FORMAT = Format(name="retire_js", title="Retire.js repository", detect=detect, read=read)
