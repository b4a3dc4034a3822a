"""Every field of a recipe, every refusal with its sentence, and what is hostile."""

import hashlib
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clearinghouse.sandbox import Tier
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import NAME, from_files, load, named, parse
from clearinghouse.validation.shows import Crashes, Exhaustion, Exit, FileEffect, Growth, Hang, Output, Sanitizer

EXAMPLES = Path(__file__).parents[2] / "examples" / "recipes"

LEAST = {
    "": "format = 1\ntitle = 'a title'",
    "affected": "purl = 'pkg:pypi/x@1'",
    "reproducer": "command = ['true']",
    "shows": "by = 'hang'",
}

WHOLE = """
format = 1
title = "a title"
identifiers = ["CVE-2099-0001"]
weaknesses = ["CWE-20"]
about = '''
Prose of
two lines.'''
references = ["https://example.org/"]
runs = 5

[affected]
purl = "pkg:npm/%40scope/x@1.0.0"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
with = ["pkg:npm/y@2.0.0"]

[fixed]
patch = "fix.patch"
with = ["pkg:npm/y@2.0.1"]

[install]
by = "make"
from_source = true
requires = ["pkg:pypi/setuptools@69.5.1"]
with = ["pkg:pypi/z@3"]
files = ["drivers/driver.c"]
commands = [["make", "-j2"]]
environment = { CFLAGS = "-g" }

[reproducer]
files = ["reproduce.py"]
command = ["python3", "reproduce.py"]
input = "stdin.bin"
environment = { A = "b" }

[control]
command = ["python3", "reproduce.py", "benign"]
files = []
environment = {}
exit = 3

[shows]
by = "output"
contains = "FLAW"
stream = "stderr"

[limits]
seconds = 1.5
cpu = 2
memory = 1048576
processes = 3
disk = 65536
output = 10

[isolation]
tier = "T2"
"""
FILES = {"fix.patch": b"", "drivers/driver.c": b"", "reproduce.py": b"", "stdin.bin": b"in"}


def text_with(**tables):
    return "\n".join(
        f"[{name}]\n{body}" if name else body for name, body in {**LEAST, **tables}.items() if body
    ).encode()


def refused(data):
    with pytest.raises(RecipeError) as caught:
        parse(data if isinstance(data, bytes) else data.encode(), "R")
    assert caught.value.what.startswith("R: ")
    assert caught.value.remedy
    assert caught.value.source == "R"
    return caught.value.what


def test_the_least_recipe_says_nothing_that_is_not_there():
    recipe = parse(text_with(), "R")
    assert (recipe.title, recipe.runs, recipe.fixed, recipe.control) == ("a title", 1, None, None)
    assert recipe.shows == Hang()
    assert recipe.isolation.tier is Tier.T1


def test_every_field_is_read():
    found = from_files({NAME: WHOLE.encode(), **FILES}, "R")
    recipe = found.recipe
    assert (recipe.identifiers, recipe.weaknesses, recipe.runs) == (("CVE-2099-0001",), ("CWE-20",), 5)
    assert recipe.about == "Prose of\ntwo lines."
    assert recipe.references == ("https://example.org/",)
    assert (recipe.affected.beside, recipe.affected.sha256) == (("pkg:npm/y@2.0.0",), "0" * 64)
    assert (recipe.fixed.patch, recipe.fixed.beside) == ("fix.patch", ("pkg:npm/y@2.0.1",))
    install = recipe.install
    assert (install.by, install.from_source, install.requires) == ("make", True, ("pkg:pypi/setuptools@69.5.1",))
    assert (install.beside, install.files) == (("pkg:pypi/z@3",), ("drivers/driver.c",))
    assert (install.commands, install.environment) == ((("make", "-j2"),), {"CFLAGS": "-g"})
    assert recipe.reproducer.command == ("python3", "reproduce.py")
    assert (recipe.reproducer.files, recipe.reproducer.input) == (("reproduce.py",), "stdin.bin")
    assert recipe.reproducer.environment == {"A": "b"}
    assert (recipe.control.files, recipe.control.environment, recipe.control.exit) == ((), {}, 3)
    assert recipe.shows == Output("FLAW", "stderr")
    limits = recipe.limits
    assert (limits.seconds, limits.cpu, limits.memory) == (1.5, 2, 1048576)
    assert (limits.processes, limits.disk, limits.output) == (3, 65536, 10)
    assert recipe.isolation.tier is Tier.T2
    assert found.files == {NAME: WHOLE.encode(), **FILES}
    assert list(named(recipe)) == list(FILES)


