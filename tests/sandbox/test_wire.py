"""Whatever comes from the other side is a value or an error of ours."""

import contextlib
import io
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.sandbox import BoxError, Collected, Command, File, Kind, Limits, Outcome, RunnerLostError, wire
from clearinghouse.sandbox.contract import End
from clearinghouse.sandbox.isolation import Held, Isolation, Tier

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
LIMITS = st.builds(Limits, seconds=st.floats(0.001, 1e6), memory=st.integers(1, 2**48), output=st.integers(0, 2**40))
COMMANDS = st.builds(
    Command,
    argv=st.lists(TEXT, max_size=4).map(tuple),
    environment=st.dictionaries(TEXT, TEXT, max_size=3),
    input=st.binary(max_size=50),
    at=TEXT,
    limits=LIMITS,
)
FILES = st.dictionaries(TEXT, st.builds(File, st.binary(max_size=50), st.booleans()), max_size=3)
QUESTIONS = st.one_of(
    st.builds(wire.Prepare, FILES, LIMITS, st.none() | TEXT),
    st.builds(wire.Run, TEXT, COMMANDS),
    st.builds(wire.Collect, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.integers(-5, 2**40)),
    st.builds(wire.Destroy, TEXT),
    st.builds(wire.Check, st.booleans()),
)
OUTCOMES = st.builds(Outcome, end=st.sampled_from(End), code=st.none() | st.integers(0, 255), stdout=st.binary())
COLLECTED = st.builds(Collected, path=TEXT, kind=st.sampled_from(Kind), data=st.binary())
HELD = st.lists(st.builds(Held, TEXT, st.booleans(), TEXT)).map(tuple)
ISOLATIONS = st.builds(Isolation, tier=st.sampled_from(Tier), provider=TEXT, held=HELD)
ANSWERS = st.one_of(
    st.builds(wire.Made, TEXT),
    st.builds(wire.Ran, OUTCOMES),
    st.builds(wire.Found, st.lists(COLLECTED, max_size=3)),
    st.just(wire.Done()),
    st.builds(wire.Checked, ISOLATIONS),
    st.builds(wire.Refused, st.sampled_from(["box", "unavailable", "unsafe"]), TEXT, TEXT),
)
KINDS = [(wire.Question, wire.LARGEST_QUESTION), (wire.Answer, wire.LARGEST_ANSWER)]


