"""The format: detection, the finding, and the problem when there is no crash."""

from pathlib import Path

import pytest

from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.crash import FORMAT
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import SAMPLE_SIZE, Sample
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Finding, Level, Location, Problem

LOG = (
    b"/out/png_fuzzer: Running 1 inputs 1 time(s) each.\n"
    b"==9==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x1 bp 0x2 sp 0x3\n"
    b"READ of size 4 at 0x6020 thread T0\n"
    b"    #0 0x1 in png_read_row /src/png/read.c:41:9\n"
    b"    #1 0x2 in png_read /src/png/read.c:80\n"
    b"SUMMARY: AddressSanitizer: heap-buffer-overflow /src/png/read.c:41:9 in png_read_row\n"
)


def score(data: bytes) -> int:
    return FORMAT.detect(Sample(data[:SAMPLE_SIZE], complete=len(data) <= SAMPLE_SIZE)).score


def test_the_finding_of_a_log() -> None:
    (finding,) = FORMAT.read(Document.from_bytes("a.log", LOG))
    assert isinstance(finding, Finding)
    assert finding.id == "a.log#0"
    assert finding.title == "Heap-buffer-overflow READ in png_read_row"
    assert finding.finder == "AddressSanitizer"
    assert finding.weaknesses == ("CWE-125",)
    assert finding.component is not None
    assert finding.component.name == "png_fuzzer"
    assert finding.locations[0] == Location(path="/src/png/read.c", line=41, symbol="png_read_row")
    assert finding.description.endswith("in png_read_row")
    assert finding.crash is not None
    assert finding.fingerprints == (("crashState/v1", finding.crash.signature),)


def test_the_description_of_a_log_without_a_summary() -> None:
    (finding,) = FORMAT.read(Document.from_bytes("a.log", LOG.split(b"SUMMARY")[0]))
    assert isinstance(finding, Finding)
    assert finding.description.startswith("==9==ERROR: AddressSanitizer: heap-buffer-overflow")


def test_the_finding_of_a_kernel() -> None:
    log = b"BUG: KASAN: slab-out-of-bounds in f+0x1/0x2\nRead of size 4 at addr ffff88801234abcd by task fuzz/7\n"
    (finding,) = FORMAT.read(Document.from_bytes("a.log", log))
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.title) == (
        "Kernel failure Slab-out-of-bounds",
        "Kernel failure Slab-out-of-bounds READ",
    )
    assert finding.weaknesses == ("CWE-125",)


def test_text_that_shows_no_crash_is_one_problem() -> None:
    (problem,) = FORMAT.read(Document.from_bytes("a.log", b"all is well\n"))
    assert isinstance(problem, Problem)
    assert (problem.source, problem.code) == ("a.log", "no_crash")


def test_utf_16_and_bytes_that_are_no_text() -> None:
    wide = Document.from_bytes("a.log", LOG.decode().encode("utf-16"))
    assert FORMAT.detect(wide.sample).score >= RECOGNISED
    assert isinstance(next(iter(FORMAT.read(wide))), Finding)
    assert isinstance(next(iter(FORMAT.read(Document.from_bytes("a.log", b"\xff\xfe\xfa" + LOG)))), Finding | Problem)


def test_a_cut_log_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearinghouse.formats.crash.report.MAX_LOG", 100)
    notice, finding = FORMAT.read(Document.from_bytes("a.log", LOG))
    assert isinstance(notice, Problem)
    assert notice.level is Level.NOTICE
    assert isinstance(finding, Finding)


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b'{"message": "ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1"}',
        b'[{"text": "panic: x"}]',
        b"<testsuite>ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1</testsuite>",
        b"id: X-1\ndetails: |\n  ==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1\n",
        b"```toml\nid = 1\n```\n\n# Title\n\nthread 'main' panicked at 'x', a.rs:1:1\n",
        b"\x7fELF\x00\x00\x00ERROR: AddressSanitizer: x on address 0x1\n",
        b"name,severity\nfoo,high\n",
        b"some words about nothing\n",
    ],
)
def test_other_documents_are_not_crash_logs(other: bytes) -> None:
    assert score(other) < RECOGNISED


@pytest.mark.parametrize(
    "log",
    [
        LOG,
        b"[1:2:0101/000000.1:FATAL:a.cc(3)] Check failed: ok.\n",
        b"<4>[    1.000000] BUG: KASAN: use-after-free in f+0x1/0x2\n",
        b"[    1.000000] BUG: KASAN: use-after-free in f+0x1/0x2\n",
    ],
)
def test_logs_that_begin_like_json_or_markup_are_crash_logs(log: bytes) -> None:
    assert score(log) >= RECOGNISED


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (LOG, 95),
        (b"goroutine 7 [running]:\npanic: x\n", 95),
        (b"panic: x\n", 60),
        (b"SUMMARY: AddressSanitizer: 3 byte(s) leaked\n", 20),
    ],
)
def test_a_detector_that_names_itself_is_the_surest_sign(log: bytes, expected: int) -> None:
    assert score(log) == expected


def test_a_long_run_log_is_recognised_before_its_crash() -> None:
    assert score(b"INFO: Seed: 12345\n" + b"#1 NEW cov: 2\n" * 10_000) >= RECOGNISED


@pytest.mark.data
def test_of_the_outside_files_only_crash_logs_are_taken(data: Path) -> None:
    taken = set()
    missed = []
    for path in sorted(data.rglob("*")):
        folder = path.relative_to(data).parts[0]
        if not path.is_file() or folder in {"cve5", "oss-fuzz-vulns"}:  # JSON all of it
            continue
        for document in documents(path, str(path)):
            recognised = isinstance(document, Document) and FORMAT.detect(document.sample).score >= RECOGNISED
            if recognised:
                taken.add(folder)
            elif folder == "crash-clusterfuzz" and path.suffix == ".txt":
                missed.append(path.name)
            break
    assert taken == {"crash-clusterfuzz"}
    assert missed == ["asan_in_drt_string.txt"]  # which quotes the words and shows no crash
