"""A reconsideration from the request to packages with both determinations, and every way to cheat in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

pytest.importorskip("pyrage")

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.rows import read_table
from clearinghouse.evaluation.determination import acting
from clearinghouse.evaluation.determination.errors import (
    ChainError,
    DemandError,
    LateError,
    ReconsiderationError,
    RolesError,
)
from clearinghouse.evaluation.determination.package.checks import Result, decided
from clearinghouse.evaluation.determination.package.verify import verified
from clearinghouse.evaluation.determination.record import Audience, Outcome
from clearinghouse.evaluation.determination.signing import signed
from clearinghouse.evaluation.determination.standing import Status, standing
from clearinghouse.evaluation.plan.signing import commit
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.reports import Form, Kind, document_of, render
from clearinghouse.evaluation.reports.folder import facts_in
from clearinghouse.evaluation.rule.errors import LookError
from clearinghouse.evaluation.rule.finding import Verdict
from invented_appeal import FIRST, FRESH, Appeal, Solved, always, never
from invented_folder import AGENT, DOMAIN

Begun = Callable[[Solved], Appeal]
COVERED, NOT_COVERED, UNDECIDED = Verdict.COVERED, Verdict.NOT_COVERED, Verdict.INDETERMINATE


@pytest.fixture(scope="module")
def determined(tmp_path_factory: pytest.TempPathFactory) -> dict[Solved, Appeal]:
    """Folders in which a first determination was made, of either verdict; nobody changes them."""
    found = {}
    for solved in (always, never):
        made = found[solved] = Appeal(tmp_path_factory.mktemp(solved.__name__))
        made.draw(1, FIRST)
        made.run(1, solved)
        made.assess()
        made.determine()
    return found


@pytest.fixture
def begun(determined: dict[Solved, Appeal], tmp_path: Path) -> Iterator[Begun]:
    """Return copies of them, in which the developer has asked for a fresh draw and another officer took it."""

    def copy(solved: Solved) -> Appeal:
        made = determined[solved].copy(tmp_path / "home")
        made.ask()
        made.assign()
        return made

    yield copy
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


@pytest.mark.parametrize(
    ("first", "fresh", "found", "pooled", "status"),
    [
        (always, always, COVERED, COVERED, Status.REAFFIRMED),
        (always, never, COVERED, UNDECIDED, Status.REPLACED),
        (never, never, NOT_COVERED, NOT_COVERED, Status.REAFFIRMED),
        (never, always, NOT_COVERED, UNDECIDED, Status.REPLACED),
    ],
)
def test_a_fresh_draw_from_the_request_to_what_holds_afterwards(
    begun: Begun, first: Solved, fresh: Solved, found: Verdict, pooled: Verdict, status: Status
) -> None:
    made = begun(first)
    before = made.held()
    assert before.signed.record.finding.verdict is found
    asked = standing(before.signed.record, before.chain, made.now)
    assert (asked.status, asked.advisory) == (Status.UNDER_RECONSIDERATION, True)
    made.draw(2, FRESH)
    made.run(2, fresh)
    assessment = made.assess()
    assert (assessment.finding.verdict, assessment.finding.stage) == (pooled, 2)
    assert assessment.finding.domains[0].families == FIRST + FRESH
    second = made.decide()
    after = made.held()
    assert after.chain[-1].event.other_sha256 == second.sha256
    assert standing(after.signed.record, after.chain, made.now).status is status
    held = made.held("FD-1-R")
    assert standing(held.signed.record, held.chain, made.now).status is Status.IN_FORCE
    assert second.record.reconsiders is not None
    assert second.record.reconsiders.outcome is (Outcome.UPHELD if pooled is found else Outcome.INDETERMINATE)
    assert (second.record.reconsiders.sha256, second.record.finding.stage) == (after.signed.sha256, 2)
    for each in Audience:
        checked = verified(made.packed(each), made.ring, made.now)
        assert not [(one.name, one.says) for one in checked.checks if one.result is Result.FAILS]
        says = {one.name: one.says for one in checked.checks}
        assert says["reconsideration"].startswith("1 reconsideration, decided by another officer")
        assert says["draws"].startswith("2 draws repeated")
        assert says["recomputed"].startswith("Computed again from the table")


def test_documents_of_both_determinations_come_of_the_assessment_that_each_cites(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, never)
    made.assess()
    made.decide()
    for number, verdict in (("FD-1", COVERED), ("FD-1-R", UNDECIDED)):
        facts = facts_in(made.folder, made.ring, made.now, Audience.PUBLIC, number)
        assert facts.assessment.finding.verdict is verdict
        for kind in (Kind.DETERMINATION, Kind.LETTER, Kind.SUMMARY):
            assert number in render(document_of(kind, facts), Form.TEXT)
    pages = {
        number: render(
            document_of(Kind.DETERMINATION, facts_in(made.folder, made.ring, made.now, Audience.PUBLIC, number)),
            Form.TEXT,
        )
        for number in ("FD-1", "FD-1-R")
    }
    assert "Replaced" in pages["FD-1"]
    assert "a fresh draw" in pages["FD-1-R"]


# Who decides


@pytest.mark.parametrize(
    ("key", "name"),
    [("officer", "Olga Officer"), ("officer", "Nora Next"), ("second", "olga  OFFICER"), ("second", "Otto Operator")],
)
def test_who_had_a_part_in_the_first_takes_no_reconsideration(
    determined: dict[Solved, Appeal], tmp_path: Path, key: str, name: str
) -> None:
    made = determined[always].copy(tmp_path / "home")
    made.ask()
    with pytest.raises(ReconsiderationError, match="had a part in FD-1"):
        made.assign(key, name)


def test_nobody_decides_but_who_took_it(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    made.assess()
    before = sorted(made.folder.rglob("*"))
    with pytest.raises(ReconsiderationError, match="had a part in FD-1"):
        made.decide("officer", "Olga Officer")
    with pytest.raises(RolesError, match="none of an officer in the plan"):
        made.decide("operator", "Nora Next")
    with pytest.raises(RolesError, match="as one of Nora Next"):
        made.decide("second", "Somebody Else")
    assert sorted(made.folder.rglob("*")) == before
    made.decide()
    with pytest.raises(ReconsiderationError, match="nobody asked"):
        made.decide()


def test_the_first_officer_s_answer_in_a_package_is_noticed(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second line: an office whose own software lets the first officer decide again."""
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    made.assess()
    monkeypatch.setattr(acting, "require_answers", lambda *_: None)
    monkeypatch.setattr(acting, "answer", lambda *_: made.held().chain[-1].event)
    monkeypatch.setattr(acting, "add", lambda *_: ())
    made.decide("officer", "Olga Officer")
    monkeypatch.undo()
    found = verified(made.packed(Audience.COURT), made.ring, made.now, checks=decided.CHECKS)
    [wrong] = [each for each in found.checks if each.result is Result.FAILS]
    assert (wrong.name, "had a part in FD-1" in wrong.says) == ("reconsideration", True)


