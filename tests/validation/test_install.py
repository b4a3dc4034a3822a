"""The installer and the patcher, run as the programs that they are, in folders that are made for it."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.validation import inside

INSIDE = Path(inside.__file__).parent


def carried_out(*plan):
    """Run the installer over a plan; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-I", INSIDE / "install.py"], input=json.dumps(plan).encode(), capture_output=True, check=False
    )
    return done.returncode, done.stderr.decode()


def patched(root, diff):
    done = subprocess.run(
        [sys.executable, "-I", INSIDE / "patching.py", root],
        input=diff if isinstance(diff, bytes) else diff.encode(),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data, *mode in members:
            info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            info.external_attr = (mode[0] if mode else 0o100644) << 16
            archive.writestr(info, data)
    return str(path)


def tarred(path, members):
    """An archive of (name, data), (name, data, mode), or TarInfo."""
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            name, data, *mode = member
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1_600_000_000, mode[0] if mode else 0o644
            archive.addfile(info, io.BytesIO(data))
    return str(path)


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def tree(root):
    """All that stands below a folder, by path: the bytes of files, the target of links."""
    found = {}
    for path in sorted(Path(root).rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


# Wheels


def test_a_wheel_stands_where_python_imports_from(tmp_path):
    file = zipped(tmp_path / "a-1-py3-none-any.whl", [("a/__init__.py", b"x = 1"), ("a-1.dist-info/METADATA", b"")])
    assert carried_out({"do": "wheel", "file": file, "into": str(tmp_path / "site")}) == (0, "")
    assert set(tree(tmp_path / "site")) == {"a/__init__.py", "a-1.dist-info/METADATA"}


def test_the_data_of_a_wheel_is_spread(tmp_path):
    members = [
        ("a.py", b"1"),
        ("a-1.data/purelib/pure.py", b"2"),
        ("a-1.data/platlib/plat/x.so", b"3"),
        ("a-1.data/scripts/run", b"#!/bin/sh\n"),
        ("a-1.data/headers/x.h", b"4"),
        ("readme.data", b"a file, no folder"),
    ]
    file = zipped(tmp_path / "a.whl", members)
    assert carried_out({"do": "wheel", "file": file, "into": str(tmp_path / "site")})[0] == 0
    assert set(tree(tmp_path / "site")) == {"a.py", "pure.py", "plat/x.so", "bin/run", "readme.data"}
    assert os.access(tmp_path / "site" / "bin" / "run", os.X_OK)


def test_wheels_share_a_folder(tmp_path):
    steps = [
        {"do": "wheel", "file": zipped(tmp_path / f"{name}.whl", [(f"ns/{name}.py", b"")]), "into": str(tmp_path / "s")}
        for name in "ab"
    ]
    assert carried_out(*steps) == (0, "")
    assert set(tree(tmp_path / "s")) == {"ns/a.py", "ns/b.py"}


# Sources, packages of npm, crates, files


@pytest.mark.parametrize("make", [tarred, zipped])
def test_a_source_stands_without_its_folder_and_keeps_modes_and_times(tmp_path, make):
    members = [("x-1.0/configure", b"#!/bin/sh\n", 0o100755), ("x-1.0/src/x.c", b"int x;")]
    file = make(tmp_path / "x", members)
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "source")}) == (0, "")
    assert tree(tmp_path / "source") == {"configure": b"#!/bin/sh\n", "src/x.c": b"int x;"}
    assert os.access(tmp_path / "source" / "configure", os.X_OK)
    assert not os.access(tmp_path / "source" / "src" / "x.c", os.X_OK)
    assert (tmp_path / "source" / "configure").stat().st_mtime < 1_700_000_000, "make looks at times"


def test_what_stands_in_several_folders_stays_there(tmp_path):
    file = tarred(tmp_path / "x", [("a/1", b""), ("b/2", b"")])
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")})[0] == 0
    assert set(tree(tmp_path / "s")) == {"a/1", "b/2"}


def test_one_file_alone_is_no_folder(tmp_path):
    file = tarred(tmp_path / "x", [("only", b"1")])
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")})[0] == 0
    assert tree(tmp_path / "s") == {"only": b"1"}


