"""The cache: bounded, short-lived, and never longer than what it rests on."""

import time
from typing import Any

import pytest
from django.db import transaction

from clearinghouse.server.evidence.cache import Cache

pytestmark = pytest.mark.django_db


def test_it_keeps_what_was_used_last() -> None:
    cache: Cache[int, str] = Cache(3, 60)
    for number in range(3):
        cache.put(number, str(number), cache.ticket())
    assert cache.get(0) == "0"
    cache.put(3, "3", cache.ticket())
    assert [cache.get(number) for number in range(4)] == ["0", None, "2", "3"]


def test_it_forgets_what_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    cache: Cache[int, str] = Cache(3, 60)
    cache.put(1, "1", cache.ticket())
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 59)
    assert cache.get(1) == "1"
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert cache.get(1) is None


def test_what_was_read_before_a_drop_is_not_kept() -> None:
    cache: Cache[int, str] = Cache(3, 60)
    ticket = cache.ticket()
    cache.drop(1)
    cache.put(1, "read before", ticket)
    assert cache.get(1) is None


def test_it_ends_with_the_savepoint_that_it_rests_on(rolled_back: Any) -> None:
    cache: Cache[int, str] = Cache(3, 60)
    with rolled_back():
        with rolled_back():
            cache.put(1, "1", cache.ticket())
            assert cache.get(1) == "1"
        assert cache.get(1) is None
        with transaction.atomic():
            cache.put(1, "1", cache.ticket())
        assert cache.get(1) == "1"
    assert cache.get(1) is None


@transaction.atomic
def _put(cache: Cache[int, str]) -> None:
    if cache.get(1) is None:
        cache.put(1, "1", cache.ticket())
        raise RuntimeError


def test_a_decorated_function_starts_anew() -> None:
    cache: Cache[int, str] = Cache(3, 60)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            _put(cache)
