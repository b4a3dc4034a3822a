"""Languages with a runtime: Go, Rust, Java, JavaScript, Python, C#, and programs that cannot start.

Sources: the Go specification's run-time panics (https://go.dev/ref/spec#Run_time_panics), Jazzer
(https://github.com/CodeIntelligenceTesting/jazzer), Atheris (https://github.com/google/atheris).
"""

import re

from clearinghouse.formats.crash.events import Handler
from clearinghouse.formats.crash.reading import Line, Reading
from clearinghouse.formats.crash.stacks import location

_GO_PANIC = re.compile(r"^panic: (.{0,2000})", re.DOTALL)
_GO_KINDS = (
    ("integer divide by zero", "Integer divide by zero"),
    ("index out of range", "Index out of range"),
    ("invalid memory address", "Invalid memory address"),
    ("makeslice: len out of range", "Makeslice: len out of range"),
    ("makeslice: cap out of range", "Makeslice: cap out of range"),
    ("slice bounds out of range", "Slice bounds out of range"),
    ("stack overflow", "Stack overflow"),
)
_GO_SUFFIX = re.compile(r"(?: \[recovered(?:, repanicked)?\])+\s*$")
_RUST = re.compile(r"thread '[^'\n]{0,200}'(?: \(\d+\))? panicked at ")
_RUST_OLD = re.compile(r"['\"](.{0,2000}?)['\"], ([^\s,]{1,400}):(\d+):(\d+)")
_RUST_NEW = re.compile(r"([^\s']{1,400}):(\d+):(\d+):\s*$")
_ASSERT_VALUES = re.compile(r"^(assertion (?:`[^`]*` )?failed(?:: .{0,300}?)?)(?:\s*(?:left|right)[: ].*)?$")
_JAVA = re.compile(r"== Java (?:Exception|Assertion Error): (.{0,1000})")
_JAVA_THREAD = re.compile(r"^Exception in thread \"[^\"]{0,200}\" (.{1,1000})")
_JS = re.compile(r"Uncaught \w*Error|\w*Error(?: \[\w+\])?: ")
_MISSING = re.compile(
    r"CANNOT LINK EXECUTABLE.{0,300}?library \"([^\"]{1,200})\" "
    r"|error while loading shared libraries: ([^\s:]{1,300}):|Library not loaded: (\S{1,500})"
)
_CLASS = re.compile(r"[A-Za-z_][\w.$]{0,200}(?![\w.$ ])")
_JS_CLASS = re.compile(r"(?:^|: |Uncaught )(\w{0,100}Error)(?: \[\w+\])?: ")
_PYTHON_CLASS = re.compile(r"(?:\n[ \t][^\n]*+)*+\n([A-Za-z_][\w.]{0,200})(?=:|\n|\Z)")
_MARKED = re.compile(r"FuzzerSecurityIssue(?:Critical|High|Medium|Low)")


def go_panic(reading: Reading, line: Line) -> bool:
    """``panic: runtime error: index out of range [5] with length 3`` and panics of the program's own."""
    found = _GO_PANIC.match(line.content)
    if not found:
        return False
    text = _GO_SUFFIX.sub("", found[1]).strip()
    return _go(reading, text, "ASSERT", runtime=text.startswith("runtime error: "))


def go_fatal(reading: Reading, line: Line) -> bool:
    """``fatal error: stack overflow`` and other ends that Go's runtime decides."""
    text = line.content.removeprefix("fatal error: ")
    if text == line.content:
        return False
    if "out of memory" in text:
        reading.begin("Go", "Out-of-memory", family="go")
        reading.by_target = reading.sticky = True
        return True
    return _go(reading, text.strip(), "Fatal error", runtime=text.startswith("stack overflow"))


def _go(reading: Reading, text: str, otherwise: str, *, runtime: bool) -> bool:
    type_ = next((name for words, name in _GO_KINDS if words in text), None) if runtime else None
    reading.begin("Go", type_ or otherwise, family="go")
    reading.sticky = True
    if type_ is None:
        reading.message(text.removeprefix("runtime error: "))
    return True


def go_routine(reading: Reading, line: Line) -> bool:
    """``goroutine 17 [running]:``: the first after a panic is the one that panicked."""
    if reading.family == "go" and reading.frames:
        reading.stop()
    return True


