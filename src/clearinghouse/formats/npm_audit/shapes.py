"""The parts of these audits that are used, under the names that the tools give them."""

from typing import Any

import msgspec

from clearinghouse.formats.decode import Decoder


class Cvss(msgspec.Struct, gc=False, rename="camel"):
    """A CVSS object; the vector says it all."""

    vector_string: str | None = None


class Person(msgspec.Struct, gc=False):
    """Who found it."""

    name: str | None = None


class Installed(msgspec.Struct, gc=False):
    """A version that is installed, and the ways through the dependencies on which it came in (``a>b>c``)."""

    version: str | None = None
    paths: list[str] | None = None


class Advisory(msgspec.Struct):
    """One advisory as the registry's full and quick answers have it (npm 6, pnpm, Yarn 1 to 3)."""

    module_name: str
    id: int | str | None = None
    title: str | None = None
    findings: list[Installed] | None = None
    cves: list[str] | None = None
    github_advisory_id: str | None = None
    patched_versions: str | None = None
    overview: str | None = None
    recommendation: str | None = None
    references: str | None = None
    severity: str | None = None
    cwe: str | list[str] | None = None
    cvss: Cvss | None = None
    found_by: Person | str | None = None
    deleted: str | bool | None = None
    url: str | None = None


class Brief(msgspec.Struct):
    """What one advisory says in npm 7 and in the bulk answer."""

    title: str | None = None
    url: str | None = None
    severity: str | None = None
    cwe: str | list[str] | None = None
    cvss: Cvss | None = None


class Via(Brief, kw_only=True):
    """One advisory as npm 7 and later have it, inside ``via``."""

    name: str
    source: int | str | None = None


class Bulk(Brief, kw_only=True):
    """One advisory of the bulk answer, under the name of its package."""

    id: int | str


class Fix(msgspec.Struct, gc=False):
    """The version to install, of the package itself or of one that depends on it."""

    name: str | None = None
    version: str | None = None


class Package(msgspec.Struct, rename="camel"):
    """One vulnerable package: ``via`` holds its advisories (objects) and the packages it gets others from (strings)."""

    via: list[msgspec.Raw] | None
    nodes: list[str] | None = None
    fix_available: bool | Fix | None = None


class Failure(msgspec.Struct, gc=False):
    """Why a tool gave no report: npm writes a summary, pnpm a message."""

    code: str | None = None
    summary: str | None = None
    message: str | None = None
    detail: str | None = None


class Report(msgspec.Struct, rename="camel"):
    """A report that is one object, of any tool."""

    actions: Any = None
    advisories: dict[str, msgspec.Raw] | None = None
    muted: Any = None
    run_id: Any = None
    vulnerabilities: dict[str, msgspec.Raw] | None = None
    error: Failure | None = None
    message: str | None = None


class Event(msgspec.Struct):
    """One line of Yarn 1, or a message of Yarn 2 and later."""

    type: str
    data: msgspec.Raw = msgspec.Raw(b"null")


class AuditData(msgspec.Struct):
    """The data of an ``auditAdvisory``; its ``resolution`` says for which of the paths this line stands."""

    advisory: msgspec.Raw


_TITLES = {
    "id": "ID",
    "issue": "Issue",
    "url": "URL",
    "severity": "Severity",
    "versions": "Tree Versions",
}


class Row(msgspec.Struct, rename=_TITLES.get):
    """One advisory as Yarn 4 has it: the rows of a table."""

    issue: str
    id: int | str | None = None
    url: str | None = None
    severity: str | None = None
    versions: list[str] | None = None


class Branch(msgspec.Struct):
    """One line of Yarn 4: a package and an advisory on it."""

    value: str
    children: Row


ROOT = Decoder(dict[str, msgspec.Raw], "report")
REPORT = Decoder(Report, "report")
MEMBERS = Decoder(list[msgspec.Raw], "list of advisories")
ADVISORY = Decoder(Advisory, "advisory")
PACKAGE = Decoder(Package, "package")
VIA = Decoder(Via, "advisory")
BULK = Decoder(Bulk, "advisory")
EVENT = Decoder(Event, "line")
AUDIT_DATA = Decoder(AuditData, "line")
BRANCH = Decoder(Branch, "line")
TEXT = Decoder(str, "text")
