"""Damage of every kind to every lockfile: no reader raises, and messages stay sentences for people.

The mutations are the same in every run.
"""

import random
import re
from typing import Any

import msgspec
import pytest

from clearinghouse.formats.contract import Format
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles import FORMATS
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Inventory, InventoryItem, Problem

from .conftest import FILES

NAMES = sorted(file.name for file in FILES.iterdir())
MUTATIONS = 150
"""For each file and law."""
OURS = re.compile(r"Errno|codec|[<`]|\w+Error\b|\b(?:str|int|dict|None|NoneType|True|False)\b")
SAID = re.compile(r'".*"|\(key [^)]*\)|^True or false was')
"""What others said, and the beginning of a sentence."""
WORDS = """
{ } [ ] [[ : - @ # \\ / = == , % ! | > < <!-- ${a} &a *a null " ' \u202e \x1b[31m module version
"""
TOKENS = [
    *(word.encode() for word in WORDS.split()),
    *(f" {word} ".encode() for word in WORDS.split()),
    *(b"", b"\0", b"\n", b"\r\n", b"\t", b"  ", b"\xff", b"\xc3"),
    *(b"(" * 300, b"9" * 5000, b"a." * 40),
]
VALUES: tuple[Any, ...] = (None, True, 7, -1, 1.5, "", " ", "x", "\u202e", [], {}, [None], {"": None})

Record = Inventory | InventoryItem | Problem


def format_of(data: bytes) -> Format:
    sample = Document.from_bytes("lock", data).sample
    return max(FORMATS, key=lambda known: known.detect(sample).score)


def check(known: Format, data: bytes) -> list[Record]:
    """Read damaged data in the format that it had before, and let all formats look at it."""
    document = Document.from_bytes("lock", data)
    for other in FORMATS:
        other.detect(document.sample)
    records: list[Any] = list(known.read(document))
    msgspec.json.encode(records)
    components = [record.component for record in records if isinstance(record, InventoryItem)]
    keys = [(component.name, component.version, component.repository) for component in components]
    assert len(keys) == len(set(keys))
    for record in records:
        if isinstance(record, Problem):
            judge(record)
        elif isinstance(record, InventoryItem):
            assert record.component.name
            for text in (record.written, record.component.name, record.component.version or ""):
                assert text == clean_line(text, 2048)
    return records


def judge(problem: Problem) -> None:
    message = problem.message
    assert message.endswith("."), message
    assert not message[0].islower(), message
    assert not (problem.line and re.search(rf"\bline {problem.line}\b", message)), message
    assert not OURS.search(SAID.sub("", message)), message
    assert message == clean_line(message)
    assert len(message) < 400


@pytest.mark.parametrize("name", NAMES)
def test_cut_anywhere(name):
    data = (FILES / name).read_bytes()
    known = format_of(data)
    for end in sorted({len(data) * part // 60 for part in range(61)}):
        check(known, data[:end])


@pytest.mark.parametrize("name", NAMES)
def test_bytes_that_flip(name):
    chance = random.Random(name)
    data = (FILES / name).read_bytes()
    known = format_of(data)
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 3, 20))):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        check(known, bytes(changed))


@pytest.mark.parametrize("name", NAMES)
def test_tokens_that_come_and_go(name):
    chance = random.Random(name)
    data = (FILES / name).read_bytes()
    known = format_of(data)
    for _ in range(MUTATIONS):
        start = chance.randrange(len(data))
        check(known, data[:start] + chance.choice(TOKENS) + data[start + chance.choice((0, 0, 1, 5, 40)) :])


@pytest.mark.parametrize("name", NAMES)
def test_lines_that_move(name):
    chance = random.Random(name)
    data = (FILES / name).read_bytes()
    known, lines = format_of(data), data.splitlines(keepends=True)
    for _ in range(MUTATIONS // 3):
        changed = lines.copy()
        for _ in range(chance.choice((1, 3))):
            changed.insert(chance.randrange(len(changed)), changed.pop(chance.randrange(len(changed))))
        check(known, b"".join(changed))


@pytest.mark.parametrize("name", NAMES)
def test_another_lockfile(name):
    """Whatever is given to a reader."""
    for known in FORMATS:
        check(known, (FILES / name).read_bytes())


def places(value, place=()):
    yield place
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*place, key))


def put(value, place, new):
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = put(value[place[0]], place[1:], new)
    return copy


JSON = [name for name in NAMES if name.endswith((".json", "Pipfile.lock", "composer.lock"))]
PROJECT = ("packages", "")
"""In package-lock.json: which links are folders that the project names itself is said there."""


@pytest.mark.parametrize("name", sorted(set(JSON) - {"package.json", "composer.json"}))
def test_another_value_in_a_json_lockfile_costs_what_it_belongs_to_alone(name):
    data = (FILES / name).read_bytes()
    known, whole = format_of(data), msgspec.json.decode(data)
    before = items_of(check(known, data))
    for place in places(whole):
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)
        for value in VALUES:
            records = check(known, msgspec.json.encode(put(whole, place, value)))
            after = items_of(records)
            lost = [at for component, at in before.items() if component not in after]
            apart = [at for at in lost if not at.startswith(pointer) and not pointer.startswith(at)]
            assert not apart or place[:2] == PROJECT, (place, value)


def items_of(records):
    return {record.component: record.pointer for record in records if isinstance(record, InventoryItem)}
