"""What senders give in other shapes, as recipes; and what is missing where it does not suffice."""

import shlex
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.command_line import argv_of, needs_shell
from clearinghouse.validation.conversion import (
    NO_CONTROL,
    NO_FIX,
    Converted,
    CrashPair,
    Part,
    Side,
    from_crash_pair,
    from_mantis,
)
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import NAME
from clearinghouse.validation.shows import Crashes, Exhaustion, Hang, Output, Sanitizer
from clearinghouse.validation.toml_text import text_of

ASAN = """==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc 0x55 bp 0x7f sp 0x7f
READ of size 1 at 0x602000000011 thread T0
    #0 0x55a in parse_name /src/x/parse.c:9:12
    #1 0x55b in parse_all /src/x/parse.c:20:3
SUMMARY: AddressSanitizer: heap-buffer-overflow /src/x/parse.c:9:12 in parse_name
"""
TRACEBACK = """Traceback (most recent call last):
  File "/w/repro.py", line 3, in <module>
    parse("x")
  File "/site/lib.py", line 7, in parse
    raise KeyError(name)
KeyError: 'x'
"""
FINDING = {
    "id": "123e4567-e89b-42d3-a456-426614174000",
    "title": "parse falls over an empty name",
    "cwe": "CWE-125",
    "purl": "pkg:pypi/x@1.0",
    "run_command": "python3 repro.py --deep",
    "repro_file_path": "repro.py",
    "repro_output": ASAN,
    "repro_status": "reproduced",
    "patch_status": "VERIFIED_SECURE",
}
FILES = {"repro.py": b"import x"}


def parts(found):
    assert isinstance(found, Converted)
    assert bool(found.files) != bool(found.missing)
    assert all(each.why.endswith(".") for each in found.missing)
    return [each.part for each in found.missing]


def recipe_of(found):
    assert parts(found) == [], found.missing
    return found.recipe("R").recipe


# Mantis


def test_a_whole_finding_is_a_recipe():
    found = from_mantis(FINDING, FILES, fixed=Side(purl="pkg:pypi/x@1.1"))
    recipe = recipe_of(found)
    assert (recipe.title, recipe.weaknesses) == (FINDING["title"], ("CWE-125",))
    assert (recipe.affected.purl, recipe.fixed.purl) == ("pkg:pypi/x@1.0", "pkg:pypi/x@1.1")
    assert (recipe.reproducer.command, recipe.reproducer.files) == (("python3", "repro.py", "--deep"), ("repro.py",))
    assert recipe.shows == Sanitizer("Heap-buffer-overflow", "READ", ("parse_name", "parse_all"))
    assert recipe.control is None
    assert found.notes == (NO_CONTROL,)
    assert found.files["repro.py"] == b"import x"


def test_what_the_sender_says_of_it_changes_nothing():
    claims = {"repro_status", "patch_status"}
    bare = {name: value for name, value in FINDING.items() if name not in claims}
    other = {**bare, "repro_status": "failed_to_reproduce", "patch_status": "ERROR", "status": "FALSE_POSITIVE"}
    assert from_mantis(FINDING, FILES) == from_mantis(bare, FILES) == from_mantis(other, FILES)


def test_without_anything_everything_is_missing():
    found = from_mantis({}, {})
    assert parts(found) == [Part.AFFECTED, Part.FILE, Part.COMMAND, Part.LOG]
    assert found.notes == (NO_CONTROL, NO_FIX)
    with pytest.raises(RecipeError):
        found.recipe("R")


@pytest.mark.parametrize("value", [None, 1, ["a"], {"a": 1}, ""])
@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("purl", Part.AFFECTED),
        ("run_command", Part.COMMAND),
        ("repro_file_path", Part.FILE),
        ("repro_output", Part.LOG),
    ],
)
def test_a_field_of_another_kind_is_a_missing_one(field, part, value):
    assert part in parts(from_mantis({**FINDING, field: value}, FILES))


