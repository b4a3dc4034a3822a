import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse import records
from clearinghouse.records import ClearinghouseError, Component, Finding, Link, Problem, Reason

STRUCTS = [kind for kind in vars(records).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]


@pytest.mark.parametrize(
    ("component", "label"),
    [
        (Component(name="jinja2"), "jinja2"),
        (Component(name="jinja2", version="3.0"), "jinja2@3.0"),
        (Component(name="jinja2", ecosystem="PyPI", version="3.0"), "PyPI/jinja2@3.0"),
        (Component(name="Router", vendor="Example Corp"), "Example Corp Router"),
        (Component(name="x", version="1", purl="pkg:pypi/jinja2@3.0"), "pkg:pypi/jinja2@3.0"),
    ],
)
def test_label(component, label):
    assert component.label == label


def test_the_id_of_a_finding_names_its_place():
    finding = Finding(source="a.zip!b/c.sarif", index=7, format="sarif", title="t", finder="f")
    assert finding.id == "a.zip!b/c.sarif#7"
    assert finding.component is None
    first = Component(name="first")
    assert msgspec.structs.replace(finding, components=(first, Component(name="second"))).component is first


def test_a_link_is_written_as_from_and_to():
    link = Link(from_id="b#0", to_id="a#0", reason=Reason.STACK, score=0.99, explanation="equal frames")
    assert msgspec.to_builtins(link) == {
        "from": "b#0",
        "to": "a#0",
        "reason": "stack",
        "score": 0.99,
        "explanation": "equal frames",
    }


def test_an_error_says_what_and_what_to_do():
    error = ClearinghouseError("the file is empty", "send it again")
    assert (error.what, error.remedy, str(error)) == ("the file is empty", "send it again", "the file is empty")


def test_there_are_records_to_test():
    assert {Finding, Problem, Link, Component} <= set(STRUCTS)
    assert len(STRUCTS) > 15


def has_only_numbers(record: Any) -> bool:
    """JSON has no infinity, and NaN equals nothing."""
    return all(math.isfinite(value) for value in msgspec.structs.astuple(record) if isinstance(value, float))


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_records_are_values(kind: Any, data: st.DataObject):
    """Frozen, hashable, equal when equal; as JSON and back the same, also through plain values."""
    record = data.draw(st.from_type(kind).filter(has_only_numbers))
    again = msgspec.json.decode(msgspec.json.encode(record), type=kind)
    assert again == record
    assert hash(again) == hash(record)
    assert msgspec.convert(msgspec.to_builtins(record), kind) == record
    with pytest.raises(AttributeError):
        setattr(record, record.__struct_fields__[0], None)
