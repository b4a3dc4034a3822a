"""What is taken for a backup, and what is not; nothing of this needs a database."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyrage
import pytest

from clearinghouse.server.operate.backup.manifest import PIECE, Tally
from clearinghouse.server.operate.backup.reading import unpack
from clearinghouse.server.operate.backup.streams import Counted, Feed, end, member
from clearinghouse.server.operate.errors import RestoreError

IDENTITY = pyrage.x25519.Identity.generate()
ABOUT = {
    "form": 1,
    "software": "0.1.0",
    "engine": "sqlite",
    "made_at": "2026-11-22T20:00:00Z",
    "installation": "00" * 32,
    "migrations": [],
}
SEALED = b"sealed bytes " * 1000
NAME = hashlib.sha256(SEALED).hexdigest()
NAME = f"{NAME[:2]}/{NAME}"
PIECES = (b"a" * 100, b"b" * 50)
Parts = dict[str, bytes]


def parts() -> Parts:
    """What stands in a whole backup."""
    tally = Tally()
    tally.config(b"config")
    for piece in PIECES:
        tally.piece(piece)
    tally.blob(NAME, len(SEALED))
    return {
        "about.json": msgspec.json.encode(ABOUT),
        "config.toml": b"config",
        "database/00000000": PIECES[0],
        "database/00000001": PIECES[1],
        f"blobs/{NAME}": SEALED,
        "manifest.json": msgspec.json.encode(tally.facts()),
    }


def archive(found: Parts) -> bytes:
    return b"".join(b"".join(member(name, data)) for name, data in found.items()) + end()


def encrypted(clear: bytes) -> bytes:
    data: bytes = pyrage.encrypt(clear, [IDENTITY.to_public()])
    return data


def refused(data: bytes, folder: Path) -> str:
    folder.mkdir()
    with pytest.raises(RestoreError) as told:
        unpack(io.BytesIO(data), [IDENTITY], folder)
    assert told.value.remedy
    return told.value.what


def test_a_whole_one(tmp_path: Path) -> None:
    found = unpack(io.BytesIO(encrypted(archive(parts()))), [pyrage.x25519.Identity.generate(), IDENTITY], tmp_path)
    assert found.database.read_bytes() == b"".join(PIECES)
    assert (found.blobs / NAME).read_bytes() == SEALED
    assert found.config == b"config"
    assert (found.about.engine, found.manifest.blobs) == ("sqlite", 1)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "blobs").rglob("*")} == {0}


def without(name: str) -> Callable[[Parts], Parts]:
    return lambda found: {key: data for key, data in found.items() if key != name}


def changed(name: str, data: bytes) -> Callable[[Parts], Parts]:
    return lambda found: found | {name: data}


def renamed(name: str, other: str) -> Callable[[Parts], Parts]:
    return lambda found: {other if key == name else key: data for key, data in found.items()}


def backwards(found: Parts) -> Parts:
    return dict(reversed(found.items()))


FOREIGN, NO_END, NOT_SO = "this is no backup", "it has no end", "not what its manifest says"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without("about.json"), FOREIGN),
        (without("manifest.json"), NO_END),
        (without("database/00000001"), NOT_SO),
        (without("database/00000000"), FOREIGN),
        (without(f"blobs/{NAME}"), NOT_SO),
        (without("config.toml"), NOT_SO),
        (changed("config.toml", b"other"), NOT_SO),
        (changed("database/00000001", b"c" * 50), NOT_SO),
        (changed(f"blobs/{NAME}", SEALED[:-1] + b"!"), "not what their name says"),
        (changed("about.json", msgspec.json.encode(ABOUT | {"form": 2})), "does not know"),
        (changed("about.json", b"[]"), FOREIGN),
        (changed("about.json", b" " * 5_000_000), FOREIGN),
        (changed("manifest.json", b"{}"), FOREIGN),
        (changed("more", b""), FOREIGN),
        (renamed("database/00000001", "database/../../x"), FOREIGN),
        (renamed(f"blobs/{NAME}", "blobs/../../x"), FOREIGN),
        (renamed(f"blobs/{NAME}", f"/blobs/{NAME}"), FOREIGN),
        (changed("database/00000001", b"b" * (PIECE + 1)), FOREIGN),
        (backwards, FOREIGN),
        (lambda found: {}, FOREIGN),
    ],
)
def test_another_content(change: Callable[[Parts], Parts], says: str, tmp_path: Path) -> None:
    assert says in refused(encrypted(archive(change(parts()))), tmp_path / "staging")
    assert [path.name for path in tmp_path.iterdir()] == ["staging"]


def test_another_kind_of_member(tmp_path: Path) -> None:
    clear = io.BytesIO()
    with tarfile.open(fileobj=clear, mode="w") as made:
        for name, data in parts().items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            made.addfile(head, io.BytesIO(data))
        head = tarfile.TarInfo("blobs/link")
        head.type, head.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(head)
    assert FOREIGN in refused(encrypted(clear.getvalue()), tmp_path / "staging")


def test_the_same_twice(tmp_path: Path) -> None:
    found = parts()
    twice = b"".join(b"".join(member(f"blobs/{NAME}", SEALED)) for _ in range(2))
    at = archive(found).index(b"manifest.json")
    clear = archive(found)
    assert FOREIGN in refused(encrypted(clear[:at] + twice + clear[at:]), tmp_path / "staging")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: b"", "no backup"),
        (lambda data: b"hello, world\n" * 1000, "no backup"),
        (lambda data: data[:100], "no backup"),
        (lambda data: data[:-1], "damaged or cut"),
        (lambda data: data[:5000], "damaged or cut"),
        (lambda data: data[:4000] + bytes([data[4000] ^ 1]) + data[4001:], "damaged or cut"),
        (lambda data: data + b"more", "damaged or cut"),
        (lambda data: pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()]), "not for this identity"),
        (lambda data: encrypted(b"hello " * 10_000), FOREIGN),
        (lambda data: encrypted(bytes(100_000)), FOREIGN),
    ],
)
def test_another_stream(change: Callable[[bytes], bytes], says: str, tmp_path: Path) -> None:
    assert says in refused(change(encrypted(archive(parts()))), tmp_path / "staging")


@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_cut_where_the_encryption_has_a_boundary(boundary: int, tmp_path: Path) -> None:
    found = parts() | {"config.toml": bytes(250_000)}
    data = encrypted(archive(found))
    head = len(data) - (len(archive(found)) + 16 * (-(-len(archive(found)) // 65_536)))
    assert "damaged or cut" in refused(data[: head + boundary * 65_552], tmp_path / "staging")


def test_what_goes_wrong_below_the_encryption_is_known() -> None:
    def pieces() -> list[bytes]:
        raise KeyboardInterrupt

    feed = Feed(piece for _ in range(1) for piece in pieces())
    with pytest.raises(BaseException):  # noqa: B017 - the library makes its own of it
        pyrage.encrypt_io(feed, io.BytesIO(), [IDENTITY.to_public()])
    assert isinstance(feed.failed, KeyboardInterrupt)
    out = Counted(open("/dev/full", "wb", buffering=0))  # noqa: SIM115
    with pytest.raises(pyrage.EncryptError):
        pyrage.encrypt_io(io.BytesIO(bytes(10**6)), out, [IDENTITY.to_public()])
    assert isinstance(out.failed, OSError)
    out._file.close()
