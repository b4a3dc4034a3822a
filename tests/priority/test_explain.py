import json
import re
from datetime import date
from importlib import resources
from itertools import product
from pathlib import Path

import pytest

from clearinghouse.priority import (
    Clock,
    Fact,
    Inputs,
    KevStatus,
    StartFacts,
    deadline,
    given,
    policies,
    read_table,
    reasons,
    sentences,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "deadlines.md"
FACTS = StartFacts(identified=date(2026, 8, 20), commissioned=date(2026, 12, 1), changed=date(2026, 8, 25))

WRONG = {
    "days the table does not have": r"\b(?!(?:3|14|60)\b)\d+ days\b(?! (?:is|are) left)",
    "another unit of days": r"\b(business|working|week) ?days?\b",
    "a CVSS threshold": r"CVSS[^.|\n]{0,60}?(?:>|≥|\babove\b|\bat least\b|\bover\b|\bor higher\b) ?\d",
    "all boxes or nothing": r"\b(?:all|only) (?:of the )?(?:four|4)\b|\ball boxes\b|\bor nothing\b",
    "triage for every KEV entry": r"\b(?:every|all|any) KEV\b[^.]*\b(?:triage|forensic)",
}
"""What the press got wrong about BOD 26-04, as patterns that our own prose must not contain."""


def prose() -> str:
    """Everything this room says to people: every sentence of every kind of answer, its data, its documentation."""
    said = [DOCUMENT.read_text(encoding="utf-8")]
    folder = resources.files("clearinghouse.priority") / "data"
    said += [each.read_text(encoding="utf-8") for each in folder.iterdir()]
    for exposed, kev, automatable, impact, policy, clock, bound in product(
        ("yes", "no", "unknown"),
        ("yes", "no", date(2026, 8, 17)),
        ("yes", "no", "unknown"),
        ("total", "partial", "unknown"),
        policies(),
        Clock,
        (True, False),
    ):
        inputs = given(exposed=exposed, kev=kev, automatable=automatable, impact=impact)
        made = deadline(inputs, FACTS, policy=policy, clock=clock, bound=bound)
        said += sentences(made)
        said += [f"{why.rule}. {why.value}." for why in reasons(made)]
    return "\n".join(dict.fromkeys(said))


@pytest.fixture(scope="module")
def everything() -> str:
    return prose()


@pytest.mark.parametrize("mistake", WRONG)
def test_no_mistake_of_the_press_is_in_our_prose(everything, mistake):
    found = re.search(WRONG[mistake], everything, re.IGNORECASE)
    assert not found, everything[max(0, found.start() - 80) : found.end() + 80]


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ("days the table does not have", "Agencies have 7, 14 or 30 days."),
        ("days the table does not have", "Fix it within 15 days of publication."),
        ("another unit of days", "within three business days"),
        ("a CVSS threshold", "flaws with a CVSS score above 9.0 come first"),
        ("a CVSS threshold", "CVSS ≥ 7"),
        ("all boxes or nothing", "only if all four boxes are ticked"),
        ("triage for every KEV entry", "Every KEV entry with total impact needs forensic triage."),
    ],
)
def test_the_patterns_know_the_mistakes(mistake, sentence):
    assert re.search(WRONG[mistake], sentence, re.IGNORECASE)


def test_only_those_who_are_bound_read_owed(everything):
    inputs = given(exposed="unknown", kev="yes", automatable="yes", impact="partial")
    free, bound = (" ".join(sentences(deadline(inputs, FACTS, bound=word))) for word in (False, True))
    assert re.search(r"\badopted\b", free, re.IGNORECASE)
    assert not re.search(r"\bowed?\b", free, re.IGNORECASE)
    assert "Owed date: 23 August 2026" in bound
    assert not re.search(r"\badopt", bound, re.IGNORECASE)


def test_words_are_calm_and_plain(everything):
    assert "!" not in everything
    assert not re.search(r"\b(licen[cs]es?|permits?|clearance)\b", everything, re.IGNORECASE)
    assert "known to be used in attacks" in everything


