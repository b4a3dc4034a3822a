"""Documents for people, each made from the facts of an assessment and the record of a determination, and nothing else.

A document is put together of blocks (:mod:`.blocks`) and rendered as a page (:mod:`.page`), as plain text
(:mod:`.plain`) or as data (:mod:`.data`). All of them say that the process is voluntary.
"""

from enum import StrEnum

from clearinghouse.evaluation.reports import data, page, plain
from clearinghouse.evaluation.reports.assessment import assessment_report
from clearinghouse.evaluation.reports.blocks import Document
from clearinghouse.evaluation.reports.decided import determination_record, letter, public_summary
from clearinghouse.evaluation.reports.errors import ReportError
from clearinghouse.evaluation.reports.folder import Facts

__all__ = [
    "Form",
    "Kind",
    "assessment_report",
    "determination_record",
    "document_of",
    "letter",
    "public_summary",
    "render",
]


class Kind(StrEnum):
    """Which document."""

    ASSESSMENT = "assessment"
    DETERMINATION = "determination"
    LETTER = "letter"
    SUMMARY = "summary"


class Form(StrEnum):
    """In which form."""

    HTML = "html"
    TEXT = "text"
    JSON = "json"


_RENDER = {Form.HTML: page.render, Form.TEXT: plain.render, Form.JSON: data.render}


def document_of(kind: Kind, facts: Facts) -> Document:
    """Return a document.

    Raises:
        ReportError: a determination is needed and there is none. MismatchError, WithheldError: see the documents.
    """
    if kind is Kind.ASSESSMENT:
        return assessment_report(facts.assessment)
    record, stands = facts.record, facts.stands
    if record is None:
        raise ReportError(f"there is no determination for a {kind.value}", "make a determination first")
    if kind is Kind.DETERMINATION:
        known = facts.withheld
        return determination_record(record, facts.assessment, stands=stands, opened=facts.opened, withheld=known)
    made = letter if kind is Kind.LETTER else public_summary
    return made(record, facts.assessment, stands=stands, withheld=facts.withheld)


def render(made: Document, form: Form) -> str:
    """Return a document in a form."""
    return _RENDER[form](made)
