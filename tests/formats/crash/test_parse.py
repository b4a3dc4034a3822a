"""How a log is read: the last crash counts, what only ends the process adds nothing, hostile text costs little."""

import json
from collections import Counter
from pathlib import Path

import pytest

from clearinghouse.formats.crash import Settings, parse
from clearinghouse.formats.crash.parser import MAX_LOG
from clearinghouse.formats.crash.reading import MAX_FRAMES
from clearinghouse.records import Crash

HEADER = "==1==ERROR: AddressSanitizer: {} on address {} at pc 0x1 bp 0x2 sp 0x3\n"
OVERFLOW = HEADER.format("heap-buffer-overflow", "0x602000000010")
FRAMES = "    #0 0x1 in one /a.c:1:1\n    #1 0x2 in two /a.c:2:1\n    #2 0x3 in three /a.c:3:1\n"


def crash_of(text: str, **known: str) -> Crash:
    crash = parse(text, **known)
    assert crash is not None
    return crash


def test_the_last_crash_counts() -> None:
    first = HEADER.format("heap-use-after-free", "0x1110") + "WRITE of size 2 at 0x1110 thread T0\n" + FRAMES
    crash = crash_of(first + OVERFLOW + "    #0 0x9 in later /b.c:9:1\n")
    assert (crash.type, crash.access, crash.address) == ("Heap-buffer-overflow", None, "0x602000000010")
    assert crash.state == ("later",)


def test_the_end_of_the_process_adds_nothing_to_a_failed_check() -> None:
    text = "[1:1:FATAL:a.cc(3)] Check failed: ok.\n" + FRAMES
    ended = (
        text
        + "==1==ERROR: AddressSanitizer: ABRT on unknown address 0x03e900000001 (pc 0x1)\n    #0 0x1 in other /b.c:1\n"
    )
    assert crash_of(ended).state == crash_of(text).state == ("ok in a.cc", "one", "two")


def test_the_end_of_the_process_gives_its_stack_when_there_was_none() -> None:
    text = "[1:1:FATAL:a.cc(3)] Check failed: ok.\n#0 0x1 <unknown>\n"
    crash = crash_of(text + "==1==ERROR: AddressSanitizer: ABRT on unknown address 0x03e900000001 (pc 0x1)\n" + FRAMES)
    assert crash.state == ("ok in a.cc", "one", "two")
    assert crash.type == "CHECK failure"


def test_names_come_before_the_same_stack_without_names() -> None:
    text = (
        OVERFLOW
        + FRAMES
        + "+----Release Build Unsymbolized Stacktrace (diff)----+\n"
        + OVERFLOW
        + "    #0 0x1  (/out/fuzzer+0x1)\n"
    )
    assert crash_of(text).state == ("one", "two", "three")


def test_system_libraries_count_only_where_nothing_has_a_name() -> None:
    bare = "    #0 0x1  (/lib/x86_64-linux-gnu/libc.so.6+0x11)\n    #1 0x2  (/out/tool+0x22)\n"
    assert crash_of(OVERFLOW + bare).state == ("/lib/x86_64-linux-gnu/libc.so.6+0x11", "/out/tool+0x22")
    assert crash_of(OVERFLOW + bare + FRAMES).state == ("/out/tool+0x22", "one", "two")


def test_frames_are_kept_as_printed_innermost_first() -> None:
    crash = crash_of(OVERFLOW + FRAMES + "\nallocated by thread T0 here:\n    #0 0x1 in maker /m.c:1\n")
    assert [(frame.function, frame.file, frame.line) for frame in crash.frames] == [
        ("one", "/a.c", 1),
        ("two", "/a.c", 2),
        ("three", "/a.c", 3),
    ]


def test_the_entry_of_a_fuzz_target_is_told_by_its_file() -> None:
    entry = "    #0 0x1 in LLVMFuzzerTestOneInput /src/read_fuzzer.cc:3:1\n"
    assert crash_of(OVERFLOW + entry).state == ("read_fuzzer.cc",)


def test_a_state_in_fuzzing_code_is_weak() -> None:
    assert crash_of(OVERFLOW + "    #0 0x1 in helper /src/fuzz/helper.cc:3:1\n").weak
    assert not crash_of(OVERFLOW + FRAMES).weak


def test_what_does_not_identify_has_no_signature() -> None:
    crash = crash_of(OVERFLOW + "    #0 0x1  (<unknown module>)\n")
    assert (crash.state, crash.signature) == ((), None)


def test_the_target_stands_in_when_nothing_else_identifies() -> None:
    assert crash_of(OVERFLOW, target="/out/read_fuzzer").state == ("read_fuzzer",)


