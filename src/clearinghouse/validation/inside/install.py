"""Runs inside a sandbox, with nothing but Python's own library: unpacks what was fetched to where it is used.

    python3 install.py < PLAN as JSON

It is in the sandbox because archives are untrusted. Even there nothing is written outside of the folder that a step
names, so that what a recipe says is what happens. Each step of a plan says what to ``do``, with which ``file``, and
where (``into``): ``wheel`` (into a folder that Python imports from), ``source`` (without the folder that all of it
stands in), ``crate`` (into vendored sources), ``put`` (one file).

What cannot be done ends it with one sentence and exit code 1.
"""

import calendar
import hashlib
import json
import os
import shutil
import stat
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, NamedTuple

LATEST = 1 << 33
"""The latest time of a file that is set, in seconds since 1970; not all file systems take what is beyond."""


class Member(NamedTuple):
    """One member of an archive: the parts of its name, what it is, and where its content is read."""

    parts: tuple[str, ...]
    kind: str
    mode: int = 0
    time: float = 0.0
    target: str = ""
    content: IO[bytes] | None = None


def wheel(step: dict[str, Any]) -> None:
    """Unpack a wheel (https://packaging.python.org/specifications/binary-distribution-format/)."""
    into = Path(step["into"])
    extract(step["file"], into, strip=False)
    for data in into.glob("*.data"):
        if not data.is_dir():
            continue
        for kind in ("purelib", "platlib"):
            if (data / kind).is_dir():
                shutil.copytree(data / kind, into, dirs_exist_ok=True)
        if (data / "scripts").is_dir():
            shutil.copytree(data / "scripts", into / "bin", dirs_exist_ok=True)
            for script in (into / "bin").iterdir():
                script.chmod(script.stat().st_mode | 0o111)
        shutil.rmtree(data)


def source(step: dict[str, Any]) -> None:
    """Unpack an archive, without the one folder that all of it stands in."""
    extract(step["file"], Path(step["into"]), strip=True)


def crate(step: dict[str, Any]) -> None:
    """Unpack a crate to where Cargo looks for vendored sources, with the digest that it wants to see there."""
    into, settings = Path(step["into"]), Path(step["settings"])
    source(step)
    digest = hashlib.sha256(Path(step["file"]).read_bytes()).hexdigest()
    (into / ".cargo-checksum.json").write_text(json.dumps({"files": {}, "package": digest}))
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        f'[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "{into.parent}"\n'
        "[net]\noffline = true\n"
    )


def put(step: dict[str, Any]) -> None:
    """Put a file to where it belongs."""
    to = Path(step["into"])
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(step["file"], to)


def extract(file: str, into: Path, *, strip: bool) -> None:
    """Unpack an archive below a folder. Links that lead out of it, and what is no file, are left out, and said so.

    Args:
        strip: whether the folder that all of it stands in is left out.
    """
    into.mkdir(parents=True, exist_ok=True)
    skip = strip and all_in_one_folder(file)
    for member in members(file):
        write(member._replace(parts=member.parts[skip:]), into, skip)


def all_in_one_folder(file: str) -> bool:
    """Whether all members of an archive stand in one folder."""
    names = [member.parts for member in members(file) if member.parts]
    return len({parts[0] for parts in names}) == 1 and any(len(parts) > 1 for parts in names)


def members(file: str) -> Iterator[Member]:
    """Yield the members of an archive, as they come."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from zipped(archive)
        return
    with tarfile.open(file) as tar:
        yield from tarred(tar)


def zipped(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Yield the members of a zip file; what made it on Unix left the mode in the upper half of the attributes."""
    for info in archive.infolist():
        mode = info.external_attr >> 16
        kind = "folder" if info.is_dir() else "link" if stat.S_ISLNK(mode) else "file"
        try:
            time = float(calendar.timegm((*info.date_time, 0, 0, 0)))
        except ValueError:  # a zip file may name a month 0
            time = 0.0
        with archive.open(info) as content:
            target = os.fsdecode(content.read(4096)) if kind == "link" else ""
            yield Member(parts_of(info.filename), kind, mode, time, target, content)


def tarred(archive: tarfile.TarFile) -> Iterator[Member]:
    """Yield the members of a tar file."""
    for info in archive:
        kinds = {"file": info.isfile(), "folder": info.isdir(), "link": info.issym(), "hard link": info.islnk()}
        kind = next((name for name, holds in kinds.items() if holds), "device or pipe")
        content = archive.extractfile(info) if kind == "file" else None
        yield Member(parts_of(info.name), kind, info.mode, info.mtime, info.linkname, content)
        archive.members = []  # type: ignore[attr-defined] # it keeps all, and of a hostile archive there is no end


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of the name of a member; it begins at the folder, wherever it says that it begins."""
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    if ".." in parts:
        raise SystemExit(f"a member is named {name[:200]!r}, which leads out of the archive")
    return parts


def write(member: Member, into: Path, skip: int) -> None:
    """Write one member below a folder. Times are kept, because make looks at them; a hard link becomes a copy."""
    path = into.joinpath(*member.parts)
    if not member.parts:
        return
    if not leads_in(into, path.parent):
        raise SystemExit(f"a member is named {'/'.join(member.parts)[:200]!r}, where a link leads out of the archive")
    if member.kind == "folder":
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.kind == "link" and leads_in(into, path.parent / member.target):
        free(path)
        path.symlink_to(member.target)
    elif member.kind == "file" and member.content:
        free(path)
        with closing(member.content), path.open("xb") as out:
            shutil.copyfileobj(member.content, out)
        finish(path, member.mode, member.time)
    elif member.kind == "hard link" and leads_in(into, other := into.joinpath(*parts_of(member.target)[skip:])):
        free(path)
        shutil.copyfile(other, path)
        finish(path, other.stat().st_mode, member.time)
    else:
        print(f"{'/'.join(member.parts)!r} is left out: {member.kind} {member.target!r}", file=sys.stderr)


def free(path: Path) -> None:
    """Take away what stands at a path, for of two members with one name the later counts."""
    if path.is_symlink() or path.is_file():
        path.unlink()


def finish(path: Path, mode: int, time: float) -> None:
    """Give a file the mode and the time that an archive says; it can always be read and written."""
    path.chmod(mode & 0o755 | 0o644)
    time = max(0.0, min(time, LATEST))
    os.utime(path, (time, time))


def leads_in(root: Path, path: Path) -> bool:
    """Whether a path, with all links followed, is in a folder."""
    whole = os.path.realpath(root)
    return os.path.commonpath([whole, os.path.realpath(path)]) == whole


def main() -> None:
    """Carry out the plan."""
    for step in json.loads(sys.stdin.buffer.read()):
        try:
            globals()[step["do"]](step)
        except Exception as error:  # of a hostile archive anything can come; a person reads one sentence of it
            name = os.path.basename(step["file"])
            why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            if isinstance(error, tarfile.ReadError):  # it says of each packing why it is not that
                why = "it is neither a tar file (also packed with gzip, bzip2 or xz) nor a zip file, or it was cut"
            raise SystemExit(f"{name} cannot be unpacked: {why}") from None


if __name__ == "__main__":
    main()
