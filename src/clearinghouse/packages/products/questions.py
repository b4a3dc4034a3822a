"""Questions that would settle an open match, in words for the person who can look."""

from enum import Enum

from clearinghouse.packages.products.stretches import Inside

_LONGEST = 160
_REST = 24
"""Characters of a word that is left out where a text is cut; a longer one is cut itself."""


class Doubt(Enum):
    """Why it is not certain that a statement speaks of the item, or that it holds for it."""

    NAME = "name"
    """The names are near, and may mean two products."""
    HARDWARE = "hardware"
    """It is software that such hardware may run."""
    VENDOR = "vendor"
    """The item names no vendor, and the product's name does not tell it."""
    FAMILY = "family"
    """The advisory names the family to which the item seems to belong."""
    WHICH_MODEL = "which-model"
    """The advisory names models or releases, and the item does not say which it is."""
    PLATFORM = "platform"
    """It holds for a platform or module of which the item says nothing."""
    CONDITION = "condition"
    """It holds under a condition."""
    PACKAGE = "package"
    """It is about one package of the product."""
    RECORD_DIFFERS = "record-differs"
    """KEV names the product, and the record of the same CVE names others of that vendor."""


def cut(text: str) -> str:
    """Return words of an advisory, short enough for a question, cut behind a word."""
    if len(text) <= _LONGEST:
        return text
    head = text[: _LONGEST - 1]
    place = head.rfind(" ", _LONGEST - _REST)
    return (head[:place] if place > 0 else head).rstrip(" ,;:(") + "…"


def question_of_doubt(doubt: Doubt, item: str, product: str, detail: str, advisory: str) -> str:
    """Return what to find out about a doubt.

    Args:
        item: what the inventory calls it. product: what the advisory calls it. detail: platform, condition, package.
        advisory: its identifier.
    """
    item, product, detail = cut(item), cut(product), cut(detail)
    return {
        Doubt.NAME: f"Is {item} what the advisory calls {product}?",
        Doubt.HARDWARE: f"Does {item} run {product}, and in which version?",
        Doubt.VENDOR: f"Who makes {item}? The advisory is about {product}.",
        Doubt.FAMILY: f"Is {item} one of those that the advisory calls {product}?",
        Doubt.WHICH_MODEL: f"Which model or release of {item} is it? The advisory is about {product}.",
        Doubt.PLATFORM: f"Does {item} run on, or use, {detail}? The advisory is limited to that.",
        Doubt.CONDITION: f"Does this hold for {item}: {detail}?",
        Doubt.PACKAGE: f"Is the package {detail} installed on {item}, and in which version?",
        Doubt.RECORD_DIFFERS: (
            f"Does {advisory} affect {item}? The KEV catalogue names {product}; the CVE record names other products."
        ),
    }[doubt]


def question_of_version(reason: Inside | None, item: str, product: str, version: str, detail: str) -> str:
    """Return what to find out about a version.

    Args:
        reason: why the versions could not be compared. version: the item's, as written. detail: the advisory's words.
    """
    item, product, version, detail = cut(item), cut(product), cut(version), cut(detail)
    if reason is Inside.COARSE:
        return f"Which version of {product} is it exactly? {version} alone does not say whether it is {detail}."
    if reason is Inside.BOUND_COARSE:
        return f"Does the advisory's version ({detail}) of {product} include {version}?"
    if reason is Inside.UNTIL:
        return f"Is {version} of {product} older than the fix? The advisory does not say where it ends ({detail})."
    if reason is Inside.UNSAID:
        return f"Is {version} of {product} affected? The advisory does not know, or says two things ({detail})."
    beside = f" ({detail})" if detail else ""
    return f"Is {version} of {product} affected? The advisory's versions are written another way{beside}."


def question_of_no_version(product: str, version: str, detail: str) -> str:
    """Return what to find out where one side gives no version.

    Args:
        version: the item's, as written; empty if it has none. detail: the advisory's versions; empty if it gives none.
    """
    product, version, detail = cut(product), cut(version), cut(detail)
    if not detail:
        if version:
            return f"Is {version} of {product} affected? The advisory gives no versions."
        return f"Which version of {product} does it run, and does its vendor say that it is affected?"
    if version:
        return (
            f"Which version of {product} does it run? {version} cannot be compared with the affected ones ({detail})."
        )
    return f"Which version of {product} does it run? Affected: {detail}."


def question_of_kev(item: str, version: str, advisory: str) -> str:
    """Return what to find out where the KEV catalogue names a product, or its family, and as always no version.

    It does not repeat the catalogue's name, so that it is one question for all entries on one item.
    """
    if version:
        return f"Is {cut(item)} affected by {advisory}? CISA's list of exploited flaws names no versions."
    return f"Which version of {cut(item)} is it, and does its vendor say that {advisory} affects it?"
