"""Runs inside a sandbox, with nothing but Python's own library: applies a unified diff.

    python3 patching.py FOLDER < DIFF

It reads what ``patch -p1`` and ``git apply`` read, but without fuzz: lines that are said to be there must be there.
Hunks may stand elsewhere, at the nearest place that fits and behind the hunk before; and where a file has other ends of
lines (LF, CRLF) than the diff, those of the file hold. What cannot be applied as a whole ends it with one sentence and
exit code 1, and so does a diff that changes nothing.
Source: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html,
https://git-scm.com/docs/diff-format
"""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
NULL = "/dev/null"
WORDS = ("rename from", "rename to", "copy from", "copy to", "new mode", "new file mode", "deleted file mode")
"""What git says of a file beside its lines."""


class Hunk(NamedTuple):
    """Lines before and after, with their ends, and the line (from 0) at which those before are said to stand."""

    at: int
    before: list[bytes]
    after: list[bytes]


def patch(root: Path, diff: bytes) -> None:
    """Apply a diff to what stands in a folder."""
    lines = diff.split(b"\n")
    head: dict[str, str] = {}
    at = changes = 0
    while at < len(lines):
        line = lines[at].rstrip(b"\r")
        if line.startswith(b"diff --git "):
            changes += without_lines(root, head)
            head = {"git": both(os.fsdecode(line[11:]))}
        elif line.startswith((b"GIT binary patch", b"Binary files ")):
            raise SystemExit("the patch changes a binary file, which cannot be applied")
        elif line.startswith((b"--- ", b"+++ ")):
            head[line[:3].decode()] = name_of(line)
        elif line.startswith(b"@@ ") and "+++" in head:
            at = changed(root, head, lines, at)
            head = {}
            changes += 1
            continue
        elif "git" in head:
            head.update({word: os.fsdecode(line[len(word) + 1 :]) for word in WORDS if line.startswith(word.encode())})
        at += 1
    if changes + without_lines(root, head) == 0:
        raise SystemExit("the patch holds no change that can be applied")


def both(names: str) -> str:
    """The name in ``a/NAME b/NAME``; empty where there are two, which are then told elsewhere."""
    half = len(names) // 2
    old, new = names[:half].partition("/")[2], names[half + 1 :].partition("/")[2]
    return new if old == new else ""


def name_of(line: bytes) -> str:
    """The path in a head of a diff, without its first part."""
    path = os.fsdecode(line[4:].split(b"\t")[0].strip())
    return path if path == NULL else path.partition("/")[2] or path


def without_lines(root: Path, head: dict[str, str]) -> int:
    """Carry out what git says of a file whose lines do not change; return how many changes that is."""
    if "+++" in head:
        raise SystemExit(f"the patch names {head['+++']!r} and does not say what changes")
    for verb in ("rename", "copy"):
        if f"{verb} from" in head and f"{verb} to" in head:
            old, new = head[f"{verb} from"], head[f"{verb} to"]
            settle(root, head, old, new, content(root, old))
            return 1
    name = head.get("git", "")
    if name and "new file mode" in head:
        settle(root, head, NULL, name, [])
    elif name and "deleted file mode" in head:
        content(root, name)
        settle(root, head, name, NULL, [])
    elif name and "new mode" in head:
        settle(root, head, name, name, content(root, name))
    else:
        return 0
    return 1


def changed(root: Path, head: dict[str, str], lines: list[bytes], at: int) -> int:
    """Apply the hunks of one file; return where they end."""
    old, new = head.get("---", NULL), head["+++"]
    if "rename to" not in head and "copy to" not in head and NULL not in {old, new}:
        old = new = new if below(root, new).is_file() else old  # diff can name both, such as x.orig and x
    if old == NULL and below(root, new).exists():
        raise SystemExit(f"the patch makes {new!r}, which is there already")
    found = [] if old == NULL else content(root, old)
    moved = least = 0
    while at < len(lines) and lines[at].startswith(b"@@ "):
        at, hunk = hunk_of(lines, at)
        place, after = fitted(found, hunk, hunk.at + moved, least)
        if place is None:
            raise SystemExit(f"the patch does not fit {old!r}: no place for the hunk at line {hunk.at + 1}")
        found[place : place + len(hunk.before)] = after
        least = place + len(after)
        moved = place - hunk.at + len(after) - len(hunk.before)
    settle(root, head, old, new, found)
    return at


