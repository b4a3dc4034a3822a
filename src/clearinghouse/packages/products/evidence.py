"""What speaks against the fields of a record where they call a version affected.

A hit is only taken for one where nothing else in the advisory says otherwise: neither its words, nor what it gives as a
remedy, nor the way in which its versions are written. What speaks against a hit makes a question of it and no more,
for fields are right more often than what stands beside them.
"""

import re
from collections.abc import Iterable

from clearinghouse.packages.products.lines import own_lines
from clearinghouse.packages.products.names import fold, tokens_of, words
from clearinghouse.packages.products.prose import Prose
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import Version, begins_with, compare, read_version
from clearinghouse.records import Why

_FEW = 5
"""Stretches or versions that are shown."""
_LONG_WORD = 5
_NO_NAME = words(
    "airgap build commit community enterprise final lts maintenance multi official platform release stable"
)
"""Words that versions have, and that are no product's name."""
_NUMBERS = re.compile(r"(?<![\w.])(\d{1,6})\.(\d{1,6})")
_LINE = 2
"""Numbers that tell the line of releases to which a version belongs."""
_TIMES, _APART = 5, 40
"""A first number this many times as large, and so much larger, is that of another numbering."""


def against(statement: Statement, why: Why | None, version: Version, *, exact: bool) -> tuple[Inside, str] | None:
    """Return what speaks against a hit, and in which words; None where nothing does.

    Args:
        statement: the one that was hit. why: what in it. version: the item's. exact: the version is listed.
    """
    prose = statement.prose
    if prose.contradicts(version):
        return Inside.UNSAID, f"in words: {', '.join(map(str, prose.stretches[:_FEW]))}"
    if finer := _finer(prose, version):
        return Inside.COARSE, finer
    if exact and _names_others(prose, version):
        return Inside.UNSAID, f"in words: {', '.join(prose.named[:_FEW])}"
    if fixed := _mended(prose, why, version):
        return Inside.UNSAID, f"a remedy names {fixed}"
    if exact and (fixed := _mended_later(prose, version)):
        return Inside.COARSE, f"before {fixed}, which a remedy names"
    if not exact and (other := _of_own_line(statement, version)):
        return Inside.SCHEME, str(other)
    if exact and _has_foreign_words(statement, why, version):
        return Inside.SCHEME, (why.text if why else None) or version.text
    if not exact and why and _is_of_another_numbering(version, why.fixed or why.last_affected or ""):
        return Inside.SCHEME, why.fixed or why.last_affected or ""
    return None


def are_copied(added: Iterable[Statement], own: Iterable[Statement], version: Version | None) -> bool:
    """Return whether CISA says no more than the record: it lists ends of the record's stretches, or the item's version
    without the words behind it.

    Args:
        added: what CISA adds. own: what the record itself says. version: the item's.
    """
    ends = {text for each in own for stretch in each.stretches for text in (stretch.low, stretch.high)}
    for each in added:
        if each.stretches or each.unaffected or not each.listed:
            return False
        listed = (read for text in each.listed if (read := read_version(text)))
        if not ends.issuperset(each.listed) and not any(version and begins_with(version, read) for read in listed):
            return False
    return True


def _finer(prose: Prose, version: Version) -> str:
    """A stretch in words that is given to a build or level, of which the item says nothing, where no other holds it."""
    ends = [stretch for stretch in prose.stretches if not stretch.low and stretch.high]
    inside = [(where(version, stretch), stretch) for stretch in prose.stretches]
    own = own_lines(version, ends) if len(ends) > 1 else []
    if len(own) == 1 and where(version, own[0]) is Inside.COARSE:
        return str(own[0])
    if any(answer is Inside.YES for answer, _ in inside):
        return ""
    return next((str(stretch) for answer, stretch in inside if answer is Inside.COARSE), "")


def _names_others(prose: Prose, version: Version) -> bool:
    """Whether words name versions, in no stretch, and this is none of them: the field lists another one."""
    if prose.stretches or not prose.named:
        return False
    named = [read for text in prose.named if (read := read_version(text))]
    return bool(named) and not any(
        compare(version, each) in (0, None) or begins_with(version, each) or begins_with(each, version)
        for each in named
    )


def _mended(prose: Prose, why: Why | None, version: Version) -> str:
    """A version that a remedy names and that is not later than the item's, where every version is called affected."""
    everything = why and why.kind == "range" and not (why.fixed or why.last_affected)
    if not everything:
        return ""
    named = ((text, read_version(text)) for text in prose.mended)
    return next((text for text, read in named if read and compare(read, version) in (-1, 0)), "")


def _mended_later(prose: Prose, version: Version) -> str:
    """A version that a remedy names and that is one of several which the item's may mean: C.03.06 of C.03."""
    for text in prose.mended:
        read = read_version(text)
        if read is not None and len(read.parts) > len(version.parts) and begins_with(read, version):
            return text
    return ""


def _of_own_line(statement: Statement, version: Version) -> Stretch | None:
    """Another stretch that begins in the version's own line and is written another way: "LTS 23.8.0" of 23.8.12892."""
    if version.numbers < _LINE:
        return None
    own = tuple(number for _, number, _ in version.parts[:_LINE])
    for stretch in statement.stretches:
        line = _NUMBERS.search(stretch.low)
        if line and (int(line[1]), int(line[2])) == own and where(version, stretch) is Inside.SCHEME:
            return stretch
    return None


def _has_foreign_words(statement: Statement, why: Why | None, version: Version) -> bool:
    """Whether a listed version has a word in it that is the name of something else: "R.47.0.0 AutoCAD 2021"."""
    listed = read_version(why.text) if why and why.text else None
    own = tokens_of(fold(f"{statement.vendor} {statement.product}"))
    return any(
        len(word) >= _LONG_WORD and word.isalpha() and word not in own and word not in _NO_NAME
        for word in (listed or version).scheme.split()
    )


def _is_of_another_numbering(version: Version, end: str) -> bool:
    """Whether the end of a stretch counts otherwise: 24.002.20857 is not 127.0.2651.105 and earlier."""
    bound = read_version(end) if end else None
    if bound is None or bound.size != "plain" or version.size != "plain":
        return False
    mine, theirs = version.parts[0][1], bound.parts[0][1]
    return theirs >= max(1, mine) * _TIMES and theirs - mine >= _APART
