"""Kinds of columns."""

from typing import Any

from django.db import models


class RowNumber(models.BigIntegerField):
    """A 64-bit primary key that we give ourselves.

    On SQLite it is the number of the row itself. Only a column of type ``INTEGER`` is that; a ``bigint`` is one more
    index, written with every row and read with every look-up. https://www.sqlite.org/lang_createtable.html#rowid
    """

    def db_type(self, connection: Any) -> str | None:
        """See :meth:`django.db.models.Field.db_type`."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
