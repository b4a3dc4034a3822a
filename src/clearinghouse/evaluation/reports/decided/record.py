"""The record of a determination as a page: everything that was signed."""

from collections.abc import Mapping

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.record import Determination
from clearinghouse.evaluation.reports.blocks import (
    SENTENCE,
    Block,
    Code,
    Document,
    Listing,
    Notice,
    Pairs,
    Paragraph,
    Said,
    Section,
    Table,
    Words,
)
from clearinghouse.evaluation.reports.decided.measured import measured, published, require_same
from clearinghouse.evaluation.reports.decided.parts import (
    NOT_SAID,
    REVIEWS,
    WHOLE,
    about,
    ask,
    check,
    ends,
    outcome,
    passage,
    reasons,
    unsuitable,
    who,
)
from clearinghouse.evaluation.reports.numbers import at_moment, exact_percent, on_day
from clearinghouse.evaluation.reports.words import MARKED, UNOPENED, voluntary

_OPENED = (
    "This page shows words that the record withholds. It is for readers whom the record names, and for nobody else."
)


def determination_record(
    record: Determination,
    facts: Assessment | None = None,
    *,
    standing: str = "",
    opened: Mapping[str, str] | None = None,
) -> Document:
    """Return the page of a determination.

    Args:
        record: what was signed. facts: of the assessment that it cites, if they are at hand. standing: what became of
            it, as a sentence. opened: withheld words that this reader may see, by their commitments.

    Raises:
        MismatchError: the facts are of another assessment.
    """
    if facts is not None:
        require_same(record, facts)
    marks = (Notice("mark", _OPENED),) if opened else ()
    again = (_reconsiders(record),) if record.reconsiders else ()
    found = published(facts) if facts is not None else None
    sections = (
        about(record),
        reasons(record),
        *_opened(record, opened or {}),
        *again,
        _thresholds(record, tuple(measured(found)) if found else ()),
        _people(record, opened or {}),
        ends(record, standing),
        Section("ask", "Reconsideration", ask(record, "The developer")),
        check(record),
    )
    return Document(
        kind="determination",
        title=("Determination ", Said(record.number), " about ", Said(record.model.name)),
        subtitle=("Decided on ", on_day(record.decided), " by ", Said(record.decided_by.name)),
        head=(*marks, *unsuitable(record), *outcome(record), Paragraph(NOT_SAID[record.conclusion]), voluntary()),
        sections=sections,
    )


def _opened(record: Determination, opened: Mapping[str, str]) -> tuple[Section, ...]:
    items: tuple[Words, ...] = tuple(
        Said(opened[each.commitment], WHOLE) for each in record.withheld if each.commitment in opened
    )
    return (Section("opened", "Reasons that are withheld from others", (Listing(items),)),) if items else ()


def _reconsiders(record: Determination) -> Section:
    earlier = record.reconsiders
    if earlier is None:
        raise ValueError("a record that reconsiders nothing")
    return Section(
        "again",
        "What it reconsiders",
        (
            Pairs(
                (
                    ("Determination", Code(earlier.number)),
                    ("Its digest", Code(earlier.sha256)),
                    ("Looked at again", REVIEWS[earlier.review].replace("your own", "the developer's own")),
                    ("Outcome", earlier.outcome.value),
                )
            ),
        ),
    )


def _thresholds(record: Determination, more: tuple[Block, ...]) -> Section:
    found = record.finding
    rows = tuple(
        (
            Said(each.domain.replace("_", " ")),
            Said(each.identifier),
            exact_percent(_share(each.covered)) if each.covered and not each.commitment else UNOPENED,
            MARKED[found.domains[each.domain]] if each.domain in found.domains else "not assessed",
        )
        for each in record.thresholds
    )
    return Section(
        "thresholds",
        "Thresholds and finding",
        (
            Paragraph(f"The registered rule found: {MARKED[found.verdict]}."),
            Table("Thresholds by domain", ("Domain", "Threshold", "Value", "The rule found"), rows),
            *more,
        ),
    )


def _share(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _people(record: Determination, opened: Mapping[str, str]) -> Section:
    roles = record.roles
    custodians: Words = Said(", ".join(roles.custodians), SENTENCE)
    pairs: tuple[tuple[Words, Words], ...] = (
        who(record),
        ("Asked for by", Said(roles.requester)),
        ("Run by", Said(roles.operator)),
        ("Computed by", Said(roles.analyst)),
        ("Custodians", custodians),
    )
    consulted = tuple(
        (Said(each.name), Said(each.role), at_moment(each.at), passage(each.opinion, opened))
        for each in record.consulted
    )
    dissent = tuple((Said(each.name), passage(each.says, opened)) for each in record.dissent)
    interests = tuple((Said(each.name), Said(each.says, WHOLE)) for each in record.interests)
    return Section(
        "people",
        "Who took part",
        (
            Pairs(pairs),
            Table("Consulted", ("Name", "Role", "When", "Opinion"), consulted),
            Table("Who does not agree", ("Name", "Says"), dissent),
            Table("Declared interests", ("Name", "Says"), interests),
        ),
    )
