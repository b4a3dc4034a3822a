"""Programs that stop themselves: CHECK, DCHECK, assert, fatal log lines, V8's fatal errors.

The state begins with the condition, from which the values that failed it are taken away, "in" the file.
"""

import re

from clearinghouse.formats.crash.events import Handler
from clearinghouse.formats.crash.reading import Line, Reading
from clearinghouse.formats.crash.stacks import base_name, location
from clearinghouse.records import Location

_CHECK = re.compile(
    r"(Security DCHECK|Security CHECK|Debug check|DCHECK|CHECK|Check|Security check) failed: ?(.{0,2000})", re.DOTALL
)
_FATAL_PLACE = re.compile(r":FATAL[^:\]]*:([^\]\s]{1,500}?)(?:\((\d+)\)|:(\d+))\]|FATAL:([^\]\s]{1,500}?)\((\d+)\)\]")
_GLOG = re.compile(r"^(?:.{0,64}\s)?F\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([^\s:\]]{1,300}):(\d+)\] (.{0,2000})")
_V8_PLACE = re.compile(r"(.{0,500}?), line (\d+)\s*$")
_ASSERTIONS = (
    re.compile(r"[Aa]ssert(?:ion)? (?:failure|FAILED|failed):? (?:at \S+:\d+ in [^:]{1,200}: )?(.{1,1000})"),
    re.compile(r"ASSERTION FAILED: (.{1,1000})"),
    re.compile(r"ASSERT: (.{1,1000})"),
)
_QUOTED = re.compile(r"[Aa]ssertion [`'\"]")
_FAILED = re.compile(r"['\"`]? failed\b")
_ASSERT_PLACE = re.compile(
    r", (?:function \S.{0,200}, )?file [^,\s]{1,300}, line \d+\.?.*$| \(\S{1,300}: \S{1,200}: \d+\)$"
)
_ASSERTED_AT = re.compile(
    r"(?:^|: )([^\s:]{1,500}):(\d+): |, file ([^,\s]{1,300}), line (\d+)| at ([^\s:]{1,500}):(\d+) in "
)
_ON_NEXT_LINE = re.compile(r"(\S{1,300}?)\((\d+)\) : ")
_ABORT = re.compile(r"abort: (CSA_(?:D?CHECK|ASSERT) failed: .{0,1500})")
_SOURCE = re.compile(r" \[([^\[\]\s]{1,500}):(\d+)\]")
_FATAL_SEVERITY = re.compile(r"\[[^\[\]\s]{0,80}\bFATAL:")


def check(reading: Reading, line: Line) -> bool:
    """``Check failed: condition (1 vs. 2)`` in Chrome's, glog's, absl's and V8's spelling."""
    if "Sanitizer CHECK failed" in line.content or "Sanitizer: CHECK failed" in line.content:
        reading.finished = bool(reading.type)  # the detector itself broke: what follows is its own stack
        return True
    found = _CHECK.search(line.content)
    if not found or _repeats(reading, line):
        return False
    kind, condition = found[1], found[2]
    place = _place(line, found.start())
    begin = {
        "Security DCHECK": "Security DCHECK failure",
        "Security CHECK": "Security CHECK failure",
        "Security check": "Security CHECK failure",
        "Debug check": "DCHECK failure",
    }.get(kind, "CHECK failure")
    reading.begin(_tool(line), begin, family="check")
    _message(reading, _condition(condition), place)
    return True


def _repeats(reading: Reading, line: Line) -> bool:
    """A crash reporter repeats the message after the crash ("Abort message: ..."); the first telling has the stack."""
    return "Abort message" in line.content and reading.sticky and bool(reading.frames)


def _tool(line: Line) -> str:
    if line.content.startswith("#"):
        return "V8"
    return "Chromium" if "FATAL" in line.content else "CHECK"


def _place(line: Line, before: int) -> Location | None:
    """Where it failed: in the prefix of the line, or on V8's line before."""
    found = _FATAL_PLACE.search(line.content, 0, before)
    if found:
        return location(found[1] or found[4], found[2] or found[3] or found[5])
    if glog := _GLOG.match(line.content):
        return location(glog[1], glog[2])
    return _v8_place(line.previous())


