"""The links of a page of HTML, such as an index of files.

The tags are cut out first, each of a bounded length, and then read one by one with :mod:`html.parser`. As a whole it
would take time that grows with the square of what a hostile page is large (CVE-2025-6069).
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from clearinghouse.feeds.registries.errors import BadAnswerError

_OPENS = re.compile(r"<(?:!--|(?:a|base|meta)(?=[\s/>]))", re.IGNORECASE)
_TAG = re.compile(r"""<[a-z]++(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""", re.IGNORECASE)
_LONGEST_TAG = 4096
MOST_LINKS = 200_000
"""Links of a page; one with more is not read."""
_MOST_BROKEN = 100
"""Tags that are none, or too long, and may be passed over; a page with more is not read."""


class Page:
    """The links of a page, read while they are asked for.

    Args:
        text: of the page.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tags = _Tags()

    @property
    def base(self) -> str:
        """The address to which the links are relative, empty as long as none was said."""
        return self._tags.base

    @property
    def version(self) -> str:
        """The version of the index's interface, empty as long as none was said."""
        return self._tags.version

    def links(self) -> Iterator[dict[str, str]]:
        """Yield the attributes of each link. What stands in a comment is none.

        Raises:
            BadAnswerError: the page is made to keep its reader busy.
        """
        broken = at = count = 0
        while match := _OPENS.search(self._text, at):
            if match[0] == "<!--":
                end = self._text.find("-->", match.end())
                if end < 0:
                    return
                at = end + 3
                continue
            tag = _TAG.match(self._text, match.start(), match.start() + _LONGEST_TAG)
            at = tag.end() if tag else match.end()
            broken += not tag
            count += 1
            if broken > _MOST_BROKEN or count > MOST_LINKS:
                raise BadAnswerError("the page of the index is none as PEP 503 describes it", "name another mirror")
            if tag and (link := self._tags.read(tag[0])):
                yield link


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.version = ""
        self._link: dict[str, str] | None = None

    def read(self, tag: str) -> dict[str, str] | None:
        """Return the attributes of a tag if it is that of a link."""
        self._link = None
        self.reset()
        self.feed(tag)
        return self._link

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is of use. Of an attribute that is there twice the first counts."""
        values = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a" and values.get("href"):
            self._link = values
        elif tag == "base" and not self.base:
            self.base = values.get("href", "")
        elif tag == "meta" and values.get("name") == "pypi:repository-version":
            self.version = values.get("content", "")