@pytest.mark.parametrize(
    ("body", "shows"),
    [
        ("by = 'output'\ncontains = 'x'", Output("x")),
        ("by = 'exit'\ncode = 3", Exit(3)),
        ("by = 'crash'", Crashes()),
        ("by = 'crash'\ntype = 'Abrt'\nstate = ['main']", Crashes("Abrt", ("main",))),
        ("by = 'sanitizer'\ntype = 'Heap-buffer-overflow'\naccess = 'READ'", Sanitizer("Heap-buffer-overflow", "READ")),
        ("by = 'file'\npath = 'a/b.txt'\ncontains = 'x'", FileEffect("a/b.txt", "x")),
        ("by = 'file'\npath = '/tmp/x'", FileEffect("/tmp/x")),
        ("by = 'hang'", Hang()),
        ("by = 'limit'\nof = 'memory'", Exhaustion("memory")),
    ],
)
def test_every_kind_of_showing(body, shows):
    assert parse(text_with(shows=body), "R").shows == shows


def test_growth_has_sizes_in_its_command():
    growth = "by = 'growth'\nsizes = [1, 2, 4]\nexponent = 1.5"
    assert parse(text_with(shows=growth, reproducer="command = ['x', 'n={size}']"), "R").shows == Growth((1, 2, 4), 1.5)


def test_the_control_of_growth_has_one_size():
    """What it takes is taken away from every size: the sum of all sizes would hide what grows."""
    growth = "by = 'growth'\nsizes = [1, 2, 4]\nexponent = 1.5"
    uses = {"reproducer": "command = ['x', '{size}']", "control": "command = ['x', 'n={size}', 'benign']"}
    assert "[control] has {size} in its command" in refused(text_with(shows=growth, **uses))
    one = uses | {"control": "command = ['x', '4', 'benign']"}
    assert parse(text_with(shows=growth, **one), "R").control.command == ("x", "4", "benign")
    assert parse(text_with(shows="by = 'hang'", **uses), "R").control.command[1] == "n={size}", "a word like others"


