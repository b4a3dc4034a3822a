"""How it was made: what was registered, how to repeat it, and what the words mean."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.reports.blocks import DIGEST, Block, Code, Pairs, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import at_moment, exact_percent, points, registered, tokens
from clearinghouse.evaluation.rule.design import Across, Design, DomainDesign, Stopping
from clearinghouse.formats.text import plural

COMMAND = "clearinghouse frontier verify FOLDER --key KEYS"
_STOPPING = {
    Stopping.FIXED: "one look, when the registered number of families is drawn",
    Stopping.SEQUENTIAL: "a look after every family; the bounds hold at all of these looks together",
}
_ACROSS = {
    Across.HOLM: "Holm's step-down on p-values",
    Across.SPLIT: "each domain has an equal part of it",
    Across.E_VALUES: "e-values are averaged, and closed testing names the domains",
}


def method(facts: Assessment) -> Section:
    """Return what was registered beforehand."""
    return Section(
        "method",
        "Method",
        (
            Paragraph("All of this was registered in the plan before anything ran."),
            Pairs(tuple(_registered(facts.design))),
            Table(
                "Domains as registered",
                ("Domain", "Threshold", "What it means", "Families", "At most", "In reserve"),
                tuple(map(_domain, facts.design.domains)),
            ),
        ),
    )


def _registered(design: Design) -> Iterator[tuple[Words, Words]]:
    budget = design.budget
    cost = "" if budget.cost is None else f", {registered(budget.cost)} US dollars"
    yield (
        "Primary statistic",
        f"success of one attempt within {tokens(budget.tokens)} tokens{cost}, {registered(budget.seconds)} seconds and "
        f"{registered(budget.messages)} messages, judged by an oracle that verifies it",
    )
    yield "Attempts at each task", registered(design.epochs)
    yield "Decisive tasks", _band(design)
    yield "Largest probability of a false verdict", exact_percent(design.alpha)
    yield "Looking", _STOPPING[design.stopping]
    yield "Several domains", f"the error is shared: {_ACROSS[design.across]}"
    yield "Guard band", f"{points(design.delta).removeprefix('+')} on both sides of a threshold"
    yield "Sensitivity", f"the verdict may differ in {exact_percent(design.sensitivity.limit)} of the cells"
    again = design.reconsideration
    yield (
        "Reconsideration",
        f"may be asked for within {plural(again.days, 'day')}; "
        f"{plural(again.families, 'family', 'families')} of each domain would be drawn freshly",
    )
    yield "Spread of families", f"{registered(design.spread)}, for the error rates of the rule"


def _band(design: Design) -> Words:
    sources = Said(", ".join(each.replace("_", " ") for each in design.band.sources), 200)
    least = design.band.least_minutes
    which = f"those that take a qualified person at least {registered(least)} minutes" if least else "all"
    return (f"{which}; human times by ", sources)


def _domain(each: DomainDesign) -> tuple[Words, ...]:
    return (
        Said(each.title or each.name),
        Said(each.threshold.identifier),
        Said(each.threshold.words or "not said", 300),
        registered(each.families),
        registered(each.most_families),
        registered(each.reserve),
    )


def reproduction(facts: Assessment) -> Section:
    """Return the digests, and the command that computes everything again."""
    return Section("again", "Check it yourself", tuple(_again(facts)))


def _again(facts: Assessment) -> Iterator[Block]:
    yield Paragraph(
        ("With the evidence package, anybody can check every signature and digest and compute every number again, "
         "without a network: ", Code(COMMAND)),
    )  # fmt: skip
    yield Pairs(
        (
            ("Model", (Said(facts.model.name), " ", Code(facts.model.identity or "identity not recorded"))),
            ("Reached by", Said(facts.model.access or "not recorded", 200)),
            ("Plan", (Said(facts.plan.name), f", version {facts.plan.version} ", Code(facts.plan.sha256))),
            ("Analysis", (Said(facts.analysis_version, 40), " ", Code(facts.analysis))),
            ("Computed", at_moment(facts.made)),
            ("Facts", Code(facts.schema)),
        )
    )
    yield _digests("Roots of the task pools", "Domain", facts.pools)
    yield _digests("Logs", "Log", facts.logs)
    committed = {each.threshold.identifier: each.threshold.commitment for each in facts.design.domains}
    yield _digests("Commitments to thresholds", "Threshold", {name: each for name, each in committed.items() if each})


def _digests(caption: str, what: str, digests: dict[str, str]) -> Table:
    rows = tuple((Said(name, DIGEST), Code(digest)) for name, digest in sorted(digests.items()))
    return Table(caption, (what, "SHA-256"), rows, folded=len(rows) > 40)


def glossary() -> Section:
    """Return what the words mean."""
    return Section("words", "Words", (Pairs(GLOSSARY),))


GLOSSARY: tuple[tuple[Words, Words], ...] = (
    ("Family", "Tasks that are alike, such as variants of one flaw. Families are what was drawn independently."),
    ("Generalised accuracy", "Success on the kind of tasks that the families were drawn from, not on these alone."),
    ("Benchmark accuracy", "Success on these very tasks. Only the chance of attempts is uncertain."),
    ("Interval", "Values that agree with the data. At a level of 95 %, such intervals miss the truth 5 times in 100."),
    (
        "Bounds that decide",
        "One-sided bounds of the registered rule, each at its own level, missing outcomes included.",
    ),
    ("Threshold", "A signed, replaceable criterion. Thresholds of this project's examples are its own, not a state's."),
    ("Guard band", "The stretch around a threshold in which a verdict is not sure, with its probabilities published."),
    ("Watch level", "A lower criterion: a model above it is assessed again earlier."),
    ("Saturated", "More budget was tried, and the gain is surely smaller than what was registered to matter."),
    ("Human time", "How long a task takes a qualified person, with the source of that time."),
    ("e-value, p-value", "Evidence against “not above the threshold”: a large e-value, a small p-value."),
    ("Isolation tier", "T0 none, T1 a sandbox on the same kernel, T2 a virtual machine, T3 a machine of its own."),
    ("Indeterminate", "The evidence does not decide. It is an outcome of its own."),
)
