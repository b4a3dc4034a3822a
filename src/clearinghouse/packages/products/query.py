"""What an item of an inventory may be called by advisories: readings of its name, most literal first."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.packages.products.cpe import read_cpe
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.names import (
    ProductName,
    compact,
    fold,
    is_order_number,
    order_number,
    product_names,
    tokens_of,
    vendor_key,
    vendor_keys,
    without_name,
)
from clearinghouse.packages.products.windows import edition_of
from clearinghouse.records import InventoryItem

MAX_TOKENS = 24
"""Words of a name that are looked at."""
_TELLING = 3
"""Words that a name must have to mean one product whoever is said to make it."""
_MOST_NAMESAKES = 3
_PLATFORM = re.compile(r" (?:for|on) (?:microsoft )?(?:windows|linux|macos|mac|android|ios)$", re.IGNORECASE)
_OWN_NAME = 7
"""Letters that a name must have to mean the one product so called, where the vendor is not known."""
_SOFTWARE = re.compile(r"([A-Za-z][A-Za-z-]*(?: [A-Za-z][A-Za-z-]*){0,3}),? ([vV]?\d\S*|h\d\S*)")
_LONGEST = 100
_IN_FULL = {
    "std": "standard",
    "ent": "enterprise",
    "dc": "datacenter",
    "svr": "server",
    "srv": "server",
    "edu": "education",
}
_SHORT = re.compile(rf"\b(?:{'|'.join(_IN_FULL)})\b")
_SERVER = re.compile(r"server 20\d\d\b")
_YEAR = re.compile(r"(.+) (20\d\d)")
_IN_PARENTHESES = re.compile(r"\s?\([^()]{0,80}\)")
_MAJOR = re.compile(r"v?(\d{1,2})\.\d", re.IGNORECASE)
_FIRST_WORD = re.compile(r"v?(\d{1,5}|\d\dh\d|r\d{1,2}|20\d\d r2)(?![\w.])[ ,]*(.*)")


class Who(NamedTuple):
    """Who makes an item: keys of the vendors that it names, and of others that its vendor's name may mean."""

    known: tuple[str, ...]
    perhaps: tuple[str, ...]


class Reading(NamedTuple):
    """One way to read an item.

    Attributes:
        vendor, key, tokens: normal forms. version: the version that goes with this reading, as written; empty if none.
        sure: whether the reading itself is certain. why: if not, what it rests on (``hardware``, ``vendor``).
        models: order numbers. hardware: what the item is, where the reading is the software that runs on it.
        alone: names of its family are not looked at.
    """

    vendor: str
    key: str
    tokens: tuple[str, ...]
    version: str
    sure: bool = True
    why: str = ""
    models: tuple[str, ...] = ()
    hardware: str = ""
    alone: bool = False


def readings_of(item: InventoryItem, index: NameIndex) -> list[Reading]:
    """Return the ways to read an item, the most literal first; nothing for one without a name.

    CPE names come first, then the name with its model, the name alone, the model alone, each with the version taken
    from its end or put to it where one stands there; then the software that such hardware runs.
    """
    found = list(_from_cpes(item, index))
    who = who_makes(item, index) if item.component.vendor else Who((), ())
    vendors = list(who.known)
    version = (item.component.version or "").strip()
    version = without_name(version, item.component.name)
    named = [each for name in _written(item) for each in _from_name(name, vendors, version, index)]
    software = _software_in(version)
    if software and not any(_is_known(each, index) for each in named if not each.hardware):
        runs = [each for each in _from_name(software[1], vendors, software[2], index) if _is_known(each, index)]
        named = [*runs, *(each._replace(version=software[2]) for each in named)] if runs else named
    found += named
    found += _of_others(item, who, version, index)
    found += _barely(item, vendors, version, index)
    if is_order_number(item.model):
        own = (order_number(item.model),)
        found = [reading._replace(models=reading.models or own) for reading in found]
    return list(dict.fromkeys(found))


