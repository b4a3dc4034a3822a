"""What was ranked by former signals is ranked anew, once, whole, and however often the work is interrupted."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.records import State
from clearinghouse.server.vulnerabilities import reranking, signals
from clearinghouse.server.vulnerabilities.bulk import select_in
from clearinghouse.server.vulnerabilities.models import Condition, Ranked, Vulnerability
from clearinghouse.server.vulnerabilities.ranking import standing
from clearinghouse.server.vulnerabilities.settling import _FINDINGS, _window
from server.inventories.having import list_in_kev
from server_reports import a_finding, a_sender, identify, sound

pytestmark = pytest.mark.django_db
NAMED = 6


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, without feeds, in which nothing was ranked yet."""
    folder = tmp_path / "home"
    (folder / "signals").mkdir(parents=True)
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, home=folder)
    options = settings.STORAGES["blobs"] | {"OPTIONS": {"location": folder / "blobs", "file_permissions_mode": 0o600}}
    settings.STORAGES = settings.STORAGES | {"blobs": options}
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no-feeds"))
    monkeypatch.setattr(reranking, "SETTLED", dt.timedelta())
    monkeypatch.setattr(reranking, "PAUSE", 0.0)
    signals.forget()
    yield folder
    signals.forget()


def cve(number: int) -> str:
    return f"CVE-2026-{1000 + number}"


@pytest.fixture
def known(home: Path) -> None:
    """Flaws with a name, of which one was found twice, one is fixed, and flaws without one; all ranked."""
    named = [a_finding(number, identifiers=(cve(number),)) for number in range(NAMED)]
    named[4] = a_finding(4, identifiers=(cve(4),), state=State.FIXED)
    identify(a_sender(), [*named, *(a_finding(number) for number in range(NAMED, 10))])
    identify(a_sender(), [a_finding(0, source="two", finder="Lab B", identifiers=(cve(0),))])
    assert reranking.look() is None
    assert reranking.look().ranked == 10
    assert reranking.look() is None


def listed(home: Path, *numbers: int) -> None:
    """Let a catalogue list some; the same length never means the same file."""
    list_in_kev(home, cve(numbers[0]), "2026-05-01")
    path = home / "signals" / "kev.json"
    catalogue = json.loads(path.read_bytes())
    (entry,) = catalogue["vulnerabilities"]
    catalogue["vulnerabilities"] = [entry | {"cveID": cve(number)} for number in numbers]
    catalogue["count"] = len(numbers)
    path.write_text(json.dumps(catalogue))


def settled(**_: Any) -> reranking.Swept:
    """A change is noted at one look and swept at the next."""
    assert reranking.look() is None
    swept = reranking.look()
    assert swept is not None
    return swept


def as_it_would_be() -> None:
    """Every row says what judging its members now says."""
    sound()
    for row in Vulnerability.objects.exclude(condition=Condition.MERGED):
        window = _window(dict(select_in(_FINDINGS, [row.pk])), {row.pk})
        now = standing(list(window.members.values()), signals.judge())
        assert (row.tier, row.due, bytes(row.rank), row.named, row.condition) == (
            now.tier, now.due, now.rank, now.named, now.condition,
        )  # fmt: skip


def test_what_has_a_name_is_known_for_it(known):
    assert list(Vulnerability.objects.filter(named=True).order_by("pk").values_list("findings", flat=True)) == [
        2, 1, 1, 1, 1, 1,
    ]  # fmt: skip
    as_it_would_be()


def test_what_is_listed_moves_and_moves_back(home, known):
    before = dict(Vulnerability.objects.values_list("pk", "rank"))
    listed(home, 0, 4)
    swept = settled()
    assert (swept.ranked, swept.moved) == (NAMED, 2)
    as_it_would_be()
    assert bytes(Vulnerability.objects.get(pk=1).rank) < min(map(bytes, before.values()))
    (home / "signals" / "kev.json").unlink()
    assert settled().moved == 2
    as_it_would_be()
    assert dict(Vulnerability.objects.values_list("pk", "rank")) == before


