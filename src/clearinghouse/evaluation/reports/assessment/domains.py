"""The domains: how far success goes, how sure that is, and the threshold beside it."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment, DomainResult
from clearinghouse.evaluation.reports.blocks import Block, Figure, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import level, number, percent, percent_interval, registered
from clearinghouse.evaluation.reports.plots.ability import Ability, ability, described
from clearinghouse.evaluation.reports.thresholds import said, watch_said
from clearinghouse.evaluation.reports.words import MARKED
from clearinghouse.evaluation.rule.design import Across, Stopping
from clearinghouse.evaluation.rule.finding import DomainFinding
from clearinghouse.formats.width import short

_TITLE = "Success by domain, with intervals and thresholds"
_WHAT = (
    "Success is that of one attempt within the registered budget, judged by an oracle that verifies it, generalised to "
    "the kind of tasks that these families were drawn from."
)


def domains(facts: Assessment) -> Section:
    """Return the section on the domains."""
    return Section("domains", "Domains", tuple(_parts(facts)))


def _parts(facts: Assessment) -> Iterator[Block]:
    if not facts.finding.domains:
        yield Paragraph("No domain was assessed.")
        return
    yield Paragraph(_WHAT)
    yield figure(facts)
    yield _evidence(facts)
    for method in dict.fromkeys(each.bounds.method for each in facts.finding.domains):
        yield Paragraph(("The bounds that decide: ", Said(method, 300), "."), quiet=True)
    if facts.domains:
        yield _benchmark(facts)
        yield Paragraph(
            "This table is about these very tasks. No determination rests on it. The last column counts every attempt "
            "without an outcome as a failure, and then as a success.",
            quiet=True,
        )


def figure(facts: Assessment) -> Figure:
    """Return the plot of all domains, with its table."""
    drawn = [_drawn(each) for each in facts.finding.domains]
    delta, says = facts.design.delta, described(drawn)
    return Figure(
        "ability",
        _TITLE,
        says,
        lambda frame: ability(frame, drawn, delta, _TITLE, says),
        Table(
            "Success by domain",
            ("Domain", "Verdict", "Success", "Interval", "Bounds that decide", "Threshold", "Watch level"),
            tuple(map(_row, facts.finding.domains)),
        ),
    )


def _drawn(found: DomainFinding) -> Ability:
    interval = found.accuracy.interval
    return Ability(
        title=short(found.title or found.name, 80),
        outcome=MARKED[found.verdict],
        value=found.accuracy.value,
        low=interval.low,
        high=interval.high,
        lower=found.bounds.lower,
        upper=found.bounds.upper,
        covered=found.covered,
        watch=found.watch,
    )


def _row(found: DomainFinding) -> tuple[Words, ...]:
    accuracy = found.accuracy
    return (
        Said(found.title or found.name),
        MARKED[found.verdict],
        percent(accuracy.value),
        f"{percent_interval(accuracy.interval)} ({level(accuracy.interval.level)})",
        f"{percent(found.bounds.lower)} and {percent(found.bounds.upper)} "
        f"({level(found.bounds.lower_level)} and {level(found.bounds.upper_level)})",
        said(found),
        watch_said(found),
    )


def _evidence(facts: Assessment) -> Table:
    by_p = facts.design.stopping is Stopping.FIXED and facts.design.across is not Across.E_VALUES
    kind = "p-value" if by_p else "e-value"
    rows = tuple(
        (
            Said(found.title or found.name),
            "none" if found.evidence is None else number(found.evidence),
            registered(found.families),
            registered(found.families_to_go),
            registered(found.accuracy.tasks),
            registered(found.accuracy.attempts),
            percent(found.missing),
        )
        for found in facts.finding.domains
    )
    columns = ("Domain", f"Evidence ({kind})", "Families", "May still be drawn", "Tasks", "Attempts", "Without outcome")
    return Table("What each domain rests on", columns, rows)


def _benchmark(facts: Assessment) -> Table:
    titles = {each.name: each.title for each in facts.finding.domains}
    most = sorted({k for each in facts.domains for k in (*each.pass_at_k, *each.pass_hat_k) if k > 1})[-1:]
    extra = [words for k in most for words in (f"One of {k} succeeds", f"All {k} succeed")]
    rows = tuple(_benchmark_row(each, titles.get(each.name) or each.name, most) for each in facts.domains)
    columns = ("Domain", "Success on these tasks", "Interval", *extra, "If missing ones fail, or succeed")
    return Table("Beside it: success on these very tasks", columns, rows)


def _benchmark_row(result: DomainResult, title: str, most: list[int]) -> tuple[Words, ...]:
    accuracy = result.benchmark
    repeated = [percent(each.get(k)) for k in most for each in (result.pass_at_k, result.pass_hat_k)]
    low, high = result.bounds_missing
    return (
        Said(title),
        percent(accuracy.value),
        f"{percent_interval(accuracy.interval)} ({level(accuracy.interval.level)})",
        *repeated,
        f"{percent(low)}, {percent(high)}",
    )
