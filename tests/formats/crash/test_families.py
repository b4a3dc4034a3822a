"""What a log of each family shows: type, access, address, state, security. The logs are written for these tests."""

from typing import NamedTuple

import pytest

from clearinghouse.formats.crash import parse

# ruff: noqa: E501  (a line of a log is as long as it is)


class Case(NamedTuple):
    """One log and what it shows. ``state`` None: not looked at."""

    name: str
    text: str
    type: str
    security: bool
    state: tuple[str, ...] | None
    access: str | None = None
    size: int | None = None
    address: str | None = None
    tool: str | None = None


STACK = """\
    #0 0x55aa01 in parse_chunk(Reader*, int) /src/lib/chunk.c:41:9
    #1 0x55aa02 in lib::(anonymous namespace)::Image::load(char const*) /src/lib/image.cc:112:3
    #2 0x55aa03 in lib_open /src/lib/api.c:20
    #3 0x55aa04 in LLVMFuzzerTestOneInput /src/fuzz/open_fuzzer.cc:9:3
    #4 0x55aa05 in main /src/libfuzzer/main.cc:20:10
"""
LINES = ("parse_chunk", "lib::Image::load", "lib_open")


def asan(words: str, rest: str = "", stack: str = STACK) -> str:
    return f"=================================================================\n==77==ERROR: AddressSanitizer: {words}\n{rest}{stack}"


