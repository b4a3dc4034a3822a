"""Parts that documents about a determination share."""

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from clearinghouse.evaluation.determination.record import (
    Audience,
    Conclusion,
    Determination,
    Passage,
    Review,
    Withheld,
)
from clearinghouse.evaluation.determination.standing import Standing
from clearinghouse.evaluation.determination.times import end_of_days, moment_of
from clearinghouse.evaluation.determination.words import ADVISORY, DEVELOPMENT, PERSON, SCRIPTED
from clearinghouse.evaluation.reports.blocks import (
    SENTENCE,
    Block,
    Code,
    Listing,
    Notice,
    Outcome,
    Pairs,
    Paragraph,
    Said,
    Section,
    Table,
    Words,
)
from clearinghouse.evaluation.reports.numbers import at_moment, on_day, tokens
from clearinghouse.evaluation.reports.words import MARKS, WORDS, capital, listed
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.formats.text import plural

WHOLE = 20_000
"""Columns that a reason may take: it is shown whole, since a record holds no longer one."""
REVIEWS = {
    Review.ARITHMETIC: "an arithmetic re-check: every number is computed again from the sealed logs",
    Review.FRESH_DRAW: "a fresh draw: other families from the reserve, pooled with the first as registered",
    Review.OWN_SCAFFOLD: "your own scaffold, in the place of the one that was used",
    Review.OTHER_PANEL: "another panel",
}
_READERS = {
    Audience.PUBLIC: "everybody",
    Audience.DEVELOPER: "the developer",
    Audience.OVERSEER: "who oversees the office",
    Audience.COURT: "a court",
}


def unsuitable(record: Determination) -> Iterator[Notice]:
    """Yield what nobody may miss where it rests on an exercise."""
    why = [DEVELOPMENT] * record.assessment.development + [SCRIPTED] * record.assessment.scripted
    if why:
        yield Notice("stop", "This rests on an exercise and says nothing about any model.", tuple(why))


def outcome(record: Determination) -> Iterator[Block]:
    """Yield the conclusion, what the rule found where that is another, and whose act it is."""
    verdict = Verdict(record.conclusion.value)
    yield Outcome(record.conclusion.value, MARKS[verdict], WORDS[verdict], Said(record.sentence, SENTENCE))
    if record.differs:
        yield Paragraph(("Why the officer concludes otherwise than the rule: ", Said(record.differing, WHOLE)))
    yield Paragraph(PERSON, quiet=True)


def reasons(record: Determination, opened: Mapping[str, str] = MappingProxyType({})) -> Section:
    """Return the statement of reasons, how many are withheld on which grounds, and who does not agree."""
    items: tuple[Words, ...] = tuple(Said(each, WHOLE) for each in record.reasons)
    first: Block = Listing(items) if items else Paragraph("All reasons are withheld; the grounds are below.")
    dissent = tuple((Said(each.name), passage(each.says, opened)) for each in record.dissent)
    other = Table("Who does not agree", ("Name", "Says"), dissent)
    return Section("reasons", "Reasons", (first, *withheld(record.withheld), other))


def withheld(found: tuple[Withheld, ...]) -> Iterator[Block]:
    """Yield what stands for withheld words: grounds, who may be shown them, and commitments."""
    if not found:
        return
    rows = tuple((Said(each.ground, SENTENCE), _readers(each.audiences), Code(each.commitment)) for each in found)
    caption = f"{plural(len(found), 'reason is', 'reasons are')} withheld"
    yield Table(caption, ("Ground", "May be shown to", "Commitment"), rows)
    yield Paragraph(
        "A commitment fixes the withheld words without telling them. Whoever is shown them later can check that they "
        "are the same.",
        quiet=True,
    )


def passage(words: Passage, opened: Mapping[str, str]) -> Words:
    """Return what somebody said, or that it is withheld and why."""
    if isinstance(words, Withheld):
        shown = opened.get(words.commitment)
        ground = ("withheld: ", Said(words.ground, SENTENCE))
        return ground if shown is None else ("withheld from others: ", Said(shown, WHOLE))
    return Said(words, WHOLE)


def _readers(audiences: tuple[Audience, ...]) -> str:
    return listed([_READERS[each] for each in audiences]) or "nobody"


