"""Lockfiles as their readers give them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles import FORMATS
from clearinghouse.records import Inventory, InventoryItem, Problem

FILES = Path(__file__).parent / "files"


class Lock(NamedTuple):
    """What a lockfile gives: its format, its inventory (None where it has none), its items and its problems."""

    format: str
    inventory: Inventory | None
    items: list[InventoryItem]
    problems: list[Problem]

    @property
    def rows(self) -> list[tuple[str, str, str | None, str, str | None]]:
        """Of each item what was written, name, version, scope and repository."""
        parts = ((item, item.component) for item in self.items)
        return [(i.written, c.name, c.version, i.scope, c.repository) for i, c in parts]

    @property
    def versions(self) -> dict[str, str | None]:
        """Versions by name."""
        return {item.component.name: item.component.version for item in self.items}

    @property
    def codes(self) -> list[str]:
        """What kinds of problems there are."""
        return [problem.code for problem in self.problems]


@pytest.fixture(scope="session")
def files() -> Path:
    """The folder of lockfiles."""
    return FILES


@pytest.fixture(scope="session")
def read() -> Callable[..., Lock]:
    """Read the file of a name, or bytes, in the format that claims it, or in the one that is named."""

    def reading(content: str | bytes, format: str = "") -> Lock:
        data = (FILES / content).read_bytes() if isinstance(content, str) else content
        document = Document.from_bytes("lock", data)
        claims = [known for known in FORMATS if known.detect(document.sample).score >= RECOGNISED]
        chosen = next(known for known in FORMATS if known.name == format) if format else claims[0]
        assert format or len(claims) == 1
        records = list(chosen.read(document))
        msgspec.json.encode(records)  # what is read can be written
        inventories = [record for record in records if isinstance(record, Inventory)]
        assert len(inventories) <= 1
        items = [record for record in records if isinstance(record, InventoryItem)]
        assert not items or (inventories and records.index(inventories[0]) < records.index(items[0]))
        for item in items:
            assert item.inventory == inventories[0].id
            assert item.component.name
            assert item.component.purl is None
        problems = [record for record in records if isinstance(record, Problem)]
        return Lock(chosen.name, inventories[0] if inventories else None, items, problems)

    return reading
