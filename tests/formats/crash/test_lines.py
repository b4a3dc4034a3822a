"""How functions and messages become lines of a state, and which are ignored."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.crash import stacks, tables
from clearinghouse.formats.crash.events import Scanner
from clearinghouse.formats.crash.normalise import demangle, function_line, ignore, message_line, type_words
from clearinghouse.formats.crash.reading import recursion
from clearinghouse.formats.crash.security import Evidence, is_security


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("app::(anonymous namespace)::read(int, char)", "app::read"),
        ("app::`anonymous namespace'::read", "app::read"),
        ("non-virtual thunk to app::Reader::next()", "app::Reader::next"),
        ("codec!Codec::Next<int>+0x46", "Codec::Next<int>"),
        ("app::operator!=(A const&)", "app::operator!="),
        ("app::Functor::operator()(int) const", "app::Functor::operator"),
        ("int app::twice<int>(int)", "int app::twice<int>"),
        ("_ZN3app6Reader4nextEv", "app::Reader::next"),
        ("_ZN5codec4read17h0123456789abcdefE", "codec::read"),
        ("read+0x1f", "read"),
    ],
)
def test_function_line(function: str, line: str) -> None:
    assert function_line(function) == line


@pytest.mark.parametrize("symbol", ["_ZN", "_ZNE", "_ZN9999abcE", "_ZNK3appI3barE4readEv", "_ZN3ap"])
def test_symbols_beyond_the_simple_demangler_stay(symbol: str) -> None:
    assert demangle(symbol) == symbol


def test_message_values_become_names() -> None:
    assert message_line("size <= 1048576 at 0xdeadbeef, node #3") == "size <= NUMBER at ADDRESS, node #NUMBER"
    assert message_line("length > 0") == "length > 0"
    assert len(message_line("x" * 500)) == 80


def test_type_words() -> None:
    assert type_words("out of bounds access") == "Out-of-bounds-access"
    assert type_words("heap_use-AFTER-free") == "Heap-use-after-free"


@pytest.mark.parametrize(
    ("rest", "function", "file", "number", "line"),
    [
        ("read_all(R*, int) const /src/../read.cc:7:3", "read_all(R*, int) const", "/src/../read.cc", 7, "read_all"),
        ("app::read C:\\b\\src\\read.cc:18", "app::read", "C:\\b\\src\\read.cc", 18, "app::read"),
        ("app::read() [app/read.cc:18:7]", "app::read()", "app/read.cc", 18, "app::read"),
        ("app::read (n=3, s=0x10) at src/read.c:362", "app::read (n=3, s=0x10)", "src/read.c", 362, "app::read"),
        ("read_all (/out/tool+0x12) (BuildId: 0a1b)", "read_all", None, None, "read_all"),
        (" (/out/tool+0x12)", "tool", "/out/tool", None, "/out/tool+0x12"),
        ("malloc _rtl_", "malloc", None, None, None),
        ("std::vector<int>::at(unsigned long) /usr/include/c++/v1/vector:9", None, None, None, None),
        ("(<unknown module>)", None, None, None, None),
        ("read_all() ../../x/read.cc:12 <<application>>+0xad0f1", "read_all()", "../../x/read.cc", 12, "read_all"),
    ],
)  # fmt: skip
def test_native_frames(rest: str, function: str | None, file: str | None, number: int | None, line: str | None) -> None:
    parsed = stacks.native(rest)
    assert parsed.line == line
    if function is not None:
        assert parsed.frame is not None
        assert (parsed.frame.function, parsed.frame.file, parsed.frame.line) == (function, file, number)


def test_every_ignored_group_says_why() -> None:
    groups = tables.frames().group
    assert len({group.category for group in groups}) == len(groups)
    assert all(group.reason for group in groups)


@pytest.mark.parametrize(
    "name", ["abort", "__interceptor_malloc", "operator new", "fuzzer::Fuzzer::Loop", "std::sort", "start_thread"]
)
def test_ignored(name: str) -> None:
    assert ignore().function(name)


@pytest.mark.parametrize("name", ["png_read_row", "abortable_read", "app::malloc_pool::take", "mainloop"])
def test_not_ignored(name: str) -> None:
    assert not ignore().function(name)


@pytest.mark.parametrize(
    ("lines", "cycle"),
    [
        (["a", "b", "c"], ["a", "b", "c"]),
        (["x", *["a", "b"] * 3], ["a", "b"]),
        (["a"] * 5, ["a"]),
        (["a", "b"] * 2, ["a", "b"] * 2),
        (list("abcd") * 3, ["a", "b", "c"]),
    ],
)
def test_recursion(lines: list[str], cycle: list[str]) -> None:
    assert recursion(lines) == cycle


def test_a_word_has_one_reader() -> None:
    with pytest.raises(ValueError, match="two families"):
        Scanner({"Check": lambda *_: True}, {"Check": lambda *_: True})


@given(st.lists(st.sampled_from(["Alpha", "Alpine", "Beta", "beta", "beat", "-", "x", "\n"]), max_size=30))
def test_words_are_found_in_order(parts: list[str]) -> None:
    words = ["Alpha", "Alpine", "Beta", "beta", "beat"]
    text = "".join(parts)
    scan = Scanner({word: lambda *_: True for word in words}).scan(text)
    expected = sorted((found.start(), word) for word in words for found in re.finditer(word, text))
    position = 0
    places = []
    while found := scan.next(position):
        places.append(found)
        position = found[0] + len(found[1])
    assert places == expected


@pytest.mark.parametrize(
    ("evidence", "answer"),
    [
        (Evidence(type="Heap-buffer-overflow"), True),
        (Evidence(type="Heap-buffer-overflow", protected=True), False),
        (Evidence(type="Ill"), False),
        (Evidence(type="Ill", pc_zero=True), True),
        (Evidence(type="Uncaught exception"), False),
        (Evidence(type="Uncaught exception", marked=True), True),
        (Evidence(type="Runtime exception"), False),
        (Evidence(type="UNKNOWN", address="0x7f0000000000"), True),
        (Evidence(type="UNKNOWN", address="0x0fff"), False),
        (Evidence(type="UNKNOWN", address="0x03e900001234"), False),
        (Evidence(type="UNKNOWN"), False),
        (Evidence(type="UNKNOWN", address="nonsense"), False),
        (Evidence(type="Kernel failure\nUse-after-free"), True),
        (Evidence(type=""), False),
        (Evidence(type="Something-new"), True),
    ],
)
def test_security_rule(evidence: Evidence, answer: bool) -> None:
    assert is_security(evidence) is answer