def test_a_package_of_npm_with_a_scope(tmp_path):
    file = tarred(tmp_path / "x-1.0.0.tgz", [("package/package.json", b"{}"), ("package/index.js", b"")])
    into = tmp_path / "node_modules" / "@scope" / "x"
    assert carried_out({"do": "source", "file": file, "into": str(into)}) == (0, "")
    assert set(tree(into)) == {"package.json", "index.js"}


def test_a_crate_has_the_digest_that_cargo_wants(tmp_path):
    file = tarred(tmp_path / "x-1.0.0.crate", [("x-1.0.0/Cargo.toml", b""), ("x-1.0.0/src/lib.rs", b"")])
    into, told = tmp_path / "vendor" / "x-1.0.0", tmp_path / ".cargo" / "config.toml"
    step = {"do": "crate", "file": file, "into": str(into), "settings": str(told)}
    assert carried_out(step) == (0, "")
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert json.loads((into / ".cargo-checksum.json").read_text()) == {"files": {}, "package": digest}
    assert f'directory = "{into.parent}"' in told.read_text()


def test_a_file_is_put_into_a_folder_that_is_not_there_yet(tmp_path):
    (tmp_path / "f").write_bytes(b"int main;")
    assert carried_out({"do": "put", "file": str(tmp_path / "f"), "into": str(tmp_path / "s/a/driver.c")})[0] == 0
    assert tree(tmp_path / "s") == {"a/driver.c": b"int main;"}


# Hostile archives


@pytest.mark.parametrize("make", [tarred, zipped])
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "a/b/../../../evil", ".."])
def test_a_name_that_leads_out_ends_it(tmp_path, make, name):
    file = make(tmp_path / "x", [("a/fine", b"1"), (name, b"evil")])
    code, said = carried_out({"do": "source", "file": file, "into": str(tmp_path / "deep" / "s")})
    assert code == 1
    assert "leads out of the archive" in said
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("make", [tarred, zipped])
def test_an_absolute_name_begins_at_the_folder(tmp_path, make):
    outside = tmp_path / "outside"
    file = make(tmp_path / "x", [(str(outside), b"evil"), ("other", b"")])
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")})[0] == 0
    assert not outside.exists()
    assert (tmp_path / "s" / str(outside).lstrip("/")).read_bytes() == b"evil"


@pytest.mark.parametrize("target", ["/etc", "..", "a/../../..", "../outside"])
def test_links_that_lead_out_are_left_out(tmp_path, target):
    (tmp_path / "outside").mkdir()
    members = [("x/a", b""), special("x/link", tarfile.SYMTYPE, target), ("x/link/evil", b"evil")]
    code, said = carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})
    assert code == 0
    assert "left out" in said
    assert not (tmp_path / "outside" / "evil").exists()
    assert (tmp_path / "s" / "link" / "evil").read_bytes() == b"evil", "a folder of its own has taken its place"


def test_links_that_only_lead_out_together_let_nothing_out(tmp_path):
    """`t` is harmless until `s` is there, and then it stands above the folder."""
    members = [
        ("x/p/q/f", b""),
        special("x/t", tarfile.SYMTYPE, "p/q/s/.."),
        special("x/p/q/s", tarfile.SYMTYPE, "../.."),
        ("x/t/evil", b"evil"),
    ]
    code, said = carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})
    assert code == 1
    assert "where a link leads out" in said
    assert not list(tmp_path.rglob("evil"))


def test_a_file_does_not_go_through_a_link_of_its_own_name(tmp_path):
    members = [("x/a", b"a"), special("x/b", tarfile.SYMTYPE, "a"), ("x/b", b"b")]
    assert carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})[0] == 0
    assert tree(tmp_path / "s") == {"a": b"a", "b": b"b"}


def test_links_that_stay_are_kept_and_hard_ones_become_copies(tmp_path):
    members = [
        ("x/a", b"a", 0o755),
        special("x/soft", tarfile.SYMTYPE, "a"),
        special("x/hard", tarfile.LNKTYPE, "x/a"),
    ]
    assert carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})[0] == 0
    assert tree(tmp_path / "s") == {"a": b"a", "soft": "-> a", "hard": b"a"}
    assert (tmp_path / "s" / "a").stat().st_nlink == 1


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "x/nothing"])
def test_a_hard_link_to_elsewhere_ends_it(tmp_path, target):
    (tmp_path / "secret").write_bytes(b"secret")
    members = [("x/a", b"a"), special("x/hard", tarfile.LNKTYPE, target)]
    code, _ = carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})
    assert code == 1
    assert not (tmp_path / "s" / "hard").exists()


