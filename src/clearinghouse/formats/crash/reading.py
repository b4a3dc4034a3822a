"""What is known of a crash while its log is read from top to bottom.

Later crashes overwrite earlier ones, with one exception: what only ends the process (the SIGABRT after a failed
assertion, libFuzzer's "deadly signal" after anything) adds its stack and changes nothing else.
"""

from enum import IntEnum

from clearinghouse.formats.crash.normalise import message_line, state_line
from clearinghouse.formats.crash.security import FIRST_PAGE, number
from clearinghouse.formats.crash.stacks import Parsed
from clearinghouse.records import Frame

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
        text: the whole text. content: this line, without its end. start, end: its bounds in ``text``.
    """

    __slots__ = ("content", "end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.content = text[start:end]

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
        given, target: the fuzz target as the caller names it; that, or the one the log names.
        finished: read no further. outranking: no later crash replaces this one.
        protected, marked, pc_zero: evidence for the security rule (:class:`~.security.Evidence`).
        sticky: the process noticed the fault itself; how it then ends changes nothing.
        head: lines of the state before those of frames.
        by_target: the fuzz target identifies better than the stack.
        placeless: the stack shows where a limit was met, which is somewhere else each time.
    """

    def __init__(self, target: str | None) -> None:
        self.given = target
        self.target = target
        self.finished = False
        self.outranking = False
        self.protected = False
        self.marked = False
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
        self.summary = ""
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
        self.lines: list[Parsed] = []
        self.named = False

    def message(self, *lines: str) -> None:
        """Set the lines of the state that stand before the frames; the type stays when the process then ends."""
        self.head = [line for line in map(message_line, lines) if line]
        self.sticky = True

    def names(self, *lines: str) -> None:
        """The same for names (types, files), in which numbers mean something; never cut."""
        self.head = [line for line in lines if line]
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

    def add(self, parsed: Parsed) -> bool:
        """Take a frame. Whether more are wanted."""
        if self.collect is Collect.ALL and parsed.frame is not None:
            self.frames.append(parsed.frame)
        self.named = self.named or parsed.named
        if parsed.line and not self.placeless:
            self.lines.append(parsed)
        if self.collect is Collect.STATE:
            return len(self.lines) < STATE_LINES
        return len(self.frames) < MAX_FRAMES and len(self.lines) < MAX_FRAMES

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

    def settle(self) -> None:
        """Apply what can be said only at the end: an access near zero is a null dereference."""
        if self.type == "UNKNOWN":
            address = number(self.address)
            if address is not None and address < FIRST_PAGE:
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
