"""The rows of one worksheet, as a stream.

Sources: ECMA-376, part 1, sections 18.3.1.73 (rows), 18.3.1.4 (cells), 18.18.11 (types of cells).
"""

from collections.abc import Iterator

from clearinghouse.formats.document import Document
from clearinghouse.formats.spreadsheet.merges import MAX_COLUMN, column_of
from clearinghouse.formats.spreadsheet.scanner import Scanner
from clearinghouse.formats.spreadsheet.values import TypedDate
from clearinghouse.formats.spreadsheet.workbook import MAX_CELL, Workbook, unescaped
from clearinghouse.formats.text import distinct_line

Line = tuple[int, dict[int, str]]
"""The number of a row from 1, and its cells by the number of their column from 0."""

_NO_COLUMN = -1
_UNSEEN = -2
_NUMBER_LENGTH = 64


class Sheet(Scanner[Line]):
    """One worksheet, to be read once. Rows and cells that state no place stand beside those before them.

    Args:
        workbook: for shared texts and the formats of numbers.

    Attributes:
        empty_formulas: how many formulas were saved without their value.
        empty_formula: row and column of the first of them.
    """

    def __init__(self, workbook: Workbook) -> None:
        super().__init__()
        self.empty_formulas = 0
        self.empty_formula = (0, 0)
        self._texts = workbook.texts
        self._number = workbook.number
        self._columns: dict[str, int] = {}
        self._inside = False
        self._line = 0
        self._row: dict[int, str] | None = None
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._value = ""
        self._formula = False
        self._hint = False  # inside of a phonetic hint
        self.starts = {
            "sheetData": self._begin,
            "row": self._start_row,
            "c": self._start_cell,
            "v": self._start_value,
            "t": self._start_value,
            "f": self._start_formula,
            "rPh": self._start_hint,
        }
        self.ends = {
            "sheetData": self._stop,
            "row": self._end_row,
            "c": self._end_cell,
            "v": self._end_value,
            "t": self._end_value,
            "rPh": self._end_hint,
        }

    def rows(self, part: Document) -> Iterator[Line]:
        """Yield every row that is not blank.

        Raises:
            ClearinghouseError, XmlError: the sheet breaks off, or is hostile.
        """
        with part.open_repaired() as stream:
            yield from self.scan(stream)

    def _begin(self, _: object) -> None:
        self._inside = True

    def _stop(self) -> None:
        self._inside = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        if self._inside and self._cell is None:
            stated = attributes.get("r", "")
            self._line = int(stated) if stated.isdecimal() and len(stated) < 9 else self._line + 1
            self._row = {}
            self._column = 0

    def _end_row(self) -> None:
        if self._row:
            self.done.append((self._line, self._row))
        self._row = None

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._row is not None:
            self._cell = attributes
            self._value = ""
            self._formula = False

    def _start_value(self, _: object) -> None:
        if self._cell is not None and not self._hint:
            self.collect()

    def _end_value(self) -> None:
        if self._cell is not None and not self._hint:
            self._value = self._value + self.collected() if self._value else self.collected()

    def _start_formula(self, _: object) -> None:
        self._formula = True

    def _start_hint(self, _: object) -> None:
        self._hint = True

    def _end_hint(self) -> None:
        self._hint = False

    def _end_cell(self) -> None:
        attributes, self._cell = self._cell, None
        if attributes is None or self._row is None:
            return
        reference = attributes.get("r")
        if reference is not None:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters, _UNSEEN)
            if column == _UNSEEN:
                column = self._seen(letters)
        else:
            column = self._column
        if column == _NO_COLUMN or column >= MAX_COLUMN:
            return
        self._column = column + 1
        if self._value or self._formula:
            text = self._text(attributes, column)
            if text and not text.isspace():
                self._row[column] = text

    def _seen(self, letters: str) -> int:
        found = column_of(letters)
        column = _NO_COLUMN if found is None else found
        if len(self._columns) < MAX_COLUMN:
            self._columns[letters] = column
        return column

    def _text(self, attributes: dict[str, str], column: int) -> str:
        value = self._value
        kind = attributes.get("t", "n")
        if kind == "s":
            try:
                return self._texts[int(value)] if value[:1] != "-" and len(value) < 9 else ""
            except (ValueError, IndexError):
                return ""
        if not value:
            if kind == "n":
                self.empty_formula = self.empty_formula if self.empty_formulas else (self._line, column)
                self.empty_formulas += 1
            return ""
        if kind == "n":
            return self._number(value, attributes.get("s", "")) if len(value) < _NUMBER_LENGTH else ""
        if kind == "b":
            return "true" if value.strip() == "1" else "false"
        if kind == "d":
            return TypedDate(value[:10])
        return distinct_line(unescaped(value), MAX_CELL)
