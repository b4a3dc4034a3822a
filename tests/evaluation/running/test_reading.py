"""What somebody names is a run that is verified, or logs that nobody sealed; never is one passed off as the other."""

import shutil
from pathlib import Path

import pytest

from clearinghouse.evaluation.running.errors import LogError, SealError
from clearinghouse.evaluation.running.reading import attempts
from clearinghouse.trust.keys import KeyRing

LOGS = Path(__file__).with_name("logs")


def test_a_run_is_verified(ran: Path, ring: KeyRing) -> None:
    found = attempts(ran, ring)
    assert found.is_sealed
    assert sum(len(each.attempts) for each in found.logs) == 16


def test_logs_of_others_are_read_and_are_not_sealed() -> None:
    assert not attempts(LOGS / "inspect-0.3.19.json").is_sealed
    found = attempts(LOGS)
    assert (len(found.logs), found.is_sealed) == (5, False)
    assert not any(each.sealed for log in found.logs for each in log.attempts)


def test_one_log_of_a_run_is_none_of_others(ran: Path) -> None:
    with pytest.raises(LogError, match="alone it cannot be verified"):
        attempts(next(ran.glob("*.eval")))


@pytest.mark.parametrize("gone", ["run.json", "run.intoto.json"])
def test_a_run_without_a_part_is_none(ran: Path, gone: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ran, tmp_path / "copy"))
    (folder / gone).unlink()
    with pytest.raises((SealError, LogError)):
        attempts(folder)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="0 logs"):
        attempts(tmp_path)
