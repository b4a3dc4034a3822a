"""What is said where ``--kev``, ``--epss`` or ``--ssvc`` brought nothing."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from clearinghouse.formats.text import printable_name
from clearinghouse.priority import Signals, in_words
from clearinghouse.records import Level, Problem
from clearinghouse.triage.gather import SIGNAL_FORMATS

_WHAT = {"kev": "entry of a KEV catalogue", "epss": "EPSS score", "ssvc": "SSVC value"}
"""What each option is to bring, in the singular."""
_UNRECOGNISED, _WRONG = "unrecognised_format", "wrong_format"


def silent_options(
    signals: Signals, given: Mapping[str, Sequence[Path]], problems: Sequence[Problem], as_of: dt.date
) -> Iterator[Problem]:
    """Yield a problem for each option that brought nothing at all, unless that is said of each of its files already.

    Args:
        given: the paths by the kind of signal that was expected in them. problems: what was wrong with the files.
        as_of: signals dated later did not count.
    """
    for kind, paths in given.items():
        names = [printable_name(str(path)) for path in paths]
        if {problem.source for problem in problems if _is_not_what_is_taken(problem, kind)}.issuperset(names):
            continue
        source = ", ".join(names)
        if not signals.given[kind]:
            yield Problem(
                source=source,
                code="no_signals",
                message=f"No {_WHAT[kind]} was found in what was given with --{kind}.",
                expected=f"at least one {_WHAT[kind]}",
            )
        elif signals.given[kind] == signals.late[kind]:
            yield Problem(
                source=source,
                code="signals_too_late",
                message=f"Every {_WHAT[kind]} given with --{kind} is dated after {in_words(as_of)}, so none counts.",
                level=Level.NOTICE,
            )


def _is_not_what_is_taken(problem: Problem, kind: str) -> bool:
    """Whether a problem says that a file is of no format from which this kind of signal is read.

    What is of no known format is so whatever it was given as; what is of another was wanted in ``candidates``.
    """
    return problem.code == _UNRECOGNISED or (
        problem.code == _WRONG and SIGNAL_FORMATS[kind].issuperset(problem.candidates)
    )