def test_of_several_versions_nobody_chooses():
    finding = {**FINDING, "purl": "pkg:pypi/x"}
    assert parts(from_mantis(finding, FILES)) == [Part.VERSION]
    assert parts(from_mantis(finding, FILES, versions=["1.0", "1.1"])) == [Part.VERSION]
    assert recipe_of(from_mantis(finding, FILES, versions=["1.0", "1.0"])).affected.purl == "pkg:pypi/x@1.0"
    assert recipe_of(from_mantis(FINDING, FILES, versions=["2", "3"])).affected.purl == "pkg:pypi/x@1.0"


@pytest.mark.parametrize("purl", ["pkg:golang/example.org/x@v1.0.0", "pkg:github/a/b@1", "x@1", "pkg:pypi/"])
def test_software_that_cannot_be_fetched_is_told(purl):
    assert parts(from_mantis({**FINDING, "purl": purl}, FILES)) == [Part.AFFECTED]


def test_the_patch_of_a_finding_is_its_fix():
    found = from_mantis({**FINDING, "patch_diff": "--- a/x\n+++ b/x\n"}, FILES)
    recipe = recipe_of(found)
    assert recipe.fixed.patch == "fixed.patch"
    assert recipe.install.from_source, "a diff is against sources"
    assert found.files["fixed.patch"] == b"--- a/x\n+++ b/x\n"


def test_an_archive_is_only_unpacked():
    found = from_mantis(FINDING, FILES, affected=Side(archive=b"tar"), fixed=Side(archive=b"tar2"))
    recipe = recipe_of(found)
    assert (recipe.affected.archive, recipe.fixed.archive) == ("affected.archive", "fixed.archive")
    assert recipe.install.by == "none"
    assert len(found.notes) == 2


def test_two_kinds_of_one_side_are_refused():
    assert parts(from_mantis(FINDING, FILES, affected=Side(purl="pkg:pypi/x@1", archive=b"tar"))) == [Part.AFFECTED]
    assert parts(from_mantis(FINDING, FILES, affected=Side(patch=b"diff"))) == [Part.AFFECTED]


def test_a_control_that_is_given_is_the_control():
    found = from_mantis(FINDING, FILES, control=["python3", "repro.py", "benign"], fixed=Side(purl="pkg:pypi/x@2"))
    assert recipe_of(found).control.command == ("python3", "repro.py", "benign")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("path", "line", "command", "name"),
    [
        ("a/repro.py", "python3 a/repro.py", ("python3", "a/repro.py"), "a/repro.py"),
        ("./repro.py", "python3 repro.py", ("python3", "repro.py"), "repro.py"),
        ("repro.py", "python3 ./repro.py", ("python3", "repro.py"), "repro.py"),
        ("a/repro.py", "python3 repro.py", ("python3", "repro.py"), "repro.py"),
        ("/home/u/w/repro.py", "python3 /home/u/w/repro.py", ("python3", "repro.py"), "repro.py"),
        ("C:\\w\\repro.py", "python3 repro.py", ("python3", "repro.py"), "repro.py"),
        ("repro.py", "python3 repro.py | tail -1", ("sh", "-c", "python3 repro.py | tail -1"), "repro.py"),
    ],
)
def test_the_file_is_where_the_command_looks(path, line, command, name):
    finding = {**FINDING, "repro_file_path": path, "run_command": line}
    found = from_mantis(finding, {path: b"1"})
    assert recipe_of(found).reproducer.command == command
    assert recipe_of(found).reproducer.files == (name,)
    assert found.files[name] == b"1"


@pytest.mark.parametrize("line", ["cat /w/repro.py | python3", "python3 --file=/w/repro.py"])
def test_a_path_of_the_senders_machine_is_told(line):
    finding = {**FINDING, "repro_file_path": "/w/repro.py", "run_command": line}
    assert parts(from_mantis(finding, FILES)) == [Part.COMMAND]


