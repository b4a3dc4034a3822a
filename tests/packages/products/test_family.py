"""Models, series and families."""

import pytest

from clearinghouse.packages.products.family import (
    are_related,
    describes,
    is_model,
    is_of_series,
    says_more,
    without_series,
)


@pytest.mark.parametrize(
    ("extra", "head", "answer"),
    [
        ({"60f"}, ("fortigate",), True),
        ({"cpu", "1511", "pn"}, ("simatic", "s7"), True),
        ({"manager"}, ("fortigate",), False),
        ({"pcs", "neo", "x", "1"}, ("simatic",), False),
    ],
)
def test_words_that_name_a_model(extra: set[str], head: tuple[str, ...], answer: bool) -> None:
    assert is_model(frozenset(extra), head) is answer


def test_a_series_has_models_in_its_hundred() -> None:
    assert is_of_series(("scalance", "x", "200"), ("scalance", "x204", "2"))
    assert not is_of_series(("scalance", "x", "200"), ("scalance", "x304", "2"))
    assert not is_of_series(("scalance", "x", "20"), ("scalance", "x204", "2"))


def test_a_longer_name_says_more() -> None:
    assert says_more(frozenset({"exchange", "2019"}), frozenset({"exchange"}))
    assert not says_more(frozenset({"exchange", "server"}), frozenset({"exchange"}))
    assert says_more(frozenset({"app", "android"}), frozenset({"app"}))


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (("atp", "series"), ("atp800",), True),
        (("swal",), ("watch",), False),
        (("backup", "exec"), ("backup", "exec", "agent"), True),
        (("insight", "agent"), ("insightvm",), False),
        (("estudio",), ("estudiomfp",), True),
        ((), ("x",), False),
    ],
)
def test_related_names(one: tuple[str, ...], other: tuple[str, ...], answer: bool) -> None:
    assert are_related(one, other) is answer
    assert are_related(other, one) is answer


def test_words_that_only_describe_and_names_of_lines():
    assert describes(frozenset({"wireless", "syringe", "infusion", "pump"}))
    assert not describes(frozenset({"pump", "manager"}))
    assert not describes(frozenset())
    assert without_series(("simatic", "s7", "1200")) == ("s7", "1200")
    assert without_series(("simatic", "wincc")) == ()
    assert without_series(("s7", "1200")) == ()
