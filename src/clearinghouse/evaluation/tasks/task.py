"""A task, read from a folder or from bytes.

Its bytes are the canonical JSON of all its files, with whether each may be executed: two folders that differ in
anything that matters have other bytes, and so another digest. That digest is what a pool commits to and what a run is
about. What a task says of itself stands in one of those files, ``task.toml``, so nothing can be said twice.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec

from clearinghouse.evaluation.tasks import folder as folders
from clearinghouse.evaluation.tasks.contradictions import (
    KIT,
    below,
    checked,
    nothing_else,
    plain,
)
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.fields import (
    SCHEMA,
    Box,
    Custody,
    FromRecipe,
    Host,
    Human,
    Kind,
    Oracle,
    Origin,
    Proof,
    Step,
    Written,
    WrittenSolution,
)
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import File
from clearinghouse.trust.commitment import Json, canonical
from clearinghouse.trust.statement import NotStrictError, decode_strictly
from clearinghouse.validation.recipe import tables_of

LARGEST_TOML = 64 << 10
"""Most bytes of a ``task.toml``."""
LARGEST_PROMPT = 64 << 10
"""Most bytes of a prompt, and of a solution."""
LARGEST = folders.LARGEST_TOGETHER // 3 * 4 + (4 << 20)
"""Most bytes of a task that is read from bytes."""
_FORM = "examples/frontier/README.md, in the source, has all fields of a task"


class Solution(msgspec.Struct, frozen=True):
    """A shell script that solves a task, or that must not pass for a solution."""

    kind: Proof
    name: str
    script: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task.

    Attributes:
        id: unique in its pool. title: one line. family: what tasks of one kind of flaw have in common, the unit that
            statistics sample. domain, kind, version: of the task. human: how long a person needs.
        prompt: what the agent is told. box: where it works. collect: paths below ``/work`` that are taken out.
        hosts: of a range, beside the box of the agent.
        oracle: what judges; None where the signals of the recipe do. recipe: that it is made from, if it is.
        steps: parts that are scored by themselves. solutions: with which the judge is checked.
        custody: who may have it. origin: what it was made from. files: all files by path, ``task.toml`` among them.

    Laws: ``Task.from_bytes(task.to_bytes()) == task`` but for ``source``; equal files give equal bytes.
    """

    id: str
    title: str
    family: str
    domain: str
    kind: Kind
    version: int
    human: Human
    prompt: str
    box: Box
    collect: tuple[str, ...]
    oracle: Oracle | None
    recipe: FromRecipe | None
    hosts: tuple[Host, ...]
    steps: tuple[Step, ...]
    solutions: tuple[Solution, ...]
    custody: Custody
    origin: Origin
    files: dict[str, File]

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def below(self, folder: str | None) -> dict[str, File]:
        """Return the files below one of its folders, by their path there; none where there is no folder."""
        return below(self.files, folder)

    def to_bytes(self) -> bytes:
        """Return it as one string of bytes, the same for equal files."""
        files: dict[str, Json] = {
            name: {"data": base64.b64encode(file.data).decode("ascii"), "executable": file.executable}
            for name, file in self.files.items()
        }
        return canonical({"schema": SCHEMA, "files": files})

    @classmethod
    def from_bytes(cls, data: bytes, source: str = "a task") -> Self:
        """Return the task that bytes hold.

        Raises:
            TaskError: they hold none, or are not as :meth:`to_bytes` writes them.
        """
        try:
            read = decode_strictly(data, _READER, LARGEST)
            files = {name: File(_decoded(each.data), each.executable) for name, each in read.files.items()}
        except (NotStrictError, binascii.Error, ValueError) as error:
            raise TaskError(
                f"{source} is none: {error}", "take the bytes as they were written", source=source
            ) from None
        for name in files:
            plain(name, f"{source}: files", source)
        task = cls(**_fields(files, source))
        if task.to_bytes() != data:  # else one task had two digests
            raise TaskError(f"{source} is not in canonical form", "take the bytes as they were written", source=source)
        return task


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    data: str
    executable: bool