def _v8_place(line: str) -> Location | None:
    """The place in ``# Fatal error in file, line n``."""
    found = _V8_PLACE.match(line.partition("Fatal error in ")[2])
    return location(found[1].strip(), found[2]) if found else None


def _condition(text: str) -> str:
    """Take away the values that failed, what was streamed after the condition, and the full stop."""
    text = _without_values(text.partition("; ")[0].strip().removesuffix("."))
    return text.removesuffix(".").strip()


def _without_values(text: str) -> str:
    """Take away ``(1 vs. 2)`` and what follows: from the parenthesis that is open at ``vs.``."""
    at = text.find(" vs. ")
    if at < 0:
        return text
    depth = 0
    for position in range(at, -1, -1):
        if text[position] == ")":
            depth += 1
        elif text[position] == "(":
            if depth == 0:
                return text[:position]
            depth -= 1
    return text


def _message(reading: Reading, message: str, place: Location | None) -> None:
    """Set message and place; both together are the first line of the state."""
    reading.place = place
    file = base_name(place.path) if place else ""
    reading.message(f"{message} in {file}" if file and message else message or file)


def glog_fatal(reading: Reading, line: Line) -> bool:
    """``F1110 15:37:25.280898 2384071 file.cc:220] message``: a fatal line of glog or absl without a check."""
    found = _GLOG.match(line.content)
    if not found or reading.sticky:
        return False
    text = found[3]
    if "heck failed" in text or "CHECK failed" in text:
        return False
    if "ssertion" in text:
        return assertion(reading, line)
    reading.begin("glog", "Fatal error", family="check")
    _message(reading, _condition(text), location(found[1], found[2]))
    return True


def chrome_fatal(reading: Reading, line: Line) -> bool:
    """``[...:FATAL:file.cc(12)] message``: a fatal line of Chrome without a check."""
    if not _FATAL_SEVERITY.search(line.content) or "failed: " in line.content or "Abort message" in line.content:
        return False
    text = line.content.partition("] ")[2].strip()
    if text.startswith("V8 error: "):
        reading.begin("V8", "V8 API error", family="check")
        reading.message(text.removeprefix("V8 error: ").removesuffix("."))
    elif "Out of memory" in text:
        reading.begin("Chromium", "Out-of-memory")
        reading.by_target = True
        reading.sticky = True
    elif reading.sticky:
        return False
    else:
        place = _place(line, len(line.content))
        reading.begin("Chromium", "Unreachable code" if "NOTREACHED" in text else "Fatal error", family="check")
        _message(reading, "" if "NOTREACHED" in text else _condition(text), place)
    return True


def v8_fatal(reading: Reading, line: Line) -> bool:
    """``# Fatal error in file, line n`` and the message on the next line."""
    message = line.next().lstrip("#").strip()
    if "failed: " in message:
        return True  # the next line is read as a check
    place = _v8_place(line.content)
    if "unreachable code" in message or "unimplemented code" in message:
        reading.begin("V8", "Unreachable code", family="check")
        _message(reading, "", place)
        return True
    kept = re.sub(r"^RepresentationChangerError: node #\d+:", "", message)
    reading.begin("V8", "Fatal error" if kept == message else "CHECK failure", family="check")
    _message(reading, kept, place)
    return True


def v8_other(reading: Reading, line: Line) -> bool:
    """V8's other ends: memory, sizes, a difference between two ways to run the same program."""
    content = line.content
    if "V8 correctness failure" in content:
        reading.begin("V8", "V8 correctness failure", family="none")
        rest = line.text[line.end : line.end + 4096].split("\n")[1:5]
        marks = ("configs:", "sources:", "suppression:")
        reading.names(
            *(text.partition("# V8 correctness ")[2].strip() for text in rest if any(m in text for m in marks))
        )
    elif "out of memory" in content.lower() or "JavaScript OOM" in content:
        if not reading.sticky:
            reading.begin("V8", "Out-of-memory")
            reading.by_target = reading.sticky = True
    else:
        return False
    return True


