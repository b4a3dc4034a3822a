"""Whatever stands in an SBOM: nothing is raised, the inventory comes first, and messages are sentences for a person."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import cyclonedx, purl_lines, spdx
from clearinghouse.formats.contract import Format
from clearinghouse.formats.document import Document
from clearinghouse.formats.text import clean
from clearinghouse.records import Inventory, InventoryItem, Problem

NOT_FOR_PEOPLE = re.compile(r"[<`]|\w+Error\b|\b(?:str|int|dict|None|True|False)\b|\$[.\[]")
ODD = st.sampled_from(
    [None, True, -1.5, 10**400, "", "x", "a\x1b[2J'\"\n\u202e", "\ud800", [], [1], {}, {"a": {}}, "NONE"]
)
CYCLONEDX: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {
        "timestamp": "2024-05-06T07:08:09Z",
        "tools": {"components": [{"name": "t", "version": "1"}]},
        "component": {"type": "device", "name": "d", "components": [{"type": "library", "name": "n"}]},
        "supplier": {"name": "S"},
    },
    "components": [
        {
            "type": "library",
            "bom-ref": "r",
            "group": "g",
            "name": "a",
            "version": "1",
            "scope": "optional",
            "purl": "pkg:npm/a@1",
            "cpe": "cpe:/a:b:c",
            "publisher": "P",
            "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "s"}],
            "components": [{"type": "operating-system", "name": "debian", "version": "12"}],
        }
    ],
    "services": [{"name": "s"}],
    "vulnerabilities": [{"id": "CVE-2099-0001"}],
}
SPDX: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "d",
    "creationInfo": {"created": "2024-05-06T07:08:09Z", "creators": ["Tool: t"]},
    "documentDescribes": ["SPDXRef-a"],
    "packages": [
        {
            "SPDXID": "SPDXRef-a",
            "name": "a",
            "versionInfo": "1",
            "supplier": "Organization: O",
            "primaryPackagePurpose": "OPERATING-SYSTEM",
            "sourceInfo": "built package from: a 1",
            "externalRefs": [{"referenceCategory": "X", "referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}],
        }
    ],
    "relationships": [
        {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}
    ],
}
GRAPH: dict[str, Any] = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "x", "createdUsing": ["urn:t"]},
        {"type": "Tool", "spdxId": "urn:t", "name": "t"},
        {"type": "SpdxDocument", "spdxId": "urn:d", "name": "d", "creationInfo": "_:c", "rootElement": ["urn:s"]},
        {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:a"]},
        {
            "type": "software_Package",
            "spdxId": "urn:a",
            "name": "a",
            "software_packageVersion": "1",
            "software_packageUrl": "pkg:npm/a@1",
            "software_primaryPurpose": "operatingSystem",
            "suppliedBy": "urn:t",
            "originatedBy": ["urn:t"],
            "externalIdentifier": [{"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a"}],
        },
    ],
}
LINES: dict[str, Any] = {
    "image": "i",
    "digest": "ab" * 32,
    "tool": "t",
    "created": "2024-05-06T07:08:09Z",
    "n_packages": 2,
    "purls": ["pkg:npm/a@1", "odd"],
}
XML = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><metadata><timestamp>2024-05-06T07:08:09Z</timestamp>
<tools><tool><vendor>v</vendor><name>t</name></tool></tools><component type="device"><name>d</name></component>
</metadata>
<components><component type="library" bom-ref="r"><name>a</name><purl>pkg:npm/a@1</purl><components>
<component type="operating-system"><name>debian</name><version>12</version></component></components></component>
</components></bom>"""
TAGS = """SPDXVersion: SPDX-2.3
DocumentName: d
Creator: Tool: t
Created: 2024-05-06T07:08:09Z
PackageName: a
SPDXID: SPDXRef-a
PackageComment: <text>one
two</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
"""
DOCUMENTS = [
    pytest.param(cyclonedx.FORMAT, CYCLONEDX, id="cyclonedx"),
    pytest.param(spdx.FORMAT, SPDX, id="spdx"),
    pytest.param(spdx.FORMAT, GRAPH, id="spdx 3"),
    pytest.param(purl_lines.FORMAT, LINES, id="purl lines"),
]
TEXTS = [pytest.param(cyclonedx.FORMAT, XML, id="xml"), pytest.param(spdx.FORMAT, TAGS, id="tag-value")]


