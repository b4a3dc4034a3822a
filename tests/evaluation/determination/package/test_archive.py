"""Archives: one form, to the byte; what is not in it is refused, however it was made."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import archive, names
from clearinghouse.evaluation.determination.package.archive import unpack, write_archive
from clearinghouse.evaluation.determination.package.opened import opened

PLAIN = {"a.json": b"one", "runs/b.eval": b"two" * 100, "runs/c.seals": b""}
BOMB = 1 << 24

_NAME = st.from_regex(r"[a-z0-9_]{1,6}(/[a-z0-9_.]{1,6}){0,2}", fullmatch=True).filter(lambda each: "/." not in each)


def written(folder: Path, files: dict[str, bytes]) -> bytes:
    path = folder / "written.zip"
    write_archive(path, files)
    return path.read_bytes()


def unpacked(folder: Path, data: bytes) -> list[str]:
    path, into = folder / "given.zip", folder / "into"
    path.write_bytes(data)
    into.mkdir(exist_ok=True)
    return unpack(path, into)


@given(st.dictionaries(_NAME, st.binary(max_size=60), max_size=6))
def test_what_goes_in_comes_out_and_its_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    try:
        data = written(folder, files)
    except PackageError:  # a name that is a file and a folder
        return
    assert written(folder, dict(reversed(files.items()))) == data
    assert sorted(unpacked(folder, data)) == sorted(files)
    assert {name: (folder / "into" / name).read_bytes() for name in files} == files


def test_every_reader_of_zip_reads_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(tmp_path, PLAIN))) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == PLAIN


def test_an_archive_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    write_archive(path, PLAIN)
    before = path.read_bytes()
    with pytest.raises(PackageError, match="cannot be read"):
        write_archive(path, {"a.json": tmp_path / "not there"})
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["out.zip"]


def made(files: list[tuple[str, bytes]], *, packed: int = zipfile.ZIP_STORED, mode: int = 0o100644) -> bytes:
    """An archive as the standard library makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as found:
        for name, data in files:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            member.compress_type = packed
            found.writestr(member, data)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "hostile",
    [
        lambda: b"",
        lambda: b"PK\x05\x06" + b"\xff" * 18,
        lambda: made([("a.json", b"\0" * BOMB)], packed=zipfile.ZIP_DEFLATED),
        lambda: made([("../out.json", b"out")]),
        lambda: made([("/tmp/out.json", b"out")]),
        lambda: made([("a\\b.json", b"out")]),
        lambda: made([("a.json", b"one"), ("a.json", b"two")]),
        lambda: made([("a.json", b"one"), ("A.json", b"two")]),
        lambda: made([("link", b"/etc/passwd")], mode=0o120777),
        lambda: made([(f"{each}.json", b"") for each in range(names.MOST_FILES + 1)]),
        lambda: made([("n" * 300, b"")]),
        lambda: made([("a/" * 12 + "b", b"")]),
        lambda: made([("con.json/", b"")]),
        lambda: made([(".hidden", b"")]),
    ],
)
def test_hostile_archives_are_refused_and_leave_nothing(tmp_path: Path, hostile: Callable[[], bytes]) -> None:
    with pytest.raises(PackageError):
        unpacked(tmp_path, hostile())
    assert not list((tmp_path / "into").rglob("*"))
    assert {each.name for each in tmp_path.iterdir()} == {"given.zip", "into"}


@pytest.mark.parametrize("form", ["appended", "before", "between", "longer", "shorter"])
def test_nothing_hides_beside_the_files(tmp_path: Path, form: str) -> None:
    data = written(tmp_path, PLAIN)
    changed = {
        "appended": data + b"x",
        "before": b"x" + data,
        "between": data[:33] + b"x" + data[33:],
        "longer": data.replace(b"\x2c\x01\0\0", b"\x2d\x01\0\0"),
        "shorter": data[:-1],
    }[form]
    assert changed != data
    with pytest.raises(PackageError, match="not as a package is written"):
        unpacked(tmp_path, changed)


def raw(files: list[tuple[bytes, bytes]], gap: bytes = b"", crc: int = 0) -> bytes:
    """An archive with every header as it should be, but for what is asked."""
    out, members = b"", []
    for name, data in files:
        members.append(archive._Member(name, len(out), len(data), zlib.crc32(data) ^ crc))
        out += members[-1].local() + data + (gap if len(members) < len(files) else b"")
    central = b"".join(each.central() for each in members)
    count = len(members)
    return out + central + archive._END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), len(out), 0)


def test_order_gaps_and_sums_are_looked_at(tmp_path: Path) -> None:
    one, two = (b"a", b"one"), (b"b", b"two")
    assert unpacked(tmp_path, raw([one, two])) == ["a", "b"]
    for hostile, says in (
        (raw([two, one]), "another order"),
        (raw([one, two], gap=b"x"), "stands between"),
        (raw([one, two], crc=1), "is damaged"),
    ):
        folder = tmp_path / says.replace(" ", "-")
        folder.mkdir()
        with pytest.raises(PackageError, match=says):
            unpacked(folder, hostile)


def test_a_size_beyond_the_archive_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    huge = archive._Member(b"a.json", 0, archive.LARGEST, 0)
    central = huge.central()
    end = archive._END.pack(b"PK\x05\x06", 0, 0, 1, 1, len(central), len(huge.local()), 0)
    with pytest.raises(PackageError, match="stands between"):
        unpacked(tmp_path, huge.local() + central + end)


def test_an_archive_without_a_list_is_no_package_and_a_link_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "plain.zip"
    write_archive(path, PLAIN)
    with pytest.raises(PackageError, match="no signed list"), opened(path):
        pass
    with pytest.raises(PackageError, match="no package and no folder"), opened(tmp_path / "nowhere"):
        pass
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "plan.toml").symlink_to("/etc/passwd")
    with pytest.raises(PackageError, match="is a link"), opened(folder):
        pass
