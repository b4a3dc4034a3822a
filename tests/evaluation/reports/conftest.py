"""What tests of reports share: documents about an invented assessment, and facts in which all text is changed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from clearinghouse.evaluation.reports import (
    Form,
    assessment_report,
    determination_record,
    letter,
    public_summary,
    render,
)
from clearinghouse.evaluation.rule.finding import Verdict
from invented_assessment import invented
from invented_determination import made
from outline import Outline


@pytest.fixture(scope="session")
def outline() -> Callable[[str], Outline]:
    return Outline


@pytest.fixture(scope="session", params=list(Verdict), ids=str)
def facts(request):
    return invented(request.param)


@pytest.fixture(scope="session")
def documents() -> dict[str, Any]:
    """One document of each kind, of an assessment that came to COVERED."""
    facts = invented()
    about = made(assessment=facts)
    return {
        "assessment": assessment_report(facts),
        **{
            kind: make(about.record, facts)
            for kind, make in (("determination", determination_record), ("letter", letter), ("summary", public_summary))
        },
    }


@pytest.fixture(scope="session")
def pages(documents) -> dict[str, str]:
    return {kind: render(each, Form.HTML) for kind, each in documents.items()}


@pytest.fixture(scope="session")
def spoilt() -> Callable[[Any, str], Any]:
    """Returns facts in which every text of others is another; choices and digests of fixed form stay."""
    return _spoilt


def _spoilt(value: Any, text: str) -> Any:
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(
            value, **{name: _spoilt(getattr(value, name), text) for name in value.__struct_fields__}
        )
    if isinstance(value, tuple | list):
        return type(value)(_spoilt(each, text) for each in value)
    if isinstance(value, dict):
        return {f"{key} {text}" if type(key) is str else key: _spoilt(each, text) for key, each in value.items()}
    return text if type(value) is str else value
