"""CycloneDX: every component is an item, in JSON as in XML, in any order of keys and however it is written."""

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import cyclonedx
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.cyclonedx.in_json import MAX_DEPTH
from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Inventory, InventoryItem, Level, Problem

NAMESPACE = "http://cyclonedx.org/schema/bom/1.6"
BOM: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
IMAGE = {"type": "container", "name": "example/web", "version": "sha256:" + "ab" * 32}


def read(data: Any) -> tuple[Inventory, list[InventoryItem], list[Problem]]:
    raw = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else json.dumps(data).encode()
    document = Document.from_bytes("bom", raw)
    assert cyclonedx.FORMAT.detect(document.sample).score >= RECOGNISED
    first, *rest = cyclonedx.FORMAT.read(document)
    assert isinstance(first, Inventory)
    items = [record for record in rest if isinstance(record, InventoryItem)]
    assert all(item.inventory == first.id for item in items)
    return first, items, [record for record in rest if isinstance(record, Problem)]


def components(*found: dict[str, Any], **more: Any) -> tuple[list[InventoryItem], list[Problem]]:
    _, items, problems = read({**BOM, "components": list(found), **more})
    return items, problems


def item(**component: Any) -> InventoryItem:
    items, problems = components({"type": "library", "name": "n", **component})
    assert not problems
    return items[0]


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


# Items


def test_an_item_is_what_is_written():
    found = item(
        group="@example",
        name="left-pad",
        version="1.0.0",
        purl="pkg:npm/%40example/left-pad@1.0.0",
        cpe="cpe:2.3:a:example:left-pad:1.0.0:*:*:*:*:*:*:*",
        scope="optional",
        publisher="Example",
    )
    assert found.written == found.component.purl == "pkg:npm/%40example/left-pad@1.0.0"
    assert (found.component.name, found.component.version) == ("@example/left-pad", "1.0.0")
    assert found.component.ecosystem == "npm"
    assert found.component.vendor == ""  # a package is known by its package URL
    assert found.cpes == ("cpe:2.3:a:example:left-pad:1.0.0:*:*:*:*:*:*:*",)
    assert (found.scope, found.pointer, found.line) == ("optional", "/components/0", None)


@pytest.mark.parametrize(
    ("purl", "group", "name", "ecosystem"),
    [
        ("pkg:maven/org.example/demo@1", "org.example", "org.example:demo", "Maven"),
        ("pkg:composer/example/demo@1", "example", "example/demo", "Packagist"),
        ("pkg:deb/debian/demo@1?distro=debian-12.4", "debian", "demo", "Debian:12"),
        ("pkg:apk/alpine/demo@1?distro=3.18.4", "", "demo", "Alpine:v3.18"),
        ("pkg:deb/ubuntu/demo@1?distro=jammy", "", "demo", "Ubuntu:22.04:LTS"),
        ("pkg:rpm/redhat/demo@1?distro=redhat-8.6", "", "demo", "Red Hat:enterprise_linux:8"),
        ("pkg:generic/demo@1", "", "demo", ""),
    ],
)
def test_ecosystem_and_group(purl, group, name, ecosystem):
    found = item(name="demo", group=group, purl=purl)
    assert (found.component.name, found.component.ecosystem) == (name, ecosystem)


def test_a_product_has_a_vendor():
    found = item(
        type="device", name="Pump 3", version="7.2.4", manufacturer={"name": "Example"}, supplier={"name": "S"}
    )
    assert (found.component.vendor, found.written) == ("Example", "Example Pump 3 7.2.4")
    assert item(supplier={"name": "S"}, publisher="P").component.vendor == "S"
    assert item(publisher="P").component.vendor == "P"
    grouped = item(group="org.example", name="board", version="2")
    assert (grouped.component.vendor, grouped.written) == ("org.example", "org.example/board@2")


def test_the_version_of_a_package_url_stands_in_for_a_missing_one():
    assert item(purl="pkg:pypi/n@2.1%2Blocal").component.version == "2.1+local"
    assert item(version="3", purl="pkg:pypi/n@2").component.version == "3"


