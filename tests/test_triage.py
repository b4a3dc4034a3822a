"""The river composed: what was read becomes each flaw once, with everyone who found it, in the order of work."""

import datetime as dt
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from clearinghouse.formats.inputs import NothingToReadError
from clearinghouse.formats.registry import MissingPathError, read_paths
from clearinghouse.priority import Signals, UnknownValueError, reasons
from clearinghouse.records import (
    Advisory,
    Component,
    EpssScore,
    Finding,
    KevEntry,
    Level,
    Location,
    Problem,
    Severity,
    SsvcPoint,
    State,
)
from clearinghouse.records.problem import only_errors, only_notices
from clearinghouse.triage.compose import triage
from clearinghouse.triage.gather import Gathered, gather
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.result import Triage, missing, unranked

TODAY = dt.date(2026, 8, 17)
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def flaw(name: str, *identifiers: str, source: str = "", finder: str = "Alpha", **facts: object) -> Finding:
    made = Finding(
        source=source or f"{name}.csv", index=0, format="csv", title=name, finder=finder, identifiers=identifiers
    )
    return replace(made, **facts)


def known(*records: KevEntry | EpssScore | SsvcPoint, as_of: dt.date | None = TODAY) -> Signals:
    signals = Signals(as_of)
    for record in records:
        signals.add(record)
    return signals


def points(cve: str, automatable: str = "yes", impact: str = "total", date: str = "2026-08-01") -> SsvcPoint:
    return SsvcPoint(
        cve=cve,
        source="s",
        exploitation="none",
        automatable=automatable,
        technical_impact=impact,
        date=date,
        role="CISA",
    )


def kev(cve: str, added: str = "2026-08-10", **facts: object) -> KevEntry:
    return replace(KevEntry(cve=cve, date_added=added, source="kev", catalogue="2026.08.15"), **facts)


def epss(cve: str, score: float, date: str = "2026-08-16") -> EpssScore:
    return EpssScore(cve=cve, score=score, percentile=0.5, source="epss", date=date)


def ranked(*findings: Finding, signals: Signals | None = None, **arguments: object) -> Triage:
    gathered = Gathered(signals or known())
    for finding in findings:
        gathered.add([finding])
    return triage(gathered, **{"exposed": "yes", "as_of": TODAY, **arguments})


A, B, C, D = (f"CVE-2026-000{n}" for n in range(1, 5))
NOT_KEV = kev("CVE-1999-0001")
"""A catalogue that has other entries, so that absence from it is known."""


def titles(result: Triage) -> list[str]:
    return [made.title for made in result.vulnerabilities]


def test_tier_first_then_date_and_what_cannot_be_dated_last():
    signals = known(kev(C, "2026-08-01"), kev(D, "2026-08-10"), points(A, "no", "partial"), points(C), points(D))
    result = ranked(flaw("a", A), flaw("b", B), flaw("c", C), flaw("d", D), signals=signals)
    assert titles(result) == ["c", "d", "a", "b"]
    assert [made.tier for made in result.vulnerabilities] == ["3DF", "3DF", "60D", "INCOMPLETE"]
    assert [made.due for made in result.vulnerabilities[:2]] == [dt.date(2026, 8, 4), dt.date(2026, 8, 13)]


def test_inside_a_tier_epss_then_cvss_then_discoveries_then_the_id():
    signals = known(NOT_KEV, epss(A, 0.2), epss(B, 0.7), *(points(cve) for cve in (A, B, C, D)))
    score = {"severities": (Severity(system="CVSS:3.1", value=CRITICAL),)}
    low = {"severities": (Severity(system="CVSS:3.1", value=LOW),)}
    result = ranked(flaw("d", D, **low), flaw("c", C, **score), flaw("a", A), flaw("b", B), signals=signals)
    assert titles(result) == ["b", "a", "c", "d"]
    here = {"locations": (Location(path="src/a.py", line=7, symbol="read"),), "weaknesses": ("CWE-22",)}
    twice = ranked(flaw("alone"), flaw("seen", **here), flaw("seen", source="b", finder="Beta", **here))
    assert [(made.title, made.signals.discoveries) for made in twice.vulnerabilities] == [("seen", 2), ("alone", 1)]