def test_a_hard_link_beside_the_folder_ends_it(tmp_path):
    """Of members in several folders none is left out of a name, so `..` would be that of the folder itself."""
    (tmp_path / "secret").write_bytes(b"secret")
    members = [("a/1", b"1"), ("b/2", b"2"), special("a/hard", tarfile.LNKTYPE, "../secret")]
    code, said = carried_out({"do": "source", "file": tarred(tmp_path / "t", members), "into": str(tmp_path / "s")})
    assert (code, "leads out of the archive" in said) == (1, True)
    assert not (tmp_path / "s" / "a" / "hard").exists()


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_devices_and_pipes_are_left_out(tmp_path, kind):
    file = tarred(tmp_path / "t", [("x/a", b""), special("x/dev", kind)])
    code, said = carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")})
    assert (code, "'dev' is left out" in said) == (0, True)
    assert set(tree(tmp_path / "s")) == {"a"}


def test_a_file_that_cannot_be_read_can_be_read_afterwards(tmp_path):
    file = tarred(tmp_path / "t", [("x/a", b"1", 0o000), ("x/b", b"2", 0o4777)])
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")})[0] == 0
    modes = {name: (tmp_path / "s" / name).stat().st_mode & 0o7777 for name in "ab"}
    assert modes == {"a": 0o644, "b": 0o755}


def test_times_beyond_all_clocks_are_no_error(tmp_path):
    late, early = special("x/late", tarfile.REGTYPE), special("x/early", tarfile.REGTYPE)
    late.mtime, early.mtime = 2**60, -(2**40)
    file = tarred(tmp_path / "t", [late, early])
    assert carried_out({"do": "source", "file": file, "into": str(tmp_path / "s")}) == (0, "")


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04 no more", b"\x1f\x8b broken"])
def test_what_is_no_archive_is_one_sentence(tmp_path, data):
    (tmp_path / "x.tgz").write_bytes(data)
    code, said = carried_out({"do": "source", "file": str(tmp_path / "x.tgz"), "into": str(tmp_path / "s")})
    assert code == 1
    assert said.startswith("x.tgz cannot be unpacked: ")
    assert said.count("\n") == 1
    assert "method" not in said  # which the library tells of each packing


# Patches

TEN = "".join(f"line {number}\n" for number in range(1, 11))


def folder(tmp_path, **files):
    root = tmp_path / "root"
    for name, data in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    root.mkdir(exist_ok=True)
    return root


def hunk(old, new, at=1):
    """A hunk that turns lines into others."""
    before, after = old.splitlines(), new.splitlines()
    head = f"@@ -{at if before else 0},{len(before)} +{at if after else 0},{len(after)} @@\n"
    return head + "".join(f"-{line}\n" for line in before) + "".join(f"+{line}\n" for line in after)


def diff(name, *hunks, new=None):
    return f"--- a/{name}\n+++ b/{new or name}\n" + "".join(hunks)


def test_a_line_changes(tmp_path):
    root = folder(tmp_path, a_c=TEN)
    change = "@@ -4,3 +4,3 @@ heading\n line 4\n-line 5\n+LINE FIVE\n line 6\n"
    assert patched(root, f"prose\n\n{diff('a.c', change)}-- \n2.39\n") == (0, "")
    assert tree(root) == {"a.c": TEN.replace("line 5", "LINE FIVE").encode()}


def test_hunks_stand_elsewhere_and_in_their_order(tmp_path):
    root = folder(tmp_path, a=f"new\nnew\nnew\n{TEN}{TEN}")
    change = diff("a", hunk("line 2\n", "LINE\nTWO\n", 2), hunk("line 2\n", "again\n", 12))
    assert patched(root, change) == (0, "")
    first, second = TEN.replace("line 2\n", "LINE\nTWO\n"), TEN.replace("line 2\n", "again\n")
    assert tree(root) == {"a": f"new\nnew\nnew\n{first}{second}".encode()}


