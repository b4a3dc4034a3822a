"""What comes after the first three, what may wait, and the advice in full."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short, whole
from clearinghouse.priority import in_words
from clearinghouse.priority.plan import Action, Deferral, Meeting, Plan, Subject
from clearinghouse.sheet.first import has_more_advice
from clearinghouse.sheet.headlines import headline, named_places, subject_name
from clearinghouse.sheet.reasons import meant
from clearinghouse.sheet.tables import table
from clearinghouse.sheet.when import NEXT_UPGRADE, when
from clearinghouse.sheet.words import OWNER, PLACE, VERSION, away, capital, identifier, listed, name

_MOST_IN_FULL = 60
_MOST_ACTIONS = 600
_MOST_ROWS = 300
_MOST_ADVISED = 50
_MOST_NAMES = 3
_MOST_PLACES = 3
_MOST_WAITING = 6


def after_these(actions: Sequence[Action], today: dt.date) -> Markup | None:
    """Return the actions after the first three: a table, and of many the rest as a list of one line each.

    A table of hundreds is no page that anybody prints or reads; what stands in the list is found by its name.
    """
    if not actions:
        return None
    columns = ("What to do", "Where", "By when", "Known flaws")
    rows = [_action_row(action, today) for action in actions[:_MOST_IN_FULL]]
    return element(
        "section",
        element("h2", f"After these: {len(actions):,} more", id="after"),
        table("What to do next, in this order", columns, rows),
        _in_brief(actions[_MOST_IN_FULL:_MOST_ACTIONS], today),
        _beyond(len(actions), "action", most=_MOST_ACTIONS),
        aria_labelledby="after",
    )


def _in_brief(actions: Sequence[Action], today: dt.date) -> Node:
    """Return actions in their order, what is due alike under one heading."""
    if not actions:
        return None
    lists = [
        [
            element("h4", brief[:1].upper() + brief[1:]),
            element("ul", [element("li", _line(action)) for action in together], class_="brief"),
        ]
        for brief, together in groupby(actions, lambda action: when(action, today).brief)
    ]
    return [element("h3", f"And then, in brief: {len(actions):,}"), lists]


def _line(action: Action) -> Node:
    places = [place for place in action.subject.places if place.asset and place.asset.name]
    where: Node = [" on ", listed(named_places(places), 1)] if places else None
    return [headline(action), where, " ", element("small", f"({plural(len(meant(action)), 'flaw')})")]


def _action_row(action: Action, today: dt.date) -> Sequence[Node]:
    due = when(action, today)
    shape = element("span", due.state.shape, " ", class_=f"shape {due.state}", aria_hidden="true")
    flaws = meant(action)
    names = listed([identifier(flaw.id) for flaw in flaws], _MOST_NAMES)
    count: Node = [plural(len(flaws), "flaw"), " ", element("small", names)]
    where = listed(named_places(action.subject.places), _MOST_PLACES)
    return headline(action), where, [shape, due.brief], count


def advice(first: Sequence[Action], after: Sequence[Action]) -> Markup | None:
    """Return the advice of the advisories in full, for what was shown in part or not at all."""
    given = [action for action in first if action.mitigations and has_more_advice(action)]
    given += [action for action in after if action.mitigations]
    if not given:
        return None
    entries = [
        [
            element("h3", subject_name(action.subject)),
            element("blockquote", [element("p", element("bdi", whole(text))) for text in action.mitigations]),
        ]
        for action in given[:_MOST_ADVISED]
    ]
    return element(
        "section",
        element("h2", "The advice of the advisories, in their words", id="advice"),
        element("p", "Who answers for a system decides what of it fits."),
        entries,
        _beyond(len(given), "entry", "entries", most=_MOST_ADVISED),
        aria_labelledby="advice",
    )


def waiting(plan: Plan, first: Sequence[Action], today: dt.date) -> Markup | None:
    """Return what may wait, until when, and where two of those meet.

    Args:
        plan: what to do. first: the actions of the first sheet, with which some of it goes away. today: the day.
    """
    deferrals = plan.deferrals
    if not deferrals:
        return None
    subjects = {subject.written: subject for action in plan.actions for subject in action.subjects}
    gone = {
        (subject.written, flaw.id): number
        for number, action in enumerate(first, 1)
        for subject in action.subjects
        for flaw in action.clears
    }
    groups = _together(deferrals, gone)
    columns = ("What", "Where", "Who answers for it", "May wait until", "Look at it again on")
    rows = [_waiting_row(group, number, subjects, today) for group, number in groups[:_MOST_ROWS]]
    unowned = sum(not deferral.owner for deferral in deferrals)
    return element(
        "section",
        element("h2", "What may wait, and until when", id="waiting"),
        element("p", _owners(unowned, len(deferrals))),
        table("Flaws that the rule lets wait", columns, rows),
        _beyond(len(groups), "row"),
        _meetings(plan.meetings),
        aria_labelledby="waiting",
    )


def _owners(unowned: int, count: int) -> str:
    said = "Waiting is a decision too: each needs somebody who answers for it and a day on which it is looked at again."
    if not unowned:
        return said
    if unowned == count:
        return f"{said} Nobody answers for {'any of these' if count > 1 else 'this one'} yet."
    return f"{said} {unowned:,} of {count:,} {'has' if unowned == 1 else 'have'} nobody yet."


def _together(
    deferrals: Sequence[Deferral], gone: Mapping[tuple[str, str], int]
) -> list[tuple[list[Deferral], int | None]]:
    """Put together what differs in nothing but the flaw, with the number of the action with which it goes away."""
    groups: dict[tuple[object, ...], list[Deferral]] = {}
    for each in deferrals:
        number = gone.get((each.component, each.flaw))
        key = (each.component, each.places, each.owner, each.due, each.review, number)
        groups.setdefault(key, []).append(each)
    return [(group, gone.get((group[0].component, group[0].flaw))) for group in groups.values()]


def _waiting_row(
    group: Sequence[Deferral], number: int | None, subjects: Mapping[str, Subject], today: dt.date
) -> Sequence[Node]:
    one = group[0]
    subject = subjects.get(one.component)
    what: Node = subject_name(subject) if subject else name(one.component)
    version: Node = [" ", name(subject.version, VERSION)] if subject and subject.version else None
    until = f"{in_words(one.due)} ({away(one.due, today)})" if one.due else capital(NEXT_UPGRADE)
    rows = list(dict.fromkeys(each.row.rpartition(" row ")[2] for each in group))
    because = [f"row{'s' if len(rows) > 1 else ''} ", listed([short(row, 20) for row in rows], len(rows))]
    return (
        [what, version, " ", element("small", listed([identifier(each.flaw) for each in group], _MOST_WAITING))],
        listed([name(place, PLACE) for place in one.places], _MOST_PLACES),
        name(one.owner, OWNER) if one.owner else "nobody yet",
        [until, " ", element("small", because)],
        [in_words(one.review), _goes(number)],
    )


def _goes(number: int | None) -> Node:
    if number is None:
        return None
    return [" ", element("small", "goes away with ", element("a", f"number {number}", href=f"#action-{number}"))]


def _meetings(meetings: Sequence[Meeting]) -> Node:
    if not meetings:
        return None
    items = [
        element("li", element("strong", name(each.place)), ": ", listed([identifier(flaw) for flaw in each.flaws], 6))
        for each in meetings[:_MOST_ROWS]
    ]
    return [
        element("h3", "Where waiting flaws meet"),
        element(
            "p",
            "Each of these may wait alone, and an attacker can use several together: whether they may is for whoever "
            "answers for the system.",
        ),
        element("ul", items),
    ]


def _beyond(count: int, one: str, many: str = "", *, most: int = _MOST_ROWS) -> Markup | None:
    if count <= most:
        return None
    rest = plural(count - most, f"more {one}", f"more {many}" if many else "")
    return element("p", f"{rest}, which clearinghouse plan --format json lists.")
