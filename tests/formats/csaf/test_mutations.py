"""Seeded mutations of a CSAF document: damage costs what is damaged, never the reader, and never in silence.

The mutations are the same in every run. Each puts at one place what a broken or hostile writer might.
"""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from tests.formats.csaf.shapes import WHOLE, read

from clearinghouse.packages.products import ProductIndex, match_item, statements_of
from clearinghouse.records import Component, Finding, InventoryItem, Problem

Place = tuple[str | int, ...]
OTHER_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**400,
    1.5,
    "",
    " ",
    "\x00\u202e\ud7ff",
    "A" * 100_000,
    "vers:all/*|<|>=",
    "< " * 2_000,
    [],
    {},
    [[[[[[]]]]]],
    ["OLD"] * 3_000,
    {"branches": [{"branches": []}]},
)
SEEDS = range(12)
EACH = 40


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*here, key)
        yield from places(each, (*here, key))


def put(value: Any, place: Place, other: Any) -> Any:
    """A copy of a document with something else at one place."""
    made = copy.deepcopy(value)
    holder = made
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = other
    return made


PLACES = sorted(places(WHOLE), key=str)
FIRST, SECOND = read(WHOLE)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mutation_raises_and_nothing_is_lost_in_silence(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(EACH):
        place, other = chance.choice(PLACES), chance.choice(OTHER_VALUES)
        records = read(put(WHOLE, place, other))
        findings = [record for record in records if isinstance(record, Finding)]
        problems = [record for record in records if isinstance(record, Problem)]
        assert len(findings) == 2 or problems or place == ("vulnerabilities",), (place, other)
        for problem in problems:
            assert not problem.message[0].islower(), problem
            assert problem.message.endswith("."), problem


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_vulnerability_costs_itself_alone(seed: int) -> None:
    chance = random.Random(seed)
    inside = [place for place in PLACES if place[:2] == ("vulnerabilities", 0)]
    for _ in range(EACH):
        records = read(put(WHOLE, chance.choice(inside), chance.choice(OTHER_VALUES)))
        assert SECOND in records


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_of_a_damaged_document_can_be_matched(seed: int) -> None:
    chance = random.Random(seed)
    asked = InventoryItem(
        inventory="i", written="x", component=Component(vendor="Demo Vendor", name="Pump 3", version="V4.10")
    )
    for _ in range(EACH // 4):
        records = read(put(WHOLE, chance.choice(PLACES), chance.choice(OTHER_VALUES)))
        made = [each for record in records if isinstance(record, Finding) for each in statements_of(record)]
        match_item(asked, ProductIndex(made))
