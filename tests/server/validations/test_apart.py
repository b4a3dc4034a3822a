"""Which part of one patch stops which of two reproducers, run in a real sandbox when a coordinator asks."""

import io
import tarfile

import pytest
from django.utils import timezone

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.operate.check import verdicts
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import apart, running, services
from clearinghouse.server.validations.errors import AskedWrongError, NotForThemError, TierError
from clearinghouse.server.validations.jobs import LONGEST_AWAY
from clearinghouse.server.validations.models import Remedy
from clearinghouse.server.validations.same_remedy import settle, suggestions
from clearinghouse.server.vulnerabilities.detail import detail
from clearinghouse.server.vulnerabilities.errors import NotFoundError
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.validation.errors import NotToBeHadError
from clearinghouse.validation.parts import Standing
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, pretend, zipped

pytestmark = pytest.mark.django_db

MIDDLE = "".join(f"# {number}\n" for number in range(12))
SOURCE = f"""import sys
print("LEAKED" if sys.argv[1] == "one" else "fine")
{MIDDLE}print("LEAKED" if sys.argv[1] == "two" else "fine")
"""
PATCH = """--- a/app.py
+++ b/app.py
@@ -2 +2 @@
-print("LEAKED" if sys.argv[1] == "one" else "fine")
+print("fine")
@@ -15 +15 @@
-print("LEAKED" if sys.argv[1] == "two" else "fine")
+print("fine")
"""


def archive():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        member = tarfile.TarInfo("app-1/app.py")
        member.size = len(SOURCE.encode())
        made.addfile(member, io.BytesIO(SOURCE.encode()))
    return out.getvalue()


ARCHIVE = archive()


def validated(number, word, patch=PATCH):
    """A flaw of its own whose recipe a patch of two hunks stops; the validation."""
    finder = a_sender()
    command = f'["python3", "/subject/source/app.py", "{word}"]'
    text = a_recipe(f"Number {number}", command=command)["recipe.toml"]
    text = text.replace(b'archive = "app-2.tar.gz"', b'patch = "fix.patch"')
    files = {"recipe.toml": text, "app-1.tar.gz": ARCHIVE, "fix.patch": patch.encode()}
    report = send(finder, [a_result(number)])
    made, _ = services.request_for_report(finder, report.receipt, [zipped(files)])
    pretend(made)
    return made


def flaw_of(validation):
    return Vulnerability.objects.get(members__report=validation.recipe.report_id)


def ask(reader, one, two):
    return apart.ask(reader, flaw_of(one).reference, flaw_of(two).reference)


def found(reader, one):
    (each,) = suggestions(reader, flaw_of(one).pk)
    return each


@pytest.fixture
def coordinator():
    return a_coordinator()


def test_two_that_can_be_fixed_apart(coordinator):
    one, two = validated(1, "one"), validated(2, "two")
    before = found(coordinator, one)
    assert before.divisible
    assert before.compared is None
    ask(coordinator, one, two)
    assert found(coordinator, two).waits
    ask(coordinator, one, two)
    assert Job.objects.filter(task_path__endswith=".take_apart").count() == 2
    run_until_idle()
    each = found(coordinator, one)
    assert (each.waits, each.told, each.score) == (False, True, None)
    assert each.compared.standing is Standing.APART
    assert "Without its hunk 1 only this one shows again, without its hunk 2 only the other" in each.explanation
    assert found(coordinator, two).compared.one == each.compared.other == (1,)
    assert Entry.objects.filter(act="remedy.taken_apart").count() == 2
    assert b"needed" not in bytes(Remedy.objects.first().parts)
    ask(coordinator, one, two)
    assert run_until_idle() == 0
    settle(coordinator, flaw_of(one).reference, flaw_of(two).reference, "they can be fixed apart", one_flaw=False)
    assert suggestions(coordinator, flaw_of(one).pk) == []


def test_two_that_one_hunk_stops(coordinator):
    one, two = validated(1, "one"), validated(2, "one")
    ask(coordinator, one, two)
    run_until_idle()
    each = found(coordinator, one)
    assert each.compared.standing is Standing.SHARED
    assert "lacks its hunk 1: what stops them is one change" in each.explanation
    joined = settle(coordinator, flaw_of(one).reference, flaw_of(two).reference, "one change", one_flaw=True)
    (link,) = detail(coordinator, joined.reference).links
    assert "one change" in link.explanation


