"""Reading in a second process gives what reading in this one gives."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.apart import frames, second
from clearinghouse.formats.apart import paths as by_paths
from clearinghouse.formats.apart.paths import read_apart
from clearinghouse.formats.apart.process import PROCESSES, Process, ReadingStoppedError
from clearinghouse.formats.apart.reports import Reports
from clearinghouse.formats.inputs import MissingPathError
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding

SCANNERS = Path(__file__).parent / "scanners"
SARIF = """{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[%s]}]}"""
RESULT = '{"ruleId":"r","message":{"text":"%s"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":%d}}}]}'  # noqa: E501

CVE = """{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-1000","state":"PUBLISHED"},
"containers":{"cna":{"affected":[{"vendor":"v","product":"p"}],"descriptions":[{"lang":"en","value":"d"}]},"adp":[
{"title":"CISA ADP Vulnrichment","providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"other":
{"type":"ssvc","content":{"id":"CVE-2099-1000","role":"CISA Coordinator","version":"2.0.3",
"timestamp":"2099-01-01T00:00:00Z","options":
[{"Exploitation":"none"},{"Automatable":"no"},{"Technical Impact":"total"}]}}}]}]}}"""


@pytest.fixture(autouse=True)
def _always(monkeypatch):
    """Whatever the size and the machine, so that the second process is really asked."""
    monkeypatch.setattr(by_paths, "_ENOUGH", 0)
    monkeypatch.setenv(PROCESSES, "2")


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    made = []
    popen = subprocess.Popen

    def noted(*arguments, **options):
        made.append(popen(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return made


def taken(reports):
    return [(r.source, r.format, r.found, list(r.records)) for r in reports]


def sarif(path, *results):
    path.write_text(SARIF % ",".join(results), encoding="utf-8")
    return path


def test_every_record_of_every_kind_comes_across_unchanged(tmp_path, started):
    (tmp_path / "kev.csv").write_text(
        "cveID,vendorProject,product,dateAdded,dueDate\nCVE-2099-1000,v,p,2099-01-01,2099-01-02\n"
    )
    (tmp_path / "epss.csv").write_text(
        "#model_version:v1,score_date:2099-01-01\ncve,epss,percentile\nCVE-2099-1000,0.5,0.9\n"
    )
    (tmp_path / "cve.json").write_text(CVE)
    (tmp_path / "unknown.bin").write_bytes(b"\x00\x01 what is this")
    (tmp_path / "crash.log").write_text(
        "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n    #0 0x1 in f a.c:3\n"
    )
    paths = [SCANNERS, tmp_path]
    apart_, here = taken(read_apart(paths)), taken(read_paths(paths))
    assert apart_ == here
    assert len(started) == 1
    kinds = {type(record).__name__ for *_, records in here for record in records}
    assert kinds == {"Finding", "Problem", "KevEntry", "EpssScore", "SsvcPoint"}


def test_numbers_and_texts_that_are_unusual_come_across(tmp_path):
    log = sarif(tmp_path / "a.sarif", RESULT % (r"\ud800 é \u0000 \"", 10**30), RESULT % ("", 2**64 - 1))
    assert taken(read_apart([log])) == taken(read_paths([log]))


def test_findings_and_problems_keep_their_order(tmp_path):
    log = sarif(tmp_path / "a.sarif", *[RESULT % ("m", 1) if n % 3 else "5" for n in range(2000)])
    assert taken(read_apart([log])) == taken(read_paths([log]))


def test_large_records_make_frames_of_few():
    out = io.BytesIO()
    findings = [Finding(source="s", index=n, format="f", title="x" * 2**20, finder="f") for n in range(40)]
    second.write_records(out, frames.FINDINGS, iter(findings * 30))
    sizes, at, data = [], 0, out.getvalue()
    while at < len(data):
        _, length = frames.HEAD.unpack_from(data, at)
        at += frames.HEAD.size
        sizes.append(len(msgspec.json.decode(data[at : at + length])))
        at += length
    assert sum(sizes) == 1200
    assert sizes[0] == 128
    assert max(sizes[1:]) <= 4


def test_what_repeats_is_one_object(tmp_path):
    log = sarif(tmp_path / "a.sarif", *[RESULT % ("m", n + 1) for n in range(2)])
    ((*_, (one, other)),) = taken(read_apart([log]))
    assert one.source is other.source
    assert one.finder is other.finder
    assert one.locations[0].path is other.locations[0].path


def test_a_report_that_is_left_half_read_does_not_disturb_the_next(tmp_path):
    paths = [sarif(tmp_path / f"{n}.sarif", *[RESULT % ("m", k + 1) for k in range(2000)]) for n in range(2)]
    seen = [(report.source, next(report.records).index) for report in read_apart(paths)]
    assert seen == [(str(path), 0) for path in paths]


def test_names_that_are_not_text(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.sarif"))
    sarif(path, RESULT % ("m", 1))
    assert taken(read_apart([path])) == taken(read_paths([path]))


def test_formats_and_signals_only_are_passed_on(tmp_path):
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    asked = {"formats": frozenset({"kev"}), "signals_only": True, "role": "--kev"}
    assert taken(read_apart([log], **asked)) == taken(read_paths([log], **asked))
    assert [r.code for *_, records in taken(read_apart([log], **asked)) for r in records] == ["wrong_format"]


def test_a_missing_path_is_told_before_anything_is_read(tmp_path, started):
    good = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    with pytest.raises(MissingPathError):
        next(read_apart([good, tmp_path / "none"]))
    assert not started


def test_a_reader_that_is_killed_is_an_error_and_not_an_end(tmp_path, started):
    log = sarif(tmp_path / "a.sarif", *[RESULT % ("m" * 500, n + 1) for n in range(30_000)])
    reports = read_apart([log])
    records = next(reports).records
    next(records)
    started[0].send_signal(signal.SIGKILL)
    with pytest.raises(ReadingStoppedError, match="signal 9"):
        for _ in records:
            pass


def test_leaving_early_ends_the_second_process(tmp_path, started):
    log = sarif(tmp_path / "a.sarif", *[RESULT % ("m" * 500, n + 1) for n in range(30_000)])
    reports = read_apart([log])
    next(next(reports).records)
    reports.close()
    assert started[0].returncode is not None


def test_one_process_may_be_asked_for(tmp_path, started, monkeypatch):
    monkeypatch.setenv(PROCESSES, "1")
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    assert taken(read_apart([log])) == taken(read_paths([log]))
    assert not started


def test_a_small_input_is_read_here(tmp_path, started, monkeypatch):
    monkeypatch.setattr(by_paths, "_ENOUGH", 1 << 20)
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    assert len(taken(read_apart([log]))) == 1
    assert not started


def test_no_room_for_a_process_is_no_failure(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    assert taken(read_apart([log])) == taken(read_paths([log]))


def test_the_folder_of_the_flood_is_no_place_to_import_from(tmp_path, monkeypatch):
    (tmp_path / "msgspec.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    assert [type(r) for *_, records in taken(read_apart([log])) for r in records] == [Finding]


def test_what_only_this_process_can_read_is_read_here(tmp_path, started):
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    other = sarif(tmp_path / "b.sarif", RESULT % ("m", 1))
    with log.open() as stream:
        number = stream.fileno()
        (tmp_path / "link").symlink_to(f"/dev/fd/{number}")
        (tmp_path / "folder").symlink_to("/dev/fd")
        for path in (tmp_path / "link", tmp_path / "folder" / str(number), Path(f"/proc/thread-self/fd/{number}")):
            assert [name for name, *_ in taken(read_apart([path, other]))] == [str(path), str(other)]
    assert not started


def test_a_pipe_is_read_here(tmp_path, started):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([sys.executable, "-c", f"open({str(pipe)!r}, 'w').write({SARIF % ''!r})"]):
        assert [form for _, form, *_ in taken(read_apart([pipe]))] == ["sarif"]
    assert not started[1:]


def test_a_second_process_that_cannot_start_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    log = sarif(tmp_path / "a.sarif", RESULT % ("m", 1))
    assert taken(read_apart([log])) == taken(read_paths([log]))


def test_a_report_that_was_left_gives_nothing_of_the_next(tmp_path):
    paths = [sarif(tmp_path / f"{n}.sarif", *[RESULT % ("m", k + 1) for k in range(3)]) for n in range(2)]
    reports = read_apart(paths)
    first = next(reports)
    next(first.records)
    other = next(reports)
    assert list(first.records) == []
    assert [record.source for record in other.records] == [str(paths[1])] * 3


@pytest.mark.parametrize("answer", [b"Z\x01\0\0\0\0\0\0\0!", b"F" + b"\xff" * 8, b"{\x02\0\0\0\0\0\0\0{}"])
def test_what_is_no_frame_is_an_error(answer):
    class Impostor(Process):
        def __init__(self):
            pass

        stream = io.BytesIO(frames.HEAD.pack(frames.BEGIN, 40) + b'{"source":"s","format":"f","found":true}' + answer)

    with pytest.raises(ReadingStoppedError, match="no record"):
        taken(Reports(Impostor()))


def test_the_second_process_does_not_outlive_the_first(tmp_path):
    log = sarif(tmp_path / "a.sarif", *[RESULT % ("m" * 500, n + 1) for n in range(30_000)])
    code = (
        "import os, signal, sys; from pathlib import Path; from clearinghouse.formats.apart import paths\n"
        "paths._ENOUGH = 0\n"
        f"reports = paths.read_apart([Path({str(log)!r})]); next(next(reports).records)\n"
        "children = open(f'/proc/self/task/{os.getpid()}/children').read().split()\n"
        "print(*children, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout
    (child,) = map(int, told.split())
    for _ in range(500):
        if not Path(f"/proc/{child}").exists() or b"apart" not in Path(f"/proc/{child}/cmdline").read_bytes():
            return
        time.sleep(0.01)
    pytest.fail("it is still there")
