"""Why: one or two plain sentences for everybody, and the whole of it for whoever asks."""

from collections.abc import Iterator, Sequence

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority import (
    INCOMPLETE,
    Deadline,
    StartReason,
    UsedInput,
    Verdict,
    in_words,
    ordering_arm,
    table_named,
)
from clearinghouse.priority.plan import Action, Flaw, latest_day, most_urgent
from clearinghouse.sheet.tables import table
from clearinghouse.sheet.when import lengths
from clearinghouse.sheet.words import capital, document_name, identifier, listed, on_day

_MISSING = {
    "exposed": "whether it can be reached from the internet",
    "kev": "whether it is used in attacks",
    "automatable": "whether an attack can be automated",
    "impact": "what an attack gives",
    "identified": "when you learned of it",
}
_HOW = {"yes": "can be automated", "no": "needs a person's work each time"}
_GAIN = {"total": "gives full control or all data", "partial": "gives part of the control or of the data"}
_QUESTIONS = {
    "exposed": "Can it be reached from the internet?",
    "kev": "Is it known to be used in attacks?",
    "automatable": "Can an attack be automated?",
    "impact": "What does an attack give?",
}
_ANSWERS = {"unknown": "not known", "total": "full control or all data", "partial": "a part of the control or data"}
_STARTED = {
    StartReason.KEV_ADDED: "it was listed as used in attacks",
    StartReason.IDENTIFIED: "it was found here",
    StartReason.ROW_CHANGE: "it moved to another row of the table",
    StartReason.COMMISSIONED: "the system came into service",
}
_ARMS = {"exposed": "If it can be reached from the internet", "not_exposed": "If it cannot"}
_LOSS = "any change can destroy them."
_COLUMNS = ("Question", "Answer", "Who says so", "Date")
_MOST_NAMES = 200
_OF = {True: "their", False: "its"}
_ASSUMED = "assumed"
"""How the source of a day begins that nobody gave; what follows is for whoever runs the program."""


def meant(action: Action) -> tuple[Flaw, ...]:
    """Return the flaws that an action is about: of a decision all of them, since it settles what becomes of each."""
    return action.concerns


def deciding(action: Action) -> Flaw:
    """Return the flaw on account of which the action stands where it stands."""
    return most_urgent(meant(action))


def why(action: Action) -> list[str]:
    """Return why an action matters, in plain sentences, the most telling first."""
    flaws = meant(action)
    first = deciding(action).deadline
    return [*_attacked(flaws), *_attack(first), *_undated(flaws), *_examined(flaws)]


def _attacked(flaws: Sequence[Flaw]) -> Iterator[str]:
    known = [flaw.deadline for flaw in flaws if flaw.deadline.inputs["kev"].value == "yes"]
    if not known:
        asked = all(flaw.deadline.inputs["kev"].value == "no" for flaw in flaws)
        yield "Not known to be used in attacks." if asked else "Whether it is used in attacks is not known."
        return
    since = min((made.kev_added for made in known if made.kev_added), default=None)
    which = f"{len(known):,} of these flaws are known" if len(known) > 1 else "Known"
    date = f", {'the first ' if len(known) > 1 else ''}listed since {in_words(since)}" if since else ""
    yield f"{which} to be used in attacks{date}."


def _attack(made: Deadline) -> Iterator[str]:
    """What an attack takes and gives, as far as somebody has said so; what a policy filled in is no fact."""
    facts = [(_HOW, made.inputs["automatable"]), (_GAIN, made.inputs["impact"])]
    known = [words[used.value] for words, used in facts if not used.defaulted and used.value in words]
    if known:
        yield f"An attack {' and '.join(known)}."


