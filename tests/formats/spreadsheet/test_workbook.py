"""Workbooks as spreadsheet programs save them."""

import datetime
import gzip
import io
import re
import zipfile
from pathlib import Path

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.spreadsheet import FORMAT
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Asset, AssetKind, InventoryItem, Level, Problem

HEADER = [
    "Tag No.",
    "Manufacturer",
    "Model",
    "Software version",
    "Department",
    "Qty",
    "Internet facing",
    "In service since",
]


def test_sheets(workbook, kept):
    found = kept(
        workbook(
            (
                "Biomed",
                [
                    ["St. Example Hospital: biomedical equipment", None, None],
                    [],
                    [*HEADER, "Device type", "Cost"],
                    [
                        "BM-1",
                        "Baxter",
                        "Sigma Spectrum",
                        "8.00",
                        "ICU",
                        12,
                        "no",
                        datetime.date(2019, 3, 1),
                        "Medical device",
                        4200,
                    ],
                    [
                        "BM-2",
                        "Philips",
                        "IntelliVue MX450",
                        "M.04.01",
                        "ICU",
                        6,
                        "x",
                        "17.05.2020",
                        "Patient monitor",
                        9000,
                    ],
                    ["Total", None, None, None, None, 18, None, None, None, 13200],
                ],
                ["A1:J1"],
            ),
            ("Notes", [["Ask for changes"], ["by mail"]]),
            ("Servers", [["Vendor", "Product", "Version"], ["Nginx", "nginx", "1.24.0"]], [], "hidden"),
            (
                "Scan",
                [["CVE", "Severity", "Product", "Version"], ["CVE-2099-0001", "High", "x", "1"]],
                [],
                "veryHidden",
            ),
        )
    )
    assert found.match.score >= 50
    assert [(inventory.id, inventory.subject) for inventory in found.inventories] == [
        ("kept", "Biomed"),
        ("kept#1", "Servers"),
    ]
    assert [(item.inventory, item.line, item.written) for item in found.items] == [
        ("kept", 4, "Baxter Sigma Spectrum 8.00"),
        ("kept", 5, "Philips IntelliVue MX450 M.04.01"),
        ("kept#1", 2, "Nginx nginx 1.24.0"),
    ]
    assert found.items[0].asset == Asset(
        name="BM-1",
        kind=AssetKind.MEDICAL,
        exposed=False,
        location="ICU",
        count=12,
        commissioned="2019-03-01",
    )
    assert found.items[1].asset.commissioned == "2020-05-17"
    assert found.problem("columns_read").message.startswith('Sheet "Biomed": Columns read: ')
    others = found.problem("other_sheets")
    assert others.level is Level.NOTICE
    assert '"Notes", "Scan"' in others.message
    assert '"Severity"' in others.message or '"CVE"' in others.message
    assert found.codes == ["columns_read", "columns_read", "other_sheets"]


def test_title_names_a_sheet_that_has_no_name_of_its_own(workbook, kept):
    rows = [["Assets of the north plant"], ["Vendor", "Product", "Version"], ["A", "B", "1"]]
    assert kept(workbook(("Tabelle1", rows))).inventories[0].subject == "Assets of the north plant"
    assert kept(workbook(("North", rows))).inventories[0].subject == "North"


def test_numbers_as_versions(kept, cell):
    found = kept(
        [
            ["Product", "Version"],
            ["a", 7.2],
            ["b", 7.0],
            ["c", cell(7.2, 2)],
            ["d", cell(7.2, 4)],
            ["e", "7.20"],
            ["f", 2019],
        ]
    )
    assert [version for _, _, version in found.names] == ["7.2", "7", "7.20", "7.200", "7.20", "2019"]
    assert {type(version) for _, _, version in found.names} == {str}  # what is no plain text cannot be written as JSON
    told = found.problem("number_for_version")
    assert (told.line, told.level) == (2, Level.NOTICE)
    assert "2 such rows" in told.message
    assert '"7.20"' in told.message


def test_long_binary_fractions(kept, cell):
    """Programs write all digits of a binary fraction; people typed two."""
    assert kept([["Product", "Version"], ["a", cell("2.2999999999999998", 0, "n")]]).names == [("", "a", "2.3")]


