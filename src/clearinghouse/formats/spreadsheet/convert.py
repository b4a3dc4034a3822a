"""Turning one row into items of an inventory."""

from collections.abc import Iterator
from functools import lru_cache

from clearinghouse.formats.ecosystem import parse_purl
from clearinghouse.formats.spreadsheet.columns import IDENTIFYING
from clearinghouse.formats.spreadsheet.header import Header, Row
from clearinghouse.formats.spreadsheet.nameless import Nameless
from clearinghouse.formats.spreadsheet.product import divide
from clearinghouse.formats.spreadsheet.values import (
    TypedDate,
    TypedNumber,
    count_in,
    day_in,
    exposed_in,
    is_nothing,
    kind_in,
    looks_like_date,
    version_in,
)
from clearinghouse.formats.tabular.convert import Notes
from clearinghouse.formats.text import clean_line, distinct_line, quoted
from clearinghouse.packages.ecosystems import ecosystem_of
from clearinghouse.records import Asset, AssetKind, Component, InventoryItem

MAX_VALUE = 400
_MAX_PURL = 2048
_MAX_CPES = 20
_TOTALS = (
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "somme",
)
_TOTAL_OF = ("total ", "summe ", "gesamt ")
_ZERO = {True: "0", False: ".0"}
_WRITTEN = ("vendor", "product", "model", "version")
_PLACES = 6
_SHORT = 120
_BLANK = Asset()


def value_of(text: str) -> str:
    """Return the text of a cell as it is shown, on one line; empty where it says that there is no value."""
    return _short_value(text) if len(text) < _SHORT else _value(text)


def _value(text: str) -> str:
    text = distinct_line(text, MAX_VALUE)
    return "" if is_nothing(text) else text


_short_value = lru_cache(maxsize=1 << 15)(_value)  # vendors, products and places stand in many rows


