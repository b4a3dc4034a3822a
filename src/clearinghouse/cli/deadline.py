"""``clearinghouse deadline``: by when one flaw on one asset is to be fixed, and why."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from clearinghouse.cli.output import (
    ATTENTION,
    OK,
    OutputFormat,
    console,
    fail,
    table,
    write_json,
    write_json_line,
)
from clearinghouse.formats.text import clean_line
from clearinghouse.priority import (
    DEFAULT_POLICY,
    INCOMPLETE,
    Clock,
    DateError,
    Deadline,
    PriorityError,
    StartFacts,
    deadline,
    given,
    parse_date,
    policies,
    reasons,
    sentences,
)
from clearinghouse.records import ClearinghouseError

MAX_LINE = 1 << 20
"""Longest line of a batch that is read, in bytes."""
_DATES = ("identified", "commissioned", "changed", "as_of", "kev_due")
_WORDS: dict[str, Callable[[], tuple[str, ...]]] = {
    "exposed": lambda: ("yes", "no", "unknown"),
    "automatable": lambda: ("yes", "no", "unknown"),
    "impact": lambda: ("total", "partial", "unknown"),
    "policy": lambda: tuple(policies()),
    "clock": lambda: tuple(Clock),
}
_KEYS = ("kev", *_WORDS, *_DATES, "bound")
_REQUIRED = {"kev": "yes, no, unknown or the date of addition", "identified": "a day written like 2026-08-17"}


def command(
    *,
    kev: Annotated[
        str | None,
        typer.Option(metavar="yes|no|unknown|DATE", help="In CISA's KEV catalogue; best its date of addition."),
    ] = None,
    exposed: Annotated[
        str | None, typer.Option(metavar="yes|no|unknown", help="Publicly exposed, as the asset's owner judges.")
    ] = None,
    automatable: Annotated[
        str | None, typer.Option(metavar="yes|no|unknown", help="SSVC: exploitation can be reliably automated.")
    ] = None,
    impact: Annotated[str | None, typer.Option(metavar="total|partial|unknown", help="SSVC: technical impact.")] = None,
    identified: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the owner identified the flaw on the asset.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Missing data: fail_closed, cisa_default, fedramp_assume_automatable."),
    ] = None,
    clock: Annotated[str | None, typer.Option(metavar="NAME", help="literal, row_change or commissioned.")] = None,
    commissioned: Annotated[str | None, typer.Option(metavar="DATE", help="When the asset came into service.")] = None,
    changed: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the inputs last moved the flaw to another row.")
    ] = None,
    kev_due: Annotated[str | None, typer.Option(metavar="DATE", help="CISA's own due date, shown beside ours.")] = None,
    bound: Annotated[
        bool, typer.Option("--bound", help="The directive binds you: dates are owed, not adopted.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Answer for that day; inputs dated later are not counted.")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="JSON lines with these option names as keys; - is standard input."),
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
    options = {
        "kev": kev,
        "exposed": exposed,
        "automatable": automatable,
        "impact": impact,
        "identified": identified,
        "policy": policy,
        "clock": clock,
        "commissioned": commissioned,
        "changed": changed,
        "kev_due": kev_due,
        "as_of": as_of,
    }
    asked: dict[str, Any] = {name: value for name, value in options.items() if value is not None} | {"bound": bound}
    try:
        if batch is not None:
            raise typer.Exit(_batch(batch, asked))
        made = answer(asked)
    except OptionError as error:
        fail(OptionError(f"--{error.name.replace('_', '-')}", error.says, error.remedy))
    except ClearinghouseError as error:
        fail(error)
    if form is OutputFormat.JSON:
        write_json(as_json(made))
    else:
        _draw(made)


class OptionError(ClearinghouseError):
    """An option, or a key of a batch line, is absent or has a bad value.

    Attributes:
        name: the option, with ``_``. says: what is wrong with it, as the rest of the sentence.
    """

    def __init__(self, name: str, says: str, remedy: str) -> None:
        super().__init__(f"{name} {says}", remedy)
        self.name = name
        self.says = says


def answer(asked: Mapping[str, Any]) -> Deadline:
    """Return the deadline for one question.

    Args:
        asked: option names, with ``_``, and their values.

    Raises:
        OptionError, PriorityError: a value is absent, malformed or unknown.
    """
    for name, expected in _REQUIRED.items():
        if name not in asked:
            raise OptionError(name, "is not given", expected)
    words = {name: _word(asked, name, known()) for name, known in _WORDS.items()}
    days = {name: _day(asked, name) for name in _DATES}
    bound = asked.get("bound", False)
    if not isinstance(bound, bool):
        raise OptionError("bound", f"is {_shown(bound)}", "true or false")
    made = deadline(
        given(
            kev=_kev(asked["kev"]),
            exposed=words["exposed"] or "unknown",
            automatable=words["automatable"] or "unknown",
            impact=words["impact"] or "unknown",
            kev_due=days["kev_due"],
        ),
        StartFacts(identified=days["identified"], commissioned=days["commissioned"], changed=days["changed"]),
        policy=words["policy"] or DEFAULT_POLICY,
        clock=words["clock"] or Clock.LITERAL,
        as_of=days["as_of"],
        bound=bound,
    )
    return made if days["as_of"] else made.seen_on(dt.datetime.now(dt.UTC).date())


def as_json(made: Deadline) -> dict[str, Any]:
    """Return a deadline as the command writes it: the answer, what it rests on, and the reasons (docs/deadlines.md)."""
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return plain | {"explain": msgspec.to_builtins(reasons(made)), "sentences": list(sentences(made))}


def _word(asked: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool):  # in a batch, JSON's own words for yes and no
        value = "yes" if value else "no"
    if not isinstance(value, str) or value.lower() not in known:
        raise OptionError(name, f"is {_shown(value)}", f"one of {', '.join(known)}")
    return value.lower()


def _day(asked: Mapping[str, Any], name: str) -> dt.date | None:
    value = asked.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise OptionError(name, f"is {_shown(value)}, which is no date", "a day written like 2026-08-17")
    try:
        return parse_date(value, name)
    except DateError as error:
        raise OptionError(name, f"is {_shown(value)}, which is no date", error.remedy) from error


def _kev(value: Any) -> str | dt.date:
    if isinstance(value, bool):
        return "yes" if value else "no"
    word = value.lower() if isinstance(value, str) else ""
    if word in ("yes", "no", "unknown"):
        return word
    try:
        return parse_date(word, "kev")
    except DateError:
        raise OptionError("kev", f"is {_shown(value)}", "yes, no, unknown or a day written like 2026-08-17") from None


def _shown(value: Any) -> str:
    return clean_line(repr(value) if isinstance(value, str) else msgspec.json.encode(value).decode(), 60)


def _batch(name: str, defaults: Mapping[str, Any]) -> int:
    """Answer each line, in order; return the exit code."""
    bad = 0
    with _opened(name) as stream:
        for number, line in _lines(stream):
            try:
                write_json_line(as_json(answer(_asked(line, defaults))))
            except (OptionError, PriorityError) as error:
                bad += 1
                write_json_line({"error": {"line": number, "what": error.what, "expected": error.remedy}})
    return ATTENTION if bad else OK


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ClearinghouseError(f"{name} cannot be read: {why}", "name a file of JSON lines, or -") from error


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number the lines from 1; blank ones are passed over, one too long is cut just past the limit."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 1)
        if line.strip():
            yield number, line


def _asked(line: bytes, defaults: Mapping[str, Any]) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise OptionError("the line", f"is longer than {MAX_LINE} bytes", "one JSON object")
    try:
        read = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OptionError("the line", f"is no JSON object: {clean_line(str(error), 200)}", "one JSON object") from error
    asked: dict[str, Any] = {}
    for key, value in read.items():
        name = key.replace("-", "_")
        if name not in _KEYS:
            raise OptionError(_shown(key), "is no key of a question", f"one of {', '.join(_KEYS)}")
        if name in asked:
            raise OptionError(name, "is given twice", f"{name} once")
        asked[name] = value
    return {**defaults, **{name: value for name, value in asked.items() if value is not None}}


def _draw(made: Deadline) -> None:
    out = console()
    for line in sentences(made, inputs=False):
        out.print(line)
    rows = [
        (why.input, why.value or "", why.source, str(why.date) if why.date else "", why.rule) for why in reasons(made)
    ]
    out.print()
    out.print(table("Why", ("input", "value", "source", "date", "rule"), rows))
    out.print(f"next: {_next(made)}")


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
