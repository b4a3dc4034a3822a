"""A run that is asked for again: what came to its end stays as it is, and what goes on is of one key."""

from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running import run as run_module
from clearinghouse.evaluation.running.asked import NAME, asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.errors import RunError, SealError
from clearinghouse.evaluation.running.evaluated import _plain
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing.statement import SIGNED, UNSIGNED
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.trust.keys import KeyRing, PublicKey, make_key_pair, signer_of
from sums import sum_tasks

BUDGET = Budget(tokens=100_000, seconds=60.0, messages=20)


def everything(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def signer(folder: Path, name: str):
    if not (folder / name).exists():
        make_key_pair(folder / name)
    return signer_of(str(folder / name), None)


def test_a_run_that_came_to_its_end_is_left_as_it_is(bench: Bench, tmp_path: Path) -> None:
    wanted = asked(tasks := sum_tasks(tmp_path / "tasks", [0.01]), "scripted/expert", BUDGET)
    operator, stranger = signer(tmp_path, "operator"), signer(tmp_path, "stranger")
    out = tmp_path / "out"
    run(tasks, wanted, out, bench)
    assert not verified(out).is_signed
    said = run(tasks, wanted, out, bench, signers=[operator])
    assert (said.was_there, said.made, said.statement.name) == (True, 0, SIGNED)
    assert not (out / UNSIGNED).exists(), "what nobody signed can be signed later"
    before = everything(out)
    for signers in ([operator], []):
        again = run(tasks, wanted, out, bench, signers=signers)
        assert (again.was_there, again.is_complete, again.statement.name) == (True, True, SIGNED)
        assert everything(out) == before
    with pytest.raises(RunError, match="signed with another key so far"):
        run(tasks, wanted, out, bench, signers=[stranger])
    assert everything(out) == before
    log = next(out.glob("*.eval"))
    log.write_bytes(log.read_bytes() + b"more")
    with pytest.raises(SealError):
        run(tasks, wanted, out, bench, signers=[operator])
    assert (out / SIGNED).read_bytes() == before[SIGNED]


def test_a_run_goes_on_with_its_key_and_keeps_what_was_said_before(bench: Bench, tmp_path: Path) -> None:
    wanted = asked(tasks := sum_tasks(tmp_path / "tasks", [0.01] * 2), "scripted/expert", BUDGET)
    operator, stranger = signer(tmp_path, "operator"), signer(tmp_path, "stranger")
    out, parts = tmp_path / "out", run_module._parts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "MOST_IN_LOG", 1)
        patch.setattr(run_module, "_parts", lambda *given: list(parts(*given))[:1])
        run(tasks, wanted, out, bench, signers=[operator])
    before = everything(out)
    for signers, says in (([stranger], "another key"), ([], "no key now")):
        with pytest.raises(RunError, match=says):
            run(tasks, wanted, out, bench, signers=signers)
    assert everything(out) == before
    run(tasks, wanted, out, bench, signers=[operator])
    keys = KeyRing([PublicKey.load(tmp_path / "operator.pub")])
    said = verified(out, keys).said
    (former,) = out.glob("former-*.json")
    assert (said.complete, former.read_bytes()) == (True, before[SIGNED])
    former.write_bytes(before[SIGNED][:-1] + b" ")
    with pytest.raises(SealError, match="before the run went on"):
        verified(out, keys)
    former.unlink()
    with pytest.raises(SealError, match="before the run went on"):
        verified(out, keys)


@pytest.mark.parametrize(("model", "scaffold"), [("scripted/expert", "nosuch"), ("nowhere/model", "plain")])
def test_what_cannot_begin_leaves_nothing(model: str, scaffold: str, bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01])
    with pytest.raises(RunError, match=r"knows no agent|cannot be run"):
        run(tasks, asked(tasks, model, BUDGET, scaffold=scaffold), tmp_path / "out", bench)
    assert not (tmp_path / "out").exists()


def test_a_folder_in_which_nothing_began_is_free_for_another_run(bench: Bench, tmp_path: Path) -> None:
    wanted = asked(tasks := sum_tasks(tmp_path / "tasks", [0.01]), "scripted/expert", BUDGET)
    other = msgspec.structs.replace(wanted, epochs=2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / NAME).write_bytes(other.to_bytes())
    assert run(tasks, wanted, tmp_path / "out", bench).is_complete
    with pytest.raises(RunError, match="something else: epochs"):
        run(tasks, other, tmp_path / "out", bench)


def test_messages_of_inspect_ai_are_read_without_markup() -> None:
    said = "[bold]ERROR[/bold]: OpenAI needs optional dependencies. Install with:\n\n[bold]pip install openai[/bold]\n"
    assert _plain(said) == "OpenAI needs optional dependencies. Install with:\n\npip install openai\n"
    assert _plain("a list [1, 2] of [ x ] and [red]this[/]") == "a list [1, 2] of [ x ] and this"
