"""The verb: its tables, its JSON, its exit codes."""

import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from clearinghouse.cli import feeds, main
from clearinghouse.cli.feeds_output import in_bytes, in_words
from clearinghouse.feeds import Retention, Settings, Store
from clearinghouse.feeds.clock import stamp


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    root = typer.Typer(name="clearinghouse")
    root.add_typer(feeds.app, name="feeds")
    monkeypatch.setattr(main, "command_line", lambda verb: root)
    monkeypatch.setenv("CLEARINGHOUSE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Ran:
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            code = main.invoke(["feeds", *map(str, arguments)])
            sys.stderr.flush()
        return Ran(code, *(stream.buffer.getvalue().decode() for stream in streams))  # type: ignore[attr-defined]

    return run


@pytest.fixture
def stick(tmp_path: Path, make: Any) -> Path:
    folder = tmp_path / "stick"
    today = dt.datetime.now(dt.UTC).date()
    for name, body in {
        "kev/known_exploited_vulnerabilities.json": make.kev(*range(1, 101), version=f"{today:%Y.%m.%d}"),
        "epss/epss_scores-current.csv.gz": make.epss(7, str(today)),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


def shrink(stick: Path, make: Any, left: int = 50) -> None:
    today = dt.datetime.now(dt.UTC).date()
    body = make.kev(*range(1, left + 1), version=f"{today:%Y.%m.%d}")
    (stick / "kev/known_exploited_vulnerabilities.json").write_bytes(body)


def test_sync_from_a_folder(run, stick):
    ran = run("sync", "kev", "epss", "--from", stick)
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["feed", "result", "date", "records", "gone", "size", "origin"] in lines
    kev = next(line for line in lines if line[:1] == ["kev"])
    assert (kev[1], kev[3]) == ("adopted", "100")
    assert ran.out.rstrip().splitlines()[-1].startswith("Next: ")
    assert "unchanged" in run("sync", "kev", "--from", stick).out


def test_json(run, stick, tmp_path):
    ran = run("sync", "kev", "--from", stick, "--format", "json")
    assert ran.code == 0
    (row,) = ran.json["feeds"]
    told = {name: row[name] for name in ("feed", "result", "state", "records", "removed")}
    assert told == {"feed": "kev", "result": "adopted", "state": "current", "records": 100, "removed": 0}
    assert row["digest"].startswith("sha256:")
    assert Path(row["path"]).is_relative_to(tmp_path / "store")
    assert row["from_folder"] is True
    assert (ran.json["problems"], ran.json["notices"]) == ([], [])
    states = run("status", "--format", "json")
    assert states.code == 0
    rows = {row["feed"]: row for row in states.json["feeds"]}
    assert {feed.name for feed in Settings().default} == set(rows)
    shared = {key: value for key, value in row.items() if key not in ("result", "removed", "age", "age_seconds")}
    assert {key: rows["kev"][key] for key in shared} == shared
    assert set(rows["epss"]) == set(rows["kev"])
    assert (rows["epss"]["state"], rows["epss"]["records"]) == ("absent", None)


def test_status_as_a_table(run, stick):
    run("sync", "kev", "--from", stick)
    ran = run("status")
    assert ran.code == 0
    columns = ["feed", "date", "fetched", "records", "size", "age", "state", "origin"]
    assert columns in [line.split() for line in ran.out.splitlines()]
    assert "current" in ran.out
    assert "absent" in ran.out
    assert "clearinghouse feeds sync fetches what is missing" in ran.out


def test_status_of_nothing(run, tmp_path):
    ran = run("status")
    assert (ran.code, ran.err) == (0, "")
    assert not (tmp_path / "store").exists()


def test_what_waits(run, stick, make):
    run("sync", "kev", "--from", stick)
    shrink(stick, make)
    ran = run("sync", "kev", "--from", stick)
    assert ran.code == 1
    assert "kev: A version waits: it shrank from 100 to 50 records." in ran.err
    assert "If that is right, `clearinghouse feeds sync --accept kev` adopts it." in ran.err
    for verb in (("sync", "kev", "--from", stick), ("status",)):
        ran = run(*verb, "--format", "json")
        assert ran.code == 1
        row = next(row for row in ran.json["feeds"] if row["feed"] == "kev")
        assert (row["state"], row["records"], row["pending"]["records"]) == ("pending", 100, 50)
        (problem,) = ran.json["problems"]
        assert (problem["source"], problem["code"]) == ("kev", "feed_pending")
    assert run("status").code == 1
    ran = run("sync", "--accept", "kev", "--format", "json")
    assert ran.code == 0
    assert [(row["feed"], row["result"], row["records"]) for row in ran.json["feeds"]] == [("kev", "accepted", 50)]
    assert run("status").code == 0


def test_what_failed(run, stick):
    (stick / "kev/known_exploited_vulnerabilities.json").write_bytes(b"<html>")
    ran = run("sync", "kev", "epss", "--from", stick, "--format", "json")
    assert ran.code == 1
    assert [row["result"] for row in ran.json["feeds"]] == ["failed", "adopted"]
    (problem,) = ran.json["problems"]
    assert problem["code"] == "feed_failed"
    assert problem["message"].startswith("What came is not what it should be")
    assert "failed" in run("status").out


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("kev", "kev/known_exploited_vulnerabilities.json"),
        ("epss", "epss/epss_scores-current.csv.gz"),
        ("osv/PyPI", "osv/PyPI/all.zip"),
        ("rustsec", "rustsec/osv.zip"),
        ("vulnrichment", "vulnrichment/develop.zip"),
    ],
)
def test_an_empty_file_is_called_empty(run, stick, name, file):
    (stick / file).parent.mkdir(parents=True, exist_ok=True)
    (stick / file).write_bytes(b"")
    ran = run("sync", name, "--from", stick)
    assert ran.code == 1
    assert f"error: {name}: The file is empty (0 bytes): {stick / file}." in ran.err
    (problem,) = run("sync", name, "--from", stick, "--format", "json").json["problems"]
    assert (problem["source"], problem["code"], problem["expected"]) == (name, "feed_failed", "copy it again")


