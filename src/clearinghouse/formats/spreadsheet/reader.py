"""Reading the tables of a spreadsheet: one inventory for each sheet that has a header of one."""

from collections.abc import Generator, Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import structs

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.parts import notice
from clearinghouse.formats.spreadsheet.convert import Converter
from clearinghouse.formats.spreadsheet.csv_rows import HEAD_ROWS, nearly, rows, sniff
from clearinghouse.formats.spreadsheet.detection import OLE, ZIP
from clearinghouse.formats.spreadsheet.header import Header, Row, find_header
from clearinghouse.formats.spreadsheet.merges import Merges, letters_of
from clearinghouse.formats.spreadsheet.nameless import Nameless
from clearinghouse.formats.spreadsheet.sheet import Line, Sheet
from clearinghouse.formats.spreadsheet.unnamed import nearest_header, unnamed
from clearinghouse.formats.spreadsheet.workbook import MAX_TEXTS, SheetPart, Workbook
from clearinghouse.formats.tabular.convert import Notes
from clearinghouse.formats.text import plural, quoted
from clearinghouse.formats.xml_stream import XmlError
from clearinghouse.records import ClearinghouseError, Inventory, InventoryItem, Level, Problem

NAME = "spreadsheet"
_NO_HEADER = "a row that names the columns, such as Vendor, Product, Version, Location"
_DEFAULT_NAMES = ("sheet", "tabelle", "feuil", "hoja", "foglio", "table", "planilha")
_MOST_NAMED = 5

Tabled = Inventory | InventoryItem | Problem
Records = Iterator[Tabled]


def read(document: Document) -> Records:
    """Yield an inventory, how its columns were read, and its items, for each table that is an inventory."""
    head = document.sample.head
    if head.startswith(OLE):
        yield _other_workbook(document.source)
    elif head.startswith(ZIP):
        yield from _workbook(document)
    else:
        yield from _text(document)


def _other_workbook(source: str) -> Problem:
    return Problem(
        source=source,
        code="unsupported_spreadsheet",
        message="It is a spreadsheet of another kind (XLS, XLSB, ODS, Numbers) or under a password, and is not read;"
        " save it as XLSX or CSV.",
        expected="XLSX or CSV",
    )


def _text(document: Document) -> Records:
    found = sniff(document.sample)
    if found is None or not found[1].is_inventory:
        like = nearly(document.sample)
        message = f"No row at its beginning names the columns of an inventory{f': {unnamed(like)}' if like else ''}."
        yield Problem(source=document.source, code="no_header", message=message, expected=_NO_HEADER)
        return
    table = Table(document.source, 0, "")
    yield from table.records(rows(document, found[0]))


class Table:
    """One table: a text, or one sheet of a workbook.

    Args:
        source: the document. number: how many inventories stand before it. name: of the sheet; empty for a text.

    Attributes:
        header: what names its columns, once that is known; None if there is none.
        like: the row that is most like a header, where there is none.
    """

    def __init__(self, source: str, number: int, name: str, merges: Merges | None = None) -> None:
        self.source = source
        self.header: Header | None = None
        self.like: Header | None = None
        self._number = number
        self._name = name
        self.merges = merges

    @property
    def where(self) -> str:
        """The beginning of a sentence about it."""
        return f"Sheet {quoted(self._name, 32)}: " if self._name else ""

    def records(self, lines: Iterator[tuple[int, Row] | Problem]) -> Records:
        """Yield what the rows are; nothing but problems where there is no header of an inventory."""
        head: list[tuple[int, Row]] = []
        problems: list[Problem] = []
        for line in lines:
            if isinstance(line, Problem):
                problems.append(line)
            else:
                head.append(line)
            if len(head) == HEAD_ROWS or len(problems) == HEAD_ROWS:
                break
        found = find_header([row for _, row in head])
        self.header = found[1] if found else None
        if found is None or self.header is None or not self.header.is_inventory:
            self.like = nearest_header([row for _, row in head])
            yield from problems
            return
        title, sheet = self.header.title, self._name
        subject = title if title and (not sheet or _is_default(sheet)) else sheet
        inventory = Inventory(source=self.source, format=NAME, number=self._number, subject=subject)
        yield inventory
        yield self._reading(self.header, head[found[0]][0])
        yield from problems
        notes, nameless = Notes(self.source), Nameless(self.source, self.where)
        converter = Converter(inventory.id, self.header, notes, nameless, self.where)
        for line in chain(head[found[0] + 1 :], lines):
            if isinstance(line, Problem):
                yield line
            elif self.merges is None or not self.merges.is_heading(*line):
                yield from converter.items(*line)
        yield from nameless.problems()
        yield from notes.problems()

    def _reading(self, header: Header, line: int) -> Problem:
        missing = "version" not in header.columns and "purl" not in header.columns
        return Problem(
            source=self.source,
            code="columns_read",
            message=header.reading(f"{self.where}Columns read: "),
            line=line,
            expected="a column such as Version, Firmware or Release" if missing else None,
            level=Level.NOTICE,
        )