def who_makes(item: InventoryItem, index: NameIndex) -> Who:
    """Return who makes an item: by its vendor, or by the beginning of its name where it has none."""
    text = item.component.vendor
    if not vendor_keys(text):
        named = index.makers_by_text.named(tokens_of(fold(item.component.name))[:MAX_TOKENS])
        return Who(named, ())
    keys = dict.fromkeys(index.aliases.vendor(key) for key in vendor_keys(text))
    known = [key for key in keys if index.knows(key)]
    meant = index.makers_by_text.meant(text)
    if not known:
        known = [each.vendor for each in meant if each.sure]
    others = tuple(each.vendor for each in meant if each.vendor not in known)
    return Who(tuple(known) or tuple(keys), others)


def _of_others(item: InventoryItem, who: Who, version: str, index: NameIndex) -> Iterator[Reading]:
    """Products of this name of vendors that the item's vendor may mean, or who alone has one so called."""
    for name in _written(item):
        for vendor in (*who.perhaps, *([""] if who.known else [])):  # some records name no vendor
            for reading in _under(name, vendor, version, index):
                if _is_known(reading, index):
                    yield reading._replace(sure=False, why="vendor")
        if who.known and not who.perhaps and not any(map(index.knows, who.known)):
            for spoken in product_names(name)[:1]:
                makers = index.makers(spoken.key)
                if len(makers) == 1 and len(spoken.key) >= _OWN_NAME:
                    yield Reading(next(iter(makers)), spoken.key, spoken.tokens, version, sure=False, why="vendor")


def _barely(item: InventoryItem, vendors: list[str], version: str, index: NameIndex) -> Iterator[Reading]:
    """What the item is without what stands in parentheses, and with the major version as a part of its name.

    A list says "Connect Secure (Pulse)" of Connect Secure, and Log4j 2.14.1 of what a catalogue calls Log4j2.
    """
    for name in _written(item):
        bare = _IN_PARENTHESES.sub("", name).strip()
        if bare and bare != name:
            yield from (each._replace(sure=False) for each in _from_name(bare, vendors, version, index))
        major = _MAJOR.match(version)
        for spoken in product_names(name)[:1] if major and vendors else ():
            whole = (*spoken.tokens, major[1]) if major else ()
            readings = (Reading(vendor, spoken.key + whole[-1], whole, version, sure=False) for vendor in vendors)
            yield from (each for each in readings if spoken.key[-1:].isalpha() and _is_known(each, index))


def _software_in(version: str) -> re.Match[str] | None:
    """The name of what runs on a device, where a list has it before the version: ``FortiOS 7.2.4``."""
    return _SOFTWARE.fullmatch(version) if len(version) <= _LONGEST else None


def _is_known(reading: Reading, index: NameIndex) -> bool:
    return next(iter(index.exact(reading.vendor, reading.key)), None) is not None


def _written(item: InventoryItem) -> Iterator[str]:
    name, model = item.component.name.strip(), item.model.strip()
    year = _YEAR.fullmatch(name)
    if year and (item.component.version or "").startswith(f"{year[2]}."):  # "MOVEit Transfer 2023", 2023.0.1
        name = year[1]
    if model and not set(tokens_of(fold(model))) <= set(tokens_of(fold(name))):
        yield f"{name} ({model})" if is_order_number(model) else f"{name} {model}"
        yield name
        if not is_order_number(model):
            yield model
    elif name:
        yield name
    elif model:
        yield model


def _from_cpes(item: InventoryItem, index: NameIndex) -> Iterator[Reading]:
    for text in item.cpes:
        cpe = read_cpe(text)
        if cpe is None or not cpe.product or cpe.product == "-":
            continue
        version = cpe.full_version or (item.component.version or "")
        makers = [index.aliases.vendor(vendor_key(fold(cpe.vendor)))]
        yield from _from_name(cpe.product, makers, version, index)


def _from_name(name: str, vendors: list[str], version: str, index: NameIndex) -> Iterator[Reading]:
    folded = _SHORT.sub(lambda match: _IN_FULL[match[0]], fold(name))
    edition = edition_of(folded, version) if not vendors or "microsoft" in vendors else None
    if not edition and "microsoft" in vendors and _SERVER.match(folded):
        named = edition_of(f"windows {folded}", version)
        if named:  # "Server 2016", and of what, is left out
            yield Reading("microsoft", compact(named.tokens), named.tokens, named.version, sure=False)
    if edition:
        yield Reading("microsoft", compact(edition.tokens), edition.tokens, edition.version)
        return
    if vendors:
        for vendor in vendors:
            yield from _under(name, vendor, version, index)
        return
    yield from _without_vendor(name, folded, version, index)


