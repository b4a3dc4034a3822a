"""Patches by their hunks, and what they stop."""

import shutil
import subprocess
from difflib import SequenceMatcher, unified_diff
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.hunks import (
    FixDoesNotHoldError,
    Patch,
    PatchError,
    Role,
    read,
    which_hunks,
    without,
    write,
)
from clearinghouse.validation.hunks import patch as patches

LINES = st.lists(st.sampled_from(["a\n", "b\n", "\n", "-- \n", "--- a/x\n", "+++ b/x\n", "@@ -1 +1 @@\n", "c\r\n"]))


def diff(old: list[str], new: list[str], context: int = 3, path: str = "x") -> bytes:
    return "".join(unified_diff(old, new, f"a/{path}", f"b/{path}", n=context)).encode()


def applied(old: list[str], patch: Patch) -> list[str]:
    """The file after a patch of one file; each hunk has to be in its place, before and after."""
    out: list[str] = []
    at = 0
    for _, hunk in patch.hunks:
        first = hunk.old_start - (hunk.old_count > 0)
        out += old[at:first]
        assert len(out) == hunk.new_start - (hunk.new_count > 0)
        texts = [line.decode() for line in hunk.lines]
        assert old[first : first + hunk.old_count] == [text[1:] for text in texts if text[0] in " -"]
        out += [text[1:] for text in texts if text[0] in " +"]
        at = first + hunk.old_count
    return out + old[at:]


def partly(old: list[str], new: list[str], context: int, left_out: set[int]) -> list[str]:
    """What the file is when some of the groups of changes are not made, worked out without any patch."""
    out: list[str] = []
    at = 0
    for number, group in enumerate(SequenceMatcher(None, old, new).get_grouped_opcodes(context)):
        for kind, low, high, new_low, new_high in group:
            out += old[at:low]
            out += old[low:high] if kind == "equal" or number in left_out else new[new_low:new_high]
            at = high
    return out + old[at:]


# Reading and writing


@given(LINES, LINES, st.integers(0, 3), st.data())
def test_without_some_hunks_the_others_change_the_same_lines(
    old: list[str], new: list[str], context: int, drawn: st.DataObject
) -> None:
    data = diff(old, new, context)
    if not data:
        return
    patch = read(data)
    assert write(patch) == data
    assert applied(old, patch) == new
    left_out = drawn.draw(st.sets(st.integers(0, len(patch.hunks) - 1)))
    less = without(patch, left_out)
    assert applied(old, less) == partly(old, new, context, left_out)
    assert len(less.hunks) == len(patch.hunks) - len(left_out)
    assert not less.hunks or [hunk for _, hunk in read(write(less)).hunks] == [hunk for _, hunk in less.hunks]


@given(LINES, LINES, LINES, LINES, st.binary(max_size=3), st.integers(0, 400), st.integers(0, 3))
def test_a_damaged_patch_is_refused_or_kept_as_it_is(
    old: list[str], new: list[str], more: list[str], other: list[str], noise: bytes, at: int, cut: int
) -> None:
    data = diff(old, new) + diff(more, other, path="y")
    data = data[:at] + noise + data[at + cut :]
    try:
        patch = read(data)
    except PatchError:
        return
    assert write(patch) == data


LETTER = b"""\
From 0123456 Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Subject: [PATCH] Check the size

---
 lib/a.c | 4 ++--
 new name.c => b.c | 0

diff --git a/lib/a.c b/lib/a.c
index 1111111..2222222 100644
--- a/lib/a.c
+++ b/lib/a.c
@@ -1,2 +1,3 @@
 one
+more
 two
@@ -10 +11 @@ int read(int size)
-old
+new
\\ No newline at end of file
diff --git a/old.c b/b.c
similarity index 100%
rename from old.c
rename to b.c
diff --git a/old.txt b/renamed.txt
similarity index 90%
rename from old.txt
rename to renamed.txt
index 3333333..4444444 100644
--- a/old.txt
+++ b/renamed.txt
@@ -3,0 +4,2 @@
+x
+y
diff --git a/made.txt b/made.txt
new file mode 100644
index 0000000..5555555
--- /dev/null
+++ b/made.txt
@@ -0,0 +1 @@
+made
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
index 6666666..0000000
--- a/gone.txt
+++ /dev/null
@@ -1,2 +0,0 @@
-gone
-
--\x20
2.39.2

"""


def test_a_letter_of_git_is_read_whole() -> None:
    patch = read(LETTER)
    assert write(patch) == LETTER
    assert [change.path for change in patch.changes] == ["lib/a.c", "", "renamed.txt", "made.txt", "gone.txt"]
    assert [(hunk.old_start, hunk.new_start) for _, hunk in patch.hunks] == [(1, 1), (10, 11), (3, 4), (0, 1), (1, 0)]
    assert patch.hunks[1][1].section == "int read(int size)"
    assert patch.after == (b"-- \n", b"2.39.2\n", b"\n")


def test_what_is_left_of_files_without_hunks() -> None:
    text = write(without(read(LETTER), {0, 2, 3, 4}))
    assert b"@@ -10 +10 @@ int read(int size)\n-old\n+new\n\\ No newline at end of file\n" in text
    assert b"rename from old.txt\nrename to renamed.txt\n-- \n" in text
    assert b"made.txt" not in text
    assert b"gone.txt" not in text
    assert read(text).hunks[0][1].new_start == 10


