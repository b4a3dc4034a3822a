"""What was drawn, opened and judged of a domain: what does not follow from the pool and the draws is refused."""

from pathlib import Path

import pytest

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment import verifier
from clearinghouse.evaluation.assessment.drawn import _family, drawn_domain
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.plan.signing import check
from clearinghouse.evaluation.pools.manifest import FamilyRecord, TaskRecord, revealed_bytes
from clearinghouse.evaluation.pools.opening import opened
from clearinghouse.evaluation.pools.split import development, held_out
from clearinghouse.evaluation.rule.finding import Verdict
from invented_appeal import FIRST, FRESH, Appeal, always, never
from invented_folder import DOMAIN
from invented_pool import NAMES, shares_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Appeal:
    """A folder with the attempts of a first draw; nobody changes it."""
    found = Appeal(tmp_path_factory.mktemp("drawn"))
    found.draw(1, FIRST)
    found.run(1, always)
    return found


def reveal(made: Appeal, stage: int, groups: tuple[str, ...]) -> None:
    """Say that these families were opened under a stage."""
    with opened(made.pool, shares_of(made.pool, *NAMES[:2]), who="Ada", purpose="a test", now=made.now) as inside:
        places.revealed_of(made.folder, DOMAIN, stage).write_bytes(revealed_bytes(inside.reveal(groups)))


def test_nothing_that_is_held_out_is_for_development(made: Appeal, tmp_path: Path) -> None:
    """Who tried scaffolds on what decides could choose the one that suits it."""
    other = made.copy(tmp_path / "home")
    reveal(other, places.DEVELOPMENT, (*development(made.manifest)[:3], held_out(made.manifest)[0]))
    versions = check(other.folder, other.ring).versions
    with pytest.raises(AssessmentError, match="is held out, and not for development"):
        drawn_domain(other.folder, versions, DOMAIN, other.ring)
    reveal(other, places.DEVELOPMENT, development(made.manifest)[:3])
    assert len(drawn_domain(other.folder, versions, DOMAIN, other.ring).development) == 3


def test_a_fresh_draw_follows_on_all_families_that_were_drawn(made: Appeal, tmp_path: Path) -> None:
    for used in (FIRST - 1, FIRST + 1):
        other = made.copy(tmp_path / str(used))
        other.draw(2, FRESH - 1, used=used)
        versions = check(other.folder, other.ring).versions
        with pytest.raises(AssessmentError, match=f"leaves out {used} families, and {FIRST} were drawn before"):
            drawn_domain(other.folder, versions, DOMAIN, other.ring)


def test_what_was_drawn_and_is_not_revealed_is_told(made: Appeal, tmp_path: Path) -> None:
    other = made.copy(tmp_path / "home")
    places.revealed_of(other.folder, DOMAIN, 1).unlink()
    with pytest.raises(LedgerError):
        drawn_domain(other.folder, check(other.folder, other.ring).versions, DOMAIN, other.ring)


@pytest.mark.parametrize("what", ["false_accepts", "false_rejects", "wrong"])
def test_a_judge_with_whom_something_is_wrong_supports_no_verdict(made: Appeal, tmp_path: Path, what: str) -> None:
    """One that takes cheats raises a score, and one that rejects what is right lowers it."""
    other = made.copy(tmp_path / "home")
    sound = other.assess()
    assert sound.finding.verdict is Verdict.COVERED
    assert [each.is_open for each in sound.flags if each.kind == "verifier"] == [False]
    none = {"false_accepts": 0, "false_rejects": 0}
    faulty = [
        verifier.Sound(sha256=each.task.digest, tried=5, **(none | {what: 1, "wrong": 1}))
        for tasks in other.shown.values()
        for each in tasks
    ]
    verifier.keep(other.folder, faulty, other.signers["operator"], who="Otto", now=other.now)
    found = other.assess()
    assert [each.is_open for each in found.flags if each.kind == "verifier"] == [True]
    assert (found.finding.before, found.finding.verdict) == (Verdict.COVERED, Verdict.INDETERMINATE)


def test_without_other_models_no_pattern_is_screened_and_nothing_is_not_covered(made: Appeal, tmp_path: Path) -> None:
    other = made.copy(tmp_path / "home")
    other.rows = [each for each in other.rows if each.run.startswith("ladder")]
    other.run(1, never)
    assert other.assess().finding.verdict is Verdict.NOT_COVERED
    other.rows = [each for each in other.rows if not each.model.startswith("scripted/other")]
    found = other.assess().finding
    assert (found.before, found.verdict) == (Verdict.NOT_COVERED, Verdict.INDETERMINATE)
    assert "Sandbagging is not excluded." in " ".join(each.says for each in found.reasons)


@pytest.mark.parametrize("minutes", ["inf", "-inf", "nan", "0", "-3", "an hour", "1e999", ""])
def test_a_human_time_that_is_none_is_refused(tmp_path: Path, minutes: str) -> None:
    told = TaskRecord(
        id="t", family="f", domain="d", minutes=minutes, source="estimate", sha256="0" * 64, canary="0" * 64
    )
    with pytest.raises(AssessmentError, match="no number of minutes"):
        _family(FamilyRecord("f", ("1" * 64,)), {"1" * 64: told}, tmp_path)
