"""A workbook of Office Open XML: which sheets it has, the texts that its cells share, and how its numbers are shown.

Sources: ECMA-376, part 1, sections 12.3 (parts), 18.2 (workbook), 18.4 (shared strings), 18.8 (styles), 18.17.4
(dates); part 2 (packages and relationships). The transitional and the strict form differ in their namespaces, which are
not looked at.

Only the parts that hold values are read, each as a stream, under the limits of the document: nothing is sized by what a
workbook states of its own dimensions.
"""

import os
import posixpath
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import Ledger
from clearinghouse.formats.packing import Archive
from clearinghouse.formats.spreadsheet.scanner import MAX_TEXT, Scanner
from clearinghouse.formats.spreadsheet.values import TypedDate, TypedNumber
from clearinghouse.formats.text import distinct_line
from clearinghouse.formats.xml_stream import Element, XmlLimits, elements, open_xml

MAX_SHEETS = 1_000
MAX_TEXTS = 4_000_000
MAX_ALL = 64 << 20
"""Most shared texts, and characters in all of them."""
MAX_CELL = 1_000
"""Longest text of a cell in characters; of a longer one the beginning is kept, and a digest."""
_BOOK = "xl/workbook.xml"
_MAX_STYLES = 65_536
_LIMITS = XmlLimits(kept=60_000, text=4 << 20)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"[^"]{0,200}"|\\.|[_*].|\[(?![hms]{1,3}\])[^\[\]]{0,100}\]', re.IGNORECASE)
_DATE_LETTERS = re.compile("[dmyhs]", re.IGNORECASE)
_DECIMALS = re.compile(r"0(?:\.(0{1,9}))?")
_DATE_STYLES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the built-in formats that show days and times (ECMA-376, part 1, section 18.8.30)."""
_BUILT_IN_DECIMALS = {1: 0, 2: 2}
_DATE = -1
_PLAIN = -2
_LAST_DAY = 2_957_003
"""The day after 9999-12-31 in the count of days since 1904, which is the smaller of the two counts."""


class SheetPart(NamedTuple):
    """One sheet: its name, and the part that holds it."""

    name: str
    part: str


class Workbook:
    """An open workbook.

    Args:
        document: the packed document.

    Attributes:
        readable: it is one of Office Open XML, in parts of XML.
        sheets: in their order, hidden ones too.
        texts: the shared texts. full: there are more than are kept.

    Raises:
        ClearinghouseError: the archive, or a part without which nothing can be read, is broken. XmlError: likewise.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._archive = Archive(document.source, document.open, document.limits)
        members = self._archive.members()
        size = _size_of(document) or sum(info.compress_size for info in members)
        self._ledger = Ledger(document.source, size, document.limits)
        self._parts = {info.filename.lower(): info for info in members}
        self.readable = _BOOK in self._parts
        self._since = datetime(1899, 12, 30)  # noqa: DTZ001 - days have no zone
        self.sheets: list[SheetPart] = []
        self.texts: list[str] = []
        self.full = False
        self._styles: list[int] = []
        self._read_sheets()

    def part(self, name: str) -> Document | None:
        """Return a part as a document of its own, or None if there is none of this name."""
        info = self._parts.get(name.lower())
        if info is None:
            return None
        source = f"{self._document.source}!{info.filename}"
        opener = partial(self._archive.open, info, source, self._ledger, self._document.limits.nesting)
        return Document(source, opener, self._document.limits, packed=True)

    def _elements(self, name: str, *wanted: str) -> Iterator[Element]:
        part = self.part(name)
        if part is not None:
            with open_xml(part) as stream:
                yield from elements(stream, wanted, skip=("//extLst",), limits=_LIMITS)

    def _read_sheets(self) -> None:
        targets: dict[str, tuple[str, str]] = {}
        for relation in self._elements("xl/_rels/workbook.xml.rels", "/Relationships/Relationship"):
            kind = relation.attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/xl", relation.attributes.get("Target", ""))).lstrip("/")
            targets[relation.attributes.get("Id", "")] = kind, target
        for element in self._elements(_BOOK, "/workbook/workbookPr", "/workbook/sheets/sheet"):
            if element.name == "workbookPr":
                if element.attributes.get("date1904") in ("1", "true"):
                    self._since = datetime(1904, 1, 1)  # noqa: DTZ001
                continue
            identity = next((value for key, value in element.attributes.items() if key.endswith("}id")), "")
            kind, target = targets.get(identity, ("", ""))
            if kind == "worksheet" and len(self.sheets) < MAX_SHEETS:
                self.sheets.append(SheetPart(distinct_line(element.attributes.get("name", ""), 100), target))
        self._named = dict(targets.values())

    def read_texts(self) -> None:
        """Read the shared texts.

        Raises:
            ClearinghouseError, XmlError: they break off; what was read before is kept.
        """
        part = self.part(self._named.get("sharedStrings", "xl/sharedStrings.xml"))
        if part is None:
            return
        room = MAX_ALL
        with part.open_repaired() as stream:
            for text in Texts().scan(stream):
                room -= len(text)
                if room < 0 or len(self.texts) >= MAX_TEXTS:
                    self.full = True
                    return
                self.texts.append(text)

    def read_styles(self) -> None:
        """Read which styles show days, and which a fixed number of decimals.

        Raises:
            ClearinghouseError, XmlError: they break off; what was read before is kept.
        """
        own: dict[str, str] = {}
        wanted = ("/styleSheet/numFmts/numFmt", "/styleSheet/cellXfs/xf")
        for element in self._elements(self._named.get("styles", "xl/styles.xml"), *wanted):
            number = element.attributes.get("numFmtId", "")
            if element.name == "numFmt":
                if len(own) < _MAX_STYLES:
                    own[number] = element.attributes.get("formatCode", "")[:500]
            elif len(self._styles) < _MAX_STYLES:
                self._styles.append(_shown(number, own.get(number)))

    def number(self, text: str, style: str) -> str:
        """Return the text of a cell that holds a number, as it is shown: a day as ``YYYY-MM-DD``."""
        try:
            value = float(text)
            shown = self._styles[int(style)] if style else _PLAIN
        except (ValueError, IndexError):
            return text
        if shown == _DATE and 0 <= value < _LAST_DAY:
            days = value if value >= 60 or self._since.year == 1904 else value + 1  # 1900 is held to be a leap year
            return TypedDate((self._since + timedelta(days=days)).date().isoformat())
        if shown >= 0 and abs(value) < 1e15:
            return f"{value:.{shown}f}" if shown else TypedNumber(f"{value:.0f}")
        return TypedNumber(f"{value:.15g}")