def test_empty_lines_may_lack_their_blank() -> None:
    data = b"--- a\n+++ b\n@@ -1,3 +1,3 @@\n\n-x\n+y\n\r\n"
    assert write(read(data)) == data


HEAD = b"--- a/x\n+++ b/x\n"


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"", 1, "without having changed"),
        (b"just\ntext\n", 3, "without having changed"),
        (b"@@ -1 +1 @@\n-a\n+b\n", 1, "of which file"),
        (HEAD, 3, "no hunk"),
        (HEAD + b"@@ -1 +1 @\n-a\n+b\n", 3, "no beginning"),
        (HEAD + b"@@ -1 +1234567890 @@\n-a\n+b\n", 3, "no beginning"),
        (HEAD + b"@@ -1,2 +1 @@\n-a\n+b\n", 6, "lacks 1 old and 0 new"),
        (HEAD + b"@@ -1 +1,2 @@\n-a\n+b\nother\n", 6, "lacks 0 old and 1 new"),
        (HEAD + b"@@ -1 +1 @@\n-a\n-b\n+c\n", 5, "lacks"),
        (HEAD + b"@@ -1,2 +0,0 @@\n-a\n\n", 5, "lacks 1 old and 0 new"),
        (HEAD + b"@@ -1 +1 @@\n-a\n+b\n+c\n", 6, "more lines"),
        (HEAD + b"@@ -1 +1 @@\n-a\n+b\n c\n", 6, "more lines"),
        (HEAD + b"@@ -1 +1 @@\n a\n", 5, "changes nothing"),
        (HEAD + b"@@ -5 +5 @@\n-a\n+b\n@@ -5 +5 @@\n-a\n+b\n", 6, "before the end"),
        (HEAD + b"@@ -0 +1 @@\n-a\n+b\n", 3, "before the end"),
        (b"diff --git a/x b/x\nindex 1..2\nGIT binary patch\nliteral 3\n", 3, "binary"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(data: bytes, line: int, why: str) -> None:
    with pytest.raises(PatchError, match=why) as refused:
        read(data)
    assert refused.value.line == line
    assert f"line {line}:" in refused.value.what
    assert refused.value.remedy


def test_a_patch_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PatchError, match="larger than 8 MiB"):
        read(b"x" * (patches.LARGEST + 1))
    monkeypatch.setattr(patches, "MOST_HUNKS", 2)
    with pytest.raises(PatchError, match="more than 2 hunks"):
        read(HEAD + b"".join(b"@@ -%d +%d @@\n-a\n+b\n" % (at, at) for at in range(1, 4)))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_applies_what_is_left(tmp_path: Path) -> None:
    old = [f"line {number}\n" for number in range(60)]
    new = [*old[:5], "in\n", "serted\n", *old[5:20], *old[23:40], "changed\n", *old[41:]]
    patch = read(diff(old, new))
    assert len(patch.hunks) == 3
    for left_out in ({0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}):
        (tmp_path / "x").write_text("".join(old))
        command = ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"]
        subprocess.run(command, input=write(without(patch, left_out)), cwd=tmp_path, check=True)
        assert (tmp_path / "x").read_text() == "".join(partly(old, new, 3, left_out))


# Which hunks stop a reproducer


def fix(count: int) -> bytes:
    """A patch of so many hunks, each of which makes one letter large."""
    old = [f"{chr(97 + number % 26)}{number}\n" if at == 0 else "\n" for number in range(count) for at in range(9)]
    return diff(old, [line.upper() for line in old])


def kept(candidate: bytes) -> set[int]:
    """The numbers of the hunks of :func:`fix` that a candidate has."""
    return {int(line[2:]) for line in candidate.splitlines() if line[:1] == b"+" and line[2:].isdigit()}


@given(st.integers(2, 12), st.data())
def test_needed_are_those_without_which_it_shows(count: int, drawn: st.DataObject) -> None:
    needed = drawn.draw(st.sets(st.integers(0, count - 1), min_size=1))
    untold = drawn.draw(st.sets(st.integers(0, count - 1)))
    ran: list[bytes] = []

    def holds(candidate: bytes) -> bool | None:
        ran.append(candidate)
        gone = set(range(count)) - kept(candidate)
        return None if gone & untold else not gone & needed

    roles = which_hunks(fix(count), holds)
    assert [each.number for each in roles] == list(range(count))
    for each in roles:
        expected = Role.NEEDED if each.number in needed else Role.SPARE
        assert each.role is (Role.UNKNOWN if each.number in untold else expected)
        assert (each.path, each.line) == ("x", max(each.number * 9 - 2, 1))
    assert len(ran) == count + 1
    assert ran[0] == fix(count)


def test_a_single_hunk_is_needed_and_not_run_without() -> None:
    ran: list[bytes] = []
    (only,) = which_hunks(fix(1), lambda each: ran.append(each) is None)
    assert (only.role, ran) == (Role.NEEDED, [fix(1)])


def test_of_two_hunks_that_each_would_do_neither_is_needed() -> None:
    def holds(candidate: bytes) -> bool:
        return bool(kept(candidate) & {2, 5})

    assert {each.role for each in which_hunks(fix(8), holds)} == {Role.SPARE}


def test_a_fix_that_does_not_hold_has_no_part_that_does() -> None:
    for answer in (False, None):
        with pytest.raises(FixDoesNotHoldError):
            which_hunks(fix(2), lambda _, told=answer: told)
    with pytest.raises(ValidationError, match="3 hunks, and at most 2"):
        which_hunks(fix(3), lambda _: True, most=2)
