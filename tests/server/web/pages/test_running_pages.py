"""Jobs, the log, the account: pages of who runs the installation, and of oneself."""

import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.audit.services import erase, publish_head
from clearinghouse.server.jobs.models import Job, State, Worker
from clearinghouse.server.participants.models import Role, SignIn
from invented_world import signed_in
from server.web.pages.test_membership_pages import said
from server_people import a_participant, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return a_person(a_participant(Role.OBSERVER), administrator=True, name="Pat Keys")


@pytest.fixture
def client(administrator):
    return signed_in(administrator)


def failed(number=1):
    made = Job.objects.create(task_path="clearinghouse.server.intake.jobs.process", args=[number], attempts=5)
    where = ["clearinghouse.server.jobs.running:run:88", "clearinghouse.server.intake.reading:read:71"]
    fields = {"state": State.FAILED, "finished_at": timezone.now(), "error_class": "builtins.MemoryError"}
    Job.objects.filter(pk=made.pk).update(**fields, error_where=where)
    return made


def test_what_failed_stands_first_and_is_tried_again(client):
    job = failed(4711)
    waits = Job.objects.create(task_path="a.room.tasks.some_thing")
    Worker.objects.create(name="river-1", version="0.1.0")
    page = said(client.get("/jobs/"))
    for words in ("Read a report and identify its findings", "report 4711", "MemoryError", "reading:read:71"):
        assert words in page
    assert page.index("What failed") < page.index("What waits and runs") < page.index("Workers")
    assert "Some thing" in page
    assert "river-1" in page
    assert client.post(f"/jobs/{job.pk}/retry/")["Location"] == "/jobs/"
    assert Job.objects.get(pk=job.pk).state == State.READY
    client.post(f"/jobs/{waits.pk}/cancel/")
    assert Job.objects.get(pk=waits.pk).state == State.CANCELLED
    over = client.post(f"/jobs/{waits.pk}/cancel/", {"back": "/jobs/"}, follow=True)
    assert "nothing left to cancel" in said(over)
    assert [entry.act for entry in Entry.objects.order_by("seq")][-2:] == ["job.retried", "job.cancelled"]


def test_nothing_failed_is_told(client):
    page = said(client.get("/jobs/"))
    assert "Nothing failed" in page
    assert "clearinghouse worker" in page


def test_the_questions_of_a_page_do_not_grow(client):
    client.get("/jobs/")

    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries.captured_queries)

    before = {address: asked(address) for address in ("/jobs/", "/audit/", "/participants/", "/glass/")}
    for number in range(20):
        failed(number)
        a_person(a_participant(Role.FINDER))
        signed_in(a_person())
    assert {address: asked(address) for address in before} == before


def test_the_log_is_looked_through(client, administrator):
    other = a_person(name="Ines Aurel")
    signed_in(other)
    page = said(client.get("/audit/"))
    assert "Pat Keys" in page
    assert "Ines Aurel" in page
    found = said(client.get("/audit/?who=aurel"))
    assert "Ines Aurel" in found
    assert "A person signed in." in found
    assert "No entry matches" in said(client.get("/audit/?who=aurel&act=key.created"))
    assert "No entry matches" in said(client.get("/audit/?day=2001-01-01"))
    assert "Ines Aurel" in said(client.get(f"/audit/?day={timezone.now().date()}"))
    assert "Ines Aurel" in said(client.get(f"/audit/?kind=person&object={other.pk}"))
    for address in ("?day=2026-13-45", "?before=-1", f"?before={'9' * 40}", "?act=no&kind=no", "?who=%25"):
        assert client.get(f"/audit/{address}").status_code == 200


def test_the_log_has_pages(client):
    for _ in range(60):
        signed_in(a_person())
    page = client.get("/audit/")
    older = page.context["older_url"]
    assert len(page.context["rows"]) == 50
    rest = client.get(f"/audit/{older}")
    seqs = [row["entry"].seq for each in (page, rest) for row in each.context["rows"]]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == Entry.objects.count()
    assert (rest.context["newest_url"], rest.context["older_url"]) == ("/audit/", "")


def run(text, folder):
    path = folder / "proof.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("seq", [0, 1, 5, 20, 22])
def test_a_proof_checks_itself_and_fails_when_changed(client, tmp_path, seq):
    for number in range(22):
        signed_in(a_person(name=f"Zoë “{number}”\\'''\"\"\""))
    answer = client.get(f"/audit/{seq}/proof/")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    done = run(text, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The entry is in the tree" in done.stdout
    assert "Its text is what was committed to" in done.stdout
    for old, new in (
        (f"SEQ, SIZE = {seq}, 23", f"SEQ, SIZE = {seq + 1}, 23"),
        ('"actor":"person"', '"actor":"nobody"'),
    ):
        assert old in text
        assert "NOT" in run(text.replace(old, new), tmp_path).stderr
    first = text.index("PATH = [bytes") + 60
    flipped = text[:first] + ("0" if text[first] != "0" else "1") + text[first + 1 :]
    assert "NOT" in run(flipped, tmp_path).stderr


def test_an_erased_entry_is_told_and_still_proved(client, tmp_path):
    signed_in(a_person(name="Ines Aurel"))
    seq = Entry.objects.count() - 1
    with transaction.atomic():
        erase([seq])
    publish_head()
    page = said(client.get("/audit/"))
    assert "That it stood here is still proved" in page
    assert "Ines Aurel" not in page
    assert "Last published" in page
    done = run(client.get(f"/audit/{seq}/proof/").content.decode(), tmp_path)
    assert "What it said was erased" in done.stdout


def test_the_account_says_how_one_signs_in(client, administrator):
    page = said(client.get("/account/"))
    assert administrator.email in page
    assert "They come with a passkey or an app" in page
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.WEBAUTHN, data={})
    assert "You have 1." in said(client.get("/account/"))


def test_a_browser_is_signed_out_from_the_account(client, administrator):
    other = signed_in(administrator)
    reference = SignIn.objects.order_by("-pk")[0].reference
    assert reference in client.get("/account/").content.decode()
    client.post("/accounts/browsers/", {"reference": reference})
    assert other.get("/account/")["Location"].startswith("/accounts/login/")
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(("sent", "shown"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')])
def test_how_pages_look_is_remembered(client, sent, shown):
    plain = client.get("/").content.decode()
    assert "data-theme" not in plain
    assert client.post("/account/theme/", {"theme": sent})["Location"] == "/account/"
    assert shown in client.get("/").content.decode()
    cookie = client.cookies["theme"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    client.post("/account/theme/", {"theme": ""})
    assert "data-theme" not in client.get("/").content.decode()


def test_a_theme_that_there_is_not_is_none(client):
    client.post("/account/theme/", {"theme": '"><script>'})
    client.cookies["theme"] = '"><script>'
    assert "script>" not in client.get("/").content.decode().partition("<head>")[0]
