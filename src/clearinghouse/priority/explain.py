"""Why, for machines and for people: each input with value, source, date and rule, and one sentence a line."""

import datetime as dt

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority.clocks import Clock, StartReason
from clearinghouse.priority.deadlines import INCOMPLETE, Deadline, Verdict
from clearinghouse.priority.facts import AS_GIVEN, NOT_STATED, UNKNOWN
from clearinghouse.priority.policies import policy_named
from clearinghouse.priority.tables import DecisionTable, table_named
from clearinghouse.priority.words import in_words, left_in_words

_STARTED = {
    StartReason.KEV_ADDED: "CISA added it to KEV (known to be used in attacks)",
    StartReason.IDENTIFIED: "it was identified on the asset",
    StartReason.ROW_CHANGE: "it moved to another row of the table",
    StartReason.COMMISSIONED: "the asset came into service",
}
_ARM_NAMES = {"": "", "exposed": "If publicly exposed: ", "not_exposed": "If not publicly exposed: "}


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a why-table.

    Attributes:
        input: what it is about: an input of the table, ``identified``, ``start`` or ``row``; for an arm, prefixed
            with its name (``exposed.row``). value: as used, in text; None where there is none.
        source, date: who said so and when. rule: by which rule it counts.
    """

    input: str
    value: str | None
    source: str
    date: dt.date | None
    rule: str


def reasons(made: Deadline, *, table: DecisionTable | None = None) -> tuple[Why, ...]:
    """Return why a deadline is what it is, as data.

    Args:
        table: the table it was computed with, if that is none of those shipped.
    """
    table = table or table_named(made.table)
    lines = [
        Why(
            input=name,
            value=used.value,
            source=_source(used.source, used.cve),
            date=used.date,
            rule=used.rule,
        )
        for name, used in made.inputs.items()
    ]
    if made.identified:
        rule = "starts the clock if it is earlier than the addition to KEV"
        lines.append(_dated("identified", made.identified, made.identified_source, rule))
    if made.commissioned:
        rule = "starts the clock only under the clock rule commissioned"
        lines.append(_dated("commissioned", made.commissioned, AS_GIVEN, rule))
    for arm, verdict in made.verdicts().items():
        prefix = f"{arm}." if arm else ""
        rule = f"clock {made.clock}: {verdict.start_because}"
        lines.append(_dated(f"{prefix}start", verdict.start, made.table, rule))
        lines.append(_row_line(prefix, verdict, made, table))
    return tuple(lines)


def _dated(name: str, day: dt.date | None, source: str, rule: str) -> Why:
    """A line whose value is a day."""
    return Why(input=name, value=str(day) if day else None, source=source, date=day, rule=rule)


def _source(source: str, cve: str) -> str:
    return f"{source}, {cve}" if source and cve else source or cve


def _row_line(prefix: str, verdict: Verdict, made: Deadline, table: DecisionTable) -> Why:
    if verdict.row is None:
        rule = f"policy {made.policy}; missing: {', '.join(verdict.missing)}"
        value = None
    else:
        rule = f"{verdict.outcome}: {table.outcomes[str(verdict.outcome)].title}"
        value = str(verdict.row)
    source = f"{table.document.name} ({table.reference})"
    return Why(input=f"{prefix}row", value=value, source=source, date=table.document.effective, rule=rule)


def sentences(made: Deadline, *, table: DecisionTable | None = None, inputs: bool = True) -> tuple[str, ...]:
    """Return what a deadline says to people, one sentence each, the answer first.

    Whoever is not bound by the directive reads "adopted", never "owed".

    Args:
        table: the table it was computed with, if that is none of those shipped.
        inputs: whether each input gets its sentence; without them where a why-table stands beside.
    """
    table = table or table_named(made.table)
    verdicts = made.verdicts()
    said: list[str] = []
    if made.arms:
        said.append("Whether the asset is publicly exposed is not known: both answers follow.")
    for arm, verdict in verdicts.items():
        said += [_ARM_NAMES[arm] + line for line in _verdict(verdict, made, table)]
    said += _clock(made)
    marks = next((verdict.guidance for verdict in verdicts.values() if verdict.guidance), ())
    if marks:
        steps = "; ".join(f"within {mark.hours} hours, {mark.what}" for mark in marks)
        said.append(f"Forensic triage, as guidance and no duty: {steps}.")
    if inputs:
        said += [_input(name, made, table) for name in made.inputs]
    return (*said, *_beside(made, table))


def _verdict(verdict: Verdict, made: Deadline, table: DecisionTable) -> list[str]:
    said = [_answer(verdict, made, table)]
    if verdict.due and verdict.days_left is not None and made.as_of:
        said.append(f"On {in_words(made.as_of)} {left_in_words(verdict.days_left)}.")
    since = made.commissioned
    if since and verdict.due and made.clock is Clock.LITERAL and since > verdict.due:
        said.append(
            f"The asset came into service on {in_words(since)}: under the literal clock, overdue from the start."
        )
    return said


def _clock(made: Deadline) -> list[str]:
    """What is said on the start; for each arm where they differ."""
    shared: dict[str, Verdict] = {"": made} if made.start or not made.arms else made.arms
    said = []
    for arm, each in shared.items():
        if each.start and each.start_reason:
            who = f" ({made.identified_source})" if each.start_reason is StartReason.IDENTIFIED else ""
            when = f"on {in_words(each.start)}, when {_STARTED[each.start_reason]}{who}"
            verb = "starts only" if made.as_of and each.start > made.as_of else "started"
            said.append(f"{_ARM_NAMES[arm]}The clock ({made.clock}) {verb} {when}.")
            said += [_ARM_NAMES[arm] + line for line in _fallen_back(each, made.clock)]
    return said


def _fallen_back(verdict: Verdict, clock: Clock) -> list[str]:
    """That the event of a clock rule is not known or not later, so the rule moved nothing."""
    if clock is Clock.LITERAL or verdict.start_reason in (StartReason.ROW_CHANGE, StartReason.COMMISSIONED):
        return []
    why = verdict.start_because.partition("; ")[2]
    return [f"The first start stands, as under the literal clock: {why}."]


def _answer(verdict: Verdict, made: Deadline, table: DecisionTable) -> str:
    name = table.document.name
    if verdict.outcome == INCOMPLETE:
        titles = [table.outcomes[key].title for key in verdict.possible]
        lacking = ", ".join(_title(each, table) for each in verdict.missing)
        policy = f"{made.policy} ({policy_named(made.policy).title})"
        return f"No answer yet, missing {lacking}. Policy: {policy}. Still possible: {'; '.join(titles)}."
    outcome = table.outcomes[str(verdict.outcome)]
    row = f"row {verdict.row} of {name}, table {table.reference}"
    if outcome.days is None:
        return f"{outcome.title.capitalize()}; no date follows ({row})."
    if not verdict.due:
        return f"{outcome.title} from a start that is not known ({row})."
    word = "Owed" if made.bound else "Adopted"
    length = f"{plural(outcome.days, 'calendar day')} after the start"
    also = ", with forensic triage of the asset" if outcome.forensic_triage else ""
    return f"{word} date: {in_words(verdict.due)}, {length}{also} ({row})."


def _title(name: str, table: DecisionTable) -> str:
    titles = {column.name: column.title for column in table.inputs} | {"identified": "Date of identification"}
    return titles[name].lower() if not titles[name].startswith("Known") else "KEV membership"


def _input(name: str, made: Deadline, table: DecisionTable) -> str:
    used = made.inputs[name]
    title = next(column.title for column in table.inputs if column.name == name)
    if used.defaulted:
        policy = policy_named(made.policy)
        return f"{title}: {used.value}, filled in by policy {policy.name} ({policy.standing}: {policy.source})."
    source = "" if used.source == NOT_STATED else _source(used.source, used.cve)
    where = ", ".join(part for part in (source, in_words(used.date) if used.date else "") if part)
    value = "not known" if used.value == UNKNOWN else used.value
    remark = used.rule.partition("; ")[2]
    return f"{title}: {value}{f' ({where})' if where else ''}{f'; {remark}' if remark else ''}."


def _beside(made: Deadline, table: DecisionTable) -> list[str]:
    said = []
    dates = [("Added to KEV", made.kev_added), ("identified on the asset", made.identified)]
    if made.kev_added and made.identified:
        said.append(", ".join(f"{what} on {in_words(day)}" for what, day in dates if day) + ".")
    if made.kev_due:
        said.append(f"CISA's own due date in KEV: {in_words(made.kev_due)}.")
    if made.milestone:
        milestone = in_words(made.milestone)
        said.append(f"{table.document.name} has {milestone} as its milestone for timelines; it moves no date here.")
    if not made.bound and table.document.binds:
        said.append(f"{table.document.name} binds {table.document.binds}; everyone else may adopt it.")
    return said
