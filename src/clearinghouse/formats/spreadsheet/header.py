"""Finding the row that names the columns, and saying how each was read."""

from collections.abc import Mapping, Sequence

import msgspec

from clearinghouse.formats.spreadsheet.columns import (
    IDENTIFYING,
    MAX_HEADER,
    OPEN,
    SUPPORTING,
    is_of_findings,
    is_vague,
    meanings_of,
    plain,
    rank_of,
)
from clearinghouse.formats.spreadsheet.values import kind_in
from clearinghouse.formats.text import clean_line, quoted

Row = Mapping[int, str]
"""The cells of a row that are not blank, by the number of their column from 0."""
MAX_COLUMNS = 1_000
"""Columns of a header that are looked at."""
_SEVERAL = ("location", "cpe")
"""Meanings of which all columns are read, not only the best."""
_NEXT_BEST = ("asset", "version")
"""Meanings of which another column is read where the cell of the best is blank."""
_WIDTHS = (40, 24, 14)
_MOST_SAID = 380


class Header(msgspec.Struct, frozen=True):
    """A row that names the columns.

    Attributes:
        columns: for each meaning its columns, the best first.
        names: all columns that have a name. ignored: those of which nothing is read.
        vague: meanings that a header has which might have another one.
        title: what stood above the table.
    """

    columns: dict[str, tuple[int, ...]]
    names: dict[int, str]
    ignored: tuple[int, ...]
    vague: frozenset[str] = frozenset()
    title: str = ""

    @property
    def known(self) -> int:
        """How many meanings it has."""
        return len(self.columns)

    @property
    def findings(self) -> str:
        """The name of the first column that only lists of flaws have, or nothing."""
        return next((name for name in self.names.values() if is_of_findings(name)), "")

    @property
    def is_inventory(self) -> bool:
        """Whether the table says what somebody has: it names products, and gives something more of them."""
        if self.findings or not any(meaning in self.columns for meaning in IDENTIFYING):
            return False
        if "purl" in self.columns or "cpe" in self.columns:
            return True
        if not SUPPORTING.isdisjoint(self.columns.keys() - self.vague) or self._names_systems:
            return self.known >= 2
        return self.known >= 3 and "product" in self.columns and "product" not in self.vague

    @property
    def _names_systems(self) -> bool:
        return any(meanings_of(name) == ("os",) for name in self.names.values())

    def repeated_in(self, row: Row) -> bool:
        """Whether a row is the header once more, as at the top of each printed page."""
        if len(row) < 2:
            return False
        return all(plain(text[:MAX_HEADER]) == plain(self.names.get(column, "")) for column, text in row.items())

    def reading(self, where: str) -> str:
        """Say which column was read as what, in one line that is short enough to be shown. ``where`` begins it."""
        for width in _WIDTHS:
            read = (
                f"{name.replace('_', ' ')} from {self._quoted(found, width)}" for name, found in self.columns.items()
            )
            said = f"{where}{', '.join(read)}.{self._missing}"
            if len(said) < _MOST_SAID - 60:
                break
        names = [quoted(self.names[column], width) for column in self.ignored]
        while names and len(f"{said} Ignored: {', '.join(names)}.") > _MOST_SAID - 20:
            names.pop()
        rest = len(self.ignored) - len(names)
        if names:
            said += f" Ignored: {', '.join(names)}{f' and {rest} more' if rest else ''}."
        elif rest:
            said += f" {rest} more {'is' if rest == 1 else 'are'} ignored."
        return said

    @property
    def _missing(self) -> str:
        if "version" in self.columns or "purl" in self.columns:
            return ""
        return " No column has versions: they are known only where they plainly end a name."

    def _quoted(self, columns: tuple[int, ...], width: int) -> str:
        return " and ".join(quoted(self.names[column], width) for column in columns[:3])


