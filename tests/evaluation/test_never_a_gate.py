"""Nothing here can hold back the release of a model, and no text speaks as if it could.

Everything is looked for, so that what is added later is looked at by itself: every class of the package with its
fields, members and functions, every text in its source, every option and help text of ``clearinghouse frontier``, every
state that events can lead to, and every document in every verdict, with every flag.

Source: Executive Order 14409, section 3(c); rule R11.
"""

import ast
import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import click
import msgspec
import pytest
import typer

import clearinghouse
from clearinghouse.cli.frontier import app
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.determination.errors import DeterminationError
from clearinghouse.evaluation.determination.events import Act, Event
from clearinghouse.evaluation.determination.record import Change, Conclusion, Outcome, Person, Review
from clearinghouse.evaluation.determination.standing import Standing, Status, required, standing
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.reports import Form, Kind, document_of, render
from clearinghouse.evaluation.reports.folder import Facts
from clearinghouse.evaluation.rule.finding import Verdict
from invented_assessment import invented
from invented_determination import DECIDED, made

replace = msgspec.structs.replace
PACKAGE = Path(clearinghouse.__file__).parent
ROOMS = (PACKAGE / "evaluation", PACKAGE / "cli" / "frontier")
PAGES = sorted((PACKAGE.parents[1] / "docs").glob("*frontier*.md"))

WORDS = re.compile(
    r"\b(?:licen[cs]\w*|(?:pre)?clearances?|preclear\w*|cleared|permi(?:t|ts|tted|tting|ssions?|ssible)|"
    r"(?:dis)?approv\w*|(?:un)?authori[sz]\w*|gat(?:e|es|ed|ing)|gatekeep\w*|den(?:y|ies|ied|ying|ials?)|"
    r"forbid\w*|prohibit\w*|ban(?:s|ned|ning)?|veto\w*|greenlight\w*|go-ahead|mandatory)\b",
    re.IGNORECASE,
)
"""What would speak of a model as of something that needs somebody's leave."""
HOLDS = re.compile(
    r"\b(?:block|withh[eo]ld|refus|delay|suspend|stop|halt|prevent|h[eo]ld|postpon|restrict|revok)\w*\b"
    r"(?:\W+\w+){0,4}?\W+(?:releas|publish|publication|deploy|launch)\w*",
    re.IGNORECASE,
)
"""What would speak of a release that is held back; a sentence that says that it is not may say so."""
NOT = re.compile(r"\b(?:no|not|never|nothing|none|nobody|cannot|neither|nor)\b", re.IGNORECASE)
MEANS = re.compile(
    r"(?:^|_)(?:refus\w*|reject\w*|den(?:y|ied|ial)|block\w*|halt\w*|suspend\w*|on_?hold|held_back|hold|withh[eo]ld\w*|veto\w*|"
    r"gat(?:e|es|ed|ing)|licen\w*|clear(?:ed|ance)?|permi(?:t|ts|tted|ssion)\w*|approv\w*|authori[sz]\w*|forbid\w*|"
    r"prohibit\w*|bar|barred|ban|banned|embargo\w*|revok\w*|release|releases|released)(?:_|$)",
    re.IGNORECASE,
)
"""What a state, field or function would be called that refuses, blocks or holds something."""

TEXTS = (
    (r"(?:its|the path and its|the folder's) permissions", "the modes of a file on a disk"),
    (r"PermissionError", "what Python calls it that a file may not be opened"),
    (r"Apache-2\.0 licen[cs]e", "of this project"),
    (r"\"denied\"|``denied``", "the answer of a system to a program in a sandbox"),
    (r"nothing may become mandatory", "the order's own assurance"),
)
"""What may stand in a text all the same, and why."""
NAMES = {
    "refused": "attempts that a model declined",
    "REFUSED": "attempts that a model declined",
    "refusals": "attempts that a model declined",
    "refused_in_words": "attempts that a model declined in words, counted as failed",
    "false_rejects": "right answers that the verifier of a task does not take",
    "rejects_low": "a test of a hypothesis",
    "rejects_high": "a test of a hypothesis",
    "withheld": "words that are not shown to everybody",
    "Withheld": "words that are not shown to everybody",
    "WithheldError": "a document for others is not written that would show what is withheld",
    "_refuse_if": "a record is not taken that contradicts itself",
}
"""Names that are something else than they could mean, and what."""


# What is looked at


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    found = [path for room in ROOMS for path in sorted(room.rglob("*.py"))]
    assert len(found) > 30
    return tuple((str(path.relative_to(PACKAGE)), ast.parse(path.read_text(encoding="utf-8"))) for path in found)


