"""Plans: what is written is read, and everything that is wrong is said with its place."""

import tomllib
from typing import get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.plan import analysis
from clearinghouse.evaluation.plan.errors import AnalysisError, PlanError
from clearinghouse.evaluation.plan.example import example
from clearinghouse.evaluation.plan.fields import Drawing, Plan
from clearinghouse.evaluation.plan.reading import look, parse
from clearinghouse.evaluation.pools.beacon import KNOWN
from clearinghouse.evaluation.rule.design import Design
from invented_plan import POOL, text_of_plan


def faults(old: str = "", new: str = "", text: str | None = None) -> dict[str, str]:
    whole = text_of_plan() if text is None else text
    assert old in whole
    return {each.where: each.says for each in look(whole.replace(old, new).encode())[1]}


def test_the_example_is_a_plan_once_a_pool_is_named() -> None:
    plan = parse(text_of_plan().encode(), "plan.toml")
    assert plan.design.domains[0].name == POOL.domain
    assert plan.pools == (POOL,)
    analysis.demand(plan)
    assert list(faults(text=example("0" * 64))) == ["keys", "pools, item 1.root"]


def test_the_example_has_every_field_that_the_design_has() -> None:
    written = tomllib.loads(text_of_plan())["design"]
    assert set(Design.__struct_fields__) == set(written)
    assert not look(text_of_plan(POOL, msgspec.structs.replace(POOL, domain="remediation")).encode())[1]


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("alpha = 0.05", "alhpa = 0.05", "design.alhpa", "no field"),
        ("tokens = 2000000", "tokens = 2000000\ntoken = 3", "design.budget.token", "no field"),
        ("reserve = 10", "reserv = 10", "design.domains, item 1.reserv", "no field"),
        ("alpha = 0.05", 'alpha = "0.05"', "design.alpha", "expected float"),
        ('tier = "T1"', 'tier = "T0"', "tier", "process like any other"),
        ('tier = "T1"', 'tier = "T9"', "tier", "invalid enum"),
        ("version = 1\nvol", "version = 0\nvol", "version", "expected int"),
        ("primary = ", "primry = ", "primry", "no field"),
        ("alpha = 0.05", "alpha = 0.5", "design", "alpha is 0.5"),
        ("alpha = 0.05", "alpha = nan", "design.alpha", "no number"),
        ('across = "e_values"', 'across = "holm"', "design", "p-values"),
        ("ladder = [200000, 1000000, ", "ladder = [1000000, 200000, ", "design.ladder", "ascend"),
        ("1000000, 2000000]", "1000000]", "design.ladder", "ends at"),
        ("watch = 0.35", "watch = 0.5", "design.domains, item 1.threshold.watch", "not below"),
        ("covered = 0.5", "covered = 1.5", "design.domains, item 1.threshold.covered", "it is 1.5"),
        ("covered = 0.5\nwatch = 0.35", "", "design.domains, item 1.threshold", "neither"),
        ("covered = 0.5\n", f'commitment = "{"ab" * 32}"\n', "design.domains, item 1.threshold.watch", "it is open"),
        ("covered = 0.5\n", 'commitment = "ab"\n', "design.domains, item 1.threshold.commitment", "no commitment"),
        ("families = 40", "families = 39", "pools, item 1.families", "40 are needed"),
        ("[[pools]]\ndomain", "[[pools]]\nxdomain", "pools, item 1.xdomain", "no field"),
        ("is_open = false", "is_open = true", "development", "open pool"),
        ("expires_days = 183", "expires_days = 184", "expires_days", "expected int"),
        ("version = 1\nvol", "version = 2\nvol", "supersedes", "supersedes none"),
        ('voluntary = "This', 'voluntary = "That', "voluntary", "not the sentence"),
        ("seconds = 3600", "seconds = -1", "design.budget.seconds", "it is -1"),
        ("scaffolds = []", 'scaffolds = ["other"]', "design.sensitivity.scaffolds", "not among"),
        ('scaffolds = ["react"]', "scaffolds = []", "scaffolds", "expected array"),
        ("families = 10\nfirst_share", "families = 11\nfirst_share", "design", "reconsideration"),
        ("least_minutes = 60 ", "least_minutes = -1 ", "design.band.least_minutes", "it is -1"),
        ("[drawing]", "[drawings]", "drawings", "no field"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, where: str, says: str) -> None:
    found = faults(old, new)
    assert where in found, found
    assert says in found[where].lower()


def test_a_misspelt_field_is_told_the_nearest_name() -> None:
    _, found = look(text_of_plan().replace("stopping = ", "stoping = ").encode())
    assert [each.remedy for each in found] == ["call it stopping, or take it out"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = text_of_plan().replace("watch = 0.35", "watch = 0.6").replace("seconds = 3600", "seconds = 0")
    assert len(look(text.encode())[1]) >= 2
    with pytest.raises(PlanError, match="more"):
        parse(text.encode(), "plan.toml")


@pytest.mark.parametrize(
    "data", [b"\xff", b"a = ", b"a" * 300_000, b"a = " + b"[" * 5_000, b"x." * 300 + b"y = 1", b"", b"version = 1"]
)
def test_what_is_no_plan_is_told(data: bytes) -> None:
    with pytest.raises(PlanError):
        parse(data, "plan.toml")


@given(st.data())
def test_any_field_that_is_left_out_is_missing_or_has_its_default(data: st.DataObject) -> None:
    tables = tomllib.loads(text_of_plan())
    del tables[data.draw(st.sampled_from(sorted(tables)))]
    try:
        plan = msgspec.convert(tables, Plan)
    except msgspec.ValidationError as error:
        assert "missing required field" in str(error)  # noqa: PT017 - either of both is right
    else:
        assert plan.name == "example"


def test_a_plan_can_name_every_beacon_that_is_known() -> None:
    assert set(get_args(get_type_hints(Drawing)["beacon"])) == set(KNOWN)


def test_the_code_that_a_plan_names_is_the_code_that_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = parse(text_of_plan().encode(), "plan.toml")
    monkeypatch.setattr(analysis, "version", lambda _: "0.0")
    with pytest.raises(AnalysisError, match=r"numpy 0\.0"):
        analysis.demand(plan)
    assert "plan/analysis.py" in analysis.present().files
