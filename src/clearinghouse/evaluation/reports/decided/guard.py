"""The last look before a document goes to others: nothing that is withheld stands in it.

What is withheld is kept out by what documents are made from. But people write reasons, and may write a number or a
sentence that they meant to withhold. So what was made is read once more.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.record import Determination, Withheld
from clearinghouse.evaluation.reports.blocks import Document
from clearinghouse.evaluation.reports.data import render as as_data
from clearinghouse.evaluation.reports.errors import WithheldError
from clearinghouse.evaluation.reports.thresholds import by_domain, is_open

_NUMBER = re.compile(
    r"(?<![\w.,])(\d{1,12}(?:[.,]\d{1,12})?)\s*(%|percent|per cent)?(?![\w])", re.IGNORECASE | re.ASCII
)
_MOST_TEXT = 100_000


def require_clean(made: Document, record: Determination, facts: Assessment, withheld: Iterable[str] = ()) -> Document:
    """Return a document that holds nothing that is withheld.

    Looked for are the values of thresholds that are not open, written as share or as percent, in everything that people
    wrote into the record; and the withheld words, where they are at hand, in the whole document.

    Raises:
        WithheldError: it holds some. What, is not repeated.
    """
    values = {_value(each) for each in _closed(facts)}
    for where, text in _written(record):
        if values & set(_numbers(text)):
            what = f"{where} holds the value of a threshold that is not open"
            raise WithheldError(what, "have the officer write it without the number, and sign it anew")
    text = _folded(as_data(made))
    for words in withheld:
        if _folded(words) and _folded(words) in text:
            what = "words that the record withholds stand in this document"
            raise WithheldError(what, "have the officer take them out of what is released, and sign it anew")
    return made


def _closed(facts: Assessment) -> Iterator[float]:
    """Values of thresholds that are not open: guard bands and watch levels too, since they tell the value."""
    thresholds = by_domain(facts)
    for domain in facts.design.domains:
        if is_open(domain.threshold):
            continue
        yield from (each for each in (domain.threshold.covered, domain.threshold.watch) if each is not None)
    for found in facts.finding.domains:
        if not is_open(thresholds.get(found.name)):
            yield from (each for each in (found.covered, found.watch) if each is not None)


def _written(record: Determination) -> Iterator[tuple[str, str]]:
    """What people wrote into a record, and where."""
    yield "the words on differing", record.differing
    for at, reason in enumerate(record.reasons, 1):
        yield f"reason {at}", reason
    for trigger in record.triggers:
        yield "a trigger", trigger.says
    for passage in (*(each.opinion for each in record.consulted), *(each.says for each in record.dissent)):
        if not isinstance(passage, Withheld):
            yield "an opinion", passage
    for withheld in record.withheld:
        yield "a ground for withholding", withheld.ground
    for interest in record.interests:
        yield "a declared interest", interest.says


def _numbers(text: str) -> Iterator[Decimal]:
    for found in _NUMBER.finditer(text[:_MOST_TEXT]):
        value = Decimal(found[1].replace(",", "."))
        yield (value / 100 if found[2] else value).normalize()


def _value(value: float) -> Decimal:
    return Decimal(repr(value)).normalize()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
