"""Kernels, debuggers and signal handlers: Linux and Android kernels, gdb, Windows CDB, Android's debuggerd,
Chrome's own handler, the JVM's error file.

Sources: https://docs.kernel.org/dev-tools/kasan.html, the ARM Architecture Reference Manual (fault status
register), https://learn.microsoft.com/windows-hardware/drivers/debugger/ (exception codes).
"""

import re

from clearinghouse.formats.crash import facts
from clearinghouse.formats.crash.events import Handler
from clearinghouse.formats.crash.normalise import type_words
from clearinghouse.formats.crash.reading import Line, Reading, clean_target
from clearinghouse.formats.crash.sanitizers import signal_access
from clearinghouse.formats.crash.security import number

KERNEL = "Kernel failure"
_KASAN = re.compile(r"BUG: (K[A-Z]*SAN): ([A-Za-z][\w -]{1,80}?)(?: in | on |:|$)")
_AT_ADDRESS = re.compile(r"\bat (?:addr(?:ess)?:? |virtual address )?(?:0x)?([0-9a-fA-F]{8,16})\b")
_PANIC = re.compile(r"Kernel panic - not syncing: (.{1,300})")
_BUG_AT = re.compile(r"kernel BUG at (\S{1,200})")
_FAULT = re.compile(
    r"[Uu]nable to handle (?:kernel )?(NULL pointer dereference|paging request|page fault|read from unreadable memory"
    r"|write to read-only memory|access to user memory)[^0-9]*(?:0x)?([0-9a-fA-F]{8,16})?"
)
_OOPS = re.compile(r"Internal error: (?:Oops(?: - \w+)?|[A-Za-z ]+): (?:0x)?([0-9a-fA-F]{1,16}) \[")
_PROGRAM_COUNTER = re.compile(r"pc : \[<([0-9a-fA-F]{8,16})>\]")
_NUMBERS = re.compile(r"\b(\d+)\b")
_FAULT_STATUS = {
    1: "Alignment Fault",
    3: "Access Flag Fault, Section",
    5: "Translation Fault, Section",
    6: "Access Flag Fault, Page",
    7: "Translation Fault, Page",
    9: "Domain Fault, Section",
    11: "Domain Fault, Page",
    13: "Permission Fault, Section",
    15: "Permission Fault, Page",
}
"""ARM short-descriptor fault status, bits 10 and 3 to 0 (ARM ARM, B3.13)."""

