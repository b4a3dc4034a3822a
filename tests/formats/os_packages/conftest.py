"""What the tests of package lists share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.os_packages import FORMAT
from clearinghouse.records import Inventory, InventoryItem, Problem

FILES = Path(__file__).parent / "files"


class Listed:
    """A list as it was read."""

    def __init__(self, data: bytes) -> None:
        document = Document.from_bytes("list", data)
        self.score = FORMAT.detect(document.sample).score
        records = list(FORMAT.read(document)) if self.score else []
        self.inventories = [record for record in records if isinstance(record, Inventory)]
        self.items = [record for record in records if isinstance(record, InventoryItem)]
        self.problems = [record for record in records if isinstance(record, Problem)]

    @property
    def system(self) -> str:
        return self.inventories[0].system

    @property
    def tool(self) -> str:
        return self.inventories[0].tool

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def packages(self) -> dict[str, str | None]:
        return {item.component.name: item.component.version for item in self.items}

    def item(self, name: str) -> InventoryItem:
        return next(item for item in self.items if item.component.name == name)


@pytest.fixture
def listed() -> Callable[[bytes | str], Listed]:
    """Reads a list: its bytes, or the name of a file beside the tests."""
    return lambda what: Listed(what if isinstance(what, bytes) else (FILES / what).read_bytes())