def test_days_as_versions(kept, cell):
    rows = [
        ["Product", "Version"],
        ["a", datetime.date(2024, 2, 10)],
        ["b", cell(45332, 3)],
        ["c", cell("2024-02-10", 0, "d")],
    ]
    found = kept([*rows, ["d", "1.0"], ["e", cell(45332, 5)]])
    assert [version for _, _, version in found.names] == [None, None, None, "1.0", "45332"]
    assert found.items[0].written == "a 2024-02-10"
    told = found.problem("date_for_version")
    assert told.line == 2
    assert '"2024-02-10"' in told.message
    assert "3 such rows" in told.message


def test_days_since_1904(workbook, kept):
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheets = '<workbookPr date1904="1"/><sheets><sheet name="A" r:id="rId1"/></sheets>'
    book = f'<workbook {main} xmlns:r="{office}">{sheets}</workbook>'
    rows = [["Product", "Version", "Install date"], ["a", "1", datetime.date(2020, 1, 1)]]
    found = kept(workbook(("A", rows), **{"xl__workbook.xml": book}))
    assert found.items[0].asset.commissioned == "2024-01-02"


@pytest.mark.parametrize(
    "word", ["n/a", "-", "--", "unknown", "?", "N/A", "k.A.", "unbekannt", " ", "latest", "#N/A", "TBD"]
)
def test_no_version(kept, word):
    found = kept([["Product", "Version"], ["a", word], ["b", "1"]])
    assert found.names == [("", "a", None), ("", "b", "1")]
    assert found.codes == ["columns_read"]


def test_formulas(kept, cell):
    found = kept(
        [
            ["Product", "Version", "Qty"],
            [cell("a", 0, "str", 'B1&"x"'), cell("1.2", 0, "str", "C1"), cell(3, 0, "", "1+2")],
            ["b", cell("", 0, "n", "LOOKUP(A1)"), 1],
            ["c", cell("#REF!", 0, "e", "X1")],
        ]
    )
    assert found.names == [("", "a", "1.2"), ("", "b", None), ("", "c", None)]
    assert found.items[0].asset.count == 3
    told = found.problem("formula_without_value")
    assert (told.line, told.level) == (3, Level.NOTICE)
    assert "The formula in cell B3 was saved without its value and is read as blank." in told.message
    rows = [["Vendor", "Product", "Version"], *(["A", "b", cell("", 0, "n", "A1")] for _ in range(3))]
    assert "cell C2 was saved without its value and is read as blank; so are 2 other cells." in (
        kept(rows).problem("formula_without_value").message
    )


def test_merged_cells(workbook, kept):
    rows = [
        ["Vendor", "Product", "Version", "Site"],
        ["Cisco", "Catalyst 9300", "17.9.4", "North"],
        [None, "Catalyst 9200", "17.6.5"],
        ["Cameras"],
        ["Axis", "P3245", "10.12"],
        [None, "M1065", "9.80"],
    ]
    found = kept(workbook(("A", rows, ["A2:A3", "D2:D3", "A4:D4", "A5:A6"])))
    assert found.names == [
        ("Cisco", "Catalyst 9300", "17.9.4"),
        ("Cisco", "Catalyst 9200", "17.6.5"),
        ("Axis", "P3245", "10.12"),
        ("Axis", "M1065", "9.80"),
    ]
    assert [item.asset and item.asset.location for item in found.items] == ["North", "North", None, None]


def test_rows_that_are_no_items(kept):
    found = kept(
        [
            ["Vendor", "Product", "Version", "Qty", "Owner"],
            ["A", "b", "1", 1, "x"],
            ["Vendor", "Product", "Version", "Qty", "Owner"],
            ["Gesamt:", None, None, 4],
            [None, None, None, 2, "y"],
            ["printed on Monday"],
            ["Total Defense", "Total AV", "5"],
        ]
    )
    assert [item.line for item in found.items] == [2, 7]
    told = found.problem("no_product")
    assert told.line == 5
    assert found.codes == ["columns_read", "no_product"]