_GDB = re.compile(
    r"(?:Program|Thread [^\n]{0,80}?) received signal (SIG[A-Z]{2,8})|Program terminated with signal (SIG\w+)"
)
_GDB_PC = re.compile(r"^(?:#0 +)?(0x[0-9a-fA-F]{1,16}) in ")
_CDB = re.compile(r"\([0-9a-f]+\.[0-9a-f]+\): (.{1,120}?) - code ([0-9a-f]{8})")
_CDB_CODES = {
    "c0000005": "UNKNOWN",
    "c0000006": "UNKNOWN",
    "80000001": "UNKNOWN",
    "c0000094": "Divide-by-zero",
    "c000008e": "Floating-point-exception",
    "c0000095": "Integer-overflow",
    "c00000fd": "Stack-overflow",
    "c000001d": "Illegal-instruction",
    "c0000096": "Illegal-instruction",
    "80000003": "Breakpoint",
    "c0000374": "Heap-corruption",
    "c0000409": "Security check failure",
    "c0000420": "ASSERT",
    "c0000017": "Out-of-memory",
}
_CDB_PARAMETER = re.compile(r"(?:EXCEPTION_PARAMETER2|(READ|WRITE)_ADDRESS):\s+([0-9a-fA-F`]{4,17})")
_CDB_ATTEMPT = re.compile(r"Attempt to (read|write|execute)[^\n]{0,60}address ([0-9a-fA-F`]{4,17})")
_ANDROID = re.compile(
    r"signal (\d+) \((SIG[A-Z]+)\)(?:, code [^,]{1,40})?(?:, fault addr (?:0x)?([0-9a-fA-F]{4,16}|-+))?"
)
_CHROME = re.compile(r"Received signal (\d+)(?: (\w+))?(?: ([0-9a-fA-F]{8,16}))?")
_PROCESS = re.compile(r">>> (\S{1,200}) <<<")
_GPU = re.compile(r"GPU (?:state invalid after|process exited unexpectedly)|The GPU process has crashed")
_JVM = re.compile(r"^#\s+(SIG[A-Z]+|EXCEPTION_\w+) \(0x[0-9a-f]+\) at pc=(0x[0-9a-f]+)")
_SIGNAL_TYPES = {
    "SIGSEGV": "UNKNOWN",
    "SIGABRT": "Abrt",
    "SIGBUS": "Bus",
    "SIGFPE": "Floating-point-exception",
    "SIGILL": "Ill",
    "SIGTRAP": "Trap",
    "SIGSYS": "Sandbox-denied",
}
_SIGNAL_NUMBERS = {4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV", 31: "SIGSYS"}


def kernel_bug(reading: Reading, line: Line) -> bool:
    """``BUG: KASAN: slab-out-of-bounds in function+0x1/0x2`` and the other kernel sanitizers."""
    found = _KASAN.search(line.content)
    if not found:
        return False
    address = _AT_ADDRESS.search(line.content)
    _kernel(reading, type_words(found[2]), tool=found[1])
    if address:
        reading.address = "0x" + (address[1].lstrip("0") or "0")
    return True


def _kernel(reading: Reading, kind: str, tool: str = "Linux kernel") -> None:
    reading.begin(tool, f"{KERNEL} {kind}" if kind else KERNEL, family="kernel")


def kernel_line(reading: Reading, line: Line) -> bool:
    """``kernel BUG at file:line!``: large numbers are not identity."""
    found = _BUG_AT.search(line.content)
    if not found or reading.type.startswith(KERNEL):
        return False
    text = _NUMBERS.sub(lambda number: number[1] if len(number[1]) < 3 and int(number[1]) <= 16 else "{*}", found[1])
    _kernel(reading, type_words(text))
    return True


def kernel_panic(reading: Reading, line: Line) -> bool:
    """``Kernel panic - not syncing: why``: adds nothing to an error that is already known."""
    found = _PANIC.search(line.content)
    if not found or reading.type.startswith(KERNEL):
        return bool(found)
    _kernel(reading, "-".join(found[1].split()))
    return True


def kernel_protection(reading: Reading, line: Line) -> bool:
    """``general protection fault``: an address that no pointer can have."""
    if reading.type.startswith(KERNEL) and reading.frames:
        return True
    _kernel(reading, "General-protection-fault")
    return True


def kernel_fault(reading: Reading, line: Line) -> bool:
    """``Unable to handle kernel NULL pointer dereference at virtual address ...``."""
    found = _FAULT.search(line.content)
    if not found or reading.type.startswith(KERNEL):
        return bool(found)
    _kernel(reading, type_words(found[1]))
    if found[2]:
        reading.address = "0x" + (found[2].lstrip("0") or "0")
    return True


def kernel_oops(reading: Reading, line: Line) -> bool:
    """``Internal error: Oops: 5``: the fault status says what failed, and whether on a write."""
    found = _OOPS.search(line.content)
    if not found:
        return False
    code = int(found[1], 16)
    if code > 0xFFFF:  # 64-bit: exception syndrome register, WnR is bit 6
        reading.access = "WRITE" if code & 0x40 else "READ"
        return True
    status = (code & 0xF) | (code >> 6 & 0x10)
    _kernel(reading, f"{_FAULT_STATUS[status]} ({status})" if status in _FAULT_STATUS else "")
    reading.access = "WRITE" if code & 0x800 else "READ"
    counter = _PROGRAM_COUNTER.search(line.text, line.end, line.end + 2048)
    if counter:
        reading.address = f"0x{counter[1]}"
    return True


def gdb(reading: Reading, line: Line) -> bool:
    """``Program received signal SIGSEGV``."""
    found = _GDB.search(line.content)
    if not found:
        return False
    counter = _GDB_PC.match(line.next())
    name = found[1] or found[2]
    if not (reading.sticky and name == "SIGABRT"):
        address = number(counter[1]) if counter else None
        reading.begin("gdb", name, address=None if address is None else f"0x{address:012x}")
        reading.sticky = name != "SIGABRT"
    reading.signal = reading.signal or name
    return True


def cdb(reading: Reading, line: Line) -> bool:
    """``(944.e8c): Access violation - code c0000005 (first chance)``."""
    found = _CDB.search(line.content)
    if not found or found[2] not in _CDB_CODES:
        return False
    if reading.tool == "CDB" and reading.frames:
        return True
    reading.begin("CDB", _CDB_CODES[found[2]], family="cdb")
    reading.signal = reading.signal or found[2]
    reading.collect = reading.collect.NOTHING
    return True


def cdb_stack(reading: Reading, line: Line) -> bool:
    """``STACK_TEXT:`` of ``!analyze -v``: the stack of the exception."""
    if reading.tool == "CDB" and not reading.frames:
        reading.stack("cdb")
    else:
        reading.stop()
    return True


def cdb_address(reading: Reading, line: Line) -> bool:
    """Which address was touched, and how."""
    if reading.tool != "CDB" or reading.type != "UNKNOWN":
        return True
    attempt = _CDB_ATTEMPT.search(line.content)
    parameter = _CDB_PARAMETER.search(line.content)
    if attempt:
        reading.access = attempt[1].upper() if attempt[1] != "execute" else None
        reading.address = "0x" + attempt[2].replace("`", "")
    elif parameter:
        reading.access = parameter[1] or reading.access
        reading.address = reading.address or "0x" + parameter[2].replace("`", "")
    return True


def android(reading: Reading, line: Line) -> bool:
    """``signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0``, and the process it hit."""
    found = _ANDROID.search(line.content)
    if not found:
        return False
    type_ = _SIGNAL_TYPES.get(found[2])
    if type_ is None:
        return False
    if reading.sticky or "Sanitizer" in reading.tool:
        reading.signal = reading.signal or found[2]
        return True
    if reading.tool == "debuggerd" and reading.frames:
        return True
    address = f"0x{found[3]}" if found[3] and not found[3].startswith("-") else None
    reading.begin("debuggerd", type_, address=address, family="android")
    reading.signal = reading.signal or found[2]
    if process := _PROCESS.search(line.previous()):
        reading.tell(facts.PROCESS, process[1])
        if reading.target is None:
            reading.target = clean_target(process[1])
    return True


def signal(reading: Reading, line: Line) -> bool:
    """The word in the sentences of a sanitizer, of gdb and of Android's debuggerd."""
    if "signal is caused by a " in line.content:
        return signal_access(reading, line)
    if "(SIG" in line.content:
        return android(reading, line)
    return "signal SIG" in line.content and gdb(reading, line)


def chrome(reading: Reading, line: Line) -> bool:
    """``Received signal 11 SEGV_MAPERR 7f6b0c580000``: Chrome's own handler."""
    found = _CHROME.search(line.content)
    if not found:
        return False
    name = _SIGNAL_NUMBERS.get(int(found[1][:4]))
    if name is None:
        return True
    if not (reading.ends("check") or reading.type):
        reading.begin("Chromium", _SIGNAL_TYPES[name], address=f"0x{found[3]}" if found[3] else None, family="check")
    reading.signal = reading.signal or name
    return True


def gpu(reading: Reading, line: Line) -> bool:
    """The GPU process went away: known only from its parent's words."""
    if not _GPU.search(line.content):
        return False
    if not reading.type:
        reading.begin("Chromium", "GPU failure", family="none")
    return True


def jvm(reading: Reading, line: Line) -> bool:
    """``#  SIGSEGV (0xb) at pc=0x...``: the JVM's own error report."""
    found = _JVM.match(line.content)
    if not found or reading.sticky:
        return False
    reading.begin("JVM", _SIGNAL_TYPES.get(found[1], "UNKNOWN"), family="jvm")
    reading.signal = reading.signal or found[1]
    return True


WORDS: dict[str, Handler] = {
    "BUG: K": kernel_bug,
    "BUG at ": kernel_line,
    "Kernel panic - not syncing": kernel_panic,
    "general protection fault": kernel_protection,
    "Unable to handle ": kernel_fault,
    "BUG: unable to handle ": kernel_fault,
    "Internal error: ": kernel_oops,
    "signal ": signal,
    " - code ": cdb,
    "STACK_TEXT:": cdb_stack,
    "STACK_COMMAND:": cdb_stack,
    "EXCEPTION_PARAMETER2:": cdb_address,
    "READ_ADDRESS:": cdb_address,
    "WRITE_ADDRESS:": cdb_address,
    "Attempt to ": cdb_address,
    "Received signal ": chrome,
    "GPU state invalid after": gpu,
    "GPU process exited unexpectedly": gpu,
    "\n#  SIG": jvm,
    "\n#  EXCEPTION_": jvm,
}
