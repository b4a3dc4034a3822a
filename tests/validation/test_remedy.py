"""When two recipes name the same remedy."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.recipe import from_files
from clearinghouse.validation.remedy import Kind, remedy_of

PATCH = """--- a/app.py
+++ b/app.py
@@ -1,2 +1,2 @@
 import sys
-print("LEAKED")
+print("fine")
--- a/zoo.py
+++ b/zoo.py
@@ -7 +7 @@ def zoo
-a
+b
"""
MOVED = """From 1234 Mon Sep 17 00:00:00 2001
Subject: [PATCH] A letter

diff --git a/zoo.py b/zoo.py
index 1..2 100644
--- a/zoo.py
+++ b/zoo.py
@@ -70 +71 @@
-a
+b
diff --git a/app.py b/app.py
--- a/app.py\t2026-01-01
+++ b/app.py
@@ -10,2 +10,2 @@ class Other
 import sys
-print("LEAKED")
+print("fine")
--\x20
2.43.0
"""


def a_recipe(affected='purl = "pkg:pypi/thing@1.0"', fixed='purl = "pkg:pypi/thing@1.1"', **files):
    text = f"""format = 1
title = "a"
[affected]
{affected}
{"[fixed]" if fixed else ""}
{fixed}
[reproducer]
command = ["python3"]
[shows]
by = "exit"
code = 1
"""
    named = {name.replace("_", "."): data for name, data in files.items()}
    return from_files({"recipe.toml": text.encode(), **named}, "here")


def patched(text):
    return remedy_of(a_recipe(fixed='patch = "fix.patch"', fix_patch=text.encode()))


def test_a_patch_is_the_same_whatever_letter_it_came_in_and_wherever_it_applies():
    one, other = patched(PATCH), patched(MOVED)
    assert one == other
    assert (one.kind, one.name, one.hunks) == (Kind.PATCH, "fix.patch", 2)


@pytest.mark.parametrize(
    "change",
    [
        ('print("fine")', 'print( "fine")'),
        ("+++ b/zoo.py", "+++ b/zoo2.py"),
        ("+b", "+c"),
        (" import sys", " import os"),
    ],
)
def test_a_patch_that_changes_something_else_is_another(change):
    assert patched(PATCH.replace(*change)).digest != patched(PATCH).digest


def test_a_patch_that_cannot_be_taken_apart_is_compared_byte_by_byte():
    assert patched("1c1\n< a\n---\n> b\n").hunks == 0
    assert patched("1c1\n< a\n---\n> b\n") == patched("1c1\n< a\n---\n> b\n")
    assert patched("1c1\n< a\n---\n> b\n") != patched("1c1\n< a\n---\n> c\n")


def test_a_release_is_the_same_whichever_version_was_tried():
    one = remedy_of(a_recipe())
    assert one == remedy_of(a_recipe(affected='purl = "pkg:pypi/Thing@0.9"'))
    assert (one.kind, one.name, one.hunks) == (Kind.RELEASE, "pkg:pypi/thing@1.1", 0)


@pytest.mark.parametrize(
    ("affected", "fixed"),
    [
        ('purl = "pkg:pypi/thing@1.0"', 'purl = "pkg:pypi/thing@1.2"'),
        ('purl = "pkg:pypi/other@1.0"', 'purl = "pkg:pypi/thing@1.1"'),
        ('purl = "pkg:npm/thing@1.0"', 'purl = "pkg:npm/thing@1.1"'),
        ('purl = "pkg:pypi/thing@1.0"', 'purl = "pkg:pypi/thing@1.1"\nwith = ["pkg:pypi/beside@2"]'),
    ],
)
def test_other_releases(affected, fixed):
    assert remedy_of(a_recipe(affected=affected, fixed=fixed)).digest != remedy_of(a_recipe()).digest


def test_what_is_beside_both_is_no_part_of_it():
    beside = '\nwith = ["pkg:pypi/beside@1"]'
    with_it = a_recipe('purl = "pkg:pypi/thing@1.0"' + beside, 'purl = "pkg:pypi/thing@1.1"' + beside)
    assert remedy_of(with_it) == remedy_of(a_recipe())


def test_an_archive_is_the_same_whatever_it_is_called():
    archives = {"a_tgz": b"one", "b_tgz": b"two", "c_tgz": b"two"}
    found = [
        remedy_of(
            a_recipe(
                'archive = "a.tgz"', f'archive = "{name}.tgz"', **{k: archives[k] for k in ("a_tgz", f"{name}_tgz")}
            )
        )
        for name in ("b", "c")
    ]
    assert found[0].digest == found[1].digest
    assert [each.name for each in found] == ["b.tgz", "c.tgz"]


def test_no_fix_is_no_remedy():
    assert remedy_of(a_recipe(fixed="")) is None


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4, unique=True), st.randoms())
def test_the_order_of_files_changes_nothing(names, random):
    pieces = [f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-x\n+{name}\n" for name in names]
    one = patched("".join(pieces))
    random.shuffle(pieces)
    assert patched("".join(pieces)) == one
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
