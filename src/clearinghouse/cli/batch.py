"""Questions as JSON lines: one answer a line, in order, a bad line answered by what is wrong with it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, write_json_line
from clearinghouse.formats.spool import STANDARD_INPUT, NoInputError
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.records import ClearinghouseError

MAX_LINE = 1 << 20
"""Longest line of a batch that is read, in bytes."""


def answer_lines(path: Path, answer: Callable[[dict[str, Any]], Any]) -> int:
    """Write the answer to each line; return the exit code.

    Args:
        path: a file of JSON lines, each an object; ``-`` is standard input.
        answer: makes a JSON value of one object. What it raises as a :class:`ClearinghouseError` is the answer.

    Raises:
        ClearinghouseError: the file cannot be read.
    """
    bad = 0
    with _opened(path) as stream:
        for number, line in _lines(stream):
            try:
                write_json_line(answer(_object(line)))
            except ClearinghouseError as error:
                bad += 1
                write_json_line({"error": {"line": number, "what": error.what, "expected": error.remedy}})
    return ATTENTION if bad else OK


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    if path == STANDARD_INPUT:
        if sys.stdin is None or sys.stdin.closed:  # one may type at a terminal, so this is all that is refused
            what = "standard input is closed, and --batch - asks to read it"
            raise NoInputError(what, "pipe JSON lines into the command, or name a file of them")
        return nullcontext(sys.stdin.buffer)
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        name = printable_name(str(path))
        remedy = "name a file of JSON lines, or -"
        raise ClearinghouseError(f"{name} cannot be read: {why}", remedy, source=name) from error


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number the lines from 1; blank ones are passed over, one too long is cut just past the limit."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 1)
        if line.strip():
            yield number, line


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise OptionError("the line", f"is longer than {MAX_LINE} bytes", "one JSON object")
    try:
        return msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OptionError("the line", f"is no JSON object: {clean_line(str(error), 200)}", "one JSON object") from error
