"""SPDX: every package is an item but the subject, in JSON, tag-value and JSON-LD alike."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import spdx
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.spdx import lines as spdx_lines
from clearinghouse.formats.spdx.package import without_kind
from clearinghouse.records import Inventory, InventoryItem, Level, Problem

CREATION = {"created": "2024-05-06T07:08:09Z", "creators": ["Organization: Example (a@b.org)", "Tool: syft-1.2"]}
DOCUMENT: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "example/web",
    "creationInfo": CREATION,
}
DIGEST = "sha256:" + "ab" * 32


def read(data: Any) -> tuple[Inventory, list[InventoryItem], list[Problem]]:
    raw = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data).encode()
    document = Document.from_bytes("bom", raw)
    assert spdx.FORMAT.detect(document.sample).score >= RECOGNISED
    first, *rest = spdx.FORMAT.read(document)
    assert isinstance(first, Inventory)
    items = [record for record in rest if isinstance(record, InventoryItem)]
    assert all(item.inventory == first.id for item in items)
    return first, items, [record for record in rest if isinstance(record, Problem)]


def package(name: str = "n", *refs: tuple[str, str], **more: Any) -> dict[str, Any]:
    references = [{"referenceCategory": "X", "referenceType": kind, "referenceLocator": text} for kind, text in refs]
    return {"SPDXID": f"SPDXRef-{name}", "name": name, "externalRefs": references, **more}


def packages(*found: Any, **more: Any) -> tuple[Inventory, list[InventoryItem], list[Problem]]:
    return read({**DOCUMENT, **more, "packages": list(found)})


def describes(name: str, kind: str = "DESCRIBES") -> dict[str, str]:
    ends = ("SPDXRef-DOCUMENT", f"SPDXRef-{name}")
    first, second = ends if kind != "DESCRIBED_BY" else reversed(ends)
    return {"spdxElementId": first, "relationshipType": kind, "relatedSpdxElement": second}


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


# Items


def test_an_item_is_what_is_written():
    cpes = ["cpe:2.3:a:gnu:bash:5.0:*:*:*:*:*:*:*", "cpe:/a:gnu:bash:5.0"]
    _, (found,), problems = packages(
        package(
            "bash",
            ("cpe23Type", cpes[0]),
            ("http://spdx.org/rdf/references/cpe22Type", cpes[1]),
            ("purl", "pkg:deb/debian/bash@5.0-4?distro=debian-10.11"),
            ("purl", "pkg:deb/debian/other@1"),
            ("swid", "x"),
            versionInfo="5.0-4",
            supplier="Organization: Debian",
            sourceInfo="built package from: bash-src 5.0-4",
        )
    )
    assert not problems
    assert found.written == found.component.purl == "pkg:deb/debian/bash@5.0-4?distro=debian-10.11"
    assert (found.component.name, found.component.version) == ("bash", "5.0-4")
    assert (found.component.ecosystem, found.component.vendor) == ("Debian:10", "")
    assert (found.source_name, found.source_version) == ("bash-src", "5.0-4")
    assert found.cpes == tuple(cpes)
    assert (found.pointer, found.line) == ("/packages/0", None)


@pytest.mark.parametrize("nothing", ["NOASSERTION", "NONE", "", None])
def test_no_assertion_is_no_value(nothing):
    _, (found,), problems = packages(
        package(
            "n",
            ("purl", nothing),
            ("cpe23Type", nothing),
            versionInfo=nothing,
            supplier=nothing,
            originator="Person: A",
        )
    )
    assert not problems
    assert (found.component.version, found.component.purl, found.cpes) == (None, None, ())
    assert (found.component.vendor, found.written) == ("A", "A n")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Organization: Example", "Example"),
        ("Organization: Example ()", "Example"),
        ("Person: A Person (a@example.org)", "A Person"),
        ("Organization: Example (UK)", "Example (UK)"),
        ("Example", "Example"),
        ("Organization: NOASSERTION", ""),
    ],
)
def test_who_is_meant(written, name):
    assert without_kind(written) == name


def test_the_operating_system():
    inventory, items, _ = packages(
        package("p", ("purl", "pkg:deb/debian/p@1")),
        package("debian", versionInfo="12.4", primaryPackagePurpose="OPERATING-SYSTEM"),
    )
    assert inventory.system == "Debian:12"
    assert items[0].component.ecosystem == "Debian:12"
    named = {**package("alpine", versionInfo="3.18.0"), "SPDXID": "SPDXRef-OperatingSystem-1"}
    assert packages(named)[0].system == "Alpine:v3.18"


# What is said of the whole


def test_the_document_and_who_made_it():
    inventory, items, problems = packages(name=f"example/web@{DIGEST}")
    assert not items
    assert not problems
    assert (inventory.subject, inventory.digest) == (f"example/web@{DIGEST}", DIGEST)
    assert (inventory.tool, inventory.created) == ("syft-1.2", "2024-05-06T07:08:09Z")
    assert packages(creationInfo={"creators": ["Person: A (a@b.org)"]})[0].tool == "A"


@pytest.mark.parametrize(
    "described",
    [
        {"documentDescribes": ["SPDXRef-app"]},
        {"relationships": [describes("app")]},
        {"relationships": [describes("app", "DESCRIBED_BY")]},
        {"relationships": [describes("app", "DESCRIBE")]},
        {"documentDescribes": ["SPDXRef-app"], "relationships": [describes("app"), describes("some-file")]},
    ],
)
@pytest.mark.parametrize(
    ("subject", "is_item"),
    [
        (package("app", versionInfo="1"), False),
        (package("app", ("purl", "pkg:npm/app@1"), versionInfo="1"), True),
        (package("app", ("cpe23Type", "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"), versionInfo="1"), True),
        (package("app", ("purl", f"pkg:oci/app@{DIGEST}"), versionInfo="1"), False),
        (package("app", ("purl", "pkg:generic/app@1"), versionInfo="1", primaryPackagePurpose="CONTAINER"), False),
    ],
)
def test_the_subject_is_an_item_if_an_advisory_could_speak_of_it(described, subject, is_item):
    inventory, items, _ = packages(package("lib"), subject, **described)
    assert inventory.subject == "app@1"
    assert [each.component.name for each in items] == ["lib", *(["app"] * is_item)]


def test_the_digest_of_the_subject():
    for subject in (
        package("app", ("purl", f"pkg:oci/app@{DIGEST.replace(':', '%3A')}")),
        package("app", versionInfo=DIGEST),
        {**package("app"), "name": f"app@{DIGEST}"},
    ):
        inventory, _, _ = packages(subject, documentDescribes=["SPDXRef-app"])
        assert inventory.digest == DIGEST
        assert inventory.subject.startswith("app")


@pytest.mark.parametrize(
    "described",
    [
        ["SPDXRef-a", "SPDXRef-b"],
        ["SPDXRef-DOCUMENT"],
        ["SPDXRef-gone"],
        [],
        [5],
        [f"SPDXRef-{n}" for n in range(11_000)],
    ],
)
def test_a_document_about_none_or_several_packages_is_about_itself(described):
    inventory, items, _ = packages(package("a"), package("b"), documentDescribes=described)
    assert inventory.subject == "example/web"
    assert len(items) == 2


# What is wrong


@pytest.mark.parametrize(
    ("bad", "code", "kept"),
    [
        ({"SPDXID": "SPDXRef-x"}, "missing_field", False),
        (package("NOASSERTION"), "missing_field", False),
        ({"externalRefs": package("n", ("purl", "pkg:npm/a@1"))["externalRefs"]}, "missing_field", True),
        ({"name": 5}, "wrong_type", False),
        (package("a", versionInfo=5), "wrong_type", True),
        (package("a", externalRefs={}), "wrong_type", True),
        (package("a", ("purl", "npm/a")), "bad_package_url", True),
        (package("a", ("cpe23Type", "a:b")), "bad_cpe", True),
        (package("good"), "duplicate_identifier", True),
        ([], "wrong_type", False),
    ],
)
def test_a_bad_package_is_told_and_kept_as_far_as_it_is_good(bad, code, kept):
    _, items, problems = packages(package("good"), bad)
    assert code in codes(problems)
    assert [each.pointer for each in items] == ["/packages/0", *(["/packages/1"] * kept)]
    assert all((problem.pointer or "").startswith("/packages/1") for problem in problems)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"packages": {}}, "/packages"),
        ({"relationships": 5}, "/relationships"),
        ({"creationInfo": 5}, "/creationInfo"),
        ({"creationInfo": {"created": 5}}, "/creationInfo/created"),
        ({"name": 5}, "/name"),
    ],
)
def test_a_part_of_the_wrong_type_is_told_once(change, pointer):
    _, _, problems = read({**DOCUMENT, "packages": [package()], **change})
    assert [problem.pointer for problem in problems if problem.level is Level.ERROR] == [pointer]


@pytest.mark.parametrize(("version", "told"), [("SPDX-2.1", 0), ("SPDX-2.2", 0), ("SPDX-2.3", 0), ("SPDX-2.4", 1)])
def test_versions(version, told):
    *_, problems = packages(spdxVersion=version)
    assert codes(problems) == ["unknown_version"] * told
    *_, problems = read(f"SPDXVersion: {version}\n")
    assert codes(problems) == ["unknown_version"] * told


def test_what_comes_before_a_break_is_kept():
    raw = json.dumps({**DOCUMENT, "packages": [package(str(n)) for n in range(9)]}).encode()
    _, items, problems = read(raw[:-30])
    assert [each.component.name for each in items] == [str(n) for n in range(8)]
    assert codes(problems) == ["malformed_json"]


def test_what_it_is_wrapped_in():
    inventory, items, problems = read({"sbom": {**DOCUMENT, "packages": [package("a")]}, "packages": [package("no")]})
    assert not problems
    assert inventory.subject == "example/web"
    assert [each.pointer for each in items] == ["/sbom/packages/0"]


# Tag-value

TAGS = """\
SPDXVersion: SPDX-2.3
# a comment
SPDXID: SPDXRef-DOCUMENT
DocumentName: example
Creator: Tool: tool-1
CreatorComment: <text>Creator: Tool: no
PackageName: not one
</text>
Created: 2024-05-06T07:08:09Z
PackageName: app
SPDXID: SPDXRef-app
PackageVersion: 1
PackageSummary: <text>one line</text>
PackageComment: a <text> in the middle
PackageName: lib
SPDXID: SPDXRef-lib
PackageVersion: <text>2</text>
PackageSupplier: NOASSERTION
PackageOriginator: Organization: Example
PackageSourceInfo: built package from: source 1.5
ExternalRef: PACKAGE_MANAGER purl pkg:deb/debian/lib@2
ExternalRefComment: PackageName: no
ExternalRef: SECURITY cpe23Type cpe:2.3:a:b:c:1:*:*:*:*:*:*:*
ExternalRef: broken
FileName: ./file
SPDXID: SPDXRef-file
PackageVersion: 9
PackageName: debian
PrimaryPackagePurpose: OPERATING-SYSTEM
PackageVersion: 12.1
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app
Relationship: SPDXRef-DOCUMENT DESCRIBES
LicenseID: LicenseRef-1
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 18])
def test_tags_and_values(end, chunk, monkeypatch):
    monkeypatch.setattr(spdx_lines, "_CHUNK", chunk)
    inventory, items, problems = read(TAGS.replace("\n", end))
    assert not problems
    assert (inventory.subject, inventory.tool, inventory.system) == ("app@1", "tool-1", "Debian:12")
    assert inventory.created == "2024-05-06T07:08:09Z"
    assert [(each.component.name, each.component.version, each.line) for each in items] == [
        ("lib", "2", 15),
        ("debian", "12.1", 28),
    ]
    assert items[0].component.purl == "pkg:deb/debian/lib@2"
    assert items[0].component.ecosystem == "Debian:12"
    assert (items[0].source_name, items[0].source_version) == ("source", "1.5")
    assert items[0].cpes == ("cpe:2.3:a:b:c:1:*:*:*:*:*:*:*",)


