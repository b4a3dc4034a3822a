"""CVSS vectors to base scores, by the ``cvss`` package (FIRST, CVSS 2.0, 3.0, 3.1 and 4.0).

CVSS is no input of BOD 26-04. It orders work inside a tier and is shown apart.
"""

from functools import lru_cache
from typing import NamedTuple

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

MAX_VECTOR = 400
"""Longest vector that is read, in characters; a complete CVSS 4.0 vector has under 200."""
_BASE_4 = frozenset("AV AC AT PR UI VC VI VA SC SI SA".split())  # noqa: SIM905


class CvssScore(NamedTuple):
    """One base score.

    Attributes:
        version: ``2.0``, ``3.0``, ``3.1`` or ``4.0``. base: 0.0 to 10.0.
        severity: the qualitative rating in lower case (``none low medium high critical``; 2.0, by NVD's ranges,
            has only ``low``, ``medium`` and ``high``).
    """

    version: str
    base: float
    severity: str


@lru_cache(maxsize=8192)
def cvss_score(vector: str) -> CvssScore | None:
    """Return version, base score and severity of a vector, or None where it is no valid vector.

    Threat, temporal, environmental and supplemental metrics are allowed and do not count. A 2.0 vector may stand in
    parentheses, as NVD once wrote it, or carry the prefix ``CVSS:2.0/``.
    """
    text = vector.strip() if len(vector) <= MAX_VECTOR else ""
    try:
        if text.startswith("CVSS:4.0/"):
            return _four(text)
        if text.startswith("CVSS:3."):
            read = CVSS3(text)
            return CvssScore(f"3.{read.minor_version}", float(read.base_score), str(read.severities()[0]).lower())
        old = CVSS2(text.removeprefix("CVSS:2.0/").removeprefix("(").removesuffix(")"))
        # The package writes -0.0 for a vector without impact.
        return CvssScore("2.0", abs(float(old.base_score)), str(old.severities()[0]).lower())
    except (CVSSError, ArithmeticError, LookupError, ValueError, TypeError):
        return None


def _four(text: str) -> CvssScore:
    CVSS4(text)  # the whole vector must be valid, not only its base metrics
    fields = [field for field in text.split("/")[1:] if field.partition(":")[0] in _BASE_4]
    read = CVSS4("CVSS:4.0/" + "/".join(fields))
    return CvssScore("4.0", float(read.base_score), str(read.severity).lower())
