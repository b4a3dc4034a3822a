"""Bringing feeds up to date: what is adopted, what waits, what is refused."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.feeds import Result, Store, StoreBusyError, UnknownFeedError
from clearinghouse.feeds.known import Feed
from clearinghouse.feeds.origin import FolderOrigin, MirrorOrigin, Origin, WebOrigin
from clearinghouse.feeds.sync import removed, sync
from clearinghouse.formats.registry import read_paths
from clearinghouse.priority import Signals
from clearinghouse.records import EpssScore, Finding, KevEntry, SsvcPoint

KEV_PATH = "/www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
KEV_MIRROR = "/raw.githubusercontent.com/cisagov/kev-data/develop/known_exploited_vulnerabilities.json"
EPSS_PATH = "/epss.empiricalsecurity.com/epss_scores-current.csv.gz"
HTML = b"<!doctype html><html><head><title>Just a moment...</title></head><body>Are you a robot?</body></html>"


@pytest.fixture
def web(downloader: Any) -> Origin:
    return WebOrigin(downloader)


def run(store: Store, feed: Feed, origin: Origin, **named: Any) -> Any:
    (outcome,) = sync(store, [feed], origin, **named)
    return outcome


def objects(store: Store) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in (store.root / "objects").rglob("*") if path.is_file())


def test_kev_is_adopted_and_then_unchanged(server, store, web, make, answers, clock):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.whole(make.kev(1, 2, 3))]
    outcome = run(store, feed, web)
    assert (outcome.result, outcome.before, outcome.why) == (Result.ADOPTED, None, None)
    version = store.version("kev")
    assert outcome.after == version
    assert (version.records, str(version.dated), version.live, version.parent) == (3, "2099-01-29", True, None)
    assert version.origin == feed.address
    assert version.fetched == clock.now()
    assert store.path_of(version).read_bytes() == make.kev(1, 2, 3)
    assert store.path_of(version).name == f"{version.digest}.json"
    clock.sleep(3600)
    assert run(store, feed, web).result is Result.UNCHANGED
    assert "If-None-Match" in server.asked[1][1]
    assert store.versions("kev") == [version]
    assert store.age("kev").total_seconds() == 0
    assert not store.workplace(feed).exists()


def test_a_new_version_follows_on_the_old_one(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [
        answers.whole(make.kev(*range(1, 21), version="2099.01.28")),
        answers.whole(make.kev(*range(2, 23))),
    ]
    old = run(store, feed, web).after
    outcome = run(store, feed, web)
    assert (outcome.result, outcome.before, outcome.removed) == (Result.ADOPTED, old, 1)
    assert outcome.after.parent == old.id
    assert removed(store, feed, old, outcome.after) == {"CVE-2099-0001"}
    assert store.versions("kev") == [outcome.after, old]
    assert store.version("kev", old.dated) == old
    assert store.version("kev", outcome.after.dated) == outcome.after
    assert store.version("kev", old.dated.replace(day=1)) is None
    assert store.paths(["kev"], old.dated) == [store.path_of(old)]


def test_an_entry_that_leaves_kev_raises_nothing_any_more(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [
        answers.whole(make.kev(*range(1, 21), version="2099.01.28")),
        answers.whole(make.kev(*range(2, 21))),
    ]
    for listed in (True, False):
        run(store, feed, web)
        status = signals(store.paths(["kev"])).for_identifiers(["CVE-2099-0001"]).kev
        assert status.listed is listed
        assert signals(store.paths(["kev"])).for_identifiers(["CVE-2099-0002"]).kev.listed is True


def signals(paths: list[Path]) -> Signals:
    read = read_paths(paths, formats=frozenset({"kev"}), role="--kev")
    return Signals.of(record for report in read for record in report.records if isinstance(record, KevEntry))


@pytest.mark.data
def test_real_catalogues(store, make, data, tmp_path):
    """Two editions, and a third without some entries of the second, as CISA takes entries out now and then."""
    feed = make.feed("kev")
    place = tmp_path / "stick/kev/known_exploited_vulnerabilities.json"
    place.parent.mkdir(parents=True)
    documents = [json.loads((data / f"kev-epss/kev_{day}.json").read_bytes()) for day in ("2025-08-25", "2026-01-29")]
    left = {"CVE-2021-44228", "CVE-2017-0144"}
    kept = [entry for entry in documents[1]["vulnerabilities"] if entry["cveID"] not in left]
    documents.append(documents[1] | {"catalogVersion": "2026.02.02", "vulnerabilities": kept, "count": len(kept)})
    versions = []
    for document in documents:
        place.write_text(json.dumps(document))
        versions.append(run(store, feed, FolderOrigin(tmp_path / "stick")).after)
    assert [str(each.dated) for each in versions] == ["2025-08-25", "2026-01-29", "2026-02-02"]
    assert [each.records for each in versions] == [len(each["vulnerabilities"]) for each in documents]
    names = [{entry["cveID"] for entry in each["vulnerabilities"]} for each in documents]
    for old, new in ((0, 1), (1, 2), (0, 2)):
        assert removed(store, feed, versions[old], versions[new]) == names[old] - names[new]
    assert removed(store, feed, versions[1], versions[2]) == left
    looked = [signals(store.paths(["kev"], as_of=each.dated)) for each in versions]
    for cve in left | set(sorted(names[1] - names[0])[:20]):
        expected = [cve in each for each in names]
        assert [each.for_identifiers([cve]).kev.listed for each in looked] == expected
    assert [path.name for path in store.paths(["kev"])] == [f"{versions[2].digest}.json"]


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(lambda good: HTML, id="html"),
        pytest.param(lambda good: b"", id="nothing"),
        pytest.param(lambda good: good[: len(good) // 2], id="cut"),
        pytest.param(lambda good: gzip.compress(good)[:-20], id="cut gzip"),
        pytest.param(lambda good: gzip.compress(bytes(40 << 20)), id="bomb"),
        pytest.param(lambda good: b'{"catalogVersion": "2099.01.29", "vulnerabilities": []}', id="empty"),
        pytest.param(lambda good: b'{"catalogVersion": "2099.01.29", "vulnerabilities": {}}', id="no list"),
        pytest.param(lambda good: good.replace(b"CVE-2099-", b"CWE-2099-"), id="not one entry"),
        pytest.param(lambda good: good.replace(b"2099.01.29", b"2099.12.29"), id="of the future"),
        pytest.param(lambda good: b'{"version": "2.1.0", "runs": []}', id="of another format"),
    ],
)
def test_what_is_no_catalogue_is_never_adopted(server, store, web, make, answers, what):
    feed = make.feed("kev", alternates=())
    good = make.kev(*range(1, 21))
    server.script[KEV_PATH] = [answers.whole(good), answers.whole(what(good)), answers.whole(good)]
    version = run(store, feed, web).after
    outcome = run(store, feed, web)
    assert outcome.result is Result.FAILED
    assert outcome.why
    assert outcome.remedy
    assert store.version("kev") == version
    assert len(objects(store)) == 1
    assert store.look("kev").failure == outcome.why
    assert run(store, feed, web).result is Result.UNCHANGED
    assert store.look("kev").failure is None


def test_the_mirror_is_asked_where_the_origin_turns_away(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.status(403, HTML), answers.whole(HTML), answers.status(404)]
    server.script[KEV_MIRROR] = [answers.whole(make.kev(1))]
    assert run(store, feed, web).result is Result.ADOPTED
    assert store.version("kev").origin == feed.alternates[0]
    assert [run(store, feed, web).result for _ in range(2)] == [Result.UNCHANGED] * 2
    server.script[KEV_MIRROR] = [answers.status(500)]
    outcome = run(store, feed, web)
    assert outcome.result is Result.FAILED
    assert "does not exist" in outcome.why, "what was wrong with the origin itself is told"


def test_epss_of_the_day_is_asked_for_by_its_date(server, store, web, make, answers):
    feed = make.feed("epss")
    server.script["/epss.empiricalsecurity.com/epss_scores-2099-01-29.csv.gz"] = [
        answers.whole(make.epss(5, "2099-01-29"))
    ]
    outcome = run(store, feed, web)
    assert outcome.result is Result.ADOPTED
    assert str(outcome.after.dated) == "2099-01-29"
    assert outcome.after.suffix == ".csv.gz"
    assert server.paths()[0] == EPSS_PATH


def test_epss_redirects_to_the_file_of_the_day(server, store, web, make, answers):
    feed = make.feed("epss")
    server.script[EPSS_PATH] = [answers.leads_to("/day.csv.gz")]
    server.script["/day.csv.gz"] = [answers.whole(make.epss(5))]
    version = run(store, feed, web).after
    assert version.redirects == (server.at("/day.csv.gz"),)
    assert run(store, feed, web).result is Result.UNCHANGED
    records = [record for report in read_paths(store.paths(["epss"])) for record in report.records]
    assert len(records) == 5
    assert all(isinstance(record, EpssScore) for record in records)


def test_a_feed_that_shrinks_waits(server, store, web, make, answers):
    feed = make.feed("kev", alternates=())
    full, small, smaller = make.kev(*range(1, 101)), make.kev(*range(1, 90)), make.kev(*range(1, 50))
    server.script[KEV_PATH] = [answers.whole(full), answers.whole(small)]
    version = run(store, feed, web).after
    outcome = run(store, feed, web)
    assert (outcome.result, outcome.why) == (Result.PENDING, "shrank from 100 to 89 records")
    assert "--accept 'kev'" in outcome.remedy
    assert store.version("kev") == version
    assert store.pending("kev").records == 89
    again = run(store, feed, web)
    assert (again.result, again.why) == (Result.PENDING, outcome.why)
    assert store.look("kev").failure is None
    server.script[KEV_PATH] = [answers.whole(smaller)]
    accepted = run(store, feed, web, accept=["kev"])
    assert accepted.result is Result.ACCEPTED
    assert accepted.after.records == 89, "what a person has seen is adopted, not what is there by now"
    assert store.version("kev").parent == version.id
    assert store.pending("kev") is None
    assert len(server.asked) == 3


def test_a_tenth_may_go(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.whole(make.kev(*range(1, 101))), answers.whole(make.kev(*range(1, 91)))]
    run(store, feed, web)
    outcome = run(store, feed, web)
    assert (outcome.result, outcome.removed) == (Result.ADOPTED, 10)


def test_it_may_be_accepted_beforehand(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.whole(make.kev(*range(1, 101))), answers.whole(make.kev(1))]
    run(store, feed, web)
    outcome = run(store, feed, web, accept=["kev"])
    assert (outcome.result, outcome.after.records, outcome.removed) == (Result.ADOPTED, 1, 99)


def test_other_entries_in_the_same_number_wait(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.whole(make.kev(*range(1, 101))), answers.whole(make.kev(*range(12, 112)))]
    run(store, feed, web)
    assert run(store, feed, web).why == "11 of 100 entries are gone"


def test_an_older_edition_waits(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [answers.whole(make.kev(1)), answers.whole(make.kev(1, version="2099.01.28"))]
    run(store, feed, web)
    assert run(store, feed, web).why == "goes back from 2099-01-29 to 2099-01-28"


def test_what_waits_is_past_when_the_feed_recovers(server, store, web, make, answers):
    feed = make.feed("kev")
    server.script[KEV_PATH] = [
        answers.whole(make.kev(*range(1, 101))),
        answers.whole(make.kev(1)),
        answers.whole(make.kev(*range(1, 101))),
        answers.whole(make.kev(1)),
        answers.whole(make.kev(*range(1, 102))),
    ]
    results = [run(store, feed, web).result for _ in range(5)]
    assert results == [Result.ADOPTED, Result.PENDING, Result.UNCHANGED, Result.PENDING, Result.ADOPTED]
    assert store.pending("kev") is None
    assert store.version("kev").records == 101


def test_a_folder_stands_in_the_place_of_the_world(store, make, tmp_path, clock):
    stick = tmp_path / "stick"
    by_address = stick / "127.0.0.1" / KEV_PATH[1:]
    by_address.parent.mkdir(parents=True)
    by_address.write_bytes(make.kev(1, 2))
    by_name = stick / "epss/epss_scores-current.csv.gz"
    by_name.parent.mkdir()
    by_name.write_bytes(make.epss(3, "2099-01-20"))
    origin = FolderOrigin(stick)
    for name in ("kev", "epss"):
        outcome = run(store, make.feed(name), origin)
        assert outcome.result is Result.ADOPTED, outcome.why
        assert outcome.after.live is False
        assert Path(outcome.after.origin).is_file()
        assert run(store, make.feed(name), origin).result is Result.UNCHANGED
    assert store.age("epss").days == 10, "what it says of the scores is ten days old, whenever it was brought"
    assert run(store, make.feed("rustsec"), origin).result is Result.FAILED


def test_a_mirror_stands_in_the_place_of_the_world(server, downloader, store, make, answers):
    feed = make.feed("kev")
    origin = MirrorOrigin(downloader, server.at("/mirror/"))
    server.script[f"/mirror/127.0.0.1{KEV_PATH}"] = [answers.whole(make.kev(1))]
    assert run(store, feed, origin).result is Result.ADOPTED
    assert store.version("kev").origin == server.at(f"/mirror/127.0.0.1{KEV_PATH}")
    assert run(store, feed, origin).result is Result.UNCHANGED
    assert "If-None-Match" in server.asked[-1][1]
    server.script["/mirror/epss/epss_scores-current.csv.gz"] = [answers.whole(make.epss(2))]
    assert run(store, make.feed("epss"), origin).result is Result.ADOPTED


def test_an_address_that_would_leave_the_folder_has_no_place(store, make, tmp_path):
    (tmp_path / "secret.json").write_bytes(make.kev(1))
    (tmp_path / "stick").mkdir()
    feed = make.feed("kev", address="https://example.org/%2e%2e/%2e%2e/secret.json", alternates=())
    outcome = run(store, feed, FolderOrigin(tmp_path / "stick"))
    assert outcome.result is Result.FAILED


def test_one_feed_does_not_keep_the_others(server, store, web, make, answers):
    server.script[KEV_PATH] = [answers.status(500)]
    server.script[EPSS_PATH] = [answers.whole(make.epss(5))]
    outcomes = list(sync(store, [make.feed("kev"), make.feed("epss")], web))
    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.ADOPTED]


def test_what_was_lost_is_fetched_again(server, store, web, make, answers):
    server.script[KEV_PATH] = [answers.whole(make.kev(1))]
    version = run(store, make.feed("kev"), web).after
    store.path_of(version).unlink()
    outcome = run(store, make.feed("kev"), web)
    assert (outcome.result, outcome.after.digest) == (Result.ADOPTED, version.digest)
    assert store.path_of(outcome.after).read_bytes() == make.kev(1)
    assert run(store, make.feed("kev"), web).result is Result.UNCHANGED


def test_two_at_a_time(store, web, make, server, answers, clock):
    server.script[KEV_PATH] = [answers.whole(make.kev(1))]
    with (
        store.locked(),
        Store(store.root, settings=store.settings, clock=clock) as other,
        pytest.raises(StoreBusyError, match=r"another process is changing the store \(process \d+, since 2099"),
    ):
        run(other, make.feed("kev"), web)
    assert run(store, make.feed("kev"), web).result is Result.ADOPTED


def test_the_archive_of_a_repository(server, store, web, make, answers):
    feed = make.feed("vulnrichment")
    files = {f"vulnrichment-develop/2099/0xxx/CVE-2099-{number:04d}.json": make.cve(number) for number in (2, 1, 3)}
    files |= {"vulnrichment-develop/README.md": "# hi", "vulnrichment-develop/.github/x.json": "{}"}
    body = make.archive(files)
    server.script["/github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip"] = [answers.leads_to("/codeload")]
    server.script["/codeload"] = [answers.whole(body)]
    version = run(store, feed, web).after
    assert (version.records, version.suffix, str(version.dated)) == (3, ".jsonl.gz", "2099-01-03")
    (report,) = read_paths(store.paths(["vulnrichment"]), formats=frozenset({"cve"}), signals_only=True)
    points = [record for record in report.records if isinstance(record, SsvcPoint)]
    assert [point.cve for point in points] == [f"CVE-2099-000{number}" for number in (1, 2, 3)]
    assert run(store, feed, web).result is Result.UNCHANGED
    server.script["/codeload"] = [answers.whole(make.archive({"again": "x"} | files))]
    assert run(store, feed, web).result is Result.UNCHANGED, "another archive of the same records is nothing new"


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(lambda body: body[:-30], id="cut"),
        pytest.param(lambda body: body[: len(body) // 2], id="cut in the middle"),
        pytest.param(lambda body: HTML, id="html"),
        pytest.param(lambda body: body.replace(b"thing-1", b"thing-X", 1), id="damaged"),
    ],
)
def test_a_broken_archive_is_never_adopted(server, store, web, make, answers, what):
    feed = make.feed("rustsec")
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for number in range(1, 21):
            record = make.osv(number, ecosystem="crates.io")
            archive.writestr(f"advisory-db-osv/crates/RUSTSEC-2099-{number:04d}.json", json.dumps(record))
    path = "/github.com/rustsec/advisory-db/archive/refs/heads/osv.zip"
    server.script[path] = [answers.whole(what(plain.getvalue())), answers.whole(plain.getvalue())]
    assert run(store, feed, web).result is Result.FAILED
    assert store.version("rustsec") is None
    outcome = run(store, feed, web)
    assert (outcome.result, outcome.after.records) == (Result.ADOPTED, 20)
    findings = [record for report in read_paths(store.paths(["rustsec"])) for record in report.records]
    assert len(findings) == 20
    assert all(isinstance(record, Finding) for record in findings)


def test_a_bomb_of_an_archive(server, store, web, make, answers):
    files = {f"a/RUSTSEC-2099-{number}.json": bytes(20 << 20) for number in range(3)}
    server.script["/github.com/rustsec/advisory-db/archive/refs/heads/osv.zip"] = [answers.whole(make.archive(files))]
    outcome = run(store, make.feed("rustsec"), web)
    assert outcome.result is Result.FAILED
    assert "bomb" in outcome.why


def test_bad_records_are_kept_and_counted(server, store, web, make, answers):
    files: dict[str, Any] = {f"a/RUSTSEC-2099-{number:04d}.json": make.osv(number) for number in range(1, 200)}
    files["a/RUSTSEC-2099-0000.json"] = "{ this is\nno json"
    server.script["/github.com/rustsec/advisory-db/archive/refs/heads/osv.zip"] = [answers.whole(make.archive(files))]
    version = run(store, make.feed("rustsec"), web).after
    assert (version.records, version.bad) == (200, 1)
    records = [record for report in read_paths(store.paths(["rustsec"])) for record in report.records]
    assert len(records) == 200
    assert sum(not isinstance(record, Finding) for record in records) == 1
    more = {f"a/RUSTSEC-2099-{number:04d}.json": "nothing" for number in range(1, 5)}
    server.script["/github.com/rustsec/advisory-db/archive/refs/heads/osv.zip"] = [
        answers.whole(make.archive(files | more))
    ]
    assert "cannot be read" in run(store, make.feed("rustsec"), web).why


def test_names_of_feeds_in_the_store(server, store, web, make, answers):
    server.script[KEV_PATH] = [answers.whole(make.kev(1))]
    run(store, make.feed("kev"), web)
    assert store.feeds() == ["kev"]
    assert len(store.paths(["kev", "epss", "osv", "kev"])) == 1
    with pytest.raises(UnknownFeedError, match="no feed"):
        store.paths(["kevv"])
