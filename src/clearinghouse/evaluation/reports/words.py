"""Words that all documents share."""

from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.formats.width import short

VOLUNTARY = (
    "Taking part is voluntary. Nothing here has to happen before a model is developed, published, released or "
    "distributed, and nothing here can hold any of that back (Executive Order 14409, section 3(c))."
)
"""Stands on every document that a person reads."""

WORDS = {
    Verdict.COVERED: "Covered",
    Verdict.NOT_COVERED: "Not covered",
    Verdict.INDETERMINATE: "Indeterminate",
}
MARKS = {Verdict.COVERED: "▲", Verdict.NOT_COVERED: "■", Verdict.INDETERMINATE: "●"}
"""Told apart without colour; the same shapes as in the plots."""
MARKED = {each: f"{MARKS[each]}\N{NO-BREAK SPACE}{WORDS[each]}" for each in Verdict}
UNOPENED = "value not opened"


def listed(items: list[str]) -> str:
    """Return items as a sentence lists them: ``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def named(text: str, instead: str) -> str:
    """Return a name of others, or what is said where there is none."""
    return text if short(text, 10) else instead


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]
