"""Logs of others are read, whichever version wrote them; what is no log, or means harm, is an error of two lines."""

import contextlib
import io
import json
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.running import archive, bounded
from clearinghouse.evaluation.running.archive import Archive
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.logs import read_log
from clearinghouse.evaluation.running.table import table

LOGS = Path(__file__).with_name("logs")
"""Made with mockllm/model by the versions in their names; without tracebacks, which name folders."""
HEADER = {"version": 2, "status": "success", "eval": {"task": "t", "model": "some/model"}}


def log_of(folder: Path, *samples: dict[str, object] | bytes, header: dict[str, object] | None = None) -> Path:
    path = folder / "made.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("header.json", json.dumps(header or HEADER))
        for at, sample in enumerate(samples):
            data = sample if isinstance(sample, bytes) else json.dumps({"id": at, "epoch": 1, **sample})
            out.writestr(f"samples/{at}_epoch_1.json", data)
    return path


@pytest.mark.parametrize("name", ["inspect-0.3.19.json", "inspect-0.3.58.eval", "inspect-0.3.119.eval"])
def test_the_same_run_by_three_versions(name: str) -> None:
    log = read_log(LOGS / name)
    assert (log.status, log.model, log.scaffold) == ("success", "mockllm/model", "generate")
    assert (log.sealed, log.scripted, len(log.attempts)) == (False, True, 8)
    assert not any(each.sealed for each in log.attempts)
    assert Counter(each.ended for each in log.attempts) == {Ended.SOLVED: 4, Ended.FAILED: 3, Ended.REFUSED: 1}
    found = {(each.task_id, each.epoch): each for each in log.attempts}
    refused = found["oldies/s1", 2]
    assert (refused.task_family, refused.human_minutes, refused.score) == ("f1", 4.0, None)
    assert len(table([log], name).table) == 8


def test_one_that_was_cancelled_and_one_with_errors() -> None:
    cancelled = read_log(LOGS / "inspect-0.3.58-cancelled.eval")
    assert (cancelled.status, len(cancelled.attempts), cancelled.interrupted) == ("cancelled", 1, 1)
    found = {each.task_id: each for each in read_log(LOGS / "inspect-0.3.201-endings.eval").attempts}
    assert found["endings/broken"].ended is Ended.INFRASTRUCTURE
    assert (found["endings/fine"].ended, found["endings/fine"].tokens) == (Ended.SOLVED, 60)
    assert found["endings/fine"].task_family == "c"


def test_a_log_in_progress_has_its_beginning_only(tmp_path: Path) -> None:
    path = tmp_path / "x.eval"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("_journal/start.json", json.dumps({**HEADER, "status": "started"}))
        out.writestr("samples/a_epoch_1.json", json.dumps({"id": "a", "epoch": 1, "scores": {"s": {"value": "C"}}}))
    log = read_log(path)
    assert (log.status, [each.score for each in log.attempts]) == ("started", [1.0])


@pytest.mark.parametrize(
    ("value", "ended", "score"),
    [
        ("C", Ended.SOLVED, 1.0),
        ("I", Ended.FAILED, 0.0),
        ("P", Ended.FAILED, 0.5),
        ("N", Ended.FAILED, 0.0),
        (True, Ended.SOLVED, 1.0),
        (0.25, Ended.FAILED, 0.25),
        (7, Ended.SOLVED, 1.0),
        (10**300, Ended.SOLVED, 1.0),
        (-3.0, Ended.FAILED, 0.0),
        ({"first": 1, "second": 0}, Ended.SOLVED, 1.0),
        (None, Ended.INFRASTRUCTURE, None),
        ([1], Ended.INFRASTRUCTURE, None),
    ],
)
def test_scores_of_all_kinds(value: object, ended: Ended, score: float | None, tmp_path: Path) -> None:
    (found,) = read_log(log_of(tmp_path, {"scores": {"any": {"value": value}}})).attempts
    assert (found.ended, found.score) == (ended, score)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_score_that_is_no_number_is_none(value: str, tmp_path: Path) -> None:
    sample = f'{{"id": "NaN", "epoch": 1, "x": "\\"Infinity", "scores": {{"s": {{"value": {value}}}}}}}'.encode()
    (found,) = read_log(log_of(tmp_path, sample)).attempts
    assert (found.ended, found.score, found.unknown) == (Ended.INFRASTRUCTURE, None, ("score",))
    assert found.task_id == "t/NaN", "what stands in a text is no number"


