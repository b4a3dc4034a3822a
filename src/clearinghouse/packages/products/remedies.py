"""What an advisory's remedies say of versions: a version that they fix, or name, is a question."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from clearinghouse.packages.products.names import fold, tokens_of
from clearinghouse.packages.products.prose import MAX_LENGTH, NOTHING, Prose, read_prose
from clearinghouse.packages.products.stretches import Stretch

_MOST_PRODUCTS = 60
"""Products of one advisory among which it is looked up for which of them advice is."""
_GENERIC = re.compile(r" (?:controllers?|series|software|firmware|devices?|family|systems?|products?)$")
"""What stands behind a product's name in one place and not in the other."""
_NUMBERED = re.compile(
    r"(?<![\w.])(?:[A-Za-z]{0,3}\d{1,6}(?:\.\d{1,6}){1,5}+|[A-Z](?:\.\d{1,6}){1,6}+)(?=(?:\.?x)?(?![\w.]*\w))",
    re.IGNORECASE,
)
"""A version that is named; "8.2x" names 8.2, and C.03 is one."""
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
_ALONE = re.compile(
    r"([\w ()/&+:-]{1,160})\b(?:version|release) v?((?:\d{1,6}|[A-Z])(?:\.\d{1,6}){1,6}+)\.?", re.IGNORECASE
)
"""A remedy that is the product's name and a version, and no more: that version is the remedy."""


def remedies_in(texts: Iterable[str], product: str, others: Sequence[str]) -> Prose:
    """Return what remedies in words say of a product's versions: those before a fix, and what is named.

    Args:
        texts: the advice. product: its name. others: folded names of products of the advisory; advice that names one of
            these and not this product is for that.
    """
    if len(others) > _MOST_PRODUCTS:
        return NOTHING
    name = fold(product)
    shortened = (_GENERIC.sub("", other) for other in others)
    asides = [other for other in shortened if other and other not in name]
    stretches: list[Stretch] = []
    mended: list[str] = []
    for text in texts:
        beginning = fold(text)
        if name not in beginning and any(other in beginning for other in asides):
            continue
        said = _read(text[:MAX_LENGTH])
        stretches += said.stretches
        if (alone := _ALONE.fullmatch(text.strip())) and _names_only(alone[1], name):
            stretches.append(Stretch(high=alone[2]))
        mended += said.mended
    if not stretches and not mended:
        return NOTHING
    return Prose(tuple(dict.fromkeys(stretches)), (), tuple(dict.fromkeys(mended))[:_MOST_PRODUCTS])


def _names_only(text: str, name: str) -> bool:
    """Whether words are those of a product's name and no others, but for what stands in parentheses."""
    return set(tokens_of(fold(_IN_PARENTHESES.sub("", text)))) <= set(tokens_of(name))


@lru_cache(maxsize=1 << 10)
def _read(text: str) -> Prose:
    """What one remedy says; "update to 1.7.2 or later" says that what is before 1.7.2 is affected."""
    stretches = (each if each.high else Stretch(high=each.low) for each in read_prose(text).stretches)
    return Prose(tuple(stretches), (), tuple(_NUMBERED.findall(text)))
