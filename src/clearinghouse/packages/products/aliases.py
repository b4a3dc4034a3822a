"""The table of names that mean one thing, each row with the public record that shows it (``data/aliases.toml``)."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

from clearinghouse.packages.products.names import compact, fold, product_names, tokens_of, vendor_key

Place = tuple[str, str]
"""Key of a vendor, key of a product of it."""

_MOST_BEFORE = 3
"""Words that may stand before hardware's name: "NGFW PA-3220"."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    evidence: str


class VendorRow(_Row, frozen=True, kw_only=True):
    """One company under several names; ``includes`` are others whose names its products may begin with."""

    name: str
    also: tuple[str, ...]
    includes: tuple[str, ...] = ()


class ProductRow(_Row, frozen=True, kw_only=True):
    """One product under several names; ``sure`` is false where a person must say whether they mean the same."""

    vendor: str
    name: str
    also: tuple[str, ...]
    sure: bool = True


class RunsRow(_Row, frozen=True, kw_only=True):
    """Hardware that runs a software product; ``unique`` names alone tell the vendor."""

    vendor: str
    hardware: tuple[str, ...]
    software: str
    unique: tuple[str, ...] = ()
    sure: bool = True


class PartRow(_Row, frozen=True, kw_only=True):
    """Parts that are named in place of the whole; ``sure``: whoever has the whole has the part."""

    vendor: str
    of: str
    parts: tuple[str, ...]
    sure: bool = False


class ListsRow(_Row, frozen=True, kw_only=True):
    """One name that lists several products."""

    vendor: str
    name: str
    products: tuple[str, ...]


class BrandRow(_Row, frozen=True, kw_only=True):
    """Names that belong to one vendor alone."""

    vendor: str
    names: tuple[str, ...]


class AliasTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it stands."""

    vendor: tuple[VendorRow, ...]
    product: tuple[ProductRow, ...]
    runs: tuple[RunsRow, ...]
    part: tuple[PartRow, ...]
    lists: tuple[ListsRow, ...]
    brand: tuple[BrandRow, ...]


class Software(NamedTuple):
    """What a piece of hardware runs: vendor and product key, whether that is sure, and the words of its model."""

    place: Place
    sure: bool
    model: tuple[str, ...]


class Aliases:
    """Answers what else a name means.

    Args:
        table: the rows.
    """

    def __init__(self, table: AliasTable) -> None:
        self._vendors: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self._included: dict[str, tuple[str, ...]] = {}
        for row in table.vendor:
            self._add_vendor(row)
        self._same: dict[Place, str] = {}
        self._near: dict[Place, tuple[str, ...]] = {}
        for product in table.product:
            self._add_product(product)
        self._lists = {
            (self.vendor(vendor_key(fold(row.vendor))), compact(tokens_of(fold(row.name)))): tuple(
                self._key(row.vendor, product)[1] for product in row.products
            )
            for row in table.lists
        }
        self._parts = {
            self._key(row.vendor, part): (self._key(row.vendor, row.of)[1], row.sure)
            for row in table.part
            for part in row.parts
        }
        self._hardware = [_hardware(self, row) for row in table.runs]
        self._brands = [
            (tokens_of(fold(name)), self.vendor(vendor_key(fold(row.vendor))))
            for row in table.brand
            for name in row.names
        ]
        self._brands += [
            (tokens_of(fold(name.rstrip("#"))), self.vendor(vendor_key(fold(row.vendor))))
            for row in table.runs
            for name in row.unique
        ]

    def _add_vendor(self, row: VendorRow) -> None:
        canonical = vendor_key(fold(row.name))
        keys = [canonical, *(vendor_key(fold(name)) for name in row.also)]
        self._names[canonical] = list(dict.fromkeys((*keys, *(compact(tokens_of(fold(name))) for name in row.also))))
        self._vendors.update(dict.fromkeys(self._names[canonical], canonical))
        self._included[canonical] = tuple(vendor_key(fold(name)) for name in row.includes)

    def _add_product(self, row: ProductRow) -> None:
        places = [self._key(row.vendor, name) for name in (row.name, *row.also)]
        vendor = places[0][0]
        if row.sure:
            self._same.update(dict.fromkeys(places, places[0][1]))
            return
        names = tuple(dict.fromkeys(key for _, key in places))
        for place in places:
            self._near[vendor, place[1]] = tuple(name for name in names if name != place[1])

    def _key(self, vendor: str, name: str) -> Place:
        key = self.vendor(vendor_key(fold(vendor)))
        return key, product_names(name, self.vendor_names(key))[0].key

    def vendor(self, key: str) -> str:
        """Return the key that stands for a vendor under all of its names."""
        return self._vendors.get(key, key)

    def vendor_names(self, vendor: str) -> tuple[str, ...]:
        """Return the keys of all names of a vendor, its own first."""
        return tuple(self._names.get(vendor, (vendor,)))

    def included(self, vendor: str) -> tuple[str, ...]:
        """Return the vendors whose products this one publishes under their own names."""
        return self._included.get(vendor, ())

    def product(self, place: Place) -> str:
        """Return the key that stands for a product under all of its names."""
        return self._same.get(place, place[1])

    def near(self, place: Place) -> tuple[str, ...]:
        """Return the products that may be the same one."""
        return self._near.get(place, ())

    def listed(self, vendor: str, key: str) -> tuple[str, ...]:
        """Return the products that a name lists, if it is in the table."""
        return self._lists.get((vendor, key), ())

    def whole(self, place: Place) -> tuple[str, bool] | None:
        """Return the product of which this is a part, and whether whoever has that has the part."""
        return self._parts.get(place)

    def software(self, vendor: str, tokens: Sequence[str]) -> list[Software]:
        """Return what the hardware of this name runs. ``tokens``: its words without the vendor's name."""
        found = self._software_at(vendor, tokens)
        for start in range(1, min(_MOST_BEFORE, len(tokens))):
            found = found or [each._replace(sure=False) for each in self._software_at(vendor, tokens[start:])]
        return found

    def _software_at(self, vendor: str, tokens: Sequence[str]) -> list[Software]:
        text = " ".join(tokens)
        found = []
        for maker, pattern, place, sure in self._hardware:
            if maker == vendor and (match := pattern.match(text)):
                found.append(Software(place, sure, tuple(text[match.start("model") :].split())))
        return found

    def vendor_of_brand(self, tokens: Sequence[str]) -> str:
        """Return the vendor to whom alone a name that begins so belongs, or nothing."""
        for brand, vendor in self._brands:
            if tuple(tokens[: len(brand)]) == brand:
                return vendor
            if brand and tokens and len(brand) == 1 and re.fullmatch(rf"{brand[0]}\d[\da-z]*", tokens[0]):
                return vendor
        return ""


def _hardware(aliases: Aliases, row: RunsRow) -> tuple[str, re.Pattern[str], Place, bool]:
    """A pattern over a name's words joined by blanks; its group ``model`` begins where the model does."""
    place = aliases._key(row.vendor, row.software)
    patterns = []
    for name in sorted(row.hardware, key=len, reverse=True):
        words = tokens_of(fold(name.replace("#", "")))
        text = r" ?".join(re.escape(word) for word in words)
        patterns.append(rf"{text} ?(?=\d)" if name.endswith("#") else rf"{text}(?= |$) ?")
    return place[0], re.compile(rf"(?:{'|'.join(patterns)})(?P<model>)"), (place[0], aliases.product(place)), row.sure


@cache
def shipped_aliases() -> Aliases:
    """Return the table that comes with the package."""
    text = resources.files(__package__).joinpath("data", "aliases.toml").read_text(encoding="utf-8")
    return Aliases(msgspec.convert(tomllib.loads(text), AliasTable))
