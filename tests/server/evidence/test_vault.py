"""Envelopes, keyed hashes, purges: what holds within a transaction, across threads and under a wrong key."""

import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.models import Envelope, InstallationSecret

pytestmark = pytest.mark.django_db
Key = Callable[[int], str]


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do something in another thread, with a connection of its own."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return found[0]


def test_an_envelope_opens_what_it_sealed(django_assert_num_queries: Any) -> None:
    vault.require_open()
    with django_assert_num_queries(1):
        envelope, made = vault.new_envelope()
    sealed = made.seal(b"text", b"context")
    vault.forget()
    with django_assert_num_queries(1):
        found = vault.sealer(envelope.pk)
    assert found.open(sealed, b"context") == b"text"
    with django_assert_num_queries(0):
        assert vault.sealer(envelope.pk) is found


def test_many_are_one_query(django_assert_num_queries: Any) -> None:
    made = {envelope.pk: sealer for envelope, sealer in (vault.new_envelope() for _ in range(50))}
    sealed = {pk: sealer.seal(b"text") for pk, sealer in made.items()}
    vault.forget()
    vault.destroy(next(iter(made)))
    with django_assert_num_queries(1):
        found = vault.sealers([*made, 10**9, *made])
    assert found.keys() == set(list(made)[1:])
    assert all(each.open(sealed[pk]) == b"text" for pk, each in found.items())
    with django_assert_num_queries(0):
        assert vault.sealers(list(made)[1:]) == found
        assert vault.sealers([]) == {}


def test_what_is_sealed_belongs_to_its_envelope() -> None:
    (one, mine), (other, _) = vault.new_envelope(), vault.new_envelope()
    sealed = mine.seal(b"text")
    Envelope.objects.filter(pk=other.pk).update(wrapped=bytes(one.wrapped))
    vault.forget()
    with pytest.raises(vault.SealBrokenError):
        vault.sealer(other.pk).open(sealed)


def test_a_changed_key_is_noticed() -> None:
    envelope, _ = vault.new_envelope()
    for position in range(40):
        wrong = bytearray(envelope.wrapped)
        wrong[position] ^= 0x80
        Envelope.objects.filter(pk=envelope.pk).update(wrapped=bytes(wrong))
        vault.forget()
        with pytest.raises(vault.SealBrokenError):
            vault.sealer(envelope.pk)
    assert not vault.is_open()
    with pytest.raises(vault.SealBrokenError, match="there is no envelope"):
        vault.sealer(envelope.pk + 1)


def test_a_destroyed_key_is_gone() -> None:
    envelope, _ = vault.new_envelope()
    vault.destroy(envelope.pk)
    for _ in range(2):
        with pytest.raises(vault.DestroyedError):
            vault.sealer(envelope.pk)
        vault.forget()
    assert vault.sealers([envelope.pk]) == {}
    envelope.refresh_from_db()
    assert envelope.wrapped is None
    at = envelope.destroyed_at
    vault.destroy(envelope.pk)
    envelope.refresh_from_db()
    assert envelope.destroyed_at == at


def test_a_purge_by_another_process_holds_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope, made = vault.new_envelope()
    Envelope.objects.filter(pk=envelope.pk).update(wrapped=None, destroyed_at=timezone.now())
    assert vault.sealer(envelope.pk) is made
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + vault.MAXIMUM_AGE + 1)
    with pytest.raises(vault.DestroyedError):
        vault.sealer(envelope.pk)


@pytest.mark.parametrize("wrong", [{"wrapped": None}, {"wrapped": b"x", "destroyed_at": timezone.now()}])
def test_a_key_is_there_or_destroyed(wrong: dict[str, Any]) -> None:
    envelope, _ = vault.new_envelope()
    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.filter(pk=envelope.pk).update(**wrong)


def test_open_asks_once(django_assert_num_queries: Any) -> None:
    vault.new_envelope()
    vault.index_key("test")
    vault.forget()
    with django_assert_num_queries(2):
        assert vault.is_open()
    with django_assert_num_queries(0):
        assert vault.is_open()
        vault.require_open()


def test_closed_without_a_key(configure: Any) -> None:
    envelope, _ = vault.new_envelope()
    configure()
    vault.forget()
    assert not vault.is_open()
    for act in (
        vault.require_open,
        vault.new_envelope,
        vault.rewrap,
        lambda: vault.sealer(envelope.pk),
        lambda: vault.index_key("x"),
        lambda: vault.keyed("x", b"y"),
    ):
        with pytest.raises(vault.VaultClosedError):
            act()
    assert not InstallationSecret.objects.exists()


