"""What to find out: which answers would settle whether there is anything to do, and by when."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority import in_words
from clearinghouse.priority.plan import Action, Do, Place, Urgency
from clearinghouse.sheet.headlines import about_it, named_places, question
from clearinghouse.sheet.reasons import meant
from clearinghouse.sheet.when import WHATEVER, when
from clearinghouse.sheet.words import away, identifier, listed, name

ON_FIRST_SHEET = 3
_MOST = 100
_SHORT = 120
_LEFT_OUT = 140
_MOST_PLACES = 3
_MOST_NAMES = 2


def questions(actions: Sequence[Action], today: dt.date) -> list[Markup]:
    """Return what to find out, each as an item of a list, in the order of the plan."""
    made = []
    reach = _reach([action for action in actions if action.do is not Do.FIND_OUT and _two_dates(action, today)])
    if reach:
        made.append(reach)
    made += [_asked(action, today) for action in actions if action.do is Do.FIND_OUT]
    return made


def first_questions(asked: Sequence[Markup]) -> Markup:
    """Return the section for the first sheet."""
    more = len(asked) - ON_FIRST_SHEET
    return element(
        "section",
        element("h2", "What to find out", id="questions"),
        element("ul", asked[:ON_FIRST_SHEET], class_="questions"),
        element("p", element("a", f"{plural(more, 'more question')}", href="#more-questions")) if more > 0 else None,
        aria_labelledby="questions",
    )


def more_questions(asked: Sequence[Markup]) -> Markup | None:
    """Return the section with those for which the first sheet has no room."""
    rest = asked[ON_FIRST_SHEET:]
    if not rest:
        return None
    over = len(rest) - _MOST
    return element(
        "section",
        element("h2", "More to find out", id="more-questions"),
        element("ul", rest[:_MOST], class_="questions"),
        element("p", f"{plural(over, 'other question')}, which clearinghouse plan --format json lists.")
        if over > 0
        else None,
        aria_labelledby="more-questions",
    )


def _two_dates(action: Action, today: dt.date) -> bool:
    return len({(arm.day, arm.outcome) for arm in action.arms.values()}) > 1 and when(action, today).dated


def _reach(actions: Sequence[Action]) -> Markup | None:
    """One question for all systems of which it is not known whether they can be reached from the internet.

    Where the inventory names no system, it is about the component: a list cannot be reached, and a package is where
    something uses it.
    """
    places = [place for action in actions for place in action.subject.places if _is_system(place)]
    bare = [action.subject for action in actions if not any(map(_is_system, action.subject.places))]
    devices = dict.fromkeys(each.name or each.written for each in bare if not each.ecosystem)
    packages = dict.fromkeys(each.name or each.written for each in bare if each.ecosystem)
    named: list[Node] = [*named_places(places), *map(name, devices)]
    named += (["what uses ", name(each)] for each in packages)
    if not named:
        return None
    text = ["Find out whether ", listed(named, _MOST_PLACES), " can be reached from the internet."]
    settles = f"{plural(len(actions), 'date')} on this page {'hangs' if len(actions) == 1 else 'hang'} on the answer."
    return element("li", element("strong", text), " ", element("small", settles))


def _is_system(place: Place) -> bool:
    """Whether a place is one in the world: an asset, or what an inventory says that it is of."""
    return bool(place.asset and place.asset.name) or bool(place.inventory and not place.document)


def _asked(action: Action, today: dt.date) -> Markup:
    flaws, arms = _hanging(action)
    first = min((arm for arm in arms.values() if arm.day), key=_earliest, default=None)
    if first:
        flaws.sort(key=lambda name: name != first.dated)
    total = len(meant(action))
    of = f" of {total:,}" if len(flaws) < total else ""
    known = (
        f"{len(flaws):,}{of} {'known flaw' if total == 1 else 'known flaws'} {'hangs' if len(flaws) == 1 else 'hang'}"
    )
    date = _date(first, len(flaws), today) if first else ""
    names = listed([identifier(each) for each in flaws], _MOST_NAMES)
    return element(
        "li",
        element("strong", question(action)),
        " ",
        element("small", f"{known} on the answer{date} (", names, ")."),
        [[" ", element("small", each)] for each in _besides(action)],
    )


def _earliest(urgency: Urgency) -> dt.date:
    return urgency.day or dt.date.max


def _date(first: Urgency, count: int, today: dt.date) -> str:
    """The earliest date of the flaws that hang on the answer; it is that of the one which is named first."""
    there = "it is" if count == 1 else "they are"
    if first.latest is None:
        return f"; if {there} there, the earliest date is {_day(first.due, today)}" if first.due else ""
    which = "it is" if count == 1 else "the first is"
    if first.latest < today:
        return f"; if {there} there, {which} overdue {WHATEVER}: at the latest {_day(first.latest, today)}"
    return f"; if {there} there, {which} due {WHATEVER}: at the latest {_day(first.latest, today)}"


def _day(day: dt.date, today: dt.date) -> str:
    return f"{in_words(day)} ({away(day, today)})"


def _hanging(action: Action) -> tuple[list[str], Mapping[str, Urgency]]:
    """Which of the flaws hang on the question that is shown, and by when those are due: no other flaw's date."""
    if action.asked and action.subject.version and action.asked[0].settles:
        return list(action.asked[0].settles), action.asked[0].arms
    return [flaw.id for flaw in meant(action)], action.arms


def _besides(action: Action) -> Iterator[Node]:
    """What else is to be asked, and that there is more."""
    others = action.asked[1:] if action.subject.version else ()
    if others:
        more = f", and {plural(len(others) - 1, 'more question')}" if len(others) > 1 else ""
        hangs = f" ({plural(len(others[0].settles), 'flaw')}){more}."
        yield ["Then: ", element("bdi", short(about_it(others[0].text, action.subject), _SHORT)), hangs]
    if action.subject.left_out:
        yield short(action.subject.left_out, _LEFT_OUT)
