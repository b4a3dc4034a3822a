"""What a caller names, as documents: each once, each with a name of its own, and nothing passed over in silence."""

import gzip
import io
import os
import socket
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread

import pytest

from clearinghouse.formats.document import Document, Limits
from clearinghouse.formats.inputs import MissingPathError, inputs, path_of
from clearinghouse.formats.spool import NoInputError
from clearinghouse.records import Level, Problem


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def seen(*paths: str | Path) -> list[tuple[str, str, bool]]:
    """(source, content or code of the problem, found) of each input."""
    return [
        (item.source, item.code if isinstance(item, Problem) else item.read().decode(), found)
        for item, found in inputs(map(Path, paths))
    ]


def notices(*paths: str | Path) -> list[Problem]:
    items = [item for item, _ in inputs(map(Path, paths)) if isinstance(item, Problem)]
    assert all(item.level is Level.NOTICE for item in items)
    return items


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


# Standard input and pipes


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"text", [("-", "text", False)]),
        (b"", [("-", "", False)]),
        (gzip.compress(b"text", mtime=0), [("-", "text", False)]),
        (zipped([("a", b"1"), ("b", b"2")]), [("-!a", "1", True), ("-!b", "2", True)]),
    ],
)
@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input(monkeypatch, content, found, name):
    given(monkeypatch, content)
    found = [(source.replace("-", name, 1), held, inside) for source, held, inside in found]
    assert seen(name) == found
    assert seen(name) == found, "a second call finds what the first one read"


def test_standard_input_is_one_input_however_often_it_is_named(monkeypatch):
    given(monkeypatch, b"text")
    assert seen("-", "/dev/stdin", "-") == [("-", "text", False), ("/dev/stdin", "same_file", True)]


def test_a_terminal_is_refused_before_anything_is_read(monkeypatch, here):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    Path("a").write_bytes(b"1")
    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(NoInputError, match="terminal"):
        next(inputs([Path("a"), Path("-")]))


def test_a_file_of_the_name_of_standard_input(monkeypatch, here):
    given(monkeypatch, b"piped")
    Path("-").write_bytes(b"file")
    assert seen(path_of("./-")) == [(f"{here}/-", "file", False)]
    assert seen(".") == [("-", "file", True)]
    assert seen(path_of("-"), ".") == [("-", "piped", False), ("- (2)", "file", True)]


def test_standard_input_from_a_file_that_is_named_too(monkeypatch, here):
    Path("a").write_bytes(b"text")
    with Path("a").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert seen("-", "a") == [("-", "text", False), ("a", "same_file", True)]


def test_pipes_that_are_named_are_read_and_those_that_are_found_are_not(here):
    os.mkfifo("pipe")
    Path("folder").mkdir()
    os.mkfifo("folder/pipe")
    Path("folder/file").write_bytes(b"1")
    assert seen("folder") == [("folder/file", "1", True), ("folder", "passed_over", True)]
    writer = Thread(target=Path("pipe").write_bytes, args=(b"text",))
    writer.start()
    assert seen("pipe", here / "pipe") == [("pipe", "text", False), (f"{here}/pipe", "same_file", True)]
    writer.join()


def test_what_a_shell_gives_for_a_command(here):
    reading, writing = os.pipe()
    os.write(writing, b"text")
    os.close(writing)
    try:
        assert seen(f"/dev/fd/{reading}") == [(f"/dev/fd/{reading}", "text", False)]
    finally:
        os.close(reading)


def test_sockets_and_devices_are_refused(here):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert seen("socket", "/dev/null") == [("socket", "unreadable", False), ("/dev/null", "unreadable", False)]


def test_the_limit_of_a_pipe(monkeypatch):
    given(monkeypatch, b"x" * 2000)
    ((item, found),) = inputs([Path("-")], Limits(unpacked=1000))
    assert isinstance(item, Problem)
    assert (item.code, found) == ("unreadable", False)


# What an argument means


def test_an_empty_argument_is_not_the_current_folder():
    with pytest.raises(MissingPathError, match="empty"):
        path_of("")
    assert path_of(".") == Path()
    assert path_of("a//b/./c") == Path("a/b/c")


def test_a_path_that_is_like_standard_input_without_being_it(here):
    assert path_of("-") == Path("-")
    assert path_of("./-") == path_of(".//-") == here / "-"


# One name, one document


def test_no_two_documents_have_one_name(here):
    Path("x").write_bytes(zipped([("a", b"1"), ("b\x1b", b"2"), ("b\\x1b", b"3")]))
    Path("x!a").write_bytes(b"4")
    assert seen("x", "x!a") == [
        ("x!a", "1", True),
        ("x!b\\x1b", "2", True),
        ("x!b\\x1b (2)", "3", True),
        ("x!a (2)", "4", False),
    ]
    assert seen("x!a", "x")[:2] == [("x!a", "4", False), ("x!a (2)", "1", True)]


def test_names_that_look_alike_are_numbered(here):
    for name in ("a\x1b", "a\\x1b", "a\udcff", "a\\xff"):
        Path("f").mkdir(exist_ok=True)
        Path("f", name).write_bytes(name.encode("utf-8", "surrogateescape").hex().encode())
    found = seen("f")
    assert len({source for source, _, _ in found}) == 4
    assert found == seen("f")


