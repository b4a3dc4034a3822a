"""``clearinghouse frontier assess``: a table of runs, as people and programs get it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.cli import main
from clearinghouse.cli.frontier import group
from clearinghouse.records.errors import install

WORDS = ("licen", "clearance", "permi", "approv", "cleared", "denied", "blocked")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["task_id,task_family,model,score,human_minutes"]
    for task in range(60):
        minutes = 2 ** (task % 10)
        rows.append(f"t{task},f{task // 6},Alpha,{int(task % 10 < 5 + task % 3)},{minutes}")
        rows.append(f"t{task},f{task // 6},Beta,0,{minutes}")
    file = tmp_path / "runs.csv"
    file.write_text("\n".join(rows))
    return file


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main.invoke(["frontier", "assess", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_people_get_success_and_horizon_with_intervals(table, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    code, out, err = told(capsys, table, "--draws", 100)
    assert (code, err) == (0, "")
    assert "120 runs at 60 tasks in 10 families; intervals hold at 95 %." in out
    assert "not estimable" in out
    assert "Beta: no time horizon can be estimated: no success is left." in out
    assert "Weights sqrt-family, ridge 1e-05, 100 draws, seed 42." in out


def test_programs_get_every_number(table, capsys):
    code, out, _ = told(capsys, table, "--draws", 100, "--format", "json", "--models", "Alpha", "--level", 0.9)
    found = json.loads(out)
    assert code == 0
    assert [each["model"] for each in found["models"]] == ["Alpha"]
    assert (found["settings"]["weights"], found["settings"]["seed"]) == ("sqrt-family", 42)
    alpha = found["models"][0]
    assert alpha["success"]["generalised"]["low"] < 0.6 < alpha["success"]["generalised"]["high"]
    p50 = alpha["horizon"]["p50"]
    assert p50["low"] < p50["minutes"] < p50["high"]
    assert not p50["censored"]
    again = json.loads(told(capsys, table, "--draws", 100, "--format", "json", "--level", 0.9)[1])
    assert again["models"][0] == alpha
    beta = again["models"][1]["horizon"]
    assert (beta["estimable"], beta["reason"], beta["p50"]["minutes"]) == (False, "no success is left", None)


def test_a_bad_row_is_told_and_the_exit_code_says_so(table, capsys):
    table.write_text(table.read_text() + "\nt1,f0,Alpha,2,10\n")
    code, _, err = told(capsys, table, "--draws", 10)
    assert code == 1
    assert "line 122: score is 2, and should be a number from 0 (failed) to 1 (solved); the row is left out." in err
    code, out, _ = told(capsys, table, "--draws", 10, "--format", "json")
    assert (code, json.loads(out)["problems"][0]["line"]) == (1, 122)


def test_what_is_no_table_is_one_sentence_and_a_remedy(tmp_path, capsys):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    code, out, err = told(capsys, file)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert "\ntry: name its columns task_id" in err
    code, out, _ = told(capsys, file, "--format", "json")
    found = json.loads(out)
    assert (code, found["models"], len(found["problems"])) == (2, [], 1)


@pytest.mark.parametrize(
    "option",
    [
        ("--weights", "heavy"),
        ("--level", 2),
        ("--draws", -1),
        ("--models", "Nobody"),
        *((name, number) for name in ("--human-min", "--level", "--regularisation") for number in ("inf", "nan")),
        ("--human-min", 1e9),
    ],
)
def test_wrong_options_are_refused(table, capsys, option):
    code, _, err = told(capsys, table, *option)
    assert code == 2
    assert "Traceback" not in err


def test_help_loads_no_arrays():
    script = (
        "import sys; from clearinghouse.cli.main import invoke; invoke(['frontier', '--help']);"
        "invoke(['frontier', 'assess', '--help']);"
        "print({'numpy', 'scipy', 'pyarrow', 'inspect_ai'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_without_the_extra_it_is_said_what_to_install(table, capsys, monkeypatch):
    monkeypatch.setattr(group, "find_spec", lambda name: None)
    code, _, err = told(capsys, table)
    assert (code, err) == (2, f"error: numpy is not installed\ntry: {install('evaluation')}\n")


def test_no_word_speaks_of_permission(table, capsys):
    _, shown, _ = told(capsys, table, "--draws", 10)
    main.invoke(["frontier", "assess", "--help"])
    text = (shown + capsys.readouterr().out).lower()
    assert not [word for word in WORDS if word in text]