NO_PURL = "is no package URL"
REFUSED = [
    ({"": "format = 2\ntitle = 'x'"}, "format: "),
    ({"": "format = true\ntitle = 'x'"}, "format: "),
    ({"": "title = 'x'"}, "format is missing"),
    ({"": "format = 1"}, "title is missing"),
    ({"": "format = 1\ntitle = ''"}, "title: "),
    ({"": 'format = 1\ntitle = "a\\u0007"'}, "title: "),
    ({"": "format = 1\ntitle = 'x'\nrun = 3"}, "run: there is no field"),
    ({"": "format = 1\ntitle = 'x'\nruns = 0"}, "runs: "),
    ({"": "format = 1\ntitle = 'x'\nruns = 101"}, "runs: "),
    ({"": "format = 1\ntitle = 'x'\nweaknesses = ['cwe-20']"}, "weaknesses, item 1: "),
    ({"": "format = 1\ntitle = 'x'\nidentifiers = 'CVE-2099-1'"}, "identifiers: a list"),
    ({"affected": ""}, "[affected] is missing"),
    ({"affected": "with = []"}, "[affected] names nothing"),
    ({"affected": "purl = 'pkg:pypi/x@1'\narchive = 'a'"}, "[affected] names purl and archive"),
    ({"affected": "purl = 'pkg:pypi/x@1'\npatch = 'p'"}, "[affected] names purl and patch"),
    ({"affected": "patch = 'p'"}, "[affected] has a patch"),
    ({"affected": "purl = 'pypi/x@1'"}, "[affected] purl: "),
    ({"affected": "purl = 'pkg:pypi'"}, NO_PURL),
    ({"affected": "purl = 'pkg:pypi/x'"}, "[affected] 'pkg:pypi/x' names no version"),
    ({"affected": "purl = 'pkg:pypi/x@1'\nwith = ['pkg:pypi/y']"}, "[affected] 'pkg:pypi/y' names no version"),
    ({"affected": "archive = 'http://example.org/x.tgz'"}, "nothing is fetched from addresses"),
    (
        {"affected": f"archive = 'https://example.org/x.tgz'\nsha256 = '{'0' * 64}'"},
        "nothing is fetched from addresses",
    ),
    ({"": 'format = 1\ntitle = "x\\n"'}, "title: a text without control characters"),
    ({"": 'format = 1\ntitle = "x"\nidentifiers = ["CVE-2099-1\\n"]'}, "identifiers, item 1: "),
    ({"": 'format = 1\ntitle = "x"\nweaknesses = ["CWE-20\\n"]'}, "weaknesses, item 1: "),
    ({"": 'format = 1\ntitle = "x"\nreferences = ["https://example.org/\\n"]'}, "references, item 1: "),
    ({"affected": 'archive = "x.tgz\\n"'}, "[affected] archive: "),
    ({"affected": 'purl = "pkg:pypi/x@1\\n"'}, "[affected] purl: "),
    ({"affected": 'purl = "pkg:pypi/x@1"\nwith = ["pkg:pypi/y@1\\n"]'}, "[affected] with, item 1: "),
    ({"affected": f'purl = "pkg:pypi/x@1"\nsha256 = "{"a" * 64}\\n"'}, "[affected] sha256: "),
    ({"fixed": 'patch = "fix.patch\\n"'}, "[fixed] patch: "),
    ({"install": 'files = ["driver.c\\n"]'}, "[install] files, item 1: "),
    ({"install": 'environment = { "A\\n" = "1" }'}, "[install] environment"),
    ({"reproducer": 'command = ["x"]\nfiles = ["x.py\\n"]'}, "[reproducer] files, item 1: "),
    ({"reproducer": 'command = ["x"]\ninput = "x\\n"'}, "[reproducer] input: "),
    ({"control": 'command = ["x"]\nenvironment = { "A\\n" = "1" }'}, "[control] environment"),
    ({"affected": "purl = 'pkg:pypi/x@1'\nsha256 = 'ABC'"}, "[affected] sha256: "),
    ({"fixed": "purl = 'pkg:pypi/x@2'\npatch = 'p'"}, "[fixed] names purl and patch"),
    ({"install": "requires = ['pkg:pypi/y']"}, "[install] 'pkg:pypi/y' names no version"),
    ({"install": "by = 'apt'"}, "[install] by: "),
    ({"install": "commands = [[]]"}, "[install] commands, item 1: "),
    ({"install": "commands = [['']]"}, "[install] has a command without a program"),
    ({"install": "commands = ['make -j2']"}, "[install] commands, item 1: "),
    ({"install": "environment = { 'A=B' = '1' }"}, "[install] environment: "),
    ({"reproducer": ""}, "[reproducer] is missing"),
    ({"reproducer": "command = 'python3 x'"}, "[reproducer] command: "),
    ({"reproducer": "command = []"}, "[reproducer] command: "),
    ({"reproducer": "command = ['']"}, "[reproducer] has a command without a program"),
    ({"reproducer": 'command = ["a\\u0000b"]'}, "[reproducer] command, item 1: "),
    ({"reproducer": "command = ['x']\nexit = 3"}, "[reproducer] has an exit"),
    ({"reproducer": "command = ['x']\nfiles = ['a', 'a/b']"}, "[reproducer] names a file that is also the folder"),
    ({"reproducer": "command = ['x']\nenvironment = { A = \"\\u0000\" }"}, "[reproducer] environment: "),
    ({"control": "command = ['x']\nexit = 256"}, "[control] exit: "),
    ({"control": "command = ['x']\nfiles = ['a/b/c', 'a/b']"}, "[control] names a file that is also the folder"),
    ({"shows": "by = 'magic'"}, "[shows] by: "),
    ({"shows": "contains = 'x'"}, "[shows] by is missing"),
    ({"shows": "by = 'output'"}, "[shows] contains is missing"),
    ({"shows": "by = 'output'\ncontains = ''"}, "[shows] contains: "),
    ({"shows": "by = 'exit'\ncode = 0"}, "[shows] code: "),
    ({"shows": "by = 'exit'\ncode = 127"}, "[shows] exit code 127 also says that a program was not run"),
    ({"shows": "by = 'file'\npath = '../x'"}, "is no path below /work or /tmp"),
    ({"shows": "by = 'file'\npath = '/etc/passwd'"}, "is no path below /work or /tmp"),
    ({"shows": "by = 'file'\npath = '/tmp/'"}, "is no path below /work or /tmp"),
    ({"shows": "by = 'file'\npath = \"a\\u0000\""}, "is no path below /work or /tmp"),
    ({"shows": "by = 'limit'\nof = 'patience'"}, "[shows] of: "),
    ({"shows": "by = 'growth'\nsizes = [1, 2]\nexponent = 2"}, "[shows] sizes: "),
    ({"shows": "by = 'growth'\nsizes = [1, 2, 4]\nexponent = 1.0"}, "[shows] exponent: "),
    ({"shows": "by = 'growth'\nsizes = [1, 2, 4]\nexponent = nan"}, "[shows] exponent: "),
    ({"shows": "by = 'growth'\nsizes = [1, 2, 4]\nexponent = 2"}, "[reproducer] has no {size}"),
    ({"limits": "seconds = 0"}, "[limits] seconds: "),
    ({"limits": "seconds = nan"}, "[limits] seconds: "),
    ({"limits": "seconds = inf"}, "[limits] seconds: "),
    ({"limits": "memory = 1"}, "[limits] memory: "),
    ({"limits": "memory = 1e9"}, "[limits] memory: "),
    ({"limits": "memory = 99999999999999999999999999"}, "[limits] memory: "),
    ({"limits": "disk = -1"}, "[limits] disk: "),
    ({"isolation": "tier = 'T9'"}, "[isolation] tier: "),
    ({"isolation": "tier = 1979-05-27"}, "[isolation] tier: "),
]


