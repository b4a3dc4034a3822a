"""The record of a determination as a page: everything that was signed."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from clearinghouse.evaluation.assessment.facts import ROLES, Assessment
from clearinghouse.evaluation.determination.record import Determination, Reconsidered
from clearinghouse.evaluation.determination.standing import Standing
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
from clearinghouse.evaluation.reports.decided.guard import require_clean
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
    facts: Assessment,
    *,
    stands: Standing | None = None,
    opened: Mapping[str, str] = MappingProxyType({}),
    withheld: Iterable[str] = (),
) -> Document:
    """Return the page of a determination.

    Args:
        record: what was signed. facts: of the assessment that it cites. stands: how it stands at a moment. opened:
            withheld words that this reader may see, by their commitments. withheld: all withheld words that are at
            hand, to look whether others of them slipped in.

    Raises:
        MismatchError: the facts are of another assessment. WithheldError: it would hold what is withheld.
    """
    require_same(record, facts)
    marks = (Notice("mark", _OPENED),) if opened else ()
    sections = (
        about(record),
        reasons(record, opened),
        *_opened(record, opened),
        *(_reconsiders(each) for each in (record.reconsiders,) if each is not None),
        _thresholds(record, tuple(measured(published(facts)))),
        _people(record, facts, opened),
        ends(record, stands),
        Section("ask", "Reconsideration", ask(record, stands, "The developer")),
        check(record),
    )
    made = Document(
        kind="determination",
        title=("Determination ", Said(record.number), " about ", Said(record.model.name)),
        subtitle=("Decided on ", on_day(record.decided), " by ", Said(record.decided_by.name)),
        head=(*marks, *unsuitable(record), *outcome(record), Paragraph(NOT_SAID[record.conclusion]), voluntary()),
        sections=sections,
    )
    return require_clean(made, record, facts, [each for each in withheld if each not in opened.values()])


def _opened(record: Determination, opened: Mapping[str, str]) -> tuple[Section, ...]:
    items: tuple[Words, ...] = tuple(
        Said(opened[each.commitment], WHOLE) for each in record.withheld if each.commitment in opened
    )
    return (Section("opened", "Reasons that are withheld from others", (Listing(items),)),) if items else ()


def _reconsiders(earlier: Reconsidered) -> Section:
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


def _people(record: Determination, facts: Assessment, opened: Mapping[str, str]) -> Section:
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
    interests = tuple((Said(each.name), Said(each.says, WHOLE)) for each in record.interests)
    return Section(
        "people",
        "Who took part",
        (
            Pairs(pairs),
            *(Paragraph(Said(each.says, SENTENCE)) for each in facts.flags if each.kind == ROLES),
            Table("Consulted", ("Name", "Role", "When", "Opinion"), consulted),
            Table("Declared interests", ("Name", "Says"), interests),
        ),
    )
