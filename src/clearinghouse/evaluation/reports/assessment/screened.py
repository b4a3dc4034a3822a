"""Contamination: what was screened, what came of it, and what was not screened."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment, CanarySearch
from clearinghouse.evaluation.reports.blocks import SENTENCE, Block, Listing, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import level, number, points, registered
from clearinghouse.evaluation.statistics.contamination.cutoff import Cutoff
from clearinghouse.evaluation.statistics.contamination.seen import Seen
from clearinghouse.evaluation.statistics.contamination.twins import Twins
from clearinghouse.formats.text import plural

_SEEN = {Seen.FLAG: "something was seen", Seen.NOTHING: "nothing was seen, which does not show that there is nothing"}
_SHOWN = 20


def contamination(facts: Assessment) -> Section:
    """Return the section on contamination."""
    return Section("contamination", "Had the model seen the tasks?", tuple(_parts(facts)))


def _parts(facts: Assessment) -> Iterator[Block]:
    found = facts.contamination
    rows = [*_canaries(found.canaries), *_cutoff(found.cutoff, facts.model.cutoff), *_twins(found.twins)]
    if rows:
        yield Table("What was screened", ("Screen", "Of what", "What came of it"), tuple(rows))
    if found.canaries is not None and found.canaries.hits:
        yield _hits(found.canaries)
    if found.unscreened:
        yield Paragraph("Not screened:")
        yield Listing(tuple(Said(each, SENTENCE) for each in found.unscreened))
    if not rows and not found.unscreened:
        yield Paragraph("Nothing was screened, and nothing is told of it.")
    yield Paragraph(
        "Having seen tasks can only raise a score. So it speaks against “covered”, and takes nothing from “not "
        "covered”. No screen shows that a model has seen none.",
        quiet=True,
    )


def _canaries(found: CanarySearch | None) -> Iterator[tuple[Words, ...]]:
    if found is None:
        return
    of = f"{plural(found.canaries, 'canary', 'canaries')}, in the logs of {plural(found.attempts, 'attempt')}"
    came = _SEEN[Seen.FLAG if found.found else Seen.NOTHING]
    if found.found:
        came = f"{came}: {plural(found.found, 'canary', 'canaries')} of tasks that were not shown there"
    if found.unknown:
        came = f"{came}; {found.unknown:,} of no pool of this assessment"
    yield ("Canaries: texts that only the tasks have", of, came)


def _cutoff(found: Cutoff | None, end: str) -> Iterator[tuple[Words, ...]]:
    if found is not None:
        of: Words = (
            f"{plural(found.before, 'task')} from before the end of the model's data (",
            Said(end, 20),
            f") beside {found.after} equally hard ones from after it, in {found.families} families",
        )
        came = (
            f"{_SEEN[found.seen]}: {points(found.advantage)} for the older ones, between {points(found.lower)} and "
            f"{points(found.upper)} (each at {level(found.level)}); not held against other models"
        )
        yield ("Dates: tasks that could be read beside newer ones", of, came)


def _twins(found: Twins | None) -> Iterator[tuple[Words, ...]]:
    if found is not None:
        blind = found.only_published + found.only_twin < found.least
        came = (
            f"{_SEEN[found.seen]}: of {found.only_published} pairs the public task alone was solved, of "
            f"{found.only_twin} the new one alone (p = {number(found.p)})"
        )
        if blind:
            came = f"{came}; with fewer than {found.least} pairs that differ it could not have seen anything"
        yield ("Twins: public tasks beside new instances", f"{plural(found.pairs, 'pair')}, one a family", came)


def _hits(found: CanarySearch) -> Table:
    rows = tuple(
        (Said(each.task_id), Said(each.run), registered(each.epoch), Said(each.of)) for each in found.hits[:_SHOWN]
    )
    caption = "Canaries where they should not be" + (f", the first {_SHOWN}" if found.found > _SHOWN else "")
    return Table(caption, ("Attempt at", "Run", "Attempt", "Canary of"), rows)
