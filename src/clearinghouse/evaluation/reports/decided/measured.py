"""What of an assessment may be published beside a determination.

Of a domain whose threshold is not open, no number is published: a bound together with a verdict tells on which side of
it the threshold lies, and enough of them tell the threshold. Operating characteristics are left out as well, since they
are computed at the thresholds.
"""

from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.record import Determination
from clearinghouse.evaluation.reports.blocks import Block, Figure, Paragraph, Said, Table, Words
from clearinghouse.evaluation.reports.errors import MismatchError
from clearinghouse.evaluation.reports.numbers import level, percent, percent_interval
from clearinghouse.evaluation.reports.plots.ability import Ability, ability, described
from clearinghouse.evaluation.reports.thresholds import by_domain, is_open, said
from clearinghouse.evaluation.reports.words import MARKED
from clearinghouse.evaluation.rule.finding import DomainFinding, Verdict
from clearinghouse.formats.width import short

_TITLE = "Success by domain, with intervals and thresholds"
CLOSED = (
    "Of domains whose threshold is not open no number is shown: a number together with a verdict would tell about the "
    "threshold."
)


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What may be published of an assessment.

    Attributes:
        shown: findings of the domains whose threshold is open. closed: title, name of the threshold and verdict of the
            other ones. delta: half of the guard band.
    """

    shown: tuple[DomainFinding, ...]
    closed: tuple[tuple[str, str, Verdict], ...]
    delta: float


def published(facts: Assessment) -> Published:
    """Return what may be published of an assessment."""
    thresholds = by_domain(facts)
    shown = tuple(each for each in facts.finding.domains if is_open(thresholds.get(each.name)))
    closed = tuple(
        (each.title or each.name, each.threshold, each.verdict)
        for each in facts.finding.domains
        if not is_open(thresholds.get(each.name))
    )
    return Published(shown=shown, closed=closed, delta=facts.design.delta)


def require_same(record: Determination, facts: Assessment) -> None:
    """See that a determination is about this assessment, by what both say.

    Raises:
        MismatchError: it is about another plan, model or finding.
    """
    for what, one, other in (
        ("plan", record.plan, facts.plan),
        ("model", record.model.identity, facts.model.identity),
        ("finding", record.finding.verdict, facts.finding.verdict),
        ("time", record.assessment.made, facts.made),
    ):
        if one != other:
            said_so = f"determination {short(record.number, 40)} is about another assessment than this: {what} differs"
            raise MismatchError(said_so, "name the folder of the assessment that it cites")


def measured(found: Published) -> Iterator[Block]:
    """Yield what was measured, as far as it is published."""
    if found.shown:
        yield _figure(found.shown, found.delta)
    if found.closed:
        rows = tuple((Said(title), Said(threshold), MARKED[verdict]) for title, threshold, verdict in found.closed)
        yield Table("Domains whose threshold is not open", ("Domain", "Threshold", "The rule found"), rows)
        yield Paragraph(CLOSED, quiet=True)


def _figure(findings: Iterable[DomainFinding], delta: float) -> Figure:
    shown = tuple(findings)
    drawn = [
        Ability(
            title=short(each.title or each.name, 80),
            outcome=MARKED[each.verdict],
            value=each.accuracy.value,
            low=each.accuracy.interval.low,
            high=each.accuracy.interval.high,
            lower=each.bounds.lower,
            upper=each.bounds.upper,
            covered=each.covered,
            watch=each.watch,
        )
        for each in shown
    ]
    says = described(drawn)
    return Figure(
        "ability",
        _TITLE,
        says,
        lambda frame: ability(frame, drawn, delta, _TITLE, says),
        Table(
            "Success by domain",
            ("Domain", "The rule found", "Success", "Interval", "Threshold"),
            tuple(map(_row, shown)),
        ),
    )


def _row(each: DomainFinding) -> tuple[Words, ...]:
    interval = each.accuracy.interval
    return (
        Said(each.title or each.name),
        MARKED[each.verdict],
        percent(each.accuracy.value),
        f"{percent_interval(interval)} ({level(interval.level)})",
        said(each),
    )
