"""The root folder of a container: a skeleton of empty folders, over which the parts of a system are mounted read-only.

The parts are ``/usr`` of this machine, or every folder of an image's unpacked root. Nothing is ever written into an
image: what a container needs beside it stands in the skeleton.
"""

import os
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox.contract import UnavailableError
from clearinghouse.sandbox.inside import ETC, HIDDEN, HOST_ETC, INSIDE

_OWN = ("dev", "proc", "run", "subject", "sys", "tmp", "work")
"""Folders that a container has of its own, whatever an image has there."""
_LIBRARIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_MOST = 100
"""Entries of a root folder; every one becomes a mount."""
_MOST_OF_ETC = 400
_ENGINES = ("hostname", "hosts", "mtab", "resolv.conf")
"""What an engine puts into ``/etc``."""
MASKED = tuple(f"/proc/{name}" for name in HIDDEN)


class Part(NamedTuple):
    """A file or folder that is mounted read-only: where it is, and where it comes to stand."""

    source: Path
    at: str


def make(skeleton: Path, image: Path | None, toolchains: tuple[Path, ...], *, etc: bool = True) -> list[Part]:
    """Make the skeleton at a folder, and return what belongs over it.

    Args:
        image: an image's unpacked root; None is this machine. toolchains: folders that are there beside, read-only.
        etc: whether ``/etc`` of an image is one part; else every entry of it is, for an engine that adds others.

    Raises:
        UnavailableError: the image is no root folder.
    """
    skeleton.mkdir(mode=0o755)
    for name in (*_OWN, "dev/pts", "dev/shm", "var", "usr"):
        (skeleton / name).mkdir(mode=0o755)
    parts = _of_image(skeleton, image, etc=etc) if image else _of_host(skeleton)
    if not os.path.lexists(skeleton / "var/tmp"):
        (skeleton / "var/tmp").symlink_to("/tmp")  # noqa: S108 - of the box
    for folder in toolchains:
        (skeleton / folder.relative_to("/")).mkdir(mode=0o755, parents=True, exist_ok=True)
    return [*parts, *(Part(folder, str(folder)) for folder in toolchains)]


def _of_host(skeleton: Path) -> list[Part]:
    etc = skeleton / "etc"
    etc.mkdir(mode=0o755)
    for name, text in ETC.items():
        (etc / name).write_text(text)
    parts = [Part(Path("/usr"), "/usr")]
    for name in _LIBRARIES:
        parts += _entry(skeleton, Path("/", name))
    for name in HOST_ETC:
        parts += _entry(etc, Path("/etc", name))
    return parts


def _of_image(skeleton: Path, image: Path, *, etc: bool) -> list[Part]:
    if not (image / "usr").is_dir() and not (image / "bin").is_dir():
        raise UnavailableError(f"{image} is no root folder of a system", "unpack an image there: it has /usr or /bin")
    if not (image / "etc").exists():
        (skeleton / "etc").mkdir(mode=0o755)
        (skeleton / "etc/passwd").write_text(ETC["passwd"].replace("65534", str(INSIDE)))
    entries = sorted(each for each in image.iterdir() if each.name not in _OWN)
    if len(entries) > _MOST:
        raise UnavailableError(f"{image} has {len(entries)} entries, of at most {_MOST}", "give the root of an image")
    if etc or not (image / "etc").is_dir() or (image / "etc").is_symlink():
        return [part for each in entries for part in _entry(skeleton, each)]
    (skeleton / "etc").mkdir(mode=0o755)
    files = sorted(each for each in (image / "etc").iterdir() if each.name not in _ENGINES)
    if len(files) > _MOST_OF_ETC:
        raise UnavailableError(
            f"/etc of {image} has {len(files)} entries, of at most {_MOST_OF_ETC}", "take a smaller image"
        )
    parts = [part for each in entries if each.name != "etc" for part in _entry(skeleton, each)]
    return [*parts, *(part for each in files for part in _entry(skeleton / "etc", each))]


def _entry(into: Path, source: Path) -> list[Part]:
    """Make what stands for one entry: the same link, or a folder or file to be mounted over."""
    at = into / source.name
    if source.is_symlink():
        at.symlink_to(os.readlink(source))
        return []
    if source.is_dir():
        at.mkdir(mode=0o755, exist_ok=True)
    elif source.is_file():
        at.touch(mode=0o644)
    else:
        return []
    inside = f"/{source.name}" if into.name != "etc" else f"/etc/{source.name}"
    return [Part(source, inside)]
