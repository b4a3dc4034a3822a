"""Decision tables: versioned data and the evaluator that reads them.

A table maps every combination of its inputs' values to one outcome. A new edition of a directive is a new
file in ``data/``, never a change of code. On load a table is checked to be total (every combination once),
free of contradictions, and written only in values it declares.

The file format is our own (``clearinghouse-decision-table/1``, described by :class:`TableDocument`); tables
that CERT/CC publishes as JSON are read by :mod:`clearinghouse.priority.ssvc`.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from itertools import product
from typing import Literal, TypeVar

import msgspec

from clearinghouse.priority.errors import TableError, UnknownValueError

_Document = TypeVar("_Document")
MAX_COMBINATIONS = 100_000
"""Largest table that is accepted, in rows; the largest that CERT/CC publishes has 729."""


class TableInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input of a table.

    Attributes:
        name: what callers call it (``exposed``). point: the decision point's identifier (``cisa:PE:1.0.0``).
        title: for people. values: the caller's words and the key that each has in the rows.
    """

    name: str
    point: str
    title: str
    values: dict[str, str]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One point in time of a piece of guidance: hours, and what is to be reached by then."""

    hours: int
    what: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of a table.

    Attributes:
        key: as in the rows (``14D``). title: for people.
        days: calendar days from the start, or None where the outcome sets no date.
        forensic_triage: whether the asset is also to be examined for compromise.
        guidance: marks that help to do so, in hours; no duty.
    """

    key: str
    title: str
    days: int | None = None
    forensic_triage: bool = False
    guidance: tuple[Mark, ...] = ()


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """A date that a directive sets for itself, beside the dates of single flaws."""

    name: str
    date: date
    what: str


class Row(msgspec.Struct, frozen=True):
    """One row: its number as published, the keys of its inputs in the table's order, its outcome's key."""

    number: int
    keys: tuple[str, ...]
    outcome: str


class TableDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A decision table as it stands in a file.

    Attributes:
        format: the name and version of this format.
        id, version: of the table, as its publisher writes them. name: short, for people. title: in full.
        issuer, binds: who issued it and whom it binds. effective: its date. supersedes: what it replaced.
        sources: where the rows come from. milestones: the directive's own dates.
        inputs: in row order. outcome_point: identifier of the outcome group. outcomes: most urgent first.
        rows: number, one key for each input, outcome key.
    """

    format: Literal["clearinghouse-decision-table/1"]
    id: str
    version: str
    name: str
    inputs: tuple[TableInput, ...]
    outcomes: tuple[Outcome, ...]
    rows: tuple[tuple[int | str, ...], ...]
    title: str = ""
    issuer: str = ""
    binds: str = ""
    effective: date | None = None
    supersedes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    outcome_point: str = ""


class DecisionTable:
    """A decision table that has passed its checks.

    Args:
        document: the table as read.

    Raises:
        TableError: it is not total and consistent; the error carries every violation.
    """

    def __init__(self, document: TableDocument) -> None:
        found = tuple(violations(document))
        if found:
            raise TableError(
                f"Decision table {document.id} {document.version} is not usable: {found[0]}"
                + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""),
                "correct the table file; every combination of its inputs needs exactly one row",
                found,
            )
        self.document = document
        self.outcomes = {outcome.key: outcome for outcome in document.outcomes}
        self.rows = tuple(_row(cells) for cells in document.rows)
        self._by_keys = {row.keys: row for row in self.rows}

    @property
    def reference(self) -> str:
        """Identifier and version in one word, as results cite it (``cisa:DT_BOD2604:1.0.0``)."""
        return f"{self.document.id}:{self.document.version}"

    @property
    def inputs(self) -> tuple[TableInput, ...]:
        """The inputs, in row order."""
        return self.document.inputs

    @property
    def tiers(self) -> tuple[str, ...]:
        """The outcome keys, most urgent first."""
        return tuple(self.outcomes)

    def milestone(self, name: str) -> date | None:
        """Return the date of the directive's milestone of that name, if it has one."""
        return next((each.date for each in self.document.milestones if each.name == name), None)

    def decide(self, values: Mapping[str, str]) -> Row:
        """Return the row for one value of each input.

        Args:
            values: by input name, the caller's word (``{"exposed": "yes", ...}``).

        Raises:
            UnknownValueError: an input is absent or its word is not one of the table's.
        """
        return self._by_keys[tuple(_key(each, values.get(each.name)) for each in self.inputs)]

    def possible(self, values: Mapping[str, str]) -> tuple[Outcome, ...]:
        """Return the outcomes that stay possible when the inputs absent from ``values`` are open, most urgent first."""
        known = {each.name: _key(each, values[each.name]) for each in self.inputs if each.name in values}
        fits = {
            row.outcome
            for row in self.rows
            if all(known.get(each.name, key) == key for each, key in zip(self.inputs, row.keys, strict=True))
        }
        return tuple(outcome for outcome in self.outcomes.values() if outcome.key in fits)


