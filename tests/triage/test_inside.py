"""Signals that stand inside advisories."""

import datetime as dt
import json
import os
import threading
from pathlib import Path

import pytest
from tests.cli.test_plan import cve_record

from clearinghouse.priority import Signals
from clearinghouse.triage.inside import Inside, add_inside, is_below
from clearinghouse.triage.prepared import published

CVE = "CVE-2099-0001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cve"
    made.mkdir()
    (made / "1.json").write_text(json.dumps(cve_record(CVE, "yes", "total")))
    return made


def inside(*paths: Path) -> Inside:
    return published(paths, lambda source, count: None, cache=paths[0].parent / "cache").inside


def test_they_are_kept_with_the_index(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):  # made, then opened
        found = published([folder], lambda source, count: None, cache=tmp_path / "cache").inside
        (point,) = found.ssvc
        assert (point.cve, point.automatable, point.technical_impact) == (CVE, "yes", "total")


def test_what_is_named_as_signals_too_is_added_once(folder: Path) -> None:
    found = inside(folder)
    for named, count in (((), 1), ((folder,), 0), ((folder / "1.json",), 0), ((folder / "2.json",), 1)):
        signals = Signals()
        add_inside(signals, found, named)
        assert signals.given["ssvc"] == count


def test_what_is_dated_later_is_not_kept(folder: Path) -> None:
    signals = Signals(dt.date(2026, 10, 1))
    add_inside(signals, inside(folder), ())
    assert signals.for_identifiers([CVE]).automatable.value is None


def test_what_can_be_read_only_once_counts_as_well(folder: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[(folder / "1.json").read_bytes()])
    writer.start()
    found = published([pipe], lambda source, count: None, cache=tmp_path / "cache")
    writer.join()
    assert [point.cve for point in found.inside.ssvc] == [CVE]
    assert found.problems == ()


def test_a_catalogue_that_is_named_among_advisories_is_a_signal_too(tmp_path: Path) -> None:
    entry = {"cveID": CVE, "vendorProject": "Palisade", "product": "EdgeGuard", "dateAdded": "2099-01-01"}
    file = tmp_path / "kev.json"
    file.write_text(json.dumps({"catalogVersion": "2099.01.01", "count": 1, "vulnerabilities": [entry]}))
    found = inside(file)
    assert [each.cve for each in found.kev] == [CVE]
    signals = Signals(dt.date(2099, 2, 1))
    add_inside(signals, found, ())
    assert signals.for_identifiers([CVE]).kev.listed is True
    assert signals.for_identifiers(["CVE-2099-0002"]).kev.listed is False


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("/a/b.json", "/a/b.json", True),
        ("/a/b.json", "/a", True),
        ("/a/b.zip!c.json", "/a/b.zip", True),
        ("/a/b.json", "/a/b", False),
        ("/a", "/a/b", False),
        ("/a", "/", True),
        ("a/b.json", ".", True),
        ("../a.json", ".", False),
        ("/a.json", ".", False),
    ],
)
def test_what_is_below_a_path(source: str, name: str, expected: bool) -> None:
    assert is_below(source, name) is expected
