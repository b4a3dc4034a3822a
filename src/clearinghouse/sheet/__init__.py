"""One page for a small operator: what to do, by when, on one sheet of paper.

The page is one HTML document that is complete in itself: no script, nothing that is loaded, and a content security
policy that forbids both. What strangers wrote (names of components, titles, advice, names of assets) stands in it as
text and never as markup (:mod:`clearinghouse.formats.markup`).
"""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from importlib import resources

from clearinghouse import __version__
from clearinghouse.formats.markup import Markup, Node, document, element, style
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority.plan import Action, Do, Plan
from clearinghouse.sheet.calm import nothing_judged, nothing_wrong
from clearinghouse.sheet.first import to_do
from clearinghouse.sheet.fitting import first_sheet
from clearinghouse.sheet.later import advice, after_these, waiting
from clearinghouse.sheet.method import help_box, how_made, in_force, standing, unjudged
from clearinghouse.sheet.questions import first_questions, more_questions, questions
from clearinghouse.sheet.words import name, on_day

__all__ = ["counts", "render_page", "sections"]

FIRST = 3
"""Actions that stand on the first sheet."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SITE_COLUMNS = 80
_NAMES = " Common Vulnerabilities and Exposures (CVE) is the public list that names most flaws."


def render_page(
    plan: Plan,
    *,
    site: str,
    made_from: Sequence[str],
    as_of: dt.date,
    unknown: Sequence[str] = (),
    bound: bool = False,
    judged: bool = True,
) -> str:
    """Return a plan as one HTML document for the people who carry it out.

    Args:
        plan: what to do. site: whose plan it is, as they call themselves.
        made_from: the inputs, each as a line for people: the name of the file, what it is, its date.
        as_of: the day that counts as today.
        unknown: what could not be judged, each as a sentence.
        bound: whether the directive binds the site: dates are then owed, else adopted.
        judged: whether anything could be judged at all; if not, no action does not mean that nothing is wrong.
    """
    sure, asked = _sorted_out(plan, as_of)
    main = sections(plan, made_from, as_of, unknown, bound, judged)
    body = [
        _header(plan, site, as_of, bound, _counts(plan, sure, asked, unknown)),
        element("main", main, id="main"),
        element(
            "footer", element("p", f"Made with clearinghouse {__version__}. This page loads nothing and sends nothing.")
        ),
    ]
    return document(_head(site, as_of), body)


def sections(
    plan: Plan,
    made_from: Sequence[str],
    as_of: dt.date,
    unknown: Sequence[str] = (),
    bound: bool = False,
    judged: bool = True,
) -> list[Markup]:
    """Return what stands in the main part of the page, for a page that has a frame of its own.

    Each is a ``section`` with a heading of the second level, or, the first, a ``div`` that holds what is printed on the
    first sheet. Their style is that of ``page.css``, or of a style sheet that knows the same classes.

    Args:
        plan, made_from, as_of, unknown, bound, judged: as for :func:`render_page`.
    """
    sure, asked = _sorted_out(plan, as_of)
    if sure:
        top = to_do(sure[:FIRST], as_of, bound=bound)
    elif not judged:
        top = nothing_judged(made_from)
    else:
        top = nothing_wrong(made_from, asked=bool(asked), gaps=bool(unknown))
    made = [
        first_sheet(top, first_questions(asked) if asked else None, help_box(plan.actions)),
        after_these(sure[FIRST:], as_of),
        more_questions(asked),
        waiting(plan, sure[:FIRST], as_of),
        advice(sure[:FIRST], sure[FIRST:]),
        unjudged(unknown),
        how_made(plan, made_from, as_of, bound=bound),
    ]
    return [section for section in made if section]


def _sorted_out(plan: Plan, as_of: dt.date) -> tuple[tuple[Action, ...], list[Markup]]:
    """What is surely to be done, and what is to be found out."""
    sure = tuple(action for action in plan.actions if action.do is not Do.FIND_OUT)
    return sure, questions(plan.actions, as_of)


def counts(plan: Plan, as_of: dt.date, unknown: Sequence[str] = ()) -> list[Markup]:
    """Return what :func:`sections` hold, each count a link to what it counts.

    Args:
        plan, as_of, unknown: as for :func:`render_page`.
    """
    return _counts(plan, *_sorted_out(plan, as_of), unknown)


def _head(site: str, today: dt.date) -> list[Markup]:
    plain = short(site, _SITE_COLUMNS)
    return [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{plain}: what to do, {on_day(today)}" if plain else f"What to do, {on_day(today)}"),
        style(_css()),
    ]


@cache
def _css() -> str:
    return (resources.files("clearinghouse.sheet") / "page.css").read_text(encoding="utf-8")


def _header(plan: Plan, site: str, today: dt.date, bound: bool, counts: Sequence[Markup]) -> Markup:
    day = element("span", on_day(today), class_="day")
    return element(
        "header",
        element("a", "Go to what to do", href="#main", class_="skip"),
        element("h1", _title(site), " ", day),
        element("nav", element("ul", [element("li", each) for each in counts]), aria_label="On this page")
        if counts
        else None,
        element("p", standing(in_force(plan, today), bound=bound), _NAMES, class_="standing") if plan.actions else None,
    )


def _title(site: str) -> Node:
    return ["What to do at ", name(site, _SITE_COLUMNS)] if short(site, _SITE_COLUMNS) else "What to do"


def _counts(plan: Plan, sure: Sequence[Action], asked: Sequence[Markup], unknown: Sequence[str]) -> list[Markup]:
    """What is on the page, each count a link to what it counts."""
    first = min(len(sure), FIRST)
    found = (
        (first, "#first", f"{first} to do first"),
        (len(sure) - first, "#after", f"{len(sure) - first:,} after these"),
        (len(asked), "#questions", plural(len(asked), "question")),
        (len(plan.deferrals), "#waiting", f"{plural(len(plan.deferrals), 'flaw')} may wait"),
        (len(unknown), "#unjudged", f"{len(unknown):,} not judged"),
    )
    return [element("a", text, href=target) for count, target, text in found if count]
