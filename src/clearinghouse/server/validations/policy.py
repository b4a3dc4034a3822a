"""How well a validation must be isolated at least: a function of who gave it in, and of what it is about.

What decides stands in ``data/tiers.json`` as rows of words, packages and weaknesses, and in the configuration as a tier
for each sort of submitter. The highest tier of all that apply counts. A recipe may ask for more and never for less:
what it says of itself can only raise it.
Source of the weaknesses: MITRE CWE 4.18 (https://cwe.mitre.org).
"""

import functools
from collections.abc import Iterable
from enum import StrEnum
from importlib import resources

import msgspec

from clearinghouse.packages.purl import PurlError
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.sandbox import Tier
from clearinghouse.server.configuration import Validation as Settings

_SPLIT = str.maketrans(dict.fromkeys("\t\r\n,;:!?\"'`()[]{}<>/\\|=+*&@#", " "))
_MOST_CHARACTERS = 100_000


class Trust(StrEnum):
    """What the installation holds of who gives a recipe in."""

    MEMBER = "member"
    TRUSTED = "trusted"
    COORDINATOR = "coordinator"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sort of claim.

    Attributes:
        name: of it. least: the tier that it needs. because: why, in a clause.
        words, packages, weaknesses: any of which makes a claim one of this sort; in lower case but for the last. Words
            may be several that follow each other.
    """

    name: str
    least: Tier
    because: str
    words: frozenset[str]
    packages: frozenset[str]
    weaknesses: frozenset[str]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows, and the edition by which an answer names them. ``apart``: words that follow each other and mean nothing
    of this, such as a driver of a database.
    """

    edition: str
    apart: tuple[str, ...]
    rows: tuple[Row, ...]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of what a recipe is about, from the recipe and from the findings that it belongs to.

    Attributes:
        texts: titles and descriptions. targets: package URLs and names of components. weaknesses: CWE identifiers.
        asks: the tier that the recipe asks for.
    """

    texts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    asks: Tier = Tier.T1


class Least(msgspec.Struct, frozen=True):
    """The tier that is needed, and why: a sentence for each reason that asks for it. ``edition`` is of the table."""

    tier: Tier
    because: tuple[str, ...]
    edition: str = ""


@functools.cache
def table() -> Table:
    """Return the table of this version."""
    data = resources.files("clearinghouse.server.validations").joinpath("data/tiers.json").read_bytes()
    return msgspec.json.decode(data, type=Table)


def least(trust: Trust, claim: Claim, settings: Settings, rows: Table | None = None) -> Least:
    """Return the tier below which something is not run.

    Law: a further text, target or weakness never lowers it, and neither does a recipe that asks for less.

    Args:
        trust: of who gave it in. claim: what it is about. settings: of the installation. rows: another table.
    """
    known = rows or table()
    reasons = [
        (Tier(settings.least), "this installation runs nothing with less"),
        (Tier(getattr(settings, trust)), f"who gave it in is known here as: {trust}"),
        *(((claim.asks, "the recipe asks for it"),) if claim.asks > Tier.T1 else ()),
        *((row.least, row.because) for row in known.rows if applies(row, claim, known.apart)),
    ]
    tier = max(each for each, _ in reasons)
    because = tuple(why for each, why in reasons if each == tier)
    return Least(tier, because, known.edition)


def applies(row: Row, claim: Claim, apart: Iterable[str] = ()) -> bool:
    """Whether a claim is one of a row's sort. ``apart``: see :class:`Table`."""
    if not row.weaknesses.isdisjoint(claim.weaknesses):
        return True
    if any(name in row.packages for target in claim.targets for name in _names(target)):
        return True
    return any(
        f" {word} " in text
        for text in map(functools.partial(spaced, apart=tuple(apart)), claim.texts)
        for word in row.words
    )


def spaced(text: str, apart: tuple[str, ...] = ()) -> str:
    """Return a text in lower case with one space around each word, and without what stands around words."""
    found = f" {' '.join(_words(text))} "
    for each in apart:
        found = found.replace(f" {each} ", " ")
    return found


def _words(text: str) -> list[str]:
    split = (each.strip(".-_") for each in text[:_MOST_CHARACTERS].lower().translate(_SPLIT).split())
    return [each for each in split if each]


def _names(target: str) -> Iterable[str]:
    """What a target may be called: the name of a package URL, or its own words."""
    try:
        return (parse_purl(target).name.lower(),)
    except PurlError:
        return _words(target)
