"""Damaged and hostile workbooks: nothing raises, and nothing costs more than its size allows."""

import io
import random
import re
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.formats.document import LIMITS, Document, Limits
from clearinghouse.formats.spreadsheet import FORMAT, scanner
from clearinghouse.formats.spreadsheet import workbook as workbooks
from clearinghouse.formats.spreadsheet.merges import MAX_COLUMN, column_of, letters_of
from clearinghouse.records import Inventory, InventoryItem, Problem

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS = [["Vendor", "Product", "Version", "Qty"], ["A", "b", "1.0", 2], ["C", "d", 7.2, 1], ["E", "f v1.2", "?", 3]]
HEAD = '<row r="1"><c t="inlineStr"><is><t>Product</t></is></c><c t="inlineStr"><is><t>Version</t></is></c></row>'
OURS = re.compile(r"Errno|codec|[<`]|\w+Error\b|\b(?:str|int|dict|None|True|False)\b")
SMALL = Limits(unpacked=64 << 20, ratio=50, ratio_from=1 << 20, whole=16 << 20)


def sheet(rows: str, after: str = "") -> str:
    return f"<worksheet {MAIN}><sheetData>{HEAD}{rows}</sheetData>{after}</worksheet>"


def text(content: str, more: str = "") -> str:
    return f'<c t="inlineStr"{more}><is><t>{content}</t></is></c>'


PRODUCT = text("p", ' r="A1"')


def judge(data: bytes, limits: Limits = SMALL) -> list[object]:
    document = Document.from_bytes("kept", data, limits)
    FORMAT.detect(document.sample)
    records = list(FORMAT.read(document))
    ids = [record.id for record in records if isinstance(record, Inventory)]
    assert len(set(ids)) == len(ids)
    for record in records:
        if isinstance(record, Problem):
            assert record.source == "kept"
            assert record.message.endswith(".")
            assert not record.message[0].islower()
            assert not OURS.search(re.sub('"[^"]*"', "", record.message)), record.message
            assert len(record.message) < 400
        elif isinstance(record, InventoryItem):
            assert record.inventory in ids
            assert record.component.name or record.component.vendor or record.component.version
            assert record.written
    return records


def codes(data: bytes) -> list[str]:
    return [record.code for record in judge(data) if isinstance(record, Problem)]


def names(data: bytes) -> list[str]:
    return [record.component.name for record in judge(data) if isinstance(record, InventoryItem)]


def test_cut_anywhere(workbook):
    data = workbook(("A", ROWS, ["A1:B1", "A2:A3"]), ("B", ROWS))
    for end in range(0, len(data), 7):
        judge(data[:end])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.data())
def test_damaged_archive(draws, workbook):
    content = bytearray(workbook(("A", ROWS)))
    for place in draws.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] = draws.draw(st.integers(0, 255))
    judge(bytes(content))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.data())
def test_damaged_parts(draws, workbook, packed):
    """The packing is sound, and what is in it is not."""
    with zipfile.ZipFile(io.BytesIO(workbook(("A", ROWS, ["A2:A3"])))) as archive:
        parts = {info.filename: bytearray(archive.read(info)) for info in archive.infolist()}
    name = draws.draw(st.sampled_from(sorted(parts)))
    content = parts[name]
    for place in draws.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = draws.draw(st.one_of(st.integers(0, 255), st.sampled_from(b'<>/"&= 0')))
    judge(packed({part: bytes(text) for part, text in parts.items()}))


def test_damaged_text(kept):
    data = kept("hospital.csv").document.read()
    chance = random.Random(5)
    for _ in range(300):
        content = bytearray(data)
        for _ in range(4):
            content[chance.randrange(len(content))] = chance.randrange(256)
        judge(bytes(content))
    for end in range(0, len(data), 11):
        judge(data[:end])


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "xml"),
    [
        ("xl__workbook.xml", f"<workbook {MAIN}/>"),
        ("xl___rels__workbook.xml.rels", "<Relationships/>"),
        ("xl__sharedStrings.xml", f"<sst {MAIN}><si><t>&b;</t></si></sst>"),
        ("xl__styles.xml", f"<styleSheet {MAIN}/>"),
        ("xl__worksheets__sheet1.xml", sheet("<row><c t='inlineStr'><is><t>&b;</t></is></c></row>")),
    ],
)
def test_entities_are_refused(workbook, part, xml):
    assert "doctype_refused" in codes(workbook(("A", ROWS), **{part: ENTITIES + xml}))


def test_declared_sizes_cost_nothing(workbook):
    """Two cells in opposite corners of the largest sheet there is."""
    far = text("far", ' r="XFD1048576"') + text("p", ' r="A1048576"')
    data = workbook(("A", [], [], "", sheet(f'<row r="1048576">{far}</row>')))
    records = judge(data)
    assert [record.line for record in records if isinstance(record, InventoryItem)] == [1_048_576]


