"""What speaks against the fields of a record."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, item, matched, record, span

from clearinghouse.packages.products.evidence import against, are_copied
from clearinghouse.packages.products.prose import NOTHING, Prose, read_prose
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.stretches import Inside, Stretch
from clearinghouse.packages.products.versions import Version, read_version
from clearinghouse.records import Why


def _read(version: str) -> Version:
    read = read_version(version)
    assert read is not None
    return read


def speaks(version: str, why: Why, prose: Prose = NOTHING, product: str = "EdgeGuard") -> tuple[Inside, str] | None:
    statement = Statement(advisory="A", origin="cve", vendor="Palisade", product=product, prose=prose)
    return against(statement, why, _read(version), exact=why.kind == "enumerated")


@pytest.mark.parametrize(
    ("text", "product", "answer"),
    [
        ("R.47.0.0 AutoCAD 2021", "EdgeGuard", True),
        ("R.47.0.0 EdgeGuard 2021", "EdgeGuard", False),
        ("2.3.6.0-airgap", "EdgeGuard", False),
        ("7.5", "EdgeGuard", False),
    ],
)
def test_a_listed_version_with_the_name_of_something_else(text: str, product: str, answer: bool) -> None:
    found = speaks(text, Why(kind="enumerated", text=text), product=product)
    assert (found is not None) is answer


@pytest.mark.parametrize(
    ("version", "end", "answer"),
    [
        ("24.002.20857", "127.0.2651.105", True),
        ("60.0", "127.0", False),
        ("1.2", "9.0", False),
        ("8.1", "2023.1", False),
    ],
)
def test_an_end_of_another_numbering(version: str, end: str, answer: bool) -> None:
    assert (speaks(version, Why(kind="range", introduced="0", fixed=end)) is not None) is answer


def test_words_that_name_another_version_than_the_one_that_is_listed() -> None:
    listed = Why(kind="enumerated", text="3.2")
    assert speaks("3.2", listed, read_prose("A flaw in Online Invoicing 2.6 lets users in.")) is not None
    assert speaks("3.2", listed, read_prose("A flaw in Online Invoicing 3.2 lets users in.")) is None
    assert speaks("3.2.1", listed, read_prose("A flaw in Online Invoicing 3.2 lets users in.")) is None


def test_words_that_name_a_build_of_the_version() -> None:
    listed, prose = Why(kind="enumerated", text="5.1.6"), read_prose("EdgeGuard 5.1.6 Build 135 (and earlier)")
    assert speaks("5.1.6", listed, prose) == (Inside.COARSE, "up to 5.1.6 Build 135")
    assert speaks("5.1.5", Why(kind="range", introduced="0", last_affected="5.1.6"), prose) is None


def test_a_remedy_that_names_the_version_where_all_are_called_affected() -> None:
    everything, prose = Why(kind="range", introduced="0"), Prose(mended=("VF10.1",))
    assert speaks("VF10.1", everything, prose) == (Inside.UNSAID, "a remedy names VF10.1")
    assert speaks("VF10.2", everything, prose) == (Inside.UNSAID, "a remedy names VF10.1")
    assert speaks("VF9.2", everything, prose) is None
    assert speaks("VF10.1", Why(kind="range", introduced="0", last_affected="VF10.1"), prose) is None


def test_a_remedy_that_names_one_of_those_that_the_version_may_mean() -> None:
    listed, prose = Why(kind="enumerated", text="C.03"), Prose(mended=("C.03.06",))
    assert speaks("C.03", listed, prose) == (Inside.COARSE, "before C.03.06, which a remedy names")
    assert speaks("C.02", Why(kind="enumerated", text="C.02"), prose) is None
    assert speaks("C.03", Why(kind="range", introduced="0", fixed="D.01"), prose) is None


def test_words_that_end_the_versions_own_line_at_a_level_of_it() -> None:
    prose = read_prose("EdgeGuard before 7.1 patch 8 and before 7.2 patch 3")
    assert speaks("6.0", Why(kind="range", introduced="0", last_affected="7.2"), prose) is None
    found = speaks("7.1", Why(kind="range", introduced="0", last_affected="7.2"), prose)
    assert found is not None
    assert found[0] is Inside.COARSE


@pytest.mark.parametrize(
    ("version", "answer"), [("23.8.12892", True), ("23.9.12892", False), ("22.2.12100", False), ("23", False)]
)
def test_a_stretch_of_the_versions_own_line_that_is_written_another_way(version: str, answer: bool) -> None:
    stretches = (Stretch("", "24.1.13000"), Stretch("LTS 23.8.0", "LTS 23.8 SR4"))
    statement = Statement(advisory="A", origin="cve", vendor="Palisade", product="EdgeGuard", stretches=stretches)
    found = against(statement, Why(kind="range", introduced="0", fixed="24.1.13000"), _read(version), exact=False)
    assert (found is not None) is answer


@pytest.mark.parametrize(
    ("added", "version", "answer"),
    [
        ({"listed": ("9.2",)}, "7.0", True),
        ({"listed": ("9.2", "8.0")}, "7.0", True),
        ({"listed": ("9.1",)}, "7.0", False),
        ({"listed": ("7.0",)}, "7.0 GA", True),
        ({"listed": ("9.2",), "stretches": (Stretch("", "9.2"),)}, "7.0", False),
        ({"listed": ("9.2",), "unaffected": (Stretch("9.3"),)}, "7.0", False),
        ({}, "7.0", False),
    ],
)
def test_what_cisa_only_copies(added: dict[str, Any], version: str, answer: bool) -> None:
    own = Statement(advisory="A", origin="cve", vendor="v", product="p", stretches=(Stretch("8.0", "9.2"),))
    other = Statement(advisory="A", origin="cve", vendor="v", product="p", **added)
    assert are_copied([other], [own], _read(version)) is answer


def test_cisa_and_the_publisher_must_agree() -> None:
    own = entry("EdgeGuard", ranges=(span(last="2.90"),))
    other = entry("EdgeGuard", versions=("3.00.2",), stated_by="CISA-ADP")
    asked = item("Palisade Networks", "EdgeGuard", "2.80")
    (near,), _ = matched(asked, record(own, other))
    assert near.match == "possible"
    assert "CISA-ADP" in (near.question or "")
    (sure,), _ = matched(asked, record(own, entry("EdgeGuard", ranges=(span(fixed="3.0"),), stated_by="CISA-ADP")))
    assert sure.match == "range"


def test_a_shorter_name_that_cisa_adds_is_a_question_however_it_is_written() -> None:
    own = entry("S/4 Guard (Manage Bank Rules)", versions=("GUARD 106",))
    added = entry("s4guard", versions=("106",), stated_by="CISA-ADP")
    (near,), _ = matched(item("Palisade Networks", "S4Guard", "106"), record(own, added))
    assert near.match == "possible"


VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, VERSIONS)
def test_without_words_only_the_numbering_speaks_against_a_range(version: str, end: str) -> None:
    """The law: numbers of one size contradict nothing."""
    assert speaks(version, Why(kind="range", introduced="0", fixed=end)) is None