def test_a_text_that_never_ends():
    _, items, problems = read("SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>\nPackageName: b\n")
    assert [each.component.name for each in items] == ["a"]
    assert [(problem.code, problem.line) for problem in problems] == [("text_never_ends", 3)]


def test_a_line_that_is_too_long(monkeypatch):
    monkeypatch.setattr(spdx_lines, "MAX_LINE", 100)
    monkeypatch.setattr(spdx_lines, "_CHUNK", 16)
    _, items, problems = read("SPDXVersion: SPDX-2.3\nPackageName: " + "x" * 1000 + "\nPackageName: b\n")
    assert [(each.component.name, each.line) for each in items] == [("b", 3)]
    assert [(problem.code, problem.line) for problem in problems] == [("line_too_long", 2)]


def test_a_package_without_a_name_has_a_line():
    _, items, problems = read("SPDXVersion: SPDX-2.3\nPackageName:\nPackageName: b\nSPDXID: SPDXRef-b\n")
    assert [each.component.name for each in items] == ["b"]
    assert [(problem.code, problem.line, problem.pointer) for problem in problems] == [("missing_field", 2, None)]


def test_bytes_that_are_no_utf8_are_repaired_and_told_once():
    document = Document.from_bytes("bom", "SPDXVersion: SPDX-2.3\nPackageName: é\n".encode("cp1252"))
    records = [record for record in spdx.FORMAT.read(document) if isinstance(record, InventoryItem)]
    assert records[0].component.name == "é"
    assert [problem.message for problem in document.notices()] == ["1 byte that is not UTF-8 was read as Windows-1252."]


