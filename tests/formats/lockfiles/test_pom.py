import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.pom import FORMAT
from clearinghouse.formats.lockfiles.pom_properties import MAX_VALUE, Properties, unresolved

HEAD = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'


def dependency(version="", scope="", artifact="a", rest=""):
    version = f"<version>{version}</version>" if version else ""
    scope = f"<scope>{scope}</scope>" if scope else ""
    return f"<dependency><groupId>g</groupId><artifactId>{artifact}</artifactId>{version}{scope}{rest}</dependency>"


def pom(*dependencies, rest=""):
    return f"{HEAD}<dependencies>{''.join(dependencies)}</dependencies>{rest}</project>".encode()


@pytest.mark.parametrize(
    ("version", "properties", "expected"),
    [
        ("1.0", "", "1.0"),
        (" 1.0 ", "", "1.0"),
        ("${v}", "<v>1.0</v>", "1.0"),
        ("${v}.1", "<v>${w}</v><w>1</w>", "1.1"),
        ("${project.version}", "", "9"),
        ("${pom.version}", "", "9"),
        ("${parent.version}", "", "8"),
        ("${v}", "", None),
        ("${v}", "<v>${v}</v>", None),
        ("${v}", "<v>${w}</v><w>${v}</w>", None),
        ("${v}", "<v/>", None),
        ("[1.0]", "", "1.0"),
        ("[1.0,)", "", None),
        ("(,1.0]", "", None),
        ("LATEST", "", None),
        ("", "", None),
    ],
)
def test_versions(read, version, properties, expected):
    parent = "<parent><groupId>g</groupId><artifactId>p</artifactId><version>8</version></parent>"
    found = read(pom(dependency(version), rest=f"{parent}<version>9</version><properties>{properties}</properties>"))
    assert found.versions == {"g:a": expected}


def test_what_is_not_known_is_told_once(read):
    unknown = (dependency("${x.version}"), dependency("${x.version}", artifact="b"))
    found = read(pom(*unknown, dependency(artifact="c"), dependency(artifact="d")))
    assert [problem.message for problem in found.problems] == [
        'The property "x.version" is not set in this file.',
        "2 dependencies have no version here: the parent's file or an imported BOM gives it.",
        "A pom.xml names what the project itself asks for, and not what that brings with it.",
    ]


@pytest.mark.parametrize(
    ("scope", "rest", "expected"),
    [
        ("", "", ""),
        ("compile", "", ""),
        ("provided", "", ""),
        ("runtime", "", ""),
        ("test", "", "development"),
        ("test", "<optional>true</optional>", "development"),
        ("", "<optional>true</optional>", "optional"),
        ("", "<optional>false</optional>", ""),
    ],
)
def test_scopes(read, scope, rest, expected):
    assert read(pom(dependency("1", scope, rest=rest))).items[0].scope == expected


def test_managed_versions_go_by_type_and_classifier(read):
    tests = "<type>test-jar</type>"
    managed = f"<dependencies>{dependency('1', 'test')}{dependency('2', rest=tests)}</dependencies>"
    managed = f"<dependencyManagement>{managed}</dependencyManagement>"
    found = read(pom(dependency(), dependency(rest=tests), rest=managed))
    assert [(i.component.version, i.scope) for i in found.items] == [("1", "development"), ("2", "")]


def test_properties_of_a_profile_are_its_own(read):
    def profile(value):
        dependencies = f"<dependencies>{dependency('${v}.${w}')}</dependencies>"
        return f"<profile><properties><v>{value}</v></properties>{dependencies}</profile>"

    profiles = f"<profiles>{profile(1)}{profile(2)}</profiles><properties><w>0</w></properties>"
    found = read(pom(dependency("${v}"), rest=profiles))
    assert [item.component.version for item in found.items] == [None, "1.0", "2.0"]


def test_plugins_and_managed_dependencies_are_no_items(read):
    rest = f"<build><plugins><plugin><dependencies>{dependency('1')}</dependencies></plugin></plugins></build>"
    rest += f"<dependencyManagement><dependencies>{dependency('1', artifact='b')}</dependencies></dependencyManagement>"
    found = read(pom(rest=rest))
    assert (found.items, found.problems) == ([], [])


def test_a_dependency_without_names_is_told(read):
    found = read(pom("<dependency><version>1</version></dependency>"))
    assert "missing_field" in found.codes
    assert not found.items


def test_what_stands_before_a_break_is_kept(read):
    found = read(pom(dependency("1"))[:-20])
    assert found.versions == {"g:a": "1"}
    assert found.codes[0] == "malformed_xml"


def test_a_document_type_is_refused(read):
    found = read(b'<!DOCTYPE project [<!ENTITY a "1">]>' + pom(dependency("&a;")), "pom")
    assert not found.items
    assert found.codes[0] == "doctype_refused"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (pom(), 95),
        (pom().replace(b"4.0.0", b"4.1.0"), 95),
        (b"<project><modelVersion>4.0.0</modelVersion><artifactId>a</artifactId></project>", 85),
        (b"<project><artifactId>a</artifactId></project>", 70),
        (b'<project name="ant"><target/></project>', 0),
        (b'<project xmlns="urn:other"><artifactId>a</artifactId></project>', 0),
        (b"<settings/>", 0),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("d", text).sample).score == score


def test_properties_that_describe_any_length_stay():
    doubling = {f"p{number}": f"${{p{number + 1}}}" * 2 for number in range(64)} | {"p64": "x"}
    properties = Properties(doubling)
    assert len(properties.resolve("${p0}")) <= MAX_VALUE
    assert properties.resolve("${p63}") == "xx"
    assert list(unresolved("${a}-${b.c}")) == ["a", "b.c"]