SANITIZERS = [
    Case(
        "heap overflow",
        asan("heap-buffer-overflow on address 0x602000000011 at pc 0x1 bp 0x2 sp 0x3", "READ of size 1 at 0x602000000011 thread T0\n"),
        "Heap-buffer-overflow", True, LINES, "READ", 1, "0x602000000011", "AddressSanitizer",
    ),
    Case(
        "use after free, short stack completed by the free",
        asan(
            "heap-use-after-free on address 0x603000000040 at pc 0x1 bp 0x2 sp 0x3",
            "WRITE of size 8 at 0x603000000040 thread T0\n",
            "    #0 0x1 in use_it /a.c:1\n\n0x603000000040 is located 0 bytes inside of 16-byte region\nfreed by thread T0 here:\n"
            "    #0 0x2 in __interceptor_free\n    #1 0x3 in drop_it /a.c:2\npreviously allocated by thread T0 here:\n"
            "    #0 0x2 in __interceptor_malloc\n    #1 0x3 in make_it /a.c:2\n",
        ),
        "Heap-use-after-free", True, ("use_it", "drop_it"), "WRITE", 8, "0x603000000040",
    ),
    Case("double free", asan("attempting double-free on 0x602000000010 in thread T0:"), "Heap-double-free", True, LINES, address="0x602000000010"),
    Case("bad free", asan("attempting free on address which was not malloc()-ed: 0x7ffe0010 in thread T0"), "Invalid-free", True, LINES, address="0x7ffe0010"),
    Case("overlap", asan("memcpy-param-overlap: memory ranges [0x10,0x20) and [0x18, 0x28) overlap"), "Memcpy-param-overlap", True, LINES),
    Case("negative size", asan("negative-size-param: (size=-4)"), "Negative-size-param", True, LINES),
    Case(
        "segv far", asan("SEGV on unknown address 0x7f0000001000 (pc 0x55aa01 bp 0x1 sp 0x2 T0)", "==77==The signal is caused by a WRITE memory access.\n"),
        "UNKNOWN", True, LINES, "WRITE", None, "0x7f0000001000",
    ),
    Case(
        "segv near zero", asan("SEGV on unknown address 0x000000000008 (pc 0x55aa01 bp 0x1 sp 0x2 T0)", "==77==The signal is caused by a READ memory access.\n"),
        "Null-dereference", False, LINES, "READ", None, "0x000000000008",
    ),
    Case("jump to zero", asan("SEGV on unknown address 0x000000000000 (pc 0x000000000000 bp 0x1 sp 0x2 T0)"), "Null-dereference", True, LINES, address="0x000000000000"),
    Case("abort", asan("ABRT on unknown address 0x03e900000021 (pc 0x1 bp 0x1 sp 0x2 T0)"), "Abrt", False, LINES, address="0x03e900000021"),
    Case("fpe", asan("FPE on unknown address 0x55aa01 (pc 0x55aa01 bp 0x1 sp 0x2 T0)"), "Floating-point-exception", False, LINES),
    Case(
        "recursion",
        asan("stack-overflow on address 0x7ffd0ff8 (pc 0x1 bp 0x2 sp 0x3 T0)", stack="    #0 0x1 in leaf /a.c:9\n" + "".join(
            f"    #{n} 0x{n} in {name} /a.c:{n}\n" for n, name in enumerate(["visit_list", "visit_item"] * 12, 1))),
        "Stack-overflow", False, ("visit_list", "visit_item"), address="0x7ffd0ff8",
    ),
    Case(
        "hwasan",
        "==9==ERROR: HWAddressSanitizer: tag-mismatch on address 0x0042 at pc 0x1\nREAD of size 4 at 0x0042 tags: 3c/00 (ptr/mem) in thread T0\n" + STACK,
        "Tag-mismatch", True, LINES, "READ", 4, "0x0042", "HWAddressSanitizer",
    ),
    Case(
        "msan", "==9==WARNING: MemorySanitizer: use-of-uninitialized-value\n" + STACK.split("    #1", maxsplit=1)[0] + "\n  Uninitialized value was created by a heap allocation\n    #0 0x1 in malloc\n    #1 0x2 in origin /a.c:1\n",
        "Use-of-uninitialized-value", True, ("parse_chunk",), tool="MemorySanitizer",
    ),
    Case(
        "tsan",
        "WARNING: ThreadSanitizer: data race (pid=5)\n  Write of size 4 at 0x7b0400000010 by thread T2:\n" + STACK
        + "\n  Previous read of size 4 at 0x7b0400000010 by main thread:\n    #0 reader /a.c:1 (x+0x1)\n",
        "Data race", False, LINES, "WRITE", 4, "0x7b0400000010", "ThreadSanitizer",
    ),
    Case("tsan locks", "WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=5)\n" + STACK, "Lock-order-inversion", False, LINES),
    Case(
        "lsan, first direct leak", "==1==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 40 byte(s) in 1 object(s) allocated from:\n    #0 0x1 in malloc\n    #1 0x2 in keep /a.c:3\n"
        "\nDirect leak of 8 byte(s) in 1 object(s) allocated from:\n    #0 0x1 in malloc\n    #1 0x2 in other /a.c:3\n",
        "Direct-leak", False, ("keep",), tool="LeakSanitizer",
    ),
    Case("out of memory", asan("requested allocation size 0xffffffffff (0x1 after adjustments) exceeds maximum supported size"), "Out-of-memory", False, LINES),
    Case("miracle pointer", asan("heap-use-after-free on address 0x6030 at pc 0x1", "READ of size 8 at 0x6030 thread T0\n") + "\nMiraclePtr Status: PROTECTED\n", "Heap-use-after-free", False, LINES, "READ", 8, "0x6030"),
    Case("gwp-asan", "*** GWP-ASan detected a memory error ***\nUse After Free at 0x7f0010 (8 bytes into a 32-byte allocation) by thread 9 here:\n" + STACK, "Heap-use-after-free", True, LINES, address="0x7f0010", tool="GWP-ASan"),
]  # fmt: skip

