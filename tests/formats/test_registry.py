"""One document, one format: which of them, what is said when it is none, and what a folder of everything gives."""

import gzip
import io
import json
import os
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import registry
from clearinghouse.formats.contract import NO_MATCH, RECOGNISED, Format, Match, Report
from clearinghouse.formats.document import Document, Limits
from clearinghouse.formats.registry import FORMATS, MissingPathError, read_document, read_paths, recognise
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import EpssScore, Finding, KevEntry, Level, Problem, SsvcPoint

SCANNERS = Path(__file__).parent / "scanners"
ASAN = """\
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc 0x0000004f1b2c
READ of size 1 at 0x602000000011 thread T0
    #0 0x4f1b2b in parse_header src/demo.c:10:5
    #1 0x4f1c00 in main src/demo.c:30:3
SUMMARY: AddressSanitizer: heap-buffer-overflow src/demo.c:10:5 in parse_header
"""
CVE = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {"cveId": "CVE-2026-10001", "state": "PUBLISHED"},
    "containers": {"cna": {"descriptions": [{"lang": "en", "value": "It breaks."}], "affected": []}},
}
SMALL: dict[str, Any] = {
    "sarif": {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "d"}}, "results": [{"message": {"text": "t"}}]}],
    },
    "osv": {
        "id": "DEMO-2026-1",
        "modified": "2026-01-01T00:00:00Z",
        "schema_version": "1.7.0",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"}}],
    },
    "csaf": {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "publisher": {"category": "vendor", "name": "Demo", "namespace": "https://example.org"},
            "title": "A flaw",
            "tracking": {
                "id": "DEMO-2026-1",
                "current_release_date": "2026-01-01T00:00:00Z",
                "initial_release_date": "2026-01-01T00:00:00Z",
                "revision_history": [{"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "first"}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": {"full_product_names": [{"name": "Demo 1.0", "product_id": "P1"}]},
        "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {"known_affected": ["P1"]}}],
    },
    "rustsec": """```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "demo"

[versions]
patched = [">= 1.0"]
```

# A flaw
""",
    "retire_js": {"demo": {"vulnerabilities": [{"below": "1.0", "info": [], "identifiers": {"summary": "A flaw"}}]}},
    "osv_scanner": {
        "results": [
            {
                "source": {"path": "/demo/lock", "type": "lockfile"},
                "packages": [
                    {
                        "package": {"name": "demo", "version": "1", "ecosystem": "PyPI"},
                        "vulnerabilities": [{"id": "DEMO-2026-1", "modified": "2026-01-01T00:00:00Z"}],
                        "groups": [{"ids": ["DEMO-2026-1"]}],
                    }
                ],
            }
        ]
    },
    "cve": CVE,
    "nvd": {
        "format": "NVD_CVE",
        "version": "2.0",
        "resultsPerPage": 1,
        "vulnerabilities": [
            {"cve": {"id": "CVE-2026-10001", "descriptions": [{"lang": "en", "value": "It breaks."}], "metrics": {}}}
        ],
    },
    "kev": {
        "catalogVersion": "2026.01.01",
        "vulnerabilities": [{"cveID": "CVE-2026-10001", "dateAdded": "2026-01-01", "dueDate": "2026-01-15"}],
    },
    "epss": "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2026-10001,0.5,0.9\n",
    "crash": ASAN,
    "casr": {
        "CrashSeverity": {"Type": "EXPLOITABLE", "ShortDescription": "heap-buffer-overflow(read)", "Description": ""},
        "Stacktrace": ["#0 0x4f1b2b in parse_header /demo/demo.c:10:5"],
        "CrashLine": "/demo/demo.c:10:5",
        "ExecutablePath": "/demo/demo",
    },
    "mantis": SCANNERS / "mantis.json",
    "trivy": SCANNERS / "trivy.json",
    "grype": SCANNERS / "grype.json",
    "semgrep": SCANNERS / "semgrep.json",
    "bandit": SCANNERS / "bandit.json",
    "npm_audit": SCANNERS / "npm7.json",
    "pip_audit": SCANNERS / "pip_audit.json",
    "tabular": SCANNERS / "table.csv",
}


def content(small: Any) -> bytes:
    if isinstance(small, Path):
        return small.read_bytes()
    return small.encode() if isinstance(small, str) else json.dumps(small, indent=1).encode()


def document(data: bytes, source: str = "d") -> Document:
    return Document.from_bytes(source, data)


def test_every_format_has_a_name_of_its_own_and_an_example_here():
    names = [known.name for known in FORMATS]
    assert len(set(names)) == len(names)
    assert set(SMALL) == set(names)
    assert all(re.fullmatch("[a-z_]+", name) for name in names)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(
    "packing", [bytes, lambda data: b"\xef\xbb\xbf" + data, lambda data: data.decode().encode("utf-16")]
)
def test_an_example_of_each_format(name, packing):
    found, records = read_document(document(packing(content(SMALL[name]))))
    assert found == name
    items = list(records)
    assert any(not isinstance(item, Problem) for item in items)
    assert items == list(read_document(document(content(SMALL[name])))[1])


@pytest.mark.parametrize("name", SMALL)
def test_an_example_is_claimed_by_its_own_format_alone(name):
    sample = document(content(SMALL[name])).sample
    assert [known.name for known in FORMATS if known.detect(sample).score >= RECOGNISED] == [name]


@pytest.mark.parametrize("name", [name for name in SMALL if content(SMALL[name])[:1] == b"{"])
def test_the_order_of_keys_does_not_matter(name):
    value = json.loads(content(SMALL[name]))
    for order in (sorted(value), sorted(value, reverse=True)):
        data = json.dumps({key: value[key] for key in order}, sort_keys=order[0] == min(order)).encode()
        found, nearest = recognise(document(data).sample)
        assert found, nearest
        assert found.name == name


# Unrecognised


@pytest.mark.parametrize(
    ("data", "candidates", "words"),
    [
        (b"", (), "nothing in it"),
        (b" \n\t", (), "nothing in it"),
        (b"hello\n", (), "Unrecognised format."),
        (b'{"version": "1.0.0", "runs": []}', ("sarif",), "its version is 1.0.0"),
        (b'{"data_type": "CVE", "CVE_data_meta": {}}', ("cve",), "format 4"),
        (b"\x00\x01\x02\x03" * 99, (), "Unrecognised format."),
        (b"%PDF-1.7\n", (), "Unrecognised format."),
        (b"[]", (), "Unrecognised JSON."),
        (b"{", (), "Unrecognised JSON."),
        (b"<a/>", (), "Unrecognised XML."),
        (b'"text"', (), "Unrecognised format."),
    ],
)
def test_what_is_not_recognised_is_one_problem(data, candidates, words):
    name, records = read_document(document(data))
    (problem,) = records
    assert name is None
    assert isinstance(problem, Problem)
    assert (problem.source, problem.code, problem.candidates) == ("d", "unrecognised_format", candidates)
    assert words in problem.message
    assert "SARIF 2.1.0" in (problem.expected or "")


def test_what_is_recognised_and_not_wanted_here():
    name, records = read_document(document(content(SMALL["kev"])), formats=frozenset({"epss"}))
    (problem,) = records
    assert name is None
    assert isinstance(problem, Problem)
    assert (problem.code, problem.candidates) == ("wrong_format", ("epss",))
    assert problem.message == "Its format is CISA KEV catalogue; wanted is EPSS scores (CSV)."
    name, records = read_document(document(content(SMALL["kev"])), formats=frozenset({"epss", "kev"}))
    assert name == "kev"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (content(SMALL["sarif"]), "Its format is SARIF 2.1.0; --kev takes CISA KEV catalogue."),
        (b"hello", "Unrecognised format; --kev takes CISA KEV catalogue."),
    ],
)
def test_what_the_caller_takes_a_document_for_is_named(tmp_path, data, message):
    (tmp_path / "file").write_bytes(data)
    (report,) = read_paths([tmp_path / "file"], formats=frozenset({"kev"}), role="--kev")
    (problem,) = report.records
    assert isinstance(problem, Problem)
    assert problem.message == message
    assert "CISA KEV catalogue" in (problem.expected or "")


