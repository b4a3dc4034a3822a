"""What who operates the server sees of validations: checks, numbers, keys."""

import pytest
from django.conf import settings as django_settings

from clearinghouse.server.operate import home as homes
from clearinghouse.server.operate import stored
from clearinghouse.server.operate.check import verdicts
from clearinghouse.server.validations import signing
from clearinghouse.server.validations.errors import SigningError
from clearinghouse.server.validations.keys import KEY, make_key
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.web import metrics
from server_reports import a_result, a_sender, send
from server_validations import asked, pretend


def silent(part, done, total):
    """Tell nobody."""


@pytest.fixture
def row(db):
    finder = a_sender()
    return pretend(asked(finder, send(finder, [a_result()])))


def test_a_verdict_that_was_changed_is_found(row):
    assert list(verdicts.signed(silent)) == []
    Attestation.objects.update(verdict="flaky")
    assert [each.code for each in verdicts.signed(silent)] == ["verdict_tampered"]
    Attestation.objects.all().delete()
    assert [each.code for each in verdicts.signed(silent)] == ["verdict_missing"]


def test_what_is_named_is_expected(row):
    names = {row.recipe.blob, row.validation.blob}
    assert stored.expected(names) == stored.named(names) == names


def test_numbers(row, configured, tmp_path):
    configured(home=tmp_path)
    text = metrics.text().decode()
    assert 'clearinghouse_validations{state="done"} 1.0' in text
    assert 'clearinghouse_verdicts{by="installation",verdict="fixed"} 1.0' in text


def test_the_key_is_made_once_for_its_owner_only(row, configured, validating, tmp_path):
    validating(signing_key="")
    configuration = configured(home=tmp_path)
    assert [each.code for each in verdicts.key()] == ["no_signing_key"]
    with pytest.raises(SigningError):
        signing.own_signer()
    configuration.keys.mkdir(mode=0o700)
    path = make_key(configuration)
    assert path == configuration.keys / KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert make_key(configuration) is None
    assert list(verdicts.key()) == list(homes.key_complaints(configuration)) == []
    assert signing.pem_of(signing.own_signer()) == path.with_name(f"{KEY}.pub").read_bytes()
    path.chmod(0o644)
    assert [each.code for each in verdicts.key()] == ["no_signing_key"]
    assert django_settings.CONFIGURATION.home == tmp_path
