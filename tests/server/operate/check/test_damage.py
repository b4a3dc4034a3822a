"""Damage to the files themselves, found by the command."""

import sqlite3
from contextlib import closing

from server_process import Installation


def test_a_damaged_database(small: Installation) -> None:
    path = small.home / "clearinghouse.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry_of_act'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    told = small.json("check", code=1)
    assert not told["well"]
    assert {each["code"] for each in told["findings"]} >= {"database_damaged"}


def test_a_reference_that_leads_nowhere(small: Installation) -> None:
    with closing(sqlite3.connect(small.home / "clearinghouse.sqlite3")) as database, database:
        database.execute("UPDATE participants_person SET participant_id = 4711")
    told = small.json("check", code=1)
    assert [each["code"] for each in told["findings"]] == ["reference_broken"]
    assert "participants_person" in told["findings"][0]["what"]


def test_a_master_key_that_is_gone(small: Installation) -> None:
    key = small.home / "keys/master.key"
    small.serve()
    answer = small.request("POST", "/v1/reports", b"{}", Authorization=f"Bearer {small.key()}")
    assert answer.status == 202
    key.rename(small.home / "keys/other")
    told = small.json("check", code=1)
    assert {each["code"] for each in told["findings"]} == {"vault_closed", "master_missing"}


def test_nothing_to_look_at(small: Installation) -> None:
    other = Installation(small.home.parent / "nowhere")
    refused = other.attempt("check", "--format", "json")
    assert refused.returncode == 2
    assert "there is no installation" in refused.stdout
    assert not other.home.exists()
    small.database_url = "postgres://nobody@127.0.0.1:1/nothing"
    refused = small.attempt("check")
    assert refused.returncode == 2
    assert "the postgresql database cannot be reached" in refused.stderr
    assert "internal" not in refused.stderr
