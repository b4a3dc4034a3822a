"""The column map: which header means which field. ``docs/formats.md`` shows it to users; a test keeps both equal.

A header is compared without case, spaces, underscores, dashes and dots.
"""

from clearinghouse.records import State

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "finding id", "issue id", "report id", "uuid", "uid", "native id"),
    "title": ("title", "summary", "headline", "finding title", "issue title", "issue", "vulnerability name"),
    "description": ("description", "desc", "details", "detail", "message", "overview"),
    "impact": ("impact",),
    "severity": ("severity", "risk", "risk level", "criticality", "rating"),
    "cvss": (
        "cvss",
        "cvss vector",
        "cvss score",
        "cvss base score",
        "cvss v2",
        "cvss v3",
        "cvss v3.0",
        "cvss v3.1",
        "cvss v4",
        "cvss v4.0",
        "cvss2",
        "cvss3",
        "cvss4",
    ),
    "identifiers": (
        "cve",
        "cves",
        "cve id",
        "cve ids",
        "ghsa",
        "ghsa id",
        "identifier",
        "identifiers",
        "alias",
        "aliases",
        "vulnerability id",
        "vulnerability ids",
        "vuln id",
        "advisory",
        "advisory id",
        "upstream ids",
    ),
    "cwe": ("cwe", "cwes", "cwe id", "cwe ids", "weakness", "weaknesses"),
    "component": (
        "component",
        "component name",
        "package",
        "package name",
        "pkg",
        "pkg name",
        "product",
        "product name",
        "software",
        "library",
        "module",
        "dependency",
        "artifact",
        "affected component",
    ),
    "vendor": ("vendor", "vendor name", "supplier", "manufacturer"),
    "version": (
        "version",
        "installed version",
        "version installed",
        "package version",
        "pkg version",
        "component version",
        "product version",
        "affected version",
    ),
    "purl": ("purl", "package url"),
    "ecosystem": ("ecosystem", "package ecosystem", "package manager", "package type", "pkg type"),
    "repository": ("repository", "repository url", "repo", "repo url", "git url", "package repo url"),
    "path": ("path", "file", "file name", "file path", "location", "location path", "location file", "code path"),
    "line": ("line", "line number", "line no", "start line", "location line"),
    "end_line": ("end line",),
    "symbol": ("symbol", "function", "function name", "method", "affected symbol", "location function"),
    "snippet": ("snippet", "code", "code snippet", "source code", "line text"),
    "rule": ("rule", "rule id", "check id", "test id"),
    "fingerprint": ("fingerprint",),
    "finder": ("finder", "found by", "discovered by", "discoverer", "researcher", "credit", "credits"),
    "reporter": ("reporter", "reported by", "submitter", "submitted by"),
    "tool": ("tool", "tool name", "scanner", "scanner name", "harness", "discovery tooling"),
    "model": ("model", "ai model"),
    "method": ("discovery method",),
    "snapshot": ("commit", "snapshot", "discovery commit", "revision"),
    "fix": (
        "fix",
        "fixed version",
        "fixed versions",
        "fix version",
        "fix versions",
        "fixed in",
        "patched version",
        "patched versions",
        "first patched version",
    ),
    "fix_commit": ("fix commit", "fixed commit", "patch commit"),
    "reference": ("reference", "references", "url", "urls", "link", "links", "advisory url", "more info", "see also"),
    "state": ("status", "state", "finding status"),
    "false_positive": ("false positive", "is false positive"),
    "fixed": ("fixed", "is fixed", "resolved", "mitigated", "is mitigated"),
    "suppressed": ("suppressed", "ignored", "is ignored", "muted"),
    "observed": (
        "date",
        "observed",
        "observed at",
        "timestamp",
        "found",
        "found at",
        "date found",
        "discovered",
        "discovered at",
        "detected",
        "detected at",
        "first seen",
        "created",
        "created at",
        "reported at",
    ),
    "tlp": ("tlp", "tlp label", "marking"),
}
"""Field → the headers that mean it."""

MANY = frozenset({"identifiers", "cwe", "cvss", "fix", "fix_commit", "reference", "finder"})
"""Fields of several values: in several columns, or in one cell with blanks, ``,``, ``;`` or ``|`` between them."""

SUBJECTS = frozenset({"title", "description", "identifiers"})
"""A table of findings has one of these columns, and each of its rows a value in one of them."""

PASSED_OVER = frozenset(
    {
        "active",
        "assignee",
        "category",
        "comment",
        "comments",
        "confidence",
        "duplicate",
        "effort",
        "fix available",
        "mitigated date",
        "mitigation",
        "notes",
        "no",
        "number",
        "owner",
        "recommendation",
        "remediation",
        "row",
        "tags",
        "team",
        "ticket",
        "verified",
    }
)
"""Columns that are common in tables of findings and have no place in one: they neither help nor hinder recognition."""

FOREIGN = frozenset(
    {
        "affected",  # OSV record
        "check result",  # Prowler
        "containers",  # CVE record
        "data type",
        "date added",  # KEV catalogue
        "epss",  # EPSS and lists made from it: CVEs with scores, not findings
        "fqdn/ip",  # testssl.sh, which lists passed checks too
        "image",  # container lists: "status" there says whether a fix exists
        "nvt name",  # OpenVAS
        "percentile",
        "plugin id",  # Nessus
        "problem",  # PMD, where "package" is a namespace
        "qid",  # Qualys
        "rule set",
        "schema version",
        "template id",  # Nuclei
    }
)
"""Columns of other documents, whose other columns have our names and another meaning: with one, it is not ours."""

STATES: dict[str, State] = {
    word: state
    for state, words in {
        State.OPEN: "open new active confirmed triaged unresolved reopened todo valid affected unfixed unpatched",
        State.FIXED: "fixed resolved mitigated remediated patched",
        State.FALSE_POSITIVE: "falsepositive fp notvulnerable notabug invalid",
        State.SUPPRESSED: "suppressed ignored muted waived accepted riskaccepted wontfix dismissed notaffected",
        State.WITHDRAWN: "withdrawn rejected retracted",
    }.items()
    for word in words.split()
}
"""Status words. "Closed" is not among them: it says that someone stopped, not why; such a finding is read as open."""

TRUE = frozenset({"true", "yes", "y", "1", "x"})

NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "not available", "nan"})
"""What people write into a cell that has no value."""


def plain(header: str) -> str:
    """Return a header as it is compared: lower case, without spaces, underscores, dashes, dots and quotes."""
    return header.lower().translate(_DROPPED)


_DROPPED = str.maketrans("", "", " \t\r\n\u00a0\ufeff_-.'\"")
FIELD_OF: dict[str, str] = {plain(header): field for field, headers in COLUMNS.items() for header in headers}
_PASSED_OVER = frozenset(plain(header) for header in PASSED_OVER)
_FOREIGN = frozenset(plain(header) for header in FOREIGN)


def fitness(headers: list[str]) -> tuple[int, float, bool]:
    """Return how well headers fit: how many columns are known, their share, and whether it is a table of findings.

    Columns that are passed over count neither way. A column of another document's, or none of :data:`SUBJECTS`,
    makes it no table of findings.
    """
    names = [name for name in map(plain, headers) if name]
    known = {FIELD_OF[name] for name in names if name in FIELD_OF}
    counted = [name for name in names if name not in _PASSED_OVER]
    share = sum(name in FIELD_OF for name in counted) / len(counted) if counted else 0.0
    ours = not known.isdisjoint(SUBJECTS) and _FOREIGN.isdisjoint(names)
    return len(known), share, ours
