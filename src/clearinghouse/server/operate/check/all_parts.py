"""All parts of a check, in an order in which what others rest on comes first."""

from collections.abc import Callable, Iterator, Mapping

from django.db import DatabaseError

from clearinghouse.server.configuration import Configuration
from clearinghouse.server.operate import database
from clearinghouse.server.operate.check import content, flaws, machine, tables, verdicts
from clearinghouse.server.operate.check.content import Progress
from clearinghouse.server.operate.check.finding import Finding

_MOST = 100


def _silent(part: str, done: int, total: int) -> None:
    """Tell nobody."""


def findings(
    configuration: Configuration,
    *,
    repair: bool = False,
    known: Mapping[int, bytes] | None = None,
    progress: Progress = _silent,
) -> Iterator[Finding]:
    """Yield everything that is not as it should be.

    Args:
        repair: mend what can be mended without a person. known: tree heads of the log that were kept elsewhere.
        progress: called with a part, how much of it is done, and how much there is.
    """
    yield from machine.permissions(configuration)
    yield from machine.room(configuration)
    database.require_answer()
    pending = list(_readable(tables.migrations))
    yield from pending
    yield from _readable(tables.integrity)
    if pending:
        return  # what follows reads tables as this version knows them
    parts: list[Callable[[], Iterator[Finding]]] = [
        machine.clock,
        lambda: machine.keys(configuration),
        lambda: machine.backups(configuration),
        lambda: tables.log(known),
        lambda: content.sealed(progress),
        lambda: content.purged(repair=repair),
        lambda: verdicts.left(repair=repair),
        lambda: content.left_behind(repair=repair),
        lambda: content.stuck(repair=repair),
        flaws.invariants,
        verdicts.key,
        lambda: verdicts.signed(progress),
    ]
    for part in parts:
        yield from _readable(part)


def _readable(part: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A database that cannot be read in one place is looked at in all others."""
    try:
        yield from part()
    except DatabaseError as error:
        what = f"a part of the database cannot be read ({type(error).__name__})"
        yield Finding(part="database", code="database_damaged", what=what, remedy=tables.RESTORE)
