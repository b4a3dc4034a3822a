"""The advisory index: what goes in comes out, the later record counts, and the file is whole or not there."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.packages.index import AdvisoryIndex, Gathered, IndexBuilder, IndexFileError
from clearinghouse.packages.index.seal import is_sealed, seal
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


def sealed(path: Path) -> None:
    with path.open("r+b") as file:
        seal(file.fileno())


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


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:30:00Z"),
        ("2026-01-02T00:00:00Z", "2026-01-01T23:00:00-05:00"),
        ("soon", "2026-01-01T00:00:00Z"),
        (None, "2026-01-01T00:00:00Z"),
    ],
)
def test_times_are_compared_and_not_their_texts(file: Path, earlier: str | None, later: str) -> None:
    old, new = advisory("A-1", fixed="1.0", modified=earlier), advisory("A-1", fixed="3.0", modified=later)
    for order in ((old, new), (new, old)):
        (entry,) = built(file, *order).entries("PyPI", "demo")
        assert [text for _, text in entry.fixes] == ["3.0"]


def test_one_moment_in_two_spellings_is_one_time(file: Path) -> None:
    one = advisory("A-1", fixed="1.0", modified="2026-01-01T00:00:00Z")
    other = advisory("A-1", fixed="3.0", modified="2026-01-01T01:00:00+01:00")
    assert len(built(file, one, other).entries("PyPI", "demo")) == 2


def test_a_vector_for_one_package_counts_for_that(file: Path) -> None:
    low, high = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    parts = [advisory("A-1", name).body.affected[0] for name in ("one", "other")]
    parts = [msgspec.structs.replace(part, cvss=vector) for part, vector in zip(parts, (low, ""), strict=True)]
    apart = PublishedAdvisory(id="A-1", cvss=low, body=Advisory(affected=tuple(parts)))
    index = built(file, apart)
    assert [index.entries("PyPI", name)[0].cvss for name in ("one", "other")] == [low, ""]
    index = built(file, msgspec.structs.replace(advisory("A-1"), cvss=high))
    assert index.entries("PyPI", "demo")[0].cvss == high


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


def test_who_has_the_former_file_open_goes_on_reading_it(file: Path) -> None:
    before = built(file, advisory("A-1"))
    after = built(file, advisory("A-1"), advisory("A-2"))
    assert len(before.entries("PyPI", "demo")) == 1
    assert len(after.entries("PyPI", "demo")) == 2


def test_the_same_record_read_by_two_processes_counts_once(tmp_path: Path) -> None:
    """The versions that a record lists are a set, whose order no two processes share."""
    made = """