@pytest.mark.parametrize(
    ("tables", "words"), REFUSED, ids=[f"{n}-{words[:30]}" for n, (_, words) in enumerate(REFUSED)]
)
def test_every_refusal_says_where(tables, words):
    assert words in refused(text_with(**tables))


def growing(sizes, exponent):
    growth = f"by = 'growth'\nsizes = {list(sizes)}\nexponent = {exponent}"
    return text_with(shows=growth, reproducer="command = ['{size}']")


@pytest.mark.parametrize("sizes", [[1, 2, 2], [4, 2, 1], [1, 1, 9], [1 << 40, 2, 1]])
@pytest.mark.parametrize("exponent", [2, 100])
def test_sizes_grow(sizes, exponent):
    assert "sizes do not grow" in refused(growing(sizes, exponent))


@given(st.lists(st.integers(-1, 1 << 41), max_size=13), st.floats() | st.sampled_from([1.2, 2.0, 100.0]))
@example([1, 2, 1 << 40], 100.0)
@example([1, 2, 1 << 40], 1.2)
def test_no_sizes_and_no_exponent_raise_anything_else(sizes, exponent):
    never_more(growing(sizes, exponent))
    never_more(growing(sorted(sizes), exponent))


def test_sizes_may_be_as_far_apart_as_may_be():
    assert parse(growing([1, 2, 1 << 40], 100), "R").shows == Growth((1, 2, 1 << 40), 100)


def test_sizes_are_far_apart():
    growth = "by = 'growth'\nsizes = [10, 11, 12]\nexponent = 2"
    assert "too close to tell" in refused(text_with(shows=growth, reproducer="command = ['{size}']"))


# Hostile texts


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "format is missing"),
        (b"\x00", "no TOML"),
        (b"\xff\xfe", "a recipe is UTF-8"),
        (b"a = " + b"[" * 30_000, "too deeply nested"),
        (b"a = " + b"{a=" * 10_000, "too deeply nested"),
        (b"a." * 30_000 + b"a = 1", "too deeply nested"),
        (b"'a' . \"a\" ." * 5_000 + b"a = 1", "too deeply nested"),
        (b"[" + b"a ." * 20_000 + b"a]", "too deeply nested"),
        (b'a = """x"""" # "\n' + b"a." * 20_000 + b"a = 1", "too deeply nested"),
        (b'a = {a = """x"""", ' + b"a." * 20_000 + b"a = 1}", "too deeply nested"),
        (b"a = 1\na = 2", "no TOML"),
        (b"[a]\n[a]", "no TOML"),
        (b"a = " + b"9" * 5_000, "no TOML: Exceeds the limit"),
        (b"format = 0x" + b"f" * 50_000, ""),
        (b"a = 1979-02-31", "no TOML"),
        (b"a = 1\x00", "no TOML"),
        (b'a = "\\ud800"', "no TOML"),
        (b"x" * 65_537, "at most 64 KiB"),
        (b"x" * 65_536, "no TOML"),
        (b'"' * 65_000, "no TOML"),
        (b"'''" * 20_000, "no TOML"),
        (b'"\\' * 30_000, "no TOML"),
    ],
)
def test_hostile_texts_are_refused_at_once(data, words):
    assert words in refused(data)


