"""The words by which a finding is found, as keyed hashes: a blind index.

Words are whole: ``memcpy`` finds ``memcpy`` and not ``memcpy_s``. A path gives its last three names, a component its
label and the words in it, an identifier itself.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from clearinghouse.identity.normalise import path_parts
from clearinghouse.records import Finding

MOST_WORDS = 40
"""Words of one finding; those of its names come first."""
_LONGEST = 80
_WORD = re.compile(r"[^\W_]+(?:[._:/@+-][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[^\W_]+", re.UNICODE)
_SHORTEST = 3
_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "with",
        "from",
        "that",
        "this",
        "not",
        "are",
        "can",
        "may",
        "was",
        "has",
        "its",
        "into",
        "when",
    }
    | {"which", "via", "use", "used", "using", "have", "does", "could", "would", "should", "there", "their", "then"}
    | {"than", "been", "being", "also", "only", "other", "such", "some", "any", "all"}
)


def _pieces(finding: Finding) -> Iterable[tuple[Callable[[str], Iterable[str]], str]]:
    """Yield the pieces of a finding that have words, the telling ones first, each with how its words are found."""
    for identifier in finding.identifiers:
        yield _itself, identifier
    if finding.native_id:
        yield _itself, finding.native_id
    for component in finding.components[:4]:
        yield _itself, component.label
        yield _split, component.name
    for place in finding.locations[:2]:
        if place.path:
            yield _of_path, place.path
        if place.symbol:
            yield _split, place.symbol
    if finding.rule:
        yield _whole, finding.rule
    yield _split, finding.title
    for weakness in finding.weaknesses[:4]:
        yield _itself, weakness


def _itself(text: str) -> Iterable[str]:
    return (text.lower()[:_LONGEST],)


def _whole(text: str) -> Iterable[str]:
    return (*_itself(text), *_split(text))


def _of_path(path: str) -> Iterable[str]:
    parts = path_parts(path)
    return (*(part[:_LONGEST] for part in parts[-3:]), *(_split(parts[-1]) if parts else ()))


def _split(text: str) -> Iterable[str]:
    """Every word of a text, and the parts of those that are joined by dots, dashes and the like."""
    found: dict[str, None] = {}
    for word in _WORD.findall(text.lower()[:400]):
        _note(word, found)
        parts = _PART.findall(word)
        if len(parts) > 1:
            for part in parts:
                _note(part, found)
    return found


def _note(word: str, found: dict[str, None]) -> None:
    if _SHORTEST <= len(word) <= _LONGEST and word not in _COMMON:
        found[word] = None


def asked_words(text: str) -> list[str]:
    """Return the words of a search, as those of findings are written: an identifier, a path's name, a plain word."""
    found: dict[str, None] = {}
    for each in text.lower().split():
        word = each.strip("\"'(),;")
        if "/" in word and not word.startswith("pkg:"):
            found.update(dict.fromkeys(part for part in path_parts(word)[-3:] if part))
        elif word not in _COMMON and word:
            found[word[:_LONGEST]] = None
    return list(found)


class WordKeys:
    """Makes the stored form of words.

    Args:
        secret: key of the installation for this purpose.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.stored = lru_cache(maxsize=1 << 16)(self._stored)
        self._of_piece = lru_cache(maxsize=1 << 15)(self._piece)  # paths, symbols and rules come again and again

    def of(self, finding: Finding) -> tuple[int, ...]:
        """Return the stored form of the words by which a finding is found, each once, at most :data:`MOST_WORDS`."""
        found: dict[int, None] = {}
        for words, text in _pieces(finding):
            found.update(self._of_piece(words, text))
        return tuple(found)[:MOST_WORDS]

    def _piece(self, words: Callable[[str], Iterable[str]], text: str) -> dict[int, None]:
        return dict.fromkeys(map(self.stored, words(text)))

    def _stored(self, word: str) -> int:
        """Return the signed 64-bit number that is stored for a word."""
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), key=self._secret, digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=2)
def word_keys(secret: bytes) -> WordKeys:
    """Return what makes stored words with a key; the same object for the same key, because it remembers."""
    return WordKeys(secret)
