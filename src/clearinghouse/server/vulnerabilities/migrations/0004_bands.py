"""Indexes that grow in one place: words and references by the band of their finding, keys in two parts."""

from typing import Any

from django.db import migrations, models

import clearinghouse.server.vulnerabilities.bands
import clearinghouse.server.vulnerabilities.models

_BAND = 32_768
_SQLITE = {
    "vulnerabilities_identitykey": (
        "(settled INTEGER NOT NULL, key INTEGER NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (settled, key, finding))",
        "TRUE, key, finding",
    ),
    "vulnerabilities_searchword": (
        "(band INTEGER NOT NULL, word INTEGER NOT NULL, base INTEGER NOT NULL, positions BLOB NOT NULL, "
        "PRIMARY KEY (band, word, base))",
        f"base / {_BAND}, word, base, positions",
    ),
}
_POSTGRESQL = (
    # Its table is no index, so the key by which rows are found stays what it was.
    "ALTER TABLE vulnerabilities_identitykey ADD COLUMN settled boolean NOT NULL DEFAULT TRUE",
    "ALTER TABLE vulnerabilities_searchword ADD COLUMN band integer",
    f"UPDATE vulnerabilities_searchword SET band = base / {_BAND}",  # noqa: S608 - a number of ours
    "ALTER TABLE vulnerabilities_searchword DROP CONSTRAINT vulnerabilities_searchword_pkey",
    "ALTER TABLE vulnerabilities_searchword ADD PRIMARY KEY (band, word, base)",
)


def divide(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in _POSTGRESQL:
            schema_editor.execute(statement)
        return
    for name, (columns, values) in _SQLITE.items():
        schema_editor.execute(f"ALTER TABLE {name} RENAME TO {name}_whole")
        schema_editor.execute(f"CREATE TABLE {name} {columns} WITHOUT ROWID")
        schema_editor.execute(f"INSERT INTO {name} SELECT {values} FROM {name}_whole ORDER BY 1, 2, 3")  # noqa: S608 - names of ours
        schema_editor.execute(f"DROP TABLE {name}_whole")


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
    ]
