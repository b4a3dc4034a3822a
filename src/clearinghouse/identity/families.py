"""Weakness families: CWE entries under which different tools file the same flaw.

One tool says CWE-121, another CWE-787, a third CWE-119. Comparing numbers would keep them apart; comparing
nothing would merge an overflow with a leak. The table is data (``data/weakness_families.json``).
"""

import json
import re
from functools import cache, lru_cache
from importlib.resources import files

_UNSPECIFIC = frozenset(
    {"CWE-20", "CWE-74", "CWE-200", "CWE-284", "CWE-400", "CWE-664", "CWE-693", "CWE-703", "CWE-707"}
)
"""Classes high in the tree, which say less than any other entry beside them."""


@cache
def _tables() -> tuple[dict[str, str], re.Pattern[str], dict[str, str]]:
    data = json.loads(files("clearinghouse.identity").joinpath("data/weakness_families.json").read_text("utf-8"))
    numbers: dict[str, str] = {}
    words: dict[str, str] = {}
    for family in data["families"]:
        for number in family["cwe"]:
            numbers.setdefault(f"CWE-{number}", family["name"])
        for word in family["words"]:
            words[word.replace("-", " ")] = family["name"]
    ordered = sorted(words, key=len, reverse=True)
    return numbers, re.compile("|".join(rf"\b{re.escape(word)}" for word in ordered)), words


@lru_cache(maxsize=1 << 14)
def family_of(weaknesses: tuple[str, ...]) -> str:
    """Return the family of the most telling of ``weaknesses``, the CWE itself if it is in none, or an empty string."""
    numbers = _tables()[0]
    for weakness in sorted(weaknesses, key=lambda w: w in _UNSPECIFIC):
        return numbers.get(weakness, weakness)
    return ""


@lru_cache(maxsize=1 << 14)
def family_in(text: str) -> str:
    """Return the family that a rule name or title speaks of, or an empty string."""
    _, pattern, words = _tables()
    found = pattern.search(text[:300].lower().replace("-", " ").replace("_", " "))
    return words[found[0]] if found else ""
