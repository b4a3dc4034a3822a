"""Seeded mutations of the scanners' fixtures: a damaged element costs itself alone, and never in silence.

The mutations are the same in every run. Each puts at one place what a broken or hostile writer might: values of other
kinds, numbers as text and text as numbers, arrays that are huge or deep, keys twice over, nothing at all.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from clearinghouse.formats import bandit, grype, mantis, npm_audit, osv_scanner, pip_audit, semgrep, trivy
from clearinghouse.formats.contract import RECOGNISED, Format
from clearinghouse.formats.decode import escape
from clearinghouse.formats.document import Document
from clearinghouse.records import Finding, Problem

SCANNERS = Path(__file__).parent / "scanners"
MUTATIONS = 120
"""For each fixture and law."""
TRIVY = ("Vulnerabilities", "Misconfigurations", "Secrets", "ExperimentalModifiedFindings")


class Case(NamedTuple):
    """A fixture, and the places of its elements: keys and positions with ``*`` for any."""

    file: str
    format: Format
    elements: tuple[str, ...]

    @property
    def lines(self) -> bool:
        return self.file.endswith(".jsonl")


CASES = (
    Case("trivy.json", trivy.FORMAT, tuple(f"Results/*/{kind}/*" for kind in TRIVY)),
    Case("trivy_kubernetes.json", trivy.FORMAT, tuple(f"Resources/*/Results/*/{kind}/*" for kind in TRIVY)),
    Case("grype.json", grype.FORMAT, ("matches/*", "ignoredMatches/*")),
    Case("semgrep.json", semgrep.FORMAT, ("results/*",)),
    Case("bandit.json", bandit.FORMAT, ("results/*",)),
    Case("npm6.json", npm_audit.FORMAT, ("advisories/*",)),
    Case("npm7.json", npm_audit.FORMAT, ("vulnerabilities/*/via/*",)),
    Case("pnpm.json", npm_audit.FORMAT, ("advisories/*",)),
    Case("yarn1.jsonl", npm_audit.FORMAT, ("*",)),
    Case("yarn2.json", npm_audit.FORMAT, ("advisories/*",)),
    Case("yarn4.jsonl", npm_audit.FORMAT, ("*",)),
    Case("npm_bulk.json", npm_audit.FORMAT, ("*/*",)),
    Case("pip_audit.json", pip_audit.FORMAT, ("dependencies/*/vulns/*",)),
    Case("osv_scanner.json", osv_scanner.FORMAT, ("results/*/packages/*/vulnerabilities/*",)),
    Case("mantis.json", mantis.FORMAT, ("",)),
    Case("mantis_early.json", mantis.FORMAT, ("*",)),
)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)

Place = tuple[str | int, ...]
OTHER_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**400,
    1.5,
    1e300,
    "",
    " ",
    "7",
    "0x10",
    "\u202e\x1b[31m\n\t",
    "\ud800",
    "x" * 70_000,
    [],
    [None, True, 7, "x", [], {}],
    ["x"] * 300,
    {},
    {"": {"": None}},
    {str(number): number for number in range(200)},
)
CHANGES: tuple[Callable[[Any], Any], ...] = (
    str,
    lambda value: len(str(value)),
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: [value] * 20,
    lambda value: list(value.values()) if isinstance(value, dict) else value,
    lambda value: {str(key): item for key, item in enumerate(value)} if isinstance(value, list) else value,
    lambda value: nested(value, 30),
    lambda value: nested(value, 900),
)
DELETED = object()


def nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def load(case: Case) -> Any:
    data = (SCANNERS / case.file).read_bytes()
    return [json.loads(line) for line in data.splitlines()] if case.lines else json.loads(data)


def dump(case: Case, value: Any) -> bytes:
    return "\n".join(map(json.dumps, value)).encode() if case.lines else json.dumps(value).encode()


def read(case: Case, data: bytes) -> list[Any]:
    document = Document.from_bytes("r", data)
    case.format.detect(document.sample)
    records = list(case.format.read(document))
    assert all(isinstance(record, Finding | Problem) for record in records)
    msgspec.json.encode(records)  # what is read can be written
    return records


def recognised(case: Case, data: bytes) -> bool:
    return case.format.detect(Document.from_bytes("r", data).sample).score >= RECOGNISED


def findings_of(records: list[Any]) -> dict[str, Finding]:
    listed = [record for record in records if isinstance(record, Finding)]
    assert [finding.index for finding in listed] == sorted({finding.index for finding in listed})
    return {finding.id: finding for finding in listed}


def problems_of(records: list[Any]) -> set[Problem]:
    return {record for record in records if isinstance(record, Problem)}


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in a value, its root among them."""
    yield place
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*place, key))


def matching(case: Case, value: Any) -> list[Place]:
    """The places of the elements; what npm 7 says with a string is a reference and no element."""
    patterns = [tuple(pattern.split("/")) if pattern else () for pattern in case.elements]
    return [
        place
        for place in places(value)
        for pattern in patterns
        if len(place) == len(pattern)
        and all(wanted in ("*", str(step)) for wanted, step in zip(pattern, place, strict=True))
        and isinstance(at(value, place), dict)
    ]


