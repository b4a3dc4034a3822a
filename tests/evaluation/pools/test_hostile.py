"""Files of strangers: whatever stands in them, the answer is an error that a person can act on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.reading import look
from clearinghouse.evaluation.plan.thresholds import commit_to
from clearinghouse.evaluation.plan.thresholds import parse as read_opening
from clearinghouse.evaluation.pools import keys, shares
from clearinghouse.evaluation.pools.draw import read_draw, read_terms
from clearinghouse.evaluation.pools.manifest import parse, read_revealed
from clearinghouse.evaluation.pools.shares import Share
from clearinghouse.records import ClearinghouseError
from invented_plan import text_of_plan
from invented_pool import made

OPENING = commit_to("a", 0.5, 0.4).to_bytes()
SHARE = Share(pool=made().manifest.header.id, custodian="ada", parts=("00" * 74,)).to_bytes()
READERS: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "manifest": (made().manifest.to_bytes(), lambda data: parse(data, "it")),
    "opening": (OPENING, lambda data: read_opening(data, "it")),
    "share": (SHARE, lambda data: shares.read(data, made().manifest)),
    "revealed": (b"[]\n", lambda data: read_revealed(data, "it")),
    "terms": (b"{}", read_terms),
    "draw": (b"{}", read_draw),
    "age": (made().sealed[:2_000], lambda data: keys.decrypted(data, [], 1_000, "it")),
}


def answered(read: Callable[[bytes], object], data: bytes) -> None:
    try:
        read(data)
    except ClearinghouseError as error:
        assert error.what and error.remedy  # noqa: PT017, PT018 - an answer of either kind is right


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60)
@given(data=st.data())
def test_any_bytes_have_an_answer(name: str, data: st.DataObject) -> None:
    whole, read = READERS[name]
    answered(read, data.draw(st.binary(max_size=400)))
    at = data.draw(st.integers(0, max(0, len(whole) - 1)))
    cut = data.draw(st.integers(0, 40))
    answered(read, whole[:at] + data.draw(st.binary(max_size=40)) + whole[at + cut :])


@pytest.mark.parametrize("name", READERS)
def test_deep_and_wide_files_have_an_answer(name: str) -> None:
    _, read = READERS[name]
    for data in (b"[" * 200_000, b'{"header":' * 50_000, b"9" * 100_000, b'{"a":1,"a":2}', b'"\\ud800"'):
        answered(read, data)


@settings(max_examples=60)
@given(at=st.floats(0, 1), put=st.binary(max_size=30), cut=st.integers(0, 60))
def test_any_plan_has_an_answer(at: float, put: bytes, cut: int) -> None:
    whole = text_of_plan().encode()
    start = int(at * len(whole))
    plan, faults = look(whole[:start] + put + whole[start + cut :])
    assert plan is not None or faults
    assert all(each.says and each.remedy for each in faults)


@settings(max_examples=60)
@given(log=st.binary(max_size=300), head=st.binary(max_size=300))
def test_any_log_has_an_answer(tmp_path_factory: pytest.TempPathFactory, log: bytes, head: bytes) -> None:
    folder: Path = tmp_path_factory.mktemp("log")
    (folder / "log.jsonl").write_bytes(log)
    (folder / "log.head.json").write_bytes(head)
    answered(lambda _: Chain(folder / "log.jsonl").read(), b"")