def names_in(tree: ast.Module) -> Iterator[str]:
    """Every name of a class, its fields and members, their values, and every name of a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
            for each in node.body:
                yield from _targets(each)
        elif isinstance(node, ast.FunctionDef):
            yield node.name


def _targets(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    if isinstance(node, ast.Assign):
        yield from (each.id for each in node.targets if isinstance(each, ast.Name))
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def texts_in(tree: ast.Module) -> Iterator[str]:
    """Every text in a source: what is shown, what is raised, what explains. Parts of one text are one."""
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [each for each in node.values if isinstance(each, ast.Constant)]
            inside.update(map(id, parts))
            yield " ".join(str(each.value) for each in parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def said_in(text: str) -> list[str]:
    """What in a text speaks of leave, or of a release that is held back."""
    for allowed, _ in TEXTS:
        text = re.sub(allowed, "", text)
    found = WORDS.findall(text)
    sentences = re.split(r"(?<=[.;:!?])\s+", " ".join(text.split()))
    return found + [each[0] for sentence in sentences if not NOT.search(sentence) for each in HOLDS.finditer(sentence)]


def meant_by(name: str) -> bool:
    """Whether a name means that something is refused, blocked or held."""
    return name not in NAMES and bool(MEANS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)))


# The measure works


@pytest.mark.parametrize(
    "text",
    [
        "The model is cleared.",
        "A licence is needed.",
        "licensing",
        "It has no clearance.",
        "Ask for permission to deploy.",
        "This is not permitted.",
        "Release approved.",
        "The release was blocked.".replace("release was blocked", "office blocked the release"),
        "The office withholds a model's release until then.",
        "Distribution is denied.",
        "an unauthorised model",
        "a gate before release",
        "preclearance",
        "It is mandatory.",
    ],
)
def test_a_text_that_speaks_of_leave_is_seen(text):
    assert said_in(text)


@pytest.mark.parametrize(
    "text",
    [
        VOLUNTARY,
        "Look at its permissions.".replace("Look", "look"),
        "the aggregate of permutations, investigated",
        "Words that are withheld are not in the record.",
        "nothing in it can hold back a release",
    ],
)
def test_other_texts_are_not(text):
    assert not said_in(text)


@pytest.mark.parametrize(
    "name",
    ["DENIED", "release_denied", "rejected", "BLOCKED", "on_hold", "is_cleared", "approved", "license", "hold_release",
     "ReleaseGate", "permit", "vetoed", "released", "suspended", "authorised_by", "may_release", "refused_release"],
)  # fmt: skip
def test_a_state_or_field_that_could_hold_something_back_is_seen(name):
    tree = ast.parse(f"class Status(StrEnum):\n    {name} = 'x'\nclass Model(Struct):\n    {name}: bool = False\n")
    assert [each for each in names_in(tree) if meant_by(each)] == [name] * 2
    value = ast.parse(f"class Status(StrEnum):\n    X = {name!r}\n")
    assert [each for each in names_in(value) if meant_by(each)] == [name]


# What is there


def test_no_state_no_field_and_no_function_refuses_blocks_or_holds_anything():
    assert [f"{path}: {name}" for path, tree in sources() for name in names_in(tree) if meant_by(name)] == []


def test_no_text_in_the_source_speaks_of_leave():
    told = [
        f"{path}: {said}: {text[:80]!r}"
        for path, tree in sources()
        for text in texts_in(tree)
        if (said := said_in(text))
    ]
    assert told == []


def test_no_page_of_the_documentation_speaks_of_leave():
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        assert said_in(text) == [], path.name
        assert "voluntary" in text.casefold(), path.name


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for part, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{name} {part}")


def test_no_option_and_no_help_of_the_command_line_speaks_of_leave():
    found = list(commands(typer.main.get_command(app), "frontier"))
    assert len(found) > 2
    for name, command in found:
        shown = " ".join(filter(None, (name, command.help, command.short_help, command.epilog)))
        assert said_in(shown) == [], name
        for parameter in command.params:
            shown = (getattr(parameter, each, "") or "" for each in ("help", "metavar", "choices"))
            assert said_in(" ".join(map(str, shown))) == [], name
            words = [*parameter.opts, *parameter.secondary_opts, parameter.name]
            assert not [each for each in words if meant_by(each.strip("-").replace("-", "_"))], name
    assert "voluntary" in (found[0][1].help or "").casefold()


# What can be reached

DECIDED_KINDS = [each for each in Kind if each is not Kind.ASSESSMENT]
OTHER = Person(name="Peter Panel", office="Panel", organisation="Example Office", key="other")
DEVELOPER = Person(name="Dana Developer", office="Counsel", organisation="Example Laboratory", key="dev")
AFTER = "2026-11-25T12:00:00Z"


def event(record, act, sequence, outcome):
    return Event(
        number=record.number,
        sha256="ab" * 32,
        sequence=sequence,
        previous="ab" * 32,
        act=act,
        at=AFTER,
        by=DEVELOPER if act is Act.ASKED else OTHER,
        says="It happened.",
        change=Change.SAFEGUARDS if act is Act.CHANGE else None,
        review=Review.FRESH_DRAW if act is Act.ASKED else None,
        outcome=outcome if act is Act.ANSWERED else None,
        officer=OTHER if act is Act.ASSIGNED else None,
        other="FD-2026-009" if act in (Act.ANSWERED, Act.SUPERSEDED) else "",
    )


@cache
def reached() -> tuple[tuple[Standing, ...], frozenset[str]]:
    """How one stands after every sequence of at most four acts, and what is said of those that cannot be"""
    record = made().record
    found, refusals = {}, set()
    for length, outcome in product(range(5), Outcome):
        for acts in product(Act, repeat=length):
            events = [event(record, act, at + 1, outcome) for at, act in enumerate(acts)]
            try:
                required(record, events)
            except DeterminationError as error:
                refusals.add(f"{error.what}. {error.remedy}.")
                continue
            chain = [_Chained(each) for each in events]
            for moment in (dt.datetime(2026, 11, 26, tzinfo=dt.UTC), dt.datetime(2027, 11, 26, tzinfo=dt.UTC)):
                stands = standing(record, chain, moment)
                found[stands.status, stands.says, stands.retests] = stands
    return tuple(found.values()), frozenset(refusals)


class _Chained(msgspec.Struct, frozen=True):
    event: Event
    sha256: str = "ab" * 32


def test_every_state_is_reached_and_none_says_anything_about_a_release():
    stands, told = reached()
    assert {each.status for each in stands} == set(Status)
    assert told
    assert [each for each in told if said_in(each)] == []
    for each in stands:
        assert said_in(f"{each.says} {' '.join(each.retests)}") == []
        assert "releas" not in each.says.casefold()


def flagged(facts):
    """Facts with every combination of what lessens them."""
    kinds = ("contamination", "sandbagging", "verifier", "sealing", "exposure")
    flags = tuple(Flag(kind=kind, says=f"Something about {kind}.", is_open=True) for kind in kinds)
    for development, scripted, is_open, weaker in product((False, True), repeat=4):
        yield replace(
            facts,
            development=development,
            scripted=scripted,
            flags=flags if is_open else (),
            elicitation=replace(facts.elicitation, weaker_than_public=weaker, saturated=not weaker),
        )


@cache
def every() -> tuple[tuple[Kind, str], ...]:
    """Every document as text: in every verdict with every flag, every conclusion and every state."""
    found = []
    for verdict in Verdict:
        for facts in flagged(invented(verdict)):
            found.append((Kind.ASSESSMENT, Facts(assessment=facts)))
            free = [Conclusion.INDETERMINATE] if facts.development else list(Conclusion)
            for conclusion in free:
                other = conclusion.value != verdict.value and conclusion is not Conclusion.INDETERMINATE
                record = made(assessment=facts, conclusion=conclusion, differing="It is so." if other else "").record
                found += [
                    (kind, Facts(assessment=facts, record=record)) for kind in Kind if kind is not Kind.ASSESSMENT
                ]
    facts, record = invented(), made().record
    for stands, kind in product(reached()[0], Kind):
        found.append((kind, Facts(assessment=facts, record=record, stands=stands)))
    return tuple((kind, render(document_of(kind, facts), Form.TEXT)) for kind, facts in found)


def test_no_document_speaks_of_leave_in_any_verdict_with_any_flag():
    documents = every()
    assert {kind for kind, _ in documents} == set(Kind)
    assert len(documents) > 300
    for kind, text in documents:
        assert said_in(" ".join(text.split())) == [], kind


def test_every_document_says_that_it_is_voluntary():
    for kind, text in every():
        assert VOLUNTARY in " ".join(text.split()), kind
    facts = Facts(assessment=invented(), record=made().record)
    for kind, form in product(Kind, Form):
        assert VOLUNTARY in " ".join(render(document_of(kind, facts), form).split())
    assert made().record.decided == DECIDED.strftime("%Y-%m-%dT%H:%M:%SZ")
