"""OSV's export: the archive first, then only what has changed."""

import json
from typing import Any

import pytest

from clearinghouse.feeds import Result, Settings, Store
from clearinghouse.feeds.origin import FolderOrigin, WebOrigin
from clearinghouse.feeds.osv import MOST_SINGLE
from clearinghouse.feeds.pack import read_lines
from clearinghouse.feeds.sync import removed, sync
from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding

BASE = "/osv-vulnerabilities.storage.googleapis.com/PyPI"


class Export:
    """What OSV exports of one ecosystem."""

    def __init__(self, server: Any, make: Any, answers: Any) -> None:
        self._server, self._make, self._answers = server, make, answers
        self.records: dict[str, dict[str, Any]] = {}

    def put(self, *numbers: int, **named: Any) -> None:
        for number in numbers:
            record = self._make.osv(number, **named)
            self.records[record["id"]] = record

    def listing(self) -> bytes:
        rows = sorted(((record["modified"], name) for name, record in self.records.items()), reverse=True)
        return "".join(f"{date},{name}\n" for date, name in rows).encode()

    def archive(self) -> bytes:
        return self._make.archive({f"{name}.json": compact(record) for name, record in self.records.items()})

    def publish(self, *, archive: bool = True) -> None:
        script = self._server.script
        script[f"{BASE}/modified_id.csv"] = [self._answers.whole(self.listing())]
        if archive:
            script[f"{BASE}/all.zip"] = [self._answers.whole(self.archive())]
        for name, record in self.records.items():
            script[f"{BASE}/{name}.json"] = [self._answers.whole(compact(record))]