def made(name: str, score: int, note: str = "") -> Format:
    return Format(name=name, title=name.upper(), detect=lambda _: Match(score, note), read=lambda _: iter(()))


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ([50, 49], "a"),
        ([50, 51], "b"),
        ([80, 80], "a"),  # in order of precedence
        ([0, 100], "b"),
        ([49, 49], None),
        ([0, 0], None),
    ],
)
def test_the_best_score_is_taken_and_the_first_of_equals(monkeypatch, scores, name):
    monkeypatch.setattr(registry, "FORMATS", tuple(made(chr(97 + n), score) for n, score in enumerate(scores)))
    found, _ = recognise(document(b"x").sample)
    assert (found.name if found else None) == name


def test_the_three_nearest_are_named_best_first(monkeypatch):
    scores = {"a": 10, "b": 0, "c": 40, "d": 30, "e": 20}
    monkeypatch.setattr(
        registry, "FORMATS", tuple(made(name, score, f"it is {score}") for name, score in scores.items())
    )
    (problem,) = read_document(document(b"x"))[1]
    assert isinstance(problem, Problem)
    assert problem.candidates == ("c", "d", "e")
    assert "Nearest: C, but it is 40; D, but it is 30; E, but it is 20." in problem.message


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text('{}[]",:\\ a\n#=0\x00', max_size=200).map(str.encode)
    | st.tuples(st.sampled_from(sorted(SMALL)), st.integers(0, 400), st.binary(max_size=9)).map(
        lambda drawn: content(SMALL[drawn[0]])[: drawn[1]] + drawn[2]
    )
)
def test_any_document_gives_records_or_one_problem(data):
    name, records = read_document(document(data))
    items = list(records)
    assert name or len(items) == 1
    assert all(isinstance(item, Finding | Problem | KevEntry | EpssScore | SsvcPoint) for item in items)
    msgspec.json.encode(items)


