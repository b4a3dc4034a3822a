"""Append-only logs: what was written is read, every change is noticed, and a kill leaves one state or the other."""

import datetime as dt
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.ledger import chain, files
from clearinghouse.evaluation.ledger.chain import Chain, Log, check_head, head_statement
from clearinghouse.evaluation.ledger.errors import LedgerError, TamperedLogError
from clearinghouse.evaluation.ledger.times import moment, stamp
from clearinghouse.trust.merkle import check_consistency, check_inclusion

NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
DIGEST = "ab" * 32


def filled(folder: Path, count: int) -> Chain:
    log = Chain(folder / "log.jsonl")
    for number in range(count):
        log.append(f"event {number}", DIGEST, who="Ada", now=NOW, facts={"n": str(number)})
    return log


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    log = filled(tmp_path, 5)
    read = log.read()
    assert [each.what for each in read.entries] == [f"event {number}" for number in range(5)]
    assert read.entries[3].at == "2026-11-24T08:30:00Z"
    assert not read.unfinished


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Chain(tmp_path / "log.jsonl").read() == Log((), ())


def test_an_outsider_can_be_shown_that_an_entry_is_in_it_and_that_nothing_before_was_changed(tmp_path: Path) -> None:
    log = filled(tmp_path, 7)
    old = log.read()
    log.append("later", DIGEST, who="Ada", now=NOW)
    new = log.read()
    proof = [bytes.fromhex(each) for each in new.inclusion(3)]
    check_inclusion(new.leaves[3], 3, 8, bytes.fromhex(new.root), proof)
    steps = [bytes.fromhex(each) for each in new.consistency(7)]
    check_consistency(7, bytes.fromhex(old.root), 8, bytes.fromhex(new.root), steps)
    check_head(new, 7, old.root)
    with pytest.raises(LedgerError, match="does not begin"):
        check_head(old, 8, new.root)


@pytest.mark.parametrize("name", ["log.jsonl", "log.head.json"])
def test_every_byte_that_is_changed_is_noticed(tmp_path: Path, name: str) -> None:
    log = filled(tmp_path, 4)
    path = tmp_path / name
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(TamperedLogError):
            log.read()
    path.write_bytes(whole)
    assert len(log.read().entries) == 4


def without(lines: list[bytes]) -> list[bytes]:
    return lines[:2] + lines[3:]