# One file, one reading


def test_one_file_under_several_names_is_read_once(here):
    Path("d").mkdir()
    Path("a").write_bytes(b"1")
    Path("link").symlink_to("a")
    os.link("a", "hard")
    names = ["a", here / "a", "d/../a", "link", "hard"]
    assert seen("a", *names) == [("a", "1", False)] + [(str(name), "same_file", True) for name in names[1:]]
    assert notices("a", "link")[0].message == "This is the same file as a, which was read already."


def test_equal_files_are_two(here):
    Path("a").write_bytes(b"1")
    Path("b").write_bytes(b"1")
    assert len(seen("a", "b", ".")) == 2


def test_links_inside_a_folder(here):
    Path("d").mkdir()
    Path("d/z").write_bytes(b"1")
    Path("d/a").symlink_to("z")
    assert seen("d") == [("d/a", "1", True), ("d/z", "same_file", True)]


def test_many_files_under_other_names_are_counted(here):
    Path("d").mkdir()
    for number in range(50):
        Path("d", f"{number:02}").write_bytes(b"1")
    told = notices("d", here / "d")
    assert [item.code for item in told] == ["same_file"] * 21
    assert told[-1].source == f"{here}/d/20"
    assert told[-1].message == "This file and those after it, 30 in all, were read already under other names."


# What is passed over in folders


def test_what_is_passed_over_is_counted_by_kind(here):
    Path("d/in").mkdir(parents=True)
    for name in ("file", "in/file"):
        Path("d", name).write_bytes(b"1")
    Path("d/gone").symlink_to("nowhere")
    Path("d/round").symlink_to("round")
    Path("d/loop").symlink_to(".")
    os.mkfifo("d/in/pipe")
    Path("d/null").symlink_to("/dev/null")
    Path("d/.hidden").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("d/socket")
        told = notices("d")
    assert [(item.source, item.code, item.message) for item in told] == [
        ("d", "hidden", "1 hidden file or folder was passed over."),
        (
            "d",
            "passed_over",
            "2 broken links, 1 link to a folder, 1 pipe, 1 socket and 1 device were passed over.",
        ),
    ]


def test_one_thing_that_is_passed_over(here):
    Path("d").mkdir()
    Path("d/file").write_bytes(b"1")
    Path("d/gone").symlink_to("nowhere")
    assert [item.message for item in notices("d")] == ["1 broken link was passed over."]


def test_a_folder_in_which_there_is_nothing_else(here):
    """That nothing was read is what there is to say; the caller says it."""
    Path("d").mkdir()
    Path("d/gone").symlink_to("nowhere")
    assert seen("d") == []


def test_each_folder_that_was_named_and_gives_nothing_is_told_where_others_give_something(here):
    for name in ("h", "e", "l", "d/empty"):
        Path(name).mkdir(parents=True)
    Path("h/.hidden").write_bytes(b"1")
    Path("l/gone").symlink_to("nowhere")
    Path("a").write_bytes(b"1")
    Path("d/b").write_bytes(b"2")
    told = [(name, "nothing_to_read", False) for name in ("h", "e", "l")]
    assert seen("h", "a", "e", "l", "d", "h") == [("a", "1", False), ("d/b", "2", True), *told]
    assert seen("h", "e", "l") == []
    assert seen("a", ".")[0] == ("a", "1", False)
    problem = [item for item, _ in inputs([Path("a"), Path("e")]) if isinstance(item, Problem)]
    assert [item.level for item in problem] == [Level.ERROR]


def test_a_folder_whose_files_were_read_already_gives_something(here):
    Path("d").mkdir()
    Path("d/a").write_bytes(b"1")
    assert seen("d/a", "d") == [("d/a", "1", False)]


def test_a_folder_that_is_named_twice_is_walked_once(here):
    Path("d").mkdir()
    for name in ("b", "a", ".hidden"):
        Path("d", name).write_bytes(b"1")
    assert seen("d", "d/b", "d") == [("d/a", "1", True), ("d/b", "1", True), ("d", "hidden", True)]


@pytest.fixture
def shut() -> Iterator[Path]:
    """A folder that may not be listed, in one that may."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "shut").mkdir(mode=0)
        (folder / "file").write_bytes(b"1")
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        yield folder
        os.seteuid(user)
        (folder / "shut").chmod(0o755)


def test_a_folder_that_cannot_be_listed(shut):
    problem = next(item for item, _ in inputs([shut]) if isinstance(item, Problem))
    assert (problem.source, problem.code) == (f"{shut}/shut", "unreadable")
    assert problem.message == "The folder cannot be listed: Permission denied."


def test_a_named_folder_that_cannot_be_listed_was_named_and_not_found(shut):
    source = f"{shut}/shut"
    assert seen(shut) == [(f"{shut}/file", "1", True), (source, "unreadable", True)]
    assert seen(shut / "shut") == [(source, "unreadable", False)]
    assert seen(shut / "file", shut / "shut")[1:] == [(source, "unreadable", False)]


def test_documents_are_read_lazily(here):
    for name in ("a", "b"):
        Path(name).write_bytes(b"1")
    items = inputs([Path("a"), Path("b")])
    first = next(items)
    Path("b").unlink()
    assert isinstance(first.item, Document)
    assert isinstance(next(items).item, Problem)