def test_the_order_in_which_reports_came_does_not_change_the_list():
    signals = known(NOT_KEV, epss(A, 0.2), points(A), points(B))
    findings = [flaw("a", A), flaw("b", B), flaw("c", C), flaw("no name")]
    assert titles(ranked(*findings, signals=signals)) == titles(ranked(*reversed(findings), signals=signals))


def test_unknown_exposure_shows_both_arms_and_a_tier_only_where_they_agree():
    signals = known(kev(A), NOT_KEV, points(A), points(B))
    agreeing, split = ranked(flaw("a", A), flaw("b", B), signals=signals, exposed="unknown").vulnerabilities
    assert (agreeing.tier, agreeing.due) == ("3DF", dt.date(2026, 8, 13))
    assert {name: arm.outcome for name, arm in agreeing.arms.items()} == {"exposed": "3DF", "not_exposed": "3DF"}
    assert (split.tier, split.due) == (None, None)
    assert {name: arm.outcome for name, arm in split.arms.items()} == {"exposed": "3D", "not_exposed": "60D"}
    assert split.arms["exposed"].due < split.arms["not_exposed"].due
    assert ranked(flaw("b", B), signals=signals, exposed="no").vulnerabilities[0].arms is None


def test_what_lacks_an_input_is_unranked_and_says_which():
    (made,) = ranked(flaw("a", A), signals=known(NOT_KEV)).vulnerabilities
    assert unranked(made)
    assert missing(made) == ["automatable", "impact"]
    (made,) = ranked(flaw("a", A), signals=known(NOT_KEV), policy="cisa_default").vulnerabilities
    assert not unranked(made)
    assert missing(made) == []


def test_nobodys_open_flaw_is_set_aside_and_says_why():
    result = ranked(
        flaw("gone", A, state=State.WITHDRAWN),
        flaw("fixed", B, state=State.FIXED),
        flaw("wrong", C, state=State.FALSE_POSITIVE),
        flaw("open", D),
        flaw("muted", D, state=State.SUPPRESSED, finder="Beta"),
    )
    assert titles(result) == ["open"]
    assert {(aside.title, aside.why) for aside in result.set_aside} == {
        ("gone", "Every finding of it is marked withdrawn."),
        ("fixed", "Every finding of it is marked fixed."),
        ("wrong", "Every finding of it is marked false positive."),
    }
    assert result.findings == 5


def test_every_finder_is_credited_once_whatever_was_joined():
    found = [
        flaw("one", A, finder="Alpha", source="one"),
        flaw("two", A, finder="Beta", source="two"),
        flaw("three", A, finder="Alpha", source="three"),
        flaw("four", A, finder="Gamma", source="four", state=State.SUPPRESSED),
    ]
    (made,) = ranked(*found).vulnerabilities
    assert made.finders == ("Alpha", "Beta", "Gamma")
    assert made.findings == ("one#0", "two#0", "three#0", "four#0")
    assert made.signals.discoveries == 0  # all of them repeat a published identifier
    assert len(made.same) == 3


def test_every_finding_is_in_exactly_one_flaw_or_set_aside():
    found = [
        flaw(f"{n}", *((A,) if n % 3 == 0 else ()), state=State.FIXED if n % 5 == 0 else State.OPEN) for n in range(20)
    ]
    result = ranked(*found)
    told = [name for made in (*result.vulnerabilities, *result.set_aside) for name in made.findings]
    assert sorted(told) == sorted(finding.id for finding in found)


def test_the_most_telling_finding_gives_the_title_and_any_the_component_and_place():
    tool = flaw("rule text", A, rule="r", locations=(Location(path="a.py", line=3),), source="one")
    prose = flaw("What is wrong", A, finder="Beta", components=(Component(name="parser"),), source="two")
    (made,) = ranked(tool, prose).vulnerabilities
    assert (made.title, made.component, made.location) == ("What is wrong", "parser", "a.py:3")