def test_what_cannot_be_told_says_so_and_may_be_asked_again(coordinator):
    one, two = validated(1, "one"), validated(2, "three")  # which never shows: nothing is needed to stop it
    ask(coordinator, one, two)
    run_until_idle()
    each = found(coordinator, one)
    assert (each.compared.standing, each.told) == (Standing.UNKNOWN, False)
    assert each.score is not None
    assert "could not be told" in each.explanation


def test_a_better_runner_has_its_chance_and_then_it_may_be_asked_again(coordinator, monkeypatch):
    one, two = validated(1, "one"), validated(2, "two")

    def refuse(*_):
        raise TierError("this needs isolation T2, and the runner here has T1", "run a better one")

    with monkeypatch.context() as patched:
        patched.setattr(running, "session", refuse)
        ask(coordinator, one, two)
        for _ in range(6):  # more often than attempts are counted: who has a better runner may be busy
            run_until_idle()
            assert found(coordinator, one).compared is None
            Job.objects.filter(state=State.READY).update(run_after="2026-01-01T00:00:00Z")
        Job.objects.update(enqueued_at=timezone.now() - LONGEST_AWAY)
        run_until_idle()
    assert found(coordinator, one).compared.standing is Standing.UNKNOWN
    ask(coordinator, one, two)
    run_until_idle()
    assert found(coordinator, one).compared.standing is Standing.APART


def test_a_registry_that_is_away_is_asked_again(coordinator, monkeypatch):
    one, two = validated(1, "one"), validated(2, "two")

    def away(*_):
        raise NotToBeHadError("pypi.example does not answer", "try it later")

    with monkeypatch.context() as patched:
        patched.setattr(apart, "roles_of_hunks", away)
        ask(coordinator, one, two)
        run_until_idle()
        assert found(coordinator, one).compared is None
    Job.objects.filter(state=State.READY).update(run_after="2026-01-01T00:00:00Z")
    run_until_idle()
    assert found(coordinator, one).compared.standing is Standing.APART


def test_a_hunk_without_which_it_breaks_is_no_reason_to_fix_them_apart(coordinator):
    """Each needs a hunk of its own, which calls what the first one makes; nobody saw the other stopped without it."""
    broken = PATCH.replace('+print("fine")', "+print(words)").replace(
        "@@ -2 +2 @@", "@@ -1,2 +1,3 @@\n import sys\n+words = 1"
    )
    broken = broken.replace("+15 @@", "+16 @@")
    one, two = validated(1, "one", broken), validated(2, "two", broken)
    ask(coordinator, one, two)
    run_until_idle()
    compared = found(coordinator, one).compared
    assert compared.standing is Standing.UNKNOWN


def test_who_may_ask_and_of_what(coordinator):
    one, two = validated(1, "one"), validated(2, "two")
    for reader in (a_sender(), a_sender(Role.VENDOR)):
        with pytest.raises(NotForThemError):
            ask(reader, one, two)
    single = PATCH[: PATCH.index("@@ -15")]
    three, four = validated(3, "one", single), validated(4, "one", single)
    with pytest.raises(AskedWrongError):
        ask(coordinator, three, four)
    with pytest.raises(NotFoundError):
        ask(coordinator, one, three)
    assert not Job.objects.filter(task_path__endswith=".take_apart").exists()


def test_a_purge_ends_it_and_changes_are_told(coordinator):
    one, two = validated(1, "one"), validated(2, "two")
    ask(coordinator, one, two)
    run_until_idle()
    row = Remedy.objects.get(recipe=one.recipe_id)
    Remedy.objects.filter(pk=row.pk).update(parts=bytes(Remedy.objects.exclude(pk=row.pk).get().parts))
    assert found(coordinator, one).compared is None
    assert [each.code for each in verdicts.signed(lambda *_: None)] == ["remedy_tampered"]
    ask(coordinator, one, two)
    assert found(coordinator, one).waits
    purge(coordinator, one.recipe.report.receipt, "it was sent to the wrong place")
    assert not Job.objects.filter(task_path__endswith=".take_apart", state=State.READY).exists()
    assert not Remedy.objects.filter(recipe=one.recipe_id).exists()
