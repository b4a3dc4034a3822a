"""Recipes of strangers, read by a process of their own: what an archive or a text could do to who reads it."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.formats.apart.readers import Readers
from clearinghouse.validation import apart
from clearinghouse.validation.archives import ArchiveError, NoRecipeError
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import NAME, from_files, load
from clearinghouse.validation.remedy import of_patch

GALLERY = Path(__file__).parents[2] / "examples" / "recipes"
MIB = 1 << 20
TEXT = b"""format = 1
title = "A"
[affected]
purl = "pkg:pypi/a@1"
[reproducer]
files = ["r.py"]
command = ["python3", "r.py"]
[shows]
by = "exit"
code = 1
"""
FILES = {NAME: TEXT, "r.py": b"exit(1)"}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers(others=[apart.__name__])
    yield made
    made.close()


@pytest.fixture
def sent(readers: Readers) -> Any:
    """Read what somebody sent, as ``recipe_sent`` or as ``recipe_text`` does."""

    def read(data: bytes, as_: Any = apart.recipe_sent) -> Any:
        descriptor = os.memfd_create("sent", os.MFD_CLOEXEC)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            return as_(readers, descriptor, "R")
        finally:
            os.close(descriptor)

    return read


def zipped(files: Any, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "place", sorted(each.parent for each in GALLERY.glob("*/recipe.toml")), ids=lambda each: each.name
)
def test_it_gives_what_reading_here_gives(sent: Any, place: Path) -> None:
    here = load(place)
    there = sent(zipped(here.files))
    assert (there.recipe, there.files, there.digest) == (here.recipe, here.files, here.digest)
    assert sent(here.files[NAME], apart.recipe_text) == here.recipe


def test_a_folder_is_taken_away_and_what_is_not_named_is_left(sent: Any) -> None:
    found = sent(zipped({f"top/{name}": data for name, data in FILES.items()} | {"top/other": b"x" * 100}))
    assert found.files == FILES
    assert from_files(FILES, "R").digest == found.digest


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(NAME, TEXT)
        link = zipfile.ZipInfo("r.py")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 1)
    return bytes(data)


def lying(size: int) -> bytes:
    """A list that says another size than what comes out."""
    data = bytearray(zipped({**FILES, "r.py": b"x" * 1000}))
    place = data.rfind(b"PK\1\2")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def overlapping(count: int, size: int) -> bytes:
    """Members that all are the same packed bytes (after D. Fifield, "A better zip bomb", 2019)."""
    names = [f"f{number}" for number in range(count)]
    text = TEXT.replace(b'files = ["r.py"]', b"files = [" + b",".join(b'"%b"' % each.encode() for each in names) + b"]")
    out, entries = io.BytesIO(), []

    def put(name: bytes, data: bytes) -> tuple[Any, ...]:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush()
        facts = (zlib.crc32(data), len(packed), len(data))
        at = out.tell()
        out.write(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, *facts, len(name), 0) + name + packed)
        return at, facts

    entries.append((NAME.encode(), *put(NAME.encode(), text)))
    kernel = put(b"f0", bytes(size))
    entries += [(each.encode(), *kernel) for each in names]
    start = out.tell()
    for name, at, facts in entries:
        head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, *facts, len(name), 0, 0, 0, 0, 0, at)
        out.write(head + name)
    size = out.tell() - start
    out.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), size, start, 0))
    return out.getvalue()


def greedy() -> bytes:
    """LZMA that asks for a dictionary of almost 4 GiB."""
    data = bytearray(zipped(FILES, zipfile.ZIP_LZMA))
    for name in (NAME.encode(), b"r.py"):
        at = data.find(name) + len(name)
        data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


def many(count: int) -> bytes:
    """A list of many members, of which each costs who reads it far more than it does here."""
    out = io.BytesIO()
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    out.write(b"PK\3\4" + bytes(26))
    start = out.tell()
    out.write((entry + b"a") * count)
    size = out.tell() - start
    out.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, start, 0))
    return out.getvalue()


def inner() -> bytes:
    bomb = zipped({f"b{number}": bytes(MIB) for number in range(8)})
    for _ in range(6):
        bomb = zipped({f"{number}.zip": bomb for number in range(8)})
    return zipped({NAME: TEXT, "r.py": bomb})


BOMBS: dict[str, tuple[Any, type[RecipeError], str]] = {
    "one that is large": (lambda: zipped({**FILES, "r.py": bytes(2048 * MIB // 64)}), RecipeError, "more than 16 MiB"),
    "a recipe of 64 MiB": (lambda: zipped({NAME: TEXT + b"#" * 64 * MIB}), RecipeError, "more than 16 MiB"),
    "a recipe of a MiB": (lambda: zipped({**FILES, NAME: TEXT + b"#" * MIB}), RecipeError, "at most 64 KiB"),
    "overlapping": (lambda: overlapping(200, 15 * MIB), RecipeError, "64 MiB together|twice|leads|damaged"),
    "a list of a million": (lambda: many(1_000_000), ArchiveError, "list of its members"),
    "a long list": (lambda: zipped(FILES | {f"n{n}": b"" for n in range(1_200)}), RecipeError, "1,000 files"),
    "encrypted": (encrypted, RecipeError, "encrypted"),
    "more than it says": (lambda: lying(3), RecipeError, "damaged|checksum"),
    "a dictionary of 4 GiB": (greedy, RecipeError, "memory|damaged"),
    "an absolute name": (lambda: zipped({**FILES, "/etc/x": b""}), RecipeError, "leads out"),
    "a name above": (lambda: zipped({**FILES, "a/../../x": b""}), RecipeError, "leads out"),
    "a drive": (lambda: zipped({**FILES, "C:x": b""}), RecipeError, "leads out"),
    "a link": (linked, RecipeError, "is a link"),
    "cut": (lambda: zipped(FILES)[:-30], ArchiveError, "list of members"),
    "no recipe": (lambda: zipped({"a": b"1"}), NoRecipeError, "there is no recipe.toml"),
    "nothing": (lambda: b"PK\3\4", ArchiveError, "list of members"),
    "no UTF-8": (lambda: b"\xff" * 1000, RecipeError, "UTF-8"),
    "a text of 64 MiB": (lambda: b"#" * 64 * MIB, RecipeError, "at most 64 KiB"),
    "arrays in arrays": (lambda: b"a=" + b"[" * 60_000, RecipeError, "too deeply nested"),
    "tables in tables": (lambda: b"a=" + b"{a=" * 20_000, RecipeError, "too deeply nested"),
    "a dotted key": (lambda: b"a" + b".a" * 30_000 + b"=1", RecipeError, "too deeply nested"),
    "a number of 60,000 digits": (lambda: TEXT + b"[limits]\nmemory=" + b"9" * 60_000, RecipeError, "4300 digits"),
    "a number in hex": (lambda: TEXT + b"[limits]\nmemory=0x" + b"f" * 60_000, RecipeError, "whole number of at most"),
    "a long string": (lambda: TEXT.replace(b'"A"', b'"' + b"A" * 60_000 + b'"'), RecipeError, "at most 300"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_cost_too_much_is_an_error_and_is_not_read_here(
    sent: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, kind, words = BOMBS[name]
    data, good = make(), zipped(FILES)

    def never(*_: Any, **__: Any) -> None:
        pytest.fail("what strangers sent is read in this process")

    monkeypatch.setattr("tomllib.loads", never)
    monkeypatch.setattr("zipfile.ZipFile.__init__", never)
    with pytest.raises(kind, match=words):
        sent(data)
    assert sent(good).files == FILES


def test_what_is_less_than_a_list_says_is_what_was_packed(sent: Any) -> None:
    assert sent(lying(4_000_000_000)).files["r.py"] == b"x" * 1000


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice(sent: Any) -> None:
    with pytest.raises(RecipeError, match=r'"r.py" twice'):
        sent(zipped([*FILES.items(), ("r.py", b"exit(0)")]))


def test_archives_in_archives_are_files_like_others(sent: Any) -> None:
    data = inner()
    assert sent(data).files["r.py"].startswith(b"PK")


def test_one_that_does_not_end_is_ended(readers: Readers, monkeypatch: pytest.MonkeyPatch, sent: Any) -> None:
    """What takes too long, of processor time or on the clock, or too much memory, is a recipe that cannot be read."""
    for limits in ({"SECONDS": 0}, {"MEMORY": 20 * MIB}):
        for name, value in limits.items():
            monkeypatch.setattr(apart, name, value)
        with pytest.raises(RecipeError, match=r"memory and time|memory than|not enough memory"):
            sent(zipped({**FILES, "r.py": os.urandom(15 * MIB)}))
        monkeypatch.undo()


def test_one_that_lies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who took over the process that reads sends what they like."""
    said = [b"", b"{}", b"\x00", b'{"type":"given"}', b'{"type":"wrong","kind":"root","what":"","remedy":""}']
    recipe = apart.msgspec.to_builtins(from_files(FILES, "R").recipe)
    bare = apart.msgspec.json.encode({"type": "given", "recipe": recipe, "names": [NAME, "r.py"]})
    wrong = recipe | {"affected": {"purl": "pkg:pypi/a"}}
    odd = apart.msgspec.json.encode({"type": "given", "recipe": wrong, "names": [NAME]})
    for values in ([each] for each in said):
        assert refused(monkeypatch, values)
    assert refused(monkeypatch, [bare])  # fewer files than it says
    assert refused(monkeypatch, [bare, b"1", b"2", b"3"])
    assert refused(monkeypatch, [odd, b"1"])  # no version, which reading it would have refused


