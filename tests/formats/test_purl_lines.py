"""One line is one inventory, one package URL one item, whatever stands in its neighbours."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import purl_lines
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Inventory, InventoryItem, Level, Problem

LINE: dict[str, Any] = {
    "image": "example/web",
    "digest": "ab" * 32,
    "tool": "syft",
    "created": "2022-12-28T23:09:37Z",
    "n_packages": 2,
    "purls": ["pkg:deb/debian/adduser@3.118?arch=all&distro=debian-11", "pkg:pypi/argparse@1.2.1"],
}


def read(*lines: Any) -> list[Inventory | InventoryItem | Problem]:
    raw = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines).encode()
    return list(purl_lines.FORMAT.read(Document.from_bytes("lab", raw)))


def test_a_line_is_an_inventory_with_its_items():
    inventory, *items = read(LINE)
    assert inventory == Inventory(
        source="lab",
        format="purl_lines",
        subject="example/web",
        digest="sha256:" + "ab" * 32,
        tool="syft",
        created="2022-12-28T23:09:37Z",
    )
    assert [(each.written, each.pointer, each.line) for each in items] == [
        (LINE["purls"][0], "/purls/0", 1),
        (LINE["purls"][1], "/purls/1", 1),
    ]
    first = items[0].component
    assert (first.name, first.version, first.ecosystem, first.purl) == (
        "adduser",
        "3.118",
        "Debian:11",
        LINE["purls"][0],
    )


def test_inventories_are_numbered_and_bad_lines_take_a_number():
    found = read(LINE, "{broken", {**LINE, "purls": []}, "", LINE)
    inventories = [each for each in found if isinstance(each, Inventory)]
    assert [(each.number, each.id) for each in inventories] == [(0, "lab"), (2, "lab#2"), (3, "lab#3")]
    assert [each.inventory for each in found if isinstance(each, InventoryItem)] == ["lab", "lab", "lab#3", "lab#3"]
    errors = [each for each in found if isinstance(each, Problem) and each.level is Level.ERROR]
    assert [(each.code, each.line) for each in errors] == [("malformed_json", 2)]


@pytest.mark.parametrize(
    ("change", "pointer", "kept"),
    [
        ({"tool": 5}, "/tool", 2),
        ({"purls": ["pkg:pypi/a@1", 5]}, "/purls/1", 1),
        ({"purls": 5}, "/purls", None),
        ({"purls": None}, "/purls", None),
    ],
)
def test_a_bad_line_is_kept_as_far_as_it_is_good(change, pointer, kept):
    found = read({**LINE, **change})
    errors = [each for each in found if isinstance(each, Problem) and each.level is Level.ERROR]
    assert [(each.pointer, each.line) for each in errors] == [(pointer, 1)]
    assert sum(isinstance(each, Inventory) for each in found) == (kept is not None)
    assert sum(isinstance(each, InventoryItem) for each in found) == (kept or 0)


@pytest.mark.parametrize(
    ("digest", "kept"), [("sha256:" + "AB" * 32, "sha256:" + "ab" * 32), ("latest", None), (None, None)]
)
def test_digests(digest, kept):
    assert read({**LINE, "digest": digest})[0].digest == kept


def test_what_has_no_package_url_is_counted():
    *_, told = read({**LINE, "n_packages": 5}, {**LINE, "n_packages": 3}, {**LINE, "n_packages": 1})
    assert (told.code, told.level) == ("without_package_url", Level.NOTICE)
    assert told.message.startswith("4 packages in 2 lists ")


def test_a_bad_package_url_is_an_item_and_told():
    _, item, told = read({**LINE, "n_packages": 1, "purls": ["pkg:maven/"]})
    assert (item.component.name, item.component.ecosystem, item.written) == ("pkg:maven/", "", "pkg:maven/")
    assert (told.code, told.pointer, told.line) == ("bad_package_url", "/purls/0", 1)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["pkg:npm/a@1", "pkg:npm/b", "odd", ""]), max_size=4), max_size=6))
def test_nothing_is_lost_or_mixed_up(lists):
    found = read(*({**LINE, "image": str(number), "purls": purls} for number, purls in enumerate(lists)))
    here = ""
    seen: dict[str, list[str]] = {}
    for each in found:
        if isinstance(each, Inventory):
            here = each.id
            seen[here] = []
        elif isinstance(each, InventoryItem):
            assert each.inventory == here
            seen[here].append(each.written)
    assert list(seen.values()) == lists


def test_recognising():
    def score(data: Any, *, complete: bool = True) -> int:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        return purl_lines.FORMAT.detect(Sample(raw, complete=complete)).score

    assert score(LINE) >= RECOGNISED
    assert score({key: LINE[key] for key in reversed(LINE)}) >= RECOGNISED
    long = json.dumps({**LINE, "purls": ["pkg:npm/a@1"] * 9000}).encode()
    assert score(long[: 64 << 10], complete=False) >= RECOGNISED
    assert 0 < score({"purls": ["pkg:npm/a"]}) < RECOGNISED
    assert score({"purls": "pkg:npm/a", "image": "a"}) == 0
    assert score(b"pkg:npm/a@1\n") == 0


@pytest.mark.data
def test_the_lists_of_1079_images(data: Path) -> None:
    path = data / "sbom" / "bom_lab_slim.jsonl.gz"
    expected: list[tuple[str, str, list[str]]] = []
    with gzip.open(path) as lines:
        for line in map(json.loads, lines):
            expected.append((line["image"], f"sha256:{line['digest']}", line["purls"]))  # noqa: PERF401 - clearer
    (document,) = documents(path, "lab")
    assert isinstance(document, Document)
    assert purl_lines.FORMAT.detect(document.sample).score >= RECOGNISED
    number, rows, distinct = -1, 0, set()
    remaining: list[str] = []
    for each in purl_lines.FORMAT.read(document):
        if isinstance(each, InventoryItem):
            assert each.written == remaining.pop()
            rows += 1
            distinct.add(each.component)
        elif isinstance(each, Inventory):
            assert not remaining
            number += 1
            assert (each.subject, each.digest) == expected[number][:2]
            remaining = expected[number][2][::-1]
        else:
            assert isinstance(each, Problem)
            assert each.level is Level.NOTICE
    assert (number + 1, rows, len(distinct)) == (3149, 561_654, 108_731)
