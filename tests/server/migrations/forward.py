"""Migrate an empty database to each app's first migration, fill every table, migrate to the newest, and count.

A process of its own: its settings name the database. It writes what it migrated from, how many rows it made of each
table, which tables say something else afterwards, and how many rows the newest models read. With ``--stay`` it stops
before the last step and writes nothing.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterable
from typing import Any

import django

django.setup()

from django.apps import apps as newest  # noqa: E402 - Django has to be set up first
from django.core.management.color import no_style  # noqa: E402
from django.db import IntegrityError, connection, models, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from clearinghouse.server.audit import guards  # noqa: E402
from clearinghouse.server.operate import database  # noqa: E402

ROWS = 3
ONLY_ONE = frozenset({"audit.head", "vulnerabilities.head", "inventories.head"})
"""Tables that have one row."""
FACTS: dict[str, Any] = {
    "participants.participant": {"jurisdiction": "DE"},
    "audit.entry": {"erased_at": None, "erased_by": None},
    "evidence.envelope": {"destroyed_at": None},
    "vulnerabilities.searchword": lambda number, done: {"base": [1, 32_768, 99_999][number - 1]},
    "vulnerabilities.division": lambda number, done: _two(done["vulnerabilities.finding"], number),
}
"""What checks want of columns; a fact of a column that a migration has not made yet is left out."""


def _two(rows: list[Any], number: int) -> dict[str, Any]:
    """A pair of rows, in their order, that no other number has."""
    one, other = [(0, 1), (0, 2), (1, 2)][number - 1]
    return {"one": rows[one], "other": rows[other]}


def ours() -> list[str]:
    """The labels of our apps."""
    return [each.label for each in newest.get_app_configs() if each.name.startswith("clearinghouse.")]


def first_of_each(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The first migration of each of our apps, and the newest of everybody else's."""
    graph = executor.loader.graph
    mine = set(ours())
    return [node for node in graph.root_nodes() if node[0] in mine] + [
        node for node in graph.leaf_nodes() if node[0] not in mine
    ]


def value(field: Any, number: int) -> Any:
    """Something that a column can hold."""
    if field.choices:
        return field.choices[number % len(field.choices)][0] if not field.unique else field.choices[number - 1][0]
    if isinstance(field, models.EmailField):
        return f"row{number}@example.org"
    if isinstance(field, (models.CharField, models.TextField)):
        return f"{number:03}"[: field.max_length] if field.unique or field.max_length else f"row {number}"
    if isinstance(field, models.BooleanField):
        return bool(number % 2)
    if isinstance(field, models.IntegerField):
        return number
    if isinstance(field, models.FloatField):
        return float(number)
    if isinstance(field, models.DateTimeField):
        return dt.datetime(2026, 1, number, tzinfo=dt.UTC)
    if isinstance(field, models.DateField):
        return dt.date(2026, 1, number)
    if isinstance(field, models.BinaryField):
        return bytes([number]) * 8
    if isinstance(field, models.JSONField):
        return [number]
    raise NotImplementedError(type(field))


def fill(apps: Any) -> dict[str, int]:
    """Fill the tables of a state of the apps; return how many rows each has."""
    done: dict[str, list[Any]] = {}
    mine = set(ours())
    waiting = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in mine]
    while waiting:
        ready = [model for model in waiting if all(_label(each) in done for each in _needs(model) if each is not model)]
        if not ready:
            raise SystemExit(f"tables need each other: {[_label(model) for model in waiting]}")
        for model in ready:
            done[_label(model)] = _rows(model, done)
        waiting = [model for model in waiting if model not in ready]
    return {apps.get_model(name)._meta.db_table: len(rows) for name, rows in done.items()}


def _label(model: Any) -> str:
    return str(model._meta.label_lower)


def _needs(model: Any) -> list[Any]:
    mine = set(ours())
    wanted = [field.related_model for field in model._meta.concrete_fields if field.is_relation and not field.null]
    return [each for each in wanted if each._meta.app_label in mine]


def _rows(model: Any, done: dict[str, list[Any]]) -> list[Any]:
    made: list[Any] = []
    for number in range(1, (1 if _label(model) in ONLY_ONE else ROWS) + 1):
        try:
            with transaction.atomic():
                made.append(_row(model, number, done, made, sparing=False))
        except IntegrityError:  # checks want some columns to be empty, most often those that may be
            made.append(_row(model, number, done, made, sparing=True))
    return made


def _row(model: Any, number: int, done: dict[str, list[Any]], made: list[Any], *, sparing: bool) -> Any:
    """Make a row; ``sparing`` leaves out what may be left out."""
    facts = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField) or getattr(field, "columns", None) or (sparing and field.null):
            continue  # a number that the database gives; a key that other columns are
        if field.is_relation:
            related = done.get(_label(field.related_model)) or (made if field.related_model is model else [])
            if related:
                facts[field.name] = related[(number - 1) % len(related)]
        elif not field.has_default() or field.unique:
            facts[field.name] = value(field, number)
    more = FACTS.get(_label(model), {})
    if callable(more):
        more = more(number, done)
    known = {field.name for field in model._meta.fields}
    row = model(**facts | {name: each for name, each in more.items() if name in known})
    row.save(force_insert=True)
    return row


Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def content(tables: Iterable[str]) -> Rows:
    """The columns and the rows of tables, of those that are there."""
    found: Rows = {}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for name in sorted(there.intersection(tables)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = ([each[0] for each in cursor.description], cursor.fetchall())
    return found


def changed(before: Rows, after: Rows) -> list[str]:
    """The tables that are gone, or whose rows say something else in a column that they still have."""
    return [name for name in before if name not in after or _differ(before[name], after[name])]


def _differ(before: Any, after: Any) -> bool:
    kept = sorted(set(before[0]) & set(after[0]))
    both = []
    for columns, rows in (before, after):
        places = [columns.index(name) for name in kept]
        both.append(sorted(repr([row[place] for place in places]) for row in rows))
    return both[0] != both[1]


def read() -> dict[str, int]:
    """How many rows the newest models read, with all of their columns."""
    models_of = [model for app in ours() for model in newest.get_app_config(app).get_models(include_auto_created=True)]
    return {model._meta.db_table: len(list(model._base_manager.all())) for model in models_of}


def main() -> None:
    """Do it."""
    executor = MigrationExecutor(connection)
    targets = first_of_each(executor)
    executor.migrate(targets)
    guards.remove(connection)
    apps = executor.loader.project_state(targets).apps
    with transaction.atomic():
        filled = fill(apps)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)
    guards.install(connection)
    if "--stay" in sys.argv:
        return
    before = content(filled)
    database.migrate()
    database.require_migrated()
    said = {
        "from": ["/".join(each) for each in targets if each[0] in ours()],
        "filled": filled,
        "changed": changed(before, content(filled)),
        "read": read(),
        "bands": sorted(newest.get_model("vulnerabilities.SearchWord").objects.values_list("base", "band")),
        "guards missing": guards.missing(connection),
    }
    json.dump(said, sys.stdout)


main()