def rust_panic(reading: Reading, line: Line) -> bool:
    """``thread 'main' panicked at 'message', file:line:col``, or with the message on the next line."""
    found = _RUST.search(line.content)
    if not found:
        return False
    text = line.content[found.end() :]
    message, place = text[text.startswith(("'", '"')) :], None
    if new := _RUST_NEW.match(text):
        message, place = line.next(), location(new[1], new[2], new[3])
    elif old := _RUST_OLD.match(text):
        message, place = old[1], location(old[2], old[3], old[4])
    reading.begin("Rust", "ASSERT", family="rust")
    reading.place = place
    values = _ASSERT_VALUES.match(message)
    reading.message(values[1] if values else message)
    return True


def java(reading: Reading, line: Line) -> bool:
    """``== Java Exception: ...`` of Jazzer, and the JVM's uncaught exception."""
    found = _JAVA.search(line.content) or _JAVA_THREAD.search(line.content)
    if not found:
        return False
    marked = _MARKED.search(found[1]) is not None
    reading.begin(
        "Jazzer" if "== Java" in line.content else "JVM",
        "Security exception" if marked else "Uncaught exception",
        family="managed",
    )
    reading.sticky = "== Java" in line.content
    reading.marked = marked
    reading.exception = _class(found[1])
    return True


def _class(text: str) -> str | None:
    """The class of an exception: what stands before its message."""
    found = _CLASS.match(text)
    return found[0] if found else None


def javascript(reading: Reading, line: Line) -> bool:
    """``== Uncaught Exception: Jazzer.js: ...``, and Node's ``TypeError: ...`` with a stack below it."""
    named = "== Uncaught Exception: " in line.content
    if reading.sticky or not (named or _JS.match(line.content)):
        return False
    if not named and (reading.type or not line.next().startswith("    at ")):
        return False
    reading.begin("Jazzer.js" if named else "Node.js", "Uncaught exception", family="managed")
    reading.sticky = named
    thrown = _JS_CLASS.search(line.content) or _JS_CLASS.match(line.next())
    reading.exception = thrown[1] if thrown else None
    return True


def dotnet(reading: Reading, line: Line) -> bool:
    """``Unhandled exception. System.NullReferenceException: ...`` of .NET."""
    reading.begin(".NET", "Uncaught exception", family="managed")
    reading.sticky = True
    reading.exception = _class(line.content.partition("xception")[2].lstrip(".: "))
    return True


def python_marked(reading: Reading, line: Line) -> bool:
    """``=== Uncaught Python exception: ===`` of Atheris."""
    reading.begin("Python", "Uncaught exception", family="python")
    reading.sticky = True
    reading.exception = _class(line.next())
    return True


def python_traceback(reading: Reading, line: Line) -> bool:
    """``Traceback (most recent call last):``: a new one replaces the frames of one before it."""
    if reading.family == "python" and reading.type:
        reading.stack("python")
    elif not reading.type:
        reading.begin("Python", "Uncaught exception", family="python")
    reading.traceback = line.end
    return True


def python_class(text: str, traceback: int) -> str | None:
    """The class of the exception below a traceback whose title ends at ``traceback``."""
    found = _PYTHON_CLASS.match(text, traceback)
    return found[1] if found else None


def missing_library(reading: Reading, line: Line) -> bool:
    """``error while loading shared libraries: libx.so: cannot open``."""
    found = _MISSING.search(line.content)
    if not found:
        return False
    reading.begin("loader", "Missing-library", family="none")
    reading.names(found[1] or found[2] or found[3])
    return True


WORDS: dict[str, Handler] = {
    "\npanic: ": go_panic,
    "\nfatal error: ": go_fatal,
    "\ngoroutine ": go_routine,
    "\nthread '": rust_panic,
    "== Java Exception: ": java,
    "== Java Assertion Error: ": java,
    "\nException in thread ": java,
    "== Uncaught Exception: ": javascript,
    "Error: ": javascript,
    "\nUnhandled exception. ": dotnet,
    "\nUnhandled Exception: ": dotnet,
    "=== Uncaught Python exception: ===": python_marked,
    "Traceback (most recent call last)": python_traceback,
    "while loading shared libraries: ": missing_library,
    "Library not loaded: ": missing_library,
    "CANNOT LINK EXECUTABLE": missing_library,
}
