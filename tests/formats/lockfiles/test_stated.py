"""Versions that lockfiles state, and files that are cut off."""

import json

import pytest

NPM = {"name": "shop", "packages": {"node_modules/a": {"version": "1.0.0"}}}
PNPM = """\
lockfileVersion: {version}

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(b@2.0.0)
      called:
        specifier: npm:b@^2.0.0
        version: b@2.0.0
      near:
        specifier: workspace:*
        version: link:../near
    devDependencies:
      '@s/c':
        specifier: ^3.0.0
        version: 3.0.0

packages:

  a@1.0.0:
    resolution: {{integrity: sha512-AA==}}

  b@2.0.0:
    resolution: {{integrity: sha512-AA==}}

  '@s/c@3.0.0':
    resolution: {{integrity: sha512-AA==}}

snapshots:

  a@1.0.0(b@2.0.0):
    dependencies:
      b: 2.0.0

  b@2.0.0: {{}}

  '@s/c@3.0.0': {{}}
"""
CARGO = 'version = {}\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://r.example"\n'
UV = 'version = {}\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\nversion = "1.0.0"\n'
UV += 'source = {{ registry = "https://pypi.org/simple" }}\n'
POETRY = (
    '[[package]]\nname = "a"\nversion = "1.0.0"\npython-versions = ">=3.8"\n\n[metadata]\nlock-version = "{}"\n'
    'content-hash = "00"\n'
)


def npm(version: object) -> bytes:
    return json.dumps({"lockfileVersion": version, **NPM}).encode()


def pnpm(version: str) -> bytes:
    return PNPM.format(version=version).encode()


def swift(version: object) -> bytes:
    pin = {"identity": "a", "kind": "remoteSourceControl", "location": "https://g.example/a", "state": {"version": "1"}}
    return json.dumps({"pins": [pin], "version": version}).encode()


def nuget(version: object) -> bytes:
    package = {"type": "Direct", "resolved": "1.0.0", "contentHash": "AA=="}
    return json.dumps({"version": version, "dependencies": {"net8.0": {"a": package}}}).encode()


@pytest.mark.parametrize("content", [
    npm(1), npm(2), npm(3), npm("3"),
    pnpm("'9.0'"), pnpm("9.0"), pnpm("9"), pnpm("'6.0'"), pnpm("5.4"), pnpm("5.3-inlineSpecifiers"),
    CARGO.format(1).encode(), CARGO.format(4).encode(), CARGO.partition("\n")[2].encode(),
    UV.format(1).encode(), POETRY.format("1.1").encode(), POETRY.format("2.1").encode(),
    swift(1), swift(3), nuget(1), nuget(2),
])  # fmt: skip
def test_versions_that_are_read(read, content):
    found = read(content)
    assert "a" in str(found.rows)
    assert found.problems == []


@pytest.mark.parametrize(("content", "said", "place"), [
    (npm(4), 'version "4", and what is read is version 1, 2 or 3', "/lockfileVersion"),
    (npm(9), 'version "9"', "/lockfileVersion"),
    (npm({"a": 1}), "lockfile version", "/lockfileVersion"),
    (pnpm("'10.0'"), 'version "10.0", and what is read is version 5.0 to 9.0', 1),
    (pnpm("'4.0'"), 'version "4.0"', 1),
    (CARGO.format(5).encode(), "version 1 to 4", None),
    (UV.format(2).encode(), "what is read is version 1.", None),
    (POETRY.format("3.0").encode(), "version 1.0 to 2.1", None),
    (swift(4), "version 1, 2 or 3", "/version"),
    (nuget(3), "version 1 or 2", "/version"),
])  # fmt: skip
def test_another_version_is_a_problem_and_what_is_understood_is_kept(read, content, said, place):
    found = read(content)
    assert found.codes == ["unknown_version"]
    (problem,) = found.problems
    assert said in problem.message
    assert "packages may be missing" in problem.message
    assert (problem.pointer or problem.line) == place
    assert "a" in str(found.rows)


def test_another_layout_is_no_empty_list_without_a_word(read):
    found = read(json.dumps({"name": "shop", "lockfileVersion": 9, "modules": {"a": {"version": "1.0.0"}}}).encode())
    assert (found.items, found.codes) == ([], ["unknown_version"])


def test_all_packages_of_the_newest_lockfile_of_pnpm_are_read_with_their_scopes(read):
    found = read(pnpm("'9.0'"))
    assert found.versions == {"a": "1.0.0", "b": "2.0.0", "@s/c": "3.0.0"}
    assert [item.scope for item in found.items] == ["", "", "development"]


@pytest.mark.parametrize(("end", "missing"), [("  b@2.0.0:", 2), ("\npackages:", 3)])
def test_a_lockfile_of_pnpm_that_is_cut_off_is_told(read, end, missing):
    found = read(pnpm("'9.0'").partition(end.encode())[0])
    assert found.codes == ["missing_packages"]
    assert found.problems[0].message.startswith(f"{missing} packages that are asked for are not listed, such as ")