def test_identifiers_are_all_kept_cve_first():
    one = flaw("one", "PYSEC-2026-1", A)
    two = flaw("two", A, "GHSA-2222-3333-4444", finder="Beta")
    (made,) = ranked(one, two).vulnerabilities
    assert made.identifiers == (A, "GHSA-2222-3333-4444", "PYSEC-2026-1")


def test_the_newest_signal_counts_and_none_of_the_future():
    scores = (
        epss(A, 0.1, "2026-01-01"),
        epss(A, 0.9, "2026-08-16"),
        epss(A, 0.5, "2026-03-01"),
        epss(A, 0.99, "2027-01-01"),
    )
    for order in (scores, scores[::-1]):
        (made,) = ranked(flaw("a", A), signals=known(*order)).vulnerabilities
        assert made.signals.epss == 0.9


def test_signals_stand_apart_from_the_deadline():
    signals = known(kev(A, due_date="2026-08-31", ransomware="Known"), epss(A, 0.4), points(A))
    severity = (Severity(system="CVSS:3.1", value=CRITICAL),)
    (made,) = ranked(flaw("a", A, severities=severity), signals=signals).vulnerabilities
    told = made.signals
    assert (told.kev, told.kev_due, told.ransomware, told.epss, told.epss_percentile) == (
        "2026-08-10", "2026-08-31", "Known", 0.4, 0.5,
    )  # fmt: skip
    assert (told.exploitation, told.automatable, told.technical_impact) == ("none", "yes", "total")
    assert (told.cvss, told.cvss_vector) == (9.8, CRITICAL)
    assert {why["input"] for why in made.explain()} >= {"kev", "exposed", "automatable", "impact", "row"}
    assert any("KEV" in sentence for sentence in made.explained())


def test_no_signal_is_none_and_not_no():
    (made,) = ranked(flaw("nameless")).vulnerabilities
    told = made.signals
    assert (told.kev, told.epss, told.cvss, told.kev_due) == (None, None, None, None)
    assert told.discoveries == 1


def test_an_id_is_made_of_the_flaw_and_not_of_where_its_report_lay():
    alone = ranked(flaw("one", A)).vulnerabilities[0]
    joined = ranked(flaw("two", A, finder="Beta"), flaw("one", A)).vulnerabilities[0]
    assert alone.id == joined.id == "V-081e8b84171a"
    here, there = flaw("one", source="here.csv"), replace(flaw("one", source="there/here.csv"), index=7)
    assert ranked(here).vulnerabilities[0].id == ranked(there).vulnerabilities[0].id
    assert ranked(flaw("other")).vulnerabilities[0].id != ranked(here).vulnerabilities[0].id


def test_ids_of_flaws_that_nothing_distinguishes_are_numbered():
    made = ranked(flaw("one", source="a"), flaw("one", source="b")).vulnerabilities
    first = min(each.id for each in made)
    assert sorted(each.id for each in made) == [first, f"{first}-2"]


def test_the_clock_starts_with_the_earliest_dated_report_unless_the_owner_says():
    signals = known(NOT_KEV, points(A))
    dated = flaw("old", A, observed="2026-01-05T10:00:00Z"), flaw("new", A, source="b", observed="2026-08-01")
    made = ranked(*dated, signals=signals).vulnerabilities[0].deadline
    assert made.start == dt.date(2026, 1, 5)
    assert any("report by" in why.source for why in reasons(made))
    undated = ranked(flaw("old", A), signals=signals).vulnerabilities[0].deadline
    assert any("assumed" in why.source for why in reasons(undated))


def test_flaws_of_which_the_same_is_known_share_one_judgement_and_others_do_not():
    low = (Severity(system="CVSS:3.1", value=LOW),)
    findings = {
        "one": flaw("one"),
        "two": flaw("two", components=(Component(name="parser"),), locations=(Location(path="b.py", line=4),)),
        "other day": flaw("other day", observed="2026-08-01"),
        "other score": flaw("other score", severities=low),
        "an advisory": flaw("an advisory", advisory=Advisory()),
        "named": flaw("named", A),
    }
    made = {each.title: each for each in ranked(*findings.values(), signals=known(NOT_KEV)).vulnerabilities}
    assert made["one"].judged is made["two"].judged
    assert (made["two"].component, made["two"].location) == ("parser", "b.py:4")
    assert len({id(each.judged) for each in made.values()}) == len(made) - 1
    assert made["other day"].deadline.identified == dt.date(2026, 8, 1)
    assert made["an advisory"].signals.discoveries == 0