def frame(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


def received(data: bytes, kind: object = wire.Answer, most: int = 1 << 20) -> object:
    return wire.receive(io.BytesIO(data), kind, most)


@given(
    st.one_of(*(st.tuples(each, st.just(kind)) for each, kind in ((QUESTIONS, wire.Question), (ANSWERS, wire.Answer))))
)
def test_what_is_sent_is_what_is_received(message: tuple[object, object]) -> None:
    pipe = io.BytesIO()
    wire.send(pipe, message[0])
    wire.send(pipe, message[0])
    pipe.seek(0)
    for _ in range(2):
        assert wire.receive(pipe, message[1], 1 << 20) == message[0]
    assert wire.receive(pipe, message[1], 1 << 20) is None


@given(QUESTIONS | ANSWERS, st.data())
def test_what_is_cut_is_lost(message: object, data: st.DataObject) -> None:
    pipe = io.BytesIO()
    wire.send(pipe, message)
    whole = pipe.getvalue()
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    with pytest.raises(RunnerLostError, match="gone"):
        received(cut, wire.Question if isinstance(message, wire.Question) else wire.Answer)


@pytest.mark.parametrize(("kind", "most"), KINDS)
@pytest.mark.parametrize("more", [1, 1 << 40, (1 << 63) - 1])
def test_what_is_too_large_is_not_read(kind: object, most: int, more: int) -> None:
    size = min(most + more, 2**64 - 1)
    source = io.BytesIO(struct.pack(">Q", size) + b"rest")
    with pytest.raises(RunnerLostError, match=f"of {size} bytes"):
        wire.receive(source, kind, most)
    assert source.read() == b"rest"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXT | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@given(st.binary(max_size=300) | VALUES.map(msgspec.msgpack.encode), st.sampled_from(KINDS))
def test_random_bytes_and_values_are_an_error_of_ours(data: bytes, kind: tuple[object, int]) -> None:
    try:
        found = received(frame(data), kind[0])
    except RunnerLostError:
        return
    assert isinstance(found, kind[0])


@given(QUESTIONS | ANSWERS, st.data())
def test_damaged_messages_are_values_or_an_error_of_ours(message: object, data: st.DataObject) -> None:
    kind = wire.Question if isinstance(message, wire.Question) else wire.Answer
    whole = bytearray(msgspec.msgpack.encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RunnerLostError):
        assert isinstance(received(frame(bytes(whole)), kind), kind)


def pack(**values: object) -> bytes:
    return msgspec.msgpack.encode(values)


DEEP = b"\x91" * 500_000 + b"\xc0"
HOSTILE = {
    "nothing": b"",
    "no map": pack(type="done")[1:],
    "unknown tag": pack(type="escape"),
    "no tag": pack(box="a"),
    "tag of a question": pack(type="destroy", box="a"),
    "wrong type": pack(type="made", box=7),
    "more than one": pack(type="done") * 2,
    "deep": DEEP,
    "deep and unknown": b"\x82\xa4type\xa4done\xa1z" + DEEP,
    "deep before its tag": b"\x82\xa1z" + DEEP + b"\xa4type\xa4done",
    "maps in maps": b"\x82\xa4type\xa7checked\xa9isolation" + b"\x81\xa1a" * 500_000,
    "no UTF-8": b"\x82\xa4type\xa4made\xa3box\xa2\xff\xfe",
    "list of 2^32": b"\x82\xa4type\xa5found\xa9collected\xdd\xff\xff\xff\xff",
    "tuple of 2^32": b"\x82\xa4type\xa7checked\xa9isolation\x82\xa4held\xdd\xff\xff\xff\xff",
    "text of 2^32": b"\x82\xa4type\xa4made\xa3box\xdb\xff\xff\xff\xff",
    "map of 2^32": b"\xdf\xff\xff\xff\xff",
    "unknown end": pack(type="ran", outcome={"end": "won"}),
    "unknown kind of refusal": pack(type="refused", kind="exec", what="", remedy=""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers(name: str) -> None:
    with pytest.raises(RunnerLostError):
        received(frame(HOSTILE[name]))


@pytest.mark.parametrize("limits", [{"seconds": float("nan")}, {"disk": 0}, {"memory": -1}, {"processes": 2**63}])
def test_questions_with_limits_that_limit_nothing(limits: dict[str, object]) -> None:
    for question in (pack(type="prepare", files={}, limits=limits),
                     pack(type="run", box="a", command={"argv": ["true"], "limits": limits})):  # fmt: skip
        with pytest.raises(RunnerLostError, match="none"):
            received(frame(question), wire.Question)


def test_what_cannot_be_sent_is_not_sent_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.BytesIO()
    with pytest.raises(BoxError, match="cannot be sent"):
        wire.send(pipe, wire.Destroy("\ud800"))
    monkeypatch.setattr(wire, "LARGEST_QUESTION", 1000)
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 500)
    with pytest.raises(BoxError, match="at a time"):
        wire.send(pipe, wire.Destroy("x" * 1000))
    wire.send(pipe, wire.Destroy("x" * 900))
    length = len(pipe.getvalue())
    with pytest.raises(BoxError, match="of at most 500"):
        wire.send(pipe, wire.Made("x" * 900))
    assert len(pipe.getvalue()) == length


def test_a_pipe_that_was_closed() -> None:
    pipe = io.BytesIO()
    pipe.close()
    with pytest.raises(RunnerLostError, match="gone"):
        wire.send(pipe, wire.Done())
    with pytest.raises(RunnerLostError, match="gone"):
        wire.receive(pipe, wire.Answer, 10)