@pytest.mark.parametrize("name", SMALL)
def test_a_cut_example(name):
    data = content(SMALL[name])
    for cut in range(0, len(data), max(1, len(data) // 60)):
        found, records = read_document(document(data[:cut]))
        items = list(records)
        assert found or len(items) == 1
        ids = [item.id for item in items if isinstance(item, Finding)]
        assert len(set(ids)) == len(ids)


def test_formats_are_told_from_the_content_whatever_the_name():
    assert NO_MATCH.score == 0
    name, _ = read_document(document(content(SMALL["sarif"]), "demo.csv"))
    assert name == "sarif"


# Paths


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def summary(reports: Iterator[Report], base: Path) -> list[tuple[str, str | None, str]]:
    """(source below ``base``, format, kinds of records) of each report."""
    return [
        (
            report.source.removeprefix(f"{base}/"),
            report.format,
            " ".join(item.code if isinstance(item, Problem) else type(item).__name__ for item in report.records),
        )
        for report in reports
    ]


def test_a_folder_of_everything(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "log.txt").write_bytes(content(SMALL["sarif"]))
    (tmp_path / "b" / "kev.gz").write_bytes(gzip.compress(content(SMALL["kev"])))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/asan.log", ASAN)
        archive.writestr("readme", "hello")
    (tmp_path / "empty").touch()
    (tmp_path / ".hidden").write_bytes(content(SMALL["sarif"]))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "log").write_bytes(content(SMALL["sarif"]))
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "b" / "log.txt")
    os.mkfifo(tmp_path / "pipe")
    assert summary(read_paths([tmp_path]), tmp_path) == [
        ("a.zip!x/asan.log", "crash", "Finding"),
        ("a.zip!readme", None, "unrecognised_format"),
        ("empty", None, "unrecognised_format"),
        ("link", "sarif", "Finding"),
        ("b/kev.gz", "kev", "KevEntry"),
        ("b/log.txt", None, "same_file"),
        (str(tmp_path), None, "hidden"),
        (str(tmp_path), None, "passed_over"),
    ]


