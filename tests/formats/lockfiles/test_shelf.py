import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import LimitExceededError, Limits
from clearinghouse.formats.lockfiles import shelf as shelves
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME, Shelf, on_line, stocked, whole
from clearinghouse.records import Inventory, InventoryItem, Level, Problem

STRENGTH = (RUNTIME, OPTIONAL, DEVELOPMENT)
PUTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from([None, "1", "2"]),
        st.sampled_from(STRENGTH),
        st.sampled_from([None, "https://git.example/a"]),
    )
)


@given(PUTS)
def test_a_package_at_a_version_from_a_source_is_one_item_with_its_strongest_need(puts):
    shelf = Shelf("s", "f", "npm")
    for line, (name, version, scope, repository) in enumerate(puts, 1):
        shelf.put(name, version, name, scope=scope, repository=repository, line=line)
    items = [record for record in shelf.records() if isinstance(record, InventoryItem)]
    keys = [(item.component.name, item.component.version, item.component.repository) for item in items]
    assert keys == list(dict.fromkeys((name, version, repository) for name, version, _, repository in puts))
    for key, item in zip(keys, items, strict=True):
        same = [(line, put[2]) for line, put in enumerate(puts, 1) if (put[0], put[1], put[3]) == key]
        assert item.line == same[0][0]
        assert item.scope == min((scope for _, scope in same), key=STRENGTH.index)


def test_records_begin_with_the_inventory():
    shelf = Shelf("s", "f", "npm")
    shelf.subject, shelf.tool = "shop\x1b[31m", "Tool\n1"
    shelf.put("left-pad", "1.3.0", "left-pad@1.3.0")
    inventory, item = shelf.records()
    assert isinstance(inventory, Inventory)
    assert (inventory.subject, inventory.tool, inventory.format) == ("shop[31m", "Tool 1", "f")
    assert isinstance(item, InventoryItem)
    assert (item.inventory, item.component.ecosystem, item.component.purl) == (inventory.id, "npm", None)


def test_what_has_no_name_is_told_once():
    shelf = Shelf("s", "f", "npm")
    shelf.put("", "1", "@1", line=3)
    shelf.put("\u202e", "1", "@1", line=4)
    _, problem = shelf.records()
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.message) == (
        "missing_field", 3, "2 entries name no package; the first is here.",
    )  # fmt: skip


def test_too_many_items_are_counted(monkeypatch):
    monkeypatch.setattr(shelves, "MAX_ITEMS", 2)
    shelf = Shelf("s", "f", "npm")
    for number in range(5):
        shelf.put(f"a{number}", "1", "a")
    shelf.put("a0", "1", "a")
    *_, problem = shelf.records()
    assert isinstance(problem, Problem)
    assert (problem.code, problem.message) == ("too_many_items", "There are 3 more packages than are read.")


@pytest.mark.parametrize(("level", "expected"), [(Level.NOTICE, Level.NOTICE), (Level.ERROR, Level.ERROR)])
def test_too_many_problems_are_counted(level, expected):
    filling = (Problem(source="s", code="c", message="M.", level=level) for _ in range(shelves.MAX_PROBLEMS + 7))
    records = list(stocked(Shelf("s", "f", "npm"), filling))
    problems = [record for record in records if isinstance(record, Problem)]
    assert len(problems) == shelves.MAX_PROBLEMS + 1
    assert problems[-1].message == "There are 7 more problems of such kinds in it."
    assert problems[-1].level is expected
    assert isinstance(records[-1], Inventory)


def test_what_is_wrong_with_a_value_is_told_in_words():
    problem = Problem(source="s", code="c", message="A text was expected.", pointer="/source/url")
    assert next(on_line([problem], 7)).message == "A text was expected (key source.url)."
    assert next(on_line([problem], None, "a")).message == 'A text was expected (key source.url of "a").'
    placed = next(on_line([problem], 7))
    assert (placed.line, placed.pointer) == (7, None)


def test_a_lockfile_that_is_too_large_is_refused():
    document = Document("lock", lambda: io.BytesIO(b"x" * 100), Limits(whole=99))
    with pytest.raises(LimitExceededError, match="larger than"):
        whole(document)
