"""Which judges were checked: signed, in the log, and never made better by what was there before."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.assessment import verifier as room
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.folder import VERIFIER
from clearinghouse.evaluation.assessment.verifier import CHECKED, Sound, demand_believed, flags_of, keep, signature_of
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.reading import parse
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import canonical
from invented_folder import LATER
from invented_plan import signing, text_of_plan

TASK = "ab" * 32
PLAN = parse(text_of_plan().encode(), "plan.toml")


def kept(folder: Path, wrong: int = 0, task: str = TASK) -> None:
    sound = Sound(sha256=task, tried=5, false_accepts=wrong, false_rejects=0, wrong=wrong)
    keep(folder, [sound], signing(folder, "operator")[0], who="Otto", now=LATER)


def believed(folder: Path) -> bool:
    demand_believed(folder, PLAN, signing(folder, "operator")[1])
    return not flags_of(folder / VERIFIER, [TASK])[0].is_open


def test_what_was_found_is_believed_and_the_worse_counts(tmp_path: Path) -> None:
    demand_believed(tmp_path, PLAN, signing(tmp_path, "operator")[1])
    kept(tmp_path)
    assert believed(tmp_path)
    kept(tmp_path, wrong=1)
    kept(tmp_path)
    assert not believed(tmp_path)


def test_what_was_found_before_cannot_be_put_back(tmp_path: Path) -> None:
    kept(tmp_path)
    paths = (tmp_path / VERIFIER, signature_of(tmp_path))
    before = [each.read_bytes() for each in paths]
    kept(tmp_path, wrong=1)
    for path, data in zip(paths, before, strict=True):
        path.write_bytes(data)
    for act in (believed, kept):
        with pytest.raises(AssessmentError, match="not what the log says"):
            act(tmp_path)
    for path in paths:
        path.unlink()
    for act in (believed, kept):
        with pytest.raises(ClearinghouseError):
            act(tmp_path)


@pytest.mark.parametrize("step", range(4))
def test_who_is_killed_on_the_way_can_do_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    kept(tmp_path)
    left, write, append = step, room.files.write, Chain.append

    def counted(act):
        def killed(*given, **named):
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            return act(*given, **named)

        return killed

    with monkeypatch.context() as patched:
        patched.setattr(room.files, "write", counted(write))
        patched.setattr(Chain, "append", counted(append))
        with pytest.raises(KeyboardInterrupt):
            kept(tmp_path, wrong=1)
    kept(tmp_path, wrong=1)
    assert not believed(tmp_path)


def test_what_nobody_signed_is_not_signed_with_the_rest(tmp_path: Path) -> None:
    forged = canonical(
        {"tasks": [msgspec.to_builtins(Sound(sha256=TASK, tried=5, false_accepts=0, false_rejects=0, wrong=0))]}
    )
    (tmp_path / VERIFIER).write_bytes(forged + b"\n")
    Chain(tmp_path / LOG).append(CHECKED, hashlib.sha256(forged + b"\n").hexdigest(), who="Otto", now=LATER)
    with pytest.raises(AssessmentError, match="not signed with this key"):
        kept(tmp_path, task="cd" * 32)
    with pytest.raises(ClearinghouseError):
        believed(tmp_path)
