"""The letter to the developer: what was concluded, why, and how to ask for a reconsideration. It orders nothing."""

from collections.abc import Iterable

from msgspec.structs import replace

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.record import Audience, Determination
from clearinghouse.evaluation.determination.standing import Standing
from clearinghouse.evaluation.reports.blocks import Document, Pairs, Paragraph, Said, Section
from clearinghouse.evaluation.reports.decided.guard import require_clean
from clearinghouse.evaluation.reports.decided.measured import measured, published, require_same
from clearinghouse.evaluation.reports.decided.parts import (
    NOT_SAID,
    about,
    ask,
    check,
    ends,
    outcome,
    reasons,
    unsuitable,
    who,
)
from clearinghouse.evaluation.reports.numbers import on_day
from clearinghouse.evaluation.reports.words import voluntary

_WHAT = (
    "This letter tells what was concluded about the model and why. It orders nothing, asks for nothing, and needs no "
    "answer."
)

_SHOWN = (
    "Of the withheld reasons you may be shown those that say so. They are in the evidence package for the developer: "
    "ask the office named above for it. The check below shows that they are the ones that were signed."
)


def letter(
    record: Determination, facts: Assessment, *, stands: Standing | None = None, withheld: Iterable[str] = ()
) -> Document:
    """Return the letter.

    Args:
        record: what was signed. facts: of the assessment that it cites. stands: how it stands at a moment.
        withheld: the withheld words, where they are at hand, to look whether some of them slipped in.

    Raises:
        MismatchError: the facts are of another assessment. WithheldError: it would hold what is withheld.
    """
    require_same(record, facts)
    head = (
        Pairs((("To", Said(record.model.developer)), ("About", Said(record.model.name)), who(record))),
        Paragraph(_WHAT),
        *unsuitable(record),
        *outcome(record),
        Paragraph(NOT_SAID[record.conclusion]),
        voluntary(),
    )
    shown = any(Audience.DEVELOPER in each.audiences for each in record.withheld)
    given = replace(reasons(record), parts=(*reasons(record).parts, *([Paragraph(_SHOWN)] * shown)))
    how = Paragraph(("To ask, write to the office named above and cite ", Said(record.number), "."))
    made = Document(
        kind="letter",
        title=("Determination ", Said(record.number)),
        subtitle=on_day(record.decided),
        head=head,
        sections=(
            given,
            Section("ask", "If you do not agree", (*ask(record, stands, "You"), how)),
            about(record),
            Section("measured", "What was measured", tuple(measured(published(facts)))),
            ends(record, stands),
            check(record),
        ),
        short=True,
    )
    return require_clean(made, record, facts, withheld)
