"""Unified diffs, read so strictly that leaving out one hunk cannot change another.

Sources: GNU diffutils manual, "Detailed Description of Unified Format"
(https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html); ``git diff``, "Generating patch text
with -p" (https://git-scm.com/docs/diff-format#generate_patch_text_with_p), whose lines about modes and names are kept.
Text around the changes (the letter of ``git format-patch``) is kept too; binary changes are refused.

The laws: what was read is written again byte for byte; without some hunks, the others change the same lines, and say at
which line they come to stand.
"""

import re
from collections.abc import Collection, Iterator

import msgspec
from msgspec.structs import replace

from clearinghouse.formats.text import quoted
from clearinghouse.validation.errors import ValidationError

LARGEST = 8 * 2**20
"""Bytes of a patch."""
MOST_HUNKS = 10_000
MOST_LINES = 500_000

_HUNK = re.compile(rb"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))?+ \+([0-9]{1,9})(?:,([0-9]{1,9}))?+ @@")
_COUNTS = {b" ": (1, 1), b"-": (1, 0), b"+": (0, 1), b"\\": (0, 0)}
"""How many lines of the old and of the new file a line stands for, by its first byte."""
_EMPTY = (b"\n", b"\r\n")
"""An empty line that is in both files, where a program cut off the blank before it."""
_SIGNATURE = b"-- "
STAYS = (b"rename ", b"copy ", b"old mode ", b"new mode ")
"""Lines of git that change something without any hunk."""


class PatchError(ValidationError):
    """A text is no unified diff, or one that cannot be taken apart.

    Attributes:
        line: where, from 1.
    """

    def __init__(
        self, line: int, why: str, remedy: str = "give a unified diff as diff -u or git diff writes it"
    ) -> None:
        super().__init__(f"The patch is wrong at line {line:,}: {why}", remedy)
        self.line = line


class Hunk(msgspec.Struct, frozen=True):
    """One place of one file that is changed.

    Attributes:
        head: its first line. lines: the others; all as written, with their ends.
        old_start, old_count, new_start, new_count: what ``head`` says. Of nothing, the start is the line before it.
    """

    head: bytes
    lines: tuple[bytes, ...]
    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def section(self) -> str:
        """What stands behind the numbers: mostly the function that is changed. It is a stranger's text."""
        return self.head[_end_of_numbers(self.head) :].decode("utf-8", "replace").strip()


class Change(msgspec.Struct, frozen=True):
    """What is changed in one file.

    Attributes:
        before: lines that are only for people. header: those of git. names: the two that begin with ``---`` and
            ``+++``; none where there are no hunks. hunks: in the order of the file.
    """

    before: tuple[bytes, ...]
    header: tuple[bytes, ...]
    names: tuple[bytes, ...]
    hunks: tuple[Hunk, ...]

    @property
    def path(self) -> str:
        """The name of the new file, or of the old where it is deleted, without git's ``b/``; empty where no hunk is. It
        is a stranger's text, for people and for comparing, and never to be opened.
        """
        for line in reversed(self.names):
            name = line[4:].partition(b"\t")[0].rstrip(b"\r\n")
            if name != b"/dev/null":
                text = name.decode("utf-8", "replace")
                return text[2:] if text.startswith(("a/", "b/")) else text
        return ""


class Patch(msgspec.Struct, frozen=True):
    """A patch: what is changed in each file, and the lines behind it."""

    changes: tuple[Change, ...]
    after: tuple[bytes, ...] = ()

    @property
    def hunks(self) -> tuple[tuple[Change, Hunk], ...]:
        """All hunks, each with the change that it is of. Its place here is its number, from 0."""
        return tuple((change, hunk) for change in self.changes for hunk in change.hunks)


