"""CWE numbers as they are written in the field: ``CWE-79``, ``cwe: 79``, ``external/cwe/cwe-079``, ``CWE-079: XSS``."""

import re
from collections.abc import Iterable
from typing import Any

_CWE = re.compile(r"(?<![a-z])cwe(?:[-_ /:]|ID)*0*([1-9][0-9]{0,4})(?!\d)", re.IGNORECASE)
_BARE = re.compile(r"0*([1-9][0-9]{0,4})")


def find_weaknesses(texts: Iterable[Any]) -> tuple[str, ...]:
    """Return the CWE identifiers named in ``texts`` as ``CWE-n``, each once. What is not text is passed over."""
    seen: dict[str, None] = {}
    for text in texts:
        if isinstance(text, str):
            for number in _CWE.findall(text):
                seen[f"CWE-{number}"] = None
    return tuple(seen)


def weaknesses_of(value: Any) -> tuple[str, ...]:
    """Return the CWE identifiers of a field that is *about* CWE, in which a bare number is one too.

    Accepts a string, a number, or a list of them; anything else yields nothing.
    """
    values = value if isinstance(value, list | tuple) else [value]
    seen: dict[str, None] = {}
    for item in values:
        if isinstance(item, int) and not isinstance(item, bool) and 0 < item < 100_000:
            seen[f"CWE-{item}"] = None
        elif isinstance(item, str) and (bare := _BARE.fullmatch(item.strip())):
            seen[f"CWE-{bare[1]}"] = None
        else:
            seen.update(dict.fromkeys(find_weaknesses([item])))
    return tuple(seen)
