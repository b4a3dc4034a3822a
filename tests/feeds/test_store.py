"""The store: old or new and nothing between, versions by day, what is kept, who may change it."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.feeds import Retention, Settings, Store, StoreError, UnknownFeedError, store_folder
from clearinghouse.feeds.origin import FolderOrigin
from clearinghouse.feeds.retention import superfluous
from clearinghouse.feeds.schema import FILE
from clearinghouse.feeds.sync import sync
from clearinghouse.feeds.version import New, Version


@pytest.fixture
def put(store: Store, make: Any, clock: Any) -> Any:
    """Adopt a catalogue with so many entries of a day."""

    def put(entries: int, day: str, *, live: bool = True, why: str | None = None) -> None:
        feed = make.feed("kev")
        with store.locked():
            path = store.workplace(feed) / "doc"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make.kev(*range(1, entries + 1), version=day.replace("-", ".")))
            new = New(path=path, suffix=".json", origin="https://example.org/", live=live, records=entries, dated=day)
            if why:
                store.withhold(feed, new, why)
            else:
                store.adopt(feed, new)

    return put


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory where there is one: what is flushed hundreds of times need not reach a disk here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def test_killed_at_any_line_it_has_the_old_or_the_new(quick, make):
    place = quick / "stick/kev/known_exploited_vulnerabilities.json"
    place.parent.mkdir(parents=True)
    with Store(quick / "store", settings=Settings()) as store:
        for entries, day in ((20, "2020.01.01"), (21, "2020.01.02")):
            place.write_bytes(make.kev(*range(1, entries + 1), version=day))
            if entries == 20:
                (outcome,) = sync(store, [store.settings.feed("kev")], FolderOrigin(quick / "stick"))
                assert outcome.why is None
    script = Path(__file__).with_name("killed.py")
    command = [sys.executable, str(script), str(quick), str(quick / "stick")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    runs = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(runs) > 15, "there are many lines to be killed at"
    for run in runs:
        after = run["after"]
        assert after["whole"], run
        assert after["history"] in ([20], [21, 20]), run
        assert not after["pending"]
        assert run["again"] == ("adopted" if after["records"] == 20 else "unchanged"), run
        assert run["then"]["history"] == [21, 20], run
    killed = [run["after"]["records"] for run in runs if run["dead"]]
    assert killed == sorted(killed), "from one line on it is the new version, and stays it"
    assert {20, 21} == set(killed)


def test_a_change_that_fails_changes_nothing(store, put, monkeypatch, clock):
    put(2, "2099-01-01")
    before = store.version("kev")
    monkeypatch.setattr(
        "clearinghouse.feeds.catalogue._looked", lambda *args: (_ for _ in ()).throw(sqlite3.OperationalError("full"))
    )
    with pytest.raises(StoreError, match="full"):
        put(3, "2099-01-02")
    assert store.versions("kev") == [before]


def test_versions_by_day(store, put, clock):
    put(1, "2099-01-01")
    put(2, "2099-01-10")
    put(3, "2099-01-20")

    def records(day: str) -> int | None:
        version = store.version("kev", dt.date.fromisoformat(day))
        return version and version.records

    asked = ["2098-12-31", "2099-01-01", "2099-01-09", "2099-01-10", "2099-01-19", "2099-01-20", "2100-01-01"]
    assert [records(day) for day in asked] == [None, 1, 1, 2, 2, 3, 3]
    assert store.version("kev").records == 3


def test_what_was_adopted_last_holds_even_if_it_is_older(store, put, make):
    put(3, "2099-01-20")
    put(2, "2099-01-10", why="goes back")
    assert store.version("kev").records == 3
    with store.locked():
        store.accept(make.feed("kev"))
    assert store.version("kev").records == 2
    assert store.version("kev", dt.date(2099, 1, 25)).records == 2


def test_a_new_one_that_waits_takes_the_place_of_an_old_one(store, put):
    put(9, "2099-01-01")
    put(2, "2099-01-02", why="small")
    put(1, "2099-01-03", why="smaller")
    assert store.pending("kev").why == "smaller"
    put(10, "2099-01-04")
    assert store.pending("kev") is None


def test_age(store, put, clock, make):
    assert store.age("kev") is None
    put(1, "2099-01-01")
    clock.sleep(2 * 86400)
    assert store.age("kev") == dt.timedelta(days=2)
    with store.locked():
        store.fail(make.feed("kev"), "no network")
    assert store.age("kev") == dt.timedelta(days=2)
    with store.locked():
        store.confirm(make.feed("kev"))
    assert store.age("kev") == dt.timedelta()
    assert store.age("kev", clock.now() + dt.timedelta(hours=5)) == dt.timedelta(hours=5)


def test_age_of_what_came_out_of_a_folder(store, put):
    put(1, "2099-01-01", live=False)
    assert store.age("kev") == dt.timedelta(days=29, hours=12)


def test_paths(store, put):
    put(1, "2099-01-01")
    (path,) = store.paths(["kev"])
    assert path.is_relative_to(store.root / "objects/kev")
    assert store.paths(["osv", "csaf"]) == []
    with pytest.raises(UnknownFeedError, match="there is no feed"):
        store.paths(["kve"])


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_missing_document_is_told(store, put, damage):
    put(1, "2099-01-01")
    damage(store.paths(["kev"])[0])
    with pytest.raises(StoreError, match="missing or damaged"):
        store.paths(["kev"])


def test_only_to_read_nothing_is_made(tmp_path):
    with Store(tmp_path / "none") as store:
        assert store.version("kev") is None
        assert store.feeds() == []
        assert store.paths(["kev"]) == []
    assert not (tmp_path / "none").exists()


def test_a_damaged_catalogue_is_told(store, put):
    put(1, "2099-01-01")
    store.close()
    for file in store.root.glob(f"{FILE}*"):
        file.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(store.root)


def test_a_catalogue_of_a_newer_release_is_left_alone(store, put):
    put(1, "2099-01-01")
    with sqlite3.connect(store.root / FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="newer release"):
        Store(store.root)


def test_readers_do_not_wait_for_a_writer(store, put, clock):
    put(1, "2099-01-01")
    with store.locked(), Store(store.root, settings=store.settings, clock=clock) as reader:
        assert reader.version("kev").records == 1


def test_readers_need_not_be_able_to_write(store, put, monkeypatch):
    put(1, "2099-01-01")
    store.close()
    monkeypatch.setattr("clearinghouse.feeds.schema.os.access", lambda path, mode: False)
    before = sorted(path.name for path in store.root.iterdir())
    with Store(store.root, settings=store.settings) as reader:
        assert reader.version("kev").records == 1
        assert sorted(path.name for path in store.root.iterdir()) == before


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError), Store(tmp_path / "file/store", settings=Settings()) as store, store.locked():
        pass


def test_prune(store, put, clock, make):
    for day in range(1, 6):
        put(day, f"2099-01-{day:02d}")
        clock.sleep(86400)
    (store.root / "objects/kev/orphan.json").write_bytes(b"of a process that was killed")
    with store.locked():
        dropped = store.prune(Retention(days=2, months=0))
    assert [version.records for version in dropped] == [2, 1]
    assert [version.records for version in store.versions("kev")] == [5, 4, 3]
    assert len(list((store.root / "objects/kev").iterdir())) == 3
    assert store.version("kev").parent == store.versions("kev")[1].id


def version(number: int, day: dt.date) -> Version:
    values: dict[str, Any] = dict.fromkeys(Version.__struct_fields__)
    fetched = dt.datetime.combine(day, dt.time(), dt.UTC)
    return Version(**values | {"id": number, "feed": "kev", "state": "adopted", "fetched": fetched})


TODAY = dt.date(2099, 6, 15)


@given(
    st.lists(st.dates(dt.date(2090, 1, 1), TODAY), max_size=40),
    st.integers(0, 100),
    st.integers(0, 60),
)
def test_what_is_kept(days, young, months):
    """The last version stays, and every young one; of older ones at most one a month, and none beyond the months."""
    versions = [version(number, day) for number, day in enumerate(sorted(days, reverse=True))]
    dropped = superfluous(versions, Retention(days=young, months=months), TODAY)
    kept = [each for each in versions if each not in dropped]
    assert kept[:1] == versions[:1]
    limit = TODAY - dt.timedelta(days=young)
    assert all(each in kept for each in versions if each.fetched.date() >= limit)
    old = [each.fetched.date() for each in kept[1:] if each.fetched.date() < limit]
    assert len({(day.year, day.month) for day in old}) == len(old)
    assert all((TODAY.year - day.year) * 12 + TODAY.month - day.month <= months for day in old)
    again = superfluous(kept, Retention(days=young, months=months), TODAY)
    assert again == []


@pytest.mark.parametrize(
    ("named", "environment", "data", "expected"),
    [
        ("/a", "/b", "/c", "/a"),
        (None, "/b", "/c", "/b"),
        (None, "", "/c", "/c/clearinghouse/feeds"),
        (None, None, "relative", "/home/x/.local/share/clearinghouse/feeds"),
        (None, None, None, "/home/x/.local/share/clearinghouse/feeds"),
    ],
)
def test_where_the_store_is(monkeypatch, named, environment, data, expected):
    for name, value in {"CLEARINGHOUSE_STORE": environment, "XDG_DATA_HOME": data, "HOME": "/home/x"}.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert store_folder(Path(named) if named else None) == Path(expected)


def test_versions_are_written_as_json(store, put):
    put(1, "2099-01-01")
    plain = msgspec.to_builtins(store.version("kev"))
    assert plain["dated"] == "2099-01-01"
