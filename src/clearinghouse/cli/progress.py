"""Progress on standard error: for people at a terminal, never in pipes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clearinghouse.cli.output import stderr
from clearinghouse.formats.text import clean_line


@contextmanager
def reading(what: str) -> Iterator[Callable[[str, int], None]]:
    """Show what is being read; yields a function to call with each document's name and its number of findings."""
    target = stderr()
    if not target.is_terminal:
        yield lambda source, findings: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[documents]:,} documents, {task.fields[findings]:,} findings"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[source]}"),
    )
    with Progress(*columns, console=target, transient=True) as progress:
        task = progress.add_task(what, documents=0, findings=0, rate=0.0, source="")
        counts = [0, 0]

        def notice(source: str, findings: int) -> None:
            counts[0] += 1
            counts[1] += findings
            elapsed = progress.tasks[0].elapsed or 1e-9
            progress.update(
                task,
                documents=counts[0],
                findings=counts[1],
                rate=counts[1] / elapsed,
                source=clean_line(source, 60),
            )

        yield notice
