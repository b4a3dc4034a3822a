"""What the page rests on: what could not be judged, how the list was made, and where there is help."""

import datetime as dt
from collections.abc import Iterator, Sequence

from clearinghouse import __version__
from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority import Clock, DecisionTable, Policy, in_words, policies, table_for, table_named
from clearinghouse.priority.plan import Action, Plan
from clearinghouse.priority.plan.deferrals import REVIEW_DAYS, REVIEW_POLICY
from clearinghouse.sheet.words import on_day

_MOST_UNKNOWN = 100
_MOST_INPUTS = 50
_POLICIES = {
    "fail_closed": "Nothing is guessed. Where a fact is missing, no date is given and the page says what is missing.",
    "cisa_default": (
        "Of a flaw that is not known to be used in attacks it is assumed that an attack cannot be automated and gives "
        "full control. Of one that is, nothing is assumed."
    ),
    "fedramp_assume_automatable": (
        "It is assumed that an attack can be automated unless somebody has shown otherwise. Nothing else is assumed."
    ),
}
_CLOCKS = {
    Clock.LITERAL: (
        "Days are calendar days. They begin on the day the flaw was listed as used in attacks or the day it was found "
        "here, whichever is earlier."
    ),
    Clock.ROW_CHANGE: (
        "Days are calendar days. They begin anew on the day the facts moved the flaw to another row of the table."
    ),
    Clock.COMMISSIONED: (
        "Days are calendar days. They begin on the day the flaw was listed as used in attacks or found here, but not "
        "before the system came into service."
    ),
}
_REACH = (
    "Whether a system can be reached from the internet is for its owner to say. Where that is not known, both dates "
    "are shown."
)
_REVIEWS = {
    REVIEW_POLICY: f"What waits is looked at again after {REVIEW_DAYS} days, or on the day it stops waiting if earlier."
}


def in_force(plan: Plan, today: dt.date) -> DecisionTable:
    """Return the decision table that the dates of a plan were made with; of an empty one the table of the day."""
    used = next((flaw.deadline.table for action in plan.actions for flaw in action.concerns), None)
    return table_named(used) if used else table_for(today)


def standing(decision: DecisionTable, *, bound: bool) -> str:
    """Return in one sentence whose rule it is, and whether its dates are adopted or owed."""
    rule = decision.document.title.partition(",")[0] or decision.document.name
    issuer = f" of the {decision.document.issuer}" if decision.document.issuer else ""
    return f"The dates are {'owed under' if bound else 'adopted from'} {rule} ({decision.document.name}){issuer}."


def unjudged(unknown: Sequence[str]) -> Markup | None:
    """Return what could not be judged."""
    if not unknown:
        return None
    over = len(unknown) - _MOST_UNKNOWN
    return element(
        "section",
        element("h2", "What could not be judged", id="unjudged"),
        element("p", "This does not mean that nothing is wrong with it: ask its vendor, or add what is missing."),
        element("ul", [element("li", element("bdi", short(each, 300))) for each in unknown[:_MOST_UNKNOWN]]),
        element("p", f"{plural(over, 'more item')}, which clearinghouse plan --format json lists.")
        if over > 0
        else None,
        aria_labelledby="unjudged",
    )


def how_made(plan: Plan, made_from: Sequence[str], today: dt.date, *, bound: bool) -> Markup:
    """Return how the list was made: from what, by which rule, and what was assumed."""
    facts = _facts(plan, made_from, today, bound)
    return element(
        "section",
        element("h2", "How this list was made", id="method"),
        element("dl", [[element("dt", term), element("dd", fact)] for term, fact in facts]),
        aria_labelledby="method",
    )


def looked_at(made_from: Sequence[str]) -> Markup:
    """Return the inputs, one item each."""
    if not made_from:
        return element("p", "Nothing: no inventory was given.")
    over = len(made_from) - _MOST_INPUTS
    items = [element("li", element("bdi", short(each, 200))) for each in made_from[:_MOST_INPUTS]]
    return element("ul", items, element("li", f"and {over:,} more") if over > 0 else None, class_="plain")


def _facts(plan: Plan, made_from: Sequence[str], today: dt.date, bound: bool) -> Iterator[tuple[str, Node]]:
    decision = in_force(plan, today)
    yield "Made on", [on_day(today), f", with clearinghouse {__version__}"]
    yield "Looked at", looked_at(made_from)
    since = f", in force since {in_words(decision.document.effective)}" if decision.document.effective else ""
    edition = f"Edition {decision.document.version} of its table ({decision.reference}){since}."
    yield "Rule", [standing(decision, bound=bound), " ", edition, _binding(decision, bound)]
    deadlines = [flaw.deadline for action in plan.actions for flaw in (*action.clears, *action.leaves)]
    for used in dict.fromkeys(made.clock for made in deadlines):
        yield "Days", _CLOCKS.get(used, str(used))
    for policy in dict.fromkeys(made.policy for made in deadlines):
        yield "Missing facts", _policy(policy)
    if any(len(action.arms) > 1 for action in plan.actions):
        yield "Reach", _REACH
    for review in dict.fromkeys(deferral.policy for deferral in plan.deferrals):
        yield "Waiting", _REVIEWS.get(review, review)
    if plan.actions:
        yield (
            "Order",
            "The most pressing first, then the earliest date. Questions come after what is known to be wrong.",
        )


def _binding(decision: DecisionTable, bound: bool) -> str:
    if bound or not decision.document.binds:
        return ""
    return f" It binds {decision.document.binds}; everyone else may adopt it."


def _policy(named: str) -> str:
    known: Policy | None = policies().get(named)
    return _POLICIES.get(named) or (known.title if known else named)


def help_box(actions: Sequence[Action]) -> Markup:
    """Return how to get help, on the first sheet.

    Source of the address and the number: CISA, "Report to CISA", https://www.cisa.gov/report, and its joint advisories
    of 2025 and 2026, which name 1-844-729-2472 ("1-844-Say-CISA").
    """
    return element(
        "section",
        element("h2", "How to get help", id="help"),
        element(
            "ul",
            element("li", _ask(bool(actions))),
            element(
                "li",
                element("strong", "You think somebody has already broken in: "),
                "do not wait for a date. Keep all logs and call those who respond to emergencies for you. In the "
                "United States, the Cybersecurity and Infrastructure Security Agency takes reports at any hour: "
                "1-844-729-2472 or ",
                element("a", "cisa.gov/report", href="https://www.cisa.gov/report", rel="noreferrer"),
                ".",
            ),
        ),
        element(
            "p",
            "Who helps us: ",
            element("span", class_="blank"),
            " Telephone: ",
            element("span", class_="blank"),
            class_="write-in",
        ),
        aria_labelledby="help",
    )


def _ask(anything: bool) -> Node:
    if not anything:
        return [element("strong", "You do not know what you have: "), "ask whoever maintains your systems for a list."]
    return [
        element("strong", "You cannot do it by its date, or do not know how: "),
        "ask whoever maintains the system, or its vendor, and give them this page: the names in small type tell which "
        "flaws are meant.",
    ]
