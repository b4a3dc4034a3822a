"""Draw pairs of an item and an advisory for the labelled set of product matching, without saying what they are.

The classes in ``benchmarks/data/product_labels.tsv`` were then set by hand, from the advisories alone. The draw is
seeded, but follows the bounds that the readers find in the records, and for operators what the matcher proposes: when
these change it draws other rows, and those that were judged stay as they are. Strata:

* ``cve``, ``csaf``: a product and a version made from what a record says, on or beside its bounds, the name varied as
  people write it. One statement a vendor, so that no vendor fills the set.
* ``sister``: the product of one record beside the record of the most similar other product of the same vendor.
* ``stranger``: a product beside the record of another vendor's product of the same name.
* ``kev``: a product of the KEV catalogue beside its entry.
* ``listed``: a product and a version beside a record that lists versions one by one: mostly one of these.
* ``operator``: items as small organisations list them (``data/product_operators.tsv``, written for this set), each
  beside advisories that the matcher would propose in any class, which the row does not tell.

There were ten rounds. The first one's items are half for development, half for the test, all rows of one item in
one half. When the test had been measured, its errors were mended, and a second round was drawn and judged
(``second``); when that had been measured and mended, a third one (``third``), and after it a fourth (``fourth``),
a smaller fifth (``fifth``), and so on to a tenth one (``tenth``); from the sixth on the operators of each list other
products than all before.
"""

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rapidfuzz import fuzz

from clearinghouse.formats.csaf import FORMAT as CSAF
from clearinghouse.formats.cve import FORMAT as CVE
from clearinghouse.formats.document import Document
from clearinghouse.formats.kev import FORMAT as KEV
from clearinghouse.formats.unpacking import documents
from clearinghouse.packages.products import ProductIndex, Statement, match_item, statement_of_kev, statements_of
from clearinghouse.packages.products.names import fold, vendor_keys
from clearinghouse.packages.products.versions import read_version
from clearinghouse.records import Component, Finding, InventoryItem, KevEntry

OPERATORS = Path(__file__).parent / "data/product_operators.tsv"
FIELDS = ("id", "split", "stratum", "vendor", "name", "model", "version", "advisory", "flaw", "class", "reason")


class Round(NamedTuple):
    """One draw: its seed, and how many rows of each stratum (of ``operator``: for each item at most) it takes."""

    seed: int
    cve: int
    csaf: int
    sister: int
    stranger: int
    kev: int
    operator: int
    listed: int


