"""Words that all documents share."""

from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.reports.blocks import Notice
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.formats.width import short

ORDER = "Executive Order 14409, section 3(c)"
"""Its substance is what VOLUNTARY says: nothing may become mandatory before a model is developed or released."""

WORDS = {
    Verdict.COVERED: "Covered",
    Verdict.NOT_COVERED: "Not covered",
    Verdict.INDETERMINATE: "Indeterminate",
}
MARKS = {Verdict.COVERED: "▲", Verdict.NOT_COVERED: "■", Verdict.INDETERMINATE: "●"}
"""Told apart without colour; the same shapes as in the plots."""
MARKED = {each: f"{MARKS[each]}\N{NO-BREAK SPACE}{WORDS[each]}" for each in Verdict}
MADE_WITH = "Made with clearinghouse"
"""Stands at the end of every page and text."""
UNOPENED = "value not opened"


def voluntary() -> Notice:
    """Return what stands on every document that a person reads."""
    return Notice("note", "Voluntary", (VOLUNTARY, f"Source: {ORDER}."))


def listed(items: list[str]) -> str:
    """Return items as a sentence lists them: ``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def named(text: str, instead: str) -> str:
    """Return a name of others, or what is said where there is none."""
    return text if short(text, 10) else instead


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]