def test_rows_that_name_no_product_are_told_with_their_numbers(kept):
    header = ["Vendor", "Product", "Version", "Location"]
    maker, version, heading, nothing = ["A", None, None, "x"], [None, None, "1"], ["A"], [None, None, None, "x"]
    assert kept([header, ["A", "b", "1"], heading, nothing, [None, "c"]]).codes == ["columns_read", "no_product"]
    found = kept([header, ["A", "b", "1"], maker, version, heading, ["A", "n/a", "2"]])
    unnamed, maybe = (problem for problem in found.problems if problem.code == "no_product")
    assert (unnamed.level, unnamed.line) == (Level.NOTICE, 3)
    said = "Rows 3, 4 and 6 name a vendor or a version and no product; such a thing cannot be judged."
    assert unnamed.message == f'Sheet "Sheet1": {said}'
    assert (maybe.level, maybe.line) == (Level.NOTICE, 5)
    assert maybe.message == 'Sheet "Sheet1": The row names no product; nothing could be taken from there.'
    assert [(item.line, item.component.name, item.written) for item in found.items] == [
        (2, "b", "A b 1"),
        (3, "", "A"),
        (4, "", "1"),
        (6, "", "A n/a 2"),
    ]


def test_many_rows_without_a_product_are_counted(kept):
    found = kept([["Vendor", "Product", "Version"], ["A", "b", "1"], *([["A", None, "1"]] * 5000)])
    message = found.problem("no_product").message
    assert message.startswith(
        'Sheet "Sheet1": Rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 4,990 more name a vendor or a version'
    )


def test_purl_cpe_and_ecosystem(kept):
    found = kept(
        [
            ["Package", "Version", "Package manager", "purl", "CPE"],
            ["left-pad", "1.0.0", "npm", "pkg:npm/left-pad@1.0.0", None],
            ["requests", "2.31.0", "pip", None, "cpe:2.3:a:python:requests:2.31.0:*:*:*:*:*:*:*"],
            [None, None, None, "pkg:deb/debian/curl@7.88.1-10?distro=debian-12", None],
            ["x", "1", "the usual", "nothing", "none such"],
            [None, None, None, None, "cpe:/o:fortinet:fortios:7.2.4 cpe:/h:fortinet:fortigate-60f"],
        ]
    )
    assert [item.written for item in found.items] == [
        "pkg:npm/left-pad@1.0.0",
        "requests 2.31.0",
        "pkg:deb/debian/curl@7.88.1-10?distro=debian-12",
        "x 1",
        "cpe:/o:fortinet:fortios:7.2.4",
    ]
    assert [item.component.ecosystem for item in found.items][:3] == ["npm", "PyPI", "Debian"]
    assert found.items[0].component.purl == "pkg:npm/left-pad@1.0.0"
    assert found.items[1].cpes == ("cpe:2.3:a:python:requests:2.31.0:*:*:*:*:*:*:*",)
    assert found.items[2].component.version == "7.88.1-10"
    assert len(found.items[4].cpes) == 2
    assert found.codes[1:] == ["invalid_purl", "invalid_cpe", "unknown_ecosystem"]


def test_what_could_not_be_used_is_told_once(kept):
    rows = [["Product", "Version", "Qty", "Exposed", "Category"]]
    found = kept(rows + [["a", "1", "some", "perhaps", "Server"] for _ in range(5)])
    assert sorted(found.codes[1:]) == ["bad_count", "unknown_exposure", "unknown_kind"]
    assert all(problem.line == 2 and problem.level is Level.NOTICE for problem in found.problems[1:])
    assert found.items[0].asset is None


