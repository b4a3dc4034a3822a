"""The fields of a ``task.toml``, with their types and bounds."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from clearinghouse.evaluation.statistics.sources import Source
from clearinghouse.records.marking import Tlp
from clearinghouse.sandbox import Limits

SCHEMA = "clearinghouse task 1"
_BYTES = 1 << 40

# Patterns end with \Z: before a line feed at the end of a text, $ is satisfied too.
_Line = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Prose = Annotated[str, Meta(max_length=10_000)]
_Argument = Annotated[str, Meta(max_length=32_768, pattern=r"\A[^\x00]*\Z")]
_Argv = Annotated[tuple[_Argument, ...], Meta(min_length=1, max_length=256)]
_Path = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\x00-\x1f\x7f\\]*\Z")]
_Name = Annotated[str, Meta(pattern=r"\A[a-z0-9]+(?:[-_][a-z0-9]+)*\Z", max_length=64)]
_Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_TaskId = Annotated[str, Meta(pattern=r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", max_length=64)]


class Kind(StrEnum):
    """What an agent is asked for.

    Attributes:
        LOCATE: where the flaw is, and of what class. REPRODUCE: an input that shows it.
        PATCH: a repaired source. TRIAGE: which reports are one flaw, which are real, which come first.
        RANGE: steps through several hosts.
    """

    LOCATE = "locate"
    REPRODUCE = "reproduce"
    PATCH = "patch"
    TRIAGE = "triage"
    RANGE = "range"


class Proof(StrEnum):
    """What a solution that comes with a task is for: the reference must be judged solved, the others not."""

    REFERENCE = "reference"
    NULL = "null"
    CHEAT = "cheat"


class OtherTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What another source says of the human time of a task; the fields are those of :class:`Human`."""

    minutes: Annotated[float, Meta(gt=0, le=1_000_000)]
    source: Source
    people: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    study: _Prose = ""


class Human(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a qualified person needs.

    Attributes:
        minutes: above zero. source: where that comes from. people: how many it rests on. study: which one, in words.
        other: what other sources say, each once. A plan registers which source is taken where there are several.
    """

    minutes: Annotated[float, Meta(gt=0, le=1_000_000)]
    source: Source
    people: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    study: _Prose = ""
    other: Annotated[tuple[OtherTime, ...], Meta(max_length=len(Source) - 1)] = ()


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a task that is scored by itself. ``weight`` is relative to the other steps."""

    name: _Name
    weight: Annotated[float, Meta(gt=0, le=1_000_000)] = 1.0


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits, in seconds, bytes and numbers; what is not said is as the caller has it."""

    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    cpu: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    memory: Annotated[int, Meta(ge=1 << 20, le=_BYTES)] | None = None
    processes: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    disk: Annotated[int, Meta(ge=1 << 16, le=_BYTES)] | None = None
    files: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    output: Annotated[int, Meta(ge=0, le=_BYTES)] | None = None

    def over(self, usual: Limits) -> Limits:
        """Return the usual limits with those that are said here instead."""
        given = {name: getattr(self, name) for name in self.__struct_fields__ if getattr(self, name) is not None}
        return msgspec.structs.replace(usual, **given)


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the agent works.

    Attributes:
        folder: its files are put into ``/work`` of the agent's box. subject: a folder whose files are in ``/work``
            while ``build`` runs; what that leaves in ``/subject`` the agent and the oracle have, read-only.
        build: commands, as lists of arguments. limits: of each command of the agent. building: of each of ``build``.
    """

    folder: _Path | None = None
    subject: _Path | None = None
    build: Annotated[tuple[_Argv, ...], Meta(max_length=32)] = ()
    limits: Bounds = Bounds()
    building: Bounds = Bounds()


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another host of a range, as :class:`clearinghouse.sandbox.contract.Host` has it; it serves while the agent acts.

    Attributes:
        name: by which those find it that it is linked with. folder: its files are put into ``/work`` of its own box.
        command: what it serves with. port: on which it listens. links: other hosts, and ``agent``.
        fresh: paths below its ``/work``, each with a random text of its own in every attempt, so that no answer is
            known from before. collect: what is taken out of its box for the oracle when the agent ends.
        limits: of its program.
    """

    name: _Name
    folder: _Path
    command: _Argv
    port: Annotated[int, Meta(ge=1, le=65_535)]
    links: Annotated[tuple[_Name, ...], Meta(min_length=1, max_length=8)] = ("agent",)
    fresh: Annotated[tuple[_Path, ...], Meta(max_length=16)] = ()
    collect: Annotated[tuple[_Path, ...], Meta(max_length=16)] = ()
    limits: Bounds = Bounds()


class Oracle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells whether a task was solved.

    Attributes:
        folder: its files are put into ``/work`` of a fresh box. command: what is run there.
        kit: which version of the shared ``kit.py`` stands beside them; none where it is not said.
        limits: of the command.
    """

    folder: _Path
    command: _Argv
    kit: Literal[1] | None = None
    limits: Bounds = Bounds()


class WrittenSolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A solution as it is written: a shell script, in a file or in place."""

    kind: Proof
    name: _Name
    file: _Path | None = None
    script: Annotated[str, Meta(max_length=65_536, pattern=r"\A[^\x00]*\Z")] | None = None


class Custody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may have a task.

    Attributes:
        marking: how far it may travel. operators: who may host the models that are run on it, where it is not public;
            empty where it is. until: the last day of that. consents: the folder of the signed consents of finder,
            vendor and operator, where it is made from a finding that is not public.
    """

    marking: Tlp = Tlp.CLEAR
    operators: Annotated[tuple[_Line, ...], Meta(max_length=64)] = ()
    until: dt.date | None = None
    consents: _Path | None = None


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a task was made from.

    Attributes:
        recipe: digest of the recipe. verdict: what validation came to. says: a sentence. benchmark: the collection that
            the task comes from; empty where it comes from none. public_since: the day from which on its solution, or
            the flaw that it rests on, could be read publicly; None where it is not known, or was never. twin_of: the id
            of a task of the same family that is public, of which this is a new instance.
    """

    recipe: _Digest | None = None
    verdict: _Name | None = None
    says: _Prose = ""
    benchmark: _Name | None = None
    public_since: dt.date | None = None
    twin_of: _TaskId | None = None


class FromRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recipe of validation that is the subject of a task, and unless it is one to locate a flaw, its judge too.

    Attributes:
        folder: of the recipe with its files, which no agent sees. artefacts: of the packages that it names, embedded,
            so that nothing is fetched.
    """

    folder: _Path
    artefacts: _Path


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ``task.toml`` as it stands; what the fields mean is said at :class:`~.task.Task`."""

    schema: Literal["clearinghouse task 1"]
    id: _TaskId
    title: _Line
    family: _Name
    domain: _Name
    kind: Kind
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    human: Human
    prompt: _Path
    box: Box = Box()
    collect: Annotated[tuple[_Path, ...], Meta(min_length=1, max_length=64)]
    oracle: Oracle | None = None
    recipe: FromRecipe | None = None
    host: Annotated[tuple[Host, ...], Meta(max_length=8)] = ()
    steps: Annotated[tuple[Step, ...], Meta(max_length=64)] = ()
    solution: Annotated[tuple[WrittenSolution, ...], Meta(max_length=64)] = ()
    custody: Custody = Custody()
    origin: Origin = Origin()
