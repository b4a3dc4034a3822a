"""``clearinghouse frontier run`` says what came of a run, in words and as JSON."""

import datetime as dt
import gc
import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("inspect_ai")

from boxed import needs_boxes
from clearinghouse.cli.main import invoke
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.signing import commit
from clearinghouse.evaluation.pools.exposure import LEDGER
from clearinghouse.evaluation.pools.making import keep, make
from clearinghouse.evaluation.pools.manifest import load
from clearinghouse.evaluation.pools.opening import opened, write_tasks
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.trust.keys import make_key_pair
from invented_plan import HOLDERS, signing, text_of_plan
from invented_pool import NOW, shares_of, wish
from sums import sum_tasks

needs_boxes()
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")


@pytest.fixture(autouse=True, scope="module")
def _left_open() -> Iterator[None]:
    """What inspect_ai leaves open is let go here; see tests/evaluation/running/conftest.py."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_a_run_is_told_and_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sum_tasks(tmp_path / "tasks", [0.01] * 3)
    make_key_pair(tmp_path / "key")
    out = tmp_path / "out"
    asked = ["frontier", "run", "--tasks", str(tmp_path / "tasks"), "--model", "scripted/flaky", "--out", str(out)]
    asked += ["--epochs", "2", "--runners", "1", "--key", str(tmp_path / "key")]
    code = invoke([*asked, "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["complete"], found["wanted"], found["signed"], found["stopped"]) == (True, 6, True, False)
    assert sum(found["endings"].values()) == 6 == len(found["attempts"])
    assert (code == 1) == (found["endings"]["infrastructure"] > 0)
    assert sum(each["count"] for each in found["lost"]) == found["endings"]["infrastructure"]
    assert found["said"]["tier_reached"] == "T1"
    assert invoke(asked) == code, "everything is sealed, and is told again"
    said = capsys.readouterr().out
    assert "6 of 6 are sealed already" in said
    assert ("breaks off here, as a machine that fails would" in " ".join(said.split())) == (code == 1)
    assert "a scripted agent, and no model" in said
    assert "nobody signed" not in said
    assess = ["frontier", "assess", str(out), "--draws", "0"]
    assert invoke([*assess, "--key", str(tmp_path / "key.pub")]) == 0
    assert "as it was sealed, and signed by a key that is known" in capsys.readouterr().err
    (out / "run.json").write_bytes((out / "run.json").read_bytes().replace(b"flaky", b"steady"))
    assert invoke(assess) == 2, "what was sealed is verified, or nothing of it is read"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--model", "scripted/nobody"], "no scripted agent"),
        (["--model", "expert"], "names no model"),
        (["--model", "scripted/expert", "--tier", "T0"], "tier T0 isolates nothing"),
        (["--model", "scripted/expert", "--budget-seconds", "inf"], "--budget-seconds"),
        (["--model", "scripted/expert", "--budget-cost", "nan"], "--budget-cost"),
        (["--model", "scripted/expert", "--prices", "1", "inf"], "--prices"),
        (["--model", "scripted/expert", "--prices", "nan", "1"], "--prices"),
        (["--model", "scripted/expert", "--format", "xml"], "--format"),
        (["--model", "scripted/expert", "--key", "/nowhere/key"], "/nowhere/key"),
        (["--model", "scripted/expert", "--scaffold", "nobody", "--runners", "1"], "knows no agent"),
    ],
)
def test_what_cannot_be_run_is_told_in_two_lines(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    code = invoke(["frontier", "run", "--tasks", str(tmp_path / "tasks"), "--out", str(tmp_path / "out"), *more])
    error = capsys.readouterr().err
    assert code == 2
    assert says in error
    assert len(error.strip().splitlines()) == 2


def test_tasks_of_a_sealed_pool_are_run_for_their_assessment_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    (tmp_path / "tasks/revealed.json").write_text("[]")
    model = ["--model", "scripted/expert", "--out", str(tmp_path / "out")]
    for path in (tmp_path / "tasks", next((tmp_path / "tasks").glob("*/task.toml")).parent):
        assert invoke(["frontier", "run", "--tasks", str(path), *model]) == 2
        assert "opened of a sealed pool" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_run_for_an_assessment_is_refused_beforehand_to_whoever_is_not_its_operator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    (tmp_path / "a").mkdir()
    (tmp_path / "a/plan.toml").write_text(text_of_plan())
    commit(tmp_path / "a", signing(tmp_path)[0], who="Ada", now=dt.datetime.now(dt.UTC))
    asked = [
        "frontier",
        "run",
        "--tasks",
        str(tmp_path / "tasks"),
        "--assessment",
        str(tmp_path / "a"),
        "--name",
        "first",
    ]
    for name in HOLDERS:
        signing(tmp_path, name)
        assert invoke([*asked, "--who", "Olga", "--model", "Example Model", "--key", str(tmp_path / name)]) == 2
        says = capsys.readouterr().err
        assert ("none of an operator in the plan" in says) == (name != "operator")
    more = ["--who", "Olga", "--model", "scripted/expert", "--key", str(tmp_path / "operator")]
    assert invoke([*asked, *more]) == 2
    assert "names no model scripted/expert" in capsys.readouterr().err
    more = [
        "--who",
        "Olga",
        "--model",
        "Example Model",
        "--key",
        str(tmp_path / "operator"),
        "--operator",
        "Who was read in",
    ]
    assert invoke([*asked, *more]) == 2
    assert "the key is that of Otto Operator" in capsys.readouterr().err
    assert not (tmp_path / "a/runs").exists()


def test_tasks_of_a_pool_are_run_for_a_purpose_and_counted_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    settled = msgspec.structs.replace(wish(), domain="triage")
    keep(make(tasks, settled, NOW), tmp_path / "pool", who="Ada", now=NOW)
    how = {"who": "Ada", "purpose": "a look", "now": NOW}
    with opened(tmp_path / "pool", shares_of(tmp_path / "pool", "ada", "grace"), **how) as inside:
        write_tasks(inside.tasks[:1], tmp_path / "open", inside.manifest, tmp_path / "pool")
    shutil.copytree(tmp_path / "open", tmp_path / "taken")
    asked = ["frontier", "run", "--tasks", str(tmp_path / "taken"), "--model", "scripted/expert", "--runners", "1"]
    assert invoke([*asked, "--out", str(tmp_path / "out")]) == 2
    assert "opened of a sealed pool" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    why = ["--purpose", "to see whether it runs", "--who", "Olga", "--format", "json"]
    for _ in range(2):
        assert invoke([*asked, "--out", str(tmp_path / "out"), *why]) == 0
        assert json.loads(capsys.readouterr().out)["not_counted_in"] == []
    (entry,) = Chain(tmp_path / "pool" / LEDGER).read().entries
    assert (entry.who, entry.facts["purpose"], entry.facts["model"]) == ("Olga", why[1], "scripted/expert")
    assert verified(tmp_path / "out").asked.pool == load(tmp_path / "pool").root
    (tmp_path / "pool").rename(tmp_path / "elsewhere")
    assert invoke([*asked, "--out", str(tmp_path / "more"), *why[:4]]) == 0
    assert "what was shown is not counted there" in capsys.readouterr().out


def test_an_assessment_takes_no_more_retries_than_it_would_accept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    make_key_pair(tmp_path / "key")
    where = ["--assessment", str(tmp_path), "--name", "first", "--who", "Olga", "--key", str(tmp_path / "key")]
    assert invoke(["frontier", "run", "--tasks", str(tmp_path / "tasks"), *where, "--retries", "5"]) == 2
    assert "--retries is 5" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--name", "../../x"], "--name is '../../x'"),
        (["--name", "first", "--out", "elsewhere"], "--out does not go with --assessment"),
        (["--name", "first", "--purpose", "a look"], "--purpose does not go with --assessment"),
        (["--name", "first", "--who", ""], "--who is needed with --assessment"),
        (["--who", ""], "--name and --who are needed with --assessment"),
        (["--name", "first", "--epochs", "5"], "--epochs is 5, and the plan has 3"),
        (["--name", "first", "--turns", "3"], "--turns is 3, and the plan has 200"),
        (["--name", "first", "--budget-seconds", "5"], "--budget-seconds is 5, and the plan has 3600"),
        (["--name", "first", "--budget-cost", "5"], "--budget-cost is 5, and the plan does not limit it"),
    ],
)
def test_options_that_the_plan_decides_are_told(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    (tmp_path / "a").mkdir()
    (tmp_path / "a/plan.toml").write_text(text_of_plan())
    commit(tmp_path / "a", signing(tmp_path)[0], who="Ada", now=dt.datetime.now(dt.UTC))
    signing(tmp_path, "operator")
    asked = ["frontier", "run", "--tasks", str(tmp_path / "tasks"), "--assessment", str(tmp_path / "a")]
    assert invoke([*asked, "--who", "Olga", "--key", str(tmp_path / "operator"), *words]) == 2
    assert says in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "a/runs").exists()


def test_a_name_of_a_run_needs_an_assessment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sum_tasks(tmp_path / "tasks", [1])
    asked = ["frontier", "run", "--tasks", str(tmp_path / "tasks"), "--model", "scripted/expert", "--name", "x"]
    assert invoke([*asked, "--out", str(tmp_path / "out")]) == 2
    assert "--name goes with --assessment" in capsys.readouterr().err