def test_texts_with_many_dots_are_no_deep_keys():
    dots = ".".join("a" * 200)
    body = f"command = ['{dots}', \"{dots}\", '''{dots}''']  # {dots}"
    assert parse(text_with(reproducer=body), "R").reproducer.command == (dots,) * 3


SCALARS = r"""1
-1
nan
inf
1e400
100.0
1099511627776
1979-05-27
07:32:00
true
'x'
''
"x\n"
'growth'
'pkg:pypi/x@1'
'https://example.org/x.tgz'
['{size}']
[1, 2, 1099511627776]""".splitlines()

toml_values = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.lists(inner, max_size=2).map(lambda each: "{" + ", ".join(f"k{n} = {v}" for n, v in enumerate(each)) + "}")
    ),
    max_leaves=5,
)
NAMES = """format title identifiers weaknesses about references runs affected.purl affected.archive affected.sha256
affected.with affected.patch fixed.purl fixed.patch install.by install.from_source install.requires install.with
install.files install.commands install.environment reproducer.files reproducer.command reproducer.input
reproducer.environment reproducer.exit control.command control.exit shows.by shows.contains shows.stream shows.code
shows.type shows.state shows.access shows.path shows.sizes shows.exponent shows.of limits.seconds limits.memory
isolation.tier unknown shows"""
FIELDS = NAMES.split()


@given(st.dictionaries(st.sampled_from(FIELDS), toml_values, max_size=6), st.booleans())
def test_no_recipe_raises_anything_else(fields, least):
    start = {"format": "1", "title": "'x'", "affected.purl": "'pkg:pypi/x@1'", "reproducer.command": "['x']"}
    whole = {**(start | {"shows.by": "'hang'"} if least else {}), **fields}
    never_more("\n".join(f"{name} = {value}" for name, value in whole.items()).encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"a=" + b"9" * 4301)
def test_no_bytes_raise_anything_else(data):
    never_more(data)
    never_more(text_with() + b"\n" + data)


def never_more(data):
    try:
        recipe = parse(data, "R")
    except RecipeError as error:
        assert error.what  # noqa: PT017 - it may, and need not
        return
    assert recipe.format == 1
    assert tomllib.loads(data.decode())


# Files


def written(tmp_path, text, **files):
    place = tmp_path / "recipe"
    place.mkdir()
    (place / NAME).write_bytes(text)
    for name, data in files.items():
        (place / name).write_bytes(data)
    return place


def test_a_folder_or_the_file_in_it(tmp_path):
    place = written(tmp_path, text_with(reproducer="command = ['x']\nfiles = ['a', 'b/c']"), a=b"1")
    (place / "b").mkdir()
    (place / "b" / "c").write_bytes(b"2")
    (place / "unnamed").write_bytes(b"3")
    assert load(place).files == load(place / NAME).files
    assert set(load(place).files) == {NAME, "a", "b/c"}


def test_a_digest_is_over_names_and_contents(tmp_path):
    text = text_with(reproducer="command = ['x']\nfiles = ['a']")
    one = from_files({NAME: text, "a": b"1", "b": b"unnamed"}, "here")
    assert one.digest == from_files({"a": b"1", NAME: text}, "there").digest
    assert one.digest != from_files({NAME: text, "a": b"2"}, "here").digest
    assert one.digest != from_files({NAME: text + b"\n", "a": b"1"}, "here").digest


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "a//b",
        "./x",
        "a\\b",
        "C:x",
        "C:\\x",
        "\\\\host\\x",
        "..",
        ".",
        "a/.",
        "x/" * 40 + "x",
    ],
)
@pytest.mark.parametrize("field", ["reproducer", "affected", "fixed", "install", "input"])
def test_paths_that_leave_are_refused(tmp_path, name, field):
    tables = {
        "reproducer": {"reproducer": f"command = ['x']\nfiles = ['{name}']"},
        "input": {"reproducer": f"command = ['x']\ninput = '{name}'"},
        "affected": {"affected": f"archive = '{name}'"},
        "fixed": {"fixed": f"patch = '{name}'"},
        "install": {"install": f"files = ['{name}']"},
    }[field]
    (tmp_path / "x").write_bytes(b"outside")
    place = written(tmp_path, text_with(**tables))
    for read in (lambda: load(place), lambda: from_files({NAME: text_with(**tables), name: b""}, "R")):
        with pytest.raises(RecipeError, match="is no file beside the recipe"):
            read()


