"""Plans, signed: every version is kept, follows on the one before, and no byte of it can be changed unnoticed."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan import signing as room
from clearinghouse.evaluation.plan.errors import AnalysisError, PlanError
from clearinghouse.evaluation.plan.signing import ENVELOPE, LOG, check, commit
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import EnvelopeError
from invented_plan import key_id, signing, text_of_plan

NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
HOW = {"who": "Ada", "now": NOW}


def written(folder: Path, text: str = "") -> Path:
    (folder / "a").mkdir(exist_ok=True)
    (folder / "a/plan.toml").write_text(text or text_of_plan())
    return folder / "a"


def second(folder: Path) -> str:
    digest = hashlib.sha256((folder / "plan.toml").read_bytes()).hexdigest()
    text = text_of_plan().replace("version = 1\nvol", "version = 2\nvol").replace("epochs = 3", "epochs = 4")
    return text.replace("[model]", f'[supersedes]\nsha256 = "{digest}"\nreason = "more attempts"\n\n[model]', 1)


def test_a_plan_that_was_committed_is_checked(tmp_path: Path) -> None:
    signer, ring = signing(tmp_path)
    folder = written(tmp_path)
    made = commit(folder, signer, **HOW)
    checked = check(folder, ring)
    assert [each.sha256 for each in checked.versions] == [made.sha256]
    assert checked.versions[0].at == "2026-11-24T08:30:00Z"
    assert checked.versions[0].keyids == (signer.public_key.keyid,)
    assert checked.same_analysis
    [entry] = Chain(folder / LOG).read().find("plan committed")
    assert entry.digest == made.sha256


def test_committing_again_changes_nothing(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    folder = written(tmp_path)
    commit(folder, signer, **HOW)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    commit(folder, signer, who="Ada", now=NOW + dt.timedelta(days=1))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_changed_plan_needs_a_version_and_a_reason_and_both_are_kept(tmp_path: Path) -> None:
    signer, ring = signing(tmp_path)
    folder = written(tmp_path)
    commit(folder, signer, **HOW)
    text = second(folder)
    (folder / "plan.toml").write_text(text_of_plan().replace("epochs = 3", "epochs = 4"))
    with pytest.raises(PlanError, match="does not follow"):
        commit(folder, signer, **HOW)
    with pytest.raises(PlanError, match="not the plan that was signed"):
        check(folder, ring)
    (folder / "plan.toml").write_text(text)
    commit(folder, signer, who="Ada", now=NOW + dt.timedelta(days=1))
    checked = check(folder, ring)
    assert [each.plan.version for each in checked.versions] == [2, 1]
    assert [each.plan.design.epochs for each in checked.versions] == [4, 3]
    assert len(list((folder / "plans").iterdir())) == 4


def test_a_version_that_is_not_the_next_one_is_refused(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    folder = written(tmp_path)
    text = second(folder)
    (folder / "plan.toml").write_text(text)
    with pytest.raises(PlanError, match="first that is committed"):
        commit(folder, signer, **HOW)
    written(tmp_path)
    commit(folder, signer, **HOW)
    (folder / "plan.toml").write_text(text.replace("version = 2", "version = 3", 1))
    with pytest.raises(PlanError, match="does not follow"):
        commit(folder, signer, **HOW)


def test_every_byte_of_every_file_is_covered(tmp_path: Path) -> None:
    signer, ring = signing(tmp_path)
    folder = written(tmp_path)
    commit(folder, signer, **HOW)
    (folder / "plan.toml").write_text(second(folder))
    commit(folder, signer, **HOW)
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.name.startswith(".")):
        whole = path.read_bytes()
        step = max(1, len(whole) // 12)
        for at in [*range(0, len(whole), step), len(whole) - 1]:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(ClearinghouseError):
                check(folder, ring)
        path.unlink()
        with pytest.raises(ClearinghouseError):
            check(folder, ring)
        path.write_bytes(whole)
    assert len(check(folder, ring).versions) == 2


def test_a_key_that_is_not_known_is_not_believed(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    _, others = signing(tmp_path, "somebody")
    folder = written(tmp_path)
    commit(folder, signer, **HOW)
    with pytest.raises(EnvelopeError):
        check(folder, others)


def test_a_plan_that_contradicts_itself_is_not_signed(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    folder = written(tmp_path, text_of_plan().replace("watch = 0.35", "watch = 0.7"))
    with pytest.raises(PlanError):
        commit(folder, signer, **HOW)
    assert not (folder / ENVELOPE).exists()


def test_a_plan_that_names_other_code_is_not_signed(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    text = text_of_plan()
    digest = text.partition('analysis = "')[2][:64]
    folder = written(tmp_path, text.replace(digest, "0" * 64))
    with pytest.raises(AnalysisError):
        commit(folder, signer, **HOW)
    assert not (folder / ENVELOPE).exists()


@pytest.mark.parametrize("step", range(6))
def test_who_is_killed_on_the_way_leaves_the_old_plan_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    signer, ring = signing(tmp_path)
    folder = written(tmp_path)
    commit(folder, signer, **HOW)
    old, new = (folder / "plan.toml").read_text(), second(folder)
    (folder / "plan.toml").write_text(new)
    left = step
    write = room.files.write

    def killed(path: Path, data: bytes, mode: int = 0o644) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        write(path, data, mode)

    with monkeypatch.context() as patched:
        patched.setattr(room.files, "write", killed)
        if step < 5:
            with pytest.raises(KeyboardInterrupt):
                commit(folder, signer, **HOW)
        else:
            commit(folder, signer, **HOW)
    states = []
    for text in (old, new):
        (folder / "plan.toml").write_text(text)
        try:
            states.append(check(folder, ring).versions[0].plan.version)
        except EvaluationError as error:
            states.append(str(error))
    assert states.count(1) + states.count(2) <= 1
    (folder / "plan.toml").write_text(new)
    commit(folder, signer, **HOW)
    assert [each.plan.version for each in check(folder, ring).versions] == [2, 1]


@pytest.mark.parametrize(
    ("found", "instead", "says"),
    [
        ("development = false", "development = true", "trial"),
        ("DEVELOPER", "0" * 64, "another developer's key"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_no_version_has_other_sides_of_a_draw_than_the_one_before(
    tmp_path: Path, found: str, instead: str, says: str, *, first: bool
) -> None:
    """Else the assessor could draw alone under one version, and name everybody in the next."""
    signer, _ = signing(tmp_path)
    found = key_id("developer") if found == "DEVELOPER" else found
    text = text_of_plan()
    assert found in text
    folder = written(tmp_path, text.replace(found, instead) if first else text)
    commit(folder, signer, **HOW)
    later = second(folder)
    (folder / "plan.toml").write_text(later if first else later.replace(found, instead))
    with pytest.raises(PlanError, match=says):
        commit(folder, signer, who="Ada", now=NOW + dt.timedelta(days=1))