import sys
from pathlib import Path
import msgspec
from clearinghouse.packages.index import gather
from clearinghouse.records import PublishedAdvisory
sys.stdout.buffer.write(msgspec.msgpack.encode(gather(msgspec.json.decode(sys.argv[1], type=PublishedAdvisory))))
"""
    listed = Affected(component=Component(name="demo", ecosystem="PyPI"), versions=tuple(f"{n}.0" for n in range(50)))
    given = msgspec.json.encode(PublishedAdvisory(id="A-1", body=Advisory(affected=(listed,))))
    said = {
        subprocess.run(
            [sys.executable, "-c", made, given],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    builder = IndexBuilder()
    for each in said:
        builder.take(msgspec.msgpack.decode(each, type=Gathered))
    builder.write(tmp_path / "index")
    assert len(AdvisoryIndex(tmp_path / "index").entries("PyPI", "demo")) == 1


def test_two_builders_write_the_same_bytes(tmp_path: Path) -> None:
    given = [advisory(f"A-{number}", f"demo-{number % 7}", aliases=(f"CVE-{number % 5}",)) for number in range(40)]
    built(tmp_path / "one", *given)
    built(tmp_path / "other", *given)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_what_has_its_name_is_on_the_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is renamed before it is written may be empty after a loss of power, and whole before it."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        fsync(handle)

    def replaced(source: str, target: Path) -> None:
        done.append("name")
        replace(source, target)

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr("os.replace", replaced)
    built(file, advisory("A-1"))
    assert done == ["name"]
    builder = IndexBuilder()
    builder.write(file, lasting=True)
    assert done[1:] == ["file", "name", "folder"]


def test_the_file_is_its_users_alone(file: Path) -> None:
    built(file, advisory("A-1"))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_index_is_refused(file: Path) -> None:
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(IndexFileError, match="is no advisory index"):
        AdvisoryIndex(file)


def test_a_file_of_another_layout_is_refused(file: Path) -> None:
    built(file, advisory("A-1")).close()
    with sqlite3.connect(file) as database:
        database.execute("UPDATE meta SET value = '0' WHERE name = 'layout'")
    database.close()
    sealed(file)
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


def many(path: Path) -> AdvisoryIndex:
    """An index of many pages."""
    return built(path, *[advisory(f"A-{n}", f"demo-{n}", aliases=(f"CVE-{n}",)) for n in range(300)])


@settings(deadline=None)
@given(st.data())
def test_a_file_with_any_byte_changed_is_refused(whole: tuple[Path, bytes], drawn: st.DataObject) -> None:
    path, data = whole
    places = st.integers(0, len(data) - 1)
    changed = bytearray(data)
    for place in drawn.draw(st.lists(places, min_size=1, max_size=4, unique=True)):
        changed[place] ^= drawn.draw(st.integers(1, 255))
    path.write_bytes(changed)
    with pytest.raises(IndexFileError, match="it is damaged"):
        AdvisoryIndex(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = tmp_path_factory.mktemp("index") / "index"
    many(path).close()
    return path, path.read_bytes()


def test_a_file_that_is_cut_or_has_more_is_refused(whole: tuple[Path, bytes]) -> None:
    path, data = whole
    for changed in (b"", data[:50], data[:64], data[:4096], data[:-1], data + b"\0", bytes(len(data))):
        path.write_bytes(changed)
        assert not is_sealed(path)
    path.write_bytes(data)
    assert is_sealed(path)


def cut(path: Path) -> None:
    os.truncate(path, 4096)


def scribbled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def ask_for_products(index: AdvisoryIndex) -> object:
    return index.products.names


ASKED: list[Callable[[AdvisoryIndex], object]] = [
    lambda index: index.entries("PyPI", "demo-17"),
    lambda index: index.advisory("A-200"),
    lambda index: index.named("CVE-150"),
    ask_for_products,
    lambda index: index.remedies("A-1", ("CVE-1",)),
]


@pytest.mark.parametrize("damage", [cut, scribbled])
@pytest.mark.parametrize("ask", ASKED)
def test_damage_that_shows_later_is_a_typed_error(
    file: Path, damage: Callable[[Path], None], ask: Callable[[AdvisoryIndex], object]
) -> None:
    index = many(file)
    damage(file)
    with pytest.raises(IndexFileError, match="is damaged"):
        ask(index)


@pytest.mark.parametrize("damage", [cut, scribbled])
def test_damage_that_shows_later_is_repaired_once(file: Path, damage: Callable[[Path], None]) -> None:
    expected = [ask(many(file)) for ask in ASKED]
    renewed: list[int] = []

    def renew() -> Path:
        renewed.append(1)
        many(file).close()
        return file

    index = AdvisoryIndex(file, renew)
    damage(file)
    assert [ask(index) for ask in ASKED] == expected
    assert renewed == [1]
    damage(file)
    with pytest.raises(IndexFileError, match="is damaged"):
        index.entries("PyPI", "demo-290")


def test_an_index_that_was_closed_is_not_damaged(file: Path) -> None:
    many(file).close()
    index = AdvisoryIndex(file, lambda: pytest.fail("it was made anew"))
    index.close()
    with pytest.raises(sqlite3.ProgrammingError):
        index.entries("PyPI", "demo-1")


def test_a_row_that_is_none_is_damage(file: Path) -> None:
    """Whatever stands in a file that is sealed: SQLite does not look at what is in a row."""
    for wrong in (b"\xc1", b"\x91\x01", "text", 5, None):
        many(file).close()
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE copy AS SELECT id, held FROM package")
            database.execute("DROP TABLE package")
            database.execute("ALTER TABLE copy RENAME TO package")
            database.execute("UPDATE package SET held = ?", (wrong,))
        database.close()
        sealed(file)
        with pytest.raises(IndexFileError, match="is damaged"):
            AdvisoryIndex(file).entries("PyPI", "demo-17")
