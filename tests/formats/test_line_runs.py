"""Runs of lines are the lines that are read one by one."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import UnreadableError
from clearinghouse.formats.json_lines import numbered_lines
from clearinghouse.formats.line_runs import Run, line_runs
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Problem


class Dribble(io.BytesIO):
    """A stream that gives as much at a time as it likes."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read1(self, size: int | None = -1) -> bytes:
        """Read a little."""
        return super().read(min(size or self._most, self._most))


def as_lines(document: Document, limit: int, size: int) -> list[tuple[int, bytes] | Problem]:
    """The runs, taken apart; the end of a document without a last line end is no line."""
    found: list[tuple[int, bytes] | Problem] = []
    for run in line_runs(document, limit, size):
        if isinstance(run, Problem):
            found.append(run)
        else:
            lines = run.data.split(b"\n")
            found += [
                (run.before + number, line.rstrip(b"\r"))
                for number, line in enumerate(lines if lines[-1] else lines[:-1], 1)
            ]
    return found


TEXT = st.lists(st.sampled_from([b"a", b"bcd", b"\n", b"\n", b"\r\n", b"efghij" * 3]), max_size=40).map(b"".join)


@settings(deadline=None)
@given(TEXT, st.integers(1, 20), st.integers(1, 30), st.integers(1, 9))
def test_runs_are_the_lines_with_their_numbers_and_problems(data: bytes, limit: int, size: int, most: int) -> None:
    document = Document("d", lambda: Dribble(data, most))
    assert as_lines(document, limit, size) == list(numbered_lines(document, limit))


def test_a_mark_at_the_beginning_is_left_out() -> None:
    document = Document("d", lambda: io.BytesIO(b"\xef\xbb\xbf\xef\xbb\xbfone\ntwo\n"))
    assert list(line_runs(document)) == [Run(0, b"one\ntwo\n")]


def test_what_stands_before_a_break_is_yielded(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    packed = gzip.compress(b"".join(b'{"line": %d}\n' % number for number in range(20_000)), mtime=0)
    path.write_bytes(packed[: len(packed) // 2])
    (document,) = documents(path, str(path))
    assert isinstance(document, Document)
    found: list[tuple[int, bytes]] = []

    def take() -> None:
        for run in line_runs(document):
            assert isinstance(run, Run)
            found.extend(enumerate(run.data.splitlines(), run.before + 1))

    with pytest.raises(UnreadableError):
        take()
    assert found == [(number + 1, b'{"line": %d}' % number) for number in range(len(found))]
    assert len(found) > 5000
