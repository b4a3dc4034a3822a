"""What was sealed cannot be changed, taken away, added to or moved about without being noticed, and named."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.running.archive import Archive, opened
from clearinghouse.evaluation.running.errors import LogError, SealError
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.sealing.lines import leaf_of, next_head, read
from clearinghouse.evaluation.running.sealing.statement import SIGNED, UNSIGNED
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.running.sealing.writing import beside, close
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing, PublicKey, make_key_pair

Parts = list[tuple[str, bytes]]


@pytest.fixture
def copy(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "copy"))


def log_in(folder: Path) -> Path:
    return next(folder.glob("*.eval"))


def parts_of(log: Path) -> Parts:
    with opened(log) as file:
        archive = Archive(file, log.name)
        return [(each.name, archive.read(each)) for each in archive.members]


def written(log: Path, parts: Parts) -> None:
    log.unlink()
    with zipfile.ZipFile(log, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts:
            out.writestr(name, data)


def test_a_run_is_verified_and_says_by_whom_it_is_signed(ran: Path, ring: KeyRing) -> None:
    found = verified(ran, ring)
    assert (found.is_signed, found.keyids) == (True, tuple(each.keyid for each in ring))
    assert (found.said.complete, found.said.scripted, found.unsealed) == (True, True, 0)
    assert found.said.tier_reached == found.said.tier_demanded == "T1"
    assert sum(len(log.attempts) for log in of_run(found)) == 16


def test_without_a_key_it_fits_together_and_nobody_is_believed(ran: Path) -> None:
    assert (verified(ran).keyids, verified(ran).is_signed) == ((), True)


def test_another_key_is_refused(ran: Path, tmp_path: Path) -> None:
    other: PublicKey = make_key_pair(tmp_path / "other")
    with pytest.raises(ClearinghouseError):
        verified(ran, KeyRing([other]))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_can_be_changed(ran: Path, ring: KeyRing, tmp_path_factory: pytest.TempPathFactory, data) -> None:
    path = data.draw(st.sampled_from(sorted(each for each in ran.iterdir() if not each.name.startswith("."))))
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    other = data.draw(st.integers(1, 255))
    before = path.read_bytes()
    try:
        path.write_bytes(before[:at] + bytes([before[at] ^ other]) + before[at + 1 :])
        with pytest.raises(ClearinghouseError):
            verified(ran, ring)
    finally:
        path.write_bytes(before)


def a_sample(parts: Parts) -> int:
    return next(at for at, (name, _) in enumerate(parts) if name.startswith("samples/"))


def changed_sample(parts: Parts) -> Parts:
    at = a_sample(parts)
    name, data = parts[at]
    return [
        *parts[:at],
        (name, data.replace(b'"value":0.0', b'"value":1.0').replace(b"scripted", b"Scripted")),
        *parts[at + 1 :],
    ]


def changed_header(parts: Parts) -> Parts:
    return [(name, data.replace(b"skill-16", b"skill-17") if name == "header.json" else data) for name, data in parts]


def removed_sample(parts: Parts) -> Parts:
    at = a_sample(parts)
    return parts[:at] + parts[at + 1 :]


def added_sample(parts: Parts) -> Parts:
    return [*parts, ("samples/sum-9_epoch_1.json", parts[a_sample(parts)][1])]


def twice(parts: Parts) -> Parts:
    at = a_sample(parts)
    return [parts[at], *parts]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changed_sample, "the attempt sum-._epoch_. was changed"),
        (changed_header, "the part header.json was changed"),
        (removed_sample, "the attempt sum-._epoch_. was taken away"),
        (added_sample, "the attempt sum-9_epoch_1 was added"),
        (lambda parts: parts[::-1], "in another order"),
        (twice, "in another order, or more than once"),
        (lambda parts: parts, "between or beside"),
    ],
)
def test_it_says_what_was_changed(copy: Path, ring: KeyRing, change: Callable[[Parts], Parts], says: str) -> None:
    log = log_in(copy)
    written(log, change(parts_of(log)))
    with pytest.raises(SealError, match=says):
        verified(copy, ring)


@pytest.mark.parametrize("suffix", [".eval", ".seals"])
def test_a_log_or_its_seals_cannot_go(copy: Path, ring: KeyRing, suffix: str) -> None:
    next(copy.glob(f"*{suffix}")).unlink()
    with pytest.raises(SealError, match="was taken away"):
        verified(copy, ring)


def test_nothing_can_be_added_to_the_folder(copy: Path, ring: KeyRing) -> None:
    shutil.copy(log_in(copy), copy / "another.eval")
    with pytest.raises(SealError, match=r"another\.eval is in the folder"):
        verified(copy, ring)


def test_what_nobody_signed_is_no_run_for_who_asks_for_a_key(copy: Path, ring: KeyRing) -> None:
    (copy / SIGNED).unlink()
    with pytest.raises(SealError, match="no statement"):
        verified(copy)
    (copy / UNSIGNED).write_bytes(b"{}")
    with pytest.raises(SealError, match="nobody signed"):
        verified(copy, ring)
    with pytest.raises(SealError, match="no in-toto Statement"):
        verified(copy)


def test_lines_of_seals_hang_together(copy: Path) -> None:
    path = beside(log_in(copy))
    lines = path.read_bytes().splitlines(keepends=True)
    for wrong, says in (
        (lines[:1] + lines[2:], r"line 2: samples/\S+ does not follow"),
        ([lines[0], lines[2], lines[1], *lines[3:]], "line 2: "),
        (lines[:-1], "its end is missing"),
        (lines[:-2] + lines[-1:], "its end does not follow"),
        (lines[1:], "does not begin"),
        ([*lines[:-1], lines[-1][:-9]], "cut off"),
        ([lines[0].replace(b":", b": ", 1), *lines[1:]], "canonical"),
    ):
        with pytest.raises(SealError, match=says):
            read(b"".join(wrong), path.name)


def test_after_a_crash_the_last_line_is_let_go_and_what_was_sealed_stays(copy: Path) -> None:
    log = log_in(copy)
    lines = beside(log).read_bytes().splitlines(keepends=True)
    beside(log).write_bytes(b"".join(lines[:4]) + lines[4][:30])
    closed = close(log, "broken_off")
    assert [each.member for each in closed.samples] == [each.member for each in read(b"".join(lines), "").samples[:3]]
    assert len(closed.end.unsealed) == 13
    assert read(beside(log).read_bytes(), "") == closed


def test_a_log_that_was_changed_before_it_was_closed_is_refused(copy: Path) -> None:
    log = log_in(copy)
    beside(log).write_bytes(b"".join(beside(log).read_bytes().splitlines(keepends=True)[:-1]))
    written(log, [(name, data + b" ") for name, data in parts_of(log)])
    with pytest.raises(SealError, match="is not what was sealed"):
        close(log, "broken_off")


@given(st.text(max_size=20), st.binary(max_size=50), st.text(max_size=20), st.binary(max_size=50))
def test_leaves_are_of_name_and_bytes(name: str, data: bytes, other: str, more: bytes) -> None:
    if "\0" not in name + other and (name, data) != (other, more):
        assert leaf_of(name, data) != leaf_of(other, more)


def test_heads_depend_on_order() -> None:
    a, b = leaf_of("a", b""), leaf_of("b", b"")
    zero = "0" * 64
    assert next_head(next_head(zero, a), b) != next_head(next_head(zero, b), a)


def test_what_is_no_folder_of_a_run(tmp_path: Path) -> None:
    with pytest.raises((SealError, LogError)):
        verified(tmp_path)
