"""Tables of keys without a second copy of their rows: on SQLite the primary key is the table."""

from typing import Any

from django.db import migrations

_TABLES = {
    "vulnerabilities_identitykey": "(key INTEGER NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (key, finding))",
    "vulnerabilities_searchword": (
        "(word INTEGER NOT NULL, base INTEGER NOT NULL, positions BLOB NOT NULL, PRIMARY KEY (word, base))"
    ),
}
_COLUMNS = {
    "vulnerabilities_identitykey": ("key", "finding"),
    "vulnerabilities_searchword": ("word", "base", "positions"),
}


def narrow(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for name, columns in _TABLES.items():
        names = ", ".join(_COLUMNS[name])
        schema_editor.execute(f"ALTER TABLE {name} RENAME TO {name}_wide")
        schema_editor.execute(f"CREATE TABLE {name} {columns} WITHOUT ROWID")
        schema_editor.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM {name}_wide ORDER BY 1, 2")  # noqa: S608 - names of ours
        schema_editor.execute(f"DROP TABLE {name}_wide")


class Migration(migrations.Migration):
    dependencies = [("vulnerabilities", "0001_initial")]
    operations = [migrations.RunPython(narrow, migrations.RunPython.noop)]
