from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.priority import KevStatus, Signals
from clearinghouse.priority.epss import EpssColumns
from clearinghouse.records import EpssScore, KevEntry, SsvcPoint

OLD, NEW = "2026.01.10", "2026.02.10"


def kev(cve: str, added: str = "2026-01-05", catalogue: str = NEW, **more) -> KevEntry:
    return KevEntry(cve=cve, date_added=added, catalogue=catalogue, source=f"kev-{catalogue}.json", **more)


def stated(cve: str, added: str) -> KevEntry:
    """What a record of one CVE says about its own place in KEV."""
    return KevEntry(cve=cve, date_added=added, source=f"{cve}.json", partial=True)


def epss(cve: str, score: float, day: str = "2026-01-30", **more) -> EpssScore:
    return EpssScore(cve=cve, score=score, date=day, source="epss.csv", **more)


def ssvc(cve: str, day: str = "2026-01-01T00:00:00Z", **points) -> SsvcPoint:
    return SsvcPoint(cve=cve, date=day, source="cve.json", role="CISA Coordinator", **points)


def test_the_newest_signal_of_each_kind_holds():
    known = Signals.of(
        [
            ssvc("CVE-2026-0001", "2026-01-02T00:00:00Z", automatable="yes", exploitation="active"),
            ssvc("CVE-2026-0001", "2026-01-01T00:00:00Z", automatable="no", technical_impact="total"),
            epss("CVE-2026-0001", 0.2, "2026-01-30", percentile=0.9, model="v2"),
            epss("CVE-2026-0001", 0.9, "2026-01-29", model="v1"),
        ]
    ).for_identifiers(["cve-2026-0001"])
    assert (known.automatable.value, known.impact.value, known.exploitation.value) == ("yes", "total", "active")
    assert (known.automatable.date, known.impact.date) == (date(2026, 1, 2), date(2026, 1, 1))
    assert known.automatable.source == "cve.json (CISA Coordinator)"
    assert known.epss == epss("CVE-2026-0001", 0.2, "2026-01-30", percentile=0.9, model="v2")


def test_several_identifiers_take_the_worst_case_of_each_input_and_name_it():
    known = Signals.of(
        [
            kev("CVE-2026-0001", "2026-01-07", due_date="2026-01-28"),
            kev("CVE-2026-0002", "2026-01-05", due_date="2026-01-26"),
            ssvc("CVE-2026-0001", automatable="no", technical_impact="total"),
            ssvc("CVE-2026-0003", automatable="yes", technical_impact="partial"),
            epss("CVE-2026-0001", 0.1),
            epss("CVE-2026-0003", 0.4),
        ]
    ).for_identifiers(["CVE-2026-0001", "GHSA-2222-3333-4444", "CVE-2026-0002", "CVE-2026-0003"])
    assert known.cves == ("CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003")
    assert (known.kev.cve, known.kev.added, known.kev.due) == ("CVE-2026-0002", date(2026, 1, 5), date(2026, 1, 26))
    assert known.kev_entry.cve == "CVE-2026-0002"
    assert (known.automatable.value, known.automatable.cve) == ("yes", "CVE-2026-0003")
    assert (known.impact.value, known.impact.cve) == ("total", "CVE-2026-0001")
    assert (known.epss.cve, known.epss.score) == ("CVE-2026-0003", 0.4)


def test_nothing_known_stays_unknown():
    nothing = Signals().for_identifiers(["CVE-2026-0001"])
    assert (nothing.kev.listed, nothing.automatable.value, nothing.impact.value, nothing.epss) == (None,) * 4
    assert nothing.kev.note == "no catalogue was given"
    assert Signals().for_identifiers([]).cves == ()


@pytest.mark.parametrize("name", ["GHSA-2222-3333-4444", "PYSEC-2026-1", "GO-2026-0001"])
def test_a_flaw_whose_cve_is_not_known_may_be_in_kev(name):
    for signals in ([], [kev("CVE-2026-0001")]):
        status = Signals.of(signals).for_identifiers([name]).kev
        assert (status.listed, status.note) == (None, "its CVE is not known here")
    assert Signals.of([kev("CVE-2026-0001")]).for_identifiers([name, "CVE-2026-0001"]).kev.listed
    assert Signals.of([kev("CVE-2026-0001")]).for_identifiers([name, "CVE-2026-0002"]).kev.listed is False