def test_what_is_said_by_finders_that_share_nothing_else_is_theirs_alone():
    found = [flaw("a", finder="Alpha"), flaw("b", finder="Beta"), flaw("c", finder="Alpha", weaknesses=("CWE-22",))]
    made = {each.title: each for each in ranked(*found).vulnerabilities}
    assert [made[name].finders for name in "abc"] == [("Alpha",), ("Beta",), ("Alpha",)]
    assert [made[name].weaknesses for name in "abc"] == [(), (), ("CWE-22",)]


def test_the_explanation_says_by_what_a_flaw_is_ordered_and_who_says_so():
    severity = (Severity(system="CVSS:3.1", value=CRITICAL, source="NVD"),)
    signals = known(NOT_KEV, epss(A, 0.4), points(A))
    (made,) = ranked(flaw("a", A, severities=severity), signals=signals).vulnerabilities
    why = {line["input"]: line for line in made.explain()}
    assert [name for name in why if name.startswith("order")] == ["order", "order.epss", "order.cvss"]
    assert (why["order"]["value"], why["order"]["date"]) == ("3D", made.due)
    assert (why["order.epss"]["source"], why["order.epss"]["date"]) == ("epss", dt.date(2026, 8, 16))
    assert (why["order.cvss"]["value"], why["order.cvss"]["source"]) == ("9.8", "NVD")
    assert made.explained()[-1].endswith("EPSS 0.4 (epss, 16 August 2026), then CVSS 9.8 (NVD).")


@pytest.mark.parametrize(
    ("terms", "start"),
    [
        ({"clock": "commissioned", "commissioned": dt.date(2026, 8, 20)}, dt.date(2026, 8, 20)),
        ({"clock": "row_change", "changed": dt.date(2026, 8, 12)}, dt.date(2026, 8, 12)),
        ({"commissioned": dt.date(2026, 8, 20), "changed": dt.date(2026, 8, 12)}, dt.date(2026, 8, 10)),
    ],
    ids=str,
)
def test_the_clocks_have_their_events(terms, start):
    signals = known(kev(A), points(A))
    (made,) = ranked(flaw("a", A), signals=signals, **terms).vulnerabilities
    assert made.deadline.start == start


def test_a_wrong_word_is_an_error():
    with pytest.raises(UnknownValueError):
        ranked(flaw("a", A), exposed="maybe")


# reading


def table(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["title,cve,package,tool", *rows]) + "\n", encoding="utf-8")
    return path


def catalogue(folder: Path, name: str, version: str, released: str, **entries: str) -> Path:
    document = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": version,
        "dateReleased": f"{released}T10:00:00.0000Z",
        "count": len(entries),
        "vulnerabilities": [
            {
                "cveID": cve.replace("_", "-"), "vendorProject": "Acme", "product": "Web", "vulnerabilityName": "Flaw",
                "dateAdded": added, "shortDescription": "x", "requiredAction": "Update.", "dueDate": "2026-09-01",
                "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": [],
            }
            for cve, added in entries.items()
        ],
    }  # fmt: skip
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_everything_is_read_from_folders_and_named_files(tmp_path):
    reports, signals = tmp_path / "reports", tmp_path / "signals"
    reports.mkdir()
    signals.mkdir()
    table(reports, "one.csv", f"First,{A},web,Alpha", f"Second,{B},web,Alpha")
    (reports / "notes.txt").write_text("dear diary", encoding="utf-8")
    calls: list[tuple[str, int]] = []
    entries = catalogue(signals, "kev.json", "2026.08.15", "2026-08-15", **{A.replace("-", "_"): "2026-08-10"})
    gathered = gather(
        [reports], kev=[entries], as_of=TODAY, notice=lambda source, findings: calls.append((source, findings))
    )
    assert [finding.title for finding in gathered.findings] == ["First", "Second"]
    assert [problem.code for problem in gathered.problems] == ["unrecognised_format"]
    assert not gathered.refused
    assert gathered.documents == 2
    assert gathered.signals.for_identifiers([A]).kev.listed
    assert sum(findings for _, findings in calls) == 2
    assert [Path(source).name for source, _ in calls] == ["kev.json", "notes.txt", "one.csv"]


