"""Damaged, hostile and foreign documents."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.os_packages import FORMAT
from clearinghouse.formats.os_packages.reader import DIALECTS
from clearinghouse.records import Inventory, InventoryItem, Problem

FILES = sorted((Path(__file__).parent / "files").iterdir())
OURS = re.compile(r"Errno|codec|[<`]|\w+Error\b|\b(?:str|int|dict|None|True|False)\b")


def judge(data: bytes) -> list[object]:
    """Read it, and see that whatever comes out keeps the laws of all formats."""
    document = Document.from_bytes("list", data)
    FORMAT.detect(document.sample)
    records = list(FORMAT.read(document))
    inventories = [record.id for record in records if isinstance(record, Inventory)]
    for record in records:
        if isinstance(record, Problem):
            assert record.message.endswith(".")
            assert not record.message[0].islower()
            assert not OURS.search(record.message), record.message
            assert len(record.message) < 400
        elif isinstance(record, InventoryItem):
            assert record.inventory in inventories
            assert record.component.name
            assert record.written.splitlines() == [record.written]
            assert record.line
    return records


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_cut_anywhere(file):
    data = file.read_bytes()
    for end in range(0, len(data), max(1, len(data) // 60)):
        judge(data[:end])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
@settings(deadline=None)
@given(st.data())
def test_damaged_anywhere(file, data):
    content = bytearray(file.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    judge(bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_anything(data):
    judge(data)


LONG = [
    b"a" * 300_000,
    b"-" * 300_000,
    b"a-1-" * 80_000,
    b"(" * 100_000 + b") [" * 60_000,
    b"ID=" + b'"' * 200_000,
    b"\t" * 200_000,
]


@pytest.mark.parametrize("line", LONG, ids=lambda line: repr(line[-4:]))
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.tool)
def test_long_lines_cost_their_length(dialect, line):
    list(dialect.read([(1, line.decode()), (2, "x-1-1.el9.x86_64"), (3, f"P:{line.decode()}")]))


def test_a_list_of_one_line_without_end(listed):
    found = listed(b"bash-5.1.8-6.el9.x86_64\n" * 10_000 + b"x" * (3 << 20))
    assert len(found.items) == 10_000
    assert found.codes[-1] == "line_too_long"


def test_nothing_installed(listed):
    gone = b"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
    found = listed(gone + b"Package: a\nStatus: install ok installed\nVersion: 1\n")
    assert found.packages == {"a": "1"}
    records = judge(b"not a list\nat all\n")
    assert [record.code for record in records if isinstance(record, Problem)] == ["wrong_format"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"hello\nworld\n",
        b'{"name": "bash-5.1.8-6.el9.x86_64"}',
        b"# Title\n\nSome text about bash-5.1.8-6.el9.x86_64\n",
        b"requests==2.31.0\nflask==3.0.0\n",
        b"ID=debian\nVERSION_ID=12\n",
        b"a,b,c\n1,2,3\n",
        b"name: x\nversion: 1\n\nname: y\nversion: 2\n",
    ],
)
def test_other_documents(listed, text):
    assert listed(text).score == 0


@pytest.mark.data
def test_claims_nothing_else(data):
    """None of the real reports, advisories and lists of other kinds is taken for a list of packages."""
    suffixes = (".csv", ".txt", ".log", ".md", ".yaml", ".xml", ".tsv")
    files = [file for file in sorted(data.glob("s*/**/*")) if file.is_file() and file.suffix in suffixes]
    samples = {file.name: Document.from_bytes("f", file.read_bytes()[: 1 << 17]).sample for file in files}
    assert [name for name, sample in samples.items() if FORMAT.detect(sample).score] == []
