"""``frontier assess`` takes logs of inspect_ai of anybody, old and cancelled ones too, and says what they are worth."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("numpy")

from clearinghouse.cli.main import invoke

LOGS = Path(__file__).parents[2] / "evaluation" / "running" / "logs"
OLDEST = "inspect-0.3.19.json"


def assessed(path: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> dict:
    assert invoke(["frontier", "assess", str(path), "--draws", "20", "--format", "json", *more]) == code
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", [OLDEST, "inspect-0.3.58.eval", "inspect-0.3.119.eval"])
def test_a_log_of_any_version_gives_the_numbers_of_its_attempts(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = assessed(LOGS / name, capsys)
    [model] = found["models"]
    assert (found["rows"], model["attempts"], model["outcomes"]["refused"]) == (8, 8, 1)
    assert model["success"]["if_missing_failed"] == 0.5
    assert model["success"]["if_missing_solved"] == 0.625
    [notice] = found["notices"]
    assert "no determination rests on them" in notice["message"]


def test_a_cancelled_log_says_what_was_made_and_what_was_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    found = assessed(LOGS / "inspect-0.3.58-cancelled.eval", capsys)
    assert found["rows"] == 1
    assert any("status cancelled: 1 attempt was made, and 1" in each["message"] for each in found["notices"])


def test_a_folder_of_logs_is_one_table_and_a_copy_of_a_log_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(LOGS, tmp_path / "logs")
    whole = assessed(tmp_path / "logs", capsys)
    shutil.copy(LOGS / OLDEST, tmp_path / "logs" / "copy.json")
    again = assessed(tmp_path / "logs", capsys)
    assert whole["rows"] == again["rows"] == 28
    assert whole["models"] == again["models"]
    assert [each for each in again["notices"] if "twice" in each["message"]]


def test_what_is_no_log_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.eval"
    path.write_bytes((LOGS / "inspect-0.3.58.eval").read_bytes()[:900])
    [problem] = assessed(path, capsys, code=2)["problems"]
    assert problem["message"]
    assert problem["expected"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert invoke(["frontier", "assess", str(empty)]) == 2
    assert "--key is missing" in capsys.readouterr().err


def test_a_table_of_json_lines_is_a_table_whatever_it_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "runs.json"
    rows = [{"task_id": f"t{n}", "task_family": f"f{n % 3}", "model": "m", "score": n % 2} for n in range(6)]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert assessed(path, capsys)["rows"] == 6