# SPDX 3


def graph(*elements: dict[str, Any], **root: Any) -> dict[str, Any]:
    creation = {
        "@id": "_:c",
        "type": "CreationInfo",
        "specVersion": "3.0.1",
        "created": CREATION["created"],
        "createdBy": ["urn:who"],
        "createdUsing": ["urn:tool"],
    }
    whole = {"type": "SpdxDocument", "spdxId": "urn:doc", "name": "doc", "creationInfo": "_:c", **root}
    agents = [
        {"type": "Tool", "spdxId": "urn:tool", "name": "tool-3", "creationInfo": "_:c"},
        {"type": "Organization", "spdxId": "urn:who", "name": "Example", "creationInfo": "_:c"},
    ]
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return {"@context": context, "@graph": [*elements, whole, creation, *agents]}


def element(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "software_Package", "spdxId": f"urn:{name}", "creationInfo": "_:c", "name": name, **more}


def test_packages_of_the_graph():
    cpes = [
        {
            "type": "ExternalIdentifier",
            "externalIdentifierType": "cpe23",
            "identifier": "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*",
        },
        {"type": "ExternalIdentifier", "externalIdentifierType": "cve", "identifier": "CVE-2099-0001"},
        "urn:elsewhere",
    ]
    purl = [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@2"}]
    inventory, items, problems = read(
        graph(
            element("app", software_packageVersion="1"),
            element("a", software_packageVersion="1.5", software_packageUrl="pkg:npm/a@1.5", externalIdentifier=cpes),
            element("b", externalIdentifier=purl, suppliedBy="urn:who"),
            element("c", originatedBy=["urn:unknown", "urn:who"]),
            {"@type": "ai_AIPackage", "@id": "urn:d", "name": "d"},
            {"type": "software_File", "spdxId": "urn:f", "name": "PackageOfFiles"},
            element("debian", software_packageVersion="12.1", software_primaryPurpose="operatingSystem"),
            {"type": "software_Sbom", "spdxId": "urn:sbom", "creationInfo": "_:c", "rootElement": ["urn:app"]},
            rootElement=["urn:sbom"],
        )
    )
    assert not problems
    assert (inventory.subject, inventory.tool, inventory.system) == ("app@1", "tool-3", "Debian:12")
    assert inventory.created == CREATION["created"]
    assert [(each.component.name, each.component.purl, each.component.vendor, each.pointer) for each in items] == [
        ("a", "pkg:npm/a@1.5", "", "/@graph/1"),
        ("b", "pkg:npm/b@2", "", "/@graph/2"),
        ("c", None, "Example", "/@graph/3"),
        ("d", None, "", "/@graph/4"),
        ("debian", None, "", "/@graph/6"),
    ]
    assert items[0].cpes == ("cpe:2.3:a:b:c:1:*:*:*:*:*:*:*",)


@pytest.mark.parametrize(
    "roots", [["urn:a", "urn:b"], [], [5], ["urn:gone"], [{"type": "software_Package", "spdxId": "urn:gone"}]]
)
def test_a_graph_about_none_or_several_packages_is_about_itself(roots):
    inventory, items, _ = read(graph(element("a"), element("b"), rootElement=roots))
    assert inventory.subject == "doc"
    assert len(items) == 2


def test_a_creation_that_stands_in_the_document_itself():
    inventory, *_ = read(
        graph(creationInfo={"type": "CreationInfo", "created": "2020-01-01T00:00:00Z", "specVersion": "3.0.1"})
    )
    assert inventory.created == "2020-01-01T00:00:00Z"


def test_a_bad_element_is_told_if_it_is_a_package():
    bad = [
        element("a", software_packageVersion=5),
        {"type": "software_File", "name": 5},
        {**element("b"), "name": 5},
        5,
    ]
    _, items, problems = read(graph(*bad))
    assert [each.pointer for each in items] == ["/@graph/0"]
    assert sorted({(problem.code, problem.pointer) for problem in problems}) == [
        ("missing_field", "/@graph/2/name"),
        ("wrong_type", "/@graph/0/software_packageVersion"),
        ("wrong_type", "/@graph/2/name"),
    ]


# The same in every way of writing

WORDS = st.sampled_from(["a", "b", "debian", "é", "two words"])
PACKAGES = st.lists(
    st.fixed_dictionaries(
        {"name": WORDS},
        optional={
            "versionInfo": st.sampled_from(["1", "12.4", "NOASSERTION"]),
            "purl": st.sampled_from(
                ["pkg:npm/a@1", "pkg:deb/debian/a@1?arch=all", "pkg:oci/a@sha256:" + "0" * 64, "odd"]
            ),
            "cpe": st.just("cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"),
            "supplier": st.sampled_from(["Example"]),
            "purpose": st.sampled_from(["CONTAINER", "OPERATING-SYSTEM", "LIBRARY"]),
        },
    ),
    max_size=5,
)


def in_json(found: list[dict[str, Any]], described: int) -> dict[str, Any]:
    listed = []
    for number, each in enumerate(found):
        refs = [("purl", each["purl"])] if "purl" in each else []
        refs += [("cpe23Type", each["cpe"])] if "cpe" in each else []
        made = {**package(each["name"], *refs), "SPDXID": f"SPDXRef-{number}"}
        if "supplier" in each:
            made["supplier"] = f"Organization: {each['supplier']}"
        for key, name in (("versionInfo", "versionInfo"), ("purpose", "primaryPackagePurpose")):
            if key in each:
                made[name] = each[key]
        listed.append(made)
    return {
        **DOCUMENT,
        "packages": listed,
        "relationships": [describes(str(described))],
        "files": [{"SPDXID": "SPDXRef-f"}],
    }


def in_tags(found: list[dict[str, Any]], described: int) -> str:
    made = [
        "SPDXVersion: SPDX-2.3",
        "DocumentName: example/web",
        "Created: 2024-05-06T07:08:09Z",
        "Creator: Tool: syft-1.2",
    ]
    for number, each in enumerate(found):
        made += [f"PackageName: {each['name']}", f"SPDXID: SPDXRef-{number}"]
        made += [f"PackageVersion: {each['versionInfo']}"] if "versionInfo" in each else []
        made += [f"PackageSupplier: Organization: {each['supplier']}"] if "supplier" in each else []
        made += [f"PrimaryPackagePurpose: {each['purpose']}"] if "purpose" in each else []
        made += [f"ExternalRef: PACKAGE-MANAGER purl {each['purl']}"] if "purl" in each else []
        made += [f"ExternalRef: SECURITY cpe23Type {each['cpe']}"] if "cpe" in each else []
    made += [f"Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-{described}"]
    return "\n".join(made)


def in_graph(found: list[dict[str, Any]], described: int) -> dict[str, Any]:
    purposes = {"CONTAINER": "container", "OPERATING-SYSTEM": "operatingSystem", "LIBRARY": "library"}
    listed = []
    for number, each in enumerate(found):
        made = {**element(each["name"]), "spdxId": f"SPDXRef-{number}"}
        if "versionInfo" in each:
            made["software_packageVersion"] = each["versionInfo"]
        if "purl" in each:
            made["software_packageUrl"] = each["purl"]
        if "cpe" in each:
            made["externalIdentifier"] = [{"externalIdentifierType": "cpe23", "identifier": each["cpe"]}]
        if "supplier" in each:
            made["suppliedBy"] = "urn:who"
        if "purpose" in each:
            made["software_primaryPurpose"] = purposes[each["purpose"]]
        listed.append(made)
    whole = graph(*listed, name="example/web", rootElement=[f"SPDXRef-{described}"])
    whole["@graph"][-2]["name"] = "syft-1.2"
    return whole


def plain(found: InventoryItem) -> Any:
    return (found.written, found.component, found.cpes)


@settings(deadline=None)
@given(PACKAGES, st.integers(0, 5), st.data())
def test_every_way_of_writing_says_the_same(found, described, draw):
    expected = read(in_json(found, described))
    shuffled = {
        key: in_json(found, described)[key] for key in draw.draw(st.permutations(list(in_json(found, described))))
    }
    for other in (json.dumps(shuffled, indent=3), in_tags(found, described), in_graph(found, described)):
        inventory, items, problems = read(other)
        assert inventory == expected[0]
        assert list(map(plain, items)) == list(map(plain, expected[1]))
        assert sorted(codes(problems)) == sorted(codes(expected[2]))


# Recognising


def score(data: Any, *, complete: bool = True) -> int:
    raw = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data).encode()
    return spdx.FORMAT.detect(Sample(raw, complete=complete)).score