@pytest.mark.parametrize(("scope", "kept"), [("required", ""), ("optional", "optional"), ("excluded", "development")])
def test_scope(scope, kept):
    assert item(scope=scope).scope == kept


def test_what_tools_say_in_properties():
    properties = [
        {"name": "aquasecurity:trivy:SrcName", "value": "openssl"},
        {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.7"},
        {"name": "aquasecurity:trivy:SrcRelease", "value": "18.el9"},
        {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"},
    ]
    found = item(name="libssl", properties=properties)
    assert (found.source_name, found.source_version) == ("openssl", "1:3.0.7-18.el9")
    assert item(properties=[{"name": "cdx:npm:package:development", "value": "true"}]).scope == "development"
    assert item(properties=[{"name": "cdx:npm:package:development", "value": "false"}]).scope == ""


def test_nested_components_come_after_what_they_are_in():
    inner = {"type": "library", "name": "b", "components": [{"type": "library", "name": "c"}]}
    items, problems = components(
        {"type": "library", "name": "a", "components": [inner, {"type": "file", "name": "d"}]},
        {"type": "library", "name": "e"},
    )
    assert not problems
    assert [(each.component.name, each.pointer) for each in items] == [
        ("a", "/components/0"),
        ("b", "/components/0/components/0"),
        ("c", "/components/0/components/0/components/0"),
        ("d", "/components/0/components/1"),
        ("e", "/components/1"),
    ]


def test_components_beyond_the_depth_are_told():
    nested: dict[str, Any] = {"type": "library", "name": "innermost"}
    for number in range(MAX_DEPTH):
        nested = {"type": "library", "name": str(number), "components": [nested]}
    items, problems = components(nested)
    assert len(items) == MAX_DEPTH
    assert codes(problems) == ["nested_too_deep"]


# What is said of the whole


def test_the_subject_and_who_made_the_list():
    inventory, items, problems = read(
        {
            **BOM,
            "metadata": {
                "timestamp": "2024-05-06T07:08:09Z",
                "tools": [{"vendor": "v", "name": "syft", "version": "1.2"}, {"name": "other"}],
                "component": IMAGE,
            },
            "components": [],
        }
    )
    assert not items
    assert not problems
    assert (inventory.subject, inventory.digest) == ("example/web", "sha256:" + "ab" * 32)
    assert (inventory.tool, inventory.created) == ("syft 1.2, other", "2024-05-06T07:08:09Z")


def test_tools_as_components_and_authors():
    tools = {"components": [{"type": "application", "name": "t", "version": "1"}], "services": [{"name": "s"}]}
    assert read({**BOM, "metadata": {"tools": tools}, "components": []})[0].tool == "t 1, s"
    assert read({**BOM, "metadata": {"authors": [{"name": "A Person"}]}, "components": []})[0].tool == "A Person"


@pytest.mark.parametrize(
    ("subject", "is_item"),
    [
        ({"type": "application", "name": "a", "version": "1"}, False),
        ({"type": "application", "name": "a", "purl": "pkg:npm/a@1"}, True),
        ({"type": "application", "name": "a", "cpe": "cpe:/a:b:c"}, True),
        ({"type": "application", "name": "a", "purl": "pkg:oci/a@sha256%3A" + "0" * 64}, False),
        ({"type": "container", "name": "a", "purl": "pkg:generic/a"}, False),
        ({"type": "device", "name": "a"}, True),
        ({"type": "firmware", "name": "a"}, True),
    ],
)
def test_the_subject_is_an_item_if_an_advisory_could_speak_of_it(subject, is_item):
    inventory, items, _ = read({**BOM, "metadata": {"component": subject}, "components": []})
    assert [each.pointer for each in items] == ["/metadata/component"] * is_item
    assert inventory.subject.startswith("a")


def test_the_subject_has_the_maker_that_the_list_names():
    metadata = {"component": {"type": "device", "name": "d"}, "manufacture": {"name": "M"}, "supplier": {"name": "S"}}
    _, items, _ = read({**BOM, "metadata": metadata, "components": []})
    assert items[0].component.vendor == "M"


def test_what_the_subject_is_made_of_are_items():
    subject = {**IMAGE, "components": [{"type": "library", "name": "a"}, {"type": "library", "name": "b"}]}
    _, items, _ = read({**BOM, "metadata": {"component": subject}, "components": [{"type": "library", "name": "c"}]})
    assert [each.component.name for each in items] == ["a", "b", "c"]
    assert items[1].pointer == "/metadata/component/components/1"


@pytest.mark.parametrize(
    ("found", "system"),
    [
        ([("debian", "12.4")], "Debian:12"),
        ([("Debian GNU/Linux", "12")], "Debian:12"),
        ([("alpine", "3.18.0")], "Alpine:v3.18"),
        ([("Red Hat Enterprise Linux", "8.0")], "Red Hat:enterprise_linux:8"),
        ([("wolfi", "20230201")], "Wolfi"),
        ([("debian", "12"), ("debian", "12.4")], "Debian:12"),
        ([("debian", "12"), ("alpine", "3.18")], ""),
        ([("VxWorks", "7")], ""),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_the_operating_system(found, system, nested):
    listed = [{"type": "operating-system", "name": name, "version": version} for name, version in found]
    package = {"type": "library", "name": "p", "purl": "pkg:deb/debian/p@1"}
    outer = [{"type": "platform", "name": "x", "components": listed}] if nested else listed
    inventory, items, _ = read({**BOM, "components": [package, *outer]})
    assert inventory.system == system
    assert items[0].component.ecosystem == (system if system.startswith("Debian") else "Debian")


@pytest.mark.parametrize("written", ["2020-01-01", "yesterday", "2020-01-01T00:00:00"])
def test_a_time_that_is_none(written):
    inventory, _, problems = read({**BOM, "metadata": {"timestamp": written}, "components": []})
    assert inventory.created is None
    assert [(problem.code, problem.level) for problem in problems] == [("bad_timestamp", Level.NOTICE)]


# What is left aside, and what is wrong


def test_services_and_vulnerabilities_are_counted():
    items, problems = components(
        {"type": "library", "name": "a", "swid": {"tagId": "t", "name": "a"}},
        {"type": "library", "name": "b", "isExternal": True, "versionRange": "vers:npm/>=1"},
        services=[{"name": "s"}],
        vulnerabilities=[{"id": "CVE-2099-0001"}, {"id": "CVE-2099-0002"}],
    )
    assert len(items) == 2
    assert {problem.level for problem in problems} == {Level.NOTICE}
    assert codes(problems) == ["services_left_aside", "vulnerabilities_left_aside", "swid_left_aside", "version_ranges"]


def test_vulnerabilities_alone_are_an_inventory_without_items():
    _, items, problems = read({**BOM, "vulnerabilities": [{"id": "CVE-2099-0001"}]})
    assert not items
    assert codes(problems) == ["vulnerabilities_left_aside"]


@pytest.mark.parametrize(
    ("component", "code", "kept"),
    [
        ({"type": "library"}, "missing_field", False),
        ({"type": "library", "name": " "}, "missing_field", False),
        ({"type": "library", "purl": "pkg:npm/a@1"}, "missing_field", True),
        ({"name": "a"}, "missing_type", True),
        ({"type": "thing", "name": "a"}, "unknown_type", True),
        ({"type": "library", "name": "a", "scope": "some"}, "unknown_scope", True),
        ({"type": "library", "name": "a", "purl": "npm/a"}, "bad_package_url", True),
        ({"type": "library", "name": "a", "cpe": "a:b:c"}, "bad_cpe", True),
        ({"type": "library", "name": "a", "bom-ref": ""}, "empty_identifier", True),
        ({"type": "library", "name": "a", "version": 1.0}, "wrong_type", True),
        ({"type": "library", "name": "a", "components": {}}, "wrong_type", True),
        ({"type": "library", "name": 1}, "wrong_type", False),
        ({"type": "library", "name": 1, "purl": "pkg:npm/a@1"}, "wrong_type", True),
        ("a", "wrong_type", False),
    ],
)
def test_a_bad_component_is_told_and_kept_as_far_as_it_is_good(component, code, kept):
    good = {"type": "library", "name": "good"}
    _, items, problems = read({**BOM, "components": [component, good]})
    assert code in codes(problems)
    assert [each.pointer for each in items] == [*(["/components/0"] * kept), "/components/1"]
    assert all((problem.pointer or "").startswith("/components/0") for problem in problems)


def test_an_identifier_that_stands_for_two_components():
    twice = {"type": "library", "name": "a", "bom-ref": "r"}
    items, problems = components(twice, twice, {"type": "library", "name": "b", "bom-ref": "s"})
    assert len(items) == 3
    assert [(problem.code, problem.pointer, problem.level) for problem in problems] == [
        ("duplicate_identifier", "/components/1", Level.NOTICE)
    ]


def test_notices_of_one_kind_are_counted_from_some_number_on():
    _, problems = components(*({"type": "library", "name": str(number), "purl": "x"} for number in range(50)))
    assert len(problems) == 21
    assert problems[-1].message == "There are 30 more such places."


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"components": {}}, "/components"),
        ({"components": "x"}, "/components"),
        ({"metadata": [{}, {}]}, "/metadata"),
        ({"metadata": 5}, "/metadata"),
        ({"metadata": {"component": 5}}, "/metadata/component"),
        ({"metadata": {"component": {"components": 5}}}, "/metadata/component/components"),
        ({"metadata": {"timestamp": 5}}, "/metadata/timestamp"),
        ({"metadata": {"tools": 5}}, "/metadata/tools"),
        ({"services": 5}, "/services"),
    ],
)
def test_a_part_of_the_wrong_type_is_told_once(change, pointer):
    good = [{"type": "library", "name": "good"}]
    _, items, problems = read({**BOM, "components": good, **change})
    assert [problem.pointer for problem in problems if problem.level is Level.ERROR] == [pointer]
    assert len(items) == ("components" not in change)


