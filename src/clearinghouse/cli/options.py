"""Options that several verbs have: the same names, the same words, the same refusals.

What an option means is checked before anything is read. A batch of questions (``deadline --batch``) gives the same
values as JSON, so each check takes the value as it stands there too.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.formats.inputs import path_of
from clearinghouse.formats.text import clean_line
from clearinghouse.priority import Clock, DateError, parse_date, policies
from clearinghouse.records import ClearinghouseError

YES_NO = ("yes", "no", "unknown")
IMPACTS = ("total", "partial", "unknown")
_A_DAY = "a day written like 2026-08-17"


class OptionError(ClearinghouseError):
    """An option, or a key of a batch line, is absent or has a bad value."""

    def __init__(self, name: str, says: str, remedy: str) -> None:
        super().__init__(f"{name} {says}", remedy)


def a_word(name: str, value: Any, known: tuple[str, ...]) -> str:
    """Return one of the ``known`` words, in whatever case it was written; JSON's true and false are yes and no.

    Raises:
        OptionError: it is none of them.
    """
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if not isinstance(value, str) or value.lower() not in known:
        raise OptionError(name, f"is {shown(value)}", f"one of {', '.join(known)}")
    return value.lower()


def a_day(name: str, value: Any) -> dt.date:
    """Return a date.

    Raises:
        OptionError: it is none, or none that exists.
    """
    try:
        if isinstance(value, str):
            return parse_date(value, name)
    except DateError:
        pass
    raise OptionError(name, f"is {shown(value)}, which is no date", _A_DAY)


def a_kev(name: str, value: Any) -> str | dt.date:
    """Return the day of addition to KEV, or a word that says whether a flaw is in it.

    Raises:
        OptionError: it is neither.
    """
    try:
        return a_word(name, value, YES_NO)
    except OptionError:
        pass
    try:
        return a_day(name, value)
    except OptionError:
        raise OptionError(name, f"is {shown(value)}", f"yes, no, unknown or {_A_DAY}") from None


def an_exposure(name: str, value: Any) -> str:
    """Return a word of ``--exposed`` or ``--automatable``; raises as :func:`a_word`."""
    return a_word(name, value, YES_NO)


def an_impact(name: str, value: Any) -> str:
    """Return a word of ``--impact``; raises as :func:`a_word`."""
    return a_word(name, value, IMPACTS)


def a_policy(name: str, value: Any) -> str:
    """Return the name of a missing-data policy; raises as :func:`a_word`."""
    return a_word(name, value, tuple(policies()))


def a_clock(name: str, value: Any) -> str:
    """Return the name of a clock rule; raises as :func:`a_word`."""
    return a_word(name, value, tuple(Clock))


def a_truth(name: str, value: Any) -> bool:
    """Return true or false.

    Raises:
        OptionError: it is neither.
    """
    if not isinstance(value, bool):
        raise OptionError(name, f"is {shown(value)}", "true or false")
    return value


def shown(value: Any) -> str:
    """Return a value as a message quotes it: short, on one line, without control characters."""
    return clean_line(repr(value) if isinstance(value, str) else msgspec.json.encode(value).decode(), 60)


def checked_option(name: str, check: Callable[[str, Any], Any], metavar: str, says: str) -> Any:
    """Declare an option whose value ``check`` has passed."""
    return typer.Option(name, parser=lambda text: check(name, text), metavar=metavar, help=says)


def paths_to(what: str) -> Any:
    """Declare the paths that a verb reads; ``what`` says what is expected in them."""
    says = f"{what}: files, archives, or folders, which are read recursively; - is standard input."
    return typer.Argument(parser=path_of, metavar="PATH", help=says)


def path_option(name: str, metavar: str, says: str) -> Any:
    """Declare an option that names a file or folder."""
    return typer.Option(name, parser=path_of, metavar=metavar, help=says)


def day_option(name: str, says: str) -> Any:
    """Declare an option that is a date."""
    return checked_option(name, a_day, "DATE", says)


Kev = Annotated[
    list[Path] | None,
    path_option(
        "--kev", "FILE", "Flaws known to be used in attacks: CISA's KEV catalogue; of several the newest decides."
    ),
]
Epss = Annotated[
    list[Path] | None, path_option("--epss", "FILE", "How likely attacks are: EPSS scores; may be repeated.")
]
Ssvc = Annotated[
    list[Path] | None,
    path_option(
        "--ssvc",
        "PATH",
        "What an attack can do: CVE records with SSVC (Vulnrichment) or NVD answers; may be repeated.",
    ),
]
Exposed = Annotated[
    str, checked_option("--exposed", an_exposure, "yes|no|unknown", "Publicly exposed, as the asset's owner judges.")
]
Policy = Annotated[
    str,
    checked_option(
        "--policy", a_policy, "NAME", "For missing input: fail_closed, cisa_default, fedramp_assume_automatable."
    ),
]
ClockName = Annotated[
    str, checked_option("--clock", a_clock, "NAME", "What starts the clock: literal, row_change or commissioned.")
]
Commissioned = Annotated[
    dt.date | None, day_option("--commissioned", "When the asset came into service, for --clock commissioned.")
]
Changed = Annotated[
    dt.date | None,
    day_option("--changed", "When the inputs last moved it to another row of the table, for --clock row_change."),
]
Bound = Annotated[
    bool,
    typer.Option("--bound", help="The directive binds you (US federal civilian agency): dates are owed, not adopted."),
]
AsOf = Annotated[
    dt.date | None, day_option("--as-of", "The day that counts as today (UTC); inputs dated later are not counted.")
]
