"""Comparisons in a list: PyPI, RubyGems, Hex, Composer, Debian, and everything that has no notation of its own."""

import re
from collections.abc import Callable

from clearinghouse.packages.vers.intervals import ALL, Spans, complement
from clearinghouse.packages.vers.native.common import all_of, any_of, between, checked, compared, refused
from clearinghouse.packages.versions import Order

_COMPARISON = re.compile(
    r"(===|==|=|!=|<>|<<|<=|<|>>|>=|>|~>|~=|~|\^|)\s*+([^\s,|<>=!~^()](?:[^\s,|<>=!^()]|!(?=[0-9]))*+)"
)
_COMPARATORS = {"": "=", "==": "=", "===": "=", "<>": "!=", "<<": "<", ">>": ">"}
_NUMBERS = re.compile(r"(?:[0-9]{1,9}!)?[0-9]{1,30}(?![0-9])(?:\.[0-9]{1,30}(?![0-9]))*+")

Meaning = Callable[[str, str, Order], Spans | None]
"""What a comparator means before a version where that is special, else None."""


def _nothing_special(comparator: str, version: str, order: Order) -> Spans | None:
    return None


def _list(text: str, order: Order, special: Meaning = _nothing_special) -> Spans:
    """Read comparisons that are separated by commas or white space and all hold."""
    text = text.strip().strip(",").strip()
    if text in ("", "*"):
        return ALL
    found = []
    at = 0
    while at < len(text):
        comparison = _COMPARISON.match(text, at)
        if comparison is None:
            raise refused("it has a comparison that is none")
        found.append(_compared(comparison[1], comparison[2], order, special))
        at = _after_separator(text, comparison.end())
        checked([""] * len(found))
    return all_of(found)


_SEPARATOR = re.compile(r"\s*+,?\s*+")


def _after_separator(text: str, at: int) -> int:
    separator = _SEPARATOR.match(text, at)
    return separator.end() if separator else at


def _compared(comparator: str, version: str, order: Order, special: Meaning) -> Spans:
    spans = special(comparator, version, order)
    if spans is not None:
        return spans
    comparator = _COMPARATORS.get(comparator, comparator)
    if comparator in ("~", "~>", "~=", "^"):
        raise refused(f"{comparator} means nothing in this notation")
    return compared(comparator, version, order)


def plain(text: str, order: Order) -> Spans:
    """Read comparisons as advisories write them for any ecosystem: ``>= 1.0, < 2.0``, alternatives with ``||``."""
    return any_of(_list(each, order) for each in checked(text.split("||")))


def debian(text: str, order: Order) -> Spans:
    """Read ``(>= 1.0)``, ``<< 2``. Source: https://www.debian.org/doc/debian-policy/ch-relationships.html."""
    return plain(text.replace("(", " ").replace(")", " "), order)


def pypi(text: str, order: Order) -> Spans:
    """Read version specifiers.

    Source: https://packaging.python.org/en/latest/specifications/version-specifiers/. ``==1.*`` and ``~=1.4`` are
    written out. That ``<2.0`` does not allow 2.0rc1 there, and ``>1.0`` not 1.0.post1, is not.
    """
    return any_of(_list(each, order, _pypi) for each in checked(text.split("||")))


def _pypi(comparator: str, version: str, order: Order) -> Spans | None:
    if version.endswith(".*") and comparator in ("==", "!=", "="):
        spans = _from_to_next(version.removesuffix(".*"), order)
        return complement(spans) if comparator == "!=" else spans
    if comparator == "~=":
        release = _matched_numbers(version)
        if "." not in release:
            raise refused("~= needs a version of two numbers or more")
        return all_of(
            (compared(">=", version, order), compared("<", f"{_next(release.rpartition('.')[0])}.dev0", order))
        )
    return None


def _from_to_next(release: str, order: Order) -> Spans:
    if not _NUMBERS.fullmatch(release):
        raise refused("only numbers stand before .*")
    return between(f"{release}.dev0", f"{_next(release)}.dev0", order)


def gem(text: str, order: Order) -> Spans:
    """Read requirements, where ``~> 2.0.8`` means from there to before 2.1.

    Source: https://guides.rubygems.org/patterns/#pessimistic-version-constraint and ``Gem::Version#bump``.
    """
    return any_of(_list(each, order, _gem) for each in checked(text.split("||")))


def _gem(comparator: str, version: str, order: Order) -> Spans | None:
    if comparator != "~>":
        return None
    release = _matched_numbers(version)
    return between(version, _next(release.rpartition(".")[0] or release), order)


_AND = re.compile(r"\band\b")
_OR = re.compile(r"\bor\b|\|\|")


def hex_(text: str, order: Order) -> Spans:
    """Read requirements of Elixir, with ``and`` and ``or``.

    Source: https://hexdocs.pm/elixir/Version.html#module-requirements.
    """
    return any_of(_list(_AND.sub(",", each), order, _gem) for each in checked(_OR.split(text)))


def composer(text: str, order: Order) -> Spans:
    """Read constraints. Stability flags (``@dev``) count nothing.

    Source: https://getcomposer.org/doc/articles/versions.md.
    """
    parts = checked([each for each in _FLAG.sub("", text).split("|") if each.strip()])
    return any_of(_composer_range(each, order) for each in parts or ["*"])


_FLAG = re.compile(r"@[a-zA-Z]++")
_WILD = re.compile(r"([0-9.]*?)(?:\.[xX*])+")
_HYPHEN = re.compile(r"\s*+([^\s,]++)\s++-\s++([^\s,]++)\s*+")


def _composer_range(text: str, order: Order) -> Spans:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is None:
        return _list(text, order, _composer)
    low, high = hyphen.groups()
    if _NUMBERS.fullmatch(high) and high.count(".") < 2:  # a partial version at the end takes all that begins with it
        return between(low, _next(high), order)
    return all_of((compared(">=", low, order), compared("<=", high, order)))


def _composer(comparator: str, version: str, order: Order) -> Spans | None:
    number = version.lstrip("v")
    wild = _WILD.fullmatch(number)
    if wild and comparator in ("", "=", "==", "!="):
        if not _NUMBERS.fullmatch(wild[1]):
            raise refused("only numbers stand before .*")
        spans = between(wild[1], _next(wild[1]), order)
        return complement(spans) if comparator == "!=" else spans
    release = _matched_numbers(number) if comparator in ("~", "^") else ""
    match comparator:
        case "~":
            return between(number, _next(release.rpartition(".")[0] or release), order)
        case "^":
            parts = release.split(".")
            first = next((at for at, each in enumerate(parts) if each.strip("0")), len(parts) - 1)
            return between(number, _next(".".join(parts[: first + 1])), order)
    return None


def _matched_numbers(version: str) -> str:
    """The numbers at the start of a version, without pre-releases: ``2.0.8`` of ``2.0.8.rc1``."""
    found = _NUMBERS.match(version)
    if found is None:
        raise refused("a version that is to be counted up has no number at its start")
    return found[0]


def _next(release: str) -> str:
    """The release in which the last number is one higher: ``2.1`` after ``2.0``."""
    before, dot, last = release.rpartition(".")
    epoch, mark, number = last.rpartition("!")
    return f"{before}{dot}{epoch}{mark}{int(number) + 1}"
