"""Which products a vulnerability affects, out of ``product_status`` (CSAF 2.0, section 3.2.3.9).

``known_affected``, ``first_affected`` and ``last_affected`` are affected; ``known_not_affected``, ``fixed``,
``first_fixed`` and ``recommended`` are not (the last three name versions without the flaw); ``under_investigation`` and
``unknown`` are neither.
"""

import re
from collections.abc import Iterable, Iterator

from clearinghouse.formats.csaf.schema import Status
from clearinghouse.formats.csaf.tree import Product
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.packages.products.text_ranges import Reading, contradicts, read_range
from clearinghouse.records import Affected, Component, RangeEvent, VersionRange

ENTRY_LIMIT = 50_000
"""Entries that are kept of one vulnerability."""
_KIND = "text"
_DOTTED = re.compile(r"(?<![\w.])v?(\d++(?:\.\d++)++)(?![\w.])", re.IGNORECASE)
_EVERYTHING = VersionRange(type=_KIND, events=(RangeEvent(introduced="0"),))
_Key = tuple[str, str, str, tuple[str, ...], str | None, str]


class _Entry:
    """What is said of the versions of one product."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.is_affected = False
        self.versions: list[str] = []
        self.ranges: list[VersionRange] = []
        self.unaffected: list[VersionRange] = []
        self.unknown: list[VersionRange] = []
        self.first: list[str] = []
        self.last: list[str] = []
        self.cpes: list[str] = []

    def affected(self) -> Affected:
        """Return it as a record."""
        product = self.product
        if len(self.first) == len(self.last) == 1:
            events = (RangeEvent(introduced=self.first[0]), RangeEvent(last_affected=self.last[0]))
            self.ranges.append(VersionRange(type=_KIND, events=events))
        return Affected(
            component=Component(name=product.name, vendor=product.vendor, purl=product.purl),
            versions=tuple(dict.fromkeys((*self.versions, *self.first, *self.last))),
            ranges=tuple(dict.fromkeys(self.ranges)),
            unaffected=tuple(dict.fromkeys(self.unaffected)),
            unknown=tuple(dict.fromkeys(self.unknown)),
            models=product.models,
            cpes=tuple(dict.fromkeys(self.cpes)),
            platforms=(product.platform,) if product.platform else (),
        )


def affected_of(status: Status, products: dict[str, Product]) -> tuple[Affected, ...]:
    """Return what a vulnerability says of each product, in the order in which the products are named.

    Identifiers that stand for no product are passed over; see :func:`unresolved`.
    """
    entries: dict[_Key, _Entry] = {}

    def each(identifiers: Iterable[str] | None) -> Iterator[tuple[_Entry, Product]]:
        for identifier in identifiers or ():
            product = products.get(identifier)
            if product is None or len(entries) >= ENTRY_LIMIT:
                continue
            entry = entries.setdefault(_key(product), _Entry(product))
            if product.cpe:
                entry.cpes.append(product.cpe)
            yield entry, product

    for entry, product in each(status.known_affected):
        entry.is_affected = True
        _take(entry, product)
    for entry, product in each(status.first_affected):
        entry.is_affected = True
        entry.first += [product.version] if product.version else []
    for entry, product in each(status.last_affected):
        entry.is_affected = True
        entry.last += [product.version] if product.version else []
    for identifiers in (status.known_not_affected, status.fixed, status.first_fixed, status.recommended):
        for entry, product in each(identifiers):
            entry.unaffected += _ranges_of(product, everything=identifiers is status.known_not_affected)
    for identifiers in (status.under_investigation, status.unknown):
        for entry, product in each(identifiers):
            entry.unknown += _ranges_of(product, everything=True)
    return tuple(
        entry.affected() for entry in entries.values() if entry.is_affected or entry.unaffected or entry.unknown
    )


def unresolved(status: Status, products: dict[str, Product]) -> list[str]:
    """Return the product identifiers of a status that stand for no product."""
    return [
        identifier
        for field in status.__struct_fields__
        for identifier in getattr(status, field) or ()
        if identifier not in products
    ]


def fixed_versions(status: Status, products: dict[str, Product]) -> tuple[str, ...]:
    """Return the versions that are named as fixed, each once."""
    named = (*(status.first_fixed or ()), *(status.fixed or ()), *(status.recommended or ()))
    found = (products[identifier].version for identifier in named if identifier in products)
    return tuple(dict.fromkeys(version for version in found if version))


def _key(product: Product) -> _Key:
    return product.vendor, product.family, product.name, product.models, product.purl, product.platform


def _take(entry: _Entry, product: Product) -> None:
    """Take in the version of an affected product: one, or a range as text; of one without, nothing is said of versions.

    The branch ("12.4") may have lost what the product's full name says ("Firmware: version 12.4.*"). Where the two
    contradict each other, of the versions in either of them it is not known whether they are affected.
    """
    words = product.version_range or product.version
    said = product.full_name.rpartition(": ")[2] if ": " in product.full_name else ""
    branch = read_range(words) if words else None
    name = read_range(said) if words and said else None
    if name and name.stretches and not branch and not name.condition:
        branch, words = name, said
    if branch and said and not name and not _numbers_in(said) <= _numbers_in(words):
        entry.unknown += _in_either(branch, Reading())  # "> 8.0.4", and in words "all 8.0 versions after 8.0.4"
        return
    if branch and name and contradicts(branch, name):
        if not branch.stretches and all(stretch.is_series for stretch in name.stretches):
            entry.ranges += [_as_range(stretch) for stretch in name.stretches]
        else:
            entry.unknown += _in_either(branch, name)
    elif product.version:
        entry.versions.append(_with_its_zeros(product.version, said))
    elif product.version_range:
        found = _as_ranges(words)
        if found is None:
            entry.versions.append(words)  # whoever compares versions may make something of it
        else:
            entry.ranges += found


def _with_its_zeros(version: str, said: str) -> str:
    """A version whose branch lost the zeros at its end, as a number does: "2.2" of "T4APP: 2.20"."""
    last = said.rpartition(" ")[2].removeprefix("v")
    lost = last[len(version) :]
    return last if "." in version and last.startswith(version) and lost and not lost.strip("0") else version


def _numbers_in(text: str) -> set[str]:
    return set(_DOTTED.findall(text))


def _in_either(branch: Reading, name: Reading) -> Iterator[VersionRange]:
    for reading in (branch, name):
        yield from (_as_range(stretch) for stretch in reading.stretches)
        yield from (_as_range(Stretch(version, version, closed=True)) for version in reading.listed)


def _as_ranges(text: str) -> list[VersionRange] | None:
    """A range as events, or None where events cannot say it: it is not understood, or has a condition."""
    reading = read_range(text)
    if reading is None or reading.condition or reading.listed or any(stretch.above for stretch in reading.stretches):
        return None
    return [_as_range(stretch) for stretch in reading.stretches]


def _as_range(stretch: Stretch) -> VersionRange:
    events = [RangeEvent(introduced=stretch.low or "0")]
    if stretch.high:
        events.append(RangeEvent(last_affected=stretch.high) if stretch.closed else RangeEvent(fixed=stretch.high))
    return VersionRange(type=_KIND, events=tuple(events))


def _ranges_of(product: Product, *, everything: bool) -> list[VersionRange]:
    """The version or range of a product that is not affected; the whole product, where it has none."""
    if product.version:
        version = product.version
        return [VersionRange(type=_KIND, events=(RangeEvent(introduced=version), RangeEvent(last_affected=version)))]
    if product.version_range:
        return _as_ranges(product.version_range) or []
    return [_EVERYTHING] if everything else []