@pytest.mark.parametrize("change", [{"components": None}, {"metadata": None}, {"metadata": {"component": None}}])
def test_null_is_nothing(change):
    _, _, problems = read({**BOM, **change})
    assert not problems


@pytest.mark.parametrize(("version", "told"), [("1.2", 0), ("1.7", 0), ("1.8", 1), ("1.12", 1)])
def test_versions(version, told):
    *_, problems = read({**BOM, "specVersion": version, "components": []})
    assert codes(problems) == ["unknown_version"] * told


def test_what_comes_before_a_break_is_kept():
    raw = json.dumps({**BOM, "components": [{"type": "library", "name": str(n)} for n in range(9)]}).encode()
    _, items, problems = read(raw[:-30])
    assert [each.component.name for each in items] == [str(n) for n in range(8)]
    assert codes(problems) == ["malformed_json"]


# How it is written


@pytest.mark.parametrize("envelope", ["sbom", "predicate"])
def test_what_it_is_wrapped_in(envelope):
    bom = {**BOM, "metadata": {"component": IMAGE}, "components": [{"type": "library", "name": "a"}]}
    inventory, items, problems = read({"_type": "x", envelope: bom, "components": [{"type": "library", "name": "no"}]})
    assert not problems
    assert inventory.subject == "example/web"
    assert [each.pointer for each in items] == [f"/{envelope}/components/0"]


PARTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["library", "device", "operating-system"]),
        "name": st.sampled_from(["a", "debian", "é<&"]),
    },
    optional={
        "version": st.sampled_from(["1", "12.4", " 2 "]),
        "group": st.sampled_from(["org.example"]),
        "publisher": st.sampled_from(["Maker"]),
        "scope": st.sampled_from(["optional", "excluded", "odd"]),
        "purl": st.sampled_from(["pkg:maven/org.example/a@1", "pkg:deb/debian/a@1?arch=all&distro=debian-12", "odd"]),
        "cpe": st.sampled_from(["cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"]),
        "bom-ref": st.sampled_from(["r", "s"]),
    },
)
TREES = st.recursive(
    PARTS,
    lambda inner: st.tuples(PARTS, st.lists(inner, max_size=3)).map(lambda pair: {**pair[0], "components": pair[1]}),
    max_leaves=6,
)
BOMS = st.fixed_dictionaries(
    {"components": st.lists(TREES, max_size=4)},
    optional={
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "timestamp": st.sampled_from(["2024-05-06T07:08:09Z", "never"]),
                "tools": st.sampled_from([[{"vendor": "v", "name": "t", "version": "1"}]]),
                "component": TREES,
            },
        ),
        "services": st.just([{"name": "s"}]),
        "vulnerabilities": st.just([{"id": "CVE-2099-0001"}]),
    },
)