class Texts(Scanner[str]):
    """The shared texts of a workbook: the runs of each joined, without phonetic hints (section 18.4.8)."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._hint = False
        self.starts = {"si": self._begin, "t": self._start_text, "rPh": self._start_hint}
        self.ends = {"si": self._end_item, "t": self._end_text, "rPh": self._end_hint}

    def _begin(self, _: object) -> None:
        self._text = ""

    def _start_text(self, _: object) -> None:
        if not self._hint:
            self.collect()

    def _end_text(self) -> None:
        if not self._hint and len(self._text) < MAX_TEXT:
            self._text += self.collected()

    def _start_hint(self, _: object) -> None:
        self._hint = True

    def _end_hint(self) -> None:
        self._hint = False

    def _end_item(self) -> None:
        self.done.append(distinct_line(unescaped(self._text), MAX_CELL))


def unescaped(text: str) -> str:
    """Return a text with characters for their escapes, such as ``_x000D_`` (section 22.9.2.19)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _shown(number: str, code: str | None) -> int:
    """Return how a number format shows a number: the count of its decimals, or that it shows a day, or neither."""
    if code is None:
        known = int(number) if number.isdecimal() and len(number) < 6 else 0
        return _DATE if known in _DATE_STYLES else _BUILT_IN_DECIMALS.get(known, _PLAIN)
    code = code.partition(";")[0]
    if match := _DECIMALS.fullmatch(code):
        return len(match[1] or "")
    return _DATE if _DATE_LETTERS.search(_LITERAL.sub("", code)) and "general" not in code.lower() else _PLAIN


def _size_of(document: Document) -> int:
    """Return how many bytes a document has, or 0 if that is known only when it has been read."""
    with document.open() as stream:
        try:
            return stream.seek(0, os.SEEK_END)
        except OSError:
            return 0