UNDEFINED = [
    ("signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'", "Integer-overflow", None, False),
    ("unsigned integer overflow: 1 - 2 cannot be represented in type 'unsigned int'", "Unsigned-integer-overflow", None, False),
    ("negation of -2147483648 cannot be represented in type 'int'", "Integer-overflow", None, False),
    ("division by zero", "Divide-by-zero", None, False),
    ("shift exponent 40 is too large for 32-bit type 'int'", "Undefined-shift", None, False),
    ("left shift of negative value -1", "Undefined-shift", None, False),
    ("index 12 out of bounds for type 'int [8]'", "Index-out-of-bounds", None, True),
    ("load of null pointer of type 'int'", "Null-dereference", "READ", False),
    ("store to null pointer of type 'int'", "Null-dereference", "WRITE", False),
    ("member access within null pointer of type 'struct s'", "Null-dereference", None, False),
    ("reference binding to null pointer of type 'int'", "Potential-null-reference", None, False),
    ("load of misaligned address 0x7f01 for type 'int', which requires 4 byte alignment", "Misaligned-address", None, False),
    ("store to address 0x7f01 with insufficient space for an object of type 'int'", "Object-size", None, True),
    ("load of value 3, which is not a valid value for type 'bool'", "Invalid-bool-value", None, False),
    ("load of value 99, which is not a valid value for type 'enum color'", "Invalid-enum-value", None, False),
    ("execution reached an unreachable program point", "Unreachable code", None, False),
    ("execution reached the end of a value-returning function without returning a value", "No-return-value", None, False),
    ("variable length array bound evaluates to non-positive value -3", "Non-positive-vla-bound-value", None, True),
    ("1e+30 is outside the range of representable values of type 'int'", "Float-cast-overflow", None, False),
    ("call to function f through pointer to incorrect function type 'void (*)()'", "Incorrect-function-pointer-type", None, True),
    ("null pointer passed as argument 1, which is declared to never be null", "Invalid-null-argument", None, False),
    ("null pointer returned from function declared to never return null", "Invalid-null-return", None, False),
    ("passing zero to clz(), which is not a valid argument", "Invalid-builtin-use", None, False),
    ("applying non-zero offset 8 to null pointer", "Pointer-overflow", None, False),
    ("pointer index expression with base 0x10 overflowed to 0x1", "Pointer-overflow", None, False),
    ("implicit conversion from type 'int' of value -1 to type 'unsigned char' changed the value", "Implicit-conversion", None, False),
    ("upcast of null pointer of type 'Base'", "Upcast-of-null-pointer", None, False),
]  # fmt: skip

CASTS = [
    Case(
        "bad cast",
        "a.cc:3:1: runtime error: downcast of address 0x60b0 which does not point to an object of type 'app::Tab'\n0x60b0: note: object is of type 'app::Page'\n" + STACK,
        "Bad-cast", True, ("Bad-cast to app::Tab from app::Page", *LINES[:2]), address="0x60b0",
    ),
    Case(
        "control flow",
        "a.cc:3:1: runtime error: control flow integrity check for type 'app::Tab' failed during virtual call (vtable address 0x4010)\n0x4010: note: invalid vtable\n" + STACK,
        "Bad-cast", True, ("Bad-cast to app::Tab from invalid vptr", *LINES[:2]), address="0x4010", tool="ControlFlowIntegrity",
    ),
]  # fmt: skip

FUZZERS = [
    Case("deadly signal", "==5== ERROR: libFuzzer: deadly signal\n" + STACK, "Fatal-signal", False, LINES, tool="libFuzzer"),
    Case("timeout", "/out/open_fuzzer: Running 1 inputs 1 time(s) each.\n==5== ERROR: libFuzzer: timeout after 25 seconds\n" + STACK, "Timeout", False, ("open_fuzzer",)),
    Case("memory", "==5== ERROR: libFuzzer: out-of-memory (used: 2100Mb; limit: 2048Mb)\n" + STACK, "Out-of-memory", False, ()),
    Case("exit", "==5== ERROR: libFuzzer: fuzz target exited\n" + STACK, "Unexpected-exit", False, LINES),
    Case("const input", "==5== ERROR: libFuzzer: fuzz target overwrites its const input\n" + STACK, "Overwrites-const-input", False, ()),
    Case("centipede timeout", "========= Timeout of 20 seconds exceeded; exiting\n", "Timeout", False, (), tool="Centipede"),
    Case("centipede memory", "CRASH LOG: ========= RSS limit exceeded: 4107 > 4096 (MB); exiting\n", "Out-of-memory", False, ()),
    Case("shell", "===BUG DETECTED: Shell injection===\n" + STACK, "Command injection", True, LINES),
    Case("file", "===BUG DETECTED: Arbitrary file open===\n" + STACK, "Arbitrary file open", True, LINES),
    Case("dns", "===BUG DETECTED: Arbitrary domain name resolution (DNS)===\n" + STACK, "Arbitrary DNS resolution", True, LINES),
]  # fmt: skip

