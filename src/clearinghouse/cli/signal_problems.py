"""What is said where ``--kev``, ``--epss`` or ``--ssvc`` brought nothing."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from clearinghouse.formats.text import printable_name
from clearinghouse.priority import Signals, in_words
from clearinghouse.records import Level, Problem

_WHAT = {"kev": "entry of a KEV catalogue", "epss": "EPSS score", "ssvc": "SSVC value"}
"""What each option is to bring, in the singular."""


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
        if {problem.source for problem in problems if f"--{kind}" in problem.message}.issuperset(names):
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
