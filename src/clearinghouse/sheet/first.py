"""The first sheet: at most three things to do, in large type, with what one needs in order to do them."""

import datetime as dt
from collections.abc import Iterator

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority.plan import Action, Do
from clearinghouse.sheet.headlines import headline, named_places, owners, subject_name
from clearinghouse.sheet.reasons import deciding, in_full, meant, why
from clearinghouse.sheet.when import When, when
from clearinghouse.sheet.words import OWNER, VERSION, identifier, listed, name

_NUMBERS = {2: "two", 3: "three"}
_MOST_NAMES = 3
_MOST_PLACES = 2
_MOST_QUOTED = 2
_NO_LIMIT = 1 << 20
_QUOTED_COLUMNS = 200
"""Columns of advice that the first sheet holds for one action; the whole of it stands further down."""
_SLACK = 20
"""Columns more by which an advice may go beyond that, if they hold the rest of it."""


def to_do(actions: tuple[Action, ...], today: dt.date, *, bound: bool) -> Markup:
    """Return the section of what to do first.

    Args:
        actions: one, two or three of them. today: the day that counts as today. bound: whether dates are owed.
    """
    title = f"Do these {_NUMBERS[len(actions)]} things first" if len(actions) > 1 else "Do this first"
    items = [_action(action, number, today, bound) for number, action in enumerate(actions, 1)]
    return element(
        "section",
        element("h2", title, id="first"),
        element("ol", items, class_="actions"),
        aria_labelledby="first",
    )


def quotations(action: Action) -> list[str]:
    """Return the advice that the first sheet shows: the beginning of it where there is more than it has room for."""
    shown = []
    room = _QUOTED_COLUMNS
    for advice in action.mitigations[:_MOST_QUOTED]:
        text = short(advice, room + _SLACK)
        text = short(advice, room) if text != short(advice, _NO_LIMIT) else text
        shown.append(text)
        room -= len(text)
        if room < _QUOTED_COLUMNS // 3:
            break
    return shown


def has_more_advice(action: Action) -> bool:
    """Tell whether the advisories say more than :func:`quotations` shows."""
    whole = [short(advice, _NO_LIMIT) for advice in action.mitigations]
    return quotations(action) != whole


def _action(action: Action, number: int, today: dt.date, bound: bool) -> Markup:
    due, reasons = when(action, today), why(action)
    return element(
        "li",
        _mark(due, bound),
        element("h3", headline(action, due)),
        element("p", " ".join(reasons), class_="why") if reasons else None,
        _advice(action),
        element("dl", [[element("dt", term), element("dd", fact)] for term, fact in _facts(action, number)]),
        in_full(action, f"why-{number}"),
        class_=f"action {due.state}",
        id=f"action-{number}",
    )


def _mark(due: When, bound: bool) -> Markup:
    """How pressing it is, as a shape and as words; the colour only repeats them."""
    shape = element("span", due.state.shape, aria_hidden="true")
    kind = f", {'owed' if bound else 'adopted'} date" if due.day else ""
    return element("p", element("span", shape, " ", due.mark, class_="mark"), kind, class_="due")


def _advice(action: Action) -> Node:
    if not action.mitigations:
        return None
    flaws = [
        flaw
        for flaw in meant(action)
        if any(_says(remedy.description or remedy.value, action) for remedy in flaw.remedies)
    ]
    source: Node = listed([identifier(flaw.id) for flaw in flaws], 2) if flaws else identifier(deciding(action).id)
    more: Node = (
        [" (", element("a", "all of it further down", href="#advice"), ")"] if has_more_advice(action) else None
    )
    return [
        element("p", "The advisory on ", source, " says, in its own words", more, ":", class_="says"),
        element("blockquote", [element("p", element("bdi", text)) for text in quotations(action)]),
    ]


def _says(text: str, action: Action) -> bool:
    return text in action.mitigations[:_MOST_QUOTED]


def _facts(action: Action, number: int) -> Iterator[tuple[str, Node]]:
    subject = action.subject
    if subject.version:
        yield "Now", ["version ", name(subject.version, VERSION)]
    if action.also:
        yield "With it", listed([subject_name(each) for each in action.also], _MOST_NAMES)
    places = named_places(subject.places)
    known = owners(subject) if action.do is not Do.DECIDE else []  # else they stand in the headline
    if places:
        answers = " answers for it" if len(known) == 1 else " answer for it"
        owner: Node = ["; ", listed([name(each, OWNER) for each in known], 2), answers] if known else None
        yield "Where", [listed(places, _MOST_PLACES), owner]
    yield ("Clears" if action.do is Do.UPGRADE else "About"), _flaws(action, number)
    yield from _steps(action)


def _flaws(action: Action, number: int) -> Node:
    """How many flaws, and under which names they can be looked up, the one that decides first."""
    flaws = meant(action)
    first = deciding(action)
    ordered = [first, *(flaw for flaw in flaws if flaw is not first)]
    names: list[Node] = [identifier(flaw.id) for flaw in ordered[:_MOST_NAMES]]
    if len(ordered) > _MOST_NAMES:
        names.append(element("a", f"{len(ordered) - _MOST_NAMES:,} more", href=f"#why-{number}"))
    stays = f"; {plural(len(action.leaves), 'flaw')} would stay" if action.do is Do.UPGRADE and action.leaves else ""
    return [f"{plural(len(flaws), 'known flaw')}{stays} ", element("small", listed(names, _MOST_NAMES + 1))]


def _steps(action: Action) -> Iterator[tuple[str, Node]]:
    """What one must know before one begins."""
    if action.do is Do.DECIDE:
        kind = action.subject.kind.in_words if action.subject.kind else "such a device"
        asked: Node = None
        if action.to:
            asked = [" Ask its vendor about version ", name(action.to, VERSION), f", which {_without(action)}."]
        elif not action.mitigations:
            asked = " The advisories give no advice for it: ask its vendor."
        is_ = "It is" if action.subject.kind_sure else "It may be"
        yield "Careful", [f"{is_} {kind}: nothing is changed before the person who answers for it agrees.", asked]
    elif action.do is Do.UPGRADE and action.major:
        near: Node = (
            [" Without such a step, ", name(action.within, VERSION), " clears the most."] if action.within else None
        )
        yield "Careful", ["This is a major step: read what changes before you install it.", near]
    elif action.do is Do.UPGRADE and action.prerelease:
        yield "Careful", "This is a pre-release: the first release after it has the fix too."
    elif action.do in (Do.MITIGATE, Do.ISOLATE):
        yield "Careful", "No version without the flaw is named: it stays until there is one."


def _without(action: Action) -> str:
    """What the advisories say of the version that would be installed."""
    count = len(meant(action))
    if len(action.clears) == count:
        return "by the advisories does not have " + ("the flaw" if count == 1 else "these flaws")
    return f"by the advisories does not have {len(action.clears):,} of these {count:,} flaws"
