"""Which findings have all words of a search, newest first, by the blind index."""

from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

from clearinghouse.server.evidence import vault
from clearinghouse.server.vulnerabilities.bands import BAND, band_of, bands
from clearinghouse.server.vulnerabilities.bulk import select_in
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.server.vulnerabilities.words import asked_words, word_keys

MOST_FOUND = 1_000
"""Findings that a search gives at most: the newest."""
MOST_WORDS = 8
_STRIDE = 512
_WIDEST = 32
"""Bands that are asked together at most."""
_ROWS = "SELECT base, positions FROM vulnerabilities_searchword WHERE"
_OF_ONE = f"{_ROWS} band = %s AND word = %s AND base < %s ORDER BY base DESC LIMIT %s"
_OF_SEVERAL = f"{_ROWS} band IN {{values}} AND word = %s AND base < %s ORDER BY base DESC LIMIT %s"
_IN_CHUNKS = f"""SELECT w.base, w.positions FROM {{values}} AS v JOIN vulnerabilities_searchword w
    ON w.band = v.value / {BAND} AND w.base = v.value AND w.word = %s"""  # noqa: S608 - a number of ours


def findings_with(text: str, among: Mapping[int, set[int]] | None = None) -> tuple[list[int], bool]:
    """Return the ids of findings that have every word of a text, newest first, and whether there are more.

    Args:
        text: the words, divided by white space; at most eight count.
        among: which findings may be found: their positions by the bases of their chunks; None is all of them.
    """
    make = word_keys(vault.index_key("search")).stored
    words = [make(word) for word in asked_words(text)[:MOST_WORDS]]
    if not words:
        return [], False
    found: list[int] = []
    for rows in _pages(words[0]) if among is None else [_some(words[0], among)]:
        found += _with_all(words, rows)
        if len(found) > MOST_FOUND:
            break
    return found[:MOST_FOUND], len(found) > MOST_FOUND


def _pages(word: int) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the chunks that have a word, newest first, so many at a time, each with the positions of the word.

    One band is walked along its index. Several are read whole, so they are asked together only where the newest ones
    hold few of the word: then two, four and so on.
    """
    left = list(bands(Finding))
    width, below = 1, 2**62
    while left:
        rows = _newest(word, left[-width:], below)
        if rows:
            below = rows[-1][0]
            yield [(base, bytes(positions)) for base, positions in rows]
        if len(rows) == _STRIDE:
            left, width = left[: band_of(below) + 1], 1
        else:
            left, width = left[:-width], min(2 * width, _WIDEST)


def _newest(word: int, asked: list[int], below: int) -> list[tuple[int, bytes]]:
    if len(asked) > 1:
        return select_in(_OF_SEVERAL, asked, word, below, _STRIDE)
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE, [*asked, word, below, _STRIDE])
        return list(cursor.fetchall())


def _some(word: int, among: Mapping[int, set[int]]) -> list[tuple[int, bytes]]:
    rows = select_in(_IN_CHUNKS, among, word)
    kept = ((base, bytes(each for each in bytes(positions) if each in among[base])) for base, positions in rows)
    return sorted(kept, reverse=True)


def _with_all(words: Sequence[int], rows: Sequence[tuple[int, bytes]]) -> list[int]:
    """Of the findings of some chunks that have the first word, those that have the others too; newest first."""
    where = {base: set(positions) for base, positions in rows}
    for word in words[1:]:
        have = {base: set(bytes(positions)) for base, positions in select_in(_IN_CHUNKS, where, word)}
        where = {base: left for base, here in where.items() if (left := here & have.get(base, set()))}
    return sorted((base + position for base, here in where.items() for position in here), reverse=True)