def test_the_nearest_place_that_fits_is_taken(tmp_path):
    root = folder(tmp_path, a="x\n" * 3 + "y\n" + "x\n" * 3 + "y\n" + "x\n" * 3)
    assert patched(root, diff("a", hunk("y\n", "z\n", 7))) == (0, "")
    assert tree(root)["a"].decode().split() == list("xxxyxxxzxxx")


def test_a_hunk_stands_behind_the_one_before_it(tmp_path):
    root = folder(tmp_path, x="1\n2\n3\na\nb\n6\n7\n8\n9\na\n")
    assert patched(root, diff("x", hunk("b\n", "B\n", 5), hunk("a\n", "A\n", 6))) == (0, "")
    assert tree(root)["x"].split() == b"1 2 3 a B 6 7 8 9 A".split()


def test_where_one_hunk_stood_elsewhere_the_next_is_looked_for_there(tmp_path):
    root = folder(tmp_path, x="n\n" * 10 + "m\np\nd\nq\nd\n")
    assert patched(root, diff("x", hunk("m\n", "M\n", 1), hunk("d\n", "D\n", 5))) == (0, "")
    assert tree(root)["x"].split()[10:] == b"M p d q D".split()


def test_insertions_without_context_stand_behind_their_line(tmp_path):
    root = folder(tmp_path, a="1\n2\n3\n")
    assert patched(root, diff("a", "@@ -2,0 +3,1 @@\n+two and a half\n")) == (0, "")
    assert tree(root) == {"a": b"1\n2\ntwo and a half\n3\n"}


def test_new_and_removed_files(tmp_path):
    root = folder(tmp_path, old="1\n2\n")
    new = "--- /dev/null\n+++ b/deep/new.txt\n" + hunk("", "a\nb\n")
    gone = "--- a/old\n+++ /dev/null\n" + hunk("1\n2\n", "")
    assert patched(root, new + gone) == (0, "")
    assert tree(root) == {"deep/new.txt": b"a\nb\n"}


def test_git_tells_names_and_modes(tmp_path):
    root = folder(tmp_path, a="1\n2\n3\n", b="b\n", c="c\n", d="", e="e\n")
    text = (
        "diff --git a/a b/A\nsimilarity index 60%\nrename from a\nrename to A\n"
        + diff("a", "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n", new="A")
        + "diff --git a/b b/B\nsimilarity index 100%\nrename from b\nrename to B\n"
        + "diff --git a/c b/c2\nsimilarity index 100%\ncopy from c\ncopy to c2\n"
        + "diff --git a/d b/d\ndeleted file mode 100644\nindex e69de29..0000000\n"
        + "diff --git a/empty b/empty\nnew file mode 100755\nindex 0000000..e69de29\n"
        + "diff --git a/e b/e\nold mode 100644\nnew mode 100755\n"
    )
    assert patched(root, text) == (0, "")
    assert tree(root) == {"A": b"1\ntwo\n3\n", "B": b"b\n", "c": b"c\n", "c2": b"c\n", "empty": b"", "e": b"e\n"}
    assert [name for name in ("A", "B", "c2", "empty", "e") if os.access(root / name, os.X_OK)] == ["empty", "e"]


def test_names_without_a_folder_and_with_a_time(tmp_path):
    root = folder(tmp_path, x_c="1\n")
    assert patched(root, "--- x.c.orig\t2020-01-01 00:00\n+++ x.c\t2020-01-02 00:00\n" + hunk("1\n", "2\n")) == (0, "")
    assert tree(root) == {"x.c": b"2\n"}


@pytest.mark.parametrize(("before", "after"), [("a\nb", "a\nc"), ("a\nb\n", "a\nc"), ("a\nb", "a\nc\n")])
def test_no_newline_at_the_end(tmp_path, before, after):
    root = folder(tmp_path, x=before)
    mark = "\\ No newline at end of file\n"
    old = "-b\n" + ("" if before.endswith("\n") else mark)
    new = "+c\n" + ("" if after.endswith("\n") else mark)
    assert patched(root, diff("x", f"@@ -1,2 +1,2 @@\n a\n{old}{new}")) == (0, "")
    assert tree(root) == {"x": after.encode()}