def test_signatures_ignore_what_moves() -> None:
    moved = FRAMES.replace("0x", "0x55").replace(":1:1", ":71:9")
    assert crash_of(OVERFLOW + FRAMES).signature == crash_of(OVERFLOW.replace("0x60", "0x61") + moved).signature
    rust = "thread 'main' panicked at 'x', a.rs:1:1\n    #0 0x1 in lib::read::h{} a.rs:1\n"
    assert crash_of(rust.format("0123456789abcdef")).signature == crash_of(rust.format("fedcba9876543210")).signature


def test_signatures_tell_types_apart() -> None:
    other = HEADER.format("heap-use-after-free", "0x602000000010")
    assert crash_of(OVERFLOW + FRAMES).signature != crash_of(other + FRAMES).signature


def test_settings_decide_checks_asserts_and_limits() -> None:
    check = "[1:1:FATAL:a.cc(3)] Check failed: ok.\n"
    claim = "a.c:1: f: Assertion `x' failed.\n"
    limit = "==1== ERROR: libFuzzer: timeout after 5 seconds\n"
    strict = Settings(checks=True, asserts=False, limits=False)
    assert [crash.security for text in (check, claim) if (crash := parse(text, settings=strict))] == [True, False]
    assert parse(limit, settings=strict) is None
    assert parse(limit) is not None


def test_a_failure_of_the_detector_itself_ends_the_reading() -> None:
    text = (
        OVERFLOW
        + FRAMES
        + "==1==AddressSanitizer CHECK failed: x.cc:1\n==1==ERROR: AddressSanitizer: CHECK failed: x\n"
    )
    assert crash_of(text).type == "Heap-buffer-overflow"


@pytest.mark.parametrize("text", ["", "\n", "all is well\n", "layer (0,0) 'AddressSanitizer' text run\n", "\x00" * 50])
def test_text_without_a_crash(text: str) -> None:
    assert parse(text) is None


def test_frames_are_capped() -> None:
    many = "".join(f"    #{n} 0x1 in f{n} /a.c:{n}\n" for n in range(5000))
    assert len(crash_of(OVERFLOW + many).frames) == MAX_FRAMES


def test_a_line_that_is_data_is_not_read() -> None:
    blob = "x" * (2 << 20) + OVERFLOW.strip() + "y" * (2 << 20)
    assert parse(blob) is None
    assert crash_of(blob + "\n" + OVERFLOW + FRAMES).state == ("one", "two", "three")


def test_of_a_huge_log_the_end_is_read() -> None:
    filler = "nothing to see here\n" * (MAX_LOG // 20 + 10)
    assert crash_of(filler + OVERFLOW + FRAMES).type == "Heap-buffer-overflow"


def clusterfuzz_type(crash: Crash) -> str:
    """The type as ClusterFuzz spells it: with access and size, in lines; of a kernel with what failed in its own."""
    kind = crash.type.replace("Kernel failure ", "Kernel failure\n")
    if crash.access is None:
        return kind
    if crash.type in {"UNKNOWN", "Null-dereference"}:
        return f"{kind} {crash.access}"
    if crash.size is None:  # the oops of an ARM kernel
        return kind.replace("\n", f"\n{crash.access} ")
    return f"{kind}\n{crash.access} {crash.size if crash.size <= 16 else '{*}'}"


def flag(env: dict[str, object], name: str, otherwise: bool) -> bool:
    return str(env[name]) == "True" if name in env else otherwise


@pytest.mark.data
def test_agreement_with_a_public_parser(data: Path) -> None:
    """At least the agreement that was measured; the cases name the settings under which they hold."""
    folder = data / "crash-clusterfuzz"
    agreed: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for case in json.loads((folder / "expected.json").read_text()):
        env = case["env"]
        settings = Settings(
            checks=flag(env, "CHECKS_HAVE_SECURITY_IMPLICATION", False),
            asserts=flag(env, "ASSERTS_HAVE_SECURITY_IMPLICATION", True),
            limits=flag(env, "REPORT_OOMS_AND_HANGS", False),
        )
        text = (folder / "logs" / case["files"][0]).read_text(errors="replace")
        crash = parse(text, target=env.get("FUZZ_TARGET"), settings=settings) or Crash(tool="", type="")
        state = [line.strip() for line in case["state"].splitlines()]
        pairs = {"state": (list(crash.state), [] if state == ["NULL"] else state)}
        if "type" in case:
            pairs["type"] = (clusterfuzz_type(crash), case["type"])
            pairs["security"] = (crash.security, case["security_flag"])
            pairs["address"] = (crash.address or "", case["address"])
        for name, (got, expected) in pairs.items():
            counted[name] += 1
            agreed[name] += got == expected
    shares = {name: agreed[name] / counted[name] for name in counted}
    assert shares["type"] >= 0.97
    assert shares["security"] >= 0.97
    assert shares["address"] >= 0.97
    assert shares["state"] >= 0.92