def _key(column: TableInput, word: str | None) -> str:
    try:
        return column.values[word]  # type: ignore[index]  # None is refused below like any other unknown word
    except KeyError:
        stands = "is not given" if word is None else f"is {word!r}"
        raise UnknownValueError(f"{column.title} ({column.point}) {stands}", tuple(column.values)) from None


def _row(cells: tuple[int | str, ...]) -> Row:
    number, *keys, outcome = cells
    return Row(int(number), tuple(map(str, keys)), str(outcome))


def violations(document: TableDocument) -> list[str]:
    """Return everything that keeps a table from being total and consistent, one sentence each."""
    found = [*_duplicates("input", [each.name for each in document.inputs])]
    found += _duplicates("outcome", [each.key for each in document.outcomes])
    found += [f"outcome {each.key} has negative days" for each in document.outcomes if (each.days or 0) < 0]
    found += [f"input {each.name} has no value" for each in document.inputs if not each.values]
    found += [f"input {each.name} gives two words one key" for each in document.inputs if _ambiguous(each)]
    outcomes = {each.key for each in document.outcomes}
    good: list[tuple[str, ...]] = []
    for place, cells in enumerate(document.rows, 1):
        wrong = _row_violation(place, cells, document.inputs, outcomes)
        if wrong:
            found.append(wrong)
        else:
            good.append(_row(cells).keys)
    found += _duplicates("row number", [str(cells[0]) for cells in document.rows if cells])
    found += _duplicates("row for", [", ".join(keys) for keys in good])
    return found + _gaps(document.inputs, set(good))


def _ambiguous(column: TableInput) -> bool:
    return len(set(column.values.values())) != len(column.values)


def _duplicates(noun: str, names: list[str]) -> list[str]:
    seen: set[str] = set()
    twice = {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    return [f"there is more than one {noun} {name}" for name in sorted(twice)]


def _row_violation(
    place: int, cells: tuple[int | str, ...], inputs: tuple[TableInput, ...], outcomes: set[str]
) -> str | None:
    if len(cells) != len(inputs) + 2:
        return f"the row at place {place} has {len(cells)} cells where {len(inputs) + 2} were expected"
    if not isinstance(cells[0], int):
        return f"the row at place {place} has {cells[0]!r} where its number was expected"
    for column, key in zip(inputs, cells[1:-1], strict=True):
        if key not in column.values.values():
            return f"row {cells[0]} has {key!r} for {column.name}, which has {', '.join(column.values.values())}"
    return None if cells[-1] in outcomes else f"row {cells[0]} has the undeclared outcome {cells[-1]!r}"


def _gaps(inputs: tuple[TableInput, ...], present: set[tuple[str, ...]]) -> list[str]:
    size = 1
    for column in inputs:
        size *= len(column.values)
    if size > MAX_COMBINATIONS:
        return [f"its inputs have {size} combinations, and {MAX_COMBINATIONS} are read"]
    wanted = product(*(column.values.values() for column in inputs))
    return [f"there is no row for {', '.join(keys)}" for keys in wanted if keys not in present]


def read_table(raw: bytes, *, source: str) -> DecisionTable:
    """Read a table from JSON in our own format.

    Args:
        raw: the document. source: its name, for messages.

    Raises:
        TableError: it is not JSON of that format, or not total and consistent.
    """
    remedy = "compare it with the tables in clearinghouse/priority/data"
    return DecisionTable(decoded(raw, TableDocument, f"{source} is no decision table", remedy))


def decoded(raw: bytes, kind: type[_Document], refusal: str, remedy: str) -> _Document:
    """Decode a document of one of the formats of tables.

    Raises:
        TableError: it is none; the error says ``refusal``, what is wrong, and ``remedy``.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TableError(f"{refusal}: {error}", remedy) from error


@cache
def shipped_tables() -> tuple[DecisionTable, ...]:
    """Return the tables that come with the package, oldest first."""
    folder = resources.files("clearinghouse.priority") / "data"
    files = sorted((each for each in folder.iterdir() if each.name.startswith("cisa_bod_")), key=lambda each: each.name)
    tables = [read_table(each.read_bytes(), source=each.name) for each in files]
    return tuple(sorted(tables, key=lambda table: (table.document.effective or date.min, table.reference)))


def table_for(as_of: date | None = None) -> DecisionTable:
    """Return the newest shipped table in force on ``as_of`` (None: the newest).

    Before the first table took effect the first is returned: deadlines are literal and may lie before the
    directive existed.
    """
    tables = shipped_tables()
    in_force = [each for each in tables if as_of is None or (each.document.effective or date.min) <= as_of]
    return in_force[-1] if in_force else tables[0]


def table_named(reference: str) -> DecisionTable:
    """Return the shipped table that results cite as ``reference``.

    Raises:
        TableError: none has that identifier and version.
    """
    for table in shipped_tables():
        if table.reference == reference:
            return table
    known = ", ".join(table.reference for table in shipped_tables())
    raise TableError(f"No decision table is called {reference!r}", f"one of {known}")
