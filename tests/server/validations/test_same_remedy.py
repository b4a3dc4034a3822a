"""Flaws of which one fix stops a reproducer: suggested to be one, to who may see both, for as long as verdicts hold."""

import pytest

from clearinghouse.records import Reason
from clearinghouse.server.access.models import Grant, ObjectKind
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.operate.check import verdicts
from clearinghouse.server.participants.models import Person, Role
from clearinghouse.server.validations import remedies, same_remedy, second, services
from clearinghouse.server.validations.jobs import make_up
from clearinghouse.server.validations.models import Attestation, Recipe, Remedy, SigningKey
from clearinghouse.server.validations.running import Newest
from clearinghouse.server.validations.same_remedy import settle, suggestions
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.detail import detail
from clearinghouse.server.vulnerabilities.errors import NotAllowedError, NotFoundError, StateError
from clearinghouse.server.vulnerabilities.models import Division, Link, LinkKind, Vulnerability
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.remedy import Kind
from clearinghouse.validation.verdict import Verdict
from server_people import reader_for
from server_reports import a_coordinator, a_result, a_sender, send, sound
from server_validations import a_recipe, asked, pretend, register, zipped
from server_validations import a_result as a_verdict

pytestmark = pytest.mark.django_db
PATCH = """--- a/app.py
+++ b/app.py
@@ -1,2 +1,2 @@
 import sys
-print("LEAKED")
+print("fine")
@@ -9 +9 @@
-a
+b
"""
WHY = "as both of them told us"


def patched(title, patch=PATCH):
    """A recipe whose fix is a patch."""
    files = a_recipe(title)
    text = files["recipe.toml"].replace(b'archive = "app-2.tar.gz"', b'patch = "fix.patch"')
    return {"recipe.toml": text, "app-1.tar.gz": files["app-1.tar.gz"], "fix.patch": patch.encode()}


def validated(number, files=None, verdict=Verdict.FIXED, finder=None):
    """A flaw of its own with a recipe that was run; the validation."""
    finder = finder or a_sender()
    report = send(finder, [a_result(number)])
    made, _ = services.request_for_report(finder, report.receipt, [zipped(files or patched(f"Number {number}"))])
    pretend(made, verdict)
    return made


def flaw_of(validation):
    return Vulnerability.objects.get(members__report=validation.recipe.report_id)


def of(reader, validation):
    return suggestions(reader, flaw_of(validation).pk)


def let_in(reader, *validations):
    for each in validations:
        Grant.objects.create(
            kind=ObjectKind.VULNERABILITY,
            object_id=flaw_of(each).pk,
            participant_id=reader.participant,
            granted_by=Person.objects.get(pk=a_coordinator().person),
            reason="a test",
        )
    return reader


@pytest.fixture
def coordinator():
    return a_coordinator()


@pytest.fixture
def pair():
    return validated(1), validated(2)


# --- What is suggested


def test_one_patch_that_stops_both_suggests_and_joins_nothing(coordinator, pair):
    one, two = pair
    (found,) = of(coordinator, one)
    assert (found.other.reference, found.remedy.kind, found.stopped) == (flaw_of(two).reference, Kind.PATCH, 2)
    assert [found.one.row.recipe_id, found.two.row.recipe_id] == [one.recipe_id, two.recipe_id]
    assert found.one.row.reference in found.explanation
    assert found.two.row.reference in found.explanation
    assert "same patch of 2 hunks" in found.explanation
    (back,) = of(coordinator, two)
    assert (back.other.reference, back.score) == (flaw_of(one).reference, found.score)
    assert not Link.objects.exists()
    assert flaw_of(one) != flaw_of(two)
    sound()


def test_a_release_says_less_and_says_so(coordinator):
    one, _ = validated(1, a_recipe("One")), validated(2, a_recipe("Two"))
    (found,) = of(coordinator, one)
    assert found.remedy.kind is Kind.RELEASE
    assert "holds many changes" in found.explanation
    validated(3), validated(4)
    assert found.score < of(coordinator, validated(5))[0].score


def test_another_fix_or_one_that_does_not_hold_suggests_nothing(coordinator):
    one = validated(1)
    validated(2, patched("Two", PATCH.replace("fine", "other")))
    validated(3, a_recipe("Three"))
    for number, verdict in enumerate((Verdict.FIX_INCOMPLETE, Verdict.REPRODUCED, Verdict.FLAKY), 4):
        validated(number, verdict=verdict)
    assert of(coordinator, one) == []


def test_what_stops_many_flaws_suggests_nothing(coordinator, monkeypatch):
    monkeypatch.setattr(same_remedy, "MOST_FLAWS", 3)
    made = [validated(number) for number in range(1, 4)]
    found = of(coordinator, made[0])
    assert [each.stopped for each in found] == [3, 3]
    assert "reproducers of 3 flaws" in found[0].explanation
    validated(4)
    assert of(coordinator, made[0]) == []