def test_what_a_folder_lacks_is_said_with_its_name_as_it_is(run, stick, monkeypatch):
    monkeypatch.chdir(stick.parent)
    assert "error: rustsec: The folder stick has neither " in run("sync", "rustsec", "--from", "stick").err
    lacking = run("sync", "osv/Nothing", "--from", "stick").err
    assert "The folder stick has neither " in lacking
    assert "perhaps OSV" not in lacking  # a copy does not show what OSV has


def test_an_address_at_the_beginning_of_a_sentence_stays_as_it_is(run, server):
    address = server.at("/none")
    assert f"error: kev: {address}/" in run("sync", "kev", "--from", address).err


@pytest.mark.parametrize("width", [80, 100])
def test_no_date_and_no_state_is_broken(run, stick, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    run("sync", "kev", "epss", "--from", stick)
    lines = run("status").out.splitlines()
    assert max(map(len, lines)) <= width
    head = next(line.split() for line in lines if line.startswith("feed"))
    assert ("fetched" in head) == (width == 100)
    assert {"records", "state", "origin"} <= set(head)
    kev = next(line.split() for line in lines if line.startswith("kev"))
    assert "current" in kev
    assert any(line.split()[:2] == ["vulnrichment", "absent"] for line in lines)


def test_from_a_mirror(run, server, answers, make):
    server.script["/m/kev/known_exploited_vulnerabilities.json"] = [answers.whole(make.kev(1, version="2020.01.01"))]
    ran = run("sync", "kev", "--from", server.at("/m"))
    assert ran.code == 0
    assert "127.0.0.1" in ran.out


def test_old_data_are_a_notice(run, stick, make):
    body = make.epss(7, "2020-01-01")
    (stick / "epss/epss_scores-current.csv.gz").write_bytes(body)
    ran = run("sync", "epss", "--from", stick, "--format", "json")
    assert ran.code == 0
    (notice,) = ran.json["notices"]
    assert notice["code"] == "stale_feed"
    assert ran.json["feeds"][0]["state"] == "stale"


def test_prune(run, stick, make, monkeypatch):
    run("sync", "kev", "--from", stick)
    shrink(stick, make, 99)
    run("sync", "kev", "--from", stick)
    monkeypatch.setattr(feeds, "Retention", lambda: Retention(days=-1, months=-1))
    ran = run("sync", "kev", "--from", stick, "--prune")
    assert "1 old version dropped." in ran.out


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("sync", "kve"), "did you mean kev?", "unknown_feed"),
        (("sync", "--accept", "kve"), "there is no feed", "unknown_feed"),
        (("sync", "kev", "--from", "/nowhere/at/all"), "is no folder", "no_origin"),
        (("sync", "kev", "--from", "http://example.org/"), "not encrypted", "no_origin"),
        (("sync", "kev", "--from", ""), "empty", "missing_path"),
    ],
)
def test_bad_usage(run, arguments, said, code):
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["error", "try"]
    ran = run(*arguments, "--format", "json")
    assert (ran.code, ran.err) == (2, "")
    assert ran.json["problems"][0]["code"] == code


def test_wrong_options(run):
    assert run("sync", "--format", "xml").code == 2
    assert run("conquer").code == 2
    assert run("sync", "--store", "").code == 2


def test_two_at_a_time(run, stick, tmp_path):
    with Store(tmp_path / "store") as held, held.locked():
        ran = run("sync", "kev", "--from", stick)
        assert ran.code == 2
        assert "another process is changing the store" in ran.err
        assert run("sync", "kev", "--from", stick, "--format", "json").json["problems"][0]["code"] == "store_busy"
        assert run("status").code == 0
    assert run("sync", "kev", "--from", stick).code == 0


def test_another_store(run, stick, tmp_path):
    assert run("sync", "kev", "--from", stick, "--store", tmp_path / "other").code == 0
    assert "current" in run("status", "--store", tmp_path / "other").out
    assert "current" not in run("status").out


def test_settings_name_the_feeds(run, stick, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store/feeds.toml").write_text('default = ["epss"]')
    ran = run("sync", "--from", stick, "--format", "json")
    assert [row["feed"] for row in ran.json["feeds"]] == ["epss"]
    (tmp_path / "store/feeds.toml").write_text("default = 3")
    assert run("status", "--format", "json").json["problems"][0]["code"] == "bad_settings"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
        (86_400 * 21, "3 weeks"),
        (86_400 * 400, "13 months"),
    ],
)
def test_ages(age, words):
    assert in_words(dt.timedelta(seconds=age)) == words


def test_sizes():
    assert [in_bytes(size) for size in (0, 1, 999, 1000, 1_368_896, 2 * 10**9)] == [
        "0 bytes",
        "1 byte",
        "999 bytes",
        "1.0 kB",
        "1.4 MB",
        "2.0 GB",
    ]


def test_times_are_in_utc():
    moment = dt.datetime(2099, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert stamp(moment) == "2098-12-31T23:00:00Z"
