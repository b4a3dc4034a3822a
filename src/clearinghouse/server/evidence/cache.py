"""What was unwrapped, kept for a short while, and never longer than the transaction that it rests on."""

import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from django.db import transaction

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class _Entry(Generic[_Value]):
    __slots__ = ("promise", "thread", "until", "value")

    def __init__(self, value: _Value, until: float) -> None:
        self.value = value
        self.until = until
        self.thread = threading.get_ident()
        self.promise: weakref.ref[_Promise] | None = None


class _Promise:
    """What a transaction holds until it commits: when it is dropped, so is what was promised.

    An entry that was read or made in a transaction may rest on rows that are rolled back, and the database gives their
    numbers to others afterwards. So until then it holds for this thread only, and only as long as Django keeps the
    callback that is to be called at the commit.
    """

    def __init__(self, entries: Iterable[_Entry]) -> None:
        self._entries = list(entries)

    def __call__(self) -> None:
        for entry in self._entries:
            entry.promise = None


class Cache(Generic[_Key, _Value]):
    """The values used last. It may be used by several threads.

    Args:
        size: most entries. age: seconds after which an entry is read anew.
    """

    def __init__(self, size: int, age: float) -> None:
        self._size = size
        self._age = age
        self._lock = threading.Lock()
        self._entries: OrderedDict[_Key, _Entry[_Value]] = OrderedDict()
        self._drops = 0

    def get(self, key: _Key) -> _Value | None:
        """Return a value, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.until < time.monotonic() or (entry.promise is not None and entry.promise() is None):
                del self._entries[key]
                return None
            if entry.promise is not None and entry.thread != threading.get_ident():
                return None
            self._entries.move_to_end(key)
            return entry.value

    def ticket(self) -> int:
        """Return what :meth:`put` wants; take it before the value is read."""
        return self._drops

    def put(self, key: _Key, value: _Value, ticket: int) -> None:
        """Keep a value, unless something was dropped since the ticket was taken."""
        self.update({key: value}, ticket)

    def update(self, values: Mapping[_Key, _Value], ticket: int) -> None:
        """Keep several values, see :meth:`put`."""
        until = time.monotonic() + self._age
        entries = {key: _Entry(value, until) for key, value in values.items()}
        promise = _Promise(entries.values())
        for entry in entries.values():
            entry.promise = weakref.ref(promise)
        transaction.on_commit(promise)  # at once where there is no transaction
        with self._lock:
            if ticket != self._drops:
                return
            for key, entry in entries.items():
                self._entries[key] = entry
                self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def drop(self, key: _Key) -> None:
        """Forget a value, and whatever others are just reading."""
        with self._lock:
            self._drops += 1
            self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._drops += 1
            self._entries.clear()
