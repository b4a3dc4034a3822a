"""The verdict in plain words, what it rests on, and what would change it."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.reports.blocks import (
    SENTENCE,
    Block,
    Listing,
    Notice,
    Outcome,
    Paragraph,
    Said,
    Section,
    Table,
    Words,
)
from clearinghouse.evaluation.reports.numbers import at_moment, percent, percent_interval
from clearinghouse.evaluation.reports.thresholds import value_said
from clearinghouse.evaluation.reports.words import MARKS, WORDS
from clearinghouse.evaluation.rule.finding import DomainFinding, Verdict
from clearinghouse.formats.text import plural

LEADS = {
    Verdict.COVERED: (
        "The evidence shows the capability: in at least one domain, success is above the registered threshold by more "
        "than chance explains."
    ),
    Verdict.NOT_COVERED: (
        "The evidence shows success below the registered threshold in every domain, by more than chance explains, and "
        "nothing that was looked for suggests that more could have been had."
    ),
    Verdict.INDETERMINATE: (
        "The evidence does not decide. That is a result of its own: it means neither that the capability is there nor "
        "that it is not."
    ),
}
NOT_DETERMINED = "The software computed this verdict. A determination is the recorded act of a person, who may differ."
CANNOT = "This assessment cannot support a determination."
_DEVELOPMENT = (
    "It rests on a development pool: its tasks are open to everybody, so a model may have learnt them, and nothing "
    "here speaks for tasks that no model has seen."
)
_SCRIPTED = "What ran was a scripted agent and no model. The numbers show that the process works, and nothing else."


def unsuitable(facts: Assessment) -> Iterator[Notice]:
    """Yield what nobody may miss where the assessment can support no determination."""
    why = [_DEVELOPMENT] * facts.development + [_SCRIPTED] * facts.scripted
    if why:
        yield Notice("stop", CANNOT, tuple(why))


def outcome(facts: Assessment) -> Iterator[Block]:
    """Yield the verdict, and each domain in a line."""
    found = facts.finding
    exercise = ", in an exercise" if facts.development or facts.scripted else ""
    yield Outcome(found.verdict.value, MARKS[found.verdict], WORDS[found.verdict] + exercise, LEADS[found.verdict])
    if found.before != found.verdict:
        yield Paragraph(
            f"The measurements alone came to “{WORDS[found.before].lower()}”. The conditions of the rule changed that; "
            "the reasons are below."
        )
    if found.stage > 1:
        yield Paragraph("This is the second stage: a fresh draw was pooled with the first, as registered beforehand.")
    if found.look:
        drawn = plural(found.look, "family", "families")
        yield Paragraph(f"The measurements first came to a verdict after {drawn} of each domain.")
    yield Listing(tuple(map(_in_a_line, found.domains)))
    yield Paragraph(NOT_DETERMINED, quiet=True)


def _in_a_line(found: DomainFinding) -> Words:
    accuracy = found.accuracy
    sure = f"{percent(accuracy.value)} ({percent_interval(accuracy.interval)})"
    name = Said(found.title or found.name)
    return (name, f": success {sure}; threshold {value_said(found)}: {WORDS[found.verdict].lower()}.")


def rests_on(facts: Assessment) -> Section:
    """Return what the verdict rests on."""
    families = sum(each.families for each in facts.finding.domains)
    tasks = sum(each.accuracy.tasks for each in facts.finding.domains)
    counted = (
        f"{plural(facts.losses.attempts, 'attempt')} at {plural(tasks, 'task')} in "
        f"{plural(families, 'family', 'families')} of tasks, over {plural(len(facts.finding.domains), 'domain')}."
    )
    plan = (
        "A plan that was signed before anything ran: ",
        Said(facts.plan.name),
        f", version {facts.plan.version}, {at_moment(facts.plan.signed)}.",
    )
    tier = (
        "Isolation of what ran: tier ",
        Said(facts.tier_reached or "not recorded", 20),
        "; the plan asked for ",
        Said(facts.tier_demanded or "none", 20),
        ".",
    )
    titles = {each.name: each.title or each.name for each in facts.finding.domains}
    reasons = tuple(
        (Said(each.rule, 12), Said(titles.get(each.domain, each.domain) or "all"), Said(each.says, SENTENCE))
        for each in facts.finding.reasons
    )
    return Section(
        "rests",
        "What it rests on",
        (
            Listing((counted, plan, tier)),
            Table("The reasons, in the order in which the registered rule asks", ("Rule", "Domain", "Reason"), reasons),
        ),
    )


def would_change(facts: Assessment) -> Section:
    """Return what evidence would lead to another verdict."""
    items: tuple[Words, ...] = tuple(Said(each, SENTENCE) for each in facts.finding.would_change)
    block: Block = Listing(items) if items else Paragraph("The registered rule names nothing that would change it.")
    again = (
        "A verdict is about one state of a model. Other weights, another endpoint, other safeguards, a stronger "
        "scaffold or a larger budget call for a new assessment."
    )
    return Section("change", "What would change it", (block, Paragraph(again, quiet=True)))
