"""Exposures made of what was judged: their class, their question, and the versions that are named as fixed."""

from collections.abc import Iterable, Sequence

import msgspec

from clearinghouse.packages.products.judge import Judgement, Verdict
from clearinghouse.packages.products.names import fold, tokens_of
from clearinghouse.packages.products.query import Reading
from clearinghouse.packages.products.questions import (
    Doubt,
    question_of_doubt,
    question_of_no_version,
    question_of_version,
)
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.versions import Version, compare, read_version
from clearinghouse.records import Exposure, InventoryItem, MatchClass, Why

_FEW_SPARED = 4
"""Versions called unaffected that are taken for fixes: each is tried by a plan."""
_CLASSES = {
    Verdict.EXACT: MatchClass.EXACT,
    Verdict.RANGE: MatchClass.RANGE,
    Verdict.NO_VERSION: MatchClass.NAME_ONLY,
    Verdict.OPEN: MatchClass.POSSIBLE,
}


class Found(msgspec.Struct, frozen=True, gc=False):
    """An exposure, with what its place among the others depends on."""

    exposure: Exposure
    published: str


def exposure_of(
    item: InventoryItem,
    reading: Reading,
    judgement: Judgement,
    doubt: Doubt | None,
    version: Version | None,
    statements: Sequence[Statement],
) -> Found:
    """Return what a judgement on an item comes to; ``doubt`` is why it is not certain that the product is meant."""
    statement = judgement.statement
    detail = judgement.detail
    why = judgement.why or Why(kind="text")
    if doubt is None and statement.condition:
        doubt, detail = Doubt.CONDITION, statement.condition
    if doubt is None and fits(statement, item, reading) is None:
        doubt, detail = Doubt.PLATFORM, " or ".join(dict.fromkeys((*statement.platforms, *statement.modules)))
    if doubt is not None:
        return questioned(item, statement, MatchClass.POSSIBLE, why, doubt, detail, _fixes(statements, version))
    question = None
    if judgement.verdict is Verdict.OPEN:
        question = question_of_version(judgement.reason, name_of(item), statement.label, reading.version, detail)
    elif judgement.verdict is Verdict.NO_VERSION:
        said = versions_in_words(statement)
        question = question_of_no_version(statement.label, reading.version, said)
    exposure = exposed(statement, _CLASSES[judgement.verdict], why, question, _fixes(statements, version))
    return Found(exposure, statement.published)


def questioned(
    item: InventoryItem,
    statement: Statement,
    match: MatchClass,
    why: Why,
    doubt: Doubt,
    detail: str,
    fixed: tuple[str, ...] = (),
) -> Found:
    """Return a match that is a question, because of a doubt."""
    question = question_of_doubt(doubt, name_of(item), statement.label, detail, statement.advisory)
    return Found(exposed(statement, match, why, question, fixed), statement.published)


def exposed(
    statement: Statement, match: MatchClass, why: Why, question: str | None, fixed: tuple[str, ...] = ()
) -> Exposure:
    """Return the exposure to what a statement says."""
    return Exposure(
        advisory=statement.advisory,
        match=match,
        why=why,
        aliases=statement.aliases,
        fixed=fixed,
        question=question,
        title=statement.title,
        package=statement.label,
    )


def fits(statement: Statement, item: InventoryItem, reading: Reading) -> bool | None:
    """Whether a statement that is limited to platforms or modules holds for the item; None if that is not known."""
    if not statement.platforms and not statement.modules:
        return True
    words = tokens_of(fold(" ".join((item.component.name, item.model, item.written))))
    words = (*words, "macos") if "mac" in words else words
    series = [text.lower().removesuffix(" series") for text in statement.platforms if text.endswith(" Series")]
    if series and len(series) == len(statement.platforms) and reading.hardware:
        return any(word.startswith(name.split("-")[0]) for name in series for word in words)
    told = [
        any(all(token in words for token in tokens_of(fold(text))) for text in limits)
        for limits in (statement.platforms, statement.modules)
        if limits
    ]
    return True if all(told) else None


def _fixes(statements: Sequence[Statement], version: Version | None) -> tuple[str, ...]:
    """Versions that end a stretch or are named as fixes, in version order, those above the version first.

    Where none of them is above it, the next ones that are called unaffected are.
    """
    ends = [each.high for statement in statements for each in statement.stretches if each.high and not each.closed]
    named = _ordered((*ends, *(text for statement in statements for text in statement.fixes)))
    if version is None:
        return tuple(named)
    above = [text for text, read in named.items() if compare(read, version) == 1]
    if not above:
        spared = _ordered(each.low for statement in statements for each in statement.unaffected if each.low)
        above = [text for text, read in spared.items() if compare(read, version) == 1][:_FEW_SPARED]
    return (*above, *(text for text in named if text not in above))


def _ordered(texts: Iterable[str]) -> dict[str, Version]:
    """Versions by their texts, in version order; what is none is left out."""
    found = {text: read for text in texts if (read := read_version(text)) is not None and not read.wild}
    return dict(sorted(found.items(), key=lambda item: item[1].key))


def versions_in_words(statement: Statement) -> str:
    """Return the first of the versions that a statement calls affected."""
    said = [str(stretch) for stretch in statement.stretches[:4]] + list(statement.listed[:4])
    more = len(statement.stretches) + len(statement.listed) - len(said)
    return ", ".join(said) + (f" and {more:,} more" if more > 0 else "")


def name_of(item: InventoryItem) -> str:
    """Return what an item is called in questions."""
    return item.written or item.component.label
