"""Keys by which verdicts of an organisation count: a steward registers them, and proves to have them."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import possession, signing
from clearinghouse.server.validations.errors import AskedWrongError, NotForThemError, ValidationNotFoundError
from clearinghouse.server.validations.models import SigningKey
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.trust.possession import answer
from server_reports import a_sender
from server_validations import proof, register

database = pytest.mark.django_db
pytestmark = database


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    make_key_pair(path)
    return path


@pytest.fixture
def steward():
    return a_sender(steward=True)


def pem_of(path) -> bytes:
    return path.with_name(f"{path.name}.pub").read_bytes()


def acts() -> list[str]:
    return [each.act for each in Entry.objects.order_by("seq") if each.act.startswith("signing_key.")]


def test_keys_are_stewards_affair(key, steward):
    pem, member = pem_of(key), a_sender()
    with pytest.raises(NotForThemError):
        possession.challenge(member)
    with pytest.raises(NotForThemError):
        signing.register(member, "farm", pem, proof(steward, key))
    with pytest.raises(NotForThemError):
        possession.challenge(msgspec.structs.replace(steward, person=None))
    with pytest.raises(AskedWrongError, match="no name"):
        signing.register(steward, "", pem, proof(steward, key))
    for wrong in (b"", b"nothing", key.read_bytes(), pem + pem):
        with pytest.raises(AskedWrongError, match="no public key"):
            signing.register(steward, "farm", wrong, proof(steward, key))
    assert acts() == []
    made = register(steward, "farm", key)
    assert made.challenge is not None
    with pytest.raises(ValidationNotFoundError):
        signing.revoke(a_sender(steward=True), made.reference)
    signing.revoke(steward, made.reference)
    assert acts() == ["signing_key.added", "signing_key.revoked"]


def test_what_proves_nothing(key, steward, tmp_path, settings: Any):
    make_key_pair(tmp_path / "other")
    asked = possession.challenge(steward)
    signer, other = load_private(key), load_private(tmp_path / "other")
    colleague = a_sender(steward=True)
    changed = msgspec.structs.replace
    later = changed(asked, expires=asked.expires + dt.timedelta(days=1))
    elsewhere = changed(asked, origin="https://elsewhere.example")
    attempts = {
        "nothing": b"",
        "no envelope": b"{}",
        "too large": b" " * (possession.LARGEST + 1),
        "another key": answer(asked, other).to_bytes(),
        "another participant's": answer(possession.challenge(colleague), signer).to_bytes(),
        "of another person": answer(possession.challenge(changed(steward, person=colleague.person)), signer).to_bytes(),
        "another end": answer(later, signer).to_bytes(),
        "another installation's": answer(elsewhere, signer).to_bytes(),
        "made up": answer(changed(asked, seal="0" * 64), signer).to_bytes(),
    }
    for name, given in attempts.items():
        with pytest.raises(AskedWrongError, match=r"prove|proof|given to you"):
            signing.register(steward, name, pem_of(key), given)
    moved = answer(asked, signer).to_bytes()
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, origin="https://moved.example")
    with pytest.raises(AskedWrongError, match="not given to you here"):
        signing.register(steward, "moved", pem_of(key), moved)
    assert (SigningKey.objects.count(), acts()) == (0, [])


def test_a_challenge_ends(key, steward, monkeypatch):
    given = proof(steward, key)
    later = timezone.now() + possession.LASTS
    monkeypatch.setattr(possession.timezone, "now", lambda: later)
    with pytest.raises(AskedWrongError, match="is over"):
        signing.register(steward, "farm", pem_of(key), given)


def test_a_challenge_is_answered_once(key, steward, tmp_path):
    make_key_pair(tmp_path / "other")
    asked = possession.challenge(steward)
    for path in (key, tmp_path / "other"):
        given = answer(asked, load_private(path)).to_bytes()
        if path == key:
            signing.register(steward, "farm", pem_of(path), given)
        else:
            with pytest.raises(AskedWrongError, match="answered before"):
                signing.register(steward, "farm", pem_of(path), given)
    assert SigningKey.objects.count() == 1


def test_a_key_of_somebody_else_is_refused_as_ones_own_is(key, steward):
    """Whoever has the private half learns that it is registered, and not by whom; nobody else learns that."""
    register(steward, "farm", key)
    other = a_sender(steward=True)
    said = []
    for reader in (steward, other):
        with pytest.raises(AskedWrongError) as error:
            register(reader, "mine", key)
        said.append((error.value.what, error.value.remedy))
    assert said[0] == said[1]
    with pytest.raises(AskedWrongError, match="not proved"):
        signing.register(other, "mine", pem_of(key), b"{}")
    signing.revoke(steward, SigningKey.objects.get().reference)
    for reader in (steward, other):  # what was given up does not come back, nor to somebody else
        with pytest.raises(AskedWrongError) as error:
            register(reader, "mine", key)
        assert (error.value.what, error.value.remedy) == said[0]
    assert acts() == ["signing_key.added", "signing_key.revoked"]


def test_the_installations_own_key_is_nobodys(steward, settings: Any):
    signer = signing.own_signer()
    signing.own_key(signer)
    given = answer(possession.challenge(steward), signer).to_bytes()
    with pytest.raises(AskedWrongError, match="cannot be registered"):
        signing.register(steward, "farm", signing.pem_of(signer), given)


def unproved(reader, path) -> SigningKey:
    """A key as it was registered before proof was asked for."""
    made = register(reader, "of before", path)
    SigningKey.objects.filter(pk=made.pk).update(challenge=None, proof=None)
    return made


def test_one_of_before_takes_nothing_in_until_it_is_proved(key, steward):
    made = unproved(steward, key)
    assert list(signing.live(steward.participant)) == [made]
    assert list(signing.proved(steward.participant)) == []
    assert register(steward, "again", key) == made
    assert list(signing.proved(steward.participant)) == [made]
    assert acts() == ["signing_key.added", "signing_key.proved"]
    with pytest.raises(AskedWrongError):
        register(steward, "again", key)


def test_who_only_said_that_a_key_is_theirs_keeps_it_from_nobody(key, steward):
    squatter = a_sender(Role.VENDOR, steward=True)
    unproved(squatter, key)
    made = register(steward, "ours", key)
    assert list(signing.proved(steward.participant)) == [made]
    with pytest.raises(AskedWrongError, match="cannot be registered"):
        register(squatter, "ours", key)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(participant=squatter.participant).update(challenge="1" * 32)