@pytest.mark.parametrize(
    ("sample", "unknown"),
    [
        ({"total_time": -1.0}, ("seconds",)),
        ({"total_time": float("nan")}, ("seconds",)),
        ({"total_time": 1e300}, ("seconds",)),
        ({"model_usage": {"m": {"total_tokens": -5}}}, ("tokens",)),
        ({"model_usage": {"m": {"input_tokens": -5, "output_tokens": 3}}}, ("tokens",)),
        ({"model_usage": {"m": {"total_tokens": float("inf")}, "n": {"total_tokens": 3}}}, ("tokens",)),
        ({"model_usage": {"m": {"total_tokens": 7, "total_cost": -0.5}}}, ("cost",)),
        ({"model_usage": {"m": {"total_tokens": 7, "total_cost": float("nan")}}}, ("cost",)),
        ({"model_usage": {"m": {"total_tokens": 7, "total_cost": 0.5}}, "total_time": 2.5}, ()),
    ],
)
def test_numbers_that_are_none_are_unknown(sample: dict[str, object], unknown: tuple[str, ...], tmp_path: Path) -> None:
    log = read_log(log_of(tmp_path, {"scores": {"s": {"value": 1}}, **sample}))
    (found,) = log.attempts
    assert (found.unknown, found.score, log.unknown) == (unknown, 1.0, bool(unknown))
    assert found.seconds == (2.5 if not unknown else None)
    assert found.cost in {None, 0.5}
    assert found.tokens in {0, 7}


def test_numbers_that_are_none_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MOST_CONSTANTS", 3)
    sample = b'{"id": 1, "total_time": NaN, "x": [%s]}'
    assert len(read_log(log_of(tmp_path, sample % b"NaN, 1")).attempts) == 1
    with pytest.raises(LogError, match="more than 3 numbers that are none"):
        read_log(log_of(tmp_path, sample % b"NaN, NaN, Infinity"))


_MANY = 3 << 19


@pytest.mark.parametrize(
    ("before", "many", "after", "says"),
    [
        (b'"metadata": {"x": [', b"[],", b'1]}}, "samples": [{"id": 1}]}', ""),
        (b'"task": "t"}, "samples": [{"id": 1, "metadata": {"x": [', b"[],", b"1]}}]}", ""),
        (b'"task": "t"}, "samples": [{"id": 1, "total_time": NaN, "x": [', b'"",', b"1]}]}", ""),
        (b'"task": "t"}, "samples": [{"id": 1, "scores": {"s": {"value": [', b"[],", b"1]}}}]}", "its scores takes"),
        (b'"task": "t"}, "samples": [{"id": 1, "output": {"choices": [', b"{},", b"{}]}}]}", ""),
        (b'"task": "t"}, "samples": [', b'{"id":1},', b'{"id":1}]}', "more than 200,000 attempts"),
    ],
)
def test_what_is_not_read_takes_no_room(before: bytes, many: bytes, after: bytes, says: str, tmp_path: Path) -> None:
    data = b'{"version": 2, "status": "success", "eval": {' + before + many * _MANY + after
    (tmp_path / "x.json").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(LogError, match=says) if says else contextlib.nullcontext():
            assert len(read_log(tmp_path / "x.json").attempts) == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (25 if b"choices" in before else 12) * len(data)