def v8_sandbox(reading: Reading, line: Line) -> bool:
    """``## V8 sandbox violation detected!``: outranks the access that showed it and keeps its stack."""
    if reading.type and not reading.outranking:
        reading.type, reading.access, reading.size = "V8 sandbox violation", None, None
        reading.sticky = reading.outranking = True
    else:
        reading.outrank("V8", "V8 sandbox violation")
    return True


def csa_abort(reading: Reading, line: Line) -> bool:
    """``abort: CSA_DCHECK failed: ... [file:line]``: an assertion in V8's generated code."""
    found = _ABORT.search(line.content)
    if not found:
        return False
    source = _SOURCE.search(found[1])
    message = found[1][: source.start()] if source else found[1]
    reading.begin("V8", "ASSERT", family="none")  # below generated code stands only the machine that runs it
    reading.message(message, base_name(source[1]) if source else "")
    reading.place = location(source[1], source[2]) if source else None
    return True


def js_stack(reading: Reading, line: Line) -> bool:
    """``==== JS stack trace ===``: frames of the script, which is the input."""
    reading.stop()
    return True


def assertion(reading: Reading, line: Line) -> bool:
    """``Assertion `condition' failed`` and its many relatives."""
    if "ssert" not in line.content and "ASSERT" not in line.content:
        return False
    if "ERROR: " in line.content and "Sanitizer" in line.content:
        return False
    if reading.type.startswith("Kernel failure"):  # a kernel in user space ends with an assertion of its host
        return True
    condition = _asserted(line.content)
    if condition is None:
        return False
    condition = _ASSERT_PLACE.sub("", condition.strip())
    reading.begin("assert", "ASSERT", family="check")
    reading.place = _asserted_at(line)
    reading.message(condition.removesuffix(".").strip())
    return True


def _asserted(text: str) -> str | None:
    """The condition that an assertion's message names, or None."""
    if quoted := _QUOTED.search(text):  # to the last quotation mark before "failed": the condition may hold both
        last = max(text.rfind(f"{mark} failed") for mark in "`'\"")
        if end := _FAILED.search(text, max(quoted.end() + 1, last)):
            return text[quoted.end() : end.start()]
    for pattern in _ASSERTIONS:
        if found := pattern.search(text):
            return found[1]
    return None


def _asserted_at(line: Line) -> Location | None:
    """Where it was asserted: somewhere in the line, or at the begin of WebKit's next."""
    if found := _ASSERTED_AT.search(line.content):
        return location(found[1] or found[3] or found[5], found[2] or found[4] or found[6])
    below = _ON_NEXT_LINE.match(line.next())
    return location(below[1], below[2]) if below else None


def never_reached(reading: Reading, line: Line) -> bool:
    """WebKit's ``SHOULD NEVER BE REACHED``, with the place on the next line."""
    place = re.search(r"([^\s()]{1,300})\((\d+)\)", line.next())
    reading.begin("assert", "ASSERT", family="check")
    _message(reading, "SHOULD NEVER BE REACHED", location(place[1], place[2]) if place else None)
    return True


WORDS: dict[str, Handler] = {
    "Check failed: ": check,
    "CHECK failed: ": check,
    "Debug check failed: ": check,
    "Security check failed: ": check,
    "FATAL:": chrome_fatal,
    "\nF0": glog_fatal,
    "\nF1": glog_fatal,
    "# Fatal error in ": v8_fatal,
    "# V8 correctness failure": v8_other,
    "Fatal JavaScript OOM": v8_other,
    "Fatal process out of memory": v8_other,
    "JavaScript heap out of memory": v8_other,
    "V8 sandbox violation detected": v8_sandbox,
    "CSA_": csa_abort,
    "=== JS stack trace": js_stack,
    "Assertion ": assertion,
    '" failed': assertion,
    "ssert failure: ": assertion,
    "ASSERTION FAILED: ": assertion,
    "ASSERT FAILED": assertion,
    "SHOULD NEVER BE REACHED": never_reached,
}
