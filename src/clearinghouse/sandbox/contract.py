"""What every sandbox can do, and the values that pass between who asks and who runs.

A *box* is a place with three folders: ``/work`` and ``/tmp``, writable and empty but for the files that were given, and
``/subject``, where software is built or installed. A box that is made *over* another has the subject of that one,
read-only: what was built once is run many times, each time from the same state and in a place of its own.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from clearinghouse.records import ClearinghouseError

MIB = 1 << 20
_MOST = 1 << 48
"""More than any limit; what is above, system calls do not take."""


class SandboxError(ClearinghouseError):
    """Something cannot be run, or not safely."""


class UnavailableError(SandboxError):
    """This machine cannot run this provider at all."""


class UnsafeError(SandboxError):
    """A provider failed its self-check, or reaches less than what is demanded."""


class BoxError(SandboxError):
    """A box cannot do what it was asked for."""


class RunnerLostError(SandboxError):
    """The process or machine that runs things is gone, or does not speak as it should."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one command may use.

    Attributes:
        seconds: of the clock on the wall. cpu: seconds of processor time of all its processes.
        memory: bytes of all its processes together. processes: processes and threads at one time.
        disk: bytes in all folders of the box together. files: files and folders in them.
        output: bytes of standard output and standard error, of each.

    Raises:
        ValueError: one of them is not above zero (``output`` may be), is none, or is beyond what machines have: a file
            system of 0 bytes is one without a limit, and no clock comes to what is not a number.
    """

    seconds: float = 60.0
    cpu: float = 60.0
    memory: int = 1024 * MIB
    processes: int = 256
    disk: int = 256 * MIB
    files: int = 32_768
    output: int = MIB

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not (0 < value <= _MOST or (name == "output" and value == 0)):
                raise ValueError(f"{name} is {value}, which limits nothing or everything")

    def within(self, most: "Limits") -> "Limits":
        """Return the stricter of both, limit by limit."""
        return Limits(**{name: min(getattr(self, name), getattr(most, name)) for name in self.__struct_fields__})


class File(msgspec.Struct, frozen=True, array_like=True):
    """A file that is put into a box."""

    data: bytes
    executable: bool = False


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command, as a list of arguments: no shell reads it.

    Attributes:
        argv: the program, found along the PATH of the box, and its arguments.
        environment: variables beside those that every box has. input: its standard input.
        at: the folder that it begins in.
        hosts: of a private network that is there as long as the command runs. Without any there is no network at all.
    """

    argv: tuple[str, ...]
    environment: dict[str, str] = {}
    input: bytes = b""
    at: str = "/work"
    limits: Limits = Limits()
    hosts: tuple["Host", ...] = ()


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Another host of a range: a box with a program that serves.

    It begins before the command that names it, and ends with it; what it wrote into its box stays, so that it can go on
    from there when the next command begins.

    Attributes:
        name: by which those find it that it is linked with: letters, digits and hyphens. box: where its program runs.
        command: its program, which has no hosts of its own; what it prints is thrown away.
        port: of TCP, on which it listens before the command begins.
        links: names of hosts, each of which shares a network of two with this one and nobody else. The empty name is
            the command's own box. Nothing is passed on from one network to another, unless a program does so.
    """

    name: str
    box: str
    command: Command
    port: int
    links: tuple[str, ...] = ("",)


class End(StrEnum):
    """How a command came to its end."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    NOT_FOUND = "not_found"
    """The program is not in the box, or cannot be executed."""
    NOT_STARTED = "not_started"
    """The box itself could not be set up."""
    TIME = "time"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"
    """More of them than may be, where only a look at them tells."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one command did.

    Attributes:
        end: how it ended. Limits that ended it are ends of their own.
        code: its exit code where it exited. signal: the number of the signal that ended it.
        seconds: of the clock. cpu: seconds of processor time, of processes that were killed as far as they were seen.
        memory: most bytes at one time, as far as measured; 0 where it was not.
        stdout, stderr: what it wrote, cut at the limit. cut: whether something is missing of it.
        refused: how often it asked for one more process than it may have; None where that is not counted.
        words: what the sandbox itself has to say where the command was not started.
    """

    end: End
    code: int | None = None
    signal: int | None = None
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    cut: bool = False
    refused: int | None = None
    words: str = ""


class Kind(StrEnum):
    """What stands at a path of a box."""

    FILE = "file"
    MISSING = "missing"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What stood at a path after a command. Only of files is there any content; links are not followed.

    Attributes:
        path: as it was asked for. kind: what stands there. size: bytes of the file.
        data: its first bytes, as many as were asked for. cut: whether there is more.
    """

    path: str
    kind: Kind
    size: int = 0
    data: bytes = b""
    cut: bool = False


class Provider(Protocol):
    """One way to run untrusted code.

    Attributes:
        name: of the provider, with the version of what it is made of (``bubblewrap 0.8.0``).
    """

    name: str

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box with ``files`` (paths below ``/work``) in it; return its name.

        Args:
            limits: of which ``disk`` and ``files`` bind the box as long as it stands.
            over: a box whose ``/subject`` this one has, read-only. Without it ``/subject`` is empty and writable.

        Raises:
            BoxError: a path leaves the box, the files are more than the disk, or ``over`` is no box.
        """

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end. All its processes are gone when this returns, and those of its hosts.

        Raises:
            BoxError: there is no such box, its hosts make no range, or this provider has no networks.
        """

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at ``paths`` (``/work/...``, ``/tmp/...``, ``/subject/...``), ``most`` bytes of each.

        Raises:
            BoxError: there is no such box, or a path is none of a box.
        """

    def destroy(self, box: str) -> None:
        """Remove a box and what is in it. One that is not there is no error."""


ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/work",
    "TMPDIR": "/tmp",  # noqa: S108 - of the box
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "/subject/site",
    "NODE_PATH": "/subject/node_modules",
}
"""What every command finds in its environment, and nothing else of ours."""
