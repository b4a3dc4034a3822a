"""The law of the fast reader: what it reads, the parser of all YAML reads as well, and to the same."""

import random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats import yaml_values
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles import block_yaml
from clearinghouse.formats.lockfiles.block_yaml import Block
from clearinghouse.records import Problem

from .conftest import FILES

YAML = ("pnpm-5.yaml", "pnpm-6.yaml", "pnpm-9.yaml", "yarn-4.lock", "pubspec.lock")
MARKS = [*":#-'\"{}[],|>&*!?%@`~\\ \t\n\x85\u2028é", "  ", ": ", " #", "- ", "&a ", "<<", "null", "\n---\n", "\n... "]


def the_same(text):
    block = block_yaml.read(text)
    if block is not None:
        assert block.value == yaml_values.load(text.encode())
    return block is not None


@pytest.mark.parametrize("name", YAML)
def test_lockfiles_are_read_the_fast_way(name):
    assert the_same((FILES / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", YAML)
def test_mutations(name):
    chance = random.Random(name)
    text = (FILES / name).read_text(encoding="utf-8")
    read = 0
    for _ in range(400):
        changed = text
        for _ in range(chance.choice((1, 1, 2))):
            start = chance.randrange(len(changed))
            changed = changed[:start] + chance.choice(MARKS) + changed[start + chance.choice((0, 0, 1, 3)) :]
        read += the_same(changed)
    assert read > 40


SCALARS = st.one_of(
    st.text(alphabet="ab1.-_@/:# '\"{}[],~^>=<*&!|%?`\\é", max_size=12),
    st.sampled_from(["null", "~", "true", "1.0", "18.2.0"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(SCALARS, VALUES, max_size=4), st.booleans())
def test_what_a_dumper_writes(value, flow):
    the_same(yaml.safe_dump(value, default_flow_style=None if flow else False, width=10_000, sort_keys=False))


@given(st.text(alphabet="ab: -#'\"{}[],\n", max_size=40))
def test_any_text(text):
    if block_yaml.read(text) is not None:
        the_same(text)


def test_lines_of_the_first_two_levels():
    block = block_yaml.read("a:\n  b:\n    c: 1\n\n  'd/e': {f: g, h: 'i'}\nj: [k, l]\n")
    assert block == Block(
        {"a": {"b": {"c": "1"}, "d/e": {"f": "g", "h": "i"}}, "j": ["k", "l"]},
        {("a",): 1, ("a", "b"): 2, ("a", "d/e"): 5, ("j",): 6},
    )


OTHERS = (
    "",
    "- a",
    "a:\n- b",
    "a: &b c",
    "a: |\n  b",
    "a: 'it''s'",
    'a: "\\n"',
    "? a\n: b",
    "a: b\n  c",
    "a:\tb",
    "~: a",
)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_left_to_the_other_parser(text):
    assert block_yaml.read(text) is None


def load(text):
    return block_yaml.load(Document.from_bytes("d", text.encode()))


def test_several_documents_each_with_their_lines():
    blocks = load("---\na:\n  b: 1\n---\nc:\n  d: |\n    text\n---\ne:\n  f: 1\n")
    assert [block.value for block in blocks] == [{"a": {"b": "1"}}, {"c": {"d": "text\n"}}, {"e": {"f": "1"}}]
    assert [block.lines for block in blocks] == [{("a",): 2, ("a", "b"): 3}, {}, {("e",): 9, ("e", "f"): 10}]


def test_an_empty_document():
    assert [block.value for block in load("")] == [None]


def test_what_is_no_yaml_is_a_problem_in_its_line():
    problem = load("a: 1\n---\nb: [\n")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line) == ("malformed_yaml", 4)