CHECKS = [
    Case("chrome", "[12:12:0101/000000.1:FATAL:tab_strip.cc(88)] Check failed: index < count() (4 vs. 4)\n" + STACK, "CHECK failure", False, ("index < count() in tab_strip.cc", *LINES[:2])),
    Case("chrome, new prefix", "[1:1:0101/000000.1:FATAL:ui/tabs/tab_strip.cc:88] Check failed: ok. more words\n", "CHECK failure", False, ("ok. more words in tab_strip.cc",)),
    Case("security dcheck", "[1:1:0101/000000:FATAL:a.cc(8)] Security DCHECK failed: IsA<B>(x).\n" + STACK, "Security DCHECK failure", True, ("IsA<B>(x) in a.cc", *LINES[:2])),
    Case("glog", "F0101 10:00:00.000000    77 store.cc:61] Check failed: size <= 1048576 (1048577 vs. 1048576)\n" + STACK, "CHECK failure", False, ("size <= NUMBER in store.cc", *LINES[:2])),
    Case("glog fatal", "F0101 10:00:00.000000    77 store.cc:61] cannot open the store\n" + STACK, "Fatal error", False, ("cannot open the store in store.cc", *LINES[:2])),
    Case("glibc", "tool: tree.c:40: int grow(void): Assertion `left != right' failed.\n" + asan("ABRT on unknown address 0x03e900000021 (pc 0x1 bp 0x1 sp 0x2 T0)"), "ASSERT", True, ("left != right", *LINES[:2]), tool="assert"),
    Case("bsd", "Assertion failed: (n > 0), function grow, file tree.c, line 40.\n" + STACK, "ASSERT", True, ("(n > 0)", *LINES[:2])),
    Case("webkit", "ASSERTION FAILED: m_ready\n../a/b.cpp(10) : void f()\n" + STACK, "ASSERT", True, ("m_ready", *LINES[:2])),
    Case("v8 check", "#\n# Fatal error in ../../src/heap/mark.h, line 54\n# Check failed: !bit(3).\n#\n", "CHECK failure", False, ("!bit(3) in mark.h",), tool="V8"),
    Case("v8 debug check", "#\n# Fatal error in ../../src/heap/mark.h, line 54\n# Debug check failed: ok.\n#\n", "DCHECK failure", True, ("ok in mark.h",)),
    Case("v8 unreachable", "#\n# Fatal error in ../../src/heap/mark.h, line 54\n# unreachable code\n#\n", "Unreachable code", False, ("mark.h",)),
    Case("v8 sandbox", asan("global-buffer-overflow on address 0x5010 at pc 0x1", "READ of size 8 at 0x5010 thread T0\n") + "\n## V8 sandbox violation detected!\n", "V8 sandbox violation", True, LINES, address="0x5010"),
]  # fmt: skip

GO = "\n\ngoroutine 7 [running]:\nexample.org/mod/codec.(*Dec).next(0xc000, 0x1)\n\t/src/codec/dec.go:88 +0x1d\nexample.org/mod/codec.Read({0xc000, 0x2})\n\t/src/codec/read.go:12 +0x2d\nmain.main()\n\t/src/main.go:4 +0x1\n"
GO_LINES = ("codec.(*Dec).next", "codec.Read")

