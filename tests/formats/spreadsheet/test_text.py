"""Tables in text: delimiters, quotes, titles; and lists of findings, which are none of ours."""

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.spreadsheet import FORMAT
from clearinghouse.formats.tabular import FORMAT as FINDINGS
from clearinghouse.formats.tabular.rows import MAX_ROW
from clearinghouse.records import Level


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_ends(kept, delimiter, end):
    rows = [["Vendor", "Product", "Version"], ["A", "b", "1.0"], ["C", "d e", "2.0"]]
    found = kept(end.join(delimiter.join(row) for row in rows).encode())
    assert found.names == [("A", "b", "1.0"), ("C", "d e", "2.0")]
    assert [item.line for item in found.items] == [2, 3]


def test_quotes(kept):
    found = kept(b'Vendor,Product,Version,Notes\nA,"b, the ""best""","1.0","two\nlines"\nC,d,2.0,\n')
    assert found.names == [("A", 'b, the "best"', "1.0"), ("C", "d", "2.0")]
    assert [item.line for item in found.items] == [2, 4]


def test_a_title_with_other_delimiters(kept):
    found = kept(b"Assets, north; south, and west\n\nVendor;Product;Version\nA;b;1.0\n")
    assert found.names == [("A", "b", "1.0")]


def test_columns_are_read_by_position(kept):
    found = kept(b"Vendor,Product,Version\nA,b,1.0,more,cells\nC\n,d\n")
    assert found.names == [("A", "b", "1.0"), ("", "d", None)]


@pytest.mark.parametrize(
    "header",
    [
        "Title,Severity,Product,Version,Vendor",
        "CVE,Vendor,Product,Version",
        "Product,Version,CVSS Score,Hostname",
        "Plugin ID,Host,Product,Version",
    ],
)
def test_findings_are_not_an_inventory(header):
    sample = Document.from_bytes("t", f"{header}\na,b,c,d,e\n".encode()).sample
    match = FORMAT.detect(sample)
    assert match.score < 50
    assert "lists of findings" in match.note


@pytest.mark.parametrize(
    "header",
    ["Vendor,Product,Version,Hostname,Location", "Asset tag,Manufacturer,Model,Firmware,Site,Owner,Criticality,Notes"],
)
def test_an_inventory_is_no_list_of_findings(header):
    sample = Document.from_bytes("t", f"{header}\na,b,c,d,e\n".encode()).sample
    assert FORMAT.detect(sample).score >= 50
    assert FINDINGS.detect(sample).score < 50


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello, world\n",
        b"Vendor\nA\nB\n",
        b'{"vendor": "A", "product": "b"}\n',
        b"<vendor>A</vendor>\n",
        b"Vendor and product, in any order, and a version.\n",
        b"# Vendor\n\nThe product, and its version\n",
        b"a,b,c\n1,2,3\n",
        b"vendor,product\x00,version\n",
    ],
)
def test_other_documents(text):
    assert FORMAT.detect(Document.from_bytes("t", text).sample).score == 0


def test_rows_that_cannot_be_read(kept):
    long = b"A,b," + b"x" * (MAX_ROW + 10)
    field = b'A,b,"' + b"x" * 200_000 + b'"'
    found = kept(b"Vendor,Product,Version\nA,b,1.0\n" + long + b"\n" + field + b"\nC,d,2.0\n")
    assert found.names == [("A", "b", "1.0"), ("C", "d", "2.0")]
    assert [(problem.code, problem.line, problem.level) for problem in found.problems[1:]] == [
        ("line_too_long", 3, Level.ERROR),
        ("malformed_row", 4, Level.ERROR),
    ]


def test_long_and_hostile_cells(kept):
    found = kept(("Vendor,Product,Version\nA\x1b[2J,b\u202ec," + "9" * 5000 + "\n").encode())
    vendor, name, version = found.names[0]
    assert (vendor, name) == ("A[2J", "bc")
    assert len(version) == 400
    assert len(found.items[0].written) <= 400


def test_read_without_a_header(kept):
    found = kept(b"nothing, to see\n")
    assert found.match.score == 0
    assert found.codes == ["no_header"]


def test_a_table_whose_columns_are_not_understood_says_what_would_be(kept):
    found = kept(b"Tag,Manuf.,Whatsit,FW rev,\x1b[2JWhere\nPLC-1,Siemens,S7,V4.2,north\n")
    assert found.match.score < 50
    assert found.match.note == (
        "no row names the columns; understood are Vendor or Manufacturer, Product or Model, Version or Firmware; "
        'seen: "Tag", "Manuf.", "Whatsit", "FW rev", "[2JWhere"'
    )
    assert found.match.note.removeprefix("no row names the columns; ") in found.problems[0].message


def test_what_is_seen_is_bounded():
    names = ",".join(f"column {number} {'x' * 50}" for number in range(200))
    text = f"Vendor,Version,{names}\n{'a,' * 201}a\n".encode()
    note = FORMAT.detect(Document.from_bytes("t", text).sample).note
    assert note.endswith("and 192 more")
    assert len(note) < 500


@pytest.mark.parametrize(
    "text",
    [
        b"time,level,message\n2026-01-01,info,started\n2026-01-02,info,ended\n",
        b"Dear vendor, dear friends, and all others,\nwith this letter I say\n",
        b"2026-01-01,Vendor,Version\n2026-01-02,b,c\n",
        b"Owner,Price,Date\na,1,2026-01-01\n",
    ],
)
def test_logs_and_letters_are_not_near(text):
    assert FORMAT.detect(Document.from_bytes("t", text).sample).score == 0
