"""SSVC values in every published spelling."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.ssvc_points import ssvc_point
from clearinghouse.records import Problem, SsvcPoint


@pytest.mark.parametrize(
    "content",
    [
        {"options": [{"Exploitation": "poc"}, {"Automatable": "yes"}, {"Technical Impact": "total"}]},
        {"options": [{"exploitation": "PoC"}, {"automatable": "YES"}, {"technicalImpact": "Total"}]},
        {"options": [{"exploitation": ["public poc"]}, {"automatable": ["yes"]}, {"technical_impact": ["total"]}]},
        {"options": {"Exploitation": "poc", "Automatable": "Yes", "Technical Impact": "Total", "Value Density": "x"}},
        {
            "options": [
                {"label": "Exploitation", "value": {"label": "Public PoC"}},
                {"name": "Automatable", "value": "yes"},
                {"name": "Technical Impact", "values": [{"key": "T", "name": "Total"}]},
            ]
        },
        {
            "selections": [
                {"name": "Exploitation", "key": "E", "values": [{"key": "P", "name": "Public PoC"}]},
                {"name": "Automatable", "values": ["Yes"]},
                {"name": "Technical Impact", "values": ["Total"]},
            ]
        },
    ],
)
def test_every_spelling_gives_the_same_point(content: dict[str, Any]) -> None:
    point, problems = ssvc_point(content, cve="CVE-2030-1234", source="memory", pointer="")
    assert problems == []
    assert point == SsvcPoint(
        cve="CVE-2030-1234", source="memory", exploitation="poc", automatable="yes", technical_impact="total"
    )


def test_nothing_of_use_is_no_point() -> None:
    assert ssvc_point({"options": [{"Value Density": "diffuse"}]}, cve="C", source="m", pointer="") == (None, [])
    point, problems = ssvc_point([], cve="C", source="m", pointer="/x")
    assert point is None
    assert problems[0].pointer == "/x"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["options", "selections", "name", "value", "Exploitation"]), inner)
    ),
    max_leaves=10,
)


@given(_JSON)
def test_nothing_raises_whatever_it_is(content: Any) -> None:
    point, problems = ssvc_point(content, cve="CVE-2030-1234", source="m", pointer="")
    assert point is None or isinstance(point, SsvcPoint)
    assert all(isinstance(problem, Problem) for problem in problems)