RUNTIMES = [
    Case("go index", "panic: runtime error: index out of range [5] with length 3" + GO, "Index out of range", False, (*GO_LINES, "main.main"), tool="Go"),
    Case("go slice", "panic: runtime error: slice bounds out of range [:9] with capacity 4" + GO, "Slice bounds out of range", False, (*GO_LINES, "main.main")),
    Case("go nil", "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]" + GO, "Invalid memory address", True, (*GO_LINES, "main.main")),
    Case("go divide", "panic: runtime error: integer divide by zero" + GO, "Integer divide by zero", False, (*GO_LINES, "main.main")),
    Case("go makeslice", "panic: runtime error: makeslice: len out of range" + GO, "Makeslice: len out of range", False, (*GO_LINES, "main.main")),
    Case("go own words", "panic: the codec is closed" + GO, "ASSERT", True, ("the codec is closed", *GO_LINES)),
    Case("go stack", "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow" + GO, "Stack overflow", False, (*GO_LINES, "main.main")),
    Case(
        "rust, old words",
        "thread 'main' panicked at 'the codec is closed', src/codec.rs:41:9\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:584:5\n"
        "   1: core::panicking::panic_fmt\n             at /rustc/abc/library/core/src/panicking.rs:142:14\n   2: codec::Decoder::next\n             at ./src/codec.rs:41:9\n   3: codec::read\n             at ./src/lib.rs:7:5\n",
        "ASSERT", True, ("the codec is closed", "codec::Decoder::next", "codec::read"), tool="Rust",
    ),
    Case("rust, new words", "thread '<unnamed>' panicked at src/codec.rs:41:9:\nassertion `left == right` failed\n  left: 1\n right: 2\n" + STACK, "ASSERT", True, ("assertion `left == right` failed", *LINES[:2])),
    Case(
        "jazzer", "== Java Exception: java.lang.IllegalStateException: bad\n\tat org.example.Codec.next(Codec.java:51)\n\tat org.example.Codec.read(Codec.java:20)\n\tat com.code_intelligence.jazzer.Driver.run(Driver.java:1)\n",
        "Uncaught exception", False, ("org.example.Codec.next", "org.example.Codec.read"), tool="Jazzer",
    ),
    Case("jazzer security", "== Java Exception: com.code_intelligence.jazzer.api.FuzzerSecurityIssueHigh: Remote JNDI Lookup\n\tat org.example.Codec.next(Codec.java:51)\n", "Security exception", True, ("org.example.Codec.next",)),
    Case("jvm", 'Exception in thread "main" java.lang.NullPointerException: x\n\tat org.example.Codec.next(Codec.java:51)\n', "Uncaught exception", False, ("org.example.Codec.next",), tool="JVM"),
    Case(
        "atheris", ' === Uncaught Python exception: ===\nValueError: bad\nTraceback (most recent call last):\n  File "fuzz_codec.py", line 24, in TestOneInput\n    codec.read(x)\n  File "codec/read.py", line 7, in read\n    return step(x)\n'
        '  File "codec/step.py", line 9, in step\n    raise ValueError\n',
        "Uncaught exception", False, ("step", "read"), tool="Python",
    ),
    Case("jazzer.js", "==14== Uncaught Exception: Jazzer.js: bad\nError: bad\n    at next (/out/codec.js:27:9)\n    at module.exports.fuzz (/out/fuzz.js:3:2)\n", "Uncaught exception", False, ("next", "module.exports.fuzz"), tool="Jazzer.js"),
    Case("node", "/srv/codec.js:27\n    throw x\n    ^\n\nTypeError: x is not a function\n    at Codec.next (/srv/codec.js:27:9)\n    at Module._compile (node:internal/modules/cjs/loader:1)\n", "Uncaught exception", False, ("Codec.next",), tool="Node.js"),
    Case("dotnet", "Unhandled exception. System.NullReferenceException: bad\n   at Codec.Reader.Next(Int32 n) in /src/Reader.cs:line 12\n   at System.Threading.Thread.Start()\n", "Uncaught exception", False, ("Codec.Reader.Next",), tool=".NET"),
    Case("library", "./tool: error while loading shared libraries: libcodec.so.2: cannot open shared object file\n", "Missing-library", False, ("libcodec.so.2",)),
]  # fmt: skip

