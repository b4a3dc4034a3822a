"""Rows of an inventory that name no product: what they say is lost, and told with their numbers."""

from collections.abc import Iterator

from clearinghouse.formats.text import clean_line
from clearinghouse.records import Level, Problem

MOST_NUMBERS = 10
"""Numbers of rows that are told; the others are counted."""


class Nameless:
    """Counts rows without a product: those that name a maker or a version, and others, such as headings in between.

    Args:
        source: the document. where: names the sheet, at the beginning of each problem; empty where there is only one.
    """

    def __init__(self, source: str, where: str = "") -> None:
        self._source = source
        self._where = where
        self._lines: dict[bool, list[int]] = {}
        self._counts: dict[bool, int] = {}

    def add(self, line: int, *, vendor: bool, version: bool, cells: int) -> bool:
        """Count a row; return whether it is about a thing, of which nothing can be said without its name.

        Args:
            line: its number. vendor, version: whether it has such a cell. cells: how many it has in all; one alone,
                unless it is a version, may be the heading of those below it.
        """
        if cells < 2 and not vendor and not version:
            return False
        thing = version or (vendor and cells > 1)
        self._counts[thing] = self._counts.get(thing, 0) + 1
        lines = self._lines.setdefault(thing, [])
        if len(lines) < MOST_NUMBERS:
            lines.append(line)
        return thing

    def problems(self) -> Iterator[Problem]:
        """Yield at most two notices: on rows that cannot be judged, and on those that may be headings."""
        for thing, lines in self._lines.items():
            has = "a vendor or a version and no product" if thing else "no product"
            what = "such a thing cannot be judged" if thing else "nothing could be taken from there"
            names = "names" if self._counts[thing] == 1 else "name"
            said = f"{self._where}{_rows(lines, self._counts[thing])} {names} {has}"
            yield Problem(
                source=self._source,
                code="no_product",
                message=clean_line(f"{said}; {what}."),
                line=lines[0],
                expected="a product or model in each row",
                level=Level.NOTICE,
            )


def _rows(lines: list[int], count: int) -> str:
    if count == 1:
        return "The row"
    rest = count - len(lines)
    last = f"{rest:,} more" if rest else str(lines[-1])
    return f"Rows {', '.join(map(str, lines if rest else lines[:-1]))} and {last}"
