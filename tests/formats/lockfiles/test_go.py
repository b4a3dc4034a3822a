"""go.mod and go.sum."""

import pytest

from clearinghouse.records import Level

HEAD = "module example.com/shop\n\n"


@pytest.mark.parametrize(
    ("lines", "version", "written"),
    [
        ("go 1.21.0", "1.21.0", "go 1.21.0"),
        ("go 1.22rc1", "1.22rc1", "go 1.22rc1"),
        ("go 1.21", None, ""),
        ("go 1.21\ntoolchain go1.22.3", "1.22.3", "toolchain go1.22.3"),
        ("go 1.21.0\ntoolchain go1.22.3", "1.22.3", "toolchain go1.22.3"),
        ("toolchain go1.22.3-custom", "1.22.3", "toolchain go1.22.3-custom"),
        ("go 1.21.0\ntoolchain default", "1.21.0", "go 1.21.0"),
    ],
)
def test_the_standard_library_is_an_item_where_its_release_is_said(read, lines, version, written):
    found = read(f"{HEAD}{lines}\n".encode(), "go_mod")
    assert [(i.component.name, i.component.version, i.written) for i in found.items] == (
        [("stdlib", version, written)] if version else []
    )


@pytest.mark.parametrize(
    ("replace", "name", "version", "repository"),
    [
        ("replace a.example/a => b.example/b v2.0.0", "b.example/b", "v2.0.0", None),
        ("replace a.example/a v1.0.0 => a.example/a v1.0.1", "a.example/a", "v1.0.1", None),
        ("replace a.example/a v0.9.0 => b.example/b v2.0.0", "a.example/a", "v1.0.0", None),
        ("replace a.example/a => ./fork", "a.example/a", None, "./fork"),
        ('replace "a.example/a" => `../fork`', "a.example/a", None, "../fork"),
        ("exclude a.example/a v1.0.0", "a.example/a", "v1.0.0", None),
    ],
)
def test_replacements(read, replace, name, version, repository):
    found = read(f"{HEAD}go 1.20\nrequire a.example/a v1.0.0\n{replace}\n".encode())
    assert [(i.component.name, i.component.version, i.component.repository) for i in found.items] == [
        (name, version, repository)
    ]
    assert not found.problems


OLD, NEW = ["incomplete"], []


@pytest.mark.parametrize(("go", "codes"), [("go 1.16\n", OLD), ("", OLD), ("go 1.17\n", NEW), ("go 1.21.3\n", NEW)])
def test_an_older_file_is_known_to_be_incomplete(read, go, codes):
    found = read(f"{HEAD}{go}require a.example/a v1.0.0\n".encode())
    assert found.codes == codes
    assert all(problem.level is Level.NOTICE for problem in found.problems)


def test_bad_lines_are_told(read):
    bad = ("require a.example/a", "require b.example/b latest", "replace c.example/c", "nonsense here")
    text = "\n".join((f"{HEAD}go 1.20", *bad, "require (", "\td.example/d v1.0.0", ""))
    found = read(text.encode())
    assert found.versions == {"d.example/d": "v1.0.0"}
    assert [(problem.code, problem.line) for problem in found.problems] == [("bad_line", line) for line in (4, 5, 6, 7)]


def test_a_module_alone(read):
    assert read(b"module example.com/shop\n").inventory.subject == "example.com/shop"
    assert read(b'// c\nmodule "example.com/shop" // d\n\ngo 1.20\n').inventory.subject == "example.com/shop"


def test_sums_of_go_mod_alone_are_no_items(read):
    sum_ = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    text = f"a.example/a v1.0.0/go.mod {sum_}\na.example/a v1.1.0 {sum_}\na.example/a v1.1.0/go.mod {sum_}\n"
    found = read(text.encode())
    assert found.rows == [("a.example/a v1.1.0", "a.example/a", "v1.1.0", "", None)]


def test_bad_lines_of_sums_are_told(read):
    sum_ = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    text = f"a.example/a v1.0.0 {sum_}\n" * 20 + "<<<<<<< HEAD\n\n"
    found = read(text.encode())
    assert [(problem.code, problem.line) for problem in found.problems] == [("bad_line", 21)]
