from collections.abc import Iterator

import msgspec

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import entries
from clearinghouse.formats.record_stream import read_records, read_whole
from clearinghouse.records import Problem


class Item(msgspec.Struct):
    name: str


DECODER = Decoder(Item, "item")


def convert(item: Item, index: int, entry: Entry) -> Iterator[Problem]:
    """Say where the item stood, by way of two problems: one that has a line of its own, and one that has none."""
    yield Problem(source="d", code=f"{index}", message=item.name, pointer=entry.pointer)
    yield Problem(source="d", code=f"{index}", message=item.name, pointer=entry.pointer, line=99)


def read(data: bytes) -> list[tuple[str, str | None, int | None]]:
    found = entries(Document.from_bytes("d", data))
    return [(p.code, p.pointer, p.line) for p in read_records(found, DECODER, convert, source="d")]


def test_records_of_an_array_keep_their_positions_beside_bad_ones():
    assert read(b'[{"name": "a"}, {}, {"name": "b"}]') == [
        ("0", "/0", None),
        ("0", "/0", 99),
        ("missing_field", "/1/name", None),
        ("2", "/2", None),
        ("2", "/2", 99),
    ]


def test_problems_of_a_line_tell_the_line_where_they_tell_none():
    assert read(b'{"name": "a"}\n\n{}\n{"name": "b"}\n') == [
        ("0", "", 1),
        ("0", "", 99),
        ("missing_field", "/name", 3),
        ("2", "", 4),
        ("2", "", 99),
    ]


def test_what_is_wrong_between_the_records_passes_through():
    assert read(b'[{"name": "a"}, ')[-1] == ("malformed_json", "", None)


def test_a_whole_document_is_converted_or_all_of_it_is_told():
    def named(item: Item, source: str) -> Iterator[Problem]:
        yield Problem(source=source, code="ok", message=item.name)

    (good,) = read_whole(Document.from_bytes("d", b'{"name": "a"}'), DECODER, named)
    assert (good.source, good.code, good.message) == ("d", "ok", "a")
    (bad,) = read_whole(Document.from_bytes("d", b'{"name": 1}'), DECODER, named)
    assert (bad.source, bad.code, bad.pointer) == ("d", "wrong_type", "/name")
