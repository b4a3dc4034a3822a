"""The fields of a recipe, with their types and bounds. What they mean is in docs/validation.md."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from clearinghouse.sandbox import Tier
from clearinghouse.validation.shows import Shows

SIZE = "{size}"
"""What stands in a command for a size."""
_BYTES = 1 << 40

# Patterns end with \Z: before a line feed at the end of a text, $ is satisfied too.
_Line = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Prose = Annotated[str, Meta(max_length=10_000)]
_Argument = Annotated[str, Meta(max_length=32_768, pattern=r"\A[^\x00]*\Z")]
_Argv = Annotated[tuple[_Argument, ...], Meta(min_length=1, max_length=256)]
_Purl = Annotated[str, Meta(min_length=8, max_length=512, pattern=r"\Apkg:[^\x00-\x20]+\Z")]
_Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Variable = Annotated[str, Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]{0,127}\Z")]
_Environment = Annotated[dict[_Variable, _Argument], Meta(max_length=64)]
_Purls = Annotated[tuple[_Purl, ...], Meta(max_length=128)]


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Software of one version.

    Attributes:
        purl: package URL with version. archive: a source archive beside the recipe instead. sha256: digest of what
            the registry gives, or of the archive. beside: package URLs of what else is installed.
        patch: a unified diff beside the recipe; only of the fixed subject, which is then the affected one with it.
    """

    purl: _Purl | None = None
    archive: _Line | None = None
    sha256: _Digest | None = None
    beside: _Purls = msgspec.field(default=(), name="with")
    patch: _FileName | None = None


class Install(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How subjects are prepared, without a network, in the sandbox.

    Attributes:
        by: what installs them; None takes it from the package URL. from_source: whether the source archive is built.
        requires: package URLs of what building needs. beside: of what else is installed with both subjects.
        files: files beside the recipe that are put into the source before it is built. commands: what builds it.
        environment: variables while it is built.
    """

    by: Literal["pip", "npm", "cargo", "make", "none"] | None = None
    from_source: bool = False
    requires: _Purls = ()
    beside: _Purls = msgspec.field(default=(), name="with")
    files: Annotated[tuple[_FileName, ...], Meta(max_length=256)] = ()
    commands: Annotated[tuple[_Argv, ...], Meta(max_length=32)] | UnsetType = UNSET
    environment: _Environment = {}


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One use of a subject: the reproducer, or the control.

    Attributes:
        command: program and arguments. files: beside the recipe, put into ``/work``. input: a file that is its standard
            input. environment: variables. exit: the code with which a control must end.
    """

    command: _Argv
    files: Annotated[tuple[_FileName, ...], Meta(max_length=256)] | UnsetType = UNSET
    input: _FileName | None = None
    environment: _Environment | UnsetType = UNSET
    exit: Annotated[int, Meta(ge=0, le=255)] = 0


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of each run, in seconds and bytes; of those that the installation has, the stricter one holds."""

    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    cpu: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    memory: Annotated[int, Meta(ge=1 << 20, le=_BYTES)] | None = None
    processes: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    disk: Annotated[int, Meta(ge=1 << 16, le=_BYTES)] | None = None
    output: Annotated[int, Meta(ge=1, le=_BYTES)] | None = None


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well it must be isolated at least."""

    tier: Tier = Tier.T1


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to run, on what, and what shows the flaw; see docs/validation.md for every field."""

    format: Literal[1]
    title: _Line
    identifiers: Annotated[tuple[_Line, ...], Meta(max_length=32)] = ()
    weaknesses: Annotated[tuple[Annotated[str, Meta(pattern=r"\ACWE-[0-9]{1,7}\Z")], ...], Meta(max_length=16)] = ()
    about: _Prose = ""
    references: Annotated[tuple[_Line, ...], Meta(max_length=32)] = ()
    runs: Annotated[int, Meta(ge=1, le=100)] = 1
    affected: Subject
    fixed: Subject | None = None
    install: Install = Install()
    reproducer: Use
    control: Use | None = None
    shows: Shows
    limits: Bounds = Bounds()
    isolation: Demand = Demand()