def _is_default(name: str) -> bool:
    return name.lower().rstrip("0123456789 ") in _DEFAULT_NAMES


def _workbook(document: Document) -> Records:
    source = document.source
    try:
        workbook = Workbook(document)
    except XmlError as error:
        yield _broken(source, "The list of its sheets", error)
        return
    except ClearinghouseError as error:
        yield unreadable(source, error)
        return
    if not workbook.readable:
        yield _other_workbook(source)
        return
    yield from _prepare(workbook, source)
    others: list[_Other] = []
    number = 0
    for sheet in workbook.sheets:
        table = yield from _sheet(workbook, sheet, source, number)
        if table is not None and table.header is not None and table.header.is_inventory:
            number += 1
        else:
            findings = table.header.findings if table and table.header else ""
            others.append(_Other(sheet.name, findings, table.like if table else None))
    yield from _told_of(others, number, source)


def _prepare(workbook: Workbook, source: str) -> Iterator[Problem]:
    """Read what the sheets share; without it, cells of that kind are blank."""
    for read_part, what in (
        (workbook.read_texts, "The texts of its cells"),
        (workbook.read_styles, "The formats of its cells"),
    ):
        try:
            read_part()
        except XmlError as error:
            yield _broken(source, what, error)
        except ClearinghouseError as error:
            yield unreadable(source, error)
    if workbook.full:
        message = f"It has more texts than are kept ({MAX_TEXTS:,}, or 64 MiB); cells with others are read as blank."
        yield Problem(source=source, code="too_many_texts", message=message, expected="several smaller files")


def _sheet(workbook: Workbook, sheet: SheetPart, source: str, number: int) -> Generator[Tabled, None, Table | None]:
    """Yield the records of one sheet, and return its table; None if it is not there."""
    part = workbook.part(sheet.part)
    if part is None:
        message = f"The sheet {quoted(sheet.name)} is listed and is not in the file."
        yield Problem(source=source, code="missing_sheet", message=message, expected="the part that holds it")
        return None
    content = Sheet(workbook)
    table = Table(source, number, sheet.name)
    try:
        table = Table(source, number, sheet.name, Merges.of(part))
        yield from table.records(_filled(content.rows(part), table.merges))
    except XmlError as error:
        yield _broken(source, f"The sheet {quoted(sheet.name)}", error)
    except ClearinghouseError as error:
        yield unreadable(source, error)
    if content.empty_formulas and table.header is not None and table.header.is_inventory:
        yield _empty_formulas(source, table.where, content)
    return table


def _empty_formulas(source: str, where: str, content: Sheet) -> Problem:
    line, column = content.empty_formula
    others = plural(content.empty_formulas - 1, "other cell") if content.empty_formulas > 1 else ""
    message = f"{where}The formula in cell {letters_of(column)}{line} was saved without its value and is read as blank"
    expected = "values, or a file that was calculated before it was saved"
    found = notice(
        source, "formula_without_value", f"{message}{f'; so are {others}' if others else ''}.", expected=expected
    )
    return structs.replace(found, line=line)


def _filled(lines: Iterator[Line], merges: Merges | None) -> Iterator[tuple[int, Row]]:
    for line, row in lines:
        if merges is not None:
            merges.fill(line, row)
        yield line, row


class _Other(NamedTuple):
    """A sheet that is no inventory: its name, a column that only lists of findings have, and a row like a header."""

    name: str
    findings: str
    like: Header | None


def _told_of(others: list[_Other], number: int, source: str) -> Iterator[Problem]:
    """Say which sheets are no inventories."""
    if not others:
        if not number:
            yield Problem(source=source, code="no_header", message="The workbook has no sheets.", expected=_NO_HEADER)
        return
    names = ", ".join(quoted(other.name, 32) for other in others[:_MOST_NAMED])
    rest = f" and {plural(len(others) - _MOST_NAMED, 'other')}" if len(others) > _MOST_NAMED else ""
    message = f"In {names}{rest} no row names the columns of an inventory."
    for other in others[:_MOST_NAMED]:
        if other.findings:
            message += (
                f" {quoted(other.name, 32)} has the column {quoted(other.findings, 32)}, as lists of findings have."
            )
            break
    like = next((other for other in others[:_MOST_NAMED] if other.like), None)
    if like and like.like and not number:
        message += f" In {quoted(like.name, 32)} {unnamed(like.like)}."
    if number:
        yield notice(source, "other_sheets", message, expected=_NO_HEADER)
    else:
        yield Problem(source=source, code="no_header", message=message, expected=_NO_HEADER)


def _broken(source: str, what: str, error: XmlError) -> Problem:
    return Problem(
        source=source,
        code=error.code,
        message=f"{what} cannot be read to the end: {error.what}. What stands before that was read.",
        expected="a workbook as a spreadsheet program saves it",
    )
