import json

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.package_lock import FORMAT, MAX_NESTING
from clearinghouse.records import Level


def lock(packages=None, **keys):
    packages = {} if packages is None else {"packages": packages}
    return json.dumps({"lockfileVersion": 3, **keys, **packages}).encode()


def test_an_empty_project(read):
    found = read(lock({"": {"name": "shop", "version": "1.0.0"}}))
    assert (found.inventory.subject, found.items, found.problems) == ("shop@1.0.0", [], [])
    assert read(b'{"name": "shop", "lockfileVersion": 1}').inventory.subject == "shop"
    assert read(b'{"lockfileVersion": 3, "packages": {}}').inventory.subject == ""


@pytest.mark.parametrize(
    ("entry", "scope"),
    [
        ({}, ""),
        ({"dev": True}, "development"),
        ({"optional": True}, "optional"),
        ({"devOptional": True}, "optional"),
        ({"dev": True, "optional": True}, "development"),
        ({"peer": True}, ""),
        ({"inBundle": True}, ""),
    ],
)
def test_scope(read, entry, scope):
    item = read(lock({"node_modules/a": {"version": "1.0.0", **entry}})).items[0]
    assert item.scope == scope


def test_a_package_in_two_places_is_needed_where_one_of_them_is(read):
    places = {
        "node_modules/a/node_modules/b": {"version": "1.0.0", "dev": True},
        "node_modules/b": {"version": "1.0.0"},
    }
    (item,) = read(lock(places)).items
    assert (item.scope, item.pointer) == ("", "/packages/node_modules~1a~1node_modules~1b")


def test_what_has_no_version(read):
    (item,) = read(lock({"node_modules/a": {"optional": True}})).items
    assert (item.written, item.component.version, item.component.repository) == ("a", None, None)


def test_resolved_may_say_nothing(read):
    found = read(lock({"node_modules/a": {"version": "1.0.0", "resolved": False}}))
    assert found.versions == {"a": "1.0.0"}
    assert not found.problems


def test_a_bad_entry_is_told_and_costs_no_other(read):
    found = read(lock({"node_modules/a": {"version": 7, "dev": "x"}, "node_modules/b": {"version": "1.0.0"}}))
    assert found.versions == {"b": "1.0.0"}
    assert [(p.pointer, p.level) for p in found.problems] == [
        ("/packages/node_modules~1a/version", Level.ERROR),
        ("/packages/node_modules~1a/dev", Level.ERROR),
    ]


def test_below_a_bad_entry_of_version_1(read):
    entry = {"version": 7, "dependencies": {"b": {"version": "1.0.0"}}}
    found = read(lock(lockfileVersion=1, dependencies={"a": entry, "c": {"dependencies": 7}}))
    assert found.versions == {"c": None, "b": "1.0.0"}
    assert [problem.pointer for problem in found.problems] == [
        "/dependencies/a/version",
        "/dependencies/c/dependencies",
    ]


def test_packages_in_packages_are_followed_to_a_depth(read):
    tree = {}
    for number in reversed(range(MAX_NESTING + 3)):
        tree = {f"a{number}": {"version": "1.0.0", "dependencies": tree}}
    found = read(lock(lockfileVersion=1, dependencies=tree))
    assert len(found.items) == MAX_NESTING
    assert found.codes == ["nested_too_deep"]


def test_order_is_that_of_the_document_level_by_level(read):
    tree = {"a": {"version": "1", "dependencies": {"b": {"version": "1"}}}, "c": {"version": "1"}}
    assert list(read(lock(lockfileVersion=1, dependencies=tree)).versions) == ["a", "c", "b"]


@pytest.mark.parametrize("data", [b"[]", b"7", b"{", b"", b'{"lockfileVersion": 3, "packages": 7}'])
def test_what_is_no_lockfile_is_a_problem(read, data):
    found = read(data, "package_lock")
    assert not found.items
    assert found.problems


@pytest.mark.parametrize(
    ("data", "score"),
    [
        (b'{"lockfileVersion": 2, "requires": true, "packages": {}, "dependencies": {}}', 95),
        (b'{"name": "x", "version": "1", "dependencies": {"a": {"version": "1"}}}', 0),
        (b'{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', 0),
        (b"lockfileVersion: 9", 0),
    ],
)
def test_detection(data, score):
    assert FORMAT.detect(Document.from_bytes("d", data).sample).score == score


def test_a_large_lockfile_is_known_by_its_head(read):
    entries = {f"node_modules/a{number}": {"version": "1.0.0", "license": "MIT"} for number in range(3000)}
    assert len(read(lock(entries)).items) == 3000
