"""A reader of pages, for tests: what a browser would see of one, without a browser."""

import re
from html.parser import HTMLParser


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
