"""What is gathered for a subject is counted while it is, and no more is gathered than a box may hold."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from clearinghouse.sandbox import BoxError, File, Limits
from clearinghouse.sandbox.contract import MIB
from clearinghouse.validation import subjects
from clearinghouse.validation.errors import TooMuchError
from clearinghouse.validation.fetching import Artefact
from clearinghouse.validation.recipe import NAME, Loaded, from_files
from clearinghouse.validation.toml_text import text_of


class Registry:
    """Has every package, a MiB each, and remembers what was asked of it."""

    def __init__(self) -> None:
        self.rooms: list[int] = []

    def fetch(self, purl: str, *, most: int, **_: Any) -> Artefact:
        self.rooms.append(most)
        if most < MIB:
            raise TooMuchError(f"{purl} is larger than {most} bytes", "ask for less")
        data = bytes(MIB)
        digest = hashlib.sha256(data).hexdigest()
        return Artefact(name=f"{purl[9:].replace('@', '-')}-py3-none-any.whl", data=data, sha256=digest, purl=purl)

    def archive(self, address: str, sha256: str) -> Artefact:
        raise AssertionError

    def versions(self, purl: str) -> list[str]:
        raise AssertionError


class Boxes:
    """Takes no box, and remembers what would have been put into one."""

    name = "none"

    def __init__(self) -> None:
        self.given = -1

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        self.given = sum(len(each.data) for each in files.values())
        raise BoxError("that was all", "look")


def recipe(given: Mapping[str, bytes] | None = None, **install: Any) -> Loaded:
    text = text_of(
        {
            "format": 1,
            "title": "needs much",
            "affected": {"purl": "pkg:pypi/shape@1.0"},
            "install": install,
            "reproducer": {"command": ["true"]},
            "shows": {"by": "output", "contains": "x"},
        }
    )
    return from_files({NAME: text.encode(), **(given or {})}, "the recipe")


def ready(loaded: Loaded, registry: Registry, disk: int) -> tuple[subjects.Ready, Boxes]:
    boxes = Boxes()
    found = subjects.make_ready(loaded, loaded.recipe.affected, boxes, registry, Limits(disk=disk), None)  # type: ignore[arg-type]
    return found, boxes


@pytest.mark.parametrize("field", ["requires", "with"])
def test_no_more_is_fetched_than_there_is_room_for(field: str) -> None:
    registry = Registry()
    names = [f"pkg:pypi/p{number}@1.0" for number in range(100)]
    found, boxes = ready(recipe(**{field: names}), registry, 4 * MIB)
    assert registry.rooms == [4 * MIB, 3 * MIB, 2 * MIB, MIB, 0]
    assert len(found.artefacts) == 4
    assert boxes.given == -1
    assert "pkg:pypi/p3@1.0 is larger than 0 bytes" in found.why
    assert "4,194,304 bytes together, the disk of its build" in found.why


def test_files_of_the_recipe_count() -> None:
    registry = Registry()
    found, boxes = ready(recipe({"a.txt": bytes(MIB)}, files=["a.txt"]), registry, 2 * MIB - 1)
    assert boxes.given == -1
    assert "a.txt has 1,048,576 bytes, and there is room for 1,048,575" in found.why


def test_what_fits_is_put_into_the_box_and_then_let_go() -> None:
    found, boxes = ready(recipe(), Registry(), 4 * MIB)
    assert boxes.given > MIB
    assert [(each.name, each.data) for each in found.artefacts] == [("shape-1.0-py3-none-any.whl", b"")]
