"""Text and tables for people: what fits the width of the terminal, in characters that it can show."""

import codecs
import errno
import os
import sys
import textwrap
from collections.abc import Collection, Iterable, Sequence

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clearinghouse.formats.text import clean, clean_line

NARROWEST = 40
"""Columns below which nothing is narrowed further; some terminals say 0."""
NARROW = 72
"""Columns below which what is a table otherwise is written one item beneath the other."""
GAP = "  "
"""What stands between two columns."""
ASCII_FORMS = "clearinghouse.ascii"
"""The name under which :func:`ascii_form` is known to ``str.encode`` and to streams, as their ``errors``."""
_ASCII = str.maketrans(
    {
        "…": "...",
        "─": "-",
        "━": "-",
        "·": "-",
        "×": "x",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "\N{NO-BREAK SPACE}": " ",
    }
)


def ascii_form(error: UnicodeError) -> tuple[str, int]:
    """Put the nearest ASCII characters, else question marks, for what an encoding cannot write."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_ASCII)
    return "".join(each if each.isascii() else "?" for each in text), error.end


codecs.register_error(ASCII_FORMS, ascii_form)


def showable(text: str) -> str:
    """Return ``text`` as standard output will show it, so that its width can be counted."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, ASCII_FORMS).decode(encoding)


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


def say(text: str = "", style: str = "", *, hanging: bool = True) -> None:
    """Print text on standard output, each line of it broken where it is too long for the terminal.

    Args:
        hanging: what is broken goes on further in, so that one sees where the next sentence begins.
    """
    out = console()
    for paragraph in showable(text).split("\n"):
        indent = len(paragraph) - len(paragraph.lstrip())
        for each in wrap(paragraph, out.width, indent, indent + 2 * hanging):
            out.print(Text(each, style), soft_wrap=True)


def wrap(text: str, width: int, indent: int, next_indent: int) -> list[str]:
    """Break a sentence into lines, the first of which stands ``indent`` columns in, the others ``next_indent``."""
    if cell_len(text) <= width:
        return [text]
    return textwrap.wrap(
        text.strip(),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * next_indent,
        break_on_hyphens=False,
    )


def fit(text: str, width: int) -> str:
    """Return ``text`` as one line of exactly ``width`` columns, its end cut if need be; wide characters count two."""
    shown, mark = showable(clean_line(text)), _cut_mark(width)
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    return set_cell_size(shown, width - len(mark)) + mark


def fit_end(text: str, width: int) -> str:
    """The same with the beginning cut: of a path, the end tells most."""
    shown, mark = showable(clean_line(text)), _cut_mark(width)
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    while shown and cell_len(shown) > width - len(mark):
        shown = shown[1:]
    return set_cell_size(mark + shown, width)


def _cut_mark(width: int) -> str:
    return showable("…")[:width]


def line(cells: Iterable[str], widths: Iterable[int]) -> str:
    """Return one row of a plain table, each cell cut to its width."""
    return GAP.join(fit(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def rule(width: int) -> str:
    """Return the line beneath the head of a plain table."""
    return showable("─") * width


def show_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    ratios: Sequence[int] = (),
    whole: Collection[str] = (),
) -> None:
    """Print rows of which nothing is cut: as a table, or, where that gets too narrow, one row beneath the other.

    Args:
        ratios: how the width is divided among the columns; by what stands in them if not given.
        whole: columns whose cells stay on one line, such as dates and numbers; the others are broken for them. Where
            all are, and they do not fit, it is too narrow for a table.
    """
    out = console()
    if out.width < NARROW or (set(columns) <= set(whole) and _width_of(columns, rows) > out.width):
        _show_stacked(title, columns, rows)
        return
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=bool(ratios))
    for position, name in enumerate(columns):
        made.add_column(name, overflow="fold", ratio=ratios[position] if ratios else None, no_wrap=name in whole)
    for row in rows:
        made.add_row(*(Text(clean(cell)) for cell in row))
    if title:
        say(f"{title}\n")
    with out.capture() as drawn:
        out.print(made)
    for each in drawn.get().splitlines():
        print(each.rstrip())


def _width_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide a table is of which no cell is broken."""
    widest = [max(cell_len(clean(cell)) for cell in cells) for cells in zip(columns, *rows, strict=True)]
    return sum(widest) + len(GAP) * (len(widest) - 1)


def _show_stacked(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if title:
        say(f"{title}\n")
    for number, row in enumerate(rows):
        if number:
            say()
        say(clean_line(row[0]))
        for name, cell in zip(columns[1:], row[1:], strict=True):
            if cell:
                say(f"  {name}: {clean_line(cell)}")
