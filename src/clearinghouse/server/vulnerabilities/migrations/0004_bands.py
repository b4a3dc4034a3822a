"""Indexes that grow in one place: words and references by the band of their finding, keys in two parts."""

from typing import Any

from django.db import migrations, models

import clearinghouse.server.vulnerabilities.bands
import clearinghouse.server.vulnerabilities.models

_BAND = 32_768
_KEYS = (
    "(settled INTEGER NOT NULL, key INTEGER NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (settled, key, finding))"
)
_WORDS = (
    "(band INTEGER NOT NULL, word INTEGER NOT NULL, base INTEGER NOT NULL, positions BLOB NOT NULL, "
    "PRIMARY KEY (band, word, base))"
)
_AT_ONCE = 16 * _BAND
"""Findings whose words are sorted at a time: SQLite does it in memory, about a hundred bytes for a word in a chunk."""
_POSTGRESQL = (
    # Its table is no index, so the key by which rows are found stays what it was.
    "ALTER TABLE vulnerabilities_identitykey ADD COLUMN settled boolean NOT NULL DEFAULT TRUE",
    "ALTER TABLE vulnerabilities_searchword DROP CONSTRAINT vulnerabilities_searchword_pkey",
    "ALTER TABLE vulnerabilities_searchword ADD COLUMN band integer",
    # Unlike an UPDATE, this writes every row once and leaves nothing behind.
    f"ALTER TABLE vulnerabilities_searchword ALTER COLUMN band TYPE integer USING (base / {_BAND})::integer",
    "ALTER TABLE vulnerabilities_searchword ADD PRIMARY KEY (band, word, base)",
)


def divide(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in _POSTGRESQL:
            schema_editor.execute(statement)
        return
    with schema_editor.connection.cursor() as cursor:
        for name, columns in (("identitykey", _KEYS), ("searchword", _WORDS)):
            cursor.execute(f"ALTER TABLE vulnerabilities_{name} RENAME TO vulnerabilities_{name}_whole")
            cursor.execute(f"CREATE TABLE vulnerabilities_{name} {columns} WITHOUT ROWID")
        # In the order in which they stand: nothing is sorted.
        cursor.execute(
            "INSERT INTO vulnerabilities_identitykey SELECT TRUE, key, finding FROM vulnerabilities_identitykey_whole "
            "ORDER BY 2, 3"
        )
        cursor.execute("SELECT COALESCE(MAX(base), 0) FROM vulnerabilities_searchword_whole")
        (last,) = cursor.fetchone()
        for first in range(0, last + 1, _AT_ONCE):
            cursor.execute(
                f"INSERT INTO vulnerabilities_searchword SELECT base / {_BAND}, word, base, positions "  # noqa: S608 - a number of ours
                "FROM vulnerabilities_searchword_whole WHERE base >= %s AND base < %s ORDER BY 1, 2, 3",
                [first, first + _AT_ONCE],
            )
        for name in ("identitykey", "searchword"):
            cursor.execute(f"DROP TABLE vulnerabilities_{name}_whole")


def analyse(apps: Any, schema_editor: Any) -> None:
    """Let PostgreSQL look at the values that the new index is over, of which it knows nothing else."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE vulnerabilities_vulnerability")


class Migration(migrations.Migration):
    dependencies = [("vulnerabilities", "0003_ranked")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(divide, migrations.RunPython.noop)],
            [
                migrations.DeleteModel("IdentityKey"),
                migrations.DeleteModel("SearchWord"),
                migrations.CreateModel(
                    name="IdentityKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "settled",
                                "key",
                                "finding",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("settled", models.BooleanField(default=True)),
                        ("key", models.BigIntegerField()),
                        ("finding", models.BigIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="SearchWord",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "band", "word", "base", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("band", models.IntegerField()),
                        ("word", models.BigIntegerField()),
                        ("base", models.BigIntegerField()),
                        ("positions", models.BinaryField(max_length=256)),
                    ],
                ),
            ],
        ),
        migrations.AlterField(
            model_name="vulnerability",
            name="reference",
            field=models.CharField(default=clearinghouse.server.vulnerabilities.models.new_reference, max_length=16),
        ),
        migrations.AddConstraint(
            model_name="vulnerability",
            constraint=models.UniqueConstraint(
                clearinghouse.server.vulnerabilities.bands.Band("id"), "reference", name="vulnerability_reference"
            ),
        ),
        migrations.RunPython(analyse, migrations.RunPython.noop),
    ]