def compact(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


@pytest.fixture
def export(server: Any, make: Any, answers: Any) -> Export:
    made = Export(server, make, answers)
    made.put(*range(1, 31))
    made.publish()
    return made


@pytest.fixture
def again(store: Any, downloader: Any, make: Any, server: Any) -> Any:
    def run(**named: Any) -> Any:
        server.asked.clear()
        (outcome,) = sync(store, [make.feed("osv/PyPI")], WebOrigin(downloader), **named)
        return outcome, [path.removeprefix(f"{BASE}/") for path in server.paths()]

    return run


def held(store: Any) -> dict[str, Any]:
    (path,) = store.paths(["osv/PyPI"])
    records = [json.loads(line) for line in read_lines(path)]
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    return {record["id"]: record for record in records}


def test_first_the_archive_then_nothing(export, again, store):
    outcome, asked = again()
    assert (outcome.result, outcome.after.records, str(outcome.after.dated)) == (Result.ADOPTED, 30, "2099-01-01")
    assert asked == ["modified_id.csv", "all.zip"]
    assert held(store) == export.records
    outcome, asked = again()
    assert (outcome.result, asked) == (Result.UNCHANGED, ["modified_id.csv"])


def test_then_only_what_has_changed(export, again, store, server):
    again()
    export.put(5, 40, day=3)
    del export.records["EX-2099-7"]
    export.put(8, day=4, withdrawn=True)
    export.publish()
    outcome, asked = again()
    assert outcome.result is Result.ADOPTED
    assert asked == ["modified_id.csv", "EX-2099-40.json", "EX-2099-5.json", "EX-2099-8.json"]
    assert held(store) == export.records
    assert removed(store, outcome.feed, outcome.before, outcome.after) == {"EX-2099-7", "EX-2099-8"}
    assert outcome.removed == 2
    assert str(outcome.after.dated) == "2099-01-04"
    assert again()[0].result is Result.UNCHANGED


def test_it_comes_to_the_same_as_the_archive(export, again, store, tmp_path, clock, make, downloader):
    again()
    export.put(5, 40, day=3)
    export.publish()
    after = again()[0].after
    with Store(tmp_path / "other", settings=Settings(), clock=clock) as other:
        (outcome,) = sync(other, [make.feed("osv/PyPI")], WebOrigin(downloader))
    assert outcome.after.digest == after.digest


def test_consumers_read_it_as_osv(export, again, store):
    again()
    (report,) = read_paths(store.paths(["osv"]))
    assert report.format == "osv"
    findings = list(report.records)
    assert len(findings) == 30
    assert all(isinstance(finding, Finding) for finding in findings)


def test_much_that_changed_comes_as_the_archive(export, again):
    again()
    export.put(*range(100, 100 + MOST_SINGLE + 1), day=2)
    export.publish()
    outcome, asked = again()
    assert (outcome.result, asked) == (Result.ADOPTED, ["modified_id.csv", "all.zip"])


def test_an_archive_older_than_the_list_is_not_taken_for_the_newest(export, again, store):
    export.put(31, day=2)
    export.publish(archive=False)
    outcome, _ = again()
    assert (outcome.after.records, outcome.after.etag) == (30, None)
    outcome, asked = again()
    assert (outcome.result, asked) == (Result.ADOPTED, ["modified_id.csv", "EX-2099-31.json"])
    assert held(store) == export.records


def test_a_record_that_is_not_there_yet(export, again, server, answers, store):
    again()
    export.put(31, day=2)
    export.publish()
    server.script[f"{BASE}/EX-2099-31.json"] = [answers.status(404)]
    outcome, asked = again()
    assert outcome.result is Result.ADOPTED
    assert asked[-1] == "all.zip"
    assert held(store) == export.records


@pytest.mark.parametrize(
    "body", [b"<html>", b'{"id": "EX-2099-32", "modified": "2099-01-02T00:00:00Z"}', b'{"id": "EX-2099-31"}']
)
def test_a_record_that_is_another(export, again, server, answers, store, body):
    version = again()[0].after
    export.put(31, day=2)
    export.publish()
    server.script[f"{BASE}/EX-2099-31.json"] = [answers.whole(body)]
    assert again()[0].result is Result.FAILED
    assert store.version("osv/PyPI") == version


@pytest.mark.parametrize("body", [b"<!doctype html>\n<html>", b"2099-01-01T00:00:00Z,../../etc\n", b"yesterday,EX-1\n"])
def test_a_list_that_is_none(export, again, server, answers, store, body):
    version = again()[0].after
    server.script[f"{BASE}/modified_id.csv"] = [answers.whole(body)]
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert "no list of changes" in outcome.why
    assert store.version("osv/PyPI") == version


def test_a_list_that_is_cut_off_waits(export, again, server, answers):
    again()
    half = export.listing()[: len(export.listing()) // 2].rpartition(b"\n")[0]
    server.script[f"{BASE}/modified_id.csv"] = [answers.whole(half)]
    outcome, _ = again()
    assert outcome.result is Result.PENDING
    assert "shrank" in outcome.why


def test_many_withdrawn_at_once_wait(export, again):
    again()
    export.put(*range(1, 6), day=2, withdrawn=True)
    export.publish()
    outcome, _ = again()
    assert (outcome.result, outcome.why) == (Result.PENDING, "5 of 30 entries are gone")
    outcome, asked = again()
    assert (outcome.result, asked) == (Result.PENDING, ["modified_id.csv"])
    outcome, asked = again(accept=["osv/PyPI"])
    assert (outcome.result, asked) == (Result.ACCEPTED, [])
    assert again()[0].result is Result.UNCHANGED


def test_another_ecosystem_is_refused(export, again, make, server, answers):
    files = {f"EX-2099-{number}.json": make.osv(number, ecosystem="npm") for number in range(1, 31)}
    server.script[f"{BASE}/all.zip"] = [answers.whole(make.archive(files))]
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert "other ecosystems" in outcome.why


def test_an_ecosystem_that_is_none(again, server):
    outcome, _ = again()
    assert outcome.result is Result.FAILED
    assert "ecosystems.txt" in outcome.remedy


def test_a_stick_with_the_archive_alone(export, store, make, tmp_path):
    place = tmp_path / "stick/osv/PyPI/all.zip"
    place.parent.mkdir(parents=True)
    for numbers in ((1, 31), (1, 32)):
        export.records.clear()
        export.put(*range(*numbers))
        place.write_bytes(export.archive())
        (outcome,) = sync(store, [make.feed("osv/PyPI")], FolderOrigin(tmp_path / "stick"))
        assert (outcome.result, held(store)) == (Result.ADOPTED, export.records)
    (outcome,) = sync(store, [make.feed("osv/PyPI")], FolderOrigin(tmp_path / "stick"))
    assert outcome.result is Result.UNCHANGED
