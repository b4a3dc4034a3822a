"""AddressSanitizer and its kin: the headers of LLVM's sanitizers and of their kernel and hardware relatives.

Sources: https://clang.llvm.org/docs/AddressSanitizer.html and the pages beside it; the words are those that
compiler-rt prints.
"""

import re

from clearinghouse.formats.crash import facts, tables
from clearinghouse.formats.crash.events import Handler
from clearinghouse.formats.crash.normalise import type_words
from clearinghouse.formats.crash.reading import Line, Reading
from clearinghouse.formats.crash.stacks import place_of

_HEADER = re.compile(r"(?:ERROR|WARNING): (\w*Sanitizer): (.{0,1000})")
_ON_ADDRESS = re.compile(r"([A-Za-z][\w-]*)(?: \([^)]{0,200}\))? on (?:unknown )?address(?: (0x[0-9a-fA-F]+))?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_PC = re.compile(r"\(pc (0x[0-9a-fA-F]+)")
_KIND = re.compile(r"[A-Za-z][\w -]*?(?=[:;(]| on | in |$)")
_ACCESS = re.compile(r"(READ|WRITE|Read|Write) of size (\d{1,12})(?: at (?:addr(?:ess)? )?(?:0x)?([0-9a-fA-F]{6,}))?")
_LEAK = re.compile(r"(Direct|Indirect) leak of \d+ byte")
_OBJECT = re.compile(r"object is of type '?([^'\n]+)'?|vtable is of type '?([^'\n]+)'?")
_WRONG_TYPE = re.compile(r"an object of type '?([^'\n]{1,500})'?")
_CFI_TYPE = re.compile(r"check for type '?(.{1,500}?)'? failed")
_CFI_VTABLE = re.compile(r"\(vtable address (0x[0-9a-fA-F]+)\)")
_UNDEFINED = re.compile(r"(?::\d+(?::\d+)?|<unknown>): runtime error: (.{1,2000})")
_TASK = re.compile(r" by task (\S.{0,40})/\d+")

_GWP_KINDS = {
    "Use After Free": "Heap-use-after-free",
    "Double Free": "Heap-double-free",
    "Invalid (Wild) Free": "Invalid-free",
    "Buffer Overflow": "Heap-buffer-overflow",
    "Buffer Underflow": "Heap-buffer-overflow",
}
_GWP_ASAN = re.compile(rf"({'|'.join(map(re.escape, _GWP_KINDS))}) at (0x[0-9a-fA-F]+)")

_SIGNALS = {
    "segv": "UNKNOWN",
    "access-violation": "UNKNOWN",
    "unknown-crash": "UNKNOWN",
    "stack-overflow": "Stack-overflow",
    "abrt": "Abrt",
    "bus": "Bus",
    "fpe": "Floating-point-exception",
    "ill": "Ill",
    "illegal-instruction": "Ill",
    "breakpoint": "Breakpoint",
    "trap": "Trap",
    "int-divide-by-zero": "Divide-by-zero",
    "flt-divide-by-zero": "Divide-by-zero",
    "double-free": "Heap-double-free",
    "invalid-free": "Invalid-free",
    "bad-free": "Invalid-free",
}
"""Kinds that are not named by their own words."""
_RAISED = {"segv", "abrt", "bus", "fpe", "ill", "trap"}
"""Kinds that are the names of signals."""
_ENDINGS = {"Abrt", "Breakpoint", "Trap", "Ill", "UNKNOWN"}
"""How a process may end after it has noticed a fault itself."""
_PHRASES = (
    ("attempting double-free", "Heap-double-free"),
    ("attempting free on address which was not", "Invalid-free"),
    ("attempting to call malloc_usable_size", "Invalid-malloc-usable-size"),
    ("alloc-dealloc-mismatch", "Alloc-dealloc-mismatch"),
    ("requested allocation size", "Out-of-memory"),
    ("allocation-size-too-big", "Out-of-memory"),
    ("out of memory", "Out-of-memory"),
    ("out-of-memory", "Out-of-memory"),
    ("failed to allocate", "Out-of-memory"),
    ("specified RSS limit", "Out-of-memory"),
    ("rss limit exhausted", "Out-of-memory"),
    ("rss-limit-exceeded", "Out-of-memory"),
    ("calloc parameters overflow", "Calloc-overflow"),
    ("data race", "Data race"),
    ("heap-use-after-free (", "Heap-use-after-free"),
    ("lock-order-inversion", "Lock-order-inversion"),
    ("detected memory leaks", ""),
)
"""Kinds that are known by the start of the sentence."""


def header(reading: Reading, line: Line) -> bool:
    """``ERROR: AddressSanitizer: kind on address ...`` and the same of the other sanitizers."""
    found = _HEADER.search(line.content)
    if not found:
        return False
    tool, text = found[1], found[2]
    if text.startswith("CHECK failed"):
        reading.finished = bool(reading.type)
        return True
    if text.startswith(("libc interceptors", "nested bug", "failed to intercept", "bad option")):
        return True
    for phrase, type_ in _PHRASES:
        if text.startswith(phrase) or (type_ == "Out-of-memory" and phrase in text):
            return _phrase(reading, tool, type_, text)
    on_address = _ON_ADDRESS.match(text)
    if on_address:
        return _at_address(reading, tool, on_address, text)
    if found[0].startswith("WARNING") and tool not in {"MemorySanitizer", "ThreadSanitizer", "DataFlowSanitizer"}:
        return True
    kind = _KIND.match(text)
    if kind and len(kind[0]) < 60:
        address = _ADDRESS.search(text) if "heap object [" in text or " on 0x" in text else None
        reading.begin(tool, type_words(kind[0]), address=address[0] if address else None)
    return True


def _phrase(reading: Reading, tool: str, type_: str, text: str) -> bool:
    if not type_:
        reading.begin(tool, "")
        return True
    address = _ADDRESS.search(text) if type_ not in {"Out-of-memory", "Data race"} else None
    reading.begin(tool, type_, address=address[0] if address else None)
    reading.by_target = type_ == "Out-of-memory"
    return True


def _at_address(reading: Reading, tool: str, found: re.Match[str], text: str) -> bool:
    kind = found[1].lower()
    type_ = _SIGNALS.get(kind) or type_words(kind)
    ends = type_ in _ENDINGS and reading.ends("native")
    if not ends:
        reading.begin(tool, type_, address=None if type_ == "Floating-point-exception" else found[2])
    if kind in _RAISED:
        reading.signal = reading.signal or f"SIG{kind.upper()}"
    if ends:
        return True
    pc = _PC.search(text)
    reading.pc_zero = bool(pc and int(pc[1], 16) == 0)
    return True


def access(reading: Reading, line: Line) -> bool:
    """``READ of size 4 at 0x...``, and the kernel's ``Read of size 4 at addr ...``."""
    found = _ACCESS.search(line.content)
    if not found or not reading.type or reading.sticky:
        return False
    if reading.access is None and reading.type != "UNKNOWN":
        reading.access, reading.size = found[1].upper(), int(found[2])
    if found[3] and reading.address is None:
        reading.address = "0x" + (found[3].lstrip("0") or "0")
    if task := _TASK.search(line.content, found.end()):
        reading.tell(facts.PROCESS, task[1])
    return True


def signal_access(reading: Reading, line: Line) -> bool:
    """``The signal is caused by a READ memory access.``"""
    if reading.type == "UNKNOWN" and reading.access is None:
        for word in ("READ", "WRITE"):
            if f"caused by a {word} memory" in line.content:
                reading.access = word
    return True


def leak(reading: Reading, line: Line) -> bool:
    """``Direct leak of N byte(s)``: the first one is the crash; how many bytes is no part of what it is."""
    found = _LEAK.search(line.content)
    if not found:
        return False
    if reading.type.endswith("-leak"):
        reading.stop()
    elif not reading.sticky:
        reading.begin("LeakSanitizer", f"{found[1]}-leak")
    return True


def undefined(reading: Reading, line: Line) -> bool:
    """``file:line:col: runtime error: ...`` of UndefinedBehaviorSanitizer, control flow integrity included."""
    found = _UNDEFINED.search(line.content)
    if not found:
        return False
    text = found[1]
    kind = _undefined_kind(text)
    if kind is None:
        return False
    if kind.type == "Bad-cast":
        _bad_cast(reading, line, text)
    else:
        reading.begin("UndefinedBehaviorSanitizer", kind.type)
        reading.access = kind.access
    reading.place = place_of(line.content.partition(": runtime error: ")[0].rpartition(" ")[2])
    return True


def _undefined_kind(text: str) -> tables.Undefined | None:
    """The first kind of undefined behaviour one of whose texts a message holds."""
    for kind in tables.types().undefined:
        for words in kind.texts:
            if words in text:
                return kind
    return None


def _bad_cast(reading: Reading, line: Line, text: str) -> None:
    note = line.next()
    flow = _CFI_TYPE.search(text)
    wanted = flow or _WRONG_TYPE.search(text)
    address = _CFI_VTABLE.search(text) if flow else _ADDRESS.search(text)
    reading.begin(
        "ControlFlowIntegrity" if flow else "UndefinedBehaviorSanitizer",
        "Bad-cast",
        address=address[address.lastindex or 0] if address else None,
    )
    if not wanted:
        return
    origin = ""
    actual = _OBJECT.search(note)
    if "invalid vt" in note or "invalid vptr" in note:
        origin = " from invalid vptr"
    elif actual:
        origin = f" from {(actual[1] or actual[2]).strip()}"
    reading.names(f"Bad-cast to {wanted[1].strip()}{origin}")


def cfi_trap(reading: Reading, line: Line) -> bool:
    """``CFI: Most likely a control flow integrity violation`` after an illegal instruction."""
    reading.begin("ControlFlowIntegrity", "Bad-cast")
    reading.sticky = True
    return True


def stop(reading: Reading, line: Line) -> bool:
    """A stack that is no part of the crash: where memory was allocated, where a thread was made."""
    reading.stop()
    return True


def aside(reading: Reading, line: Line) -> bool:
    """The title of a stack beside the crashing one.

    Where memory was freed may complete a short state; where it was allocated, or a thread was made, may not.
    """
    content = line.content
    if _ACCESS.search(content) and "revious" not in content:
        return access(reading, line)
    if "llocated " in content or "created " in content or "located in stack of" in content:
        if "eallocated" not in content:
            return stop(reading, line)
    elif "reed by" not in content and "revious" not in content:
        return False
    reading.secondary()
    return True


def gwp_asan(reading: Reading, line: Line) -> bool:
    """``*** GWP-ASan detected a memory error ***``: what it was stands on the next line."""
    found = _GWP_ASAN.search(line.next())
    if found:
        reading.begin("GWP-ASan", _GWP_KINDS[found[1]], address=found[2])
        reading.sticky = True
    return True


def summary(reading: Reading, line: Line) -> bool:
    """``SUMMARY: AddressSanitizer: kind place``: repeats what is known, and hides no header of its own."""
    prefix, _, text = line.content.partition("SUMMARY: ")
    if text and not prefix.strip("=0123456789"):
        reading.tell(facts.SUMMARY, text)
    return True


WORDS: dict[str, Handler] = {
    "SUMMARY: ": summary,
    "Sanitizer: ": header,
    "READ of size ": access,
    "WRITE of size ": access,
    "Read of size ": access,
    "Write of size ": access,
    "Direct leak of ": leak,
    "Indirect leak of ": leak,
    "runtime error: ": undefined,
    "CFI: Most likely": cfi_trap,
    "k of thread ": aside,
    "by thread T": aside,
    "by task ": aside,
    "created by ": aside,
    "allocated here:": aside,
    "Uninitialized value was": stop,
    "Previous ": aside,
    "GWP-ASan detected a memory error": gwp_asan,
}