def test_a_flaw_without_any_public_identifier_cannot_be_in_kev():
    status = Signals.of([kev("CVE-2026-0001")]).for_identifiers([]).kev
    assert (status.listed, status.source) == (False, "KEV 2026.02.10")
    assert "no public identifier" in status.note
    assert Signals().for_identifiers([]).kev.note == "no catalogue was given"


@pytest.mark.parametrize("point", ["maybe", "", None])
def test_an_unreadable_ssvc_value_is_no_value(point):
    known = Signals.of([ssvc("CVE-2026-0001", automatable=point, technical_impact=point)])
    assert known.for_identifiers(["CVE-2026-0001"]).automatable.value is None


def test_the_newest_catalogue_decides_who_is_in_kev():
    known = Signals.of(
        [kev("CVE-2026-0001", catalogue=OLD), kev("CVE-2026-0002", catalogue=OLD), kev("CVE-2026-0002", catalogue=NEW)]
    )
    left = known.for_identifiers(["CVE-2026-0001"])
    assert (left.kev.listed, left.kev_entry) == (False, None)
    assert left.kev.note == "it has left the catalogue: in that of 2026-01-10, absent from that of 2026-02-10"
    stayed = known.for_identifiers(["CVE-2026-0001", "CVE-2026-0002"])
    assert (stayed.kev.listed, stayed.kev.source) == (True, "KEV 2026.02.10")
    assert "CVE-2026-0001" not in stayed.kev.cve
    never = known.for_identifiers(["CVE-2026-0009"]).kev
    assert (never.listed, never.note) == (False, "")


@pytest.mark.parametrize(
    ("cve", "as_of", "listed", "note"),
    [
        ("CVE-2026-0001", "2026-01-10", True, ""),  # in the old edition, which decides until the new one
        ("CVE-2026-0001", "2026-02-09", True, ""),
        ("CVE-2026-0001", "2026-02-10", False, "has left"),
        ("CVE-2026-0002", "2026-01-19", False, "not yet in it"),  # added between the editions
        ("CVE-2026-0002", "2026-01-20", True, ""),
        ("CVE-2026-0003", "2026-01-10", True, ""),  # added that day, after the old edition had come out
        ("CVE-2026-0001", "2026-01-06", True, ""),  # before any edition: what had been added by then
        ("CVE-2026-0001", "2026-01-04", False, "not yet in it"),
        ("CVE-2026-0002", "2026-01-06", False, "not yet in it"),
    ],
)
def test_membership_on_an_earlier_day(cve, as_of, listed, note):
    entries = [kev("CVE-2026-0001", catalogue=OLD), kev("CVE-2026-0002", "2026-01-20", catalogue=NEW)]
    entries.append(kev("CVE-2026-0003", "2026-01-10", catalogue=NEW))
    status = Signals.of(entries, date.fromisoformat(as_of)).for_identifiers([cve]).kev
    assert status.listed is listed
    assert note in status.note


def test_records_of_single_cves_prove_membership_and_never_absence():
    known = Signals.of([stated("CVE-2026-0001", "2026-01-05"), stated("CVE-2026-0002", "2026-03-05")])
    for number, day in ((1, date(2026, 1, 5)), (2, date(2026, 3, 5))):
        found = known.for_identifiers([f"CVE-2026-000{number}"])
        assert (found.kev.listed, found.kev.added) == (True, day)
        assert found.kev.source == f"KEV date in CVE-2026-000{number}.json"
        assert found.kev_entry.partial
    other = known.for_identifiers(["CVE-2026-0003"])
    assert (other.kev.listed, other.kev.note, other.kev_entry) == (None, "no catalogue was given", None)
    assert known.for_identifiers([]).kev.listed is None