def test_two_recipes_of_one_flaw_are_one_suggestion(coordinator, pair):
    one, two = pair
    report = two.recipe.report
    made, _ = services.request_for_report(coordinator, report.receipt, [zipped(patched("Another of it"))])
    pretend(made)
    assert len(of(coordinator, one)) == 1
    assert len(of(coordinator, two)) == 1


def test_a_recipe_of_a_report_that_speaks_of_several_flaws_is_of_none(coordinator):
    one, finder = validated(1), a_sender()
    report = send(finder, [a_result(2), a_result(3)])
    made, _ = services.request_for_report(finder, report.receipt, [zipped(patched("Of which"))])
    pretend(made)
    assert of(coordinator, one) == []
    about, _ = services.request_for_flaw(
        coordinator,
        Vulnerability.objects.get(members__report=report, members__number=1).reference,
        [zipped(patched("b"))],
    )
    pretend(about)
    assert len(of(coordinator, one)) == 1


# --- Which verdicts count


def test_what_was_changed_revoked_or_contradicted_does_not_count(coordinator, pair):
    one, two = pair
    row = Attestation.objects.get(recipe=two.recipe_id)
    for changes in ({"sealed": bytes(row.sealed)[:-1] + b"x"}, {"verdict": "reproduced"}):
        Attestation.objects.filter(pk=row.pk).update(**changes)
        assert of(coordinator, one) == of(coordinator, two) == []
        Attestation.objects.filter(pk=row.pk).update(sealed=row.sealed, verdict=row.verdict)
    SigningKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert of(coordinator, one) == []
    SigningKey.objects.update(revoked_at=None)
    assert len(of(coordinator, one)) == 1
    again, _ = services.again(coordinator, two.reference)
    pretend(again, Verdict.FIX_INCOMPLETE)
    assert of(coordinator, one) == of(coordinator, two) == []
    again, _ = services.again(coordinator, two.reference)
    pretend(again, newest=Newest(tested="1", why="it is run once more"))
    assert len(of(coordinator, one)) == 1


def test_a_digest_or_record_that_was_changed_compares_with_nothing(coordinator, pair):
    one, two = pair
    mine, other = (Remedy.objects.get(recipe=each.recipe_id) for each in pair)
    validated(3, a_recipe("Three"))
    third = Remedy.objects.exclude(pk__in=(mine.pk, other.pk)).get()
    assert [each.code for each in verdicts.signed(lambda *_: None)] == []
    Remedy.objects.filter(pk=third.pk).update(mac=mine.mac)
    assert [each.other.reference for each in of(coordinator, one)] == [flaw_of(two).reference]
    assert [each.code for each in verdicts.signed(lambda *_: None)] == ["remedy_tampered"]
    Remedy.objects.filter(pk=other.pk).update(sealed=mine.sealed)
    assert of(coordinator, one) == []


@pytest.fixture
def signs(tmp_path):
    numbers = iter(range(100))

    def submit(reader, validation, verdict):
        path = tmp_path / f"key{next(numbers)}"
        make_key_pair(path)
        register(reader, "farm", path)
        loaded = services_loaded(validation)
        envelope = sign(statement_of(a_verdict(loaded, verdict).result), [load_private(path)]).to_bytes()
        return second.submit(reader, validation.reference, [envelope])[0]

    return submit


def services_loaded(validation):
    from clearinghouse.server.evidence import vault  # noqa: PLC0415
    from clearinghouse.server.validations.sealed import open_recipe  # noqa: PLC0415

    return open_recipe(validation.recipe, vault.sealer(validation.recipe.envelope_id))


def test_verdicts_of_others_count_but_for_the_finders_own(coordinator, signs):
    one = validated(1)
    steward = a_sender(Role.FINDER, steward=True)
    two = validated(2, verdict=Verdict.REPRODUCED, finder=steward)
    signs(steward, two, Verdict.FIXED)
    assert of(coordinator, one) == []
    vendor = let_in(a_sender(Role.VENDOR, steward=True), two)
    said = signs(vendor, two, Verdict.FIXED)
    (found,) = of(coordinator, one)
    assert found.two.row == said
    third = let_in(a_sender(Role.VENDOR, steward=True), two)
    signs(third, two, Verdict.FIX_INCOMPLETE)
    assert of(coordinator, one) == []


def test_whoever_sent_another_finding_of_the_flaw_is_a_finder(coordinator, signs):
    one, two = validated(1), validated(2, verdict=Verdict.REPRODUCED)
    other = let_in(a_sender(Role.FINDER, steward=True), two)
    third = send(other, [a_result(3)])
    signs(other, two, Verdict.FIXED)
    assert len(of(coordinator, one)) == 1
    also = Vulnerability.objects.get(members__report=third)
    acts.join_by_hand(coordinator, flaw_of(two).reference, also.reference, WHY)
    assert of(coordinator, one) == []


# --- Who sees it


def test_it_shows_to_who_may_see_both_flaws_and_to_nobody_else(coordinator, pair):
    one, two = pair
    both, half = let_in(a_sender(Role.VENDOR), one, two), let_in(a_sender(Role.VENDOR), one)
    third = validated(3)
    assert [each.other.reference for each in of(both, one)] == [flaw_of(two).reference]
    assert of(both, one)[0].stopped == 2
    assert of(half, one) == []
    assert len(of(coordinator, third)) == 2
    sender = reader_for(Person.objects.get(pk=one.person_id))
    assert of(sender, one) == []
    assert of(a_sender(Role.VENDOR), one) == []


