"""Which file of a version is taken.

Sources: PEP 425 (tags and their order), PEP 427 (the build tag), PEP 592 (what was yanked is taken only where nothing
else can be), PEP 440 (``Requires-Python``).
"""

import math
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from clearinghouse.feeds.registries.errors import BadAnswerError, DigestError, NoFileError
from clearinghouse.feeds.registries.fetched import Kind, Offer
from clearinghouse.feeds.registries.files import SOURCES
from clearinghouse.feeds.registries.names import Package
from clearinghouse.feeds.registries.target import ANY_PYTHON, PythonTarget
from clearinghouse.formats.text import clean_line, plural, printable_name

MOST_FILES = 2_000
"""Files of one version that are looked at; the most that are known are a few hundred."""
_MOST_TAGS = 512
"""Tags that the name of one wheel may stand for."""
_TOLD = 6
_LONGEST_SPECIFIER = 200

Rank = tuple[bool, bool, int, tuple[int, str], str]
"""How good a file is; the least is the best: yanked, no wheel, rank of its tag or ending, build tag, name."""


def chosen(
    offers: Sequence[Offer], package: Package, kind: Kind, python: PythonTarget | None, sha256: str = ""
) -> Offer:
    """Return the file to take: a wheel that fits before a source archive, and what was not yanked before all that was.

    Args:
        offers: the files of the version. package: it. kind: what is asked for.
        python: for which a wheel must be fit; None for one that fits each Python 3.
        sha256: the digest that it must have; empty for any. Offers of which the registry gives no SHA-256 may have it.

    Raises:
        NoFileError: none is of the kind and fits. DigestError: none has the digest. BadAnswerError: there are too many.

    Law: the answer does not depend on the order of the offers.
    """
    if len(offers) > MOST_FILES:
        raise BadAnswerError(
            f"{package.title} lists {len(offers):,} files of {package.purl}", "name another mirror, or an archive"
        )
    meant = [each for each in offers if not sha256 or _may_have(each, sha256)]
    if not meant:
        raise _no_digest(offers, package, sha256)
    ranked = [(rank, each) for each in meant if (rank := _rank(each, package, kind, python)) is not None]
    if not ranked:
        raise _no_file(meant, package, kind, python)
    return min(ranked, key=lambda pair: pair[0])[1]


def _rank(offer: Offer, package: Package, kind: Kind, python: PythonTarget | None) -> Rank | None:
    """Return how good a file is, or None where it cannot be taken."""
    if kind not in ("any", offer.kind) or not _python_fits(offer, python):
        return None
    yanked = offer.yanked is not None
    if offer.kind == "source":
        ending = next((place for place, each in enumerate(SOURCES) if offer.name.endswith(each)), len(SOURCES))
        return (yanked, True, ending, (0, ""), offer.name)
    compressed = offer.name.removesuffix(".whl").split("-")[-3:]
    if math.prod(1 + each.count(".") for each in compressed) > _MOST_TAGS:
        return None
    try:
        _, _, build, fits = parse_wheel_filename(offer.name)
    except InvalidWheelFilename:
        return None
    ranks = ANY_PYTHON if python is None else python.ranks
    best = min((ranks[tag] for tag in fits if tag in ranks), default=None)
    number, letters = build or (0, "")
    return None if best is None else (yanked, False, best, (-number, letters), offer.name)


def _python_fits(offer: Offer, python: PythonTarget | None) -> bool:
    """Whether the file is for this version of Python; a condition that cannot be read is none, as in pip."""
    if python is None or not offer.requires_python or len(offer.requires_python) > _LONGEST_SPECIFIER:
        return True
    try:
        return SpecifierSet(offer.requires_python).contains(python.version, prereleases=True)
    except InvalidSpecifier:
        return True


def _may_have(offer: Offer, sha256: str) -> bool:
    return offer.digest is None or offer.digest.algorithm != "sha256" or offer.digest.value == sha256


def _no_digest(offers: Sequence[Offer], package: Package, sha256: str) -> DigestError:
    said = "; ".join(f"{each.name} {each.digest.value}" for each in offers[:_TOLD] if each.digest)
    rest = f"; and {plural(len(offers) - _TOLD, 'more', 'more')}" if len(offers) > _TOLD else ""
    return DigestError(
        f"no file of {package.purl} has the SHA-256 {sha256}; {package.title} says: {said}{rest}",
        "check the digest, and whether it is one of this version",
    )


def _no_file(offers: Sequence[Offer], package: Package, kind: Kind, python: PythonTarget | None) -> NoFileError:
    asked = {"wheel": "no wheel", "source": "no source archive", "any": "no file"}[kind]
    fitting = f" that fits {python or 'each Python 3'}" if package.registry == "pypi" else ""
    there = [_told(each) for each in sorted(offers, key=lambda offer: (offer.kind == "wheel", offer.name))]
    rest = f", and {len(there) - _TOLD:,} more" if len(there) > _TOLD else ""
    return NoFileError(
        f"{package.title} has {asked} of {package.purl}{fitting}; there is {', '.join(there[:_TOLD])}{rest}",
        "ask for another kind of file or another Python, or choose another version",
    )


def _told(offer: Offer) -> str:
    needs = f" (for Python {clean_line(offer.requires_python, 60)})" if offer.requires_python else ""
    return f"{printable_name(offer.name, 200)}{needs}"