def read(data: bytes) -> Patch:
    """Return what a patch consists of.

    Raises:
        PatchError: it is none, contradicts itself, is larger than :data:`LARGEST`, or has more lines or hunks than
            :data:`MOST_LINES` and :data:`MOST_HUNKS`.
    """
    if len(data) > LARGEST:
        raise PatchError(1, f"it is larger than {LARGEST >> 20} MiB", "divide it into several patches")
    if data.count(b"\n") > MOST_LINES:
        raise PatchError(MOST_LINES + 1, f"it has more than {MOST_LINES:,} lines", "divide it into several patches")
    reader = _Reader(data)
    patch = Patch(tuple(reader.changes()), reader.rest())
    if not patch.hunks:
        raise PatchError(reader.number, "it ends without having changed a line of any file")
    return patch


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._lines = [line + b"\n" for line in data.split(b"\n")]
        self._lines[-1] = self._lines[-1][:-1]
        if not self._lines[-1]:
            del self._lines[-1]
        self._at = 0
        self._hunks = 0
        self._since = 0

    @property
    def number(self) -> int:
        """The number of the line that comes next, from 1."""
        return self._at + 1

    def rest(self) -> tuple[bytes, ...]:
        """What stands behind the last change."""
        return tuple(self._lines[self._since :])

    def changes(self) -> Iterator[Change]:
        git: int | None = None  # where the lines of git begin
        while self._at < len(self._lines):
            if self._is_names():
                yield self._change(git)
                git = None
            elif self._next_is(b"diff --git "):
                if git is not None:
                    yield self._without_hunks(git)
                git = self._at
                self._at += 1
            elif self._next_is(b"@@ -"):
                raise PatchError(self.number, "a hunk begins, and nothing before it says of which file")
            elif git is not None and self._next_is(b"GIT binary patch"):
                raise PatchError(self.number, "a binary file is changed, which has no hunks", "leave that file out")
            else:
                self._at += 1
        if git is not None:
            yield self._without_hunks(git)

    def _change(self, git: int | None) -> Change:
        names = self._at
        self._at += 2
        before, header = self._divided(git, names)
        hunks: list[Hunk] = []
        old = 0
        while self._next_is(b"@@ -"):
            start = self.number
            hunk = self._hunk()
            if _first(hunk.old_start, hunk.old_count) < old:
                raise PatchError(start, "the hunk begins before the end of the one before it")
            old = _first(hunk.old_start, hunk.old_count) + hunk.old_count
            hunks.append(hunk)
        if not hunks:
            raise PatchError(self.number, "a file is named, and no hunk of it follows")
        self._since = self._at
        return Change(before, header, tuple(self._lines[names : names + 2]), tuple(hunks))

    def _without_hunks(self, git: int) -> Change:
        """A change of names or modes alone. Text may stand behind it, which cannot be told from it."""
        before, header = self._divided(git, self._at)
        self._since = self._at
        return Change(before, header, (), ())

    def _divided(self, git: int | None, end: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        middle = end if git is None else git
        return tuple(self._lines[self._since : middle]), tuple(self._lines[middle:end])

    def _hunk(self) -> Hunk:
        self._hunks += 1
        if self._hunks > MOST_HUNKS:
            raise PatchError(self.number, f"it has more than {MOST_HUNKS:,} hunks", "divide it into several patches")
        head = self._lines[self._at]
        found = _HUNK.match(head)
        if found is None:
            raise PatchError(self.number, f"{quoted(head.decode('utf-8', 'replace'))} is no beginning of a hunk")
        old_start, old_count, new_start, new_count = (1 if text is None else int(text) for text in found.groups())
        self._at += 1
        lines = self._body(old_count, new_count)
        if not any(line.startswith((b"+", b"-")) for line in lines):
            raise PatchError(self.number, "the hunk before it changes nothing")
        return Hunk(head, lines, old_start, old_count, new_start, new_count)

    def _body(self, old: int, new: int) -> tuple[bytes, ...]:
        start = self._at
        while old or new:
            line = self._lines[self._at] if self._at < len(self._lines) else b""
            counts = (1, 1) if line in _EMPTY else _COUNTS.get(line[:1])
            if counts is None or counts[0] > old or counts[1] > new:
                raise PatchError(self.number, f"the hunk still lacks {old:,} old and {new:,} new lines here")
            old, new = old - counts[0], new - counts[1]
            self._at += 1
        if self._next_is(b"\\"):
            self._at += 1
        if self._goes_on():
            raise PatchError(self.number, "the hunk has more lines than it says at its beginning")
        return tuple(self._lines[start : self._at])

    def _goes_on(self) -> bool:
        """Whether the next line looks as if it were of the hunk that is over."""
        if self._is_names() or self._at >= len(self._lines):
            return False
        return self._next_is(b"+", b"-", b" ", b"\\") and self._lines[self._at].rstrip(b"\r\n") not in (
            b"--",
            _SIGNATURE,
        )

    def _is_names(self) -> bool:
        following = self._lines[self._at + 1 : self._at + 2]
        return self._next_is(b"--- ") and bool(following) and following[0].startswith(b"+++ ")

    def _next_is(self, *marks: bytes) -> bool:
        return self._at < len(self._lines) and self._lines[self._at].startswith(marks)


def _first(start: int, count: int) -> int:
    """How many lines stand before a hunk. That of a hunk of nothing says the last line before it."""
    return start - 1 if count else start


def _end_of_numbers(head: bytes) -> int:
    found = _HUNK.match(head)
    return found.end() if found else 0


def write(patch: Patch) -> bytes:
    """Return a patch as text."""
    lines: list[bytes] = []
    for change in patch.changes:
        lines += (*change.before, *change.header, *change.names)
        for hunk in change.hunks:
            lines += (hunk.head, *hunk.lines)
    return b"".join((*lines, *patch.after))


def without(patch: Patch, left_out: Collection[int]) -> Patch:
    """Return a patch without some of its hunks.

    Where no hunk of a file is left, its lines of git are left out too, unless its name or mode is changed as well.
    Where one patch changes a file several times (a series of commits), later changes rest on earlier ones, and are not
    moved with them.

    Args:
        left_out: numbers of hunks, as in :attr:`Patch.hunks`.
    """
    number = 0
    changes: list[Change] = []
    for change in patch.changes:
        kept = [hunk for at, hunk in enumerate(change.hunks, number) if at not in left_out]
        number += len(change.hunks)
        changes.append(change if len(kept) == len(change.hunks) else _with(change, kept))
    return Patch(tuple(changes), patch.after)


def _with(change: Change, hunks: list[Hunk]) -> Change:
    if not hunks:
        stays = any(line.startswith(STAYS) for line in change.header)
        header = tuple(line for line in change.header if not line.startswith(b"index ")) if stays else ()
        return Change(change.before, header, (), ())
    moved: list[Hunk] = []
    more = 0
    for hunk in hunks:
        first = _first(hunk.old_start, hunk.old_count) + more
        moved.append(_moved(hunk, first + 1 if hunk.new_count else first))
        more += hunk.new_count - hunk.old_count
    return replace(change, hunks=tuple(moved))


def _moved(hunk: Hunk, start: int) -> Hunk:
    found = _HUNK.match(hunk.head)
    if found is None or start == hunk.new_start:
        return hunk
    head = hunk.head[: found.start(3)] + b"%d" % start + hunk.head[found.end(3) :]
    return replace(hunk, head=head, new_start=start)