def test_a_file_is_found_by_its_last_name_if_there_is_one():
    finding = {**FINDING, "repro_file_path": "/w/repro.py"}
    assert recipe_of(from_mantis(finding, {"repro.py": b"1", "other": b""})).reproducer.files == ("repro.py",)
    assert parts(from_mantis(finding, {"a/repro.py": b"1", "b/repro.py": b"2"})) == [Part.FILE]


def test_other_files_that_the_command_names_come_along():
    finding = {**FINDING, "run_command": "python3 repro.py input.bin"}
    found = from_mantis(finding, {**FILES, "input.bin": b"x", "report.pdf": b"y", "../evil": b"z"})
    assert recipe_of(found).reproducer.files == ("repro.py", "input.bin")
    assert set(found.files) == {NAME, "repro.py", "input.bin"}


def test_a_script_is_given_to_the_program_of_its_first_line():
    finding = {**FINDING, "repro_file_path": "r.sh", "run_command": "./r.sh 1"}
    found = from_mantis(finding, {"r.sh": b"#!/bin/sh -e -u\necho\n"})
    assert recipe_of(found).reproducer.command == ("/bin/sh", "-e -u", "r.sh", "1")
    assert parts(from_mantis(finding, {"r.sh": b"\x7fELF"})) == [Part.COMMAND]


@pytest.mark.parametrize("path", ["..", "/", "a/..", "x/../../y", "\x00", "a\nb"])
def test_hostile_paths_make_no_file(path):
    finding = {**FINDING, "repro_file_path": path, "run_command": f"cat {shlex.quote(path)}"}
    found = from_mantis(finding, {path: b"evil"})
    for name in found.files:
        assert "/" not in name
        assert name not in {".", ".."}


def test_a_recipe_toml_of_a_sender_is_not_ours():
    finding = {**FINDING, "repro_file_path": NAME, "run_command": f"cat {NAME}"}
    found = from_mantis(finding, {NAME: b"format = 1"})
    assert Part.FILE in parts(found)


@pytest.mark.parametrize("name", [NAME, "affected.archive", "testcase", "benign"])
def test_no_file_takes_the_place_of_another(name):
    assert Part.FILE in parts(from_crash_pair(changed(drivers={name: b"evil"}, benign=b"")))
    finding = {**FINDING, "repro_file_path": name, "run_command": f"cat {name}"}
    found = from_mantis(finding, {name: b"evil"}, affected=Side(archive=b"tar"))
    assert (Part.FILE in parts(found)) == (name in {NAME, "affected.archive"})


def test_a_text_that_shows_must_stand_in_the_output():
    finding = {**FINDING, "repro_output": "some\nwords PWNED\n"}
    assert parts(from_mantis(finding, FILES)) == [Part.SHOWS]
    assert recipe_of(from_mantis(finding, FILES, contains="PWNED")).shows == Output("PWNED", "both")
    assert parts(from_mantis(finding, FILES, contains="pwned")) == [Part.SHOWS]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"repro.py": b"print('PWNED')"}, "python3 repro.py"),
        ({"repro.py": b"import x", "more.py": b"print('PWNED')"}, "python3 repro.py more.py"),
        ({"repro.py": b"import x"}, "python3 repro.py PWNED"),
        ({"repro.py": b"import x"}, "python3 repro.py && echo PWNED"),
    ],
)
def test_a_text_that_an_interpreter_may_repeat_counts_only_on_standard_output(files, command):
    finding = {**FINDING, "repro_output": "some PWNED\n", "run_command": command}
    found = from_mantis(finding, files, contains="PWNED")
    assert recipe_of(found).shows == Output("PWNED", "stdout")
    assert any("looked for on standard output only" in note for note in found.notes)


def test_a_text_that_the_command_makes_counts_on_both_streams():
    found = from_mantis({**FINDING, "repro_output": "boom: depth\n"}, FILES, contains="boom: depth")
    assert recipe_of(found).shows == Output("boom: depth", "both")
    assert any("standard output and on standard error" in note for note in found.notes)


