"""The compared forms of paths, symbols and names, and the keys that databases keep."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.identity.normalise import (
    code_context,
    component_name,
    key64,
    key_of,
    message_form,
    path_parts,
    path_tails,
    remedy_values,
    repository_name,
    same_file,
    shared_key,
    symbol_name,
    unmatched,
    words,
)

PINNED = {
    ("id", "CVE-2021-44228"): 250093781628710012,
    ("",): 1029752036516141867,
    ("line", 7): 999869202295373731,
    ("Größe", "名前", "\x00"): 293433215615064043,
}


@pytest.mark.parametrize(("parts", "key"), PINNED.items())
def test_keys_are_what_they_were_when_they_were_stored(parts, key):
    assert key64(*parts) == key


def test_a_key_of_bytes_is_pinned_too():
    assert key_of(b"") == 1029752036516141867
    assert key_of(b"fp\x1fTool\x1frule\x1fname\x1fvalue") == 151579958520673984


@given(st.lists(st.text() | st.integers(), max_size=4))
def test_keys_fit_a_signed_column_and_two_digits_of_python(parts):
    key = key64(*parts)
    assert 0 <= key < 1 << 60
    assert key == key64(*parts)


def test_keys_do_not_depend_on_the_hash_seed():
    code = "from clearinghouse.identity.normalise import *; print(key64('a', 1), shared_key('x', 'y', 'z'))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {f"{key64('a', 1)} {shared_key('x', 'y', 'z')}\n"}


def test_the_border_between_parts_counts():
    assert key64("ab", "c") != key64("a", "bc")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("src/App.py", ("src", "app.py")),
        ("./src//app.py", ("src", "app.py")),
        ("src/lib/../app.py", ("src", "app.py")),
        ("../../app.py", ("app.py",)),
        ("C:\\work\\App.py", ("work", "app.py")),
        ("file:///src/my%20app.py", ("src", "my app.py")),
        ("https://example.org/a/b.c", ("example.org", "a", "b.c")),
        ("", ()),
        ("/", ()),
        ("%", ("%",)),
    ],
)
def test_components_of_a_path(path, parts):
    assert path_parts(path) == parts


PREFIX = st.sampled_from(["", "/", "./", "C:\\", "file:///", "/home/x/", "lib-main/", "lib-1.2/", "/tmp/"])
NAMES = st.lists(
    st.sampled_from(["a", "b", "A", "a%20b", "lib-main", "lib-1.2", "home", ".", ".."]), min_size=2, max_size=5
)
PATHS = st.builds(lambda prefix, names: prefix + "/".join(names), PREFIX, NAMES)


@given(PATHS, PATHS)
def test_same_file_is_symmetric_and_what_is_the_same_file_is_found_by_a_common_key(one, other):
    assert same_file(one, other) == same_file(other, one)
    assert unmatched(one, other) == unmatched(other, one) >= 0
    if min(len(path_parts(one)), len(path_parts(other))) > 1 and same_file(one, other):
        assert set(path_tails(one)) & set(path_tails(other))


@given(st.text(max_size=20))
def test_every_path_is_the_same_file_as_itself(path):
    assert same_file(path, path)
    assert unmatched(path, path) == 0


@pytest.mark.parametrize(
    "symbol",
    ["run", "app.views.run", "a::B::run(int)", "Class#run", "run<T>(x)", "ptr->run", "pkg/mod.run", "RUN",
     "(*Server).run", "(anonymous namespace)::run"],
)  # fmt: skip
def test_the_last_name_of_a_symbol(symbol):
    assert symbol_name(symbol) == "run"


def test_code_without_white_space_and_too_short_code_is_none():
    assert code_context("  x =  call( y )\n") == "x=call(y)"
    assert code_context(" x = 1 ") == ""


def test_numbers_case_and_white_space_do_not_count_in_messages():
    assert message_form("Buffer of 10 bytes\n at LINE 7") == message_form("buffer of 999 bytes at line 12 ")
    assert message_form("read of x") != message_form("write of x")
    assert isinstance(message_form("\ud800"), bytes)


def test_words_keep_numbers():
    assert words("Since 1.2, Foo_bar()!") == ["since", "1", "2", "foo_bar"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Django", "django"),
        ("github.com/acme/Tool", "tool"),
        ("org.acme:log4j-core", "orgacmelog4jcore"),
        ("a_b.c", "abc"),
        ("名前", "名前"),
    ],
)
def test_component_names(name, form):
    assert component_name(name) == form


@pytest.mark.parametrize(
    "address",
    [
        "https://GitHub.com/Acme/Tool.git",
        "git@github.com:acme/tool.git",
        "ssh://git@github.com/acme/tool",
        "github.com/acme/tool/",
    ],
)
def test_one_name_for_a_repository(address):
    assert repository_name(address) == "github.com/acme/tool"


def test_a_commit_is_one_fact_however_it_is_cited():
    commit = "0123456789abcdef0123456789abcdef01234567"
    cited = remedy_values(
        [commit], [], [f"https://github.com/acme/tool/commit/{commit[:12]}", "https://example.org/a#part"]
    )
    assert cited == ("commit 0123456789ab", "example.org/a")
    assert remedy_values(["12345"], ["d1"], []) == ("patch d1",)
