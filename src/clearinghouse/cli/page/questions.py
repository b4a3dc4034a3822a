"""What to find out: which answers would settle whether there is anything to do, and by when."""

import datetime as dt
from collections.abc import Sequence

from clearinghouse.cli.page.headlines import named_places, question
from clearinghouse.cli.page.markup import Markup, Node, element
from clearinghouse.cli.page.reasons import meant
from clearinghouse.cli.page.when import when
from clearinghouse.cli.page.words import away, identifier, listed, short
from clearinghouse.formats.text import plural
from clearinghouse.priority import in_words
from clearinghouse.priority.plan import Action, Do, Place

ON_FIRST_SHEET = 3
_MOST = 100
_SHORT = 80
_MOST_PLACES = 3
_MOST_NAMES = 2


def questions(actions: Sequence[Action], today: dt.date) -> list[Markup]:
    """Return what to find out, each as an item of a list, the one that settles most first."""
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


def more_questions(asked: Sequence[Markup]) -> Node:
    """Return the section with those for which the first sheet has no room."""
    rest = asked[ON_FIRST_SHEET:]
    if not rest:
        return None
    over = len(rest) - _MOST
    return element(
        "section",
        element("h2", "More to find out", id="more-questions"),
        element("ul", rest[:_MOST], class_="questions"),
        element("p", f"{plural(over, 'other question')}, which clearinghouse plan lists.") if over > 0 else None,
        aria_labelledby="more-questions",
    )


def _two_dates(action: Action, today: dt.date) -> bool:
    return len({(arm.due, arm.outcome) for arm in action.arms.values()}) > 1 and when(action, today).dated


def _reach(actions: Sequence[Action]) -> Markup | None:
    """One question for all systems of which it is not known whether they can be reached from the internet."""
    places: list[Place] = [place for action in actions for place in action.subject.places]
    named = named_places(places)
    if not named:
        return None
    text = ["Find out whether ", listed(named, _MOST_PLACES), " can be reached from the internet."]
    settles = f"{plural(len(actions), 'date')} on this page {'hangs' if len(actions) == 1 else 'hang'} on the answer."
    return element("li", element("strong", text), " ", element("small", settles))


def _asked(action: Action, today: dt.date) -> Markup:
    flaws = meant(action)
    names = listed([identifier(flaw.id) for flaw in flaws], _MOST_NAMES)
    hang, there = ("hangs", "it is") if len(flaws) == 1 else ("hang", "they are")
    due = min((arm.due for arm in action.arms.values() if arm.due), default=None)
    date = f"; if {there} there, the earliest date is {in_words(due)} ({away(due, today)})" if due else ""
    more = [element("bdi", short(each, _SHORT)) for each in action.questions[1:] if action.subject.version]
    return element(
        "li",
        element("strong", question(action)),
        " ",
        element("small", f"{plural(len(flaws), 'known flaw')} {hang} on the answer{date} (", names, ")."),
        [" ", element("small", listed(more, 1))] if more else None,
    )
