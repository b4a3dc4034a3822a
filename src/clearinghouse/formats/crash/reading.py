"""What is known of a crash while its log is read from top to bottom.

Later crashes overwrite earlier ones, with one exception: what only ends the process (the SIGABRT after a failed
assertion, libFuzzer's "deadly signal" after anything) adds its stack and changes nothing else.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import islice

from clearinghouse.formats.crash.normalise import message_line, printable, state_line
from clearinghouse.formats.crash.security import near_null
from clearinghouse.formats.crash.stacks import Code, Parsed, base_name
from clearinghouse.records import Frame, Location

STATE_LINES = 3
MAX_FRAMES = 256
"""Most frames kept of one crash; more are counted for nothing."""
LONGEST_CYCLE = 10
REPEATS = 3


class Collect(IntEnum):
    """What is taken from the stack that follows."""

    NOTHING = 0
    STATE = 1
    """Lines for the state only: a stack beside the crashing one (where it was freed)."""
    ALL = 2


class Line:
    """The line on which something was found, with its place in the text.

    Attributes:
        text: the whole text. start, end: bounds of the line in it.
        content: the line without its end, its first ``cut`` characters.
    """

    __slots__ = ("content", "end", "start", "text")

    def __init__(self, text: str, start: int, end: int, cut: int = 1 << 20) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.content = text[start : end if end - start <= cut else start + cut]

    def next(self, limit: int = 1024) -> str:
        """The line after this one, cut at ``limit`` characters."""
        start = self.end + 1
        end = self.text.find("\n", start, start + limit)
        return self.text[start : end if end >= 0 else start + limit]

    def previous(self, limit: int = 1024) -> str:
        """The line before this one, its last ``limit`` characters."""
        end = max(self.start - 1, 0)
        return self.text[max(self.text.rfind("\n", max(end - limit, 0), end) + 1, end - limit) : end]


class Reading:
    """The crash as far as it has been read.

    Attributes:
        tool, type, access, size, address, signal, exception, place: as in :class:`~clearinghouse.records.Crash`.
        given, target: the fuzz target as the caller names it; that, or the one the log names.
        finished: read no further. outranking: no later crash replaces this one.
        protected, marked, pc_zero: evidence for the security rule (:class:`~.security.Evidence`).
        sticky: the process noticed the fault itself; how it then ends changes nothing.
        head: lines of the state before those of frames.
        by_target: the fuzz target identifies better than the stack.
        placeless: the stack shows where a limit was met, which is somewhere else each time.
        announced: the line that announced it. traceback: where the title of a Python stack ends.
        family, collect: which stack is read, and what is taken from it.
        frames, codes: of the crashing stack; where in binaries their code lies, by position, as far as it is printed.
        lines: frames that can stand in the state. named: some frame has the name of a function.
        facts: what the log says beside the crash, by name (:mod:`~.facts`). run: those that hold for a whole run.
    """

    def __init__(self, target: str | None) -> None:
        self.given = target
        self.target = target
        self.finished = False
        self.outranking = False
        self.protected = False
        self.marked = False
        self.run: dict[str, str] = {}
        self.begin("", "")

    def begin(self, tool: str, type_: str, *, family: str = "native", address: str | None = None) -> None:
        """A crash begins here: what was known of an earlier one goes."""
        if self.outranking:
            return
        self.tool = tool
        self.type = type_
        self.address = address
        self.access: str | None = None
        self.size: int | None = None
        self.sticky = False
        self.head: list[str] = []
        self.pc_zero = False
        self.by_target = False
        self.placeless = False
        self.announced = ""
        self.signal: str | None = None
        self.exception: str | None = None
        self.place: Location | None = None
        self.traceback: int | None = None
        self.facts = dict(self.run)
        self.stack(family)

    def outrank(self, tool: str, type_: str, **fields: str) -> None:
        """Begin a crash that no later one replaces (a timeout, a sandbox violation)."""
        if not self.outranking:
            self.begin(tool, type_, **fields)
            self.outranking = True

    def stack(self, family: str) -> None:
        """A stack of the crashing thread begins here; frames of an earlier one go."""
        self.family = family
        self.collect = Collect.ALL if self.type else Collect.NOTHING
        self.frames: list[Frame] = []
        self.codes: dict[int, Code] = {}
        self.lines: list[Parsed] = []
        self.named = False

    def tell(self, name: str, text: str, *, run: bool = False) -> None:
        """Note a fact of the crash that was last announced, or of the whole ``run``. Of several the first holds."""
        if run:
            self.run[name] = text
        if text:
            self.facts.setdefault(name, text)

    def message(self, *lines: str) -> None:
        """Set the lines of the state that stand before the frames; the type stays when the process then ends."""
        self.head = [line for line in map(message_line, lines) if line]
        self.sticky = True

    def names(self, *lines: str) -> None:
        """The same for names (types, files), in which numbers mean something; never cut."""
        self.head = [line for line in map(printable, lines) if line]
        self.sticky = True

    def ends(self, family: str) -> bool:
        """The process ends after a crash that is already known: take its stack if none was usable. Whether so."""
        if not (self.sticky or self.outranking):
            return False
        if self.family not in {family, "check", "rust"}:
            self.collect = Collect.NOTHING
        elif not self.identifies():
            self.stack(self.family)
        return True

    def secondary(self) -> None:
        """What follows is a stack beside the crashing one."""
        if self.collect is Collect.ALL:
            self.collect = Collect.STATE

    def stop(self) -> None:
        """What follows is no part of the crash."""
        if self.type:
            self.collect = Collect.NOTHING

    def identifies(self) -> bool:
        """Whether any frame can stand in the state."""
        return any(parsed.line for parsed in self.lines)

    def complete(self) -> bool:
        """Whether the state has all its lines."""
        return len(self.lines) + len(self.head) >= STATE_LINES

    def take(self, stack: Iterator[Parsed]) -> int:
        """Take frames until enough are known, and then no more of this crash. Return how many were looked at."""
        count = 0
        while (room := self._room()) and (some := list(islice(stack, room))):
            count += len(some)
            self._keep(some)
        if not room:
            self.collect = Collect.NOTHING
        return count

    def _room(self) -> int:
        """How many more frames may be of use."""
        if self.collect is Collect.ALL:
            return MAX_FRAMES - len(self.frames)
        return max(STATE_LINES - len(self.lines), 0)

    def _keep(self, stack: list[Parsed]) -> None:
        if not self.named:
            self.named = any(parsed.named for parsed in stack)
        if not self.placeless:
            self.lines += [parsed for parsed in stack if parsed.line]
        if self.collect is not Collect.ALL:
            return
        for parsed in stack:
            if parsed.frame is None:
                continue
            if parsed.code is not None:
                self.codes[len(self.frames)] = parsed.code
            self.frames.append(parsed.frame)

    def state(self) -> tuple[str, ...]:
        """The lines that identify the crash, at most three; none when nothing does."""
        if self.by_target and self.target:
            return (self.target,)
        lines = self._frame_lines()
        if self.type in {"Stack-overflow", "Stack overflow"}:
            lines = recursion(lines)
        found = (self.head + lines)[:STATE_LINES]
        if not found and self.given and self.type:
            found = [self.given]
        return tuple(found)

    def _frame_lines(self) -> list[str]:
        named = self.named
        return [parsed.line for parsed in self.lines if parsed.line and not (parsed.library and named)]

    def symbolised(self) -> bool | None:
        """Whether any frame has the name of a function, and not only that of its binary; None without frames."""
        if not self.frames:
            return None
        if self.named and len(self.codes) < len(self.frames):
            return True
        return any(self.frames[at].function != base_name(code.binary) for at, code in self.codes.items())

    def settle(self) -> None:
        """Apply what can be said only at the end: the order of the stack, and what an access near zero is."""
        if self.family == "python":  # a traceback ends with the innermost frame; its frames have no codes
            self.frames.reverse()
            self.lines.reverse()
        if self.type == "UNKNOWN" and near_null(self.address):
            self.type = "Null-dereference"


def recursion(lines: list[str]) -> list[str]:
    """Return the first lines of the cycle that a stack repeats, or ``lines`` when there is none.

    A cycle is 1 to :data:`LONGEST_CYCLE` lines that stand :data:`REPEATS` times in a row.
    """
    for start in range(min(len(lines), MAX_FRAMES)):
        for length in range(1, LONGEST_CYCLE + 1):
            cycle = lines[start : start + length]
            span = length * REPEATS
            if start + span <= len(lines) and lines[start : start + span] == cycle * REPEATS:
                return cycle[:STATE_LINES]
    return lines


def clean_target(name: str) -> str | None:
    """Return the name of a fuzz target from the path of its binary."""
    return state_line(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) or None