def _without_vendor(name: str, folded: str, version: str, index: NameIndex) -> Iterator[Reading]:
    """No vendor is given: a brand tells it, or the name begins with it; else who makes such a thing is a question."""
    tokens = tokens_of(folded)[:MAX_TOKENS]
    brand = index.aliases.vendor_of_brand(tokens)
    if brand:
        yield from _under(name, brand, version, index)
        return
    for length in range(min(4, len(tokens) - 1), 0, -1):
        vendor = index.aliases.vendor(compact(tokens[:length]))
        readings = list(_under(name, vendor, version, index)) if index.knows(vendor) else []
        if any(index.exact(vendor, reading.key) for reading in readings):
            yield from readings
            return
    for spoken in product_names(name)[:2]:
        key = spoken.key
        makers = sorted(index.makers(key))
        if len(key) > 3 and len(makers) <= 3:
            for vendor in makers:
                taken = spoken.branch if spoken.branch and not version else version
                yield Reading(vendor, key, spoken.tokens, taken, sure=False, why="vendor")


def _under(name: str, vendor: str, version: str, index: NameIndex) -> Iterator[Reading]:
    names = index.aliases.vendor_names(vendor)
    spoken = [each for each in product_names(name, names) if not each.listed or each.models]
    without = _PLATFORM.sub("", name)
    if without != name:  # "GlobalProtect app for Windows": records name the app, and the platform beside it
        for each in product_names(without, names)[:1]:
            yield Reading(vendor, each.key, each.tokens, version, alone=True)
    if spoken and index.aliases.whole((vendor, spoken[0].key)):
        spoken = spoken[:1]  # the "V8" of Chromium V8 is no version
    for each in spoken:
        taken = version or each.branch
        models = tuple(order_number(model) for model in each.models)
        yield Reading(vendor, each.key, each.tokens, taken, models=models)
    if spoken:
        first = spoken[0]
        yield from _with_release(vendor, first.tokens, version, first.models)
        yield from _software(vendor, first.tokens, version, name, index)
        yield from _namesakes(vendor, first, version, index)


def _namesakes(vendor: str, spoken: ProductName, version: str, index: NameIndex) -> Iterator[Reading]:
    """Products of other vendors that are called the same: few, and in words enough that it may be this one.

    Projects move, companies are bought, and records of one plugin name now its author and now his account.
    """
    makers = index.makers(spoken.key) - {vendor} if len(spoken.tokens) >= _TELLING else ()
    for maker in sorted(makers)[:_MOST_NAMESAKES]:
        yield Reading(maker, spoken.key, spoken.tokens, version or spoken.branch, sure=False, why="vendor")


def _with_release(vendor: str, tokens: tuple[str, ...], version: str, models: tuple[str, ...]) -> Iterator[Reading]:
    """The release is a part of the product's name: "Exchange Server", "2019 CU12" is Exchange Server 2019 CU12."""
    match = _FIRST_WORD.fullmatch(fold(version))
    if match is None:
        return
    release = tokens_of(match[1])
    rest = match[2].strip(" ()")
    update = re.match(r"(?:cu|cumulative update) ?(\d{1,2})\b[ ,]*(.*)", rest)
    if update:
        whole = (*tokens, *release, f"cu{update[1]}")
        yield Reading(vendor, compact(whole), whole, update[2].strip(" ()"), models=models)
    whole = (*tokens, *release)
    yield Reading(vendor, compact(whole), whole, rest, models=models)


def _software(vendor: str, tokens: tuple[str, ...], version: str, name: str, index: NameIndex) -> Iterator[Reading]:
    for software in index.aliases.software(vendor, tokens):
        maker, key = software.place
        sure = software.sure or _says(name, key)
        yield Reading(maker, key, (key,), version, sure=sure, why="" if sure else "hardware", hardware=name)


def _says(name: str, key: str) -> bool:
    """Whether the name of a device says what runs on it: "Catalyst 9300 (IOS XE)", "PAN-OS PA-440"."""
    words = tokens_of(fold(name))
    starts = range(len(words)) if len(key) > 2 else ()
    return any(compact(words[at:end]) == key for at in starts for end in range(at + 1, min(at + 4, len(words)) + 1))