def in_any_order(value: Any, draw: st.DataObject) -> Any:
    if isinstance(value, list):
        return [in_any_order(each, draw) for each in value]
    if isinstance(value, dict):
        return {key: in_any_order(value[key], draw) for key in draw.draw(st.permutations(list(value)))}
    return value


def plain(found: InventoryItem) -> tuple[Any, ...]:
    return (found.written, found.component, found.cpes, found.scope, found.source_name)


@settings(deadline=None)
@given(BOMS, st.data())
def test_the_order_of_keys_and_white_space_mean_nothing(bom, draw):
    expected = read({**BOM, **bom})
    for indent in (None, 2):
        shuffled = in_any_order({**BOM, **bom}, draw)
        found = read(json.dumps(shuffled, indent=indent, ensure_ascii=indent is None))
        assert found[0] == expected[0]
        assert sorted(found[1], key=str) == sorted(expected[1], key=str)
        assert sorted(codes(found[2])) == sorted(codes(expected[2]))


def xml_of(bom: dict[str, Any], prefix: str = "") -> str:
    def component(part: dict[str, Any]) -> str:
        attributes = "".join(f" {key}={quoteattr(part[key])}" for key in ("type", "bom-ref") if key in part)
        keys = ("publisher", "group", "name", "version", "scope", "cpe", "purl")
        inner = "".join(f"<{prefix}{key}>{escape(part[key])}</{prefix}{key}>" for key in keys if key in part)
        inside = "".join(map(component, part.get("components", ())))
        inner += f"<{prefix}components>{inside}</{prefix}components>"
        return f"<{prefix}component{attributes}>{inner}</{prefix}component>"

    def metadata(said: dict[str, Any]) -> str:
        time = f"<{prefix}timestamp>{said['timestamp']}</{prefix}timestamp>" if "timestamp" in said else ""
        tools = "".join(
            f"<{prefix}tool>{''.join(f'<{prefix}{k}>{v}</{prefix}{k}>' for k, v in tool.items())}</{prefix}tool>"
            for tool in said.get("tools", ())
        )
        subject = component(said["component"]) if "component" in said else ""
        return f"<{prefix}metadata>{time}<{prefix}tools>{tools}</{prefix}tools>{subject}</{prefix}metadata>"

    body = metadata(bom["metadata"]) if "metadata" in bom else ""
    body += f"<{prefix}components>{''.join(map(component, bom['components']))}</{prefix}components>"
    for key, one in (("services", "service"), ("vulnerabilities", "vulnerability")):
        body += (
            f"<{prefix}{key}>"
            + f"<{prefix}{one}><{prefix}x/></{prefix}{one}>" * len(bom.get(key, ()))
            + f"</{prefix}{key}>"
        )
    declared = f'xmlns:{prefix[:-1]}="{NAMESPACE}"' if prefix else f'xmlns="{NAMESPACE}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}bom {declared} version="1">\n{body}\n</{prefix}bom>\n'


@settings(deadline=None)
@given(BOMS, st.sampled_from(["", "c:"]))
def test_json_and_xml_say_the_same(bom, prefix):
    in_json, in_xml = read({**BOM, **bom}), read(xml_of(bom, prefix))
    assert in_xml[0] == in_json[0]
    assert sorted(map(plain, in_xml[1]), key=str) == sorted(map(plain, in_json[1]), key=str)
    assert sorted(codes(in_xml[2])) == sorted(codes(in_json[2]))