def header_of(row: Row) -> Header | None:
    """Return what a row says if it is read as a header; None if it can be none."""
    names = {column: clean_line(text, MAX_HEADER) for column, text in row.items() if column < MAX_COLUMNS}
    if not names or any(len(text) > MAX_HEADER for text in row.values()):
        return None
    taken: dict[str, list[int]] = {}
    undecided: list[tuple[int, tuple[str, ...]]] = []
    for column, name in names.items():
        meanings = meanings_of(name)
        if len(meanings) == 1 and not is_vague(name):
            taken.setdefault(meanings[0], []).append(column)
        elif meanings:
            undecided.append((column, meanings))
    vague: set[str] = set()
    for column, meanings in sorted(undecided, key=lambda each: is_vague(names[each[0]])):
        for meaning in meanings:
            if meaning not in taken:
                taken[meaning] = [column]
                if is_vague(names[column]) or meaning != meanings[0]:
                    vague.add(meaning)
                break
    _settle(taken, names)
    columns = {
        meaning: _chosen(meaning, found, names)
        for meaning, found in sorted(taken.items(), key=lambda item: min(item[1]))
    }
    read = {column for chosen in columns.values() for column in chosen}
    ignored = tuple(column for column in names if column not in read)
    return Header(columns=columns, names=names, ignored=ignored, vague=frozenset(vague))


def _settle(taken: dict[str, list[int]], names: dict[int, str]) -> None:
    """Decide what depends on which other columns there are."""
    if "os" in taken and "product" not in taken and "model" not in taken:
        taken["product"] = taken.pop("os")
        if "os_version" in taken and "version" not in taken:
            taken["version"] = taken.pop("os_version")
    if "os_version" in taken and "os" not in taken:
        if "version" not in taken:
            taken["version"] = taken["os_version"]
        del taken["os_version"]
    if not any(meaning in taken for meaning in IDENTIFYING) and "asset" in taken:
        things = [column for column in taken["asset"] if plain(names[column]) in _THINGS]
        if things:
            taken["product"] = things[:1]
            rest = [column for column in taken["asset"] if column != things[0]]
            if rest:
                taken["asset"] = rest
            else:
                del taken["asset"]


_THINGS = frozenset(
    {"asset", "assetname", *(plain(header) for header, meanings in OPEN.items() if "product" in meanings)}
)
"""Headers of what is rather the name of a thing than of one of its instances, where no other column names it."""


def _chosen(meaning: str, columns: list[int], names: dict[int, str]) -> tuple[int, ...]:
    if meaning in _SEVERAL:
        return tuple(sorted(columns))
    ranked = sorted(columns, key=lambda column: (rank_of(names[column]), column))
    return tuple(ranked if meaning in _NEXT_BEST else ranked[:1])


def find_header(rows: Sequence[Row], fewest: int = 1) -> tuple[int, Header] | None:
    """Return the position of the row that is most of a header, and what it says; None if none is one.

    Title rows and blank rows may stand above it. A header of findings counts too, so that it can be told what it is.

    Args:
        rows: the first of a table. fewest: columns that a header must have.
    """
    best: tuple[int, Header] | None = None
    for position, row in enumerate(rows):
        header = header_of(row) if len(row) >= fewest else None
        if header and (best is None or header.known > best[1].known) and (header.is_inventory or header.findings):
            best = position, header
    if best is None:
        return None
    position, header = best
    titles = (next(iter(row.values())) for row in rows[:position] if len(row) == 1)
    header = msgspec.structs.replace(header, title=clean_line(next(titles, ""), 200))
    return position, _by_values(header, rows[position + 1 :])


def _by_values(header: Header, rows: Sequence[Row]) -> Header:
    """Decide by the first rows what no header does: whether ``Type`` is a model or a kind of asset."""
    columns = header.columns
    if "model" not in header.vague or "model" not in columns or "kind" in columns:
        return header
    values = [text for row in rows if (text := row.get(columns["model"][0]))]
    kinds = sum(kind_in(clean_line(text, MAX_HEADER)) is not None for text in values)
    if kinds * 2 <= len(values):
        return header
    renamed = {"kind" if meaning == "model" else meaning: found for meaning, found in columns.items()}
    return msgspec.structs.replace(header, columns=renamed)
