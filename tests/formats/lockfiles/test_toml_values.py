import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.toml_values import MAX_PARTS, Toml, load
from clearinghouse.records import Problem


def of(text):
    return load(Document.from_bytes("d", text if isinstance(text, bytes) else text.encode()))


def test_values_and_lines():
    toml = of('# c\n[[package]]\nname = "a"\n\n[[package]]\nname = "b"\n[package.x]\ny = 1\n')
    assert isinstance(toml, Toml)
    assert [package["name"] for package in toml.values["package"]] == ["a", "b"]
    assert toml.lines_of("package", 2) == [2, 5]


def test_lines_are_not_guessed():
    toml = of('[[package]]\nname = """\n[[package]]\n"""\n')
    assert toml.lines_of("package", 1) == [None]


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("a = 1\na = 2\n", "cannot overwrite a value", 2),
        ("[a.b]\n[a.b]\n", "cannot declare a.b twice", 2),
        ("x = [1,\n", "", None),
        ("x", "expected '=' after a key", None),
        ("\n\nx = 1 2\n", "expected newline", 3),
        ("x = " + "[" * 100_000, "nested too deeply", None),
        ("x = " + "9" * 5_000, "a number in it is too long", None),
        ("\n" + ".".join("a" * (MAX_PARTS + 1)) + " = 1", "a key of more than", 2),
        ("[" + ".".join("a" * (MAX_PARTS + 1)) + "]", "a key of more than", 1),
        ("x = {y = 1, " + " . ".join(['"a"'] * (MAX_PARTS + 1)) + " = 1}", "a key of more than", 1),
        ("\ufffe = 1", "", 1),
    ],
)
def test_what_is_wrong(text, says, line):
    problem = of(text)
    assert isinstance(problem, Problem)
    assert problem.code == "malformed_toml"
    assert says in problem.message
    assert line is None or problem.line == line


def test_bytes_that_are_no_utf8_are_repaired():
    assert isinstance(of(b'a = "\xe9"\n'), Toml)
