"""Progress on standard error: for people at a terminal; in pipes one line, where it takes long."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from clearinghouse.cli.layout import stderr
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.triage.intake import Notice


@contextmanager
def reading(paths: Sequence[Path]) -> Iterator[Notice]:
    """Show how far reading ``paths`` has come.

    Yields a function to call with a document's name and how many findings were read since the last call; a call with
    another name means that the document before is done.
    """
    target = stderr()
    if not target.is_terminal:
        yield lambda source, findings: None
        return
    columns = (
        SpinnerColumn("dots" if target.encoding.startswith("utf") else "line"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[read]}"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[source]}"),
    )
    with Progress(*columns, console=target, transient=True) as progress:
        yield _Counter(progress, _sizes(paths))


def preparing(files: int, kept: bool) -> None:
    """Say on standard error, wherever it goes, that much is about to be read: else nothing is heard for a minute."""
    count = plural(files, "file")
    said = f"Preparing advisories from {count}; this is done once and may take a minute."
    print(said if kept else f"Reading advisories from {count}; this may take a minute.", file=sys.stderr, flush=True)


def _sizes(paths: Sequence[Path]) -> dict[str, int]:
    """Return the size in bytes of every file below ``paths``; what cannot be looked at is left out."""
    sizes: dict[str, int] = {}
    for path in paths:
        try:
            for file in path.rglob("*") if path.is_dir() else [path]:
                if file.is_file():
                    sizes[str(file)] = file.stat().st_size
        except OSError:
            continue
    return sizes


class _Counter:
    """Counts documents, findings and bytes, and tells the progress bar."""

    def __init__(self, progress: Progress, sizes: dict[str, int]) -> None:
        self._progress = progress
        self._sizes = sizes
        self._documents = self._findings = self._bytes = 0
        self._source = ""
        total = sum(sizes.values()) or None
        self._task = progress.add_task("", total=total, read="", rate=0.0, source="")

    def __call__(self, source: str, findings: int) -> None:
        if source != self._source:
            self._documents += 1
            self._bytes += self._sizes.pop(self._source.partition("!")[0], 0)
            self._source = source
        self._findings += findings
        self._progress.update(
            self._task,
            completed=self._bytes,
            read=f"{plural(self._documents, 'document')}, {plural(self._findings, 'finding')}",
            rate=self._findings / (self._progress.tasks[0].elapsed or 1e-9),
            source=clean_line(source, 60),
        )
