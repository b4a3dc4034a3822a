import pytest

from clearinghouse.formats.lockfiles.pnpm_scopes import Scopes


def lock(key, rest="resolution: {integrity: sha512-AA==}", version="9.0"):
    return f"lockfileVersion: '{version}'\n\npackages:\n\n  {key}:\n    {rest}\n".encode()


@pytest.mark.parametrize(
    ("key", "name", "version"),
    [
        ("/a/1.0.0", "a", "1.0.0"),
        ("/@s/a/1.0.0", "@s/a", "1.0.0"),
        ("/a/1.0.0_b@2.0.0", "a", "1.0.0"),
        ("/a/1.0.0_b@2.0.0+c@3.0.0", "a", "1.0.0"),
        ("/a/1.0.0/b@2.0.0", "a", "1.0.0"),
        ("/a/1.0.0-rc.1+build_x", "a", "1.0.0-rc.1+build"),
        ("registry.example/@s/a/1.0.0", "@s/a", "1.0.0"),
        ("/a@1.0.0", "a", "1.0.0"),
        ("/@s/a@1.0.0(b@2.0.0)(@t/c@3.0.0(d@4.0.0))", "@s/a", "1.0.0"),
        ("a@1.0.0", "a", "1.0.0"),
        ("'@s/a@1.0.0'", "@s/a", "1.0.0"),
        ("a@1.0.0-rc.1", "a", "1.0.0-rc.1"),
    ],
)
def test_keys(read, key, name, version):
    found = read(lock(key))
    assert found.versions == {name: version}
    assert not found.problems


@pytest.mark.parametrize("key", ["/a/b", "a", "file:../a", "github.com/demo/a"])
def test_keys_that_say_nothing(read, key):
    found = read(lock(key))
    assert not found.items
    assert [(problem.code, problem.line) for problem in found.problems] == [("wrong_type", 5)]


@pytest.mark.parametrize(
    ("key", "rest", "name", "ecosystem", "version", "repository"),
    [
        ("a@https://f.example/a.tgz", "version: 1.0.0", "a", "npm", "1.0.0", None),
        ("'@s/a@file:../a'", "resolution: {directory: ../a, type: directory}", "@s/a", "npm", None, "../a"),
        (
            "a@git+https://g.example/a.git#aa",
            "resolution: {commit: aa, repo: https://g.example/a.git, type: git}",
            *("a", "npm", None, "https://g.example/a.git#aa"),
        ),
        (
            "g.example/demo/a/aa",
            "resolution: {commit: aa, repo: https://g.example/demo/a.git, type: git}",
            *("g.example/demo/a/aa", "", None, "https://g.example/demo/a.git#aa"),
        ),
        (
            "file:../a.tgz",
            "resolution: {integrity: sha512-AA==, tarball: file:../a.tgz}",
            *("file:../a.tgz", "", None, "file:../a.tgz"),
        ),
    ],
)
def test_sources(read, key, rest, name, ecosystem, version, repository):
    (item,) = read(lock(key, rest)).items
    component = item.component
    assert (component.name, component.ecosystem, component.version) == (name, ecosystem, version)
    assert component.repository == repository


def test_a_workspace_that_is_injected_is_a_part_of_the_project(read):
    importers = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  packages/a: {}\n"
    text = f"{importers}packages:\n  a@file:packages/a:\n    resolution: {{directory: packages/a, type: directory}}\n"
    found = read(text.encode())
    assert (found.items, found.problems) == ([], [])


FLAGS = [("dev: true", "development"), ("optional: true", "optional"), ("dev: false", ""), ("hasBin: true", "")]


@pytest.mark.parametrize(("rest", "scope"), FLAGS)
def test_flags(read, rest, scope):
    assert read(lock("/a@1.0.0", rest, "6.0")).items[0].scope == scope


def test_a_bad_entry_is_told_and_costs_no_other(read):
    found = read(b"lockfileVersion: '9.0'\npackages:\n  a@1.0.0: x\n  b@1.0.0:\n    resolution: [x]\n  c@1.0.0: {}\n")
    assert found.versions == {"c": "1.0.0"}
    assert [problem.line for problem in found.problems] == [3, 4]


@pytest.mark.parametrize("text", ["lockfileVersion: 9\npackages: x\n", "lockfileVersion: 9\npackages: [a]\n"])
def test_packages_that_are_none(read, text):
    assert read(text.encode()).codes == ["wrong_type"]


def test_no_packages(read):
    found = read(b"lockfileVersion: 5.4\n\nspecifiers: {}\n")
    assert (found.items, found.problems) == ([], [])
    assert found.inventory


def scopes(importers, snapshots):
    return Scopes({"importers": importers, "snapshots": snapshots})


def test_what_tests_and_the_program_need_the_program_needs():
    found = scopes(
        {".": {"dependencies": {"a": {"version": "1"}}, "devDependencies": {"b": {"version": "1"}}}},
        {"a@1": {"dependencies": {"c": "1"}}, "b@1": {"dependencies": {"c": "1", "d": "1"}}, "c@1": {}, "d@1": {}},
    )
    assert [found.of(key) for key in ("a@1", "b@1", "c@1", "d@1")] == ["", "development", "", "development"]


def test_what_is_needed_by_chance_is_optional():
    found = scopes(
        {".": {"dependencies": {"a": {"version": "1"}}, "devDependencies": {"o": {"version": "1"}}}},
        {"a@1": {"optionalDependencies": {"o": "1"}}, "o@1": {"dependencies": {"p": "1"}}, "p@1": None},
    )
    assert [found.of(key) for key in ("a@1", "o@1", "p@1")] == ["", "optional", "optional"]


def test_circles_aliases_and_peers_are_followed():
    found = scopes(
        {".": {"devDependencies": {"pad": {"version": "left-pad@1"}}, "dependencies": {"a": {"version": "1(p@2)"}}}},
        {"a@1(p@2)": {"dependencies": {"b": "1"}}, "b@1": {"dependencies": {"a": "1(p@2)"}}, "left-pad@1": {}},
    )
    assert [found.of(key) for key in ("a@1", "b@1", "left-pad@1", "stray@1")] == ["", "", "development", ""]


def test_values_of_other_kinds_lead_nowhere():
    found = scopes({".": {"dependencies": ["a"]}, "b": "x"}, {"a@1": [], "b@1": {"dependencies": {"c": ["1"]}}})
    assert found.of("a@1") == ""
