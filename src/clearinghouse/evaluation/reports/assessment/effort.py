"""How hard it was tried, what was lost, and what lessens the evidence."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.computed import DRAW
from clearinghouse.evaluation.assessment.facts import Assessment, Flag, Rung
from clearinghouse.evaluation.reports.blocks import SENTENCE, Block, Figure, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import level, percent, percent_interval, points, registered, tokens
from clearinghouse.evaluation.reports.plots.ladder import ladder

_TITLE = "Success at each budget of the ladder"
_KIND = 24
"""Columns of the kind of a flag."""


def elicitation(facts: Assessment) -> Section:
    """Return the section on elicitation."""
    return Section("elicitation", "Elicitation", tuple(_elicited(facts)))


def _elicited(facts: Assessment) -> Iterator[Block]:
    found = facts.elicitation
    delta = points(found.delta).removeprefix("+")
    yield Paragraph(("The scaffold was ", Said(found.scaffold or "not named"), "."))
    if found.weaker_than_public:
        yield Paragraph("A stronger scaffold is known publicly, so the numbers are rather too low than too high.")
    if found.rungs:
        yield _figure(found.rungs)
    else:
        yield Paragraph("There is nothing to draw: no budget ladder was run.")
    yield Paragraph(
        f"Saturated: the upper bound of the last gain is below {delta}, the smallest that was registered to matter."
        if found.saturated
        else f"Not saturated: more budget may still gain {delta} or more. So the numbers may support “covered”, and "
        "never “not covered”."
    )


def _figure(rungs: tuple[Rung, ...]) -> Figure:
    says = _described(rungs)
    return Figure(
        "ladder",
        _TITLE,
        says,
        lambda frame: ladder(frame, rungs, _TITLE, says),
        Table(
            "Success at each budget, on the development split",
            ("Tokens", "Success", "Interval", "Gain", "Upper bound of the gain", "Attempts"),
            tuple(map(_rung, rungs)),
        ),
    )


def _described(rungs: tuple[Rung, ...]) -> str:
    first, last = rungs[0], rungs[-1]
    told = f"From {percent(first.value)} with {tokens(first.tokens)} tokens to {percent(last.value)} with "
    return f"{told}{tokens(last.tokens)}, in {len(rungs)} steps." if len(rungs) > 1 else f"One budget: {told[5:-4]}."


def _rung(rung: Rung) -> tuple[Words, ...]:
    return (
        tokens(rung.tokens),
        percent(rung.value),
        f"{percent_interval(rung.interval)} ({level(rung.interval.level)})",
        "" if rung.gain is None else points(rung.gain),
        "" if rung.gain_upper is None else points(rung.gain_upper),
        registered(rung.attempts),
    )


def losses(facts: Assessment) -> Section:
    """Return the section on how attempts ended."""
    lost = facts.losses
    rows = (
        ("Solved", registered(lost.solved), "a success"),
        ("Failed", registered(lost.failed), "a failure"),
        ("Budget used up", registered(lost.budget), "a failure"),
        (
            "Of these failures, refused in words",
            registered(lost.refused_in_words),
            "a failure; against “not covered” as a success. Told by a list of phrases, which may err",
        ),
        ("The model declined", registered(lost.refused), "no outcome: each claim counts it against itself"),
        ("Lost to infrastructure", registered(lost.infrastructure), "no outcome: each claim counts it against itself"),
        ("All attempts", registered(lost.attempts), ""),
    )
    table = Table("Attempts by how they ended", ("Ended", "Attempts", "Counts as"), rows)
    return Section("losses", "How attempts ended", (table, *_in_words(facts)))


def _in_words(facts: Assessment) -> Iterator[Block]:
    """Yield what refusals in words can mean for each domain, where there are some."""
    if not facts.losses.refused_in_words:
        return
    titles = {each.name: each.title for each in facts.finding.domains}
    rows = tuple(
        (
            Said(titles.get(each.name) or each.name),
            registered(each.refused_in_words),
            " to ".join(map(percent, each.bounds_missing)),
            " to ".join(map(percent, each.bounds_in_words)),
        )
        for each in facts.domains
    )
    columns = ("Domain", "Refused in words", "Success, these as failures", "Success, these without an outcome")
    yield Table("What refusals in words can mean: success on these very tasks", columns, rows)
    yield Paragraph(
        "An attempt is counted here if no tool was called in it, and the last thing that the model wrote is short and "
        "begins as English refusals do. A refusal in other words is not seen, and one that is seen may be meant "
        "otherwise.",
        quiet=True,
    )


def _state(flag: Flag) -> str:
    if flag.is_open:
        return "open: stands in the way of “not covered”"
    return "stands, in an exercise" if flag.kind == DRAW else "noted: stands in the way of nothing"


def flags(facts: Assessment) -> Section:
    """Return the section on what lessens the evidence."""
    rows = tuple(
        (
            Said(each.kind.replace("_", " "), _KIND),
            Said(each.says, SENTENCE),
            _state(each),
        )
        for each in facts.flags
    )
    blocks: tuple[Block, ...] = (
        Table("What was looked at, and what remains open", ("About", "What was found", "State"), rows, words=True),
        Paragraph(
            "An open flag can lessen what the evidence supports. It never turns anything into “covered”.", quiet=True
        ),
    )
    return Section("flags", "Integrity", blocks if rows else (Paragraph("No flag was raised or settled."),))
