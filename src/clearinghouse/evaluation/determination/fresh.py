"""A fresh draw is made because somebody asked for it, and after that (rule R10).

Were it made before, whoever decides could look at what it brings, and then see to it that it is asked for, or not.
"""

from collections.abc import Iterable
from pathlib import Path

from clearinghouse.evaluation.determination.errors import ReconsiderationError
from clearinghouse.evaluation.pools import ceremony

STAGE = 2
"""Of the fresh draw, and of the finding that pools it with the first."""


def require_asked_for(folder: Path, domains: Iterable[str], asked_at: str) -> None:
    """Refuse a fresh draw whose terms were agreed on before it was asked for.

    Args:
        folder: of the assessment. domains: of it. asked_at: when the developer asked, in UTC.

    Raises:
        ReconsiderationError: one was. LedgerError, DrawError: the terms of a fresh draw cannot be read.
    """
    for name in domains:
        terms = ceremony.terms_in(folder, name, STAGE)
        if terms.agreed < asked_at:
            what = f"the fresh draw of {name} was agreed on at {terms.agreed}, and it was asked for at {asked_at}"
            raise ReconsiderationError(what, "draw after it was asked for; make another plan for another draw")
