"""Verdicts of others as they are given in: whose they are, how many are kept, and what waits for that."""

import pytest
from django.db import connection

from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import opinions, queries, reading, remedies, second, services, signing
from clearinghouse.server.validations.errors import AskedWrongError, GoneError, NotForThemError
from clearinghouse.server.validations.models import Attestation, Remedy, SigningKey
from clearinghouse.server.validations.sealed import open_recipe
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.result import Evidence, Result, Run
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import ISOLATION, a_recipe, a_second, asked, pretend, register, zipped
from server_validations import a_result as a_verdict

database = pytest.mark.django_db
PATCH = b"--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-import sys\n+import sys, re\n"


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def validation(finder):
    found = asked(finder, send(finder, [a_result()]))
    pretend(found, Verdict.REPRODUCED)
    return found


@pytest.fixture
def vendor(validation):
    return a_second(flaw=Vulnerability.objects.get().pk)


def test_the_longest_that_can_come_of_a_validation_is_taken(tmp_path):
    names = [(arm, number) for arm in ("affected", "fixed", "newest") for number in range(100)]
    run = {"shown": True, "signature": "x" * 100, "how": "y" * 100, "seconds": 1.2345, "cpu": 1.2345, "exit": 1}
    written = [Evidence(f"{arm}-{number}.{to}", "ab" * 32, 9) for arm, number in names for to in ("stdout", "stderr")]
    files = [Evidence(f"recipe/some/folder/file-{number}.c", "ab" * 32, 9) for number in range(1000)]
    result = Result(
        recipe={"path": "", "title": "t" * 200, "sha256": "ab" * 32},
        verdict=Verdict.FIXED,
        why="w" * 1000,
        isolation=ISOLATION,
        runs=tuple(Run(subject=arm, **run) for arm, _ in names),
        evidence=(*files, *written),
    )
    make_key_pair(tmp_path / "key")
    envelope = sign(statement_of(result), [load_private(tmp_path / "key")])
    assert len(envelope.to_bytes()) < second.LARGEST
    second._require_small(envelope.payload)


@database
def test_two_participants_may_sign_one_envelope(validation, vendor, tmp_path):
    other = a_second(flaw=Vulnerability.objects.get().pk)
    for reader, name in ((vendor, "one"), (other, "two")):
        make_key_pair(tmp_path / name)
        register(reader, "farm", tmp_path / name)
    loaded = open_recipe(validation.recipe, vault.sealer(validation.recipe.envelope_id))
    statement = statement_of(a_verdict(loaded, Verdict.REPRODUCED).result)
    envelope = sign(statement, [load_private(tmp_path / name) for name in ("one", "two")]).to_bytes()
    for reader in (vendor, other):
        made, new = second.submit(reader, validation.reference, [envelope])
        assert new
        assert second.submit(reader, validation.reference, [envelope]) == (made, False)
    assert queries.of_flaw(a_coordinator(), Vulnerability.objects.get().pk).agreed.confirm == 3


@database
def test_what_a_revoked_key_signed_leaves_room_for_more(monkeypatch, validation, vendor, signs):
    monkeypatch.setattr(second, "MOST", 2)
    for number in range(2):
        second.submit(vendor, validation.reference, [signs(vendor, validation, seconds=float(number))])
    with pytest.raises(AskedWrongError, match="there are 2 verdicts"):
        second.submit(vendor, validation.reference, [signs(vendor, validation, seconds=9.0)])
    signing.revoke(vendor, SigningKey.objects.get(participant=vendor.participant).reference)
    assert second.submit(vendor, validation.reference, [signs(vendor, validation, anew=True)])[1]


# --- What is done before anything is locked


@pytest.fixture
def read_within(monkeypatch):
    """How deep in transactions each stranger's text is read, beyond the test's own."""
    outside, depths, real = len(connection.savepoint_ids), [], reading._in_turn

    def noted(read):
        depths.append(len(connection.savepoint_ids) - outside)
        return real(read)

    monkeypatch.setattr(reading, "_in_turn", noted)
    return depths


def with_patch(finder):
    files = a_recipe("By a patch")
    text = files["recipe.toml"].replace(b'archive = "app-2.tar.gz"', b'patch = "fix.patch"')
    body = zipped({"recipe.toml": text, "app-1.tar.gz": files["app-1.tar.gz"], "fix.patch": PATCH})
    made, _ = services.request_for_report(finder, send(finder, [a_result()]).receipt, [body])
    pretend(made, Verdict.REPRODUCED)
    return made


@database
def test_nobody_who_writes_waits_until_a_recipe_is_read(finder, signs, read_within):
    """And the recipe and its patch are read by another process."""
    validation = with_patch(finder)
    vendor = a_second(Role.VENDOR, flaw=Vulnerability.objects.get().pk)
    envelope = signs(vendor, validation, Verdict.FIXED)
    read_within.clear()
    second.submit(vendor, validation.reference, [envelope])
    assert read_within == [0, 0]
    kept = Remedy.objects.get()
    assert remedies.opened(kept, vault.sealer(validation.recipe.envelope_id)).hunks == 1
    Remedy.objects.all().delete()
    read_within.clear()
    assert remedies.make_up() == 1
    assert read_within == [0, 0]
    assert Remedy.objects.get().mac == kept.mac


@database
def test_what_changes_while_a_verdict_is_looked_at_is_seen(monkeypatch, validation, vendor, signs):
    """The key is revoked, or the report purged, after the signature was found to hold."""
    real = second._given

    def meanwhile(change):
        def given(*args):
            found = real(*args)
            change()
            return found

        monkeypatch.setattr(second, "_given", given)

    envelope = signs(vendor, validation)
    key = SigningKey.objects.get(participant=vendor.participant).reference
    meanwhile(lambda: signing.revoke(vendor, key))
    with pytest.raises(NotForThemError):
        second.submit(vendor, validation.reference, [envelope])
    monkeypatch.undo()
    envelope = signs(vendor, validation, anew=True)
    meanwhile(lambda: purge(a_coordinator(), validation.recipe.report.receipt, "It was sent by mistake"))
    with pytest.raises(GoneError):
        second.submit(vendor, validation.reference, [envelope])
    assert not Attestation.objects.filter(participant=vendor.participant).exists()


# --- A validator's own words


@database
def test_the_words_of_a_validator_are_one_line_of_some_length(validation, vendor, signs):
    envelope = signs(vendor, validation, why="all of it\n\u202eis so" + "e" * 5_000)
    made, _ = second.submit(vendor, validation.reference, [envelope])
    read = queries.reread(vendor, made)
    assert read.standing == opinions.Belief.VERIFIED
    assert read.said.why.startswith("all of it is so")
    assert len(read.said.why) == 1_000