def test_what_only_xml_has():
    _, items, problems = read(
        f"""<bom xmlns="{NAMESPACE}" xmlns:x="urn:x">
        <metadata>
          <tools><components><component type="application"><name>tool</name>
            <components><component type="library"><name>of the tool</name></component></components>
          </component></components></tools>
          <manufacture><name>Maker</name></manufacture>
          <component type="device"><name>pump</name></component>
        </metadata>
        <components>
          <component type="library">
            <supplier><name>S</name></supplier><name>a</name><x:version>9</x:version><swid tagId="t" name="a"/>
            <properties><property name="aquasecurity:trivy:SrcName">source</property></properties>
            <pedigree><ancestors><component type="library"><name>ancestor</name></component></ancestors></pedigree>
          </component>
        </components>
        <formulation><formula><components><component type="library"><name>no</name></component></components></formula>
        </formulation>
        <x:components><x:component type="library"><x:name>no</x:name></x:component></x:components>
        </bom>"""
    )
    assert [(each.component.name, each.component.vendor, each.line) for each in items] == [
        ("pump", "Maker", 7),
        ("a", "S", 10),
    ]
    assert items[1].component.version is None
    assert items[1].source_name == "source"
    assert codes(problems) == ["swid_left_aside"]


def test_vulnerabilities_of_the_old_extension_are_counted():
    _, items, problems = read(
        f"""<bom xmlns="{NAMESPACE}" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><components>
        <component type="library"><name>a</name><v:vulnerabilities><v:vulnerability ref="a"><v:id>CVE-2099-0001</v:id>
        </v:vulnerability></v:vulnerabilities></component></components></bom>"""
    )
    assert len(items) == 1
    assert codes(problems) == ["vulnerabilities_left_aside"]


def test_a_doctype_is_refused():
    raw = xml_of({"components": [{"type": "library", "name": "a"}]}).replace("<name>a", "<name>&x;")
    raw = raw.replace("<bom", '<!DOCTYPE bom [<!ENTITY x "y">]><bom')
    document = Document.from_bytes("bom", raw.encode())
    records = list(cyclonedx.FORMAT.read(document))
    assert [record.code for record in records if isinstance(record, Problem)] == ["doctype_refused", "unknown_version"]


def test_xml_that_breaks_off_gives_what_stood_before():
    raw = xml_of({"components": [{"type": "library", "name": str(n)} for n in range(9)]})
    _, items, problems = read(raw[: raw.index("<name>7")])
    assert len(items) == 7
    assert codes(problems) == ["malformed_xml"]


# Recognising


def score(data: Any, *, complete: bool = True) -> int:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return cyclonedx.FORMAT.detect(Sample(raw, complete=complete)).score


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_each_version_is_recognised(version):
    assert score({"specVersion": version, "bomFormat": "CycloneDX"}) == 100
    assert score(f'<bom xmlns="http://cyclonedx.org/schema/bom/{version}">'.encode()) == 100
    assert score(f'\ufeff<!-- c --><b:bom xmlns:b="http://cyclonedx.org/schema/bom/{version}"/>'.encode()) == 100


def test_a_head_that_is_cut_before_the_format_is_named():
    many = {"components": [{"bom-ref": str(n), "type": "library", "name": "n"} for n in range(5000)], **BOM}
    raw = json.dumps(many).encode()
    assert score(raw[: 64 << 10], complete=False) >= RECOGNISED
    _, items, problems = read(raw)
    assert len(items) == 5000
    assert not problems


@pytest.mark.parametrize(
    "data",
    [
        {"bomFormat": "Other", "specVersion": "1.4"},
        {"bomFormat": "CycloneDX", "specVersion": "2.0"},
        {"components": [{"bom-ref": "a", "type": "library"}]},
        b'<bom xmlns="http://cyclonedx.org/schema/bom/2.0"/>',
        b'<bom xmlns="urn:other"/>',
    ],
)
def test_a_near_miss_says_what_is_different(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    match = cyclonedx.FORMAT.detect(Sample(raw, complete=True))
    assert 0 < match.score < RECOGNISED
    assert match.note


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"components": []},
        {"vulnerabilities": []},
        b"",
        b"text",
        b"<project/>",
        {"runs": [], "version": "2.1.0"},
    ],
)
def test_what_is_something_else(data):
    assert score(data) == 0
