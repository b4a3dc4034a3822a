"""What goes into a decision: facts with their sources and dates, and how missing ones are treated."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from clearinghouse.priority.errors import DateError, UnknownValueError
from clearinghouse.priority.policies import Policy
from clearinghouse.priority.tables import DecisionTable, TableInput

UNKNOWN = "unknown"
AS_GIVEN, NOT_STATED = "as given", "not stated"
"""Sources of a plain word: whoever asked gave it, or nobody did."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One input as somebody stated it.

    Attributes:
        value: the word (``yes``, ``no``, ``total``, ``partial``), or None where it is not known.
        source: the document or person that says so. date: when it was said.
        cve: the identifier it was said about, if it was about one.
    """

    value: str | None = None
    source: str = ""
    date: dt.date | None = None
    cve: str = ""


class KevStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a flaw is in CISA's catalogue of Known Exploited Vulnerabilities, and since when.

    Attributes:
        listed: True, False, or None where no catalogue was asked.
        added: date of addition; may be unknown though it is listed.
        due: CISA's own due date, shown beside ours and never used in its place.
        source: the catalogue. cve: the identifier that is (or was) in it.
        note: anything a reader must know, such as that an entry has left the catalogue.
    """

    listed: bool | None = None
    added: dt.date | None = None
    due: dt.date | None = None
    source: str = ""
    cve: str = ""
    note: str = ""


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The four inputs of BOD 26-04, and only these."""

    exposed: Fact = Fact()
    kev: KevStatus = KevStatus()
    automatable: Fact = Fact()
    impact: Fact = Fact()


class UsedInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input as it entered a decision.

    Attributes:
        value: the word used, or ``unknown``. source, date: who said so and when (for KEV the date of addition).
        rule: the decision point it answers, and what was done to it. defaulted: whether a policy filled it in.
        cve: the identifier it was said about.
    """

    value: str
    source: str
    date: dt.date | None
    rule: str
    defaulted: bool = False
    cve: str = ""


def given(
    *,
    exposed: str = UNKNOWN,
    kev: str | dt.date = UNKNOWN,
    automatable: str = UNKNOWN,
    impact: str = UNKNOWN,
    kev_due: dt.date | None = None,
    source: str = AS_GIVEN,
) -> Inputs:
    """Make inputs from plain words.

    Args:
        exposed, automatable: ``yes``, ``no`` or ``unknown``. impact: ``total``, ``partial`` or ``unknown``.
        kev: the date of addition, or ``yes`` (date unknown), ``no``, ``unknown``.
        kev_due: CISA's own due date. source: who says all this; what is unknown has the source ``not stated``.

    Raises:
        UnknownValueError: ``kev`` is another word. The other words are checked against the table when used.
    """
    if isinstance(kev, dt.date):
        status = KevStatus(listed=True, added=kev, due=kev_due, source=source)
    elif kev in ("yes", "no", UNKNOWN):
        listed = None if kev == UNKNOWN else kev == "yes"
        status = KevStatus(listed=listed, due=kev_due, source=source if kev != UNKNOWN else NOT_STATED)
    else:
        raise UnknownValueError(f"KEV membership is {kev!r}", ("yes", "no", UNKNOWN, "a date such as 2026-08-17"))
    words = {"exposed": exposed, "automatable": automatable, "impact": impact}
    return Inputs(kev=status, **{name: stated(word, source) for name, word in words.items()})


def stated(word: str, source: str = AS_GIVEN) -> Fact:
    """Make a fact from a plain word; ``unknown`` makes one that nobody stated."""
    return Fact(source=NOT_STATED) if word == UNKNOWN else Fact(value=word, source=source)


def use(inputs: Inputs, *, table: DecisionTable, policy: Policy, as_of: dt.date | None) -> dict[str, UsedInput]:
    """Settle each input of ``table``: drop what is later than ``as_of``, then let the policy fill in what is missing.

    Args:
        as_of: facts dated later are not counted; None counts all.

    Raises:
        UnknownValueError: a fact has a word that the table does not know.
    """
    columns = {column.name: column for column in table.inputs}
    used = {
        "exposed": _plain(columns["exposed"], inputs.exposed, as_of),
        "kev": _kev(columns["kev"], inputs.kev, as_of),
    }
    used["automatable"] = _plain(columns["automatable"], inputs.automatable, as_of)
    used["impact"] = _plain(columns["impact"], inputs.impact, as_of)
    return used | _filled(used, policy, columns)


def _plain(column: TableInput, fact: Fact, as_of: dt.date | None) -> UsedInput:
    rule = f"{column.title} ({column.point})"
    value = fact.value
    if value is not None and value not in column.values:
        raise UnknownValueError(f"{column.title} is {value!r}", (*column.values, UNKNOWN))
    if value is not None and as_of and fact.date and fact.date > as_of:
        rule += f"; {value!r} is dated {fact.date}, after {as_of}, and not counted"
        value = None
    return UsedInput(value=value or UNKNOWN, source=fact.source, date=fact.date, rule=rule, cve=fact.cve)


def _kev(column: TableInput, kev: KevStatus, as_of: dt.date | None) -> UsedInput:
    rule = f"{column.title} ({column.point})" + (f"; {kev.note}" if kev.note else "")
    value = UNKNOWN if kev.listed is None else "yes" if kev.listed else "no"
    if value == "yes" and not kev.added:
        rule += "; the date of addition is not known"
    if value == "yes" and as_of and kev.added and kev.added > as_of:
        value = "no"
        rule += f"; added on {kev.added}, after {as_of}, so not yet in it"
    return UsedInput(value=value, source=kev.source, date=kev.added, rule=rule, cve=kev.cve)


def _filled(used: Mapping[str, UsedInput], policy: Policy, columns: Mapping[str, TableInput]) -> dict[str, UsedInput]:
    """What the policy puts in place of unknown values."""
    made: dict[str, UsedInput] = {}
    for fill in policy.fills:
        missing = used[fill.input].value == UNKNOWN
        if missing and all(used[name].value == value for name, value in fill.when.items()):
            column = columns[fill.input]
            made[fill.input] = UsedInput(
                value=fill.value,
                source=f"policy {policy.name}",
                date=None,
                rule=f"{column.title} ({column.point}); not known, filled in by {policy.name}: {policy.title}",
                defaulted=True,
            )
    return made


def parse_date(text: str, what: str) -> dt.date:
    """Read one date written ``YYYY-MM-DD`` (ISO 8601, extended calendar form).

    Args:
        text: the date. what: what it is the date of, for the message.

    Raises:
        DateError: it is written otherwise, or there is no such day.
    """
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise DateError(f"{what} is {text[:40]!r}, which is no date", "a day written like 2026-08-17")


@lru_cache(maxsize=4096)  # the findings of one report have one time, and a flood has them by the hundred thousand
def lenient_date(text: str | None) -> dt.date | None:
    """Return the day at the start of an ISO date or timestamp, or None where there is none."""
    try:
        return dt.date.fromisoformat(text[:10]) if text and _DATE.match(text) else None
    except ValueError:
        return None
