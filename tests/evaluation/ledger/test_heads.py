"""Signed heads: a log that was written anew, or cut off, does not begin with every one of them."""

import datetime as dt
from pathlib import Path

import pytest

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import heads_in, heads_of, keep_head
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing
from invented_plan import key_id, signing

NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)


def grown(folder: Path, *texts: str) -> Chain:
    log = Chain(folder / "log.jsonl")
    for text in texts:
        log.append("said", "ab" * 32, who="Ada", now=NOW, facts={"text": text})
    return log


def test_every_head_is_what_the_log_begins_with_and_stands_once(tmp_path: Path) -> None:
    (one, first), (other, second) = signing(tmp_path, "assessor"), signing(tmp_path, "developer")
    ring = KeyRing([*first, *second])
    log = grown(tmp_path, "a")
    keep_head(log, one)
    keep_head(log, one)
    keep_head(log, other)
    keep_head(grown(tmp_path, "b", "c"), one)
    found = heads_in(log.path, log.read(), ring)
    assert [each.size for each in found] == [1, 1, 3]
    assert [each.keyids for each in found] == [(key_id(name),) for name in ("assessor", "developer", "assessor")]
    with pytest.raises(ClearinghouseError):
        heads_in(log.path, log.read(), first)


def test_a_log_that_was_written_anew_or_cut_off_is_noticed(tmp_path: Path) -> None:
    signer, ring = signing(tmp_path)
    (tmp_path / "other").mkdir()
    log = grown(tmp_path, "a", "b")
    keep_head(log, signer)
    for texts in (("a", "c"), ("a",), ("a", "c", "d")):
        other = grown(tmp_path / "other", *texts)
        with pytest.raises(ClearinghouseError, match="does not begin"):
            heads_in(log.path, other.read(), ring)
        for each in (tmp_path / "other").iterdir():
            each.unlink()


def test_no_byte_of_the_heads_can_be_changed(tmp_path: Path) -> None:
    signer, ring = signing(tmp_path)
    log = grown(tmp_path, "a")
    keep_head(log, signer)
    path = heads_of(log.path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ClearinghouseError):
            heads_in(log.path, log.read(), ring)
    path.write_bytes(whole[:-1])
    with pytest.raises(ClearinghouseError, match="cut off"):
        heads_in(log.path, log.read(), ring)
