"""Runs inside a sandbox, with nothing but Python's own library: unpacks what was fetched to where it is used.

    python3 install.py < PLAN as JSON

It is in the sandbox because archives are untrusted; what they do with their paths stays inside. Steps of a plan:
``wheel`` (into a folder that Python imports from), ``node`` (into node_modules), ``crate`` (into vendored sources),
``source`` (into /subject/source, without the folder that all of it stands in), ``patch``.
"""

import hashlib
import json
import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

SOURCE = Path("/subject/source")


def wheel(step: dict[str, Any]) -> None:
    """Unpack a wheel (https://packaging.python.org/specifications/binary-distribution-format/)."""
    into = Path(step["into"])
    into.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(step["file"]) as archive:
        archive.extractall(into)  # noqa: S202 - inside a sandbox
    for data in into.glob("*.data"):
        for kind in ("purelib", "platlib"):
            if (data / kind).is_dir():
                shutil.copytree(data / kind, into, dirs_exist_ok=True)
        scripts = data / "scripts"
        if scripts.is_dir():
            shutil.copytree(scripts, into / "bin", dirs_exist_ok=True)
        shutil.rmtree(data)


def unpacked(file: str, into: Path) -> None:
    """Unpack an archive, without the one folder that all of it stands in."""
    temporary = into.parent / f".{into.name}.new"
    temporary.mkdir(parents=True)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(temporary)  # noqa: S202 - inside a sandbox
    else:
        with tarfile.open(file) as archive:
            options: dict[str, Any] = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
            archive.extractall(temporary, **options)  # noqa: S202 - inside a sandbox
    entries = list(temporary.iterdir())
    root = entries[0] if len(entries) == 1 and entries[0].is_dir() else temporary
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, os.stat(path).st_mode | 0o600 | (0o100 if os.path.isdir(path) else 0))
    into.parent.mkdir(parents=True, exist_ok=True)
    if into.exists():
        shutil.copytree(root, into, dirs_exist_ok=True, symlinks=True)
    else:
        root.rename(into)
    shutil.rmtree(temporary, ignore_errors=True)


def node(step: dict[str, Any]) -> None:
    """Unpack a package of npm to where Node finds it."""
    unpacked(step["file"], Path("/subject/node_modules", step["name"]))


def crate(step: dict[str, Any]) -> None:
    """Unpack a crate to where Cargo looks for vendored sources, with the digest that it wants to see there."""
    into = Path("/subject/vendor", f"{step['name']}-{step['version']}")
    unpacked(step["file"], into)
    digest = hashlib.sha256(Path(step["file"]).read_bytes()).hexdigest()
    (into / ".cargo-checksum.json").write_text(json.dumps({"files": {}, "package": digest}))
    settings = Path("/subject/.cargo/config.toml")
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(
        '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "/subject/vendor"\n'
        "[net]\noffline = true\n"
    )


def source(step: dict[str, Any]) -> None:
    """Unpack a source archive."""
    unpacked(step["file"], SOURCE)


def put(step: dict[str, Any]) -> None:
    """Put a file into the source."""
    to = SOURCE / step["name"]
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(step["file"], to)


def patch(step: dict[str, Any]) -> None:
    """Apply a unified diff: without fuzz, but hunks may stand elsewhere, at the nearest place that fits."""
    root = Path(step["into"])
    old: str | None = None
    lines = Path(step["file"]).read_bytes().split(b"\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(b"--- "):
            old = name_of(line)
        elif line.startswith(b"+++ ") and old is not None:
            at = patched(root, old, name_of(line), lines, at + 1)
            old = None
            continue
        at += 1


def name_of(line: bytes) -> str:
    """The path in a head of a diff, without its first part."""
    path = line[4:].split(b"\t")[0].strip().decode()
    return path if path == "/dev/null" else path.partition("/")[2] or path


def patched(root: Path, old: str, new: str, lines: list[bytes], at: int) -> int:
    """Apply the hunks of one file; return where they end."""
    path = root / (new if old == "/dev/null" else old)
    found = [] if old == "/dev/null" else path.read_bytes().split(b"\n")
    moved = 0
    while at < len(lines) and lines[at].startswith(b"@@ "):
        head = lines[at].split(b" ")
        begin = abs(int(head[1].split(b",")[0]))
        at, before, after = hunk(lines, at)
        place = nearest(found, before, max(begin - 1, 0) + moved)
        if place is None:
            raise SystemExit(f"the patch does not fit {path}: no place for the hunk at line {begin}")
        found[place : place + len(before)] = after
        moved = place - max(begin - 1, 0) + len(after) - len(before)
    if new == "/dev/null":
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\n".join(found))
    return at


def hunk(lines: list[bytes], at: int) -> tuple[int, list[bytes], list[bytes]]:
    """Return where a hunk ends, and its lines before and after, as many as its head says."""
    head = lines[at].split(b" ")
    counts = [int(each.split(b",")[1]) if b"," in each else 1 for each in (head[1][1:], head[2][1:])]
    before: list[bytes] = []
    after: list[bytes] = []
    at += 1
    while at < len(lines) and (len(before) < counts[0] or len(after) < counts[1]):
        mark, line = lines[at][:1], lines[at][1:]
        if mark in {b" ", b"-", b""}:
            before.append(line)
        if mark in {b" ", b"+", b""}:
            after.append(line)
        at += 1
    while at < len(lines) and lines[at].startswith(b"\\"):
        at += 1
    return at, before, after


def nearest(found: list[bytes], before: list[bytes], wanted: int) -> int | None:
    """The place nearest to the wanted one where lines stand."""
    places = range(len(found) - len(before) + 1)
    fitting = (place for place in places if found[place : place + len(before)] == before)
    return min(fitting, key=lambda place: abs(place - wanted), default=None)


if __name__ == "__main__":
    for each in json.loads(sys.stdin.read()):
        globals()[each["do"]](each)