def is_about(case: Case, problem: Problem, element: Place) -> bool:
    """Whether a problem says that it is in an element, or that something is of no kind that is known."""
    if case.lines:
        return problem.line == element[0] + 1 or problem.code == "unknown_event"
    pointer = "".join(f"/{escape(str(step))}" for step in element)
    return (problem.pointer or "").startswith(pointer)


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def put(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    if len(place) == 1 and new is DELETED:
        del copy[place[0]]
    else:
        copy[place[0]] = put(value[place[0]], place[1:], new)
    return copy


def mutated(chance: random.Random, value: Any) -> Any:
    return chance.choice(OTHER_VALUES) if chance.random() < 0.6 else chance.choice(CHANGES)(value)


def own(case: Case, report: Any, place: Place) -> set[str]:
    """The findings that an element gives: those that are missing when something else stands in its place."""
    whole = findings_of(read(case, dump(case, report)))
    return whole.keys() - findings_of(read(case, dump(case, put(report, place, {"nothing": 7})))).keys()


@each_case
def test_a_damaged_element_is_a_finding_or_a_problem_and_costs_no_other(case: Case):
    chance = random.Random(case.file)
    report = load(case)
    before = read(case, dump(case, report))
    whole = findings_of(before)
    elements = [(place, own(case, report, place)) for place in matching(case, report)]
    assert set().union(*(ids for _, ids in elements)) == whole.keys()
    for number in range(MUTATIONS):
        element, ids = elements[number % len(elements)]
        place = chance.choice([(*element, *inner) for inner in places(at(report, element))])
        new = DELETED if chance.random() < 0.1 and len(place) > len(element) else mutated(chance, at(report, place))
        data = dump(case, put(report, place, new))
        if place == element and (may_be_something_else(case, element, new) or not recognised(case, data)):
            continue
        records = read(case, data)
        after = findings_of(records)
        others = {id_: finding for id_, finding in whole.items() if id_ not in ids}
        assert {id_: after.get(id_) for id_ in others} == others, (place, new)
        if ids or any(is_about(case, problem, element) for problem in problems_of(before)):
            told = any(is_about(case, problem, element) for problem in problems_of(records))
            assert told or after.keys() - others.keys(), (place, new)


def may_be_something_else(case: Case, element: Place, new: Any) -> bool:
    """In npm 7 a string is the name of a package; and JSON lines are known by the first two of them."""
    return (case.file == "npm7.json" and isinstance(new, str)) or (case.lines and element[0] < 2)


@each_case
def test_what_stands_around_the_elements_is_lost_in_no_silence(case: Case):
    chance = random.Random(case.file)
    report = load(case)
    before = read(case, dump(case, report))
    whole, known = findings_of(before), problems_of(before)
    inside = matching(case, report)
    around = [p for p in places(report) if not any(p[: len(element)] == element for element in inside)]
    around = [place for place in around if place or not case.lines]
    for _ in range(MUTATIONS if around else 0):
        place = chance.choice(around)
        new = mutated(chance, at(report, place))
        if new is None or new in ({}, []) or (case.file == "npm7.json" and place[-1:] == ("via",)):
            continue  # nothing there is nothing found, nor is a list of names
        data = dump(case, put(report, place, new))
        records = read(case, data)
        if whole.keys() - findings_of(records).keys() and recognised(case, data):
            assert problems_of(records) - known, (place, new)


OF_THE_SAME_KIND: dict[type, Any] = {str: "another", int: 7, float: 7.5, bool: True, list: [], dict: {}}


@each_case
def test_of_a_key_that_stands_twice_the_last_counts_or_neither(case: Case):
    """RFC 8259, section 4, leaves it open; a first value that no reader would take may cost the element."""
    report = load(case)
    before = read(case, dump(case, report))
    whole, known = findings_of(before), problems_of(before)
    for element in matching(case, report):
        ids = own(case, report, element)
        for key, value in at(report, element).items():
            first = OF_THE_SAME_KIND.get(type(value))
            rest = json.dumps(at(report, element)).removeprefix("{")
            twice = f"{{{json.dumps(key)}: {json.dumps(first)}, {rest}"
            records = read(case, dump(case, put(report, element, "element")).replace(b'"element"', twice.encode()))
            lost = whole.keys() - {id_ for id_, finding in findings_of(records).items() if finding == whole.get(id_)}
            assert lost <= ids, key
            assert not lost or problems_of(records) - known, key


@each_case
@pytest.mark.parametrize("depth", [990, 100_000])
def test_too_deep_to_be_decoded(case: Case, depth: int):
    report = load(case)
    deep = b"[" * depth + b"]" * depth
    for place in [*matching(case, report)[:2], ()]:
        data = dump(case, put(report, place, "deep")).replace(b'"deep"', deep)
        assert problems_of(read(case, data)) or not recognised(case, data), place
