"""Orderings that others wrote by hand: every line holds, or it is said here why it can not."""

import json
from pathlib import Path

import pytest

from clearinghouse.packages.versions import compare, order_of

_SIGNS = {"<": -1, "=": 0, ">": 1}

FILES = {
    "alpine": ("Alpine:v3.20", {}),
    "cran": ("CRAN", {}),
    "debian": ("Debian:12", {}),
    "hackage": ("Hackage", {}),
    "maven": (
        "Maven",
        {
            # ComparableVersion of Maven 3.8.7 and 3.9.6 parse these as [1, [1]] and [1, [[1]]], which is less
            # (test_oracles.py asks Maven).
            "1-1 = 1-ga-1",
        },
    ),
    "nuget": ("NuGet", {}),
    "packagist": (
        "Packagist",
        {
            # So says PHP's version_compare of the bare texts. Composer makes 1.0.0.0 of both first, and calls them
            # equal (test_oracles.py asks Composer).
            "1.0.0 > 1.0",
            # No order can be true to this: "#" equals every number, but 1.2.3.1 and 1.2.3.2 are not equal. That
            # "1.2.3.# = 1.2.3" holds.
            "1.2.3.# = 1.2.3.1",
        },
    ),
    "pub": ("Pub", {}),
    "pypi": ("PyPI", {}),
    "redhat": ("Red Hat:enterprise_linux:9::baseos", {}),
    "rubygems": ("RubyGems", {}),
    "semver": ("npm", {}),
}

VERS_DIFFERENCES = {
    # A list is below a number, but Maven parses 2.0.a as [2, [a]]: a word at the end begins a list, and zeros before a
    # list go. [1] is above [a], so 2-1 is above 2.0.a, in Maven 3.8.7, 3.9.6 and 4 (test_oracles.py asks Maven).
    ("2-1", "2.0.a"),
    ("2-1", "2.0.0.a"),
}


def lines_of(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "//"))]


@pytest.mark.data
@pytest.mark.parametrize("name", FILES)
def test_hand_written_orderings(data: Path, name: str) -> None:
    ecosystem, explained = FILES[name]
    lines = lines_of(data / "version-compare" / f"{name}-versions.txt")
    assert len(lines) > 10
    different = set()
    for line in lines:
        a, sign, b = line.split(" ")
        if compare(ecosystem, a, b) != _SIGNS[sign]:
            different.add(line)
    assert different == set(explained)


@pytest.mark.data
def test_plain_semver_holds_for_every_ecosystem_that_follows_it(data: Path) -> None:
    for ecosystem in ("semver", "npm", "Go", "crates.io", "Hex", "SwiftURL"):
        for line in lines_of(data / "version-compare/semver-versions.txt"):
            a, sign, b = line.split(" ")
            assert compare(ecosystem, a, b) == _SIGNS[sign], (ecosystem, line)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "scheme"),
    [("alpine", "apk"), ("gem", "gem"), ("maven", "maven"), ("npm", "npm"), ("nuget", "nuget"), ("pypi", "pypi")],
)
def test_vers_comparisons(data: Path, name: str, scheme: str) -> None:
    path = data / f"purl-vers/vers/tests/{name}_version_cmp_test.json"
    if not path.is_file():
        pytest.skip(f"the VERS suite has no comparisons for {scheme}")
    order = order_of(scheme)
    assert order is not None
    tests = json.loads(path.read_text())["tests"]
    assert len(tests) > 10
    different = set()
    for test in tests:
        assert test["input"]["input_scheme"] == scheme
        versions, expected = test["input"]["versions"], test["expected_output"]
        if test["test_type"] == "equality":
            agreed = (order.compare(*versions) == 0) is expected
        else:
            agreed = [order.key(text) for text in expected] == sorted(map(order.key, versions))
        if not agreed:
            different.add(tuple(versions))
    assert different == (VERS_DIFFERENCES if scheme == "maven" else set())


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "ecosystem", "without"), [("bitnami", "Bitnami", {"nightly.2026-03-10.0"}), ("go", "Go", set())]
)
def test_versions_of_real_advisories_have_a_place(data: Path, folder: str, ecosystem: str, without: set[str]) -> None:
    order = order_of(ecosystem)
    assert order is not None
    found = {
        version
        for path in (data / "advisories" / folder).rglob("*.json")
        for affected in json.loads(path.read_bytes()).get("affected", ())
        for item in affected.get("ranges", ())
        for event in item["events"]
        for version in event.values()
    }
    assert len(found) > 1000
    assert {version for version in found if not order.is_valid(version)} == without