def test_a_head_that_is_cut_before_the_version():
    files = [{"SPDXID": f"SPDXRef-{n}", "fileName": "x"} for n in range(5000)]
    whole = {"files": files, "packages": [package("a")], **DOCUMENT}
    assert score(json.dumps(whole).encode()[: 64 << 10], complete=False) >= RECOGNISED
    assert len(read(whole)[1]) == 1
    late = graph(*({"type": "software_File", "spdxId": f"urn:{n}", "name": "x"} for n in range(5000)))
    late["@context"] = late.pop("@context")
    assert score(json.dumps(late).encode()[: 64 << 10], complete=False) >= RECOGNISED


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n", "YAML"),
        ('spdxVersion: "SPDX-2.3"\nSPDXID: SPDXRef-DOCUMENT\n', "YAML"),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"/>',
            "RDF",
        ),
        ("<Document><spdxVersion>SPDX-2.3</spdxVersion></Document>", "XML"),
        ("SPDXVersion: SPDX-1.2\n", "1.2"),
        ({"spdxVersion": "SPDX-9.0"}, "9.0"),
        ({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "type": "SpdxDocument"}, "@graph"),
    ],
)
def test_a_near_miss_says_what_is_different(data, word):
    raw = data.encode() if isinstance(data, str) else json.dumps(data).encode()
    match = spdx.FORMAT.detect(Sample(raw, complete=True))
    assert 0 < match.score < RECOGNISED
    assert word in match.note


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"packages": {"node_modules/a": {"version": "1"}}},
        {"packages": [{"name": "a", "version": "1"}]},
        {"@context": "https://openvex.dev/ns/v0.2.0", "statements": []},
        {"@context": "https://schema.org", "@graph": [{"@id": "a"}]},
        "",
        "Package: a\nVersion: 1\n",
        "# SPDX-License-Identifier: Apache-2.0\n",
        "<project/>",
    ],
)
def test_what_is_something_else(data):
    assert score(data) == 0