def test_hidden_files_are_one_notice_for_each_folder_that_is_named(tmp_path):
    for name in ("a/.x", "a/in/.y", "a/in/.z", "a/in/seen", "b/.x", "c/seen"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content(SMALL["sarif"]))
    reports = read_paths([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    told = [item for report in reports for item in report.records if isinstance(item, Problem)]
    assert [(problem.code, problem.level, problem.source) for problem in told] == [
        ("hidden", Level.NOTICE, str(tmp_path / "a")),
        ("nothing_to_read", Level.ERROR, str(tmp_path / "b")),  # where nothing else was found, that is all to say
    ]
    assert "3 hidden" in told[0].message


@pytest.mark.parametrize("name", ["cve", "nvd"])
def test_signals_alone_are_those_that_come_with_the_findings(name):
    value = json.loads(content(SMALL[name]))
    selections = [{"Exploitation": "active"}, {"Automatable": "yes"}, {"Technical Impact": "total"}]
    if name == "cve":
        value["containers"]["adp"] = [
            {
                "providerMetadata": {"shortName": "CISA-ADP"},
                "metrics": [
                    {"other": {"type": "ssvc", "content": {"options": selections}}},
                    {"other": {"type": "kev", "content": {"dateAdded": "2026-01-02"}}},
                    {"other": {"type": "kev", "content": {"dateAdded": "soon"}}},
                ],
            }
        ]
    else:
        cve = value["vulnerabilities"][0]["cve"]
        cve["metrics"]["ssvcV203"] = [{"ssvcData": {"options": selections}}]
        cve["cisaExploitAdd"] = "2026-01-02"
    data = json.dumps(value).encode()
    everything = list(read_document(document(data))[1])
    alone = list(read_document(document(data), signals_only=True)[1])
    assert {type(item) for item in alone} >= {SsvcPoint, KevEntry}
    assert alone == [item for item in everything if not isinstance(item, Finding)]
    assert len(everything) == len(alone) + 1


def test_formats_without_signals_are_read_as_ever():
    data = content(SMALL["sarif"])
    assert list(read_document(document(data), signals_only=True)[1]) == list(read_document(document(data))[1])


def test_what_was_named_is_told_from_what_was_found(tmp_path):
    plain, packed, odd = tmp_path / "plain", tmp_path / "packed", tmp_path / "odd!name"
    for path in (plain, odd):
        path.write_bytes(content(SMALL["sarif"]))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m", "hello")
    assert [report.found for report in read_paths([plain, odd, packed])] == [False, False, True]
    assert [report.found for report in read_paths([tmp_path])] == [True, True, True]


def test_a_file_named_twice_is_read_once(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(content(SMALL["sarif"]))
    for paths in ([file, file], [tmp_path, file], [file, tmp_path], [tmp_path, tmp_path]):
        assert len(list(read_paths(paths))) == 1


def test_what_does_not_exist_is_told_before_anything_is_read(tmp_path):
    (tmp_path / "there").write_bytes(b"x")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("gone", "there/below", "dangling", "x" * 300, "bell\x07"):
        with pytest.raises(MissingPathError, match="does not exist") as caught:
            next(read_paths([tmp_path / "there", tmp_path / name]))
        assert "\x07" not in caught.value.what


def test_a_device_is_not_read():
    ((_, name, kinds),) = summary(read_paths([Path("/dev/zero")]), Path("/"))
    assert (name, kinds) == (None, "unreadable")


class Failing(io.RawIOBase):
    """A file on a disk that breaks after some bytes."""

    def __init__(self, data: bytes) -> None:
        self.left = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if part := self.left.read(min(len(buffer), 100)):
            buffer[: len(part)] = part
            return len(part)
        raise OSError(5, "Input/output error")


def test_a_disk_that_breaks_before_the_format_is_known():
    broken = Document("d", lambda: io.BufferedReader(Failing(content(SMALL["sarif"])[:300])), magic=b"{   ")
    name, (problem,) = read_document(broken)
    assert (name, problem.code, problem.level) == (None, "unreadable", Level.ERROR)
    assert problem.message == "It cannot be read: Input/output error."


FAULTS = [RuntimeError("x"), AssertionError(), NotImplementedError(), ValueError("x"), KeyError("x"), StopIteration()]


@pytest.mark.parametrize("fault", [*FAULTS, OSError(5, "Input/output error")])
@pytest.mark.parametrize("where", ["detect", "read"])
def test_no_fault_of_a_format_costs_the_other_documents(monkeypatch, tmp_path, where, fault):
    def detect(_: Any) -> Match:
        if where == "detect":
            raise fault
        return Match(100)

    def read(_: Document) -> Iterator[Any]:
        raise fault
        yield

    monkeypatch.setattr(registry, "FORMATS", (Format(name="a", title="Alpha", detect=detect, read=read),))
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"x")
    problems = [problem for report in read_paths([tmp_path]) for problem in report.records]
    code = "unreadable" if isinstance(fault, OSError) else "reader_failed"
    assert [(problem.source[-3:], problem.code) for problem in problems] == [("one", code), ("two", code)]


@pytest.mark.parametrize("where", ["detect", "read"])
def test_too_little_memory_is_no_fault_of_a_format(monkeypatch, where):
    def fail(_: Any) -> Any:
        raise MemoryError

    detect = fail if where == "detect" else lambda _: Match(100)
    monkeypatch.setattr(registry, "FORMATS", (Format(name="a", title="Alpha", detect=detect, read=fail),))
    with pytest.raises(MemoryError):
        list(read_document(document(b"x"))[1])


@pytest.mark.parametrize("packing", [bytes, gzip.compress])
def test_standard_input_is_a_document_like_any_other(monkeypatch, packing):
    for data, format_, kinds in ((content(SMALL["sarif"]), "sarif", "Finding"), (b"", None, "unrecognised_format")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packing(data))))
        assert summary(read_paths([Path("-")]), Path("/")) == [("-", format_, kinds)]


