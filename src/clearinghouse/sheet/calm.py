"""What is said where nothing is known to be wrong: what was looked at, and what that does not mean."""

from collections.abc import Sequence

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.sheet.method import looked_at


def nothing_wrong(made_from: Sequence[str], *, asked: bool, gaps: bool) -> Markup:
    """Return the section that stands in the place of the actions.

    Args:
        made_from: the inputs. asked: whether there are questions to answer. gaps: whether something was not judged.
    """
    if not made_from:
        return _nothing_seen()
    said = "No published flaw is known to be in what was looked at."
    said += " The questions below come first." if asked else " There is nothing to do today."
    return element(
        "section",
        element("h2", "Nothing is known to be wrong", id="first"),
        element("p", said, class_="why"),
        element("h3", "What was looked at"),
        looked_at(made_from),
        element("h3", "What this does not mean"),
        element("ul", [element("li", each) for each in _limits(asked=asked, gaps=gaps)]),
        element("p", "Look again when your list of systems changes, and at least once a month."),
        aria_labelledby="first",
        class_="calm",
    )


def nothing_judged(made_from: Sequence[str]) -> Markup:
    """Return the section for a list of which nothing could be compared: that is no reason to be calm."""
    said = (
        "Nothing that is listed could be compared with what is published. Something may be wrong with it; this page "
        "cannot say."
    )
    return element(
        "section",
        element("h2", "Nothing could be judged", id="first"),
        element("p", said, class_="why"),
        element("h3", "What was looked at"),
        looked_at(made_from),
        element("h3", "What to do about it"),
        element(
            "ul",
            element("li", "Give advisories that speak of what you have, and makers and versions with each system."),
            element("li", "Ask the makers of your systems which of their notices concern you."),
        ),
        aria_labelledby="first",
        class_="calm",
    )


def _nothing_seen() -> Markup:
    """No inventory was given: to say that nothing is wrong would be untrue."""
    return element(
        "section",
        element("h2", "Nothing was looked at", id="first"),
        element("p", "No list of systems was given, so nothing can be said about them.", class_="why"),
        element("p", "A spreadsheet of your systems with their makers and versions is enough to begin."),
        aria_labelledby="first",
        class_="calm",
    )


def _limits(*, asked: bool, gaps: bool) -> list[Node]:
    said: list[Node] = [
        "It does not mean that nothing is wrong. Flaws that nobody has published are on no list.",
        "Systems and software that are missing from your list were not looked at.",
    ]
    if asked:
        said.append("An answer to a question below may turn up something to do.")
    if gaps:
        said.append(["Some of it ", element("a", "could not be judged", href="#unjudged"), "."])
    return said