def test_a_traceback_shows_by_its_frames():
    shows = recipe_of(from_mantis({**FINDING, "repro_output": TRACEBACK}, FILES)).shows
    assert isinstance(shows, Crashes)
    assert "parse" in shows.state[0]


# Crashes of fuzzers

PAIR = CrashPair(
    title="parse reads beyond a name",
    target="fuzz_parse",
    testcase=b"\x00\x01",
    log=ASAN,
    before=Side(archive=b"tar 1"),
    after=Side(archive=b"tar 2"),
    commands=(("make", "fuzz_parse"),),
    environment={"CFLAGS": "-fsanitize=address"},
    drivers={"fuzz_parse.c": b"int LLVMFuzzerTestOneInput();"},
)


def changed(**fields):
    return CrashPair(**{**{name: getattr(PAIR, name) for name in PAIR.__struct_fields__}, **fields})


def test_a_crash_pair_is_a_recipe():
    found = from_crash_pair(PAIR)
    recipe = recipe_of(found)
    assert recipe.reproducer.command == ("/subject/source/fuzz_parse", "testcase")
    assert recipe.reproducer.files == ("testcase",)
    assert recipe.reproducer.environment == {"ASAN_OPTIONS": "detect_leaks=0"}
    assert recipe.install.commands == (("make", "fuzz_parse"),)
    assert (recipe.install.by, recipe.install.files) == ("make", ("fuzz_parse.c",))
    assert recipe.install.environment == {"CFLAGS": "-fsanitize=address"}
    assert recipe.shows == Sanitizer("Heap-buffer-overflow", "READ", ("parse_name", "parse_all"))
    assert found.files["testcase"] == b"\x00\x01"
    assert found.notes == (NO_CONTROL,)


def test_a_makefile_builds_where_no_command_is_named():
    assert parts(from_crash_pair(changed(commands=()))) == [Part.BUILD]
    recipe = recipe_of(from_crash_pair(changed(commands=(), makefile=True)))
    assert not recipe.install.commands


def test_a_benign_testcase_is_the_control():
    found = from_crash_pair(changed(benign=b"ok"))
    recipe = recipe_of(found)
    assert recipe.control.command == ("/subject/source/fuzz_parse", "benign")
    assert (recipe.control.files, found.files["benign"]) == (("benign",), b"ok")
    assert NO_CONTROL not in found.notes


def test_an_empty_testcase_is_a_testcase():
    assert from_crash_pair(changed(testcase=b"")).files["testcase"] == b""
    assert parts(from_crash_pair(changed(testcase=None))) == [Part.FILE]


def test_a_fix_may_be_a_patch_or_not_known():
    assert recipe_of(from_crash_pair(changed(after=Side(patch=b"diff")))).fixed.patch == "fixed.patch"
    assert NO_FIX in from_crash_pair(changed(after=Side())).notes


def test_without_anything_all_of_a_pair_is_missing():
    assert parts(from_crash_pair(CrashPair(title=""))) == [Part.AFFECTED, Part.FILE, Part.COMMAND, Part.SHOWS]


@pytest.mark.parametrize("target", ["../x", "/bin/sh", "a/../../b", "a\x00b"])
def test_a_target_outside_of_the_source_is_refused(target):
    assert parts(from_crash_pair(changed(target=target))) == [Part.COMMAND]


def test_a_script_for_a_package():
    pair = changed(before=Side(purl="pkg:pypi/x@1"), after=Side(), target="fuzz.py", drivers={"fuzz.py": b"import x"})
    recipe = recipe_of(from_crash_pair(pair))
    assert recipe.reproducer.command == ("python3", "fuzz.py", "testcase")
    assert recipe.reproducer.files == ("fuzz.py", "testcase")
    assert parts(from_crash_pair(changed(before=Side(purl="pkg:pypi/x@1"), target="fuzz.py"))) == [Part.FILE]
    assert parts(from_crash_pair(changed(before=Side(purl="pkg:pypi/x@1")))) == [Part.BUILD]