# When it is asked for, and what is drawn


def test_it_is_asked_for_within_the_days_of_the_plan(determined: dict[Solved, Appeal], tmp_path: Path) -> None:
    made = determined[always].copy(tmp_path / "home")
    with pytest.raises(LateError, match="the 14 days to ask ended"):
        made.ask(days=15)
    assert len(made.held().chain) == 1


def test_a_draw_that_could_bring_a_family_again_is_refused(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH, used=FIRST - 3)
    made.run(2, always)
    with pytest.raises(AssessmentError, match=f"leaves out {FIRST - 3} families, and {FIRST} were drawn before"):
        made.assess()


@pytest.mark.parametrize("count", [FRESH - 1, FRESH + 1])
def test_the_fresh_draw_has_the_registered_number_of_families(begun: Begun, count: int) -> None:
    made = begun(always)
    made.draw(2, count)
    made.run(2, always)
    with pytest.raises(LookError, match=f"has {count} families, registered are {FRESH}"):
        made.assess()


def test_families_that_the_fresh_draw_did_not_bring_are_refused(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    of_first = places.revealed_of(made.folder, DOMAIN, 1).read_bytes()
    for_development = places.revealed_of(made.folder, DOMAIN, places.DEVELOPMENT).read_bytes()
    for other in (of_first, for_development):
        places.revealed_of(made.folder, DOMAIN, 2).write_bytes(other)
        with pytest.raises((AssessmentError, DrawError), match=r"has other families than|families cannot be drawn"):
            made.assess()


def test_a_third_draw_is_refused(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    made.draw(3, 1, used=FRESH)
    with pytest.raises(AssessmentError, match="was drawn more than 2 times"):
        made.assess()


def test_a_fresh_draw_that_was_made_before_anybody_asked_answers_nothing(
    determined: dict[Solved, Appeal], tmp_path: Path
) -> None:
    made = determined[always].copy(tmp_path / "home")
    made.draw(2, FRESH)
    made.run(2, always)
    made.assess()
    with pytest.raises(DemandError, match="rests on a fresh draw, which is made for a reconsideration"):
        acting.sign_in(made.folder, made.draft("FD-2", "Nora Next"), made.signers["second"], made.now)
    made.ask()
    made.assign()
    with pytest.raises(ReconsiderationError, match="was agreed on at"):
        made.decide()


def test_a_draw_before_it_was_asked_for_is_noticed_in_a_package(
    determined: dict[Solved, Appeal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = determined[always].copy(tmp_path / "home")
    made.draw(2, FRESH)
    made.run(2, always)
    made.assess()
    made.ask()
    made.assign()
    monkeypatch.setattr(acting, "require_asked_for", lambda *_: None)
    made.decide()
    found = verified(made.packed(Audience.PUBLIC), made.ring, made.now, checks=decided.CHECKS)
    assert [each.name for each in found.checks if each.result is Result.FAILS] == ["reconsideration"]


# What is run


def test_a_fresh_draw_that_another_model_ran_decides_nothing(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    ran = made.rows
    made.rows = [each for each in ran if not (each.model == AGENT and each.run.startswith("stage-2"))]
    with pytest.raises(AssessmentError, match="no attempt of Example Model at a task of it"):
        made.assess()
    made.rows = [replace(each, model="scripted/skill-20") if each not in made.rows else each for each in ran]
    with pytest.raises(AssessmentError, match="the plan names no model scripted/skill-20"):
        made.assess()


def test_a_fresh_draw_that_was_run_in_part_misses_the_rest(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    kept = {each.task_id for each in made.rows if each.run == "stage-2-0"}
    left = sorted(kept)[:2]
    made.rows = [each for each in made.rows if each.task_id not in left]
    domain = made.assess().finding.domains[0]
    assert (domain.families, domain.missing) == (FIRST + FRESH, pytest.approx(2 / (FIRST + FRESH)))


def test_another_identity_is_another_model(begun: Begun) -> None:
    """Another version of the plan names other weights; the draws were made under the first one and stay."""
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    path = made.folder / "plan.toml"
    text = path.read_text()
    for found, instead in (
        ('identity = "a scripted agent"', 'identity = "other weights"'),
        ("version = 1", "version = 2"),
        ("[model]", f'[supersedes]\nsha256 = "{made.plan}"\nreason = "The weights changed."\n\n[model]'),
    ):
        assert found in text
        text = text.replace(found, instead, 1)
    path.write_text(text)
    commit(made.folder, made.signers["assessor"], who="Ada", now=made.now)
    made.assess()
    with pytest.raises(ReconsiderationError, match="is about another model"):
        made.decide()


def test_a_second_determination_needs_the_pooled_finding(begun: Begun) -> None:
    made = begun(always)
    with pytest.raises(ReconsiderationError, match="the finding is not that of the registered second stage"):
        made.decide()
    made.draw(2, FRESH)
    made.run(2, always)
    made.assess()
    made.decide()


def test_attempts_at_what_was_not_drawn_freshly_are_refused(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, always)
    strange = replace(made.rows[-1], task_id="a-task-of-the-reserve")
    made.rows.append(strange)
    with pytest.raises(AssessmentError, match="a-task-of-the-reserve was not drawn"):
        made.assess()
    told = read_table((made.folder / places.TABLE).read_bytes(), "a table")
    assert strange.task_id in {each.task_id for each in told}


def test_what_became_of_the_first_cannot_be_left_out(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, never)
    made.assess()
    made.decide()
    path = made.folder / "determinations" / "FD-1.events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(ChainError, match="other events"):
        made.held()


def test_an_earlier_determination_is_held_against_the_assessment_that_was_kept_with_it(begun: Begun) -> None:
    made = begun(always)
    made.draw(2, FRESH)
    made.run(2, never)
    made.assess()
    made.decide()
    path = made.folder / "determinations" / "FD-1.dsse.json"
    record = made.held().signed.record
    told = replace(record, finding=replace(record.finding, before=UNDECIDED))
    path.write_bytes(signed(told, [made.signers["officer"]]).to_bytes())
    found = verified(made.packed(Audience.PUBLIC), made.ring, made.now, checks=decided.CHECKS)
    says = {each.name: each.says for each in found.checks if each.result is Result.FAILS}
    assert says["agreement"] == "FD-1 has another finding than the assessment that it cites."
