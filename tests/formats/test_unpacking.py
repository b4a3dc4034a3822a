"""Packed, nested, broken and hostile files: what can be read is read, the rest is told."""

import bz2
import gzip
import io
import os
import random
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.formats.document import Document, LimitExceededError, Limits, UnreadableError
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import ClearinghouseError, Problem

TEXT = '{"a": "é😀\\n日"}\n' * 10_000
SMALL = Limits(unpacked=1 << 20, ratio=20, ratio_from=1 << 16, members=5, nesting=2, whole=1 << 18)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def zipped(members: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def found(folder: Path, content: bytes, limits: Limits = SMALL, name: str = "f") -> list[Document | Problem]:
    path = folder / name
    path.write_bytes(content)
    return list(documents(path, name, limits))


def contents(items: Iterable[Document | Problem]) -> dict[str, bytes | str]:
    """What each document holds, or why it cannot be read."""
    seen: dict[str, bytes | str] = {}
    for item in items:
        assert item.source not in seen
        try:
            seen[item.source] = item.code if isinstance(item, Problem) else item.read()
        except ClearinghouseError as error:
            seen[item.source] = type(error).__name__
    return seen


def parts(stream: Any) -> Iterator[bytes]:
    return iter(lambda: stream.read1(1 << 16), b"")


def test_plain_files(tmp_path):
    assert contents(found(tmp_path, b"text")) == {"f": b"text"}
    assert contents(found(tmp_path, b"")) == {"f": b""}
    assert contents(found(tmp_path, b"\x1f")) == {"f": b"\x1f"}
    assert contents(found(tmp_path, b"PK")) == {"f": b"PK"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings(tmp_path, method):
    assert contents(found(tmp_path, gzip.compress(b"text"))) == {"f": b"text"}
    assert contents(found(tmp_path, gzip.compress(b"te") + gzip.compress(b"xt"))) == {"f": b"text"}
    assert contents(found(tmp_path, gzip.compress(b""))) == {"f": b""}
    assert contents(found(tmp_path, zipped({}))) == {}
    assert contents(found(tmp_path, zipped({"d/": b"", "d/a": b"A", "b": b"B"}, method))) == {
        "f!d/a": b"A",
        "f!b": b"B",
    }
    assert contents(found(tmp_path, gzip.compress(zipped({"a": b"A"}, method)))) == {"f!a": b"A"}
    assert contents(found(tmp_path, zipped({"a": gzip.compress(b"A")}, method))) == {"f!a": b"A"}
    assert contents(found(tmp_path, zipped({"a": zipped({"b": b"B"}, method), "c": b"C"}))) == {
        "f!a!b": b"B",
        "f!c": b"C",
    }


def test_a_document_can_be_opened_twice_at_once(tmp_path):
    for content in (b"text", gzip.compress(b"text"), zipped({"a": b"text"}), zipped({"a": gzip.compress(b"text")})):
        (document,) = found(tmp_path, content)
        assert isinstance(document, Document)
        with document.open() as one, document.open() as other:
            assert one.read(2) == other.read(2) == b"te"
            assert one.read() == other.read() == b"xt"
        assert document.sample.text == "text"
        assert document.sample.complete


def test_nesting_is_limited(tmp_path):
    content = b"text"
    for _ in range(SMALL.nesting):
        content = gzip.compress(content)
    assert contents(found(tmp_path, content)) == {"f": b"text"}
    assert contents(found(tmp_path, gzip.compress(content))) == {"f": "nested_too_deep"}
    assert contents(found(tmp_path, zipped({"a": content, "b": b"B"}))) == {"f!a": "nested_too_deep", "f!b": b"B"}


def test_members_are_limited(tmp_path):
    many = contents(found(tmp_path, zipped({str(n): b"" for n in range(7)})))
    assert many.pop("f") == "too_many_members"
    assert many == {f"f!{n}": b"" for n in range(5)}


def test_many_members_cost_no_more_each(tmp_path):
    """The directory of an archive is read once: reading it for each member would take an hour here."""
    archive = zipped([(f"{n:05}", b"x") for n in range(20_000)], zipfile.ZIP_STORED)
    items = found(tmp_path, archive, Limits())
    assert len(items) == 20_000
    assert all(isinstance(item, Document) for item in items[::1000])
    assert set(contents(items[::1000]).values()) == {b"x"}


def listing(count: int, name: int = 1, *, stated: int | None = None, zip64: bool = False) -> bytes:
    """An archive that is nothing but a list of members; ``stated`` is how many it says they are."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 7, name, *[0] * 6)
    directory = (entry + b"n" * name) * count
    size, said = len(directory), min(count if stated is None else stated, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, said, said, 0xFFFFFFFF if zip64 else size, 0, 0)
    if zip64:
        far = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, 0)
        end = far + struct.pack("<4sLQL", b"PK\x06\x07", 0, size, 1) + end
    return directory + end


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("stated", [0, 1, None])
@pytest.mark.parametrize(("count", "name"), [(5 * (46 + 400), 1), (400, 1), (40, 65_000)])
@pytest.mark.parametrize("packing", [bytes, gzip.compress])
def test_a_list_of_far_too_many_members_is_not_looked_at(tmp_path, monkeypatch, count, name, stated, zip64, packing):
    """Each would become an object before any could be counted: six million are more than a computer holds."""
    made = []
    monkeypatch.setattr(zipfile, "ZipInfo", lambda *args: made.append(args))
    archive = b"PK\x03\x04" + listing(count, name, stated=stated, zip64=zip64)
    limits = Limits(members=5, ratio=10**6, nesting=2)
    (problem,) = found(tmp_path, packing(archive), limits)
    assert isinstance(problem, Problem)
    assert (problem.source, problem.code) == ("f", "unreadable")
    assert "list of its members is too large" in problem.message
    assert not made


@pytest.mark.parametrize("zip64", [False, True])
def test_a_list_of_some_more_members_than_are_read(tmp_path, zip64):
    items = found(tmp_path, b"PK\x03\x04" + listing(10, zip64=zip64))
    assert isinstance(items[0], Problem)
    assert items[0].code == "too_many_members"
    assert len(items) == 6


def test_a_bomb_by_ratio(tmp_path):
    bomb = b"0" * (900 << 10)
    assert contents(found(tmp_path, gzip.compress(bomb))) == {"f": "LimitExceededError"}
    assert contents(found(tmp_path, zipped({"a": bomb}))) == {"f!a": "LimitExceededError"}
    small = b"0" * (SMALL.ratio_from - 1)
    assert contents(found(tmp_path, gzip.compress(small))) == {"f": small}


def test_a_bomb_is_told_with_the_limit_and_with_what_to_do(tmp_path):
    (document,) = found(tmp_path, gzip.compress(b"0" * (900 << 10)))
    assert isinstance(document, Document)
    with document.open() as stream, pytest.raises(LimitExceededError) as told:
        list(parts(stream))
    assert (
        told.value.why == f"it unpacks to more than {SMALL.ratio} times its size, the limit against decompression bombs"
    )
    assert told.value.remedy == "unpack it yourself if it is genuine, and name what comes out"


def test_a_bomb_by_size(tmp_path):
    for size, held in ((SMALL.unpacked, SMALL.unpacked), (SMALL.unpacked + 1, None)):
        (document,) = found(tmp_path, zipped({"a": random.Random(1).randbytes(size)}))
        assert isinstance(document, Document)
        with document.open() as stream:
            if held:
                assert sum(map(len, parts(stream))) == held
            else:
                with pytest.raises(LimitExceededError, match="larger than 1 MiB"):
                    list(parts(stream))


def test_a_bomb_of_many_members(tmp_path):
    """No member is remarkable by itself: each is just under the size from which the ratio counts."""
    piece = b"0" * (SMALL.ratio_from - 1)
    (tmp_path / "f").write_bytes(zipped({str(n): piece for n in range(5)}))
    seen = contents(documents(tmp_path / "f", "f", SMALL))
    assert seen == {"f!0": piece, "f!1": "unreadable"}


def test_a_bomb_in_layers(tmp_path):
    bomb = gzip.compress(gzip.compress(b"0" * (300 << 20), 9), 9)
    assert len(bomb) < 10_000
    (item,) = found(tmp_path, bomb, Limits())
    assert isinstance(item, Document)
    with item.open() as stream, pytest.raises(LimitExceededError, match="bomb"):
        list(parts(stream))


def test_sizes_that_an_archive_states_are_not_believed(tmp_path):
    archive = bytearray(zipped({"a": b"0" * (900 << 10)}))
    entry = archive.index(b"PK\x01\x02")
    archive[entry + 20 : entry + 24] = struct.pack("<L", 0x7FFFFFFF)  # compressed size, in the directory
    assert contents(found(tmp_path, bytes(archive))) == {"f!a": "LimitExceededError"}


def test_a_document_is_read_whole_up_to_a_limit(tmp_path):
    whole = b"\0" + random.Random(1).randbytes(SMALL.whole - 1)
    assert contents(found(tmp_path, whole)) == {"f": whole}
    assert contents(found(tmp_path, whole + b"x")) == {"f": "LimitExceededError"}
    archive = gzip.compress(zipped({"a": whole}))
    (problem,) = found(tmp_path, archive)
    assert isinstance(problem, Problem)
    assert "larger than" in problem.message


def encrypted() -> bytes:
    archive = bytearray(zipped({"a": b"A"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(mark) + offset] |= 1  # general purpose flag, bit 0
    return bytes(archive)


def test_an_encrypted_member(tmp_path):
    (problem,) = found(tmp_path, encrypted())
    assert isinstance(problem, Problem)
    assert (problem.source, problem.code) == ("f!a", "unreadable")
    assert "encrypted" in problem.message


def test_an_unknown_method(tmp_path):
    archive = bytearray(zipped({"a": b"A"}))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        archive[archive.index(mark) + offset] = 97
    (problem,) = found(tmp_path, bytes(archive))
    assert isinstance(problem, Problem)
    assert "compression" in problem.message


def test_a_cut_gzip_file_gives_what_stands_before_the_cut(tmp_path):
    content = b"".join(b"%d," % n for n in range(100_000))
    packed = gzip.compress(content)
    (document,) = found(tmp_path, packed[: len(packed) // 2], Limits())
    assert isinstance(document, Document)
    pieces = []
    with document.open() as stream, pytest.raises(UnreadableError, match="breaks off after"):
        pieces.extend(parts(stream))
    read = b"".join(pieces)
    assert len(read) > len(content) // 3
    assert content.startswith(read)
    with pytest.raises(UnreadableError):
        document.read()
    (short,) = found(tmp_path, gzip.compress(b"short" * 100)[:-8])
    assert isinstance(short, Document)
    assert short.sample.head == b"short" * 100
    assert not short.sample.complete


def test_a_wrong_checksum_is_told(tmp_path):
    packed = bytearray(gzip.compress(b"text" * 50))
    packed[-8] ^= 1
    assert contents(found(tmp_path, bytes(packed))) == {"f": "UnreadableError"}
    archive = zipped({"a": b"text", "b": b"B"}, zipfile.ZIP_STORED)
    assert contents(found(tmp_path, archive.replace(b"text", b"tixt"))) == {"f!a": "unreadable", "f!b": b"B"}


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b", b"\x1f\x8b\x08", b"\x1f\x8bxxxx", b"PK\x03\x04", b"PK\x05\x06", b"PK\x03\x04" * 99]
)
def test_what_only_begins_like_a_packing(tmp_path, content):
    (problem,) = found(tmp_path, content)
    assert isinstance(problem, Problem)
    assert (problem.source, problem.code) == ("f", "unreadable")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_packings(tmp_path, data):
    packed = bytearray(
        data.draw(
            st.sampled_from(
                [
                    zipped({"a.json": b'{"a": 1}' * 20, "é/b": b"B" * 99}),
                    zipped({"a": b"A" * 99}, zipfile.ZIP_LZMA),
                    zipped({"a": b"A" * 99}, zipfile.ZIP_BZIP2),
                    zipped({"a": zipped({"b": gzip.compress(b"B")})}, zipfile.ZIP_STORED),
                    gzip.compress(b"A" * 99),
                    gzip.compress(zipped({"a": b"A"})),
                ]
            )
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.sampled_from([0, 1, 9, 127, 128, 255]))
    cut = data.draw(st.just(len(packed)) | st.integers(0, len(packed)))
    for item in found(tmp_path, bytes(packed[:cut])):
        if isinstance(item, Document):
            contents([item])
            with suppress(ClearinghouseError):
                assert item.sample.keys is not None


def test_member_names_are_labels(tmp_path):
    """Nothing is extracted, so a name can do no harm but to the one who looks at it."""
    names = ["../../etc/x", "/etc/x", "C:\\x", "a\x1b[2Jb", "a\u202eb", "a!b#1", "é", "x" * 2000, "a\nb", "..", ""]
    seen = [item.source for item in found(tmp_path, zipped([(name, b"{}") for name in names]), Limits())]
    assert [source.removeprefix("f!") for source in seen[:3]] == names[:3]
    assert seen[3:7] == ["f!a\\x1b[2Jb", "f!a\\u202eb", "f!a!b#1", "f!é"]
    assert len(seen[7]) == 1002
    assert seen[8] == "f!a\\x0ab"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_stay_two(tmp_path):
    seen = contents(found(tmp_path, zipped([("a", b"1"), ("a", b"2"), ("a", b"3")])))
    assert seen == {"f!a": b"1", "f!a (2)": b"2", "f!a (3)": b"3"}


def test_a_member_that_is_a_link_is_its_text(tmp_path):
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert contents(found(tmp_path, file.getvalue())) == {"f!link": b"/etc/passwd"}


def test_other_packings_are_documents(tmp_path):
    """They are then reported as of no known format."""
    for content in (bz2.compress(b"text"), b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c"):
        assert contents(found(tmp_path, content)) == {"f": content}


def test_what_is_no_regular_file(tmp_path):
    for path in (tmp_path, Path(os.devnull), Path("/dev/zero")):
        (problem,) = documents(path, "p")
        assert isinstance(problem, Problem)
        assert problem.code == "unreadable"
        assert "not a regular file" in problem.message


def test_a_pipe_that_was_come_upon_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (problem,) = documents(tmp_path / "pipe", "p", found=True)
    assert isinstance(problem, Problem)
    assert problem.code == "unreadable"


@pytest.mark.parametrize("packing", [bytes, gzip.compress, lambda content: zipped({"a": content})])
def test_a_pipe_that_was_named_is_read_to_its_end_and_more_than_once(tmp_path, packing):
    with written(tmp_path / "pipe", packing(TEXT.encode())) as pipe:
        (document,) = documents(pipe, "p")
    assert isinstance(document, Document)
    assert document.source.partition("!")[0] == "p"
    with document.open() as one, document.open() as other:
        assert one.read() == other.read() == TEXT.encode()
    assert document.sample.text.startswith('{"a"')


def test_a_pipe_has_the_limits_of_a_document(tmp_path):
    with written(tmp_path / "pipe", b"x" * (SMALL.unpacked + 1)) as pipe:
        (problem,) = documents(pipe, "p", SMALL)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.message) == (
        "unreadable",
        "It is larger than 1 MiB; divide it into several files.",
    )


@contextmanager
def written(path: Path, content: bytes) -> Iterator[Path]:
    """A pipe into which somebody writes."""

    def write() -> None:
        with suppress(BrokenPipeError):
            path.write_bytes(content)

    os.mkfifo(path)
    writer = Thread(target=write)
    writer.start()
    yield path
    writer.join()


def test_what_is_not_there(tmp_path):
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("gone", "nowhere", "round", "x" * 5000):
        (problem,) = documents(tmp_path / name, name)
        assert isinstance(problem, Problem)
        assert problem.code == "unreadable"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert contents(list(documents(tmp_path / "link", "link"))) == {"link": b"text"}


def test_a_name_that_cannot_be_shown(tmp_path):
    (document,) = found(tmp_path, b"{}", name="a\x1b\udcff\n")
    assert document.source == "a\\x1b\\xff\\x0a"


def test_permission_denied(folder):
    closed = folder / "closed"
    closed.write_bytes(b"{}")
    closed.chmod(0)
    with other_user():
        (problem,) = documents(closed, "closed")
    assert isinstance(problem, Problem)
    assert "Permission denied" in problem.message


def test_a_file_that_goes_away(tmp_path):
    (document,) = found(tmp_path, b"{}")
    assert isinstance(document, Document)
    (tmp_path / "f").unlink()
    with pytest.raises(UnreadableError, match="f: it cannot be read: No such file"):
        document.read()


class other_user:  # noqa: N801 - reads as a clause
    """Whoever runs the tests, as someone for whom permissions count."""

    def __enter__(self) -> None:
        self.user = os.geteuid()
        if self.user == 0:
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        os.seteuid(self.user)


def test_damage_inside_a_packing_is_found_at_its_end(tmp_path):
    packed = bytearray(gzip.compress(os.urandom(200_000)))
    assert [item.why_packing_is_broken() for item in found(tmp_path, bytes(packed), Limits())] == [None]
    packed[len(packed) // 2] ^= 1
    (document,) = found(tmp_path, bytes(packed), Limits())
    assert isinstance(document, Document)
    error = document.why_packing_is_broken()
    assert isinstance(error, UnreadableError)
    assert error.why == "its packing is damaged: the checksum does not fit the 200,000 bytes of content"
    (plain,) = found(tmp_path, b"text")
    assert isinstance(plain, Document)
    assert plain.why_packing_is_broken() is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_are_given_out_once(tmp_path):
    inner = zipped({"b": b"1"})
    seen = contents(
        found(tmp_path, zipped([("a", inner), ("a!b", b"2"), ("a", b"3"), ("c\x1b", b"4"), ("c\\x1b", b"5")]))
    )
    assert seen == {"f!a!b": b"1", "f!a!b (2)": b"2", "f!a (2)": b"3", "f!c\\x1b": b"4", "f!c\\x1b (2)": b"5"}