def shorter(lines: list[bytes]) -> list[bytes]:
    return lines[:-2]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def doubled(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


@pytest.mark.parametrize("change", [without, shorter, swapped, doubled])
def test_lines_that_were_moved_or_taken_out_are_noticed(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    log = filled(tmp_path, 6)
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join(change(lines)))
    with pytest.raises(TamperedLogError):
        log.read()


@given(cut=st.integers(min_value=0, max_value=400), head=st.booleans())
def test_who_is_killed_while_appending_leaves_the_old_state_or_the_new(
    tmp_path_factory: pytest.TempPathFactory, cut: int, head: bool
) -> None:
    log = filled(tmp_path_factory.mktemp("log"), 2)
    old_line, old_head = log.path.read_bytes(), log.head_path.read_bytes()
    log.append("event 2", DIGEST, who="Ada", now=NOW)
    new = log.path.read_bytes()
    if not head:  # the head is replaced last, in one step
        log.head_path.write_bytes(old_head)
        log.path.write_bytes(new[: len(old_line) + cut])
    assert len(log.read().entries) in {2, 3}
    log.append("event 3", DIGEST, who="Ada", now=NOW)
    assert log.read().entries[-1].what == "event 3"
    assert len(log.read().entries) in {3, 4}


def test_who_is_killed_between_the_line_and_the_head_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = filled(tmp_path, 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(chain.files, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        log.append("event 1", DIGEST, who="Ada", now=NOW)
    monkeypatch.undo()
    assert [each.what for each in log.read().entries] == ["event 0", "event 1"]


def test_what_is_appended_behind_the_head_by_others_is_refused(tmp_path: Path) -> None:
    log = filled(tmp_path, 2)
    with log.path.open("ab") as file:
        file.write(b'{"number":2}\n')
    with pytest.raises(TamperedLogError, match="entry 2"):
        log.append("event", DIGEST, who="Ada", now=NOW)


def test_a_text_that_is_too_long_or_of_several_lines_is_shortened_or_refused(tmp_path: Path) -> None:
    log = filled(tmp_path, 0)
    entry = log.append("event", DIGEST, who="Ada\nLovelace" + "x" * 9_000, now=NOW)
    assert "\n" not in entry.who
    assert len(entry.who) <= 500
    with pytest.raises(LedgerError):
        log.append("x" * 501, DIGEST, who="Ada", now=NOW)
    with pytest.raises(LedgerError):
        log.append("event", "no digest", who="Ada", now=NOW)


def test_a_head_is_signed_as_a_statement(tmp_path: Path) -> None:
    log = filled(tmp_path, 3).read()
    statement = head_statement(log, "log.jsonl")
    assert statement.predicate == {"size": 3, "root": log.root}
    assert statement.from_bytes(statement.to_bytes()) == statement


def test_a_log_that_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    log = filled(tmp_path, 2)
    log.path.rename(tmp_path / "log")
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to(tmp_path / "log")):
        make(log.path)
        with pytest.raises(EvaluationError, match=r"no plain file|cannot be read"):
            log.append("event", "00" * 32, who="Ada", now=NOW)
        log.path.rmdir() if log.path.is_dir() else log.path.unlink()


def test_files_are_read_within_bounds_and_through_no_link(tmp_path: Path) -> None:
    file = tmp_path / "file"
    files.write(file, b"four")
    assert files.read(file, 4) == b"four"
    with pytest.raises(EvaluationError, match="more than 3 bytes"):
        files.read(file, 3)
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(EvaluationError, match="is a link"):
        files.read(tmp_path / "link", 4)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EvaluationError, match="no plain file"):
        files.read(tmp_path / "pipe", 4)
    with pytest.raises(EvaluationError, match="there already"):
        files.write_new(file, b"other")
    assert file.read_bytes() == b"four"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link", "pipe"]


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_moments_are_read_as_they_were_written(now: dt.datetime) -> None:
    assert moment(stamp(now)) == now.replace(microsecond=0)


def test_an_entry_that_was_changed_is_noticed_also_where_the_head_was_made_to_fit(tmp_path: Path) -> None:
    log = filled(tmp_path, 4)
    lines = log.path.read_bytes().splitlines()
    lines[1] = lines[1].replace(b"Ada", b"Eve")
    state = chain._State()
    for line in lines:
        state.take(line)
    log.path.write_bytes(b"".join(line + b"\n" for line in lines))
    log.head_path.write_bytes(state.head())
    with pytest.raises(TamperedLogError, match="entry 2 does not follow"):
        log.read()


def test_what_was_left_behind_the_last_line_is_cut_off(tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    with log.path.open("ab") as file:
        file.write(b"{" * 5_000)
    assert log.read().unfinished
    log.append("event 1", DIGEST, who="Ada", now=NOW)
    assert not log.read().unfinished
    assert len(log.read().entries) == 2


def test_nothing_is_appended_behind_a_head_that_contradicts_itself(tmp_path: Path) -> None:
    log = filled(tmp_path, 2)
    head = log.head_path.read_bytes()
    root = log.read().root.encode()
    log.head_path.write_bytes(head.replace(root, root[::-1], 1))
    with pytest.raises(TamperedLogError):
        log.append("event", DIGEST, who="Ada", now=NOW)


def test_several_who_append_at_once_wait_for_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(filled, tmp_path, 6) for _ in range(4)]:
            done.result()
    assert [each.number for each in Chain(tmp_path / "log.jsonl").read().entries] == list(range(24))