SPLITS = dict(
    enumerate(("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), start=2)
)
ROUNDS = {
    1: Round(14409, 95, 60, 35, 10, 40, 2, 70),
    2: Round(77031, 50, 40, 12, 5, 12, 2, 36),
    3: Round(50923, 40, 30, 8, 4, 6, 2, 30),
    4: Round(31847, 44, 34, 8, 4, 6, 2, 32),
    5: Round(60259, 30, 16, 4, 2, 2, 2, 20),
    6: Round(88417, 40, 28, 0, 0, 0, 2, 32),
    7: Round(19273, 30, 16, 0, 0, 0, 2, 10),
    8: Round(46103, 40, 26, 0, 0, 0, 2, 20),
    9: Round(72911, 16, 10, 0, 0, 0, 2, 8),
    10: Round(38557, 12, 8, 0, 0, 0, 1, 6),
}


def statements(folder: Path) -> list[Statement]:
    """Everything that the data say of products, in the order of the files."""
    found: list[Statement] = []
    (cve,) = documents(folder / "cve5/vulnrichment_dev.jsonl", "cve5")
    assert isinstance(cve, Document)
    for record in CVE.read(cve):
        if isinstance(record, Finding):
            found += statements_of(record)
    for path in sorted((folder / "csaf-cisa").rglob("*.json")):
        document = Document.from_bytes(path.name, path.read_bytes())
        if CSAF.detect(document.sample).score >= 50:
            for record in CSAF.read(document):
                if isinstance(record, Finding):
                    found += statements_of(record)
    (kev,) = documents(folder / "kev-epss/kev_2026-01-29.json", "kev")
    assert isinstance(kev, Document)
    entries = (statement_of_kev(record) for record in KEV.read(kev) if isinstance(record, KevEntry))
    return [*found, *filter(None, entries)]


def item_of(vendor: str, name: str, model: str, version: str) -> InventoryItem:
    """An item of an inventory, as a row of the set writes it."""
    component = Component(vendor=vendor, name=name, version=version or None)
    written = " ".join(filter(None, (vendor, name, model, version)))
    return InventoryItem(inventory="labels", written=written, component=component, model=model)


def near_versions(statement: Statement, chance: random.Random) -> str:
    """A version on or beside a bound of a statement; nothing one time in ten."""
    bounds = [text for stretch in statement.stretches for text in (stretch.low, stretch.high) if text]
    bounds += statement.listed[:20]
    readable = [text for text in bounds if read_version(text)]
    if chance.random() < 0.1:
        return ""
    if not readable:
        return f"{chance.randint(1, 9)}.{chance.randint(0, 9)}"
    text = chance.choice(readable)
    return text if chance.random() < 0.35 else moved(text, chance)


def moved(text: str, chance: random.Random) -> str:
    """The version with one of its numbers moved, or the last one left out."""
    digits = [at for at, letter in enumerate(text) if letter.isdigit() and not text[at - 1 : at].isdigit()]
    if not digits:
        return text
    at = chance.choice(digits[-2:])
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    number = int(text[at:end])
    if chance.random() < 0.15 and at > 1:
        return text[: at - 1].rstrip(" .-_(")
    step = chance.choice((-2, -1, 1, 2))
    return f"{text[:at]}{str(max(0, number + step)).zfill(end - at)}{text[end:]}"


def varied(statement: Statement, chance: random.Random) -> tuple[str, str, str]:
    """Vendor, name and model of an item, written as somebody else would."""
    vendor, name, model = statement.vendor.strip(), statement.product.strip(), ""
    if chance.random() < 0.4 and len(vendor.split()) > 1:
        vendor = (
            vendor.split(",")[0].removesuffix(" Corporation").removesuffix(" Inc.").removesuffix(" Software Foundation")
        )
    if fold(name).startswith(fold(vendor) + " ") and chance.random() < 0.6:
        name = name[len(vendor) :].strip()
    if chance.random() < 0.2:
        name = name.replace("_", " ").lower()
    if statement.models and chance.random() < 0.5:
        model = statement.models[0]
    if statement.models and chance.random() < 0.5:
        name = name.partition(" (6")[0]
    return vendor, name, model


def by_vendor(pool: list[Statement], chance: random.Random) -> Iterator[Statement]:
    """Statements, one of each vendor in turn."""
    vendors: dict[str, list[Statement]] = defaultdict(list)
    for statement in pool:
        keys = vendor_keys(statement.vendor)
        if keys and statement.says_versions and len(statement.product) < 120:
            vendors[keys[0]].append(statement)
    names = sorted(vendors)
    chance.shuffle(names)
    while True:
        for name in names:
            yield chance.choice(vendors[name])


def draw(found: list[Statement], number: int) -> Iterator[dict[str, str]]:
    """Rows without class: what is asked of whom."""
    plan = ROUNDS[number]
    chance = random.Random(plan.seed)
    own = [each for each in found if each.origin == "cve" and not each.stated_by and not each.package]
    known = {key for each in found if each.origin == "kev" for key in vendor_keys(each.vendor)}
    exploited = [each for each in own if set(vendor_keys(each.vendor)) & known]
    csaf = [each for each in found if each.origin == "csaf"]
    yield from beside_bounds("cve", (own, exploited), plan.cve, chance)
    yield from beside_bounds("csaf", (csaf,), plan.csaf, chance)
    yield from sisters([*own, *csaf], plan.sister, chance)
    yield from strangers([*own, *csaf], plan.stranger, chance)
    yield from of_catalogue([each for each in found if each.origin == "kev"], plan.kev, chance)
    yield from of_operators(found, number, plan.operator, chance)
    yield from listed([*own, *csaf], plan.listed, random.Random(plan.seed + 1))


def beside_bounds(
    stratum: str, pools: tuple[list[Statement], ...], count: int, chance: random.Random
) -> Iterator[dict[str, str]]:
    sources = [by_vendor(pool, chance) for pool in pools]
    for number in range(count):
        statement = next(sources[number % len(sources)])
        vendor, name, model = varied(statement, chance)
        yield row(stratum, vendor, name, model, near_versions(statement, chance), statement)


def listed(pool: list[Statement], count: int, chance: random.Random) -> Iterator[dict[str, str]]:
    source = by_vendor([each for each in pool if each.listed and not each.stretches], chance)
    for _ in range(count):
        statement = next(source)
        vendor, name, model = varied(statement, chance)
        version = chance.choice(statement.listed)
        version = version if chance.random() < 0.75 or not any(map(str.isdigit, version)) else moved(version, chance)
        yield row("listed", vendor, name, model, version, statement)


def sisters(pool: list[Statement], count: int, chance: random.Random) -> Iterator[dict[str, str]]:
    vendors: dict[str, dict[str, Statement]] = defaultdict(dict)
    for statement in pool:
        if statement.says_versions and len(statement.product) < 80:
            vendors[fold(statement.vendor)].setdefault(fold(statement.product), statement)
    names = sorted(vendor for vendor, products in vendors.items() if vendor and len(products) > 3)
    chance.shuffle(names)
    for vendor in names[:count]:
        products = vendors[vendor]
        name = chance.choice(sorted(products))
        others = [other for other in products if other != name]
        nearest = max(others, key=lambda other: (fuzz.token_sort_ratio(name, other), other))
        item, other = products[name], products[nearest]
        yield row("sister", item.vendor, item.product, "", near_versions(other, chance), other)


def strangers(pool: list[Statement], count: int, chance: random.Random) -> Iterator[dict[str, str]]:
    products: dict[str, dict[str, Statement]] = defaultdict(dict)
    for statement in pool:
        keys = vendor_keys(statement.vendor)
        if keys and statement.says_versions:
            products[fold(statement.product)].setdefault(keys[0], statement)
    shared = sorted(name for name, vendors in products.items() if len(vendors) > 1 and len(name) > 4)
    for name in chance.sample(shared, count):
        first, second = chance.sample(sorted(products[name]), 2)
        item, other = products[name][first], products[name][second]
        yield row("stranger", item.vendor, item.product, "", near_versions(other, chance), other)


def of_catalogue(kev: list[Statement], count: int, chance: random.Random) -> Iterator[dict[str, str]]:
    for statement in chance.sample(kev, count):
        version = chance.choice(("", f"{chance.randint(1, 12)}.{chance.randint(0, 9)}.{chance.randint(0, 20)}"))
        name = chance.choice(statement.product.replace(" and ", ", ").split(", "))
        yield row("kev", statement.vendor, name.strip(), "", version, statement)


def of_operators(found: list[Statement], number: int, most: int, chance: random.Random) -> Iterator[dict[str, str]]:
    """One advisory of each class; in the second round, one that needs no question and one that is a question."""
    index = ProductIndex(found)
    with OPERATORS.open(newline="") as file:
        items = [item for item in csv.DictReader(file, delimiter="\t") if item["round"] == str(number)]
    for item in items:
        written = (item["vendor"], item["name"], item["model"], item["version"])
        exposures, _ = match_item(item_of(*written), index)
        classes: dict[object, list[tuple[str, str]]] = defaultdict(list)
        for each in exposures:
            group = each.match if number == 1 else each.question is None
            classes[group].append((each.advisory, next(iter(each.aliases), "")))
        chosen = [chance.choice(pairs) for _, pairs in sorted(classes.items())]
        chance.shuffle(chosen)
        for advisory, flaw in chosen[:most]:
            yield fields("operator", *written, advisory, flaw)


def row(stratum: str, vendor: str, name: str, model: str, version: str, statement: Statement) -> dict[str, str]:
    """One row about the advisory of a statement."""
    flaw = next(iter(statement.aliases), "") if statement.origin == "csaf" else ""
    return fields(stratum, vendor, name, model, version, statement.advisory, flaw)


def fields(stratum: str, vendor: str, name: str, model: str, version: str, advisory: str, flaw: str) -> dict[str, str]:
    """One row."""
    return {
        "stratum": stratum,
        "vendor": vendor,
        "name": name,
        "model": model,
        "version": version,
        "advisory": advisory,
        "flaw": flaw,
    }


def write_rows(found: list[Statement], number: int) -> None:
    """Draw and print one round, with empty columns for class and reason."""
    rows = list(draw(found, number))
    chance = random.Random(ROUNDS[number].seed)
    halves: dict[tuple[str, str, str], str] = {}
    writer = csv.DictWriter(sys.stdout, FIELDS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    for place, each in enumerate(rows, 1):
        item = (each["vendor"], each["name"], each["version"])
        half = halves.setdefault(item, chance.choice(("dev", "test")) if number == 1 else SPLITS[number])
        name = f"{each['stratum']}-{place:03}" if number == 1 else f"{half}-{each['stratum']}-{place:03}"
        writer.writerow({"id": name, "split": half, **each})
