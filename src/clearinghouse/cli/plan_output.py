"""A plan as people see it, and for programs the members of JSON that ``triage`` and ``plan`` share."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import show_problems
from clearinghouse.formats.text import plural, printable_name
from clearinghouse.priority import in_words
from clearinghouse.priority.plan import Action, Do, Plan, Question, Urgency
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.told import is_judged

_MOST_ROWS = 40
_MOST_QUESTIONS = 20
_MOST_MEETINGS = 5
_MOST_CUT = 5
_VERBS = {
    Do.UPGRADE: "upgrade",
    Do.MITIGATE: "mitigate",
    Do.ISOLATE: "isolate or replace",
    Do.DECIDE: "decide (a person)",
    Do.FIND_OUT: "find out",
}


def action_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the actions, in the order of work."""
    return map(_action_row, plan.actions)


def _action_row(action: Action) -> dict[str, Any]:
    subject = action.subject
    return {
        "do": action.do.value,
        "component": subject.written,
        "to": action.to,
        "above": action.above,
        "clears": [flaw.id for flaw in action.clears],
        "leaves": [flaw.id for flaw in action.leaves],
        "due": action.due,
        "latest": action.latest,
        "outcome": action.outcome,
        "explain": list(action.explain),
        "arms": _arms(action.arms),
        "major": action.major,
        "prerelease": action.prerelease,
        "within": action.within,
        "mitigations": list(action.mitigations),
        "questions": list(action.questions),
        "asked": [_asked_row(question) for question in action.asked],
        "left_out": (subject.left_out or None) if action.do is Do.FIND_OUT else None,
        "purl": subject.purl,
        "name": subject.name,
        "version": subject.version,
        "source": subject.source or None,
        "also": [each.written for each in action.also],
        "kind": subject.kind,
        "where": [place.label for place in subject.places],
    }


def _arms(arms: Mapping[str, Urgency]) -> dict[str, Any] | None:
    return {name: msgspec.to_builtins(arm) for name, arm in arms.items() if name} or None


def _asked_row(question: Question) -> dict[str, Any]:
    return {
        "question": question.text,
        "settles": question.settles,
        "due": question.due,
        "latest": question.latest,
        "arms": _arms(question.arms),
    }


def show_plan(made: Plan, found: Deployer, page: Path | None) -> None:
    """Print a plan for people: the actions, what was looked at, and where two things that wait meet.

    Args:
        page: the page that was written, if one was.
    """
    show_problems(found.problems)
    show_work(made, found)
    if page is not None:
        say(f"The page is {printable_name(str(page))}: open it in a browser, or print it.")


def show_work(made: Plan, found: Deployer) -> None:
    """Print what a plan says, and nothing of what was wrong with what was read."""
    questions = [action for action in made.actions if action.do is Do.FIND_OUT]
    todo = [action for action in made.actions if action.do is not Do.FIND_OUT]
    _show_actions(todo)
    if todo and _earliest(questions) < _earliest(todo):
        say("What is to be found out may be due before all of this.", "bold")
    _show_questions(questions)
    size = plural(len(found.stock), "component")
    say(f"{size} looked at; {plural(len(made.actions), 'action')}, {plural(len(made.deferrals), 'flaw')} may wait.")
    unjudged = sum(not is_judged(met.verdict) for met in found)
    if unjudged:
        count = plural(unjudged, "component")
        say(f"{count} could not be judged, which does not mean safe; `clearinghouse match` lists why.")
    for meeting in made.meetings[:_MOST_MEETINGS]:
        say(meeting.text)
    if len(made.meetings) > _MOST_MEETINGS:
        say(f"... and on {plural(len(made.meetings) - _MOST_MEETINGS, 'more asset')}; --format json lists all.")


def _earliest(actions: Sequence[Action]) -> dt.date:
    dates = [arm.day for action in actions for arm in action.arms.values() if arm.day]
    return min(dates, default=dt.date.max)


def _show_actions(actions: Sequence[Action]) -> None:
    rows = [_cells(action) for action in actions[:_MOST_ROWS]]
    if rows:
        show_table("What to do, most urgent first", ("do", "component", "to", "by", "clears", "where"), rows)
        _show_rest(len(actions) - len(rows))


def _show_questions(actions: Sequence[Action]) -> None:
    """What may be affected has dates, too, and an early one cannot wait behind everything that has none."""
    shown = actions[:_MOST_QUESTIONS]
    rows = [_question_cells(action) for action in shown]
    if rows:
        show_table("What to find out, most urgent first", ("component", "by, if affected", "about", "where"), rows)
        _show_rest(len(actions) - len(rows))
    cut = [action.subject for action in shown if action.subject.left_out]
    for subject in cut[:_MOST_CUT]:
        say(f"{subject.name}: {subject.left_out}")
    if len(cut) > _MOST_CUT:
        say(f"... and likewise of {plural(len(cut) - _MOST_CUT, 'other component')}; --format json has all.")
    if cut:
        say()


def _question_cells(action: Action) -> tuple[str, ...]:
    _, label, _, by, about, where = _cells(action)
    about += " and more" if action.subject.left_out else ""
    return label, by, f"{about}, {len(action.asked):,} questions" if len(action.asked) > 1 else about, where


def _show_rest(count: int) -> None:
    if count:
        say(f"... and {count:,} more; --format json lists all.")
    say()


def _cells(action: Action) -> tuple[str, ...]:
    concerned = len(action.clears) or len(action.leaves)
    subject = action.subject
    label = f"{subject.name} {subject.version}" if subject.version else subject.name
    label += f" and {len(action.also)} more of {subject.origin}" if action.also else ""
    where = "; ".join(dict.fromkeys(place.label for place in subject.places[:3]))
    more = f" and {len(subject.places) - 3} more" if len(subject.places) > 3 else ""
    source = f"{subject.source} " if subject.source else ""
    to = f"{source}{action.to}" if action.to else f"above {action.above}" if action.above else ""
    return _VERBS[action.do], label, to, _by(action), plural(concerned, "flaw"), where + more


def _by(action: Action) -> str:
    told = {name: _day(arm) for name, arm in action.arms.items()}
    if not any(told.values()):
        return "next upgrade" if action.outcome == "FSU" else "no date yet"
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return f"{told.get('exposed') or 'no date'} if exposed, else {told.get('not_exposed') or 'no date'}"


def _day(arm: Urgency) -> str:
    """The day to act by; one that holds whatever the missing inputs are is said to be no more than that."""
    if arm.latest:
        return f"{in_words(arm.latest)} at the latest"
    return in_words(arm.due) if arm.due else ""