@pytest.mark.parametrize("patch_ends", ["\n", "\r\n"])
@pytest.mark.parametrize("file_ends", ["\n", "\r\n"])
def test_the_ends_of_lines_are_those_of_the_file(tmp_path, file_ends, patch_ends):
    root = folder(tmp_path, x=TEN.replace("\n", file_ends))
    change = diff("x", "@@ -4,3 +4,4 @@\n line 4\n-line 5\n+V\n+five\n line 6\n").replace("\n", patch_ends)
    assert patched(root, change) == (0, "")
    assert tree(root) == {"x": TEN.replace("line 5\n", "V\nfive\n").replace("\n", file_ends).encode()}


def test_a_patch_can_be_about_the_ends_of_lines(tmp_path):
    root = folder(tmp_path, x=b"a\r\nb\n")
    assert patched(root, diff("x", "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n")) == (0, "")
    assert tree(root) == {"x": b"a\nb\n"}


def test_an_empty_line_of_a_hunk_may_have_lost_its_space(tmp_path):
    root = folder(tmp_path, x="a\n\nb\n")
    assert patched(root, diff("x", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n")) == (0, "")
    assert tree(root) == {"x": b"a\n\nc\n"}


def test_removed_lines_may_look_like_a_head(tmp_path):
    root = folder(tmp_path, x="-- a/y\n++ b/y\n")
    assert patched(root, diff("x", "@@ -1,2 +1,1 @@\n--- a/y\n-++ b/y\n+z\n")) == (0, "")
    assert tree(root) == {"x": b"z\n"}


REFUSED = {
    "does not fit": diff("a", hunk("line five\n", "x\n", 5)),
    "no place for the hunk": diff("a", "@@ -90,0 +91,1 @@\n+far away\n"),
    "which is not there": diff("b", hunk("1\n", "2\n")),
    "which is there already": "--- /dev/null\n+++ b/a\n" + hunk("", "x\n"),
    "has more lines than it knows": "--- a/a\n+++ /dev/null\n" + hunk("line 1\n", ""),
    "binary file": "diff --git a/a b/a\nGIT binary patch\nliteral 3\nabc\n",
    "no change": "nothing but words\n",
    "does not say what changes": "--- a/a\n+++ b/a\n",
    "is no head of a hunk": diff("a", "@@ -x +y @@\n"),
    "ends in the middle": diff("a", "@@ -1,3 +1,3 @@\n line 1\n"),
    "does not belong into its hunk": diff("a", "@@ -1,2 +1,2 @@\n line 1\n?\n line 2\n"),
    "leads out of the source": diff("../outside", hunk("secret\n", "x\n")),
    "'/outside', which leads out": "--- a//outside\n+++ b//outside\n" + hunk("secret\n", "x\n"),
    "'link/outside', which leads out": diff("link/outside", hunk("secret\n", "x\n")),
    "'link/new', which leads out": "--- /dev/null\n+++ b/link/new\n" + hunk("", "x\n"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_applied_ends_it(tmp_path, words):
    root = folder(tmp_path, a=TEN)
    (tmp_path / "outside").write_bytes(b"secret\n")
    (root / "link").symlink_to("..")
    code, said = patched(root, REFUSED[words])
    assert code == 1
    assert words in said
    assert said.count("\n") == 1
    assert tree(root) == {"a": TEN.encode(), "link": "-> .."}
    assert tree(tmp_path)["outside"] == b"secret\n"
    assert not (tmp_path / "new").exists()


lines = st.lists(st.sampled_from(["a", "b", "c", "", "\ta b", "-- x", "++ y", "@@ z"]), max_size=12)


@given(lines, lines, st.integers(0, 3), st.booleans(), st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_diff_writes_is_applied(tmp_path_factory, before, after, context, old_end, new_end):
    """Law: the patch from one file to another makes the one of the other, whatever diff wrote it."""
    old = "\n".join(before) + ("\n" if before and old_end else "")
    new = "\n".join(after) + ("\n" if after and new_end else "")
    place = tmp_path_factory.mktemp("law")
    for name, text in (("a", old), ("b", new)):
        (place / name).mkdir()
        (place / name / "x").write_text(text)
    made = subprocess.run(
        ["diff", f"-U{context}", "a/x", "b/x"], cwd=place, capture_output=True, check=False, env={"LC_ALL": "C"}
    )
    code, said = patched(place / "a", made.stdout)
    assert code == (0 if made.stdout else 1), said
    assert (place / "a" / "x").read_text() == new if made.stdout else old == new