def test_names_are_data(tmp_path: Path) -> None:
    sample = {"id": "../../etc/passwd\x1b[2J", "solver": "os.system", "metadata": {"family": "x" * 5000}}
    (found,) = read_log(log_of(tmp_path, sample)).attempts
    assert "\x1b" not in found.task_id
    assert len(found.task_family) <= 300


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "expected object"),
        (b'{"eval": 1}', "expected object"),
        (b"[" * 100_000, "no log of inspect_ai"),
        (b'{"eval": {"metadata": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001 + b"}", "too deeply"),
        (b'{"eval": {}, "samples": [{"id": "a", "epoch": "one"}]}', "expected int"),
        (b'{"eval": {}, "samples": [{"id": "a", "total_time": NaN, "x": ' + b"[" * 100_000, "too deeply"),
        (b"PK\x03\x04 and no archive", "does not end as one"),
        (b'\xff\xfe{"eval": {}}', "malformed"),
    ],
)
def test_what_is_no_log(data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(LogError, match=says):
        read_log(tmp_path / "x.json")


def test_an_archive_that_is_no_log(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.eval", "w") as out:
        out.writestr("letter", "to a friend")
    with pytest.raises(LogError, match=r"no header\.json"):
        read_log(tmp_path / "x.eval")
    with pytest.raises(LogError, match="is no file"):
        read_log(tmp_path)
    with pytest.raises(LogError, match="cannot be read"):
        read_log(tmp_path / "nothing")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, 93])
def test_what_unpacks_to_much_more_is_cut_off(method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("zipfile_zstd")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as out:
        out.writestr("header.json", b"0" * (8 << 20))
    made = Archive(data, "a bomb")
    assert len(made.read(made.members[0])) == 8 << 20
    with pytest.raises(LogError, match="more than 1,048,576 bytes"):
        made.read(made.members[0], 1 << 20)


def test_members_that_stand_in_each_other_are_refused() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        made.writestr("samples/a_epoch_1.json", b"x" * 1000)
        made.writestr("samples/b_epoch_1.json", b"y" * 10)
        made.filelist[1].header_offset = made.filelist[0].header_offset
    with pytest.raises(LogError, match="begins inside"):
        Archive(io.BytesIO(whole.getvalue()), "a bomb")


def test_all_members_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_TOGETHER", 1500)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        for name in "ab":
            made.writestr(name, b"x" * 1000)
    found = Archive(io.BytesIO(whole.getvalue()), "a bomb")
    found.read(found.members[0])
    with pytest.raises(LogError, match="together"):
        found.read(found.members[1])


def test_a_list_of_too_many_members_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        for each in range(5):
            out.writestr(str(each), b"")
    monkeypatch.setattr(archive, "MOST_MEMBERS", 4)
    with pytest.raises(LogError, match="lists 5 members"):
        Archive(data, "many")
    monkeypatch.setattr(archive, "LARGEST_LOG", 10)
    with pytest.raises(LogError, match="of which 10 are read"):
        Archive(data, "large")


def test_other_ways_to_pack_and_secrets_are_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as out:
        out.writestr("header.json", b"{}")
    made = Archive(data, "packed")
    with pytest.raises(LogError, match="method 14"):
        made.read(made.members[0])
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as out:
        out.writestr("header.json", b"{}")
    raw = bytearray(plain.getvalue())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(LogError, match="encrypted"):
        Archive(io.BytesIO(raw), "secret")


def test_a_member_that_was_damaged_on_the_way_is_told() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr("header.json", b'{"eval": {}}')
    made = Archive(io.BytesIO(data.getvalue().replace(b'"eval"', b'"evil"')), "damaged")
    with pytest.raises(LogError, match="check sum"):
        made.read(made.members[0])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_log_is_read_or_refused_and_never_a_defect(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["inspect-0.3.19.json", "inspect-0.3.58-cancelled.eval"]))
    raw = bytearray((LOGS / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    (tmp_path / name).write_bytes(raw[:cut] if data.draw(st.booleans()) else raw)
    with contextlib.suppress(EvaluationError):
        read_log(tmp_path / name)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_archive_or_refused(raw: bytes) -> None:
    for data in (raw, b"PK\x03\x04" + raw + b"PK\x05\x06" + raw):
        with contextlib.suppress(EvaluationError):
            made = Archive(io.BytesIO(data), "bytes")
            for each in made.members:
                made.read(each)
