"""`clearinghouse crash`: what each crash log shows, and which of them are the same crash."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OutputFormat, console, show_error, table, write_json
from clearinghouse.formats import casr
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.crash.parser import parse
from clearinghouse.formats.crash.report import is_other, no_crash, title
from clearinghouse.formats.document import Document, documents
from clearinghouse.formats.sample import Sample
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
) -> None:
    """Read crash logs: type, access, crash state, stack, and which crashes are the same.

    Exit code 0: all were read. 1: some files in a directory show no crash. 2: nothing could be read, or a file
    that was given by name could not.
    """
    crashes: list[tuple[str, Crash]] = []
    unread: list[Unread] = []
    for path in paths:
        for result in read_path(path, target):
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


def read_path(path: Path, target: str | None) -> Iterator[tuple[str, Crash] | Unread]:
    """Yield a crash for each log at or below ``path``, and an error for each file that gives none."""
    if not path.is_dir():
        yield from read_file(path, target, named=True)
        return
    files = sorted(found for found in path.rglob("*") if found.is_file())
    if not files:
        yield Unread(ClearinghouseError(f"{path} holds no files", "name a folder with crash logs"), named=True)
    for file in files:
        yield from read_file(file, target, named=False)


def read_file(path: Path, target: str | None, *, named: bool) -> Iterator[tuple[str, Crash] | Unread]:
    """Yield a crash for each document in one file."""
    for document in documents(path, str(path)):
        problem = document if isinstance(document, Problem) else None
        if isinstance(document, Document):
            result = read_document(document, target)
            if isinstance(result, Crash):
                yield document.source, result
                continue
            problem = result
        if problem:
            what = problem.message.removesuffix(".")
            if problem.source not in what:
                what = f"{problem.source}: {what}"
            yield Unread(ClearinghouseError(what, remedy(problem)), named)


def read_document(document: Document, target: str | None) -> Crash | Problem:
    """Return the crash that a document shows, or why it shows none."""
    try:
        if casr.FORMAT.detect(document.sample).score >= RECOGNISED:
            return _from_report(document)
        data = document.read()
    except (ClearinghouseError, OSError) as error:
        return Problem(source=document.source, code="unreadable", message=f"{document.source} cannot be read: {error}.")
    if is_other(document.sample):
        return no_crash(document.source)
    return parse(Sample(data, complete=True).text, target=target) or no_crash(document.source)


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
    if problem.code == "no_crash":
        return f"give {problem.expected}"
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
