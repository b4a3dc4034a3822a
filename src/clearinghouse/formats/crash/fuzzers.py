"""Fuzzing engines: libFuzzer, Centipede, AFL, honggfuzz; and the detectors that fuzzing frameworks add.

Sources: https://llvm.org/docs/LibFuzzer.html, https://github.com/google/fuzztest (Centipede),
https://github.com/google/oss-fuzz `infra/experimental` (extra detectors).
"""

import re

from clearinghouse.formats.crash.events import Handler
from clearinghouse.formats.crash.reading import Line, Reading, clean_target

_LIBFUZZER = re.compile(r"ERROR: libFuzzer: (.{0,200})")
_ARGV = re.compile(r"^(\S{1,500}): Running \d+ inputs? \d+ time")
_BUG = re.compile(r"===BUG DETECTED: (.{1,200}?)\s*===")
_DETECTORS = (
    ("shell", "Command injection"),
    ("command injection", "Command injection"),
    ("file open", "Arbitrary file open"),
    ("dns", "Arbitrary DNS resolution"),
)


def libfuzzer(reading: Reading, line: Line) -> bool:
    """``ERROR: libFuzzer: deadly signal`` and the other ways in which libFuzzer ends."""
    found = _LIBFUZZER.search(line.content)
    if not found:
        return False
    text = found[1]
    if text.startswith("timeout"):
        _limit(reading, "Timeout", outranks=True)
    elif text.startswith("out-of-memory"):
        _limit(reading, "Out-of-memory")
    elif "overwrites its const input" in text:
        _limit(reading, "Overwrites-const-input")
    elif reading.type and not (reading.type == "Fatal-signal" and not reading.identifies()):
        reading.ends("native")
    elif text.startswith("fuzz target exited"):
        reading.begin("libFuzzer", "Unexpected-exit")
    else:
        reading.begin("libFuzzer", "Fatal-signal")
    return True


def _limit(reading: Reading, type_: str, tool: str = "libFuzzer", *, outranks: bool = False) -> None:
    if outranks:
        reading.outrank(tool, type_)
    else:
        reading.begin(tool, type_)
    reading.by_target = True
    reading.placeless = True


def centipede(reading: Reading, line: Line) -> bool:
    """Limits of Centipede's runner: time per input, resident memory, stack."""
    content = line.content
    if "RSS limit exceeded" in content or "rss-limit-exceeded" in content:
        _limit(reading, "Out-of-memory", "Centipede")
    elif "imeout of " in content or "timeout-exceeded" in content or "per-input-timeout" in content:
        _limit(reading, "Timeout", "Centipede", outranks=True)
    elif "Stack limit exceeded" in content or "stack-limit-exceeded" in content:
        reading.begin("Centipede", "Stack-overflow")
    else:
        return False
    return True


def alarm(reading: Reading, line: Line) -> bool:
    """``ALARM: working on the last Unit``: libFuzzer's first word of a timeout."""
    _limit(reading, "Timeout", outranks=True)
    return True


def running(reading: Reading, line: Line) -> bool:
    """``/path/target: Running 1 inputs 1 time(s) each.`` names the fuzz target."""
    found = _ARGV.search(line.content)
    if found and reading.target is None:
        reading.target = clean_target(found[1])
    return False


def bug_detected(reading: Reading, line: Line) -> bool:
    """``===BUG DETECTED: ...===`` of the extra detectors and of PySecSan."""
    found = _BUG.search(line.content)
    if not found:
        return False
    text = found[1].lower()
    if text.startswith("pysecsan"):
        reading.begin("PySecSan", "PySecSan", family="python")
    else:
        type_ = next((type_ for words, type_ in _DETECTORS if words in text), None)
        reading.begin("SystemSan", type_ or found[1].strip().capitalize())
    reading.sticky = True
    reading.marked = True
    return True


def wycheproof(reading: Reading, line: Line) -> bool:
    """``1) test(com.google.security.wycheproof.Class)``: the first failure of a Wycheproof run."""
    found = re.search(r"^1\) (\S{1,300}\(com\.google\.security\.wycheproof\.\S{1,300}\))", line.content)
    if not found:
        return False
    reading.begin("Wycheproof", "Wycheproof error", family="none")
    reading.names(found[1])
    return True


def unsymbolised(reading: Reading, line: Line) -> bool:
    """ClusterFuzz appends the same stack without names; what has names was read before."""
    reading.finished = bool(reading.type)
    return True


WORDS: dict[str, Handler] = {
    "ERROR: libFuzzer: ": libfuzzer,
    "ALARM: working on the last Unit": alarm,
    "RSS limit exceeded": centipede,
    "Failure              : ": centipede,
    "Failure description: ": centipede,
    "= Timeout of ": centipede,
    "= Per-input timeout": centipede,
    "= Stack limit exceeded": centipede,
    "Running ": running,
    "Build Unsymbolized Stacktrace": unsymbolised,
    "===BUG DETECTED: ": bug_detected,
    "\n1) ": wycheproof,
}