@pytest.mark.parametrize("name", ["a\\u0000", "a\\u001f", "a\\u007f", ""])
def test_names_with_control_characters_are_refused(name):
    assert "[reproducer] files, item 1: a text " in refused(
        text_with(reproducer=f"command = ['x']\nfiles = [\"{name}\"]")
    )


def named_a(tmp_path):
    return written(tmp_path, text_with(reproducer="command = ['x']\nfiles = ['a']"))


def test_links_are_refused(tmp_path):
    place = named_a(tmp_path)
    (tmp_path / "secret").write_bytes(b"secret")
    for target in ("../secret", "/etc/passwd", NAME):
        (place / "a").unlink(missing_ok=True)
        (place / "a").symlink_to(target)
        with pytest.raises(RecipeError, match="is a link"):
            load(place)


def test_a_link_to_itself_is_refused(tmp_path):
    place = named_a(tmp_path)
    (place / "a").symlink_to("a")
    with pytest.raises(RecipeError, match=r"is a link|cannot be read"):
        load(place)


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    place = written(tmp_path, text_with(reproducer="command = ['x']\nfiles = ['b/a']"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a").write_bytes(b"1")
    (place / "b").symlink_to("../other")
    with pytest.raises(RecipeError, match="is a link"):
        load(place)
    (tmp_path / "through").symlink_to(place)
    (place / "b").unlink()
    (place / "b").mkdir()
    (place / "b" / "a").write_bytes(b"1")
    assert load(tmp_path / "through").files["b/a"] == b"1", "where the recipe itself lies is the reader's affair"


def test_pipes_folders_and_what_is_missing_are_refused(tmp_path):
    place = named_a(tmp_path)
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        load(place)
    (place / "a").mkdir()
    with pytest.raises(RecipeError, match="is no file"):
        load(place)
    (place / "a").rmdir()
    os.mkfifo(place / "a")
    with pytest.raises(RecipeError, match="is no file"):
        load(place)
    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path / "nowhere")


def test_large_files_are_refused(tmp_path):
    place = named_a(tmp_path)
    with (place / "a").open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(RecipeError, match="has more than 16384 KiB"):
        load(place)
    files = {name: bytes(16 << 20) for name in "abcde"}
    names = ", ".join(f"'{name}'" for name in files)
    text = text_with(reproducer=f"command = ['x']\nfiles = [{names}]")
    with pytest.raises(RecipeError, match="more than 64 MiB together"):
        from_files({NAME: text, **files}, "R")
    with pytest.raises(RecipeError, match="has more than 16384 KiB"):
        from_files({NAME: text, **files, "a": bytes((16 << 20) + 1)}, "R")


def test_a_large_recipe_is_refused(tmp_path):
    place = written(tmp_path, b"#" * 65_537)
    with pytest.raises(RecipeError, match="has more than 64 KiB"):
        load(place)


def test_files_that_come_with_a_report():
    with pytest.raises(RecipeError, match=r"R: there is no recipe\.toml among the files"):
        from_files({}, "R")
    text = text_with(reproducer="command = ['x']\nfiles = ['a']")
    with pytest.raises(RecipeError, match="'a' is not among the files"):
        from_files({NAME: text}, "R")


@pytest.mark.parametrize("place", sorted(EXAMPLES.glob("*/recipe.toml")), ids=lambda path: path.parent.name)
def test_every_recipe_of_the_gallery_loads(place):
    found = load(place.parent)
    assert found.recipe.control is not None
    assert found.recipe.fixed is not None


@pytest.mark.parametrize("arm", ["affected", "fixed"])
def test_an_archive_with_another_digest_is_refused_at_once(arm):
    digest = hashlib.sha256(b"archive").hexdigest()
    said = f'archive = "a.tar.gz"\nsha256 = "{digest}"'
    files = {"a.tar.gz": b"archive", "reproduce.py": b""}
    assert from_files({NAME: text_with(**{arm: said}), **files}, "R").files["a.tar.gz"] == b"archive"
    with pytest.raises(RecipeError, match=f"'a.tar.gz' has the digest [0-9a-f]{{64}}, and sha256 says {digest}"):
        from_files({NAME: text_with(**{arm: said}), **files, "a.tar.gz": b"another"}, "R")