@pytest.mark.parametrize(
    ("added", "listed", "note"),
    [
        ("2026-03-01", True, ""),  # the catalogue is older than the addition: it could not have it
        ("2026-02-10", True, ""),  # it may have come out before that day's additions
        (
            "2026-02-09",
            False,
            "left the catalogue: added on 2026-02-09 by CVE-2026-0002.json, absent from that of 2026",
        ),
    ],
)
def test_the_newer_of_catalogue_and_statement_decides(added, listed, note):
    known = Signals.of([kev("CVE-2026-0001"), kev("CVE-2026-0003"), stated("CVE-2026-0002", added)])
    found = known.for_identifiers(["CVE-2026-0002"]).kev
    assert (found.listed, found.added) == (listed, date.fromisoformat(added) if listed else None)
    assert note in found.note
    for cve in ("CVE-2026-0001", "CVE-2026-0003"):  # a later record never makes the catalogue an older edition
        assert known.for_identifiers([cve]).kev.source == "KEV 2026.02.10"
    assert known.for_identifiers(["CVE-2026-0009"]).kev == KevStatus(
        listed=False, source="KEV 2026.02.10", cve="CVE-2026-0009"
    )


def test_the_catalogue_that_has_the_cve_tells_more_than_the_statement():
    known = Signals.of([stated("CVE-2026-0001", "2026-01-04"), kev("CVE-2026-0001", due_date="2026-01-26")])
    found = known.for_identifiers(["CVE-2026-0001"]).kev
    assert (found.added, found.due, found.source) == (date(2026, 1, 5), date(2026, 1, 26), "KEV 2026.02.10")


def test_a_second_addition_is_seen_behind_the_first():
    entries = [kev("CVE-2026-0009"), stated("CVE-2026-0001", "2026-01-05"), stated("CVE-2026-0001", "2026-03-05")]
    assert Signals.of(entries).for_identifiers(["CVE-2026-0001"]).kev.added == date(2026, 3, 5)


@pytest.mark.parametrize("catalogue", [[], [kev("CVE-2026-0009", catalogue=OLD)], [kev("CVE-2026-0009")]])
def test_a_statement_later_than_the_day_asked_about_is_not_yet_membership(catalogue):
    entries = [*catalogue, stated("CVE-2026-0001", "2026-01-20")]
    early, late = (Signals.of(entries, date(2026, 1, day)).for_identifiers(["CVE-2026-0001"]).kev for day in (19, 20))
    assert (early.listed, early.note) == (False, "added on 2026-01-20, after 2026-01-19, so not yet in it")
    assert late.listed


def test_of_several_cves_one_that_is_open_leaves_membership_open():
    known = Signals.of([stated("CVE-2026-0001", "2026-01-20")], date(2026, 1, 19))
    assert known.for_identifiers(["CVE-2026-0001", "CVE-2026-0002"]).kev.listed is None


def test_a_catalogue_without_a_version_is_dated_by_its_newest_entry():
    entries = [
        KevEntry(cve="CVE-2026-0001", date_added="2026-01-05", source="a.json"),
        KevEntry(cve="CVE-2026-0002", date_added="2026-02-05", source="b.json"),
        KevEntry(cve="CVE-2026-0003", date_added="unreadable", source="b.json"),
    ]
    known = Signals.of(entries)
    assert known.for_identifiers(["CVE-2026-0001"]).kev.listed is False
    assert known.for_identifiers(["CVE-2026-0002"]).kev.source == "KEV (b.json)"
    undated = known.for_identifiers(["CVE-2026-0003"]).kev
    assert (undated.listed, undated.added) == (True, None)


def test_signals_later_than_the_day_asked_about_are_not_kept():
    records = [
        ssvc("CVE-2026-0001", "2026-01-01", automatable="no"),
        ssvc("CVE-2026-0001", "2026-01-03", automatable="yes"),
        epss("CVE-2026-0001", 0.1, "2026-01-01"),
        epss("CVE-2026-0001", 0.9, "2026-01-03"),
    ]
    known = Signals.of(records, date(2026, 1, 2)).for_identifiers(["CVE-2026-0001"])
    assert (known.automatable.value, known.epss.score) == ("no", 0.1)
    known = Signals.of(records, date(2026, 1, 3)).for_identifiers(["CVE-2026-0001"])
    assert (known.automatable.value, known.epss.score) == ("yes", 0.9)


