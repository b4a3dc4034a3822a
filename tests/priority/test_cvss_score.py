import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.priority import cvss_score


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", ("2.0", 7.8, "high")),
        ("(AV:N/AC:L/Au:N/C:N/I:N/A:C)", ("2.0", 7.8, "high")),
        ("CVSS:2.0/AV:N/AC:L/Au:N/C:N/I:N/A:C", ("2.0", 7.8, "high")),
        ("AV:L/AC:H/Au:M/C:N/I:N/A:N", ("2.0", 0.0, "low")),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ("3.0", 9.8, "critical")),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N", ("3.1", 7.2, "high")),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:L/A:N/E:U/MAV:P", ("3.1", 7.2, "high")),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", ("3.1", 0.0, "none")),
        (" CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N ", ("4.0", 9.3, "critical")),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", ("4.0", 9.3, "critical")),
    ],
)
def test_each_version_gives_its_base_score(vector, expected):
    score = cvss_score(vector)
    assert tuple(score) == expected
    assert isinstance(score.base, float)
    assert str(score.base) != "-0.0"


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "9.8",
        "CVSS:3.1",
        "CVSS:3.1/",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/ZZ:Z",
        "CVSS:5.0/AV:N",
        "AV:N/" * 100_000,
        "\x00",
    ],
)
def test_what_is_no_vector_has_no_score(vector):
    assert cvss_score(vector) is None


PIECES = """
CVSS:4.0 CVSS:3.1 CVSS:2.0 AV:N AC:L Au:N AT:N PR:N UI:N S:U S:C C:H I:H A:H C:C VC:H VI:N VA:X E:X : / MS: ( ) é
"""
pieces = st.sampled_from(PIECES.split())


@given(st.text() | st.lists(pieces, max_size=14).map("/".join))
def test_law_no_text_raises_and_every_score_is_in_range(vector):
    score = cvss_score(vector)
    assert score is None or (0 <= score.base <= 10 and score.severity in {"none", "low", "medium", "high", "critical"})


@pytest.mark.data
def test_published_vectors_have_their_published_scores(data):
    seen = 0
    for file in sorted((data / "cvss").glob("vectors_*")):
        for line in file.read_text(encoding="utf-8").splitlines():
            vector, _, scores = line.partition(" - ")
            expected = abs(float(ast.literal_eval(scores)[0]))
            assert cvss_score(vector).base == expected, line
            seen += 1
    assert seen > 3000
