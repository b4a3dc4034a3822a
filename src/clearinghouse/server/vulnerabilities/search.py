"""Which findings have all words of a search, newest first, by the blind index."""

from collections.abc import Mapping, Sequence

from django.db import connection

from clearinghouse.server.evidence import vault
from clearinghouse.server.vulnerabilities.bulk import select_in
from clearinghouse.server.vulnerabilities.words import asked_words, word_keys

MOST_FOUND = 1_000
"""Findings that a search gives at most: the newest."""
MOST_WORDS = 8
_STRIDE = 512


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
    below = 2**62
    while len(found) <= MOST_FOUND:
        rows = _page(words[0], below) if among is None else _some(words[0], among)
        if not rows:
            break
        below = min(base for base, _ in rows)
        found += _with_all(words, rows)
        if among is not None or len(rows) < _STRIDE:
            break
    return found[:MOST_FOUND], len(found) > MOST_FOUND


def _page(word: int, below: int) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT base, positions FROM vulnerabilities_searchword WHERE word = %s AND base < %s "
            "ORDER BY base DESC LIMIT %s",
            [word, below, _STRIDE],
        )
        return [(base, bytes(positions)) for base, positions in cursor.fetchall()]


def _some(word: int, among: Mapping[int, set[int]]) -> list[tuple[int, bytes]]:
    statement = "SELECT base, positions FROM vulnerabilities_searchword WHERE base IN {values} AND word = %s"
    rows = select_in(statement, among, word)
    kept = ((base, bytes(each for each in bytes(positions) if each in among[base])) for base, positions in rows)
    return sorted(kept, reverse=True)


def _with_all(words: Sequence[int], rows: Sequence[tuple[int, bytes]]) -> list[int]:
    """Of the findings of some chunks that have the first word, those that have the others too; newest first."""
    where = {base: set(positions) for base, positions in rows}
    statement = "SELECT base, positions FROM vulnerabilities_searchword WHERE base IN {values} AND word = %s"
    for word in words[1:]:
        have = {base: set(bytes(positions)) for base, positions in select_in(statement, where, word)}
        where = {base: left for base, here in where.items() if (left := here & have.get(base, set()))}
    return sorted((base + position for base, here in where.items() for position in here), reverse=True)
