"""``clearinghouse deadline``: by when one flaw on one asset is to be fixed, and why."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.batch import answer_lines
from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import (
    AsOf,
    Bound,
    Changed,
    ClockName,
    Commissioned,
    Exposed,
    OptionError,
    Policy,
    a_clock,
    a_day,
    a_kev,
    a_policy,
    a_truth,
    an_exposure,
    an_impact,
    checked_option,
    day_option,
    path_option,
    shown,
)
from clearinghouse.cli.output import OutputFormat, write_json
from clearinghouse.priority import (
    DEFAULT_POLICY,
    INCOMPLETE,
    Clock,
    Deadline,
    StartFacts,
    deadline,
    given,
    reasons,
    sentences,
)
from clearinghouse.priority.facts import UNKNOWN

CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "kev": a_kev,
    "exposed": an_exposure,
    "automatable": an_exposure,
    "impact": an_impact,
    "policy": a_policy,
    "clock": a_clock,
    "identified": a_day,
    "commissioned": a_day,
    "changed": a_day,
    "as_of": a_day,
    "kev_due": a_day,
    "bound": a_truth,
}
"""What a question is made of: the options, which are the keys of a batch line too, each with the check of its value."""
_REQUIRED = {"kev": "yes, no, unknown or the date of addition", "identified": "a day written like 2026-08-17"}


def command(
    context: typer.Context,
    *,
    kev: Annotated[
        str | None,
        checked_option("--kev", a_kev, "yes|no|unknown|DATE", "In CISA's KEV catalogue; best its date of addition."),
    ] = None,
    exposed: Exposed = "unknown",
    automatable: Annotated[
        str,
        checked_option("--automatable", an_exposure, "yes|no|unknown", "SSVC: exploitation can be reliably automated."),
    ] = "unknown",
    impact: Annotated[
        str, checked_option("--impact", an_impact, "total|partial|unknown", "SSVC: technical impact.")
    ] = "unknown",
    identified: Annotated[
        dt.date | None, day_option("--identified", "When the owner identified the flaw on the asset.")
    ] = None,
    policy: Policy = DEFAULT_POLICY,
    clock: ClockName = Clock.LITERAL,
    commissioned: Commissioned = None,
    changed: Changed = None,
    kev_due: Annotated[dt.date | None, day_option("--kev-due", "CISA's own due date, shown beside ours.")] = None,
    bound: Bound = False,
    as_of: AsOf = None,
    batch: Annotated[
        Path | None,
        path_option("--batch", "FILE", "JSON lines with these option names as keys; - is standard input."),
    ] = None,
    form: Annotated[
        OutputFormat, typer.Option("--format", help="table for people, json for programs.")
    ] = OutputFormat.TABLE,
) -> None:
    """By when to fix one flaw on one asset under CISA's BOD 26-04, and why.

    Unknown exposure gives both answers. Without --as-of every input counts and days are counted from today (UTC).
    With --batch, options on the command line hold for every line that does not say otherwise, and the output is
    one JSON line for each line, in order.

    Exit codes: 0 done; 1 done, but lines of the batch were bad; 2 bad usage.
    """
    # Typer knows the options by the names that are the keys of a question
    asked = {name: value for name, value in context.params.items() if name in CHECKS and value is not None}
    if batch is not None:
        raise typer.Exit(answer_lines(batch, lambda read: as_json(answer(_asked(read, asked)))))
    _require(asked, "--")
    made = answer(asked)
    if form is OutputFormat.JSON:
        write_json(as_json(made))
    else:
        _draw(made)


def answer(asked: Mapping[str, Any]) -> Deadline:
    """Return the deadline for one question.

    Args:
        asked: option names, with ``_``, and their values, which have passed their checks; what is required is there.

    Raises:
        DateError: a date would lie beyond the calendar.
    """
    made = deadline(
        given(
            kev=asked["kev"],
            exposed=asked.get("exposed", UNKNOWN),
            automatable=asked.get("automatable", UNKNOWN),
            impact=asked.get("impact", UNKNOWN),
            kev_due=asked.get("kev_due"),
        ),
        StartFacts(
            identified=asked["identified"], commissioned=asked.get("commissioned"), changed=asked.get("changed")
        ),
        policy=asked.get("policy", DEFAULT_POLICY),
        clock=asked.get("clock", Clock.LITERAL),
        as_of=asked.get("as_of"),
        bound=asked.get("bound", False),
    )
    return made if "as_of" in asked else made.seen_on(dt.datetime.now(dt.UTC).date())


def _require(asked: Mapping[str, Any], prefix: str = "") -> None:
    for name, expected in _REQUIRED.items():
        if name not in asked:
            raise OptionError(f"{prefix}{name}", "is not given", expected)


def as_json(made: Deadline) -> dict[str, Any]:
    """Return a deadline as the command writes it: the answer, what it rests on, and the reasons (docs/deadlines.md)."""
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return plain | {"explain": msgspec.to_builtins(reasons(made)), "sentences": list(sentences(made))}


def _asked(read: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for key, value in read.items():
        name = key.replace("-", "_")
        if name not in CHECKS:
            raise OptionError(shown(key), "is no key of a question", f"one of {', '.join(CHECKS)}")
        if name in asked:
            raise OptionError(name, "is given twice", f"{name} once")
        asked[name] = None if value is None else CHECKS[name](name, value)
    question = {**defaults, **{name: value for name, value in asked.items() if value is not None}}
    _require(question)
    return question


def _draw(made: Deadline) -> None:
    for sentence in sentences(made, inputs=False):
        say(sentence)
    rows = [
        (why.input, why.value or "", why.source, str(why.date) if why.date else "", why.rule) for why in reasons(made)
    ]
    say()
    show_table("Why", ("input", "value", "source", "date", "rule"), rows)
    say(f"\nNext: {_next(made)}.")


def _next(made: Deadline) -> str:
    if made.arms:
        return "ask the asset's owner whether it is publicly exposed, then run again with --exposed yes or no"
    if made.outcome == INCOMPLETE:
        options = " and ".join(f"--{name}" for name in made.missing)
        return f"find out what is missing and give {options}; or name a policy with --policy"
    if made.days is None:
        return "record who owns the deferral, why, and when it is looked at again"
    if made.forensic_triage:
        return "collect volatile evidence before patching, then fix; keep a log of item, source, time and collector"
    return "fix it, then record the date; --format json gives this answer to programs"
