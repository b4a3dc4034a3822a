"""How results leave the program: JSON, tables, progress, and errors of one line each."""

import errno
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import msgspec
import typer
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clearinghouse.formats.text import clean, clean_line
from clearinghouse.records import ClearinghouseError, Problem

OK, ATTENTION, BAD_INPUT = 0, 1, 2
"""Exit codes: done; done, and problems were reported or something needs attention; bad input or usage."""


class OutputFormat(StrEnum):
    """What a command writes to standard output."""

    TABLE = "table"
    JSON = "json"


NARROWEST = 40
"""Columns below which a table is not narrowed further; some terminals say 0."""


class _Console(Console):
    """A console that leaves a closed pipe to the entry point; Rich's own would leave the process with exit code 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console() -> Console:
    """Standard output for people; 100 columns wide where it is no terminal."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 100
    made = _Console(width=width, highlight=False, markup=False)
    return made if made.width >= NARROWEST else _Console(width=NARROWEST, highlight=False, markup=False)


def stderr() -> Console:
    """Standard error for progress and problems."""
    return _Console(stderr=True, highlight=False, markup=False)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, ratios: Sequence[int] = ()) -> Table:
    """Make a plain table. Cells are text, never markup."""
    made = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False, expand=False)
    for position, name in enumerate(columns):
        made.add_column(name, overflow="fold", ratio=ratios[position] if ratios else None)
    for row in rows:
        made.add_row(*(Text(clean(cell)) for cell in row))
    return made


def fit(text: str, width: int) -> str:
    """Return ``text`` as one line of exactly ``width`` columns, its end cut if need be; wide characters count two."""
    shown = clean_line(text)
    return set_cell_size(shown, width) if cell_len(shown) <= width else set_cell_size(shown, max(width - 1, 0)) + "…"


def fit_end(text: str, width: int) -> str:
    """The same with the beginning cut: of a path, the end tells most."""
    shown = clean_line(text)
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    while shown and cell_len(shown) >= width:
        shown = shown[1:]
    return set_cell_size("…" + shown, width)


GAP = "  "
"""What stands between two columns."""


def line(cells: Iterable[str], widths: Iterable[int]) -> str:
    """Return one row of a plain table, each cell cut to its width."""
    return GAP.join(fit(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def wrap(text: str, width: int, indent: int) -> list[str]:
    """Break a sentence into lines; those after the first stand two columns further in than ``indent``."""
    return textwrap.wrap(text.strip(), width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))


def write_json(value: Any) -> None:
    """Write one JSON document and a newline to standard output."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2))
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def write_json_line(value: Any) -> None:
    """Write one JSON value on one line to standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")


def fail(error: ClearinghouseError) -> NoReturn:
    """Say what is wrong and what to do, on two lines, and exit with 2."""
    show_error(error)
    raise typer.Exit(BAD_INPUT)


def show_error(error: ClearinghouseError) -> None:
    """Print ``error: what`` and ``try: remedy`` on standard error."""
    print(f"error: {clean(error.what)}", file=sys.stderr)
    print(f"try: {clean(error.remedy)}", file=sys.stderr)


def show_problems(problems: Sequence[Problem], most: int = 20) -> None:
    """Print problems for people, on standard error, the first ``most`` of them."""
    out = stderr()
    for problem in problems[:most]:
        where = f" at {problem.pointer}" if problem.pointer else f" line {problem.line}" if problem.line else ""
        out.print(f"{problem.level}: {clean(problem.source)}{where}: {clean(problem.message)}", soft_wrap=True)
    if len(problems) > most:
        out.print(f"... and {len(problems) - most} more; --format json lists them all")
