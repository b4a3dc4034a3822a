"""What one run shows: each kind, each way to end, what comes first."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.sandbox import Collected, End, Kind, Outcome
from clearinghouse.validation.shows import (
    NOT_RUN,
    Crashes,
    Exhaustion,
    Exit,
    FileEffect,
    Growth,
    Hang,
    Output,
    Sanitizer,
    exit_code,
    path_of,
    sight,
    untold,
)

ASAN = b"""=================================================================
==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc 0x55 bp 0x7f sp 0x7f
READ of size 1 at 0x602000000011 thread T0
    #0 0x55a in parse_name /subject/source/parse.c:9:12
    #1 0x55b in parse_all /subject/source/parse.c:20:3
    #2 0x55c in main /subject/source/main.c:5:3

SUMMARY: AddressSanitizer: heap-buffer-overflow /subject/source/parse.c:9:12 in parse_name
"""
PYTHON = b"""Traceback (most recent call last):
  File "/work/reproduce.py", line 3, in <module>
    parse("x")
  File "/subject/site/lib.py", line 7, in parse
    raise KeyError(name)
KeyError: 'x'
"""


def exited(code=0, stdout=b"", stderr=b""):
    return Outcome(end=End.EXITED, code=code, stdout=stdout, stderr=stderr)


def signalled(number, stderr=b""):
    return Outcome(end=End.SIGNALLED, signal=number, stderr=stderr)


KINDS = [
    Output("FLAW"),
    Exit(3),
    Crashes(),
    Crashes("Abrt"),
    Sanitizer(),
    FileEffect("x"),
    Hang(),
    Exhaustion("memory"),
    Growth((1, 2, 4), 2),
]
LIMITS = [End.TIME, End.CPU, End.MEMORY, End.OUTPUT, End.PROCESSES]


@pytest.mark.parametrize("shows", KINDS, ids=repr)
def test_what_was_not_run_tells_nothing(shows):
    for outcome in (
        Outcome(end=End.NOT_FOUND, words="execvp x: No such file"),
        Outcome(end=End.NOT_STARTED),
        exited(126),
        exited(127, stderr=b"sh: 1: x: not found"),
    ):
        found = sight(shows, outcome)
        assert (found.shown, found.signature) == (None, "")
        assert found.how == untold(outcome) != ""


@pytest.mark.parametrize("end", LIMITS)
@pytest.mark.parametrize("shows", KINDS, ids=repr)
def test_a_limit_tells_nothing_unless_it_is_the_flaw(shows, end):
    meant = (isinstance(shows, Hang) and end in {End.TIME, End.CPU}) or (
        isinstance(shows, Exhaustion) and end is End.MEMORY
    )
    found = sight(shows, Outcome(end=end))
    assert found.shown is (True if meant else None)
    assert found.how == f"ended at its limit of {end}"


@pytest.mark.parametrize("end", LIMITS)
def test_what_was_seen_before_a_limit_was_seen(end):
    assert sight(Output("FLAW"), Outcome(end=end, stdout=b"FLAW", cut=True)).shown
    assert sight(Sanitizer("Heap-buffer-overflow"), Outcome(end=end, stderr=ASAN)).shown
    here = Collected(path="/work/x", kind=Kind.FILE)
    assert sight(FileEffect("x"), Outcome(end=end), [here]).shown


@pytest.mark.parametrize("shows", [kind for kind in KINDS if not isinstance(kind, Growth)], ids=repr)
def test_a_quiet_end_shows_nothing(shows):
    found = sight(shows, exited(), [Collected(path="/work/x", kind=Kind.MISSING)])
    assert (found.shown, found.signature) == (False, "")
    assert found.how


@given(
    st.sampled_from(KINDS), st.sampled_from(list(End)), st.integers(0, 255), st.binary(max_size=60), st.integers(0, 64)
)
def test_only_what_is_shown_has_a_meaning_of_its_own(shows, end, code, data, signal):
    outcome = Outcome(
        end=end,
        code=code if end is End.EXITED else None,
        signal=signal if end is End.SIGNALLED else None,
        stdout=data,
        stderr=data,
    )
    found = sight(shows, outcome)
    assert found == sight(shows, outcome)
    assert found.how
    assert not (found.shown and not found.signature)
    assert not (found.shown is None and found.signature)


# Output


@pytest.mark.parametrize(
    ("stream", "outcome", "shown"),
    [
        ("both", exited(stdout=b"a FLAW b"), True),
        ("both", exited(stderr=b"a FLAW b"), True),
        ("stdout", exited(stderr=b"FLAW"), False),
        ("stderr", exited(stdout=b"FLAW"), False),
        ("stderr", exited(1, stderr=b"FLAW"), True),
        ("both", exited(stdout=b"FL", stderr=b"AW"), False),
        ("both", exited(stdout=b"flaw"), False),
        ("both", signalled(11, b"FLAW"), True),
    ],
)
def test_output_is_compared_byte_for_byte(stream, outcome, shown):
    assert sight(Output("FLAW", stream), outcome).shown is shown


def test_a_text_is_no_pattern():
    assert sight(Output(".*"), exited(stdout=b"anything")).shown is False
    assert sight(Output("é\n"), exited(stdout="né\n".encode())).shown


# Exit codes


def test_exit_codes():
    assert sight(Exit(3), exited(3)) == (True, "exit 3", "exit code 3")
    assert sight(Exit(3), exited(4)) == (False, "", "exit code 4")


def test_a_code_above_128_is_what_a_shell_makes_of_a_signal():
    assert exit_code(signalled(6)) == 134
    assert sight(Exit(134), signalled(6)).shown
    assert sight(Exit(200), exited(200)).shown
    assert exit_code(Outcome(end=End.TIME, code=0)) is None


# Crashes


@pytest.mark.parametrize("number", [4, 5, 6, 7, 8, 11, 31])
def test_signals_of_crashes(number):
    assert sight(Crashes(), signalled(number)).shown


@pytest.mark.parametrize("number", [1, 2, 9, 13, 14, 15, 24, 64])
def test_signals_that_others_send_are_no_crashes(number):
    assert sight(Crashes(), signalled(number)).shown is False


def test_a_signal_that_is_named():
    assert sight(Crashes("SIGABRT"), signalled(6)) == (True, "signal SIGABRT", "ended by SIGABRT")
    assert sight(Crashes("SIGABRT"), signalled(11)).shown is False
    assert sight(Crashes("SIGABRT", ("main",)), signalled(6)).shown is False


def test_a_report_of_a_sanitizer_is_a_crash():
    found = sight(Crashes(), exited(1, stderr=ASAN))
    assert found.shown
    assert found.signature == "Heap-buffer-overflow READ: parse_name < parse_all"


def test_a_traceback_is_a_crash_only_where_it_is_named():
    outcome = exited(1, stderr=PYTHON)
    assert sight(Crashes(), outcome).shown is False, "an error that Python tells is no fall of the program"
    state = sight(Crashes(state=("parse",)), outcome)
    assert state.shown, state
    assert sight(Crashes(state=("other",)), outcome).shown is False


def test_an_example_of_a_log_on_either_stream():
    assert sight(Crashes("Heap-buffer-overflow"), exited(1, stdout=ASAN)).shown
    assert sight(Crashes("heap-BUFFER-overflow", ("parse_name", "parse_all")), exited(1, stderr=ASAN)).shown


@pytest.mark.parametrize(
    ("shows", "shown"),
    [
        (Sanitizer(), True),
        (Sanitizer("Heap-buffer-overflow"), True),
        (Sanitizer("Heap-use-after-free"), False),
        (Sanitizer("Heap-buffer-overflow", "read"), True),
        (Sanitizer("Heap-buffer-overflow", "WRITE"), False),
        (Sanitizer(state=("parse_name",)), True),
        (Sanitizer(state=("parse_all",)), False),
        (Sanitizer(state=("parse_name", "parse_all")), True),
        (Sanitizer(state=("parse_name", "parse_all", "start")), False),
    ],
)
def test_a_report_agrees_or_is_another(shows, shown):
    found = sight(shows, exited(1, stderr=ASAN))
    assert found.shown is shown
    assert found.signature == "Heap-buffer-overflow READ: parse_name < parse_all"


def test_without_a_report_no_sanitizer_shows():
    assert sight(Sanitizer(), signalled(11)).how == "no report of a sanitizer; ended by SIGSEGV"
    assert sight(Sanitizer(), exited(1, stderr=PYTHON)).shown is False


# Files


@pytest.mark.parametrize(("path", "whole"), [("a/b", "/work/a/b"), ("/tmp/x", "/tmp/x"), ("/work/x", "/work/x")])
def test_a_path_begins_at_the_current_folder(path, whole):
    assert path_of(FileEffect(path)) == whole
    assert path_of(Hang()) is None


@pytest.mark.parametrize("kind", [Kind.LINK, Kind.FOLDER, Kind.OTHER, Kind.MISSING])
def test_only_a_file_is_a_file(kind):
    found = sight(FileEffect("x", "root:"), exited(), [Collected(path="/work/x", kind=kind)])
    assert (found.shown, found.how) == (False, f"/work/x: {kind}")


def test_a_file_holds_a_text():
    here = Collected(path="/work/x", kind=Kind.FILE, size=9, data=b"a root: b")
    assert sight(FileEffect("x", "root:"), exited(), [here]) == (True, "file /work/x", "/work/x, 9 bytes")
    assert sight(FileEffect("x", "toor:"), exited(), [here]).shown is False


def test_of_a_file_that_nothing_was_said_of_nothing_is_known():
    other = Collected(path="/work/x", kind=Kind.FILE)
    for collected in ([], [other]):
        assert sight(FileEffect("y"), exited(), collected) == (None, "", "nothing was said of /work/y")


@given(st.binary(max_size=40), st.integers(0, 40), st.sampled_from(["a", "root:"]))
@example(b"x\0", 1, "root:")
def test_what_was_not_read_of_a_file_may_hold_the_text(data, most, text):
    """What is told of a part is never other than what is told of the whole."""
    data = data.replace(b"\0", text.encode())
    whole = Collected(path="/work/x", kind=Kind.FILE, size=len(data), data=data)
    part = replace(whole, data=data[:most], cut=most < len(data))
    shown = sight(FileEffect("x", text), exited(), [part]).shown
    assert shown in {None, text.encode() in data}
    assert shown is not None or most < len(data)
    assert sight(FileEffect("x"), exited(), [part]).shown


# Limits


@pytest.mark.parametrize("of", ["memory", "output", "processes"])
def test_a_limit_that_is_the_flaw(of):
    assert sight(Exhaustion(of), Outcome(end=End(of))) == (True, f"limit of {of}", f"ended at its limit of {of}")
    assert sight(Exhaustion(of), Outcome(end=End.TIME)).shown is None


def test_a_process_that_was_refused_is_one_too_many():
    outcome = Outcome(end=End.EXITED, code=1, refused=3)
    assert sight(Exhaustion("processes"), outcome).shown
    assert sight(Exhaustion("memory"), outcome).shown is False


@pytest.mark.parametrize("outcome", [exited(), exited(1), signalled(6)])
def test_where_refused_processes_are_not_counted_nothing_is_known_of_them(outcome):
    found = sight(Exhaustion("processes"), outcome)
    assert (found.shown, found.signature) == (None, "")
    assert found.how.endswith("processes that are refused are not counted on this machine")
    assert sight(Exhaustion("memory"), outcome).shown is False
    assert sight(Exhaustion("processes"), replace(outcome, refused=0)).shown is False
    assert sight(Exhaustion("processes"), replace(outcome, end=End.PROCESSES, code=None, signal=None)).shown


def test_growth_is_not_judged_by_one_run():
    assert sight(Growth((1, 2, 4), 2), exited()).shown is None
    assert frozenset({126, 127}) == NOT_RUN