cves = st.sampled_from(["CVE-2026-0001", "CVE-2026-0002", "CVE-1999-0001", "CVE-2026-12345678901234"])
days = st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03"])
records = st.lists(
    st.one_of(
        st.builds(kev, cves, days, st.sampled_from([OLD, NEW, "", "2026.01.02"]), due_date=st.none() | days),
        st.builds(stated, cves, days),
        st.builds(
            epss, cves, st.floats(0, 1), days, percentile=st.none() | st.floats(0, 1), model=st.sampled_from("ab")
        ),
        st.builds(
            ssvc,
            cves,
            days,
            automatable=st.sampled_from(["yes", "no", None]),
            technical_impact=st.sampled_from(["total", "partial", None]),
        ),
    ),
    max_size=12,
)


@given(records, st.randoms(use_true_random=False), st.lists(cves, max_size=3), st.none() | st.dates())
def test_law_the_order_of_reading_never_matters(found, random, asked, as_of):
    first = Signals.of(found, as_of).for_identifiers(asked)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert Signals.of(shuffled, as_of).for_identifiers(asked) == first


@given(records, st.lists(st.builds(stated, cves, days), max_size=4), cves, st.none() | st.dates())
def test_law_a_statement_tells_about_its_own_cve_only(found, statements, cve, as_of):
    others = [each for each in statements if each.cve != cve]
    assert Signals.of([*found, *others], as_of).for_identifiers([cve]) == Signals.of(found, as_of).for_identifiers(
        [cve]
    )


@given(st.lists(st.tuples(cves, st.floats(0, 1), days), max_size=20), st.integers(0, 20))
def test_law_epss_columns_answer_as_a_dictionary_would(rows, asked_after):
    columns, plain = EpssColumns(), {}
    for place, (cve, score, day) in enumerate(rows):
        if place == asked_after:
            assert len(columns) == len(plain)  # settling half-way changes nothing
        columns.add(epss(cve, score, day))
        plain[cve] = max(plain.get(cve, ("", 0.0)), (day, score))
    for cve in ("CVE-2026-0001", "CVE-2026-0002", "CVE-1999-0001", "CVE-2026-12345678901234"):
        found = columns.get(cve)
        assert (found and (found.date, found.score)) == plain.get(cve)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1])
def test_what_is_no_probability_is_not_kept(score):
    columns = EpssColumns()
    columns.add(epss("CVE-2026-0001", score))
    columns.add(epss("not a CVE", 0.5))
    assert (len(columns), columns.get("CVE-2026-0001"), columns.get("not a CVE")) == (0, None, None)


@pytest.mark.data
def test_the_real_catalogues_agree_with_their_membership(data):
    """Between the two editions nothing left, so a few entries of the newer are left out as if they had."""
    known, editions = Signals(), []
    for file in sorted((data / "kev-epss").glob("kev_20*.json")):
        raw = msgspec.json.decode(file.read_bytes())
        entries = {each["cveID"]: each["dateAdded"] for each in raw["vulnerabilities"]}
        gone = sorted(editions[0])[::400] if editions else []
        editions.append({cve: added for cve, added in entries.items() if cve not in gone})
        for cve, added in editions[-1].items():
            known.add(KevEntry(cve=cve, date_added=added, source=file.name, catalogue=raw["catalogVersion"]))
    old, new = editions
    assert (len(old), len(new)) == (1404, 1501 - 4)
    for cve in old | new:
        status = known.for_identifiers([cve]).kev
        assert status.listed == (cve in new)
        assert ("has left" in status.note) == (cve not in new)
        assert status.added == (date.fromisoformat(new[cve]) if cve in new else None)


def test_what_was_added_is_counted_by_kind_and_what_came_too_late():
    known = Signals.of(
        [
            kev("CVE-2026-0001"),
            stated("CVE-2026-0002", "2026-01-05"),
            epss("CVE-2026-0001", 0.2),
            epss("CVE-2026-0001", 0.3, "2026-02-01"),
            ssvc("CVE-2026-0001", "2026-03-01T00:00:00Z", automatable="yes"),
        ],
        as_of=date(2026, 1, 31),
    )
    assert known.given == {"kev": 1, "epss": 2, "ssvc": 1}
    assert known.late == {"kev": 0, "epss": 1, "ssvc": 1}
