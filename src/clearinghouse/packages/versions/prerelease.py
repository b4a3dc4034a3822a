"""Versions that their makers do not mean for use yet, by the words in which each ecosystem says so.

Sources: PEP 440, "Pre-releases" and "Developmental releases" (``1.0a1``, ``1.0rc1``, ``1.0.dev3``); Semantic Versioning
2.0.0, section 9, and the words that npm packages put there; Maven's version order, whose qualifiers below a release are
``alpha``, ``beta``, ``milestone``, ``rc``, ``cr`` and ``snapshot``. A pseudo-version of Go has the form of a SemVer
pre-release and is none: it names a commit (Go modules reference, "Pseudo-versions").
"""

import re

from clearinghouse.packages.ecosystems import DISTRIBUTIONS, split_ecosystem

_WORDS = re.compile(
    r"(?<![a-z])(?:alpha|beta|rc|cr|dev|pre|preview|prerelease|snapshot|milestone|nightly|canary|next|insiders?|m(?=\d))"
    r"(?![a-z])",
    re.IGNORECASE,
)
_PYTHON = re.compile(r"\d[._-]?(?:a|b|c)[._-]?\d", re.IGNORECASE)


def is_prerelease(ecosystem: str, version: str) -> bool:
    """Return whether a version calls itself a pre-release. Of packages of a distribution none does: what it ships is
    meant for use, whatever its upstream called it.

    Args:
        ecosystem: OSV name, with or without release; empty for products.
    """
    base = split_ecosystem(ecosystem)[0]
    if base in DISTRIBUTIONS:
        return False
    return _WORDS.search(version) is not None or (base == "PyPI" and _PYTHON.search(version) is not None)