class Converter:
    """Makes items of the rows below one header.

    Args:
        inventory: id of the inventory. header: what the columns mean. notes: takes what could not be used.
        nameless: takes the rows without a product.
        where: names the sheet, at the beginning of each note; empty where there is only one.
    """

    def __init__(self, inventory: str, header: Header, notes: Notes, nameless: Nameless, where: str = "") -> None:
        self._inventory = inventory
        self._header = header
        self._columns = header.columns
        self._notes = notes
        self._nameless = nameless
        self._where = where
        written = [column for meaning in _WRITTEN for column in self._columns.get(meaning, ())]
        self._written = sorted(written)
        self._identifying = [column for meaning in IDENTIFYING for column in self._columns.get(meaning, ())]

    def items(self, line: int, row: Row) -> Iterator[InventoryItem]:
        """Yield the item of a row, and a second one for the operating system that it names beside a product."""
        if self._header.repeated_in(row):
            return
        if not any(column in row for column in self._identifying) and "os" not in self._columns:
            yield from self._unnamed(line, row)
            return
        if self._is_total(row):
            return
        asset = self._asset(line, row)
        item = self._item(line, row, asset)
        system = self._system(line, row, asset)
        if item is None and system is None:
            yield from self._unnamed(line, row)
        if item is not None:
            yield item
        if system is not None:
            yield system

    def _unnamed(self, line: int, row: Row) -> Iterator[InventoryItem]:
        """Yield what a row without a product has of a thing: its maker or its version. Of others a note is taken."""
        if self._is_total(row):
            return
        vendor, version = self._cell(row, "vendor"), self._version(line, row)
        if self._nameless.add(line, vendor=bool(vendor), version=bool(version), cells=len(row)):
            component = Component(name="", vendor=vendor, version=version)
            written = self._as_written(row) or component.label
            asset = self._asset(line, row)
            yield InventoryItem(inventory=self._inventory, written=written, component=component, asset=asset, line=line)

    def _note(self, code: str, field: str, line: int, said: str, expected: str) -> None:
        self._notes.add(code, field, line, f"{self._where}{said}", expected)

    def _cell(self, row: Row, meaning: str) -> str:
        """Return the text of the best column of a meaning that has a value in this row."""
        for column in self._columns.get(meaning, ()):
            if (raw := row.get(column)) and (text := value_of(raw)):
                return text
        return ""

    def _item(self, line: int, row: Row, asset: Asset | None) -> InventoryItem | None:
        purl = self._purl(line, row)
        cpes = self._cpes(line, row)
        product, model = self._cell(row, "product"), self._cell(row, "model")
        if not (product or model or purl or cpes):
            return None
        vendor, version = self._cell(row, "vendor"), self._version(line, row)
        name = product or model
        if version is None:
            divided = divide(name)
            name, version = divided.name, divided.version
            model = model or divided.model
        parsed = parse_purl(purl) if purl else None
        component = Component(
            name=name or (parsed.name if parsed else cpes[0] if cpes else ""),
            ecosystem=parsed.ecosystem if parsed else self._ecosystem(line, row),
            vendor=vendor,
            version=version or (parsed.version if parsed else None),
            purl=purl,
        )
        return InventoryItem(
            inventory=self._inventory,
            written=purl or self._as_written(row) or component.label,
            component=component,
            model=model,
            cpes=cpes,
            asset=asset,
            line=line,
        )

    def _as_written(self, row: Row) -> str:
        cells = [text for column in self._written if (text := row.get(column))]
        return distinct_line(" ".join(cells), MAX_VALUE)

    def _system(self, line: int, row: Row, asset: Asset | None) -> InventoryItem | None:
        """Return the operating system of a row that names a product as well."""
        name = self._cell(row, "os") if "os" in self._columns else ""
        if not name:
            return None
        stated = self._cell(row, "os_version")
        version = version_in(stated) if stated and not looks_like_date(stated) else None
        written = clean_line(f"{name} {stated}", MAX_VALUE)
        if version is None:
            name, version, _ = divide(name)
        component = Component(name=name, version=version)
        return InventoryItem(inventory=self._inventory, written=written, component=component, asset=asset, line=line)

    def _version(self, line: int, row: Row) -> str | None:
        for column in self._columns.get("version", ()):
            text = row.get(column)
            if not text:
                continue
            version = version_in(str(value_of(text)))  # a plain text: how it was typed is of no concern further on
            if version is None:
                continue
            if isinstance(text, TypedDate) or looks_like_date(version):
                said = f"The day {quoted(version, 20)} stands where a version belongs, and is not taken"
                self._note("date_for_version", "version", line, said, "a version, typed as text")
                continue
            if isinstance(text, TypedNumber) and ("." in text or len(text) < 4):
                longer = quoted(f"{version}{_ZERO['.' in text]}", 24)
                said = f"The version {quoted(version, 20)} was typed as a number, and may have been {longer}"
                self._note("number_for_version", "version", line, said, "a version, typed as text")
            return version
        return None

    def _purl(self, line: int, row: Row) -> str | None:
        text = self._cell(row, "purl") if "purl" in self._columns else ""
        if not text:
            return None
        raw = next(row[column] for column in self._columns["purl"] if row.get(column))
        text = distinct_line(raw, _MAX_PURL)
        if parse_purl(text):
            return text
        self._note("invalid_purl", "purl", line, "A package URL is not one and is not used", "pkg:type/name@version")
        return None

    def _cpes(self, line: int, row: Row) -> tuple[str, ...]:
        found: list[str] = []
        for column in self._columns.get("cpe", ()):
            for word in row.get(column, "").replace(";", " ").split()[:_MAX_CPES]:
                if word.lower().startswith(("cpe:2.3:", "cpe:/")):
                    found.append(distinct_line(word, MAX_VALUE))
                elif not is_nothing(word):
                    said = f"{quoted(word)} is no CPE name and is not used"
                    self._note("invalid_cpe", "cpe", line, said, "cpe:2.3:a:vendor:product:version and so on")
        return tuple(dict.fromkeys(found))

    def _ecosystem(self, line: int, row: Row) -> str:
        text = self._cell(row, "ecosystem") if "ecosystem" in self._columns else ""
        found = ecosystem_of(text) if text else ""
        if text and not found:
            said = f"The ecosystem {quoted(text)} is not known and is left open"
            self._note("unknown_ecosystem", "ecosystem", line, said, "a name such as PyPI, npm, Maven or Debian")
        return found

    def _is_total(self, row: Row) -> bool:
        """Whether a row sums up the others: it says so, and has nothing but numbers beside that."""
        texts = iter(row.values())
        first = next(texts, "")[:40].strip().lower().rstrip(":. ")
        if first not in _TOTALS and not first.startswith(_TOTAL_OF):
            return False
        return all(count_in(text.strip()) is not None or isinstance(text, TypedNumber) for text in texts)

    def _asset(self, line: int, row: Row) -> Asset | None:
        asset = Asset(
            name=self._cell(row, "asset"),
            kind=self._kind(line, row),
            exposed=self._exposed(line, row),
            owner=self._cell(row, "owner"),
            location=self._location(row),
            count=self._count(line, row),
            commissioned=self._commissioned(line, row),
        )
        return None if asset == _BLANK else asset

    def _location(self, row: Row) -> str:
        columns = self._columns.get("location", ())[:_PLACES]
        places = [value_of(text) for column in columns if (text := row.get(column))]
        return clean_line(", ".join(dict.fromkeys(place for place in places if place)), MAX_VALUE)

    def _kind(self, line: int, row: Row) -> AssetKind | None:
        text = self._cell(row, "kind") if "kind" in self._columns else ""
        kind = kind_in(text) if text else None
        if text and kind is None:
            said = f"The kind {quoted(text)} says neither medical nor operational technology nor IT, and is left open"
            self._note("unknown_kind", "kind", line, said, "Medical, OT or IT")
        return kind

    def _exposed(self, line: int, row: Row) -> bool | None:
        text = self._cell(row, "exposed") if "exposed" in self._columns else ""
        exposed = exposed_in(text) if text else None
        if text and exposed is None:
            said = f"{quoted(text)} does not say whether it is exposed to the internet, and is left open"
            self._note("unknown_exposure", "exposed", line, said, "yes or no")
        return exposed

    def _count(self, line: int, row: Row) -> int:
        text = self._cell(row, "count") if "count" in self._columns else ""
        count = count_in(text) if text else 1
        if count is None:
            said = f"The quantity {quoted(text)} is no whole number and is read as 1"
            self._note("bad_count", "count", line, said, "a whole number")
        return 1 if count is None else count

    def _commissioned(self, line: int, row: Row) -> str | None:
        text = self._cell(row, "commissioned") if "commissioned" in self._columns else ""
        day = day_in(text) if text else None
        if text and day is None:
            said = f"The date {quoted(text)} can be read in several ways or is none, and is not used"
            self._note("bad_date", "commissioned", line, said, "YYYY-MM-DD")
        return day
