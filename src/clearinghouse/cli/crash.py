"""`clearinghouse crash`: what each crash log shows, and which of them are the same crash."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import paths_to
from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    show_error,
    show_problems,
    show_remedy,
)
from clearinghouse.formats import casr
from clearinghouse.formats.contract import RECOGNISED, Format, Record
from clearinghouse.formats.crash import FORMAT, Settings, parse
from clearinghouse.formats.crash.report import finding, is_other, no_crash, title
from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import LOOK_AT_PATH
from clearinghouse.formats.inputs import inputs, is_folder
from clearinghouse.formats.registry import guarded
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError, Crash, Finding, Level, Problem
from clearinghouse.records.problem import only_errors
from clearinghouse.triage.intake import nothing_to_read


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


def command(
    paths: Annotated[list[Path], paths_to("Crash logs or CASR reports")],
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

    Exit code 0: all were read. 1: some files in a folder or archive show no crash. 2: nothing could be read, or a
    file that was given by name could not. What could not be read is told on standard error, beside JSON too.
    """
    reader = Reader(target, Settings(checks=checks, asserts=asserts))
    if output is OutputFormat.JSON:
        write_list(entry(path, crash) for path, crash in reader.crashes(paths))
        reader.tell()
    else:
        crashes = list(reader.crashes(paths))
        reader.tell()
        if crashes:
            show(crashes)
    raise typer.Exit(reader.code)


class Reader:
    """Reads crash logs, with what the caller knows about them, and knows in the end what could not be read.

    Args:
        target: the fuzz target, if the logs do not name it. settings: what the project decides about security.
    """

    def __init__(self, target: str | None = None, settings: Settings | None = None) -> None:
        self._target = target
        self._settings = settings or Settings()
        self._format = Format(name="crash", title="crash logs", detect=FORMAT.detect, read=self._records)
        self._problems: list[Problem] = []
        self._failures: list[ClearinghouseError] = []
        self._read = self._named_unread = False

    def crashes(self, paths: Sequence[Path]) -> Iterator[tuple[str, Crash]]:
        """Yield each crash below ``paths`` with the name of its log.

        Paths are read as by every verb (:func:`~clearinghouse.formats.inputs.inputs`), but for one that does not
        exist: the others are read all the same.
        """
        empty = True
        for item, found in inputs([path for path in paths if self._exists(path)]):
            empty = False
            for record in [item] if isinstance(item, Problem) else guarded(item, self._format):
                if isinstance(record, Problem):
                    self._note(record, found=found)
                elif isinstance(record, Finding) and record.crash:
                    self._read = True
                    yield record.source, record.crash
        if empty and not self._failures:
            self._failures.append(nothing_to_read(paths))

    def tell(self) -> None:
        """Print on standard error what could not be read, and what to do about it."""
        show_problems(self._problems, whole="")
        unread = only_errors(self._problems)
        if unread:
            show_remedy(f"give {unread[0].expected}" if unread[0].expected else LOOK_AT_PATH)
        for error in self._failures:
            show_error(error)

    @property
    def code(self) -> int:
        """The exit code."""
        if self._failures or self._named_unread or not self._read:
            return BAD_INPUT
        return ATTENTION if only_errors(self._problems) else OK

    def _exists(self, path: Path) -> bool:
        try:
            is_folder(path)
        except ClearinghouseError as error:
            self._failures.append(error)
            return False
        return True

    def _note(self, problem: Problem, *, found: bool) -> None:
        self._problems.append(problem)
        if not found and problem.level is Level.ERROR:
            self._named_unread = True

    def _records(self, document: Document) -> Iterator[Record]:
        """What the readers of both formats yield, with what the caller knows of the logs."""
        if casr.FORMAT.detect(document.sample).score >= RECOGNISED:
            yield from casr.FORMAT.read(document)
            return
        crash = None
        if not is_other(document.sample):
            text = Sample(document.read(), complete=True).text
            crash = parse(text, target=self._target, settings=self._settings)
        yield finding(document.source, crash) if crash else no_crash(document.source)


def write_list(entries: Iterable[Entry]) -> None:
    """Write one JSON array to standard output, each entry when it is known; it is closed whatever happens."""
    out = sys.stdout.buffer
    before = b"["
    try:
        for one in entries:
            text = msgspec.json.format(msgspec.json.encode(one), indent=2)
            out.write(before + b"\n  " + text.replace(b"\n", b"\n  "))
            out.flush()
            before = b","
    finally:
        out.write(b"[]\n" if before == b"[" else b"\n]\n")
        out.flush()


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
    show_table("", ("log", "crash", "then", "security*", "group"), rows)
    alone = sum(crash.signature is None for _, crash in crashes)
    told = f"{plural(len(crashes), 'crash', 'crashes')}, {plural(len(groups), 'group')} of equal type and state"
    say(f"\n{told}, {alone:,} without a state that identifies it." if alone else f"\n{told}.")
    say("* by the ClusterFuzz rule, which is not a severity.")
    say("Next: --format json has whole stacks; `clearinghouse triage` ranks the flaws.")
