"""``clearinghouse frontier package`` and ``verify``: what they say, and how they exit."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("inspect_ai")

from clearinghouse.cli.main import invoke
from invented_folder import Made
from invented_package import NUMBER, Evidenced, evidenced

DATE = "2026-12-01"
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")


@pytest.fixture(scope="module")
def evidence(whole_assessment: Made, tmp_path_factory: pytest.TempPathFactory) -> Evidenced:
    return evidenced(whole_assessment, tmp_path_factory.mktemp("told"))


def package(made: Evidenced, out: Path, *words: str) -> int:
    key = str(made.folder.parent / "assessor")
    asked = ["frontier", "package", str(made.folder), "--out", str(out), "--key", key, "--who", "Ada"]
    return invoke([*asked, *words])


def verify(made: Evidenced, path: Path, *words: str) -> int:
    asked = ["frontier", "verify", str(path), "--key", str(made.keys), *words]
    return invoke(asked if "--as-of" in words else [*asked, "--as-of", DATE])


def test_an_outsider_verifies_with_one_command(
    evidence: Evidenced, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "public.zip"
    assert package(evidence, out, "--office", "Example Office") == 0
    said = capfd.readouterr().out
    assert "for: public" in said
    assert "secret.key" in said
    assert verify(evidence, out) == 0
    said = capfd.readouterr().out
    assert "Every check that can be made holds" in said
    assert "Example Office" in said
    assert NUMBER in said
    assert "runs             cannot be told" in said


def test_both_tell_programs_as_well(evidence: Evidenced, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "court.zip"
    assert package(evidence, out, "--for", "court", "--format", "json") == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["for"], told["withheld"]) == ("court", [])
    assert verify(evidence, out, "--format", "json") == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["holds"], told["audience"]) == (True, "court")
    assert {each["result"] for each in told["checks"]} == {"holds", "absent"}


def test_what_does_not_hold_is_one_and_what_cannot_be_read_is_two(
    evidence: Evidenced, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "public.zip"
    assert package(evidence, out) == 0
    assert verify(evidence, out, "--as-of", "2027-12-01") == 1
    assert "standing         DOES NOT HOLD" in capfd.readouterr().out
    folder = tmp_path / "assessment"
    shutil.copytree(evidence.folder, folder)
    (folder / "plan.toml").write_text("nothing")
    assert verify(evidence, folder) == 1
    assert "plan.toml is not as when the list was signed" in capfd.readouterr().out
    out.write_bytes(out.read_bytes()[:-1])
    for wrong in (out, tmp_path / "nowhere"):
        assert verify(evidence, wrong) == 2
        assert "try: " in capfd.readouterr().err
    assert package(evidence, out, "--for", "anybody") == 2


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("runs/*/run.intoto.json", "is not as the log says that it ended"),
        ("runs/*/*.eval", "is not as the assessment cites it"),
        ("runs/*/run.json", "does not hold"),
    ],
)
def test_what_is_not_as_it_is_cited_is_not_packed(
    evidence: Evidenced, tmp_path: Path, capfd: pytest.CaptureFixture[str], pattern: str, says: str
) -> None:
    shutil.copytree(evidence.folder, tmp_path / "assessment")
    for name in ("assessor", "assessor.pub"):
        shutil.copy(evidence.folder.parent / name, tmp_path / name)
    made = evidence._replace(folder=tmp_path / "assessment")
    out = tmp_path / "public.zip"
    assert package(made, out) == 0
    before = out.read_bytes()
    path = sorted(made.folder.glob(pattern))[0]
    path.write_bytes(path.read_bytes() + b" ")
    capfd.readouterr()
    again = tmp_path / "again.zip"
    assert package(made, again) == 2
    assert says in " ".join(capfd.readouterr().err.split())
    assert (out.read_bytes(), again.exists()) == (before, False)