def test_a_wrong_key_closes(configure: Any, key: Key) -> None:
    envelope, _ = vault.new_envelope()
    configure(key=key(7))
    vault.forget()
    assert not vault.is_open()
    with pytest.raises(vault.VaultClosedError, match="is not here"):
        vault.sealer(envelope.pk)
    for act in (vault.require_open, vault.new_envelope, lambda: vault.index_key("x")):
        with pytest.raises(vault.VaultClosedError, match=envelope.master):
            act()
    assert Envelope.objects.count() == 1
    assert not InstallationSecret.objects.exists()


def test_index_keys_differ_by_purpose_and_stay(django_assert_num_queries: Any) -> None:
    one = vault.index_key("identity")
    assert len(one) == 32
    with django_assert_num_queries(0):
        assert vault.index_key("identity") == one != vault.index_key("search")
    vault.forget()
    with django_assert_num_queries(1):
        assert vault.index_key("identity") == one
    assert InstallationSecret.objects.count() == 1


def test_keyed_hashes_know_where_parts_end() -> None:
    assert len(vault.keyed("a")) == 32
    found = {vault.keyed("a", *parts) for parts in ([b"xy"], [b"x", b"y"], [b"xy", b""], [b"", b"xy"], [])}
    assert len(found) == 5
    assert vault.keyed("b", b"xy") not in found
    assert vault.keyed("a", b"xy") in found
    plain = blake2b((2).to_bytes(8, "big") + b"xy", key=vault.index_key("a"), digest_size=32)
    assert vault.keyed("a", b"xy") == plain.digest()


def test_what_a_transaction_made_is_forgotten_when_it_is_rolled_back(rolled_back: Any) -> None:
    with rolled_back():
        envelope, lost = vault.new_envelope()
        key = vault.index_key("test")
    assert vault.index_key("test") != key
    again = Envelope.objects.create(pk=envelope.pk, wrapped=bytes(40), master="")
    again.delete()
    with pytest.raises(vault.SealBrokenError):
        vault.sealer(envelope.pk)
    with transaction.atomic():
        other, made = vault.new_envelope()
        kept = vault.index_key("test")
    assert vault.index_key("test") == kept
    assert vault.sealer(other.pk) is made
    with pytest.raises(vault.SealBrokenError):
        made.open(lost.seal(b"text"))


@pytest.mark.django_db(transaction=True)
class TestSeveralAtOnce:
    """With transactions that commit, and threads with connections of their own."""

    def test_others_see_a_key_when_it_is_committed(self) -> None:
        with transaction.atomic():
            envelope, made = vault.new_envelope()
            assert vault.sealer(envelope.pk) is made
            if connection.vendor != "sqlite":  # there a second transaction would wait for this one
                assert isinstance(elsewhere(lambda: vault.sealer(envelope.pk)), vault.SealBrokenError)
        assert elsewhere(lambda: vault.sealer(envelope.pk)) is made

    def test_a_purge_that_is_rolled_back_never_was(self, rolled_back: Any) -> None:
        envelope, made = vault.new_envelope()
        with rolled_back():
            vault.destroy(envelope.pk)
        assert vault.sealer(envelope.pk).open(made.seal(b"text")) == b"text"

    def test_who_reads_while_it_is_purged_keeps_nothing(self) -> None:
        envelope, _ = vault.new_envelope()
        with transaction.atomic():
            vault.destroy(envelope.pk)
            elsewhere(lambda: vault.sealer(envelope.pk))  # still there for others, who remember it
        with pytest.raises(vault.DestroyedError):
            vault.sealer(envelope.pk)
        assert isinstance(elsewhere(lambda: vault.sealer(envelope.pk)), vault.DestroyedError)

    def test_one_index_key_however_many_make_it(self) -> None:
        gate = threading.Barrier(8)
        found: list[bytes] = []

        def make() -> None:
            try:
                gate.wait(30)
                found.append(vault.index_key("test"))
            finally:
                connection.close()

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        vault.forget()
        assert len(found) == 8
        assert set(found) == {vault.index_key("test")}
        assert InstallationSecret.objects.count() == 1

    def test_many_threads_share_the_cache(self) -> None:
        made = {envelope.pk: sealer for envelope, sealer in (vault.new_envelope() for _ in range(20))}
        sealed = {pk: sealer.seal(b"text") for pk, sealer in made.items()}

        def read() -> int:
            return sum(vault.sealer(pk).open(sealed[pk]) == b"text" for _ in range(50) for pk in made)

        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.append(elsewhere(read))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert results == [1000] * 4
