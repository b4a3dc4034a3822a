"""After a purge: the database's files are overwritten where they still have what was deleted."""

from django.db import connection

from clearinghouse.server.evidence.models import Envelope


def scour() -> bool:
    """Overwrite what the database keeps of keys that were destroyed; outside any transaction. Return whether it could.

    SQLite overwrites deleted rows (``secure_delete``), but its journal has former pages until it is emptied, which
    waits for readers. PostgreSQL keeps former rows until they are vacuumed, and in its write-ahead log until that is
    recycled. What remains is wrapped by the master key. Backups are not reached.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return cursor.fetchone()[0] == 0
        cursor.execute(f"VACUUM {connection.ops.quote_name(Envelope._meta.db_table)}")
    return True
