"""What the sender of a report is told to be one flaw: found without comparing what cannot be."""

from unittest.mock import patch

from hypothesis import event, given
from hypothesis import strategies as st

from clearinghouse.identity.location import number_places
from clearinghouse.identity.profile import Profiler
from clearinghouse.server.vulnerabilities import preparing
from server_worlds import findings


@st.composite
def single_reports(draw):
    """One report, most often of one run: places that are alike, and whatever else scanners and people write."""
    size = draw(st.integers(0, 14))
    finders = draw(st.sampled_from([["Lab A"], ["Lab A"], ["Lab A", "Lab B"]]))
    kinds = st.sampled_from(["place", "place", "place", "words", "advisory"])
    return [draw(findings(index, "report", draw(st.sampled_from(finders)), draw(kinds))) for index in range(size)]


def told(report, everything):
    profile = Profiler().profile
    profiles = [profile(finding, 0) for finding in report]
    number_places(profiles)
    likes = (lambda some: list(range(len(some)))) if everything else preparing._with_likes
    with patch.object(preparing, "_with_likes", likes):
        return preparing._same(profiles)


@given(single_reports())
def test_what_is_left_out_is_the_same_as_nothing(report):
    found = told(report, everything=False)
    event("some are one flaw" if found else "each is one")
    assert found == told(report, everything=True)
