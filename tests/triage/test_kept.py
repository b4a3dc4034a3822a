"""What is read where no file is named."""

import datetime as dt
import json
from pathlib import Path

import pytest

from clearinghouse.feeds import Store
from clearinghouse.feeds.origin import FolderOrigin
from clearinghouse.feeds.sync import sync
from clearinghouse.triage.kept import NoAdvisoriesError, require_advisories, sources


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEARINGHOUSE_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


class At:
    """A clock that shows one time."""

    def __init__(self, time: dt.datetime) -> None:
        self.time = time

    def now(self) -> dt.datetime:
        return self.time

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing is waited for")


def synced(folder: Path, tmp_path: Path, days_ago: int = 0) -> None:
    clock = At(dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago))
    entry = {
        "cveID": "CVE-2026-0001",
        "vendorProject": "v",
        "product": "p",
        "vulnerabilityName": "n",
        "dateAdded": "2020-02-01",
        "shortDescription": "d",
        "requiredAction": "a",
        "dueDate": "2020-02-22",
        "knownRansomwareCampaignUse": "Unknown",
        "notes": "",
        "cwes": [],
    }
    catalogue = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": clock.now().strftime("%Y.%m.%d"),
        "dateReleased": clock.now().isoformat(),
        "count": 1,
        "vulnerabilities": [entry],
    }
    outside = tmp_path / "outside"
    (outside / "kev").mkdir(parents=True)
    (outside / "kev/known_exploited_vulnerabilities.json").write_text(json.dumps(catalogue))
    with Store(folder, clock=clock) as store:
        (outcome,) = sync(store, [store.settings.feed("kev")], FolderOrigin(outside))
        assert outcome.after is not None


def test_without_a_store_it_is_what_was_named(tmp_path: Path) -> None:
    found = sources(advisories=[tmp_path / "a"], kev=[tmp_path / "k"])
    assert (found.advisories, found.kev, found.epss, found.kept) == (
        (tmp_path / "a",),
        (tmp_path / "k",),
        (),
        frozenset(),
    )
    assert found.paths == (tmp_path / "a", tmp_path / "k")


def test_what_was_synced_stands_for_what_is_not_named(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path)
    found = sources(advisories=[tmp_path / "a"])
    assert [path.is_relative_to(folder) for path in found.kev] == [True]
    assert (found.advisories, found.kept) == ((tmp_path / "a",), frozenset({"kev"}))


def test_what_is_named_counts_instead(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path)
    found = sources(advisories=[tmp_path / "a"], kev=[tmp_path / "mine"])
    assert (found.kev, found.kept) == ((tmp_path / "mine",), frozenset())


def test_a_feed_is_used_as_it_was_on_a_day(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path)
    assert sources(as_of=dt.date(2020, 1, 1)).kev == ()


def test_a_stale_feed_is_told_where_it_is_used(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path, days_ago=40)
    (told,) = sources(advisories=[tmp_path / "a"]).notices
    assert "kev" in told.source + told.message
    assert sources(advisories=[tmp_path / "a"], kev=[tmp_path / "mine"]).notices == ()


def test_a_fresh_one_is_not(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path)
    assert sources(advisories=[tmp_path / "a"]).notices == ()


def test_where_none_are_wanted_none_are_taken(folder: Path, tmp_path: Path) -> None:
    synced(folder, tmp_path)
    assert sources(advisories=None).advisories == ()


def test_there_must_be_something_to_match_against(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NoAdvisoriesError):
        require_advisories(sources())
    synced(folder, tmp_path)
    require_advisories(sources())  # KEV alone names products
