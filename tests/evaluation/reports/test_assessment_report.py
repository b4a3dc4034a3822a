"""The assessment report: the verdict first, what it does not show, and no number that is not in the facts."""

import json
import re
from math import inf

import msgspec
import pytest

from clearinghouse.evaluation.assessment.facts import (
    Assessment,
    CanaryHit,
    CanarySearch,
    Contamination,
    RangeSteps,
    StepReached,
    Steps,
)
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.reports import Form, assessment_report, numbers, render
from clearinghouse.evaluation.reports.assessment.method import GLOSSARY
from clearinghouse.evaluation.reports.assessment.verdict import CANNOT, LEADS
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.statistics.binomial import exact_interval
from clearinghouse.evaluation.statistics.contamination.cutoff import cutoff_difference
from clearinghouse.evaluation.statistics.contamination.twins import twin_test
from invented_assessment import invented

replace = msgspec.structs.replace
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
OF_THE_WORDS = {*NUMBER.findall(str(GLOSSARY)), "14409", "3", "50", "80", "256"}
"""Numbers that stand in words of this project: the order's, the two levels of the horizon, SHA-256."""


def text_of(facts):
    return " ".join(render(assessment_report(facts), Form.TEXT).split())


def numbers_in(value):
    """Every number in facts, wherever it stands."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, str):
        yield from map(float, (each.replace(",", "") for each in NUMBER.findall(value)))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from numbers_in(key)
            yield from numbers_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers_in(each)


def written(facts):
    """Every way in which a number of the facts may be written, with the few sums and counts of them."""
    found = facts.finding
    known = set(numbers_in(msgspec.to_builtins(facts)))
    known |= {sum(each.families for each in found.domains), sum(each.accuracy.tasks for each in found.domains)}
    known |= {facts.losses.refused + facts.losses.infrastructure, len(found.domains), len(found.grid)}
    known |= {len(facts.elicitation.rungs)}
    for each in facts.domains:
        places = [point[:2] for point in each.points]
        known |= {places.count(place) for place in places}
        known |= {sum(point[2] for point in each.points if point[:2] == place) for place in places}
    says = (numbers.percent, numbers.exact_percent, numbers.points, numbers.minutes, numbers.number, numbers.registered,
            numbers.level, numbers.tokens, str)  # fmt: skip
    made = {token for value in known for say in says for token in NUMBER.findall(say(value))}
    return made | set(NUMBER.findall(json.dumps(msgspec.to_builtins(facts)))) | OF_THE_WORDS


def test_no_number_stands_in_it_that_is_not_in_the_facts(facts):
    text = text_of(facts)
    text = re.sub(r"[0-9a-f]{64}|\S*/\S*\.eval|clearinghouse 0\.1\.0", "", text)
    known = written(facts)
    assert [each for each in NUMBER.findall(text) if each not in known] == []


def test_it_begins_with_the_verdict_and_says_then_what_it_does_not_show(facts):
    text = text_of(facts)
    places = [text.index(each) for each in (LEADS[facts.finding.verdict], VOLUNTARY[:40], "WHAT IT RESTS ON",
              "WHAT IT DOES NOT SHOW", "WHAT WOULD CHANGE IT", "DOMAINS", "ERROR RATES")]  # fmt: skip
    assert places == sorted(places)
    assert "No verdict says anything about that." in text
    for each in facts.finding.would_change:
        assert each in text


@pytest.mark.parametrize(
    "changes", [{"development": True}, {"scripted": True}, {"development": True, "scripted": True}]
)
@pytest.mark.parametrize("form", Form)
def test_nobody_can_miss_that_it_cannot_support_a_determination(facts, form, changes):
    exercise = render(assessment_report(replace(facts, **changes)), form)
    real = render(assessment_report(facts), form)
    assert CANNOT.casefold() not in real.casefold()
    where = exercise.casefold().index(CANNOT.casefold())
    assert where < exercise.index(LEADS[facts.finding.verdict][:30])
    assert "in an exercise" in exercise.casefold()
    assert exercise.casefold().count(CANNOT.casefold()) >= 2


def test_values_under_a_commitment_are_marked():
    facts = invented()
    first, *others = facts.design.domains
    closed = replace(first, threshold=replace(first.threshold, commitment="ab" * 32))
    marked = replace(facts, design=replace(facts.design, domains=(closed, *others)))
    assert "not public" not in text_of(facts)
    assert "thresholds that are not public" in text_of(marked)
    assert "ab" * 32 in text_of(marked)


def test_a_threshold_that_is_not_opened_is_said_and_not_drawn(outline):
    facts = invented(Verdict.INDETERMINATE)
    domains = tuple(replace(each, covered=None, watch=None) for each in facts.finding.domains)
    design = tuple(
        replace(each, threshold=replace(each.threshold, covered=None, watch=None, commitment="ab" * 32))
        for each in facts.design.domains
    )
    shut = replace(
        facts,
        finding=replace(facts.finding, domains=domains),
        design=replace(facts.design, domains=design),
    )
    assert "threshold value not opened: indeterminate" in text_of(shut)
    seen = outline(render(assessment_report(shut), Form.HTML))
    ability = next(text for tag, each, text in seen.elements if each.get("aria-labelledby") == "ability-wide-title")
    assert "guard band" not in "".join(ability)


@pytest.mark.parametrize(
    "lacking", ["domains", "operating", "flags", "pools", "logs", "grid", "rungs", "horizon", "points"]
)
def test_what_is_missing_is_said_and_breaks_nothing(facts, outline, lacking):
    less = {
        "grid": lambda: replace(facts, finding=replace(facts.finding, grid=())),
        "rungs": lambda: replace(facts, elicitation=replace(facts.elicitation, rungs=(), saturated=False)),
        "horizon": lambda: replace(facts, horizon=None),
        "points": lambda: replace(
            facts, horizon=None, domains=tuple(replace(each, points=()) for each in facts.domains)
        ),
        "domains": lambda: replace(facts, domains=(), finding=replace(facts.finding, domains=())),
    }.get(lacking, lambda: replace(facts, **{lacking: {} if lacking in ("pools", "logs") else ()}))()
    for form in Form:
        made = render(assessment_report(less), form)
        assert made
    outline(render(assessment_report(less), Form.HTML))
    if lacking in ("operating", "rungs", "points"):
        assert "nothing to draw" in text_of(less).casefold()


@pytest.mark.parametrize("count", [1, 12])
def test_one_domain_and_twelve(facts, outline, count):
    found = facts.finding
    many = tuple(replace(found.domains[at % 3], name=f"d{at}", title=f"Domain {at}") for at in range(count))
    results = tuple(replace(facts.domains[at % 3], name=f"d{at}") for at in range(count))
    made = replace(facts, finding=replace(found, domains=many), domains=results)
    seen = outline(render(assessment_report(made), Form.HTML))
    assert len([1 for tag, each, _ in seen.elements if each.get("class") == "name halo"]) == 2 * count


def test_horizons_that_do_not_exist_or_lie_beyond_are_said(facts):
    horizon = replace(
        facts.horizon, p50=None, p50_interval=None, slope=None, intercept=None, reason="no failure is left"
    )
    text = text_of(replace(facts, horizon=horizon))
    assert "the data give none" in text
    assert "no failure is left" in text
    beyond = replace(facts.horizon, censored50=True, p50_interval=replace(facts.horizon.p50_interval, high=inf))
    text = text_of(replace(facts, horizon=beyond))
    assert "it lies beyond them" in text
    assert "without an upper end" in text


def test_the_verdict_before_the_conditions_is_said(facts):
    found = replace(facts.finding, before=Verdict.COVERED, verdict=Verdict.INDETERMINATE, flipped=0.5)
    text = text_of(replace(facts, finding=found))
    assert "The measurements alone came to “covered”" in text
    assert "more than the limit" in text


def test_every_figure_has_its_table_and_names_of_its_own(outline, facts):
    seen = outline(render(assessment_report(facts), Form.HTML))
    ids = [each["id"] for _, each, _ in seen.elements if "id" in each]
    assert len(ids) == len(set(ids))
    figures = [tag for tag, *_ in seen.elements if tag == "figure"]
    assert len(figures) == 4
    assert len([1 for tag, each, _ in seen.elements if tag == "svg"]) == 8  # each for wide and narrow screens
    links = {each["href"][1:] for tag, each, _ in seen.elements if tag == "a"}
    assert links <= set(ids)


def test_data_says_what_the_page_says(facts):
    made = json.loads(render(assessment_report(facts), Form.JSON))
    assert made["kind"] == "assessment"
    assert [each["name"] for each in made["sections"]] == [each.name for each in assessment_report(facts).sections]
    (figure,) = [each for each in made["sections"][3]["blocks"] if each["type"] == "figure"]
    assert len(figure["table"]["rows"]) == len(facts.finding.domains)


def test_lines_of_the_text_are_short(facts):
    lines = render(assessment_report(facts), Form.TEXT).splitlines()
    assert [each for each in lines if len(each) > 78 and " " in each.strip()] == []


def test_the_facts_can_be_written_and_read_and_give_the_same_page(facts):
    again = msgspec.json.decode(msgspec.json.encode(facts), type=Assessment)
    assert render(assessment_report(again), Form.HTML) == render(assessment_report(facts), Form.HTML)


SEARCH = CanarySearch(attempts=30, canaries=31, hits=(), found=0, unknown=0)


def screened(**what):
    empty = Contamination(canaries=SEARCH, cutoff=None, twins=None, unscreened=())
    return replace(empty, **what)


def test_what_was_screened_for_contamination_and_what_was_not_is_said(facts):
    text = text_of(replace(facts, contamination=screened(unscreened=("by twins: there are none",))))
    assert "nothing was seen, which does not show that there is nothing" in text
    assert "contamination was not screened by twins: there are none" in text
    hit = CanaryHit(task_id="task-7", run="first", epoch=2, of="task-9")
    text = text_of(replace(facts, contamination=screened(canaries=replace(SEARCH, hits=(hit,), found=1))))
    assert "1 canary of tasks that were not shown there" in text
    assert "task-7" in text
    twins = twin_test([1, 1], [0, 1])
    text = text_of(replace(facts, contamination=screened(twins=twins)))
    assert "with fewer than 5 pairs that differ it could not have seen anything" in text
    dates = cutoff_difference([1, 0] * 6, [1, 0] * 6, range(12), [at // 2 for at in range(12)])
    text = text_of(replace(facts, contamination=screened(cutoff=dates)))
    assert "6 tasks from before the end of the model's data" in text


def test_refusals_in_words_are_told_by_domain_and_as_what_they_are(facts):
    domains = tuple(replace(each, refused_in_words=3, bounds_in_words=(0.25, 0.625)) for each in facts.domains)
    text = text_of(replace(facts, losses=replace(facts.losses, refused_in_words=9), domains=domains))
    assert "Told by a list of phrases, which may err" in text
    assert "25 % to 62.5 %" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "refusals in words" not in text_of(facts)


def test_steps_are_shown_where_tasks_have_some_and_nothing_is_claimed_of_others(facts):
    assert "steps" not in [each.name for each in assessment_report(facts).sections]
    one = StepReached(name="enter", weight=1.0, seen=3, interval=exact_interval(3, 4), reached=0.75)
    task = RangeSteps(
        task_id="two-hosts",
        domain="network",
        attempts=4,
        cut_short=1,
        steps=(one, replace(one, name="cross", seen=0, reached=None)),
        expected=0.75,
        expected_seen=0.75,
        most=2.0,
    )
    text = text_of(replace(facts, steps=Steps(tasks=(task,), without="no other model was tried at these tasks")))
    assert "3 of 4" in text
    assert "nothing that is registered rests on it" in text
    assert "no other model was tried" in text
