"""The version of its own format that a lockfile states, and what is said where that is one that is not known here."""

from collections.abc import Iterator

from clearinghouse.formats.text import quoted
from clearinghouse.records import Problem


def unknown_version(
    source: str, stated: object, known: range, read: str, *, line: int | None = None, pointer: str | None = None
) -> Iterator[Problem]:
    """Yield the problem of a lockfile of another version: what it has may stand elsewhere in it, and be missed.

    Args:
        source: the document. stated: its version, a text or a number; None if it states none, which is no problem.
        known: the first numbers of the versions that are read. read: the same in words.
        line, pointer: where it is stated.
    """
    written = str(stated).strip("\"'")
    first = written.partition(".")[0]
    if stated is None or (first.isascii() and first.isdigit() and len(first) < 4 and int(first) in known):
        return
    said = f"It states lockfile version {quoted(written, 20)}, and what is read is {read}"
    yield Problem(
        source=source,
        code="unknown_version",
        message=f"{said}. What is understood of it is kept; packages may be missing.",
        line=line,
        pointer=pointer,
        expected=read,
    )