def test_a_look_that_finds_nothing_new_asks_once(known, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert reranking.look() is None


def test_files_that_were_only_touched_change_nothing(home, known):
    listed(home, 1)
    settled()
    path = home / "signals" / "kev.json"
    path.write_bytes(path.read_bytes())
    assert reranking.look() is None


def test_it_goes_on_where_it_was_ended(home, known, monkeypatch):
    monkeypatch.setattr(reranking, "_GROUPS", 2)
    listed(home, *range(NAMED))
    assert reranking.look() is None
    steps = iter([None, None, RuntimeError("killed")])

    def step() -> None:
        if found := next(steps):
            raise found

    with pytest.raises(RuntimeError):
        reranking.look(step)
    assert Ranked.objects.get().upto == 4
    swept = reranking.look()
    assert (swept.ranked, swept.moved) == (2, 2)
    as_it_would_be()


def test_signals_that_change_meanwhile_are_swept_from_the_beginning(home, known, monkeypatch):
    monkeypatch.setattr(reranking, "_GROUPS", 2)
    monkeypatch.setattr(signals, "LOOK", 0.0)
    listed(home, 0)
    assert reranking.look() is None
    assert reranking.look(lambda: listed(home, 1, 5)).ranked == 2
    assert settled().ranked == NAMED
    as_it_would_be()


def test_what_was_swept_in_part_and_taken_back_is_swept_back(home, known, monkeypatch):
    monkeypatch.setattr(reranking, "_GROUPS", 2)
    before = dict(Vulnerability.objects.values_list("pk", "rank"))
    listed(home, *range(NAMED))
    assert reranking.look() is None
    with pytest.raises(InterruptedError):
        reranking.look(check=ended_after(2))
    assert dict(Vulnerability.objects.values_list("pk", "rank")) != before
    (home / "signals" / "kev.json").unlink()
    assert settled().ranked == NAMED
    assert dict(Vulnerability.objects.values_list("pk", "rank")) == before
    as_it_would_be()


def ended_after(count: int) -> Any:
    left = iter(range(count))

    def check() -> None:
        if next(left, None) is None:
            raise InterruptedError

    return check


def test_it_waits_until_every_process_has_noticed(home, known, monkeypatch):
    listed(home, 0)
    assert reranking.look() is None
    monkeypatch.setattr(reranking, "SETTLED", dt.timedelta(minutes=2))
    assert reranking.look() is None
    Ranked.objects.update(noted_at=timezone.now() - dt.timedelta(minutes=3))
    assert reranking.look().moved == 1


def test_what_changes_meanwhile_is_left_to_who_changed_it(home, known, monkeypatch):
    listed(home, 0)
    assert reranking.look() is None
    load = reranking._loaded

    def then_another_comes(roots):
        found = load(roots)
        if roots:
            identify(a_sender(), [a_finding(0, source="three", finder="Lab C", identifiers=(cve(0),))])
        return found

    monkeypatch.setattr(reranking, "_loaded", then_another_comes)
    reranking.look()
    assert Vulnerability.objects.get(pk=1).findings == 3
    as_it_would_be()


def test_large_ones_are_ranked_whole_and_alone(home, monkeypatch):
    monkeypatch.setattr(reranking, "_FINDINGS", 3)
    for number in range(4):
        identify(a_sender(), [a_finding(0, source=f"s{number}", finder=f"Lab {number}", identifiers=(cve(0),))])
    identify(a_sender(), [a_finding(1, identifiers=(cve(1),))])
    reranking.look()
    listed(home, 0, 1)
    steps: list[int] = []
    assert reranking.look() is None
    assert reranking.look(lambda: steps.append(Ranked.objects.get().upto)).ranked == 2
    assert steps == [1, 5, 5]
    as_it_would_be()


def test_new_rules_rank_everything(known, monkeypatch):
    monkeypatch.setattr(signals, "__version__", "99")
    signals.forget()
    assert settled().ranked == 10


def test_what_was_purged_stays_where_it_is(home):
    report = identify(a_sender(), [a_finding(0, identifiers=(cve(0),)), a_finding(1, identifiers=(cve(1),))])
    from clearinghouse.server.vulnerabilities.forgetting import forget  # noqa: PLC0415

    forget(report.pk)
    assert not Vulnerability.objects.filter(named=True).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by how many there are")
def test_named_ones_are_found_by_their_index(db):
    row = Ranked(rules="x", next_rules="x", upto=7)
    with CaptureQueriesContext(connection) as asked:
        reranking._following(row)
    (query,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
        assert "vulnerability_named" in str(cursor.fetchall())
