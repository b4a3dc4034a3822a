"""What to do, verb first: the sentence that a busy person reads, and the places in it."""

from collections.abc import Sequence

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority.plan import Action, Do, Place, Subject
from clearinghouse.records import AssetKind
from clearinghouse.sheet.when import When
from clearinghouse.sheet.words import OWNER, PLACE, VERSION, listed, name

_ROOM = 64
"""Columns that the places may take in a headline; beyond them they are counted."""
_QUESTION = 110
_ENDS = (".", "?", "!", "…")


def headline(action: Action, when: When | None = None) -> list[Node]:
    """Return what to do as one sentence.

    Operational technology and medical devices are never told to be changed: what stands there is a decision, and with
    whom it is taken.

    Args:
        when: by when; without it neither the date, the places nor a full stop follow, for a table that has columns of
            both.
    """
    where: Node = _places(action.subject) if when else None
    end: Node = [" ", element("span", when.phrase, ".", class_="when")] if when else None
    thing: Node = [subject_name(action.subject), and_more(action)]
    match action.do:
        case Do.UPGRADE:
            return ["Update ", thing, " to ", target(action), where, end]
        case Do.MITIGATE:
            return ["Protect ", thing, where, " as its advisory says", end]
        case Do.ISOLATE if action.subject.ecosystem:  # a package is on no network; what uses it is
            return ["Replace ", thing, where, ", or keep what uses it apart from other networks,", end or " soon"]
        case Do.ISOLATE:
            return ["Keep ", thing, where, " apart from other networks, or replace it,", end or " soon"]
        case Do.DECIDE:
            return ["Decide with ", deciders(action.subject), ": how to protect ", thing, where, end]
        case Do.FIND_OUT:
            return question(action)


def question(action: Action) -> list[Node]:
    """Return what to find out, as one sentence."""
    subject = action.subject
    where = _places(subject)
    if not subject.version:
        return ["Find out which version of ", subject_name(subject), " runs", where, "."]
    asked = short(about_it(action.asked[0].text, subject) if action.asked else "Is it affected?", _QUESTION)
    return [
        "Find out about ",
        subject_name(subject),
        where,
        ": ",
        element("bdi", asked),
        "" if asked.endswith(_ENDS) else ".",
    ]


def about_it(text: str, subject: Subject) -> str:
    """Return a question about a component that was named just before: it need not be named again."""
    if not subject.written or f" of {subject.written} " in text:
        return text  # "which model of it is it" would be no help
    return text.replace(f" {subject.written}", " it", 1)


def and_more(action: Action) -> str:
    """Return how many other packages of the same source are meant, as it stands behind the first."""
    return f" and {plural(len(action.also), 'other package')} of its source" if action.also else ""


def target(action: Action) -> Node:
    """Return the version to install: of the component, of its source package, or whatever follows the last bad one."""
    if action.to and action.subject.source:
        return ["its build from ", name(action.subject.source), " ", name(action.to, VERSION)]
    if action.to:
        return name(action.to, VERSION)
    return ["a version above ", name(action.above, VERSION)] if action.above else "a fixed version"


def subject_name(subject: Subject) -> Markup:
    """Return what a component is called."""
    return name(subject.name or subject.written)


def owners(subject: Subject) -> list[str]:
    """Return who answers for the assets on which a component is, each once."""
    return list(dict.fromkeys(place.asset.owner for place in subject.places if place.asset and place.asset.owner))


def deciders(subject: Subject) -> Node:
    """Return with whom a decision is taken: who answers for the asset, else the vendor."""
    known = owners(subject)
    if known:
        return listed([name(each, OWNER) for each in known], 2 if len(known) == 2 else 1)
    return "the device's vendor" if subject.kind is AssetKind.MEDICAL else "the system's vendor"


def named_places(places: Sequence[Place]) -> list[Node]:
    """Return the places, each once, with how many there are of an asset."""
    return [_with_count(label, count) for label, count in _counted(places).items()]


def _counted(places: Sequence[Place]) -> dict[str, int]:
    """How many assets there are under each label, in the order of the plan."""
    found: dict[str, int] = {}
    for place in places:
        if place.label:
            found[place.label] = max(found.get(place.label, 1), place.asset.count if place.asset else 1)
    return found


def _with_count(label: str, count: int) -> Node:
    return [f"{count:,}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}" if count > 1 else None, name(label, PLACE)]


def _places(subject: Subject) -> Node:
    """The places as they stand in a headline, with the word before them."""
    found = _counted(subject.places)
    if not found:
        return None
    on = "on" if any(place.asset and place.asset.name for place in subject.places) else "in"
    if len(found) == 1 or (len(found) == 2 and sum(map(len, found)) <= _ROOM):
        return [f" {on} ", listed(named_places(subject.places), 2)]
    return f" {on} {plural(sum(found.values()), 'system' if on == 'on' else 'place')}"
