"""Advisories that two processes read together are those that one reads."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.apart import divided
from clearinghouse.formats.apart.divided import read_divided
from clearinghouse.formats.apart.process import PROCESSES, ReadingStoppedError
from clearinghouse.formats.inputs import MissingPathError
from clearinghouse.formats.pieces import Piece, said_by
from clearinghouse.formats.published import read_advisories
from clearinghouse.packages.index import IndexBuilder
from clearinghouse.records import Finding, KevEntry, Problem, PublishedAdvisory

CVE = """{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-1000","state":"PUBLISHED"},
"containers":{"cna":{"affected":[{"vendor":"v","product":"p","versions":[{"version":"1.0","status":"affected"}]}],
"descriptions":[{"lang":"en","value":"d"}],"workarounds":[{"lang":"en","value":"Switch it off."}]}}}"""
KEV = "cveID,vendorProject,product,dateAdded,dueDate\nCVE-2099-1000,v,p,2099-01-01,2099-01-02\n"


def osv(name: str, **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]
    affected = [
        {"package": {"ecosystem": "PyPI", "name": f"demo-{name[-1]}"}, "ranges": ranges, "versions": ["1.0", "1.1"]}
    ]
    return {"id": name, "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2099-0001"], "affected": affected} | more


def many(count: int, prefix: str = "A") -> bytes:
    return b"".join(json.dumps(osv(f"{prefix}-{n}", summary="s" * 300)).encode() + b"\n" for n in range(count))


@pytest.fixture
def mixed(tmp_path: Path) -> list[Path]:
    """Documents of each kind, good and bad, small and large."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.json").write_text(json.dumps(osv(f"F-{number}")))
    (folder / "bad.json").write_text(json.dumps(osv("BAD-1", affected=[{"package": 5}])))
    (folder / "again.json").write_text(json.dumps(osv("F-3")))
    (folder / "utf16.json").write_bytes(json.dumps(osv("WIDE-1")).encode("utf-16"))
    (folder / "windows.json").write_bytes(
        json.dumps(osv("W-1", details="caf\xe9"), ensure_ascii=False).encode("cp1252")
    )
    (folder / "cve.json").write_text(CVE)
    (folder / "kev.csv").write_text(KEV)
    (folder / "what.bin").write_bytes(b"\x00\x01 what is this")
    (folder / "large.json").write_text(json.dumps(osv("L-1", details="x" * 200_000)))
    (folder / "larger.json").write_text(json.dumps(osv("L-2", details="x" * 5_000_000)))
    lines = many(900) + b'{"id": 5}\nnot json\n\n' + CVE.replace("\n", " ").encode() + b"\n"
    cves = [CVE.replace("\n", " ").replace("1000", str(1000 + n)) for n in range(150)]
    cves[70:70] = ['{"dataType":"CVE_RECORD"}', "not json", "", json.dumps(osv("IN-1")), cves[3]]
    (tmp_path / "cves.jsonl").write_text("\n".join(cves))
    broken = json.dumps(osv("E-1", details="\xe9"), ensure_ascii=False).encode("latin-1") + b"\n"
    long = json.dumps(osv("H-1", details="x" * 4_400_000)).encode() + b"\n"
    (tmp_path / "lines.jsonl").write_bytes(lines + broken + long + many(900, "B"))
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"{number}.json", json.dumps(osv(f"Z-{number}")))
    return [folder, tmp_path / "lines.jsonl", tmp_path / "all.zip", tmp_path / "cves.jsonl"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A second process from the first task on, many small tasks; yields how many works it was sent with each."""
    sizes: list[int] = []

    class Helper(divided._Helper):
        def __init__(self) -> None:
            super().__init__()
            while not self.is_ready:
                self.listen(wait=False)
                time.sleep(0.01)

        def ask(self, task: list[Any]) -> Any:
            sizes.append(len(task))
            return super().ask(task)

    monkeypatch.setattr(divided, "_Helper", Helper)
    monkeypatch.setattr(divided, "_ENOUGH", 0)
    monkeypatch.setattr(divided, "_MOST_WORKS", 3)
    monkeypatch.setattr(divided, "_MOST_ASKED", 2)
    monkeypatch.setenv(PROCESSES, "2")
    return sizes


def alone(monkeypatch: pytest.MonkeyPatch, paths: list[Path]) -> list[Piece]:
    with monkeypatch.context() as patch:
        patch.setenv(PROCESSES, "1")
        return list(read_divided(paths))


def written(pieces: list[Piece], path: Path) -> bytes:
    builder = IndexBuilder()
    for piece in pieces:
        for advisory in piece.advisories:
            builder.take(advisory)
        for said in piece.products:
            builder.products.add(said.statement)
            builder.products.advise(said.statement.advisory, said.statement.aliases, said.remedies)
    builder.write(path)
    return path.read_bytes()


def test_two_processes_give_what_one_gives_in_the_same_order(
    mixed: list[Path], asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    together, one = list(read_divided(mixed)), alone(monkeypatch, mixed)
    assert len(asked) > 5  # the second process has had its part
    assert together == one
    assert written(together, tmp_path / "together") == written(one, tmp_path / "alone")
    assert sum(len(piece.advisories) for piece in one) > 1850
    assert any(said.statement.origin == "cve" for piece in one for said in piece.products)
    told = {(Path(problem.source).name, problem.code) for piece in one for problem in piece.problems}
    assert {("what.bin", "unrecognised_format"), ("lines.jsonl", "not_utf8"), ("windows.json", "not_utf8")} <= told
    assert {problem.line for piece in one for problem in piece.problems} >= {901, 902}


def one_by_one(paths: list[Path], path: Path) -> tuple[bytes, list[Problem]]:
    """The index of what is read record by record, and what was wrong."""
    builder = IndexBuilder()
    problems: list[Problem] = []
    for report in read_advisories(paths):
        for record in report.records:
            if isinstance(record, PublishedAdvisory):
                builder.add(record)
            elif isinstance(record, Problem):
                problems.append(record)
            elif isinstance(record, Finding | KevEntry):
                for said in said_by(record):
                    builder.products.add(said.statement)
                    builder.products.advise(said.statement.advisory, said.statement.aliases, said.remedies)
    builder.write(path)
    return path.read_bytes(), problems


def test_pieces_say_what_records_say(mixed: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pieces = alone(monkeypatch, mixed)
    index, problems = one_by_one(mixed, tmp_path / "one by one")
    assert [problem for piece in pieces for problem in piece.problems] == problems
    assert written(pieces, tmp_path / "pieces") == index
    assert {problem.line for problem in problems if problem.source.endswith("cves.jsonl")} == {71, 72, 74}


@pytest.mark.data
def test_pieces_say_what_records_say_on_real_records(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (data / "cve5" / "vulnrichment_dev.jsonl").open("rb") as lines:
        (tmp_path / "cve.jsonl").write_bytes(b"".join(islice(lines, 600)))
    paths = [data / "advisories" / name for name in ("go", "rustsec", "retirejs")]
    paths += [tmp_path / "cve.jsonl", data / "kev-epss", data / "csaf-cisa" / "IT"]
    pieces = alone(monkeypatch, paths)
    index, problems = one_by_one(paths, tmp_path / "one by one")
    assert [problem for piece in pieces for problem in piece.problems] == problems
    assert written(pieces, tmp_path / "pieces") == index


def test_each_document_begins_once(mixed: list[Path], asked: list[int]) -> None:
    sources = [piece.source for piece in read_divided(mixed) if piece.first]
    assert len(sources) == len(set(sources)) == 29 + 1 + 30 + 1


def test_a_second_process_that_is_killed_is_an_error_and_not_an_end(
    asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    (tmp_path / "lines.jsonl").write_bytes(many(10_000))
    pieces = read_divided([tmp_path / "lines.jsonl"])
    while not asked:
        next(pieces)
    started[0].send_signal(signal.SIGKILL)
    with pytest.raises(ReadingStoppedError, match="signal 9"):
        list(pieces)
    assert started[0].returncode == -signal.SIGKILL


def test_a_second_process_that_dies_of_its_last_task_is_an_error(
    asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask = divided._Helper.ask

    def fatal(self: Any, task: list[Any]) -> Any:
        slot = ask(self, task)
        self.process.kill()
        self.process.wait()
        return slot

    monkeypatch.setattr(divided._Helper, "ask", fatal)
    (tmp_path / "lines.jsonl").write_bytes(many(1000))  # so few that it is asked once
    monkeypatch.setattr(divided, "_TASK", 1)
    monkeypatch.setattr(divided, "_MOST_ASKED", 1)
    with pytest.raises(ReadingStoppedError, match="signal 9"):
        list(read_divided([tmp_path / "lines.jsonl"]))
    assert len(asked) == 1


def test_leaving_early_ends_the_second_process(
    asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed: list[int | None] = []
    close = divided._Helper.close

    def noted(self: Any) -> None:
        close(self)
        closed.append(self.process.returncode)

    monkeypatch.setattr(divided._Helper, "close", noted)
    (tmp_path / "lines.jsonl").write_bytes(many(3000))
    pieces = read_divided([tmp_path / "lines.jsonl"])
    while not asked:
        next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert closed in ([0], [-signal.SIGKILL])  # by itself, because its pipe closed, or because it was told to


def test_what_the_second_process_cannot_do_is_told(
    asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(divided, "_ENCODE", lambda task: b"\xc1")
    (tmp_path / "lines.jsonl").write_bytes(many(3000))
    with pytest.raises(RuntimeError, match=r"DecodeError at helper\.py"):
        list(read_divided([tmp_path / "lines.jsonl"]))


def refused(*_: Any, **__: Any) -> None:
    raise BlockingIOError(11, "Resource temporarily unavailable")


def no_room(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(subprocess, "Popen", refused)


def no_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "executable", "/bin/false")


@pytest.mark.parametrize("hinder", [no_room, no_start])
def test_without_a_second_process_one_reads(
    hinder: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lines.jsonl").write_bytes(many(4000))
    expected = alone(monkeypatch, [tmp_path / "lines.jsonl"])
    monkeypatch.setattr(divided, "_ENOUGH", 0)
    monkeypatch.setenv(PROCESSES, "2")
    hinder(monkeypatch)
    assert list(read_divided([tmp_path / "lines.jsonl"])) == expected


@pytest.mark.parametrize(("processes", "count"), [("1", 12_000), ("2", 100)])
def test_small_inputs_and_one_process_start_none(
    processes: str, count: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lines.jsonl").write_bytes(many(count))
    monkeypatch.setenv(PROCESSES, processes)
    monkeypatch.setattr(divided, "_Helper", lambda: pytest.fail("a second process was started"))
    assert sum(len(piece.advisories) for piece in read_divided([tmp_path / "lines.jsonl"])) == count


def test_pipes_are_divided_like_files(asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = many(3000)
    (tmp_path / "lines.jsonl").write_bytes(data)
    expected = alone(monkeypatch, [tmp_path / "lines.jsonl"])
    ours, theirs = os.pipe()
    with subprocess.Popen(["cat", tmp_path / "lines.jsonl"], stdout=theirs):
        os.close(theirs)
        found = list(read_divided([Path(f"/dev/fd/{ours}")]))
    os.close(ours)
    assert asked
    assert [piece.advisories for piece in found] == [piece.advisories for piece in expected]


def test_a_missing_path_is_told_before_anything_is_read(asked: list[int], mixed: list[Path], tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        next(read_divided([*mixed, tmp_path / "missing"]))
    assert not asked


@pytest.mark.data
def test_two_processes_give_what_one_gives_on_real_records(
    data: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = [data / "advisories" / name for name in ("rustsec", "retirejs")] + [data / "csaf-cisa" / "IT"]
    monkeypatch.setattr(divided, "_MOST_WORKS", 64)
    together, one = list(read_divided(paths)), alone(monkeypatch, paths)
    assert asked  # how many, hangs on which process is faster
    assert any(said.remedies for piece in together for said in piece.products)
    assert together == one
    assert written(together, tmp_path / "together") == written(one, tmp_path / "alone")
