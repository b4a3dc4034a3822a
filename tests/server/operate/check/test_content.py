"""Each kind of damage that is made on purpose is found, and what can be mended is."""

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit import guards
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.master import make_master_key
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake import services
from clearinghouse.server.intake.models import Report, State
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.operate import stored
from clearinghouse.server.operate.check.all_parts import findings
from clearinghouse.server.operate.check.finding import Finding
from clearinghouse.server.participants.models import Role
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db
BODY = b'{"version":"2.1.0","runs":[]}'
LONG_AGO = dt.timedelta(days=3)


@pytest.fixture(autouse=True)
def _private() -> None:
    for folder in (settings.CONFIGURATION.home, settings.CONFIGURATION.keys):
        folder.chmod(0o700)


@pytest.fixture
def coordinator() -> Reader:
    return reader_for(a_person(a_participant(Role.COORDINATOR), steward=True))


@pytest.fixture
def report(coordinator: Reader) -> Report:
    found = services.receive(coordinator, [BODY], services.Sent()).report
    run_until_idle()
    found.refresh_from_db()
    assert found.state == State.DONE
    return found


def found(**options: bool) -> dict[str, Finding]:
    return {each.code: each for each in findings(settings.CONFIGURATION, **options)}


def path_of(name: str) -> Path:
    return settings.CONFIGURATION.blobs / name


def test_all_is_well(report: Report) -> None:
    assert found() == {}


def test_sealed_bytes_that_are_gone_or_changed(report: Report, coordinator: Reader) -> None:
    other = services.receive(coordinator, [BODY + b" "], services.Sent()).report
    run_until_idle()
    path_of(report.blob).unlink()
    path = path_of(other.blob)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    told = found()
    assert told.keys() == {"blob_missing", "blob_damaged"}
    assert report.blob in told["blob_missing"].what
    assert other.blob in told["blob_damaged"].what
    assert all(each.counts and "backup" in each.remedy for each in told.values())
    assert found(repair=True).keys() == told.keys()


def age(path: Path) -> None:
    then = time.time() - LONG_AGO.total_seconds()
    os.utime(path, (then, then))


def test_what_nobody_names_is_removed_when_it_is_old(report: Report) -> None:
    envelope, sealer = vault.new_envelope()
    blob = blobs.write([b"left behind"], sealer, b"nothing", 100)
    assert found(repair=True) == {}
    assert blobs.exists(blob.name)
    age(path_of(blob.name))
    age(path_of(report.blob))
    Envelope.objects.update(created_at=timezone.now() - LONG_AGO)
    told = found()
    assert told.keys() == {"blob_orphan", "key_unused"}
    assert not any(each.counts for each in told.values())
    assert all(each.mended for each in found(repair=True).values())
    assert found() == {}
    assert not blobs.exists(blob.name)
    assert not Envelope.objects.filter(pk=envelope.pk).exists()
    assert blobs.verify(report.blob)
    assert Envelope.objects.filter(pk=report.envelope_id).exists()


def test_a_key_that_was_destroyed_stays_known(report: Report) -> None:
    envelope, _ = vault.new_envelope()
    vault.destroy(envelope.pk)
    Envelope.objects.update(created_at=timezone.now() - LONG_AGO)
    stored.sweep(stored.settled())
    assert Envelope.objects.filter(pk=envelope.pk, destroyed_at__isnull=False).exists()


def test_purged_bytes_that_stayed(report: Report, coordinator: Reader) -> None:
    purge(coordinator, report.receipt, "by mistake")
    assert found() == {}  # the job that removes them waits
    Job.objects.all().delete()
    assert found().keys() == {"purge_unfinished"}
    assert found(repair=True)["purge_unfinished"].mended
    assert not blobs.exists(report.blob)
    assert found() == {}