def about(record: Determination) -> Section:
    """Return which state of which model it is about."""
    model = record.model
    cost = f", {model.cost} US dollars" if model.cost else ""
    budget = f"{tokens(model.tokens)} tokens{cost}, {model.seconds} seconds and {model.messages:,} messages an attempt"
    return Section(
        "about",
        "What it is about",
        (
            Pairs(
                (
                    ("Model", (Said(model.name), " by ", Said(model.developer))),
                    ("Identity", Code(model.identity or "not recorded")),
                    ("Safeguards", Said(model.safeguards)),
                    ("Reached by", Said(model.access or "not recorded", 200)),
                    ("Scaffold", Said(model.scaffold or "not named")),
                    ("Budget", Said(budget, 200)),
                )
            ),
            Paragraph("It is about this state of the model and no other.", quiet=True),
        ),
    )


def ends(record: Determination, stands: Standing | None = None) -> Section:
    """Return until when it holds, what makes a re-test due, and how it stands."""
    items: tuple[Words, ...] = tuple(Said(each.says, SENTENCE) for each in record.triggers)
    blocks: list[Block] = []
    if stands is not None:
        state = capital(stands.status.value.replace("_", " "))
        blocks.append(Paragraph((f"On {on_day(stands.as_of)}: {state}. ", Said(stands.says, SENTENCE))))
        blocks.append(Listing(tuple(Said(each, SENTENCE) for each in stands.retests)))
    blocks.append(Paragraph(f"It lapses at the latest on {on_day(record.expires)}. Before that, a re-test is due if:"))
    return Section("ends", "Until when it holds", (*blocks, Listing(items)))


def last_day(record: Determination, stands: Standing | None) -> dt.date:
    """Return the last day on which a reconsideration may be asked for."""
    if stands is not None:
        end = moment_of(stands.ask_until, "ask_until")
    else:
        end = end_of_days(moment_of(record.decided, "decided"), record.days_to_ask)
    return (end - dt.timedelta(days=1)).date()


def ask(record: Determination, stands: Standing | None, whose: str) -> tuple[Block, ...]:
    """Return how to ask for a reconsideration, and until when."""
    day = on_day(last_day(record, stands).isoformat())
    return (
        Paragraph(
            f"{whose} may ask for a reconsideration until the end of {day} (UTC). "
            f"{plural(record.days_to_ask, 'calendar day')} were registered, from the day on which the reasons were "
            "sent or, before that, from the decision. It can be:"
        ),
        Listing(tuple(REVIEWS.values())),
        Paragraph("Another officer decides it, and every outcome is recorded. " + ADVISORY),
    )


def who(record: Determination) -> tuple[Words, Words]:
    """Return who decided, and when, as a term and its words."""
    officer = record.decided_by
    place = (", ", Said(officer.organisation)) if officer.organisation else ()
    return "Decided by", (Said(officer.name), ", ", Said(officer.office), *place, f", {at_moment(record.decided)}")


def check(record: Determination) -> Section:
    """Return what it cites, by digest, and how to check it."""
    rows = tuple((Said(each.name, 140), Code(each.sha256)) for each in record.evidence)
    return Section(
        "check",
        "Check it yourself",
        (
            Paragraph(("With the evidence package, without a network: ", Code(COMMAND))),
            Pairs(
                (
                    ("Determination", Code(record.number)),
                    ("Assessment", Code(record.assessment.sha256)),
                    ("Plan", (Said(record.plan.name), f", version {record.plan.version} ", Code(record.plan.sha256))),
                    ("Key of the officer", Code(record.decided_by.key or "not recorded")),
                )
            ),
            Table("Evidence that is cited", ("Name", "SHA-256"), rows),
        ),
    )


COMMAND = "clearinghouse frontier verify PACKAGE --key KEYS"
NOT_SAID = {
    Conclusion.COVERED: "It does not say that anybody will misuse the model, or what may be done with it.",
    Conclusion.NOT_COVERED: "It does not say that the model is harmless, or what may be done with it.",
    Conclusion.INDETERMINATE: "It says neither that the capability is there nor that it is not.",
}
