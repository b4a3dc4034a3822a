"""`clearinghouse crash`: what each crash log shows, and which of them are the same crash."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import typer

from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OutputFormat, console, show_error, table, write_json
from clearinghouse.formats import casr
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.crash import Settings, parse
from clearinghouse.formats.crash.report import is_other, no_crash, title
from clearinghouse.formats.document import Document, documents
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError, Crash, Finding, Problem


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
    crashes: list[tuple[str, Crash]] = []
    unread: list[Unread] = []
    for path in paths:
        for result in reader.read_path(path):
            if isinstance(result, Unread):
                unread.append(result)
            else:
                crashes.append(result)
    for missing in unread:
        show_error(missing.error)
    if output is OutputFormat.JSON:
        write_json([entry(path, crash) for path, crash in crashes])
    elif crashes:
        show(crashes)
    if any(missing.named for missing in unread) or not crashes:
        raise typer.Exit(BAD_INPUT)
    raise typer.Exit(ATTENTION if unread else 0)


class Reader:
    """Reads files, with what the caller knows about them.

    Args:
        target: the fuzz target, if the logs do not name it. settings: what the project decides about security.
    """

    def __init__(self, target: str | None = None, settings: Settings | None = None) -> None:
        self._target = target
        self._settings = settings or Settings()

    def read_path(self, path: Path) -> Iterator[tuple[str, Crash] | Unread]:
        """Yield a crash for each log at or below ``path``, and an error for each file that gives none."""
        if not path.is_dir():
            yield from self._read_file(path, named=True)
            return
        files = sorted(found for found in path.rglob("*") if found.is_file())
        if not files:
            yield Unread(ClearinghouseError(f"{path} holds no files", "name a folder with crash logs"), named=True)
        for file in files:
            yield from self._read_file(file, named=False)

    def _read_file(self, path: Path, *, named: bool) -> Iterator[tuple[str, Crash] | Unread]:
        for document in documents(path, str(path)):
            result = document if isinstance(document, Problem) else self._read_document(document)
            if isinstance(result, Crash):
                yield cast(Document, document).source, result
                continue
            what = result.message.removesuffix(".")
            if result.source not in what:
                what = f"{result.source}: {what}"
            yield Unread(ClearinghouseError(clean_line(what), remedy(result)), named)

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