def refused(monkeypatch: pytest.MonkeyPatch, values: list[bytes], read: Any = apart.recipe_sent) -> bool:
    class Lying:
        def values(self, *_: Any, **__: Any) -> Iterator[bytes]:
            return iter(values)

    with pytest.raises(RecipeError):
        read(Lying(), 0, "R")
    return True


def test_threads_may_share_it(readers: Readers) -> None:
    data = zipped({**FILES, "r.py": os.urandom(MIB)})

    def one(_: int) -> bytes:
        descriptor = os.memfd_create("sent", os.MFD_CLOEXEC)
        os.write(descriptor, data)
        try:
            return apart.recipe_sent(readers, descriptor, "R").files["r.py"]
        finally:
            os.close(descriptor)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(24)))) == 1


def test_a_patch_is_read_apart_as_it_is_here(sent: Any) -> None:
    text = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    for data in (text, b"no patch"):
        assert sent(data, apart.patch_read) == of_patch("R", data)


def test_who_lies_about_a_patch_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    patch = {"digest": "a" * 64, "hunks": 1}
    for said in ({}, patch | {"digest": "zz"}, patch | {"digest": "a" * 65}, patch | {"hunks": -1}):
        assert refused(monkeypatch, [apart.msgspec.json.encode(said)], apart.patch_read)
    assert refused(monkeypatch, [], apart.patch_read)
