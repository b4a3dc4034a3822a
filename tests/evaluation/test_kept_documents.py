"""A field that comes or goes raises the schema of its document, so that a reader knows what it has before it."""

from kept_documents import DOCUMENTS, lines_of_documents, pinned, unraised


def test_no_field_comes_or_goes_without_another_schema() -> None:
    assert list(unraised()) == []


def test_every_document_is_pinned() -> None:
    """Where one is not: ``python tests/kept_documents.py``."""
    assert {each.rsplit(" | ", 1)[0] for each in lines_of_documents()} <= pinned().keys()
    assert len(set(lines_of_documents())) == len(DOCUMENTS)
