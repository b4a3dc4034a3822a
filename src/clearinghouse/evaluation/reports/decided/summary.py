"""The public summary: what everybody may know of a determination."""

from collections.abc import Iterable

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.record import Determination
from clearinghouse.evaluation.determination.standing import Standing
from clearinghouse.evaluation.reports.blocks import Document, Pairs, Paragraph, Said, Section
from clearinghouse.evaluation.reports.decided.guard import require_clean
from clearinghouse.evaluation.reports.decided.measured import measured, published, require_same
from clearinghouse.evaluation.reports.decided.parts import (
    NOT_SAID,
    about,
    check,
    ends,
    outcome,
    reasons,
    unsuitable,
    who,
)
from clearinghouse.evaluation.reports.numbers import on_day
from clearinghouse.evaluation.reports.words import voluntary


def public_summary(
    record: Determination, facts: Assessment, *, stands: Standing | None = None, withheld: Iterable[str] = ()
) -> Document:
    """Return the summary.

    Args:
        record, facts, stands, withheld: as for :func:`~clearinghouse.evaluation.reports.decided.letter.letter`.

    Raises:
        MismatchError: the facts are of another assessment. WithheldError: it would hold what is withheld.
    """
    require_same(record, facts)
    head = (*unsuitable(record), *outcome(record), Paragraph(NOT_SAID[record.conclusion]), voluntary())
    made = Document(
        kind="summary",
        title=("Public summary: ", Said(record.model.name)),
        subtitle=("Determination ", Said(record.number), f", {on_day(record.decided)}"),
        head=head,
        sections=(
            reasons(record),
            Section("measured", "What was measured", tuple(measured(published(facts)))),
            about(record),
            Section("people", "Who decided", (Pairs((who(record),)),)),
            ends(record, stands),
            check(record),
        ),
        short=True,
    )
    return require_clean(made, record, facts, withheld)
