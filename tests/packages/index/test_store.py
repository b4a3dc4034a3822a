"""The advisory index: what goes in comes out, the later record counts, and the file is whole or not there."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder, IndexFileError, update
from clearinghouse.records import Advisory, Affected, Component, PublishedAdvisory, RangeEvent, VersionRange


def advisory(
    name: str,
    package: str = "demo",
    *,
    ecosystem: str = "PyPI",
    fixed: str = "2.0",
    modified: str | None = "2026-01-01T00:00:00Z",
    withdrawn: str | None = None,
    aliases: tuple[str, ...] = (),
) -> PublishedAdvisory:
    events = (RangeEvent(introduced="0"), RangeEvent(fixed=fixed))
    affected = Affected(
        component=Component(name=package, ecosystem=ecosystem),
        ranges=(VersionRange(type="ECOSYSTEM", events=events),),
    )
    body = Advisory(modified=modified, withdrawn=withdrawn, affected=(affected,))
    return PublishedAdvisory(id=name, aliases=aliases, title=f"a flaw of {package}", body=body)


def built(path: Path, *advisories: PublishedAdvisory) -> AdvisoryIndex:
    builder = IndexBuilder()
    for each in advisories:
        builder.add(each)
    builder.write(path)
    return AdvisoryIndex(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_a_package_is_found_by_its_normal_name(file: Path) -> None:
    index = built(file, advisory("A-1", "My.Demo"))
    (entry,) = index.entries("PyPI", "my-demo")
    assert (entry.advisory, entry.label) == ("A-1", "My.Demo (PyPI)")
    assert [text for _, text in entry.fixes] == ["2.0"]
    assert index.entries("npm", "my-demo") == []


def test_a_release_is_covered_only_where_somebody_speaks_of_it(file: Path) -> None:
    index = built(file, advisory("D-1", ecosystem="Debian:12"), advisory("P-1"))
    assert index.covers("Debian")
    assert index.covers("Debian", "12")
    assert not index.covers("Debian", "11")
    assert index.covers("PyPI")
    assert not index.covers("npm")


def test_the_later_record_counts(file: Path) -> None:
    old = advisory("A-1", fixed="1.0", modified="2025-01-01T00:00:00Z")
    new = advisory("A-1", fixed="3.0", modified="2026-06-01T00:00:00Z")
    for order in ((old, new), (new, old)):
        (entry,) = built(file, *order).entries("PyPI", "demo")
        assert [text for _, text in entry.fixes] == ["3.0"]


def test_records_of_one_time_both_count_and_the_same_record_counts_once(file: Path) -> None:
    one, other = advisory("A-1", fixed="1.0", modified=None), advisory("A-1", fixed="3.0", modified=None)
    entries = built(file, one, other, one).entries("PyPI", "demo")
    assert sorted(text for entry in entries for _, text in entry.fixes) == ["1.0", "3.0"]


def test_two_formats_that_use_one_id_both_count(file: Path) -> None:
    one = msgspec.structs.replace(advisory("CVE-1", modified=None), format="retire_js")
    other = msgspec.structs.replace(advisory("CVE-1", "other"), format="cve")
    for order in ((one, other), (other, one)):
        index = built(file, *order)
        assert index.entries("PyPI", "demo")
        assert index.entries("PyPI", "other")
        assert len(index) == 1


def test_a_withdrawn_record_matches_nothing_and_is_remembered(file: Path) -> None:
    index = built(file, advisory("A-1", withdrawn="2026-02-02T00:00:00Z"))
    assert index.entries("PyPI", "demo") == []
    known = index.advisory("A-1")
    assert known is not None
    assert known.withdrawn == "2026-02-02T00:00:00Z"


def test_an_advisory_is_named_by_its_aliases(file: Path) -> None:
    index = built(file, advisory("A-1", aliases=("CVE-2026-0001",)), advisory("B-1", aliases=("CVE-2026-0001",)))
    assert index.named("CVE-2026-0001") == ["A-1", "B-1"]
    assert index.named("A-1") == ["A-1"]
    assert index.named("nothing") == []


def test_an_update_is_as_if_all_had_been_read_at_once(file: Path, tmp_path: Path) -> None:
    built(file, advisory("A-1", fixed="1.0"), advisory("B-1"), advisory("C-1", "other")).close()
    changes = [
        advisory("A-1", fixed="3.0", modified="2026-06-01T00:00:00Z"),
        advisory("B-1", modified="2026-06-01T00:00:00Z", withdrawn="2026-06-01T00:00:00Z"),
        advisory("C-1", "other", fixed="9.0", modified="2020-01-01T00:00:00Z"),
        advisory("E-1", "new"),
    ]
    assert update(file, changes) == 3
    index = AdvisoryIndex(file)
    (entry,) = index.entries("PyPI", "demo")
    assert (entry.advisory, [text for _, text in entry.fixes]) == ("A-1", ["3.0"])
    assert [text for _, text in index.entries("PyPI", "other")[0].fixes] == ["2.0"]
    assert len(index.entries("PyPI", "new")) == 1
    assert not [left for left in tmp_path.iterdir() if left != file]


def test_who_has_the_former_file_open_goes_on_reading_it(file: Path) -> None:
    before = built(file, advisory("A-1"))
    update(file, [advisory("A-2")])
    assert len(before.entries("PyPI", "demo")) == 1
    assert len(AdvisoryIndex(file).entries("PyPI", "demo")) == 2


def test_a_file_that_is_no_index_is_refused(file: Path) -> None:
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(IndexFileError, match="is no advisory index"):
        AdvisoryIndex(file)


def test_a_file_of_another_layout_is_refused(file: Path) -> None:
    built(file, advisory("A-1")).close()
    with sqlite3.connect(file) as database:
        database.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")
    with pytest.raises(IndexFileError, match="another version"):
        AdvisoryIndex(file)


def test_what_cannot_be_written_leaves_what_was_there(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(file, advisory("A-1")).close()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    builder = IndexBuilder()
    builder.add(advisory("A-2"))
    with pytest.raises(OSError, match="No space"):
        builder.write(file)
    assert len(AdvisoryIndex(file)) == 1
    assert [each.name for each in file.parent.iterdir()] == ["index"]