# --- What people decide


def test_a_person_accepts_it(coordinator, pair):
    one, two = (flaw_of(each) for each in pair)
    joined = settle(coordinator, one.reference, two.reference, WHY, one_flaw=True)
    assert flaw_of(pair[1]) == joined == flaw_of(pair[0])
    link = Link.objects.get()
    assert (link.kind, link.why, link.person_id) == (LinkKind.JOINS, Reason.REMEDY, coordinator.person)
    (view,) = detail(coordinator, joined.reference).links
    for each in Attestation.objects.all():
        assert each.reference in view.explanation
    assert of(coordinator, pair[0]) == []
    assert Entry.objects.filter(act="vulnerability.merged").count() == 1
    sound()
    acts.divide(coordinator, link.pk, "they can be fixed apart")
    assert of(coordinator, pair[0]) == []
    acts.withdraw(coordinator, Division.objects.get().pk, "we looked again")
    assert len(of(coordinator, pair[0])) == 1
    sound()


def test_a_person_refuses_it(coordinator, pair):
    one, two = (flaw_of(each) for each in pair)
    settle(coordinator, two.reference, one.reference, WHY, one_flaw=False)
    assert of(coordinator, pair[0]) == of(coordinator, pair[1]) == []
    assert not Link.objects.exists()
    assert Entry.objects.filter(act="suggestion.rejected").count() == 1
    with pytest.raises(NotFoundError):
        settle(coordinator, one.reference, two.reference, WHY, one_flaw=True)
    with pytest.raises(StateError):
        acts.join_by_hand(coordinator, one.reference, two.reference, WHY)
    sound()


def test_only_a_coordinator_decides(pair):
    one, two = pair
    vendor = let_in(a_sender(Role.VENDOR), one, two)
    with pytest.raises(NotAllowedError):
        settle(vendor, flaw_of(one).reference, flaw_of(two).reference, WHY, one_flaw=True)
    with pytest.raises(NotFoundError):
        settle(a_sender(), flaw_of(one).reference, flaw_of(two).reference, WHY, one_flaw=True)
    assert not Link.objects.exists()


def test_flaws_that_move_take_it_with_them(coordinator, pair):
    one, two = pair
    third = send(a_sender(), [a_result(3)])
    other = Vulnerability.objects.get(members__report=third)
    acts.join_by_hand(coordinator, flaw_of(two).reference, other.reference, WHY)
    (found,) = suggestions(coordinator, flaw_of(one).pk)
    assert found.other.reference == flaw_of(two).reference
    acts.join_by_hand(coordinator, flaw_of(one).reference, other.reference, WHY)
    assert of(coordinator, one) == []


# --- What is kept


def test_a_purge_leaves_nothing_of_it(coordinator, pair):
    one, two = pair
    purge(coordinator, two.recipe.report.receipt, "it was sent to the wrong place")
    assert [each.recipe_id for each in Remedy.objects.all()] == [one.recipe_id]
    assert of(coordinator, one) == []
    assert suggestions(coordinator, flaw_of(two).pk) == []
    make_up.call()
    assert Remedy.objects.count() == 1
    assert not [each for each in verdicts.signed(lambda *_: None) if each.code.startswith("remedy")]


def test_what_is_kept_tells_nothing_without_the_keys(pair):
    one, two = (Remedy.objects.get(recipe=each.recipe_id) for each in pair)
    assert bytes(one.mac) == bytes(two.mac)
    assert len(bytes(one.mac)) == 32
    assert bytes(one.sealed) != bytes(two.sealed)
    assert b"fix.patch" not in bytes(one.sealed)


def test_verdicts_from_before_are_made_up_for(coordinator, pair):
    one, two = pair
    validated(3, verdict=Verdict.REPRODUCED)
    before = {each.recipe_id: bytes(each.mac) for each in Remedy.objects.all()}
    Remedy.objects.all().delete()
    assert of(coordinator, one) == []
    Recipe.objects.filter(pk=one.recipe_id).update(blob="there/is/none")
    make_up.call()
    assert [each.recipe_id for each in Remedy.objects.all()] == [two.recipe_id]
    Recipe.objects.filter(pk=one.recipe_id).update(blob=one.recipe.blob)
    assert remedies.make_up() == 1
    assert remedies.make_up() == 0
    assert {each.recipe_id: bytes(each.mac) for each in Remedy.objects.all()} == before
    assert len(of(coordinator, one)) == 1


def test_a_real_run_keeps_it(coordinator):
    from clearinghouse.server.jobs.services import run_until_idle  # noqa: PLC0415

    finder = a_sender()
    made = [asked(finder, send(finder, [a_result(number)]), title=f"Number {number}") for number in (1, 2)]
    run_until_idle()
    (found,) = of(coordinator, made[0])
    assert found.remedy.name == "app-2.tar.gz"
