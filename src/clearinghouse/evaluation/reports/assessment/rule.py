"""How the rule behaves: the sensitivity grid, and the operating characteristic."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.reports.blocks import SENTENCE, Block, Figure, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import exact_percent, percent, rate, registered
from clearinghouse.evaluation.reports.plots.operating import operating, share
from clearinghouse.evaluation.reports.words import MARKED, WORDS
from clearinghouse.evaluation.rule.finding import Verdict

_TITLE = "Probability of each verdict against the truth"
_UNFOLDED = 12


def grid(facts: Assessment) -> Section:
    """Return the section on the sensitivity grid."""
    return Section("grid", "Sensitivity", tuple(_cells(facts)))


def _cells(facts: Assessment) -> Iterator[Block]:
    found = facts.finding
    if not found.grid:
        yield Paragraph("No sensitivity grid was computed.")
        return
    is_over = found.flipped > found.limit
    yield Paragraph(
        f"The verdict was computed again in {len(found.grid):,} other ways. It differs in {percent(found.flipped)} of "
        f"them; the registered limit is {exact_percent(found.limit)}."
        + (" That is more than the limit, so the verdict is indeterminate." if is_over else "")
    )
    differ = tuple(each for each in found.grid if each.flips)
    columns = ("What was done otherwise", "Verdict")
    if differ and len(found.grid) > _UNFOLDED:
        rows = tuple((Said(each.changed, SENTENCE), MARKED[each.verdict]) for each in differ)
        yield Table("Where the verdict differs", columns, rows)
    yield Table(
        "Every cell of the grid",
        (*columns, "Differs"),
        tuple(
            (Said(each.changed, SENTENCE), MARKED[each.verdict], "yes" if each.flips else "no") for each in found.grid
        ),
        folded=len(found.grid) > _UNFOLDED,
    )


def operating_characteristic(facts: Assessment) -> Section:
    """Return the section on error rates."""
    return Section("operating", "Error rates of the rule", tuple(_rates(facts)))


def _rates(facts: Assessment) -> Iterator[Block]:
    if not facts.operating:
        yield Paragraph("There is nothing to draw: no operating characteristic was computed.")
        return
    repetitions = " or ".join(f"{each:,}" for each in sorted({each.repetitions for each in facts.operating}))
    yield Paragraph(
        "How often the registered rule comes to each verdict if the truth is as said, by simulation of "
        f"{repetitions} repetitions each. At a threshold, a false “covered” was registered to happen at most "
        f"{exact_percent(facts.finding.alpha)} of the time."
    )
    yield _figure(facts)


def _figure(facts: Assessment) -> Figure:
    thresholds = sorted({each.covered for each in facts.finding.domains if each.covered is not None})
    ordered = sorted(facts.operating, key=lambda each: each.truth)
    says = " ".join(
        f"At a true success of {exact_percent(each.truth)}: covered {rate(each.covered)}, not covered "
        f"{rate(each.not_covered)}, indeterminate {rate(each.indeterminate)}."
        for each in ordered[:12]
    )
    delta = facts.design.delta
    rows: tuple[tuple[Words, ...], ...] = tuple(
        (
            exact_percent(each.truth),
            *(rate(share(each, verdict)) for verdict in Verdict),
            registered(each.families),
            registered(each.repetitions),
        )
        for each in ordered
    )
    columns = ("True success", *(WORDS[each] for each in Verdict), "Families drawn (median)", "Repetitions")
    return Figure(
        "operating",
        _TITLE,
        says,
        lambda frame: operating(frame, ordered, thresholds, delta, _TITLE, says),
        Table("Probability of each verdict", columns, rows),
    )