def _undated(flaws: Sequence[Flaw]) -> Iterator[str]:
    """For how many of the flaws no date follows, and why; the date of the others may then be too late for these."""
    undated = [flaw.deadline for flaw in flaws if ordering_arm(flaw.deadline).outcome == INCOMPLETE]
    if not undated:
        return
    first = next((made for made in undated if made.inputs["kev"].value == "yes"), undated[0])
    verdict = ordering_arm(first)
    missing = _joined([_MISSING.get(each, each) for each in verdict.missing])
    possible = " or ".join(lengths(verdict, table_named(first.table)))
    which = "" if len(undated) == len(flaws) else f" for {len(undated):,} of these flaws"
    day = latest_day(first, verdict)
    no_date = "No exact date" if day else "No date"
    latest = f", so at the latest {in_words(day)}" if day else ""
    yield f"{no_date} follows yet{which}, because it is not known {missing}; still possible: {possible}{latest}."


def _joined(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def _examined(flaws: Sequence[Flaw]) -> Iterator[str]:
    """That traces of a break-in are looked for, and before anything is changed (the table's forensic triage)."""
    arms: dict[str, list[bool]] = {}
    for flaw in flaws:
        for arm, verdict in flaw.deadline.verdicts().items():
            arms.setdefault(arm, []).append(bool(verdict.forensic_triage))
    asked = [arm for arm, answers in arms.items() if any(answers)]
    if not asked:
        return
    condition = "" if len(asked) == len(arms) else f"{_ARMS.get(asked[0], '')}, "
    yield capital(f"{condition}first look for traces of an intruder, and save logs and memory: {_LOSS}")


def in_full(action: Action, anchor: str) -> Markup:
    """Return everything behind an action, folded away: the plan's sentences, all names, the why-table."""
    flaws = meant(action)
    first = deciding(action)
    names = listed([identifier(each) for flaw in flaws for each in flaw.identifiers or (flaw.id,)], _MOST_NAMES)
    return element(
        "details",
        element("summary", "Why, in full"),
        element("ul", [element("li", short(sentence, 600)) for sentence in action.explain]),
        element("p", f"{plural(len(flaws), 'flaw')}, with all {_OF[len(flaws) > 1]} names: ", names, "."),
        _title(first),
        _table(first),
        id=anchor,
    )


def _title(flaw: Flaw) -> Node:
    if not flaw.title:
        return None
    return element("p", identifier(flaw.id), " in its advisory's words: ", element("q", short(flaw.title, 300)))


def _table(flaw: Flaw) -> Markup:
    """What the date of the deciding flaw rests on: each fact, who says so, and when."""
    made = flaw.deadline
    rows = [_input_row(key, question, made.inputs[key]) for key, question in _QUESTIONS.items()]
    if made.identified:
        rows.append(("When was it found here?", on_day(made.identified), _who_found(made), ""))
    rows += [_row(arm, verdict, made) for arm, verdict in made.verdicts().items()]
    return table(["Why this date: ", identifier(flaw.id), " decides"], _COLUMNS, rows)


def _who_found(made: Deadline) -> str:
    if made.identified_source.startswith(_ASSUMED):
        return "assumed: the day of this list, because no other is known"
    return short(made.identified_source, 200)


def _input_row(key: str, question: str, used: UsedInput) -> Sequence[Node]:
    answer = _ANSWERS.get(used.value, used.value)
    if used.defaulted:
        return question, f"{answer}, assumed", "the rule for missing facts, below", ""
    source = short(", ".join(part for part in (document_name(used.source), used.cve) if part), 200)
    if key == "kev" and source:
        source = f"Known Exploited Vulnerabilities ({source})"
    return question, answer, source, in_words(used.date) if used.date else ""


def _row(arm: str, verdict: Verdict, made: Deadline) -> Sequence[Node]:
    decision = table_named(made.table)
    question = f"{_ARMS[arm]}, what follows?" if arm in _ARMS else "What follows?"
    source = f"{decision.document.name} ({decision.reference})"
    if verdict.row is None:
        latest = latest_day(made, verdict)
        told = f"at the latest {in_words(latest)}" if latest else ""
        return question, "no exact date yet" if latest else "no date yet", source, told
    outcome = decision.outcomes[str(verdict.outcome)].title
    started = _STARTED.get(verdict.start_reason) if verdict.start_reason else None
    since = f", from the day {started}" if started else ""
    due = in_words(verdict.due) if verdict.due else ""
    return question, f"row {verdict.row}: {outcome}{since if verdict.due else ''}", source, due
