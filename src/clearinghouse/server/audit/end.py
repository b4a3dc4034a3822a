"""The end of the log, where every act is added while everybody else waits.

The three statements are written out: composing them anew each time costs several times what they take.
"""

from contextlib import suppress

from django.db import IntegrityError, connection, transaction

from clearinghouse.server.audit.errors import BrokenLogError
from clearinghouse.server.audit.models import Entry, Head
from clearinghouse.trust.merkle import EMPTY_ROOT, Frontier

_FIELDS = Entry._meta.concrete_fields
_COLUMNS = ", ".join(field.column for field in _FIELDS)
_READ = "SELECT frontier FROM audit_head WHERE id = 1"
_ADD = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({', '.join(['%s'] * len(_FIELDS))})"  # noqa: S608 - our own names
_MOVE = "UPDATE audit_head SET size = %s, root = %s, frontier = %s WHERE id = 1"


def locked() -> Frontier:
    """Return how far the log goes; nobody else adds to it until this transaction ends.

    Raises:
        BrokenLogError: there are entries, but nothing says how far they go.
    """
    found = _read() or _begun()
    if found is None:
        raise BrokenLogError("the row that says how far the log goes is not there", "restore the last backup")
    return Frontier.from_bytes(found)


def add(entry: Entry, frontier: Frontier) -> None:
    """Write an entry, and that the log goes as far as ``frontier``, to which it was added."""
    with connection.cursor() as cursor:
        values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in _FIELDS]
        cursor.execute(_ADD, values)
        cursor.execute(_MOVE, [frontier.size, frontier.root(), frontier.to_bytes()])
    entry._state.adding = False


def _read() -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} FOR UPDATE" if connection.features.has_select_for_update else _READ)
        row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def _begun() -> bytes | None:
    """Begin a new log, unless another writer does, or there are entries already: the guards refuse that."""
    with suppress(IntegrityError), transaction.atomic():
        Head.objects.create(size=0, root=EMPTY_ROOT, frontier=Frontier().to_bytes())
    return _read()
