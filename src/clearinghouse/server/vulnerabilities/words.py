"""The words by which a finding is found, as keyed hashes: a blind index.

Words are whole: ``memcpy`` finds ``memcpy`` and not ``memcpy_s``. A path gives its last three names, a component its
label and the words in it, an identifier itself.
"""

import hashlib
import re
from collections.abc import Iterable
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


def words_of(finding: Finding) -> Iterable[str]:
    """Return the words by which a finding is found, each once, in lower case."""
    found: dict[str, None] = {}
    for identifier in finding.identifiers:
        found[identifier.lower()] = None
    if finding.native_id:
        found[finding.native_id.lower()[:_LONGEST]] = None
    for component in finding.components[:4]:
        found[component.label.lower()[:_LONGEST]] = None
        found.update(_split(component.name))
    for place in finding.locations[:2]:
        parts = path_parts(place.path) if place.path else ()
        found.update(dict.fromkeys(part[:_LONGEST] for part in parts[-3:]))
        if parts:
            found.update(_split(parts[-1]))
        if place.symbol:
            found.update(_split(place.symbol))
    if finding.rule:
        found[finding.rule.lower()[:_LONGEST]] = None
        found.update(_split(finding.rule))
    found.update(_split(finding.title))
    found.update(dict.fromkeys(each.lower() for each in finding.weaknesses[:4]))
    return list(found)[:MOST_WORDS]


@lru_cache(maxsize=1 << 14)
def _split(text: str) -> dict[str, None]:
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
    """Return the words of a search, as :func:`words_of` writes them: an identifier, a path's name, a plain word."""
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

    def _stored(self, word: str) -> int:
        """Return the signed 64-bit number that is stored for a word."""
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), key=self._secret, digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)
