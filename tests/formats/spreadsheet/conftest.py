"""What the tests of spreadsheets share: a small writer of workbooks, and a way to read what comes out."""

import datetime
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import pytest

from clearinghouse.formats.document import Document, Limits
from clearinghouse.formats.spreadsheet import FORMAT
from clearinghouse.records import Inventory, InventoryItem, Problem

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="3"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/><numFmt numFmtId="165" formatCode="0.000"/>
<numFmt numFmtId="166" formatCode="[Red]&quot;day&quot;0;General"/></numFmts>
<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="2"/><xf numFmtId="164"/><xf numFmtId="165"/>
<xf numFmtId="166"/></cellXfs></styleSheet>"""
DATE, TWO, OWN_DATE, THREE, RED = 1, 2, 3, 4, 5


class Cell(NamedTuple):
    """A cell as it is written: its value, number of its style, type, and formula."""

    value: Any
    style: int = 0
    kind: str = ""
    formula: str = ""


class Sheet(NamedTuple):
    """A sheet: its name, rows, merged ranges, and more of its XML."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: Sequence[str] = ()
    state: str = ""
    xml: str = ""


def letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


class Writer:
    """Writes workbooks as spreadsheet programs do."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def write(self, sheets: Iterable[Sheet], **parts: str) -> bytes:
        sheets = list(sheets)
        contents = {
            f"xl/worksheets/sheet{number}.xml": sheet.xml or self.sheet(sheet) for number, sheet in enumerate(sheets, 1)
        }
        listed = "".join(
            f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"'
            + (f' state="{sheet.state}"/>' if sheet.state else "/>")
            for number, sheet in enumerate(sheets, 1)
        )
        related = [
            (f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)
        ]
        related += [("rId900", "sharedStrings", "sharedStrings.xml"), ("rId901", "styles", "/xl/styles.xml")]
        shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.texts)
        files = {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"/>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            + "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{t}" Target="{target}"/>' for i, t, target in related)
            + "</Relationships>",
            **contents,
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
            "xl/styles.xml": STYLES,
        }
        files |= {name.replace("__", "/"): text for name, text in parts.items()}
        return pack({name: text.encode() for name, text in files.items() if text})

    def sheet(self, sheet: Sheet) -> str:
        rows = []
        for number, row in enumerate(sheet.rows, 1):
            cells = "".join(self.cell(value, f"{letters(column)}{number}") for column, value in enumerate(row))
            if cells:
                rows.append(f'<row r="{number}">{cells}</row>')
        merged = "".join(f'<mergeCell ref="{reference}"/>' for reference in sheet.merged)
        merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
        data = f'<dimension ref="A1:XFD1048576"/><sheetData>{"".join(rows)}</sheetData>'
        return f'<worksheet xmlns="{MAIN}">{data}{merged}</worksheet>'

    def cell(self, value: Any, place: str) -> str:
        if value is None:
            return ""
        cell = value if isinstance(value, Cell) else Cell(value)
        value, style, kind = cell.value, cell.style, cell.kind
        if isinstance(value, datetime.date):
            value, style = (value - datetime.date(1899, 12, 30)).days, style or DATE
        elif isinstance(value, bool):
            value, kind = int(value), "b"
        elif isinstance(value, str) and not kind:
            value, kind = self.texts.setdefault(value, len(self.texts)), "s"
        formula = f"<f>{escape(cell.formula)}</f>" if cell.formula else ""
        shown = "" if value == "" else f"<v>{escape(str(value))}</v>"
        styled = f' s="{style}"' if style else ""
        typed = f' t="{kind}"' if kind else ""
        return f'<c r="{place}"{styled}{typed}>{formula}{shown}</c>'


def pack(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class Kept:
    """A spreadsheet as it was read."""

    def __init__(self, data: bytes, limits: Limits | None = None) -> None:
        self.document = Document.from_bytes("kept", data, limits) if limits else Document.from_bytes("kept", data)
        self.match = FORMAT.detect(self.document.sample)
        self.records = list(FORMAT.read(self.document))
        self.inventories = [record for record in self.records if isinstance(record, Inventory)]
        self.items = [record for record in self.records if isinstance(record, InventoryItem)]
        self.problems = [record for record in self.records if isinstance(record, Problem)]

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    def problem(self, code: str) -> Problem:
        return next(problem for problem in self.problems if problem.code == code)

    @property
    def names(self) -> list[tuple[str, str, str | None]]:
        return [(item.component.vendor, item.component.name, item.component.version) for item in self.items]


@pytest.fixture
def kept() -> Callable[..., Kept]:
    """Reads a spreadsheet: its bytes, the name of a file beside the tests, or the rows of a table."""

    def read(what: Any, limits: Limits | None = None) -> Kept:
        if isinstance(what, str):
            what = (Path(__file__).parent / "files" / what).read_bytes()
        elif isinstance(what, list):
            what = Writer().write([Sheet("Sheet1", what)])
        return Kept(what, limits)

    return read


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Writes a workbook of sheets."""
    return lambda *sheets, **parts: Writer().write(
        [sheet if isinstance(sheet, Sheet) else Sheet(*sheet) for sheet in sheets], **parts
    )


@pytest.fixture
def cell() -> type[Cell]:
    """A cell that is more than its value."""
    return Cell


@pytest.fixture
def packed() -> Callable[[dict[str, bytes]], bytes]:
    """Makes a zip archive."""
    return pack