def below(root: Path, name: str) -> Path:
    """Return the path of a name below a folder; end where it leads out, by its parts or by a link."""
    path = root.joinpath(name)
    whole = os.path.realpath(root)
    if ".." in path.parts or os.path.commonpath([whole, os.path.realpath(path)]) != whole or path == root:
        raise SystemExit(f"the patch names {name!r}, which leads out of the source")
    return path


def content(root: Path, name: str) -> list[bytes]:
    """The lines of a file, with their ends."""
    path = below(root, name)
    if not path.is_file():
        raise SystemExit(f"the patch changes {name!r}, which is not there")
    return [line for line in re.split(rb"(?<=\n)", path.read_bytes()) if line]


def settle(root: Path, head: dict[str, str], old: str, new: str, lines: list[bytes]) -> None:
    """Write what a file has become, under the name and with the mode that it has now."""
    if new == NULL:
        if lines:
            raise SystemExit(f"the patch removes {old!r}, which has more lines than it knows")
        below(root, old).unlink()
        return
    path = below(root, new)
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o644 if old == NULL else below(root, old).stat().st_mode & 0o777
    said = head.get("new file mode") or head.get("new mode")
    path.write_bytes(b"".join(lines))
    path.chmod(mode if said is None else 0o755 if said.endswith("755") else 0o644)
    if old not in {NULL, new} and "copy to" not in head:
        below(root, old).unlink()


def hunk_of(lines: list[bytes], at: int) -> tuple[int, Hunk]:
    """Return where a hunk ends, and the hunk: as many lines as its head says."""
    head = HUNK.match(lines[at])
    if head is None:
        raise SystemExit(f"line {at + 1} of the patch is no head of a hunk")
    begin, counts = int(head[1]), [1 if head[each] is None else int(head[each]) for each in (2, 4)]
    sides: tuple[list[bytes], list[bytes]] = ([], [])
    last: list[list[bytes]] = []
    at += 1
    while at < len(lines):
        mark, line = lines[at][:1], lines[at][1:]
        if mark == b"\\" and last:  # "\ No newline at end of file", of the line before
            for side in last:
                side[-1] = side[-1].removesuffix(b"\n").removesuffix(b"\r")
        elif [len(side) for side in sides] == counts:
            break
        else:
            # a line without anything is an empty one of both sides, from which an editor took the space
            last = [side for side, marks in zip(sides, (b" -\r", b" +\r"), strict=True) if mark in marks]
            for side in last:
                side.append((mark if mark == b"\r" else line) + b"\n")
            if not last or any(len(side) > count for side, count in zip(sides, counts, strict=True)):
                raise SystemExit(f"line {at + 1} of the patch does not belong into its hunk")
        at += 1
    if [len(side) for side in sides] != counts:
        raise SystemExit("the patch ends in the middle of a hunk")
    return at, Hunk(max(begin - 1, 0) if counts[0] else begin, *sides)


def fitted(found: list[bytes], hunk: Hunk, wanted: int, least: int) -> tuple[int | None, list[bytes]]:
    """The place where a hunk fits, not before ``least``, and the lines that come there; None where it fits nowhere."""
    place = nearest(found, hunk.before, wanted, least)
    if place is not None:
        return place, hunk.after
    end = b"\r\n" if any(line.endswith(b"\r\n") for line in found) else b"\n"
    before, after = ([re.sub(rb"\r?\n\Z", end, line) for line in side] for side in (hunk.before, hunk.after))
    return nearest(found, before, wanted, least), after


def nearest(found: list[bytes], before: list[bytes], wanted: int, least: int) -> int | None:
    """The place nearest to the wanted one where lines stand."""
    most = len(found) - len(before)
    if not before:  # nothing says where it belongs but its number
        return wanted if least <= wanted <= most else None
    for distance in range(max(wanted - least, most - wanted) + 1):
        for place in (wanted - distance, wanted + distance):
            if least <= place <= most and found[place : place + len(before)] == before:
                return place
    return None


if __name__ == "__main__":
    patch(Path(sys.argv[1]), sys.stdin.buffer.read())
