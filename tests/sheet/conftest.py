"""What tests of the sheet share: invented sites, the parts of plans, and a reader of pages."""

import gc
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

import invented_sites
from invented_sites import TODAY, Site, component, flaw, on, planned


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """The verbs that read floods switch the garbage collector off; a test run goes on after them."""
    yield
    gc.enable()


@pytest.fixture(scope="session")
def hospital() -> Site:
    return invented_sites.hospital()


@pytest.fixture(scope="session")
def bank() -> Site:
    return invented_sites.bank()


@pytest.fixture(scope="session")
def water() -> Site:
    return invented_sites.water()


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The parts of plans, for tests that make their own."""
    return SimpleNamespace(flaw=flaw, on=on, component=component, planned=planned, Site=Site, TODAY=TODAY)


class Outline(HTMLParser):
    """What a browser would see: elements in document order with their attributes and their text."""

    VOID = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.declarations: list[str] = []
        self.comments: list[str] = []
        self._open: list[int] = []
        self.feed(page)
        self.close()
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "no attribute is given twice"
        self.elements.append((tag, dict(attrs), []))
        if tag not in self.VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag, "elements are nested"

    def handle_data(self, data: str) -> None:
        for number in self._open:
            self.elements[number][2].append(data)

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and the names of their attributes, without any text."""
        return [(tag, tuple(attributes)) for tag, attributes, _ in self.elements]

    def all(self, tag: str, **wanted: str) -> list[str]:
        """The text of each element of that name (``*`` for any) with these attributes, white space folded."""
        return [
            re.sub(r"\s+", " ", "".join(text)).strip()
            for name, attributes, text in self.elements
            if tag in ("*", name) and all(attributes.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]

    @property
    def text(self) -> str:
        """Everything that is read, in order."""
        return self.all("body")[0]


@pytest.fixture(scope="session")
def outline() -> Callable[[str], Outline]:
    return Outline