def test_a_report_on_which_nobody_works(report: Report) -> None:
    Report.objects.update(state=State.READ, state_at=timezone.now())
    assert found() == {}
    Report.objects.update(state_at=timezone.now() - LONG_AGO)
    assert found()["report_stuck"].counts
    assert found(repair=True)["report_stuck"].mended
    assert found() == {}
    run_until_idle()
    report.refresh_from_db()
    assert report.state == State.DONE


def test_work_that_failed_again_and_again(report: Report) -> None:
    Job.objects.filter(task_path__endswith="process").update(state="failed")
    Report.objects.update(state=State.RECEIVED, state_at=timezone.now() - LONG_AGO)
    told = found(repair=True)
    assert told["report_stuck"].counts
    assert "Failed jobs" in told["report_stuck"].remedy
    Job.objects.filter(state="failed").update(task_path="clearinghouse.server.jobs.tasks.prune")
    Report.objects.update(state=State.DONE)
    assert found().keys() == {"job_failed"}


def test_a_log_that_somebody_changed(report: Report) -> None:
    guards.remove(connection)
    Entry.objects.filter(act="report.received").update(act="report.read")
    told = found()
    assert {"log_guard_missing", "log_columns_changed"} <= told.keys()
    guards.install(connection)


def test_a_log_that_was_once_longer(report: Report) -> None:
    told = {each.code for each in findings(settings.CONFIGURATION, known={10_000: bytes(32)})}
    assert told == {"log_cut_off"}


def test_clock_that_went_back(report: Report) -> None:
    guards.remove(connection)
    Entry.objects.update(at=timezone.now() + LONG_AGO)
    assert "clock_went_back" in found()
    guards.install(connection)


def test_migrations_that_are_pending(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_later', '2026-01-01')"
        )
    assert found().keys() == {"migration_pending", "migration_unknown"}


def test_files_that_others_can_read(report: Report) -> None:
    secret = settings.CONFIGURATION.keys / "session.secret"
    secret.chmod(0o644)
    settings.CONFIGURATION.home.chmod(0o755)
    told = [each for each in findings(settings.CONFIGURATION) if each.code == "not_private"]
    secret.chmod(0o600)
    assert [each.remedy for each in told] == [f"chmod 700 {settings.CONFIGURATION.home}", f"chmod 600 {secret}"]


def test_a_master_key_that_others_can_read_is_here(report: Report, configured: Callable[..., Any]) -> None:
    path = settings.CONFIGURATION.keys / "master.key"
    make_master_key(path)
    path.chmod(0o644)
    configured(key="")
    told = [each.what for each in findings(settings.CONFIGURATION) if each.part == "keys"]
    path.unlink()
    assert told == [f"{path} can be read by others"]


def test_master_keys_that_are_gone_are_all_named(report: Report, configured: Callable[..., Any]) -> None:
    path = settings.CONFIGURATION.keys / "master.key"
    make_master_key(path)
    gone = ["1" * 16, "2" * 16]
    for each in gone:
        Envelope.objects.create(master=each, wrapped=b"x" * 40)
    configured(key="")
    told = " ".join(each.what for each in findings(settings.CONFIGURATION) if each.code == "master_missing")
    path.unlink()
    assert [each in told for each in gone] == [True, True]


def test_for_whom_no_backup_can_be_made(report: Report, configured: Callable[..., Any]) -> None:
    configured(backup_recipients=("age1nobody",))
    assert found()["no_recipient"].what == "a recipient of backups is no public age key"


def test_a_finding_that_is_nowhere(report: Report, coordinator: Reader) -> None:
    from server_process import sarif  # noqa: PLC0415

    services.receive(coordinator, [sarif()], services.Sent())
    run_until_idle()
    assert found() == {}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vulnerabilities_vulnerability SET findings = 7")
    assert found()["invariant_broken"].counts


def test_every_table_that_names_sealed_bytes_is_known() -> None:
    from django.apps import apps  # noqa: PLC0415

    named = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "blob" for field in model._meta.get_fields())
    }
    assert named == {source.model for source in stored.SOURCES}