def test_what_may_not_be_read_is_told(folder):
    for name in ("listed", "shut", "deep"):
        (folder / name).mkdir()
        (folder / name / "log").write_bytes(content(SMALL["sarif"]))
    (folder / "deep" / "log").chmod(0)
    (folder / "listed").chmod(0o444)
    (folder / "shut").chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        seen = summary(read_paths([folder]), folder)
        inside = summary(read_paths([folder / "shut" / "log"]), folder)
    finally:
        os.seteuid(user)
        for path in (folder / "listed", folder / "shut"):
            path.chmod(0o755)
    assert sorted(seen) == [(name, None, "unreadable") for name in ("deep/log", "listed/log", "shut")]
    assert inside == [("shut/log", None, "unreadable")]


def test_what_was_read_before_an_archive_breaks_stays(tmp_path):
    results = [{"message": {"text": str(n**3)}} for n in range(5000)]
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "d"}}, "results": results}]}
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(json.dumps(log).encode())[:-9])
    (report,) = read_paths([file])
    *found, problem = report.records
    assert isinstance(problem, Problem)
    assert problem.code == "unreadable"
    assert "breaks off after" in problem.message
    assert len(found) > 4000


@pytest.mark.parametrize("name", [name for name in SMALL if content(SMALL[name])[:1] in (b"{", b"[")])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_an_example_in_utf_16_without_a_mark(name, encoding):
    data = content(SMALL[name])
    found, records = read_document(document(data.decode().encode(encoding)))
    assert found == name
    assert list(records) == list(read_document(document(data))[1])


@pytest.mark.parametrize("name", [name for name in SMALL if content(SMALL[name])[:1] in (b"{", b"[")])
def test_an_example_in_windows_1252_keeps_every_record_and_is_told(name):
    """Every text of a document gets a letter that is no UTF-8; the rest must come out as ever, and one notice."""
    plain = json.loads(content(SMALL[name]))
    marked = json.dumps(_marked(plain), ensure_ascii=False)
    expected = list(read_document(document(marked.encode()))[1])
    found, records = read_document(document(marked.encode("cp1252")))
    *kept, notice = records
    assert found == name
    assert kept == expected
    assert isinstance(notice, Problem)
    assert (notice.code, notice.level) == ("not_utf8", Level.NOTICE)
    assert "Windows-1252" in notice.message


def _marked(value: Any) -> Any:
    """The same with a letter beyond ASCII at the end of each text that has a blank in it, and in a key of its own."""
    if isinstance(value, dict):
        return {key: _marked(member) for key, member in value.items()} | {"größe": "ü"}
    if isinstance(value, list):
        return [_marked(member) for member in value]
    return f"{value} ü" if isinstance(value, str) and " " in value else value


def test_a_bomb_among_good_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good", content(SMALL["sarif"]))
        archive.writestr("bomb", b'{"version": "2.1.0", "runs": [' + b" " * (30 << 20) + b"]}")
    (tmp_path / "b").write_bytes(content(SMALL["kev"]))
    limits = Limits(ratio=50, ratio_from=1 << 20)
    assert summary(read_paths([tmp_path], limits=limits), tmp_path) == [
        ("a.zip!good", "sarif", "Finding"),
        ("a.zip!bomb", "sarif", "unreadable"),
        ("b", "kev", "KevEntry"),
    ]


