"""Recognising these audits by what only they put together."""

import re

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.sample import Sample

_VERSION = re.compile(r'"auditReportVersion"\s*:\s*(\d{1,9})')
_NPM_ERROR = re.compile(r"E[A-Z0-9]{3,}")
_PNPM_ERROR = "ERR_PNPM_AUDIT"
# Yarn prints other events before those of its audit; the first line need not tell.
_AUDIT_EVENT = re.compile(r'^\s*\{"type":\s*"audit(?:Advisory|Summary)",\s*"data":', re.MULTILINE)
_BRANCH = re.compile(r'^\s*\{"value":\s*"[^"\n]{1,214}",\s*"children":\s*\{"ID":', re.MULTILINE)  # npm's longest name
_AUDIT_FAILED = re.compile(r'"type":\s*"error",[^\n]*"data":[^\n]*/-/npm/v1/security/(?:audits|advisories)')
_NOTHING = "No audit suggestions"


def detect(sample: Sample) -> Match:
    """Recognise each tool's report, and what it prints in the place of one."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("auditReportVersion"):
        version = _VERSION.search(sample.text)
        if version and version[1] == "2":
            return Match(100)
        return Match(30, f"its auditReportVersion is {version[1] if version else 'not a number'}, and 2 is read")
    if sample.has("advisories"):
        return _detect_answer(sample)
    if sample.has("error.code") or sample.has("error.summary", "error.detail"):
        return _detect_error(sample)
    for prefix in ("", "[]."):
        if sample.has(f"{prefix}type", f"{prefix}data") or sample.has(f"{prefix}value", f"{prefix}children"):
            return _detect_lines(sample, prefix)
    return _detect_bulk(sample)


def _detect_answer(sample: Sample) -> Match:
    """The registry's full and quick answers, and pnpm's report in their form."""
    if sample.has("actions[].action") or sample.has("actions", "runId"):
        return Match(95)
    if any(key.startswith("advisories.") and key.endswith(".module_name") for key in sample.keys):
        return Match(90)
    if sample.has("metadata.vulnerabilities.moderate", "metadata.totalDependencies"):
        return Match(90)  # nothing was found
    if not sample.complete and any(
        key.startswith("advisories.") and key.endswith(".findings[]") for key in sample.keys
    ):
        return Match(60)  # one advisory whose paths fill the sample
    return NO_MATCH


def _detect_error(sample: Sample) -> Match:
    """What npm and pnpm print in the place of a report; npm without a code where the registry has refused."""
    code = sample.value_at("error.code") or ""
    if sample.has("error.summary", "error.detail"):
        return Match(80) if _NPM_ERROR.fullmatch(code) or sample.has("statusCode", "uri") else NO_MATCH
    return Match(80) if code.startswith(_PNPM_ERROR) else NO_MATCH


def _detect_lines(sample: Sample, prefix: str) -> Match:
    """JSON lines of Yarn, or an array that somebody made of them."""
    if sample.has(f"{prefix}data.advisory.module_name") or sample.has(
        f"{prefix}value", f"{prefix}children.ID", f"{prefix}children.Issue"
    ):
        return Match(95)
    if prefix:
        return NO_MATCH
    if _AUDIT_EVENT.search(sample.text) or _BRANCH.search(sample.text):
        return Match(90)
    if _AUDIT_FAILED.search(sample.text) or (sample.has("displayName") and _NOTHING in sample.text):
        return Match(60)
    return NO_MATCH


def _detect_bulk(sample: Sample) -> Match:
    """Any package's name may be a key, and under each stand advisories."""
    if b'"vulnerable_versions"' not in sample.head:
        return NO_MATCH  # as in most documents, whose keys need not be gone through then
    names = {
        key.removesuffix("[].vulnerable_versions") for key in sample.keys if key.endswith("[].vulnerable_versions")
    }
    for name in names:
        if name and sample.has(f"{name}[].title", f"{name}[].severity", f"{name}[].url"):
            return Match(85)
    return NO_MATCH
