"""How functions and messages become lines of a state, and which are ignored."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.crash import parser, stacks, tables
from clearinghouse.formats.crash.events import CUT, LANDMARKS, LONGEST_LINE, Scanner
from clearinghouse.formats.crash.normalise import demangle, function_line, ignore, message_line, type_words
from clearinghouse.formats.crash.reading import recursion
from clearinghouse.formats.crash.security import Evidence, is_security, near_null
from clearinghouse.records import Location


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


@pytest.mark.parametrize(
    ("rest", "function", "code", "line"),
    [
        (" (/out/tool+0x12) (BuildId: 0a1b)", "tool", ("/out/tool", "0x12", "0a1b"), "/out/tool+0x12"),
        ("read_all (/out/tool+0x12) (BuildId: 0a1b)", "read_all", ("/out/tool", "0x12", "0a1b"), "read_all"),
        ("read_all (C:\\out\\x.dll+0x12)", "read_all", ("C:\\out\\x.dll", "0x12", ""), "read_all"),
        ("read_all /src/read.c:7:3", "read_all", None, "read_all"),
        ("pc 0001c30f  /data/lib/x.so (read_all+20)", "read_all", ("/data/lib/x.so", "0x1c30f", ""), "read_all"),
        (
            "pc 0001c30f  /data/lib/x.so (read_all+20) (BuildId: 0a1b)",
            "read_all",
            ("/data/lib/x.so", "0x1c30f", "0a1b"),
            "read_all",
        ),
        ("pc 0000  /data/lib/x.so (BuildId: 0a1b)", "x.so", ("/data/lib/x.so", "0x0", "0a1b"), "/data/lib/x.so"),
    ],
)
def test_where_in_a_binary(rest: str, function: str, code: tuple[str, str, str] | None, line: str) -> None:
    parsed = stacks.native(rest)
    assert parsed.frame is not None
    assert (parsed.frame.function, parsed.code, parsed.line) == (function, code, line)


@pytest.mark.parametrize(
    ("path", "line", "column", "expected"),
    [
        ("src/a.c", "10", "4", Location(path="src/a.c", line=10, column=4)),
        ("src/a.c", "0", None, Location(path="src/a.c")),
        ("src/a.c", "9" * 30, None, Location(path="src/a.c")),
        ("", "3", None, None),
    ],
)
def test_places(path: str, line: str, column: str | None, expected: Location | None) -> None:
    assert stacks.location(path, line, column) == expected


@pytest.mark.parametrize("text", ["a.c", "a.c:", ":10:4", "a b:1", "<unknown>"])
def test_what_is_no_place(text: str) -> None:
    assert stacks.place_of(text) is None


def test_every_word_is_looked_for_at_a_landmark() -> None:
    """A word without a landmark would be a pass over the whole log of its own: give it one that it holds."""
    assert set(parser.SCANNER.groups) <= set(LANDMARKS)


def test_no_word_begins_as_another() -> None:
    """Of two words at one place only one is found."""
    words = sorted(parser.SCANNER.handlers)
    assert not [(a, b) for a, b in itertools.pairwise(words) if b.startswith(a)]


def test_each_reader_is_given_a_line_once() -> None:
    scan = Scanner({"signal ": lambda *_: False, "Error: ": lambda *_: False}).scan(
        "\nsignal signal Error: x\nsignal \n"
    )
    found = []
    while met := scan.line():
        found.append(met[1].content)
    assert found == ["signal signal Error: x", "signal signal Error: x", "signal "]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("signal " + "x" * CUT, ("signal " + "x" * CUT)[:CUT]),
        ("x" * CUT + "signal ", None),
        ("signal " + "x" * LONGEST_LINE, None),
    ],
    ids=["cut", "begins too late", "data"],
)
def test_long_lines(text: str, content: str | None) -> None:
    scan = Scanner({"signal ": lambda *_: False}).scan(f"\n{text}\nsignal 2\n")
    met = scan.line()
    if content is not None:
        assert met is not None
        assert met[1].content == content
        met = scan.line()
    assert met is not None
    assert met[1].content == "signal 2"


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
        (Evidence(type="Kernel failure Use-after-free"), True),
        (Evidence(type=""), False),
        (Evidence(type="Something-new"), True),
    ],
)
def test_security_rule(evidence: Evidence, answer: bool) -> None:
    assert is_security(evidence) is answer


@pytest.mark.parametrize(
    ("address", "near"),
    [("0x0", True), ("0x0fff", True), ("0x1000", False), ("00000000`00000010", True), (None, False)],
)
def test_near_null(address: str | None, near: bool) -> None:
    assert near_null(address) is near