class _Packed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    files: Annotated[dict[str, _File], msgspec.Meta(max_length=folders.MOST_FILES)]


_READER = msgspec.json.Decoder(_Packed)


def load(path: Path) -> Task:
    """Read a task from its folder, or from the ``task.toml`` in it.

    Raises:
        TaskError: it cannot be read or is none; the message names the file and the field.
    """
    place = path.parent if path.name == folders.NAME else path
    return from_files(folders.read(place), str(place))


def from_files(files: Mapping[str, File], source: str) -> Task:
    """Return the task that files are. The kit of its oracle is added, so that the bytes hold all that judges.

    Raises:
        TaskError: they are none.
    """
    whole = dict(files)
    written = _written(whole, source)
    oracle = written.oracle
    kit = f"{oracle.folder}/{KIT}" if oracle else ""
    if oracle and oracle.kit and kit not in whole:
        data = resources.files("clearinghouse.evaluation.tasks.inside").joinpath(KIT).read_bytes()
        whole[kit] = File(data)
    return Task(**_fields(whole, source))


def tasks_below(paths: list[Path]) -> Iterator[Path]:
    """Yield the folders of tasks below paths: a task, or a folder of tasks, in the order of names."""
    for path in paths:
        if path.is_dir() and not (path / folders.NAME).exists():
            found = sorted(each.parent for each in path.glob(f"*/{folders.NAME}"))
            if not found:
                raise TaskError(f"{path} has no task in it", "name the folder of a task, or one of tasks")
            yield from found
        else:
            yield path


def _fields(files: Mapping[str, File], source: str) -> dict[str, Any]:
    written = _written(files, source)
    checked(written, files, source)
    given = {
        name: getattr(written, name) for name in written.__struct_fields__ if name not in {"schema", "solution", "host"}
    }
    given["prompt"] = _text(files, written.prompt, "prompt", source)
    given["hosts"] = written.host
    given["solutions"] = tuple(_solution(each, files, source) for each in written.solution)
    nothing_else(written, files, source)
    given["files"] = dict(sorted(files.items()))
    return given


def _written(files: Mapping[str, File], source: str) -> Written:
    where = f"{source}/{folders.NAME}"
    data = files[folders.NAME].data if folders.NAME in files else b""
    if len(data) > LARGEST_TOML:
        raise TaskError(f"{where} has more than {LARGEST_TOML >> 10} KiB", "put data into files", source=source)
    try:
        return msgspec.convert(tables_of(data.decode()), Written)
    except msgspec.ValidationError as error:
        said, _, field = str(error).replace("`", "").partition(" - at ")
        field = field.replace("$", "").strip(".") or "the whole"
        raise TaskError(f"{where}: {field}: {clean_line(said, 200)}", _FORM, source=source) from None
    except RecursionError:
        raise TaskError(f"{where}: it is nested too deeply", _FORM, source=source) from None
    except ValueError as error:  # no UTF-8, no TOML
        raise TaskError(f"{where}: {clean_line(str(error), 200)}", _FORM, source=source) from None


def _solution(written: WrittenSolution, files: Mapping[str, File], source: str) -> Solution:
    if (written.file is None) == (written.script is None):
        what = f"{source}/{folders.NAME}: solution {written.name}: it needs either a file or a script"
        raise TaskError(what, "give one of them", source=source)
    if written.file is None:
        return Solution(written.kind, written.name, written.script or "")
    return Solution(written.kind, written.name, _text(files, written.file, "solution.file", source))


def _text(files: Mapping[str, File], name: str, field: str, source: str) -> str:
    where = f"{source}/{folders.NAME}: {field}: {name}"
    if name not in files:
        raise TaskError(f"{where} is not there", "add it", source=source)
    data = files[name].data
    if len(data) > LARGEST_PROMPT:
        raise TaskError(f"{where} has more than {LARGEST_PROMPT >> 10} KiB", "make it shorter", source=source)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise TaskError(f"{where} is no UTF-8", "save it as UTF-8", source=source) from None
    if "\0" in text:
        raise TaskError(f"{where} has a zero in it", "take it out", source=source)
    return text


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