# Real files

EXPECTED = (
    (r"advisories/(bitnami|go|osv-linter-testdata)/.*\.json", {"osv"}),
    (r"advisories/pypa/.*\.yaml", {"osv"}),
    (r"advisories/rustsec/.*\.md", {"rustsec"}),
    (r"advisories/retirejs/.*\.json", {"retire_js"}),
    (r"csaf-(cisa|conformance)/.*\.json", {"csaf", None}),  # lists of documents lie among them
    (r"oss-fuzz-vulns/.*\.yaml", {"osv"}),
    (r"cve5/.*\.jsonl", {"cve"}),
    (r"kev-epss/kev_2\d.*\.json", {"kev"}),
    (r"kev-epss/(epss_scores|kev_epss_daily).*", {"epss"}),
    (r"crash-casr/.*\.casrep", {"casr"}),
    (r"crash-clusterfuzz/logs/asan_in_drt_string\.txt", {"crash", None}),  # named a crash by the harness alone
    (r"crash-clusterfuzz/logs/.*", {"crash"}),
    (r"sarif-validate/Inputs/JSON1001.*", {None}),  # version 2.0.0
    (r"sarif-(converted|validate)/.*\.sarif", {"sarif"}),
    # Counts and the few files that are not read are in the tests of those formats.
    (r"scanner-reports/anchore_grype/.*", {"grype", None}),
    (r"scanner-reports/(npm_audit|npm_audit_7_plus|pnpm_audit|yarn_audit)/.*", {"npm_audit", None}),
    (
        r"scanner-reports/(trivy|semgrep|bandit|pip_audit|osv_scanner)/.*",
        {"trivy", "semgrep", "bandit", "pip_audit", "osv_scanner", None},
    ),
    (r"scanner-reports/generic/.*\.csv", {"tabular"}),
    (r"scanner-reports/(sarif|cppcheck|devskim|mayhem)/.*", {"sarif"}),
    (r"scanner-reports/(govulncheck/issue_15033_sarif|snyk_code/single_project_many_vulns)\.json", {"sarif"}),
)
AT_MOST = 1500  # files of one folder that are looked at
READ = 40  # files of one folder that are read through, records of each that are looked at
RECORDS = 2000


def expected_format(name: str) -> set[str | None]:
    return next((formats for pattern, formats in EXPECTED if re.fullmatch(pattern, name)), {None})


@pytest.mark.data
def test_every_real_document_is_of_its_format_or_of_none(data):
    seen: Counter[str | None] = Counter()
    for top in sorted(path for path in data.iterdir() if path.is_dir()):
        files = sorted(path for path in top.rglob("*") if path.is_file())
        for file in files[:: 1 + len(files) // AT_MOST]:
            name = str(file.relative_to(data))
            for item in documents(file, name):
                assert isinstance(item, Document), item
                found, _ = recognise(item.sample)
                assert (found.name if found else None) in expected_format(name), name
                seen[found.name if found else None] += 1
    # Where the whole folder of data is there, so are these.
    for name in ("sarif", "osv", "cve", "kev", "epss", "crash", "casr", "trivy", "grype", "semgrep", "npm_audit"):
        assert seen[name], name
    assert seen[None] > 500


@pytest.mark.data
def test_every_real_document_gives_records_or_one_problem(data):
    for top in sorted(path for path in data.iterdir() if path.is_dir()):
        files = sorted(path for path in top.rglob("*") if path.is_file())
        for report in read_paths(files[:: 1 + len(files) // READ]):
            records = list(islice(report.records, RECORDS))
            if report.format is None:
                (problem,) = records
                assert isinstance(problem, Problem)
                # an inventory is not read here, and says where it belongs
                assert problem.code == "unrecognised_format" or "--inventory" in problem.message
            places = [record.index for record in records if isinstance(record, Finding)]
            assert places == sorted(set(places)), report.source
            assert all(record.source == report.source for record in records)
            again = msgspec.json.encode(records)
            assert not re.search(rb"\\u00[019]|\\u007f|\xe2\x80[\xaa-\xae]", again), report.source