def test_the_newest_catalogue_decides_in_whatever_order(tmp_path):
    old = catalogue(tmp_path, "old.json", "2026.01.01", "2026-01-01", **{A.replace("-", "_"): "2025-12-01"})
    new = catalogue(tmp_path, "new.json", "2026.08.15", "2026-08-15", CVE_2026_0009="2026-08-01")
    report = table(tmp_path, "one.csv", f"First,{A},web,Alpha")
    for order in ([old, new], [new, old]):
        assert not gather([report], kev=order, as_of=TODAY).signals.for_identifiers([A]).kev.listed
    assert gather([report], kev=[old], as_of=TODAY).signals.for_identifiers([A]).kev.listed


def test_a_named_file_of_no_known_format_is_refused_and_one_in_a_folder_is_not(tmp_path):
    strange = tmp_path / "strange.bin"
    strange.write_bytes(b"\x00\x01\x02 nothing known")
    assert gather([strange]).refused
    assert not gather([tmp_path]).refused


def test_signals_are_taken_only_from_their_own_option(tmp_path):
    report = table(tmp_path, "one.csv", f"First,{A},web,Alpha")
    gathered = gather([report], kev=[report])
    assert [problem.code for problem in gathered.problems] == ["wrong_format"]
    assert gathered.refused


def test_nothing_to_read_and_missing_paths_are_errors(tmp_path):
    with pytest.raises(NothingToReadError, match="nothing to read in"):
        gather([tmp_path])
    with pytest.raises(MissingPathError, match="does not exist"):
        gather([tmp_path / "missing"])


def test_an_intake_passes_findings_on_and_keeps_the_rest(tmp_path):
    table(tmp_path, "one.csv", f"First,{A},web,Alpha", f"Second,{B},web,Alpha")
    catalogue(tmp_path, "kev.json", "2026.08.15", "2026-08-15", **{A.replace("-", "_"): "2026-08-10"})
    taken: list[list[str]] = []
    calls: list[tuple[str, int]] = []
    signals = Signals(TODAY)
    for intake in (Intake(), Intake(signals)):
        intake.take(
            read_paths([tmp_path]),
            [tmp_path],
            lambda source, findings: calls.append((Path(source).name, findings)),
            lambda findings: taken.append([finding.title for finding in findings]),
        )
        assert (intake.documents, intake.refused, intake.problems) == (2, False, [])
        assert not intake.failed
        assert not intake.needs_attention
    assert taken == [[], ["First", "Second"]] * 2
    assert calls == [("kev.json", 0), ("one.csv", 2)] * 2
    assert signals.given["kev"] == 1
    with pytest.raises(NothingToReadError) as caught:
        Intake().take([], [tmp_path], lambda source, findings: None, list)
    assert caught.value.source == str(tmp_path)


def test_errors_cost_something_and_notices_do_not():
    error = Problem(source="a", code="x", message="Lost.")
    notice = Problem(source="a", code="y", message="By the way.", level=Level.NOTICE)
    assert only_errors([notice, error]) == [error]
    assert only_notices([notice, error]) == [notice]


def test_the_order_of_reports_does_not_name_a_flaw():
    place = {"rule": "r", "locations": (Location(path="src/a.c", line=3, symbol="f"),)}
    one, other = flaw("One", source="a", **place), flaw("One", source="b", finder="Beta", **place)
    first, second = ranked(one, other).vulnerabilities, ranked(other, one).vulnerabilities
    assert len(first) == 1
    assert [made.id for made in first] == [made.id for made in second]
