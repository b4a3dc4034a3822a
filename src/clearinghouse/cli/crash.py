"""`clearinghouse crash`: what each crash log shows, and which of them are the same crash."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import typer

from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, console, show_error, show_problems, table
from clearinghouse.formats import casr
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.crash import Settings, parse
from clearinghouse.formats.crash.report import is_other, no_crash, title
from clearinghouse.formats.document import Document, documents
from clearinghouse.formats.registry import MissingPathError, files_below, is_folder
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.records import ClearinghouseError, Crash, Finding, Level, Problem


class Entry(msgspec.Struct, frozen=True):
    """One crash as it is printed. Field names are the interface."""

    path: str
    tool: str
    type: str
    access: str | None
    size: int | None
    address: str | None
    state: tuple[str, ...]
    frames: list[dict[str, Any]]
    security: bool
    signature: str | None


class Unread(msgspec.Struct, frozen=True):
    """One file that gave no crash. ``named``: it was given by name, not met in a directory."""

    error: ClearinghouseError
    named: bool


def command(
    paths: Annotated[list[Path], typer.Argument(help="Crash logs or CASR reports; directories are read recursively.")],
    output: Annotated[OutputFormat, typer.Option("--format", help="What to write.")] = OutputFormat.TABLE,
    target: Annotated[
        str | None, typer.Option("--target", envvar="FUZZ_TARGET", help="The fuzz target, if the logs do not name it.")
    ] = None,
    checks: Annotated[
        bool,
        typer.Option(
            "--checks-are-security/--checks-are-not",
            envvar="CHECKS_HAVE_SECURITY_IMPLICATION",
            help="Whether a failed release CHECK is a security issue in this project.",
        ),
    ] = False,
    asserts: Annotated[
        bool,
        typer.Option(
            "--asserts-are-security/--asserts-are-not",
            envvar="ASSERTS_HAVE_SECURITY_IMPLICATION",
            help="Whether a failed assertion is a security issue in this project.",
        ),
    ] = True,
) -> None:
    """Read crash logs: type, access, crash state, stack, and which crashes are the same.

    Exit code 0: all were read. 1: some files in a directory show no crash. 2: nothing could be read, or a file
    that was given by name could not.
    """
    reader = Reader(target, Settings(checks=checks, asserts=asserts))
    told = Told()
    crashes = told.crashes(result for path in paths for result in reader.read_path(path))
    if output is OutputFormat.JSON:
        write_list(entry(path, crash) for path, crash in crashes)
    elif read := list(crashes):
        show(read)
    raise typer.Exit(told.code)


class Told:
    """Says what could not be read, while the crashes pass through."""

    def __init__(self) -> None:
        self._read = self._unread = self._named = False

    def crashes(self, results: Iterable["tuple[str, Crash] | Unread | Problem"]) -> Iterator[tuple[str, Crash]]:
        """Yield the crashes; print the rest on standard error."""
        for result in results:
            if isinstance(result, Problem):
                show_problems([result])
            elif isinstance(result, Unread):
                self._unread = True
                self._named = self._named or result.named
                show_error(result.error)
            else:
                self._read = True
                yield result

    @property
    def code(self) -> int:
        """The exit code, as far as everything has been read."""
        if self._named or not self._read:
            return BAD_INPUT
        return ATTENTION if self._unread else OK


def write_list(entries: Iterable[Entry]) -> None:
    """Write one JSON array to standard output, each entry when it is known."""
    out = sys.stdout.buffer
    before = b"["
    for one in entries:
        text = msgspec.json.format(msgspec.json.encode(one), indent=2)
        out.write(before + b"\n  " + text.replace(b"\n", b"\n  "))
        out.flush()
        before = b","
    out.write(b"[]\n" if before == b"[" else b"\n]\n")
    out.flush()


class Reader:
    """Reads files, with what the caller knows about them.

    Args:
        target: the fuzz target, if the logs do not name it. settings: what the project decides about security.
    """

    def __init__(self, target: str | None = None, settings: Settings | None = None) -> None:
        self._target = target
        self._settings = settings or Settings()
        self._seen: set[Path] = set()

    def read_path(self, path: Path) -> Iterator[tuple[str, Crash] | Unread | Problem]:
        """Yield a crash for each log at or below ``path``, an error for each that gives none, and notices.

        Folders are walked as everywhere (:func:`~clearinghouse.formats.registry.files_below`); a file that is come
        upon twice under one name is read once.
        """
        try:
            folder = is_folder(path)
        except MissingPathError as error:
            yield Unread(error, named=True)
            return
        if not folder:
            yield from self._read_new(path, named=True)
            return
        empty = True
        for file in files_below(path):
            empty = False
            if not isinstance(file, Problem):
                yield from self._read_new(file, named=False)
            elif file.level is Level.NOTICE:
                yield file
            else:
                yield _unread(file, named=False)
        if empty:
            name = printable_name(str(path))
            yield Unread(ClearinghouseError(f"{name} holds no files", "name a folder with crash logs"), named=True)

    def _read_new(self, path: Path, *, named: bool) -> Iterator[tuple[str, Crash] | Unread]:
        if path not in self._seen:
            self._seen.add(path)
            yield from self._read_file(path, named=named)

    def _read_file(self, path: Path, *, named: bool) -> Iterator[tuple[str, Crash] | Unread]:
        for document in documents(path, str(path)):
            result = document if isinstance(document, Problem) else self._read_document(document)
            if isinstance(result, Crash):
                yield cast(Document, document).source, result
                continue
            yield _unread(result, named=named)

    def _read_document(self, document: Document) -> Crash | Problem:
        try:
            if casr.FORMAT.detect(document.sample).score >= RECOGNISED:
                return _from_report(document)
            if is_other(document.sample):
                return no_crash(document.source)
            text = Sample(document.read(), complete=True).text
        except (ClearinghouseError, OSError) as error:
            message = f"{document.source} cannot be read: {error}."
            return Problem(source=document.source, code="unreadable", message=message)
        return parse(text, target=self._target, settings=self._settings) or no_crash(document.source)


def _unread(problem: Problem, *, named: bool) -> Unread:
    what = problem.message.removesuffix(".")
    if problem.source not in what:
        what = f"{problem.source}: {what}"
    return Unread(ClearinghouseError(clean_line(what), remedy(problem)), named)


def _from_report(document: Document) -> Crash | Problem:
    first: Problem | None = None
    for record in casr.FORMAT.read(document):
        if isinstance(record, Finding) and record.crash:
            return record.crash
        if isinstance(record, Problem) and first is None:
            first = record
    return first or no_crash(document.source)


def remedy(problem: Problem) -> str:
    """What a person can do about a file that gave no crash."""
    if problem.expected:
        return f"give {problem.expected}"
    return "check the path, and that you may read it"


def entry(path: str, crash: Crash) -> Entry:
    """Return a crash as it is printed."""
    return Entry(
        path=path,
        tool=crash.tool,
        type=crash.type,
        access=crash.access,
        size=crash.size,
        address=crash.address,
        state=crash.state,
        frames=[{"function": frame.function, "file": frame.file, "line": frame.line} for frame in crash.frames],
        security=crash.security,
        signature=crash.signature,
    )


def show(crashes: list[tuple[str, Crash]]) -> None:
    """Draw the crashes and the groups of equal signature."""
    groups = Counter(crash.signature for _, crash in crashes if crash.signature)
    rows = [
        (
            path,
            title(crash),
            " / ".join(crash.state[1:]) if crash.state else "nothing identifies it",
            "yes" if crash.security else "no",
            f"{crash.signature[:8]} ×{groups[crash.signature]}" if crash.signature else "alone",
        )
        for path, crash in crashes
    ]
    out = console()
    out.print(table("", ("log", "crash", "then", "security*", "group"), rows, ratios=(3, 5, 4, 1, 2)))
    alone = sum(crash.signature is None for _, crash in crashes)
    text = f"{len(crashes)} crashes, {len(groups)} groups of equal type and state"
    out.print(f"{text}, {alone} without a state that identifies them." if alone else f"{text}.")
    out.print("* by the ClusterFuzz rule, which is not a severity.")
