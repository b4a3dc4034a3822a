"""Nobody's key stands in the place of another's: each act, signed with each of the keys that are believed."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import ROLES
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.running import demand_operator, note_ended, under
from clearinghouse.evaluation.assessment.verifier import signature_of
from clearinghouse.evaluation.determination.errors import RolesError
from clearinghouse.evaluation.determination.record import Person
from clearinghouse.evaluation.determination.roles import require_officer
from clearinghouse.evaluation.plan import signing as plans
from clearinghouse.evaluation.plan.errors import PlanError
from clearinghouse.evaluation.plan.reading import parse
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.draw import draw_statement, terms_statement
from clearinghouse.evaluation.pools.signing import Sides, check_draw, check_terms
from clearinghouse.evaluation.running.sealing.statement import write
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope, sign
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement
from invented_folder import DOMAIN, LATER, Made
from invented_plan import HOLDERS, key_id, signing, text_of_plan

NAMES = tuple(HOLDERS)
SIDES = Sides(key_id("assessor"), key_id("developer"))
Copied = Callable[[], Made]


def everybody(home: Path) -> KeyRing:
    return KeyRing([key for name in NAMES for key in signing(home, name)[1]])


def signed_by(statement: Statement, home: Path, *names: str) -> bytes:
    return sign(statement, [signing(home, each)[0] for each in names]).to_bytes()


def signed_again(path: Path, home: Path, name: str) -> bytes:
    return signed_by(Statement.from_bytes(Envelope.from_bytes(path.read_bytes()).payload), home, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_signed_by_the_assessor_whom_it_names(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "plan.toml").write_text(text_of_plan())
    if name != "assessor":
        with pytest.raises(PlanError, match="another one signed it"):
            plans.commit(folder, signing(tmp_path, name)[0], who="Ada", now=LATER)
    plans.commit(folder, signing(tmp_path)[0], who="Ada", now=LATER)
    again = signed_again(folder / plans.ENVELOPE, tmp_path, name)
    for each in (folder / plans.ENVELOPE, *folder.glob("plans/*.dsse.json")):
        each.write_bytes(again)
    if name == "assessor":
        assert plans.check(folder, everybody(tmp_path))
        return
    with pytest.raises(PlanError, match="another one signed it"):
        plans.check(folder, everybody(tmp_path))


def test_another_version_cannot_name_another_assessor(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "plan.toml").write_text(text_of_plan())
    first = plans.commit(folder, signing(tmp_path)[0], who="Ada", now=LATER)
    text = text_of_plan().replace("version = 1\nvol", "version = 2\nvol")
    text = text.replace("[model]", f'[supersedes]\nsha256 = "{first.sha256}"\nreason = "a coup"\n\n[model]', 1)
    text = text.replace(key_id("assessor"), "ab" * 32).replace(key_id("operator"), key_id("assessor"))
    (folder / "plan.toml").write_text(text.replace("ab" * 32, key_id("operator")))
    with pytest.raises(PlanError, match="another assessor's key"):
        plans.commit(folder, signing(tmp_path, "operator")[0], who="Otto", now=LATER)


def test_terms_are_signed_by_both_sides_and_nobody_else(whole: Made, tmp_path: Path) -> None:
    terms, ring = ceremony.terms_in(whole.folder, DOMAIN, 1), everybody(tmp_path)
    for names in (*combinations(NAMES, 1), *combinations(NAMES, 2), *combinations(NAMES, 3)):
        envelope = signed_by(terms_statement(terms), tmp_path, *names)
        if names == ("assessor", "developer"):
            assert set(check_terms(envelope, ring, terms.digest, SIDES)) == set(SIDES)
            continue
        with pytest.raises(ClearinghouseError):
            check_terms(envelope, ring, terms.digest, SIDES)


@pytest.mark.parametrize("name", NAMES)
def test_a_draw_is_signed_by_the_assessor(whole: Made, tmp_path: Path, name: str) -> None:
    draw, ring = ceremony.draw_in(whole.folder, DOMAIN, 1), everybody(tmp_path)
    envelope = signed_by(draw_statement(draw), tmp_path, name)
    if name == "assessor":
        assert check_draw(envelope, ring, draw.digest, SIDES)
        return
    with pytest.raises(ClearinghouseError, match="not signed by the assessor"):
        check_draw(envelope, ring, draw.digest, SIDES)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_signed_by_the_operator(copied: Copied, name: str) -> None:
    made = copied()
    home = made.folder.parent
    signer, _ = signing(home, name)
    run = made.folder / "runs/first"
    write(run, verified(run).said, [signer])
    note_ended(made.folder, "first", verified(run).asked.digest, signer, who="Olga", now=LATER)
    if name == "operator":
        assert gather(made.folder, everybody(home))
        assert under(made.folder, key=key_id(name)).operator == HOLDERS[name][1]
        return
    with pytest.raises(AssessmentError, match="none of an operator in the plan"):
        gather(made.folder, everybody(home))
    with pytest.raises(AssessmentError, match="none of an operator in the plan"):
        under(made.folder, key=key_id(name))


def test_in_a_trial_without_an_operator_the_developer_still_runs_nothing() -> None:
    trial = text_of_plan().replace("development = false", "development = true")
    keys = parse(trial.encode(), "plan.toml").keys
    plan = replace(parse(trial.encode(), "plan.toml"), keys=tuple(each for each in keys if each.role == "developer"))
    demand_operator(plan, [key_id("officer")], "the run")
    with pytest.raises(AssessmentError, match="by the developer"):
        demand_operator(plan, [key_id("developer")], "the run")


@pytest.mark.parametrize("name", NAMES)
def test_which_judges_were_checked_is_signed_by_the_operator_or_the_assessor(copied: Copied, name: str) -> None:
    made = copied()
    path, home = signature_of(made.folder), made.folder.parent
    path.write_bytes(signed_again(path, home, name))
    if name in {"operator", "assessor"}:
        assert gather(made.folder, everybody(home))
        return
    with pytest.raises(AssessmentError, match="neither by the operator nor by the assessor"):
        gather(made.folder, everybody(home))


@pytest.mark.parametrize("name", NAMES)
def test_a_determination_is_an_officer_s_whom_the_plan_names(name: str) -> None:
    plan = parse(text_of_plan().encode(), "plan.toml")
    officer = Person(name=HOLDERS[name][1], office="Director", organisation="", key=key_id(name))
    if name in {"officer", "second"}:
        require_officer(plan, officer, "FD-1")
        with pytest.raises(RolesError, match="the plan has that key as one of"):
            require_officer(plan, replace(officer, name="Eve"), "FD-1")
        return
    with pytest.raises(RolesError, match="none of an officer in the plan"):
        require_officer(plan, officer, "FD-1")


@pytest.mark.parametrize("name", ["assessor", "operator", "officer", "second", "stranger"])
def test_a_head_of_somebody_else_does_not_stand_for_the_developer_s(copied: Copied, name: str) -> None:
    """The assessor writes the heads anew, and has somebody else sign where the developer did."""
    made = copied()
    home, path = made.folder.parent, made.folder / "log.heads.jsonl"
    lines = path.read_bytes().splitlines()
    envelopes = [Envelope.from_bytes(each) for each in lines]
    at = next(at for at, each in enumerate(envelopes) if each.signatures[0].keyid == key_id("developer"))
    ring = KeyRing([*everybody(home), *signing(home, "stranger")[1]])
    lines[at] = signed_by(Statement.from_bytes(envelopes[at].payload), home, name)
    path.write_bytes(b"".join(each + b"\n" for each in lines))
    with pytest.raises(ClearinghouseError, match="signed by both sides over the terms"):
        gather(made.folder, ring)


def test_one_key_for_assessor_and_operator_is_told_as_a_limit(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    keys = tuple(replace(each, id=key_id("assessor")) if each.role == "operator" else each for each in found.plan.keys)
    shared = replace(found, signed=replace(found.signed, plan=replace(found.plan, keys=keys)))
    flags = [each for each in compute(shared, now=LATER, repetitions=100).flags if each.kind == ROLES]
    assert [(each.is_open, "one key" in each.says) for each in flags] == [(False, True)]
    assert not [each for each in compute(found, now=LATER, repetitions=100).flags if each.kind == ROLES]


def test_whoever_has_no_key_that_is_believed_changes_nothing(copied: Copied) -> None:
    made = copied()
    home = made.folder.parent
    signer, _ = signing(home, "stranger")
    run = made.folder / "runs/first"
    write(run, verified(run).said, [signer])
    with pytest.raises(ClearinghouseError):
        gather(made.folder, everybody(home))