@pytest.mark.parametrize(
    "cells",
    [
        f'<row r="99999999999999999999">{text("p")}</row>',
        f'<row r="-1">{text("p")}</row>',
        "<row>" + text("far", " r='ZZZ1'") + PRODUCT + "</row>",
        "<row>" + text("far", " r=''") + text("x", " r='A²'") + PRODUCT + "</row>",
        f'<row><c t="s"><v>99999999</v></c><c t="s"><v>-1</v></c>{PRODUCT}</row>',
        f'<row><c t="s"><v>x</v></c><c s="99999"><v>1</v></c><c s="x"><v>1e999</v></c>{PRODUCT}</row>',
        f"<row>{text('p')}<c><v>nan</v></c></row>",
        f"<row><row>{text('p')}</row></row>",
        '<row><c t="inlineStr"><is><t>p</t></is><c r="C1"><v>1</v></c></c></row>',
    ],
)
def test_odd_places_and_values(workbook, cells):
    assert names(workbook(("A", [], [], "", sheet(cells)))) in (["p"], [])


def test_wide_rows(workbook):
    cells = "".join(f'<c r="A{number}" t="inlineStr"><is><t>p</t></is></c><c><v>1</v></c>' for number in range(40_000))
    assert names(workbook(("A", [], [], "", sheet(f"<row>{cells}</row>")))) == ["p"]


def test_deep_elements(workbook):
    deep = "<a>" * 5000 + "</a>" * 5000
    assert "xml_limit" in codes(workbook(("A", [], [], "", sheet(f'<row><c t="n">{deep}</c></row>'))))


def test_endless_tag(workbook):
    data = workbook(("A", [], [], "", sheet("<row " + " " * (3 << 20) + "/>")))
    assert "xml_limit" in [record.code for record in judge(data, LIMITS) if isinstance(record, Problem)]


def test_decompression_bomb(workbook):
    data = workbook(("A", [], [], "", sheet(" " * (40 << 20))))
    assert len(data) < 100_000
    assert codes(data)[-1] in ("unreadable", "no_header")
    assert "unreadable" in codes(data)


def test_bomb_in_a_workbook_costs_only_its_sheet(workbook):
    data = workbook(("A", [], [], "", sheet(" " * (40 << 20))), ("B", ROWS))
    assert "unreadable" in codes(data)


def test_many_merges(workbook):
    merged = "".join(f'<mergeCell ref="A{number}:A{number + 500000}"/>' for number in range(2, 60_000))
    rows = "".join(f'<row><c t="inlineStr"><is><t>p{number}</t></is></c></row>' for number in range(2000))
    data = workbook(("A", [], [], "", sheet(rows, f"<mergeCells>{merged}</mergeCells>")))
    assert len(names(data)) == 2000


def test_many_sheets(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_SHEETS", 3)
    data = workbook(*((f"S{number}", ROWS) for number in range(6)))
    assert sum(isinstance(record, Inventory) for record in judge(data)) == 3


def test_too_many_texts(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_TEXTS", 6)
    assert "too_many_texts" in codes(workbook(("A", ROWS)))


def test_long_texts_are_cut(workbook, monkeypatch):
    monkeypatch.setattr(scanner, "MAX_TEXT", 50)
    records = judge(workbook(("A", [["Product", "Version"], ["x" * 500, "1"]])))
    items = [record for record in records if isinstance(record, InventoryItem)]
    assert items[0].component.name == "x" * 50


def test_a_long_shared_text_in_many_cells(workbook):
    """Each text is looked at once, however many cells share it."""
    rows = [["Product", "Version"], *(["y" * 32_000, "1"] for _ in range(3000))]
    assert len(set(names(workbook(("A", rows))))) == 1


def test_encrypted_and_unknown_packing(workbook):
    data = bytearray(workbook(("A", ROWS)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = 0
        while (place := data.find(mark, place)) >= 0:
            data[place + offset : place + offset + 2] = struct.pack("<H", 1)
            place += 4
    assert "unreadable" in codes(bytes(data))


@given(st.text(max_size=5))
def test_law_of_columns(letters):
    column = column_of(letters)
    assert column is None or 0 <= column < MAX_COLUMN


@given(st.integers(min_value=0, max_value=MAX_COLUMN - 1))
def test_law_of_letters(column):
    assert column_of(letters_of(column)) == column


def test_columns():
    assert [column_of(letters) for letters in ("A", "Z", "AA", "XFD", "XFE", "", "a", "Ä", "A1")] == [
        0,
        25,
        26,
        16_383,
        None,
        None,
        0,
        None,
        None,
    ]