def test_the_documented_table_is_the_table():
    shipped = json.loads(
        (resources.files("clearinghouse.priority") / "data" / "cisa_bod_26_04_1_0_0.json").read_text(encoding="utf-8")
    )
    letters = {"yes": "Y", "no": "N", "total": "T", "partial": "P"}
    rows = re.findall(
        r"^\| (\d+) \| (yes|no) \| (yes|no) \| (yes|no) \| (total|partial) \| `(\w+)`",
        DOCUMENT.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert [[int(row[0]), *(letters[word] for word in row[1:5]), row[5]] for row in rows] == shipped["rows"]


def test_every_policy_and_clock_is_documented():
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in (*policies(), *Clock):
        assert f"| `{name}`" in text


def test_the_why_table_has_every_input_with_source_date_and_rule():
    inputs = Inputs(
        exposed=Fact(value="yes", source="network team", date=date(2026, 8, 1)),
        kev=KevStatus(listed=True, added=date(2026, 8, 17), source="KEV 2026.08.18", cve="CVE-2026-0001"),
        automatable=Fact(value="yes", source="cve.json (CISA Coordinator)", date=date(2026, 8, 2), cve="CVE-2026-0002"),
    )
    made = deadline(inputs, StartFacts(identified=date(2026, 8, 20)))
    lines = {why.input: why for why in reasons(made)}
    assert list(lines) == ["exposed", "kev", "automatable", "impact", "identified", "start", "row"]
    assert (lines["kev"].source, lines["kev"].date) == ("KEV 2026.08.18, CVE-2026-0001", date(2026, 8, 17))
    assert lines["automatable"].rule == "Automatable (ssvc:A:2.0.0)"
    assert (lines["impact"].value, lines["row"].value) == ("unknown", None)
    assert lines["row"].rule == "policy fail_closed; missing: impact"
    assert lines["row"].source == "BOD 26-04 (cisa:DT_BOD2604:1.0.0)"
    whole = deadline(
        Inputs(exposed=inputs.exposed, kev=inputs.kev, automatable=inputs.automatable, impact=Fact(value="partial"))
    )
    row = reasons(whole)[-1]
    assert (row.value, row.rule, row.date) == ("2", "3D: 3 days", date(2026, 6, 10))


def test_who_said_when_it_was_identified_is_told():
    inputs = given(exposed="yes", kev="no", automatable="yes", impact="partial")
    for facts, source in (
        (StartFacts(identified=date(2026, 8, 20)), "as given"),
        (StartFacts(identified=date(2026, 8, 20), identified_source="day of this run"), "day of this run"),
    ):
        made = deadline(inputs, facts)
        assert made.identified_source == source
        assert next(why.source for why in reasons(made) if why.input == "identified") == source
        assert any(f"when it was identified on the asset ({source})." in line for line in sentences(made))
    assert deadline(inputs, StartFacts()).identified_source == ""


def test_what_nobody_stated_has_no_owner():
    lines = {why.input: why for why in reasons(deadline(given(kev="yes", automatable="yes", impact="total"), FACTS))}
    assert (lines["exposed"].value, lines["exposed"].source) == ("unknown", "not stated")
    assert (lines["automatable"].source, lines["commissioned"].source) == ("as given", "as given")


@pytest.mark.parametrize(
    ("clock", "facts", "said"),
    [
        ("row_change", {}, "no later change of row is known (if there was one, the option --changed"),
        ("row_change", {"changed": date(2026, 8, 19)}, "the change of row on 2026-08-19 is not later."),
        ("commissioned", {}, "no date of commissioning is known (the option --commissioned"),
        ("commissioned", {"commissioned": date(2026, 1, 1)}, "the asset was in service by then, since 2026-01-01."),
        ("row_change", {"changed": date(2026, 8, 21)}, ""),
        ("commissioned", {"commissioned": date(2026, 8, 21)}, ""),
        ("literal", {}, ""),
    ],
)
def test_a_clock_rule_that_moved_nothing_says_so_and_names_the_option(clock, facts, said):
    inputs = given(exposed="yes", kev="no", automatable="yes", impact="total")
    made = deadline(inputs, StartFacts(identified=date(2026, 8, 20), **facts), clock=clock)
    found = [line for line in sentences(made) if line.startswith("The first start stands, as under the literal clock")]
    assert len(found) == bool(said)
    assert not said or said in found[0]


def test_arms_are_explained_side_by_side():
    made = deadline(given(kev="no", automatable="no", impact="total"), FACTS)
    names = [why.input for why in reasons(made)]
    assert names[-4:] == ["exposed.start", "exposed.row", "not_exposed.start", "not_exposed.row"]
    said = sentences(made)
    assert said[0] == "Whether the asset is publicly exposed is not known: both answers follow."
    assert said[1].startswith("If publicly exposed: Adopted date: 3 September 2026, 14 calendar days after the start")
    assert any(line.startswith("If not publicly exposed: Fix on system upgrade; no date follows") for line in said)


def test_what_a_policy_filled_in_is_said_with_its_standing():
    made = deadline(given(exposed="yes", kev="no", impact="total"), FACTS, policy="cisa_default")
    line = next(each for each in sentences(made) if each.startswith("Automatable"))
    assert line.startswith("Automatable: no, filled in by policy cisa_default (reported, not confirmed")


def test_an_asset_that_was_overdue_at_birth_is_told_so():
    inputs = given(exposed="yes", kev="yes", automatable="yes", impact="total")
    said = " ".join(sentences(deadline(inputs, FACTS)))
    assert "came into service on 1 December 2026: under the literal clock, overdue from the start" in said
    assert "overdue from the start" not in " ".join(sentences(deadline(inputs, FACTS, clock="commissioned")))


def test_a_kev_entry_without_its_date_is_told_so():
    made = deadline(given(exposed="yes", kev="yes", automatable="yes", impact="total"), FACTS)
    assert any("the date of addition is not known" in line for line in sentences(made))


def test_a_clock_that_has_not_started_yet_is_told_so():
    inputs = given(exposed="yes", kev="no", automatable="yes", impact="total")
    early, late = (" ".join(sentences(deadline(inputs, FACTS, as_of=date(2026, 8, day)))) for day in (19, 20))
    assert "The clock (literal) starts only on 20 August 2026" in early
    assert "The clock (literal) started on 20 August 2026" in late


def test_a_table_of_ones_own_is_explained_too():
    raw = (resources.files("clearinghouse.priority") / "data" / "cisa_bod_26_04_1_0_0.json").read_bytes()
    own = read_table(raw.replace(b'"version": "1.0.0"', b'"version": "1.0.0-own"'), source="own.json")
    made = deadline(given(exposed="yes", kev="no", automatable="no", impact="total"), FACTS, table=own)
    assert made.table == "cisa:DT_BOD2604:1.0.0-own"
    assert "1.0.0-own" in sentences(made, table=own)[0]
    assert reasons(made, table=own)[-1].source.endswith("1.0.0-own)")
