"""Advisories in the forms of the audits, as findings."""

import re
from typing import NamedTuple

from msgspec.structs import replace

from clearinghouse.formats.ecosystem import package
from clearinghouse.formats.npm_audit.shapes import Advisory, Branch, Brief, Bulk, Cvss, Fix, Package, Person, Via
from clearinghouse.formats.parts import fixed_versions, headline, identifiers, links, paragraphs, severities
from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import Credit, Finding, Location, Provenance, Remedy, Severity, State, find_identifiers

_FORMAT = "npm_audit"
_ADDRESS = re.compile(r"https?://[^\s)\]>\"']+")


class Run(NamedTuple):
    """What all findings of one document share: the document and the tool that printed it."""

    source: str
    tool: str

    @property
    def provenance(self) -> Provenance:
        """The tool; none of these reports gives its version."""
        return Provenance(tool=self.tool)


def of_advisory(advisory: Advisory, index: int, run: Run) -> Finding:
    """One advisory of npm 6, pnpm or Yarn 1 to 3, on all versions of the package that are installed."""
    name = clean_line(advisory.module_name)
    installed = advisory.findings or []
    versions = list(dict.fromkeys(clean_line(found.version or "") for found in installed)) or [""]
    number = _number(advisory.id)
    person = advisory.found_by.name if isinstance(advisory.found_by, Person) else advisory.found_by
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=clean_line(advisory.title or "") or headline(advisory.overview) or f"Advisory {number} on {name}",
        finder=run.tool,
        description=paragraphs(advisory.overview, advisory.recommendation),
        native_id=number,
        components=tuple(package(name, version, type_="npm") for version in versions),
        identifiers=identifiers(
            [*(advisory.cves or ()), advisory.github_advisory_id, *find_identifiers(advisory.url or "")]
        ),
        weaknesses=weaknesses_of(advisory.cwe),
        severities=_severities(advisory.severity, advisory.cvss, run),
        remedies=fixed_versions([advisory.patched_versions]),
        references=links([advisory.url, *_ADDRESS.findall(advisory.references or "")]),
        credits=(Credit(name=clean_line(person)),) if person else (),
        provenance=run.provenance,
        state=State.WITHDRAWN if advisory.deleted else State.OPEN,
    )


def of_via(advisory: Via, index: int, found: Package, run: Run) -> Finding:
    """One advisory of npm 7 and later, on the package in whose ``via`` it stands."""
    nodes = tuple(Location(path=distinct_line(node, 1024)) for node in found.nodes or () if node.strip())
    made = _brief(advisory, advisory.name, advisory.source, index, run)
    return replace(made, locations=nodes, remedies=_fix(found.fix_available, advisory.name))


def of_bulk(advisory: Bulk, index: int, name: str, run: Run) -> Finding:
    """One advisory of the bulk answer, on the package under whose name it stands."""
    return _brief(advisory, name, advisory.id, index, run)


def _brief(advisory: Brief, name: str, id_: int | str | None, index: int, run: Run) -> Finding:
    name, number = clean_line(name), _number(id_)
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=clean_line(advisory.title or "") or f"Advisory {number} on {name}",
        finder=run.tool,
        native_id=number,
        components=(package(name, None, type_="npm"),),
        identifiers=identifiers(find_identifiers(advisory.url or "")),
        weaknesses=weaknesses_of(advisory.cwe),
        severities=_severities(advisory.severity, advisory.cvss, run),
        references=links([advisory.url]),
        provenance=run.provenance,
    )


def of_branch(branch: Branch, index: int, run: Run) -> Finding:
    """One advisory of Yarn 4, on all versions of the package that are installed."""
    name, row = clean_line(branch.value), branch.children
    number = _number(row.id)
    versions = list(dict.fromkeys(clean_line(version) for version in row.versions or ())) or [""]
    return Finding(
        source=run.source,
        index=index,
        format=_FORMAT,
        title=clean_line(row.issue) or f"Advisory {number} on {name}",
        finder=run.tool,
        native_id=number,
        components=tuple(package(name, version, type_="npm") for version in versions),
        identifiers=identifiers(find_identifiers(row.url or "")),
        severities=_severities(row.severity, None, run),
        references=links([row.url]),
        provenance=run.provenance,
    )


def _number(value: int | str | None) -> str | None:
    return clean_line(str(value)) if value is not None else None


def _severities(word: str | None, cvss: Cvss | None, run: Run) -> tuple[Severity, ...]:
    return severities((run.tool, word, ""), [(cvss.vector_string if cvss else None, "")])


def _fix(fix: bool | Fix | None, name: str) -> tuple[Remedy, ...]:
    """Return the fix if it is one of the package itself; often it is the version of a package that depends on it."""
    return fixed_versions([fix.version]) if isinstance(fix, Fix) and fix.name == name else ()
