import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.requirement import Kind, parse
from clearinghouse.formats.lockfiles.requirements import FORMAT
from clearinghouse.records import Level


@pytest.mark.parametrize(
    ("text", "name", "version", "written"),
    [
        ("requests==2.19.0", "requests", "2.19.0", "requests==2.19.0"),
        ("  requests == 2.19.0  # why", "requests", "2.19.0", "requests == 2.19.0"),
        (
            "requests[socks,security]==2.19.0;python_version<'3'",
            "requests",
            "2.19.0",
            "requests[socks,security]==2.19.0",
        ),
        ("zope.interface==5.0", "zope.interface", "5.0", "zope.interface==5.0"),
        ("a==1!2.0.post1+local.1", "a", "1!2.0.post1+local.1", "a==1!2.0.post1+local.1"),
        ("a (==1.0)", "a", "1.0", "a (==1.0)"),
        ("a==1.0,!=1.1", "a", "1.0", "a==1.0,!=1.1"),
        ("a===2004d", "a", "2004d", "a===2004d"),
        ("a==1.*", "a", None, "a==1.*"),
        ("a==1.0,==1.1", "a", None, "a==1.0,==1.1"),
        ("a~=1.0", "a", None, "a~=1.0"),
        ("a>=1,<2", "a", None, "a>=1,<2"),
        ("a", "a", None, "a"),
        ("a==1.0 --hash=sha256:aa --hash=sha256:bb", "a", "1.0", "a==1.0"),
        ("a==1.0 -C option=x", "a", "1.0", "a==1.0"),
        ("a @ https://f.example/a-1.0-py3-none-any.whl", "a", "1.0", "a @ https://f.example/a-1.0-py3-none-any.whl"),
        ("a@https://f.example/a.zip ; python_version > '3'", "a", None, "a@https://f.example/a.zip"),
        ("-e git+https://g.example/a@aa#x=y&egg=a", "a", None, "git+https://g.example/a@aa#x=y&egg=a"),
        ("--editable=./folder", "", None, "./folder"),
        ("-e folder", "", None, "./folder"),
        ("https://f.example/a-1.0.tar.gz#egg=a", "a", "1.0", "https://f.example/a-1.0.tar.gz#egg=a"),
    ],
)
def test_requirements(text, name, version, written):
    line = parse(text)
    assert (line.kind, line.name, line.version, line.written) == (Kind.REQUIREMENT, name, version, written)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.NOTHING),
        ("# comment", Kind.NOTHING),
        ("--index-url https://i.example", Kind.OPTION),
        ("-i https://i.example", Kind.OPTION),
        ("--no-binary=:all:", Kind.OPTION),
        ("-r base.txt", Kind.INCLUDE),
        ("--requirement=base.txt", Kind.INCLUDE),
        ("-c limits.txt", Kind.INCLUDE),
        (".", Kind.PROJECT),
        ("-e .[dev]", Kind.PROJECT),
        ("--unknown", Kind.BAD),
        ("two words", Kind.BAD),
        ("a=1.0", Kind.BAD),
        ("a==", Kind.BAD),
        ("==1.0", Kind.BAD),
        ("a==b", Kind.BAD),
        ("{{ name }}==1.0", Kind.BAD),
        ("<<<<<<< HEAD", Kind.BAD),
        ("a" * 5000 + "!", Kind.BAD),
    ],
)
def test_other_lines(text, kind):
    assert parse(text).kind is kind


@given(st.text(alphabet="a1.-_=<>![](),;@#:/ '\"\\$+\t", max_size=60))
def test_any_line_is_something(text):
    line = parse(text)
    assert (line.kind is Kind.REQUIREMENT) == bool(line.name or line.address)
    assert line.name == line.name.strip()
    assert line.version is None or line.version in text


def test_continuations_and_comments(read):
    text = "a==1.0 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\n# b==1.0 \\\nc==1.0\nd \\\n==1.0\ne==1.0 \\"
    found = read(text.encode())
    assert [item.written for item in found.items] == ["a==1.0", "c==1.0", "d ==1.0", "e==1.0"]
    assert [item.line for item in found.items] == [1, 5, 6, 8]
    assert not found.problems


def test_a_line_that_goes_on_for_ever_is_cut():
    document = Document.from_bytes("d", b"a==1.0 \\\n" * 300_000)
    records = list(FORMAT.read(document))
    assert len(records) < 40


def test_includes_are_notices(read):
    found = read(b"-r base.txt\na==1.0\n-c limits.txt\n")
    assert found.versions == {"a": "1.0"}
    assert [(problem.line, problem.level) for problem in found.problems] == [(1, Level.NOTICE), (3, Level.NOTICE)]


def test_bad_lines_are_told_among_good_ones(read):
    found = read(b"a==1.0\nb==1.0\nnot a requirement\nc==1.0\nd==1.0\n")
    assert list(found.versions) == ["a", "b", "c", "d"]
    assert [(problem.code, problem.line, problem.message) for problem in found.problems] == [
        ("bad_line", 3, 'The line is no requirement: "not a requirement".')
    ]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (b"a==1.0\n", 85),
        (b"a\nb\nc>=1\n", 85),
        (b"-r requirements/base.txt\n", 85),
        (b"--index-url https://i.example\na\n", 85),
        (b"git+https://g.example/a.git\n", 85),
        (b"a==1.0\nb==1.0\nc d\ne==1.0\nf==1.0\n", 60),
        (b"a==1.0\nb c\n", 0),
        (b"a\nb\nc\n", 20),
        (b"a\n", 0),
        (b"# only a comment\n", 0),
        (b"https://f.example/a.zip\n", 0),
        (b"1.0 < 1.1\n1.0rc1 < 1.0\n", 0),
        (b"x = 1\ny = 2\n", 0),
        (b"a: 1.0\n", 0),
        (b"name,version\na,1.0\n", 0),
        (b"left-pad@1.0.0\n", 0),
        ("a==1.0\n".encode("utf-16"), 85),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("d", text).sample).score == score