def test_runs_hints_and_escapes(workbook, kept):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = ["<t>Vendor</t>", "<t>Product</t>", "<t>Version</t>", "<r><t>Win</t></r><r><rPr><b/></rPr><t>CC</t></r>"]
    texts += ["<t>x</t><rPh><t>hint</t></rPh><phoneticPr/>", "<t>_x0031_.0</t>"]
    shared = f'<sst xmlns="{main}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>'
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(3))
    more = '<c t="s"><v>4</v></c><c t="s"><v>3</v></c><c t="s"><v>5</v></c>'
    inline = (
        '<c t="inlineStr"><is><r><t>In</t></r><t>line</t><rPh><t>hint</t></rPh></is></c><c/><c t="n"><v>3.5</v></c>'
    )
    third = "<c r='B3' t='inlineStr'><is><t>p</t></is></c>"
    rows = "".join(f"<row>{row}</row>" for row in (cells, more, third, inline))
    plain = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    prefixed = re.sub("<(/?)", r"<\1x:", plain).replace("xmlns=", "xmlns:x=")
    for xml in (plain, prefixed):
        found = kept(workbook(("A", [], [], "", xml), **{"xl__sharedStrings.xml": shared}))
        assert found.names == [("x", "WinCC", "1.0"), ("", "p", None), ("Inline", "", "3.5")]
        assert found.items[1].line == 3


def test_parts_that_are_missing(workbook, kept):
    rows = [["Vendor", "Product", "Version"], ["A", "B", "1"]]
    assert kept(workbook(("A", rows), **{"xl__sharedStrings.xml": ""})).codes == ["no_header"]
    assert kept(workbook(("A", rows), **{"xl__worksheets__sheet1.xml": ""})).codes == ["missing_sheet", "no_header"]
    assert kept(workbook(("A", rows), **{"xl__styles.xml": ""})).names == [("A", "B", "1")]
    assert kept(workbook()).codes == ["no_header"]


def test_rows_come_as_a_stream(workbook):
    """The first item is there long before the sheet has been read: what breaks at its end costs nothing before it."""
    rows = [["Vendor", "Product", "Version"], *(["A", f"B{number}", "1.0"] for number in range(5000))]
    data = workbook(("A", rows))
    document = Document.from_bytes("d", data)
    records = FORMAT.read(document)
    first = next(record for record in records if isinstance(record, InventoryItem))
    assert first.component.name == "B0"
    assert sum(isinstance(record, InventoryItem) for record in records) == 4999


def test_a_workbook_is_one_document(tmp_path, workbook, packed):
    data = workbook(("A", [["Vendor", "Product", "Version"], ["A", "B", "1"]]))
    plain = tmp_path / "list.xlsx"
    plain.write_bytes(data)
    both = tmp_path / "both.zip"
    both.write_bytes(packed({"in/list.xlsx": data, "other.txt": b"text"}))
    gzipped = tmp_path / "list.xlsx.gz"
    gzipped.write_bytes(gzip.compress(data))
    for path, sources in ((plain, ["f"]), (both, ["f!in/list.xlsx", "f!other.txt"]), (gzipped, ["f"])):
        found = list(documents(path, "f"))
        assert [item.source for item in found] == sources
        assert isinstance(found[0], Document)
        assert FORMAT.detect(found[0].sample).score >= 50
        records = list(FORMAT.read(found[0]))
        assert [record.source for record in records if isinstance(record, Problem)] == [sources[0]]
        assert sum(isinstance(record, InventoryItem) for record in records) == 1


def test_other_archives_are_unpacked_as_before(tmp_path, packed):
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<b/>"}))
    assert [item.source for item in documents(path, "f")] == ["f![Content_Types].xml", "f!word/document.xml"]


ODS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": b"<a/>",
    "META-INF/manifest.xml": b"<m/>",
}
OTHERS = {
    "xls": lambda pack: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "ods": lambda pack: _stored(ODS),
    "numbers": lambda pack: pack({"Index/Document.iwa": b"x", "Metadata/Properties.plist": b"x"}),
    "xlsb": lambda pack: pack({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}),
}


def _stored(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("kind", sorted(OTHERS))
def test_other_workbooks_say_what_to_do(tmp_path, packed, kind):
    path = Path(tmp_path / "f")
    path.write_bytes(OTHERS[kind](packed))
    found = list(documents(path, "f"))
    assert [item.source for item in found] == ["f"]
    assert FORMAT.detect(found[0].sample).score >= 50
    (problem,) = FORMAT.read(found[0])
    assert problem.code == "unsupported_spreadsheet"
    assert "XLSX or CSV" in problem.message