SYSTEMS = [
    Case(
        "kasan",
        "[   12.500000] BUG: KASAN: slab-out-of-bounds in codec_next+0x10/0x20\n[   12.500001] Write of size 4 at addr ffff88801234abcd by task fuzz/77\n[   12.500002] Call Trace:\n[   12.500003]  dump_stack+0x1/0x2\n"
        "[   12.500004]  ? maybe_this+0x1/0x2\n[   12.500005]  codec_next+0x10/0x20\n[   12.500006]  codec_ioctl+0x10/0x20\n[   12.500007]  do_syscall_64+0x1/0x2\n",
        "Kernel failure Slab-out-of-bounds", True, ("codec_next", "codec_ioctl"), "WRITE", 4, "0xffff88801234abcd", "KASAN",
    ),
    Case("kernel bug", "kernel BUG at drivers/codec/main.c:211!\nCall Trace:\n codec_next+0x10/0x20 [codec]\n", "Kernel failure Drivers/codec/main.c:{*}!", True, ("codec_next",)),
    Case("kernel panic", "Kernel panic - not syncing: codec state 5 unknown\nCall trace:\n panic+0x1/0x2\n codec_next+0x10/0x20\n", "Kernel failure codec-state-5-unknown", True, ("codec_next",)),
    Case(
        "gdb", "Program received signal SIGSEGV, Segmentation fault.\n0x0000000000401136 in codec_next (c=0x0) at codec.c:9\n#0  0x0000000000401136 in codec_next (c=0x0) at codec.c:9\n#1  codec_read (n=3) at codec.c:20\n#2  main () at main.c:4\n",
        "SIGSEGV", True, ("codec_next", "codec_read"), None, None, "0x000000401136", "gdb",
    ),
    Case(
        "cdb", "(944.e8c): Access violation - code c0000005 (first chance)\nEXCEPTION_PARAMETER1:  00000000\nEXCEPTION_PARAMETER2:  0c0ffee0\nREAD_ADDRESS:  0c0ffee0\nSTACK_TEXT:\n0915b084 6eefc617 0915b098 6eefc5a0 6eee765b codec!Codec::Next<int>+0x46\n0915b090 6eee765b 0c22cfd0 00000004 0c22cfd0 codec!Codec::Read+0x77\n",
        "UNKNOWN", True, ("Codec::Next<int>", "Codec::Read"), "READ", None, "0x0c0ffee0", "CDB",
    ),
    Case(
        "android", "pid: 77, tid: 78, name: codec  >>> org.example.codec <<<\nsignal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x74000010\nbacktrace:\n    #00 pc 0001c30f  /system/lib/libc.so (strlen+12)\n    #01 pc 00012345  /data/app/libcodec.so (codec_next+20)\n",
        "UNKNOWN", True, ("codec_next",), None, None, "0x74000010", "debuggerd",
    ),
    Case("chrome handler", "Received signal 11 SEGV_MAPERR 7f6b0c580000\n#0 0x1 base::debug::StackTrace::StackTrace()\n#1 0x2 app::Tab::Close()\n", "UNKNOWN", True, ("app::Tab::Close",), address="0x7f6b0c580000"),
]  # fmt: skip

CASES = [*SANITIZERS, *CASTS, *FUZZERS, *CHECKS, *RUNTIMES, *SYSTEMS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_log(case: Case) -> None:
    crash = parse(case.text)
    assert crash is not None
    assert (crash.type, crash.access, crash.size, crash.address) == (case.type, case.access, case.size, case.address)
    assert crash.security is case.security
    assert crash.state == case.state
    assert case.tool in {None, crash.tool}


@pytest.mark.parametrize(("text", "type_", "access", "security"), UNDEFINED)
def test_undefined_behaviour(text: str, type_: str, access: str | None, security: bool) -> None:
    crash = parse(
        f"src/a.c:10:4: runtime error: {text}\n{STACK}SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior\n"
    )
    assert crash is not None
    assert (crash.type, crash.access, crash.security, crash.state) == (type_, access, security, LINES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_prefixes_of_other_logs_change_nothing(case: Case) -> None:
    noise = "INFO: Seed: 1234\n[1:1:INFO:a.cc(1)] ready\n#2\tINITED cov: 5 ft: 5 corp: 1/1b exec/s: 0 rss: 30Mb\n"
    assert parse(noise + case.text) == parse(case.text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_windows_line_ends_change_nothing(case: Case) -> None:
    assert parse(case.text.replace("\n", "\r\n")) == parse(case.text)
