"""The assessment report: what was seen of a model, how sure that is, and what it does not show."""

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.reports.assessment.domains import domains
from clearinghouse.evaluation.reports.assessment.effort import elicitation, flags, losses
from clearinghouse.evaluation.reports.assessment.limits import not_shown
from clearinghouse.evaluation.reports.assessment.method import glossary, method, reproduction
from clearinghouse.evaluation.reports.assessment.rule import grid, operating_characteristic
from clearinghouse.evaluation.reports.assessment.screened import contamination
from clearinghouse.evaluation.reports.assessment.steps import steps
from clearinghouse.evaluation.reports.assessment.time import human_time
from clearinghouse.evaluation.reports.assessment.verdict import outcome, rests_on, unsuitable, would_change
from clearinghouse.evaluation.reports.blocks import Block, Document, Notice, Said
from clearinghouse.evaluation.reports.numbers import on_day
from clearinghouse.evaluation.reports.thresholds import shows_closed
from clearinghouse.evaluation.reports.words import named, voluntary

__all__ = ["assessment_report"]


def assessment_report(facts: Assessment) -> Document:
    """Return the report of an assessment. It holds no number that is not in the facts."""
    developer = named(facts.model.developer, "a developer who is not named")
    return Document(
        kind="assessment",
        title=("Assessment of ", Said(named(facts.model.name, "a model without a name"))),
        subtitle=("Model by ", Said(developer), f", assessed on {on_day(facts.made)}"),
        head=tuple(_head(facts)),
        sections=(
            rests_on(facts),
            not_shown(facts),
            would_change(facts),
            domains(facts),
            human_time(facts),
            *steps(facts),
            elicitation(facts),
            losses(facts),
            contamination(facts),
            flags(facts),
            grid(facts),
            operating_characteristic(facts),
            method(facts),
            reproduction(facts),
            glossary(),
        ),
    )


def _head(facts: Assessment) -> list[Block]:
    made: list[Block] = [*unsuitable(facts)]
    if shows_closed(facts):
        title = "This report shows values of thresholds that are not public."
        made.append(Notice("mark", title, ("Hand on the public summary instead: it shows none of them.",)))
    return [*made, *outcome(facts), voluntary()]