@pytest.mark.parametrize(
    ("log", "shows"),
    [
        ("==1== ERROR: libFuzzer: timeout after 25 seconds\n", Hang()),
        ("==1== ERROR: libFuzzer: out-of-memory (used: 2577Mb; limit: 2560Mb)\n", Exhaustion("memory")),
    ],
)
def test_limits_of_a_fuzzer(log, shows):
    assert recipe_of(from_crash_pair(changed(log=log))).shows == shows


@pytest.mark.parametrize(
    "log",
    [
        "",
        "all is well",
        "==1==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 8 byte(s) in 1 object(s) allocated from:\n"
        "    #0 0x55a in parse_name /src/x/parse.c:9:12\n",
    ],
)
def test_a_log_that_shows_nothing_here(log):
    assert parts(from_crash_pair(changed(log=log))) == [Part.SHOWS]


texts = st.text(max_size=30)


@given(
    st.dictionaries(st.sampled_from([*FINDING, "patch_diff"]), texts | st.none() | st.integers()),
    st.dictionaries(texts, st.binary(max_size=10), max_size=3),
    texts,
)
def test_nothing_that_is_sent_raises(changes, files, contains):
    found = from_mantis({**FINDING, **changes}, {**FILES, **files}, contains=contains)
    parts(found)
    if found.files:
        assert found.recipe("R").files == found.files


# Command lines


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("", ()),
        ("  \t ", ()),
        ("python3 x.py", ("python3", "x.py")),
        ("  a\tb  ", ("a", "b")),
        ("a 'b c' \"d e\" f''g", ("a", "b c", "d e", "fg")),
        ("a '$HOME `x` | \\ \n'", ("a", "$HOME `x` | \\ \n")),
        ('a "it\'s"', ("a", "it's")),
        ("a --x=1 b=2", ("a", "--x=1", "b=2")),
        ("a ''", ("a", "")),
        ("é ü", ("é", "ü")),
    ],
)
def test_a_plain_line_is_its_words(line, argv):
    assert argv_of(line) == argv


@pytest.mark.parametrize(
    "line",
    [
        *("a | b", "a; b", "a && b", "a || b", "a & b", "a > b", "a < b", "a 2>&1", "(a)", "{ a; }", "! a"),
        *("a $B", "a ${B}", 'a "$B"', "a $(b)", "a `b`", 'a "`b`"', "a *.py", "a ?", "a [ab]", "a ~/b", "a ~"),
        *("A=b c", "a\nb", "a \\\nb", "a\\ b", 'a "b\\c"', "a # b", "a 'b", 'a "b', "a {b,c}", 'a "b!"', "=a"),
        *("cd x", "exec a", ". ./env", "source env", "export A", "ulimit -s 1", "time a", "if a", "'cd' x"),
    ],
)
def test_what_is_more_than_words_is_left_to_the_sandbox(line):
    assert argv_of(line) == ("sh", "-c", line)
    assert needs_shell(argv_of(line))


arguments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(arguments, min_size=1, max_size=5))
def test_what_was_quoted_comes_back(argv):
    found = argv_of(shlex.join(argv))
    if not needs_shell(found):
        assert found == tuple(argv)
    else:
        assert shlex.join(argv[:1]) in found[2]
        assert argv[0] in shlex.split(". : cd exec if") or "=" in argv[0] or argv_of(shlex.quote(argv[0]))[0] == "sh"


# TOML

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = names | st.integers(-(2**62), 2**62) | st.booleans() | st.floats(allow_nan=False)
values = scalars | st.lists(scalars | st.lists(names, max_size=3), max_size=4)
tables = st.dictionaries(
    names, values | st.dictionaries(names, values | st.dictionaries(names, scalars, max_size=3), max_size=4), max_size=5
)


@given(tables)
def test_what_is_written_is_read(found):
    assert tomllib.loads(text_of(found)) == found


@pytest.mark.parametrize("value", [None, b"x", "\ud800", {"a": {1, 2}}])
def test_what_no_recipe_has_is_not_written(value):
    with pytest.raises(ValueError):
        text_of({"x": value})