def judged(format_: Format, raw: bytes) -> list[Any]:
    """Read whatever it is, and judge what comes out."""
    document = Document.from_bytes("the-source", raw)
    format_.detect(document.sample)
    records = list(format_.read(document))
    known: set[str] = set()
    for record in records:
        if isinstance(record, Inventory):
            known.add(record.id)
            assert can_be_shown(record.subject)
            assert can_be_shown(record.tool)
        elif isinstance(record, InventoryItem):
            assert record.inventory in known
            assert can_be_shown(record.written)
            assert can_be_shown(record.component.name)
        else:
            judge(record)
    return records


def can_be_shown(text: str) -> bool:
    return clean(text, len(text)) == text and "\n" not in text and "\t" not in text


def judge(problem: Problem) -> None:
    message = problem.message
    assert message.endswith("."), message
    assert not message[0].islower(), message
    assert "the-source" not in message
    assert not (problem.pointer and len(problem.pointer) > 1 and problem.pointer in message), message
    assert not (problem.line and re.search(rf"\bline {problem.line}\b", message, re.IGNORECASE)), message
    ours = re.sub(r'".*"', "", message)  # the words of strangers are quoted
    assert not NOT_FOR_PEOPLE.search(ours), message
    assert can_be_shown(message), message
    assert len(message) < 400


@pytest.mark.parametrize(("format_", "good"), DOCUMENTS)
def test_every_place_with_something_else_in_it(format_, good, places, put):
    for place in places(good):
        for odd in (None, 5, "x\x1b", [], {"a": 1}, [5]):
            if place:
                judged(format_, json.dumps(put(good, place, odd)).encode())


@pytest.mark.parametrize(("format_", "good"), DOCUMENTS)
def test_odd_values_in_several_places(format_, good, disturbed):
    @settings(deadline=None)
    @given(disturbed(good, ODD))
    def holds(document):
        judged(format_, json.dumps(document).encode())

    holds()


@pytest.mark.parametrize(("format_", "good"), DOCUMENTS + TEXTS)
def test_cut_anywhere(format_, good):
    raw = good.encode() if isinstance(good, str) else json.dumps(good).encode()
    whole = [record for record in judged(format_, raw) if isinstance(record, InventoryItem)]
    for end in range(1, len(raw), 3):
        cut = [record for record in judged(format_, raw[:end]) if isinstance(record, InventoryItem)]
        assert len(cut) <= len(whole)


@pytest.mark.parametrize(("format_", "good"), DOCUMENTS + TEXTS)
def test_bytes_changed_anywhere(format_, good):
    raw = good.encode() if isinstance(good, str) else json.dumps(good).encode()

    @settings(deadline=None)
    @given(st.integers(0, len(raw) - 1), st.binary(max_size=3), st.integers(0, 4))
    def holds(place, new, length):
        judged(format_, raw[:place] + new + raw[place + length :])

    holds()


@pytest.mark.parametrize("format_", [cyclonedx.FORMAT, spdx.FORMAT, purl_lines.FORMAT])
@settings(deadline=None)
@given(st.binary(max_size=100) | st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_anything(format_, value):
    judged(format_, value if isinstance(value, bytes) else json.dumps(value).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b'{"components": [' + b'{"components": [' * 5000,
        b'{"components": [' + b'{"type": "library", "name": "a", "components": [' * 900 + b"]}" * 900 + b"]}",
        b'{"bomFormat": "CycloneDX", "metadata": {' + b",".join(b'"k%d": 1' % n for n in range(5_000)) + b"}}",
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6">' + b"<components><component>" * 5000,
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component>' + b"<x/>" * 110_000,
    ],
)
def test_hostile_shapes(raw):
    judged(cyclonedx.FORMAT, raw)
