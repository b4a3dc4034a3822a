"""poetry.lock, uv.lock, pylock.toml and Pipfile.lock."""

import pytest

POETRY = '[[package]]\nname = "a"\nversion = "1.0"\npython-versions = "*"\n'
UV = 'version = 1\nrequires-python = ">=3.11"\n\n'


@pytest.mark.parametrize(
    ("rest", "scope"),
    [
        ("optional = false", ""),
        ("optional = true", "optional"),
        ('category = "dev"\noptional = false', "development"),
        ('category = "main"\noptional = true', "optional"),
        ('groups = ["main", "dev"]\noptional = true', "optional"),
        ('groups = ["docs", "dev"]\noptional = false', "development"),
        ("groups = []\noptional = false", ""),
    ],
)
def test_scope_in_poetry(read, rest, scope):
    assert read(f"{POETRY}{rest}\n".encode()).items[0].scope == scope


def test_a_project_that_needs_nothing_in_poetry(read):
    found = read(b'package = []\n\n[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "aa"\n')
    assert (found.format, found.items, found.problems) == ("poetry_lock", [], [])


def test_bad_tables_are_told_in_their_lines(read):
    found = read(f'{POETRY}\n[[package]]\nversion = 2\n\n[[package]]\nname = "b"\nversion = "1"\n'.encode())
    assert found.versions == {"a": "1.0", "b": "1"}
    assert [(problem.code, problem.line) for problem in found.problems] == [("missing_field", 6), ("wrong_type", 6)]
    assert found.problems[0].message == "A text was expected; it is missing (key name)."


def test_packages_that_are_no_tables(read):
    assert read(b"package = 7\n", "poetry_lock").codes == ["wrong_type"]
    assert read(b"package = [7]\n", "cargo_lock").codes == ["wrong_type"]


def test_broken_toml_is_one_problem(read):
    found = read(f"{POETRY}[[package]]\nname = \n".encode())
    assert (found.codes, found.inventory) == (["malformed_toml"], None)


def packages(*entries):
    return (UV + "".join(f"[[package]]\n{entry}\n\n" for entry in entries)).encode()


def of_uv(name, version="1", dependencies="", source='{ registry = "https://pypi.org/simple" }'):
    return f'name = "{name}"\nversion = "{version}"\nsource = {source}\ndependencies = [{dependencies}]'


def test_extras_that_are_asked_for_are_followed_in_uv(read):
    found = read(
        packages(
            of_uv("app", dependencies='{ name = "a", extra = ["x"] }', source='{ editable = "." }'),
            of_uv("a") + '\n[package.optional-dependencies]\nx = [{ name = "b" }]\ny = [{ name = "c" }]',
            of_uv("b"),
            of_uv("c"),
        )
    )
    assert [(item.component.name, item.scope) for item in found.items] == [("a", ""), ("b", ""), ("c", "")]
    assert found.inventory.subject == "app@1"


def test_what_only_groups_lead_to_is_development_in_uv(read):
    root = of_uv("app", dependencies='{ name = "a" }', source='{ virtual = "." }')
    root += '\n[package.dev-dependencies]\ndev = [{ name = "t" }]'
    root += '\n[package.optional-dependencies]\nx = [{ name = "o" }]'
    checker = of_uv("t", dependencies='{ name = "a" }, { name = "u" }')
    found = read(packages(root, of_uv("a"), checker, of_uv("u"), of_uv("o")))
    scopes = {item.component.name: item.scope for item in found.items}
    assert scopes == {"a": "", "t": "development", "u": "development", "o": "optional"}


def test_without_a_project_everything_is_needed_in_uv(read):
    found = read(packages(of_uv("a", dependencies='{ name = "b" }'), of_uv("b")))
    assert [item.scope for item in found.items] == ["", ""]
    assert found.inventory.subject == ""


def test_a_dependency_without_a_version_means_all_of_its_name_in_uv(read):
    root = of_uv("app", dependencies='{ name = "a" }', source='{ virtual = "." }')
    root += '\n[package.dev-dependencies]\nd = [{ name = "b" }]'
    found = read(packages(root, of_uv("a", "1"), of_uv("a", "2"), of_uv("b")))
    assert [item.scope for item in found.items] == ["", "", "development"]


def test_local_archives_have_their_version_in_uv(read):
    found = read(
        packages(of_uv("a", source='{ path = "a-1-py3-none-any.whl" }'), of_uv("b", source='{ path = "../b" }'))
    )
    assert found.versions == {"a": "1", "b": None}


@pytest.mark.parametrize(
    ("rest", "version", "scope"),
    [
        ('version = "1.0"', "1.0", ""),
        ("", None, ""),
        ('version = "1.0"\nmarker = "sys_platform == \'win32\'"', "1.0", ""),
        ("marker = \"'dev' in dependency_groups and python_version > '3'\"", None, "development"),
        ('version = "1.0"\nvcs = {type = "git", path = "../a", commit-id = "aa"}', None, ""),
        ('archive = {path = "a-2.0.zip"}', "2.0", ""),
        ('version = "1.0"\narchive = {url = "https://f.example/a.zip"}', "1.0", ""),
    ],
)
def test_pylock(read, rest, version, scope):
    found = read(f"lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\n{rest}\n".encode())
    assert [(item.component.version, item.scope) for item in found.items] == [(version, scope)]


@pytest.mark.parametrize(
    ("entry", "written", "version"),
    [
        ('{"version": "==1.0"}', "a==1.0", "1.0"),
        ('{"version": "*"}', "a", None),
        ("{}", "a", None),
        ('{"git": "https://g.example/a.git"}', "a @ https://g.example/a.git", None),
        ('{"file": "https://f.example/a-1.0.tar.gz"}', "a==1.0", "1.0"),
        ('{"path": ".", "editable": true}', "a @ .", None),
    ],
)
def test_pipfile(read, entry, written, version):
    found = read(f'{{"_meta": {{"pipfile-spec": 6}}, "default": {{"a": {entry}}}, "develop": {{}}}}'.encode())
    assert [(item.written, item.component.version) for item in found.items] == [(written, version)]


def test_a_category_of_another_kind_is_told(read):
    found = read(b'{"_meta": {"pipfile-spec": 6}, "default": [], "develop": {"a": {"version": "==1"}}}')
    assert found.versions == {"a": "1"}
    assert [problem.pointer for problem in found.problems] == ["/default"]
