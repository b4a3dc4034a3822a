"""Draw pairs of an item and an advisory for the labelled set of product matching, without saying what they are.

    CLEARINGHOUSE_DATA=... python benchmarks/product_draw.py > rows.tsv

The classes in ``benchmarks/data/product_labels.tsv`` were then set by hand, from the advisories alone. The draw is seeded:
the same data and seed give the same rows. Strata:

* ``cve``, ``csaf``: a product and a version made from what a record says, on or beside its bounds, the name varied as
  people write it. One statement a vendor, so that no vendor fills the set.
* ``sister``: the product of one record beside the record of the most similar other product of the same vendor.
* ``stranger``: a product beside the record of another vendor's product of the same name.
* ``kev``: a product of the KEV catalogue beside its entry.
* ``listed``: a product and a version beside a record that lists versions one by one: mostly one of these.
* ``operator``: items as small organisations list them (written for this set), each beside advisories that the matcher
  would propose in any class, which the row does not tell.

Half of the items are for development, half for the test; all rows of one item are in one half.
"""

import argparse
import csv
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rapidfuzz import fuzz

from clearinghouse.formats.cve import FORMAT as CVE
from clearinghouse.formats.csaf import FORMAT as CSAF
from clearinghouse.formats.document import Document, documents
from clearinghouse.formats.kev import FORMAT as KEV
from clearinghouse.packages.products import ProductIndex, Statement, match_item, statement_of_kev, statements_of
from clearinghouse.packages.products.names import fold, vendor_keys
from clearinghouse.packages.products.versions import read_version
from clearinghouse.records import Component, Finding, InventoryItem, KevEntry

SEED = 14409
COUNTS = {"cve": 95, "csaf": 60, "sister": 35, "stranger": 10, "kev": 40, "operator": 2, "listed": 70}
FIELDS = ("id", "split", "stratum", "vendor", "name", "model", "version", "advisory", "flaw", "class", "reason")

OPERATOR = """
Fortinet|FortiGate 60F||7.2.4
|FortiGate 100E||6.4.9
Fortinet|FortiClient EMS||7.2.1
Fortinet|FortiManager||7.0.5
Palo Alto Networks|PA-220||10.1.6
Palo Alto|PA-3220||11.1.2
Cisco|Catalyst 9300|C9300-48P|17.6.3
Cisco|ASA 5516-X||9.12(4)
Cisco|IOS XE||16.12.4
Cisco|Firepower Management Center||7.0.4
Juniper|SRX300||21.4R3
Juniper|EX4300||22.2R2
Microsoft|Windows Server 2019 Standard||10.0.17763.5458
Microsoft|Windows Server 2012 R2||6.3.9600.21620
|Windows 10 Pro 22H2||19045.3803
Microsoft|Windows 11||10.0.22631.3007
Microsoft|Exchange Server 2019||15.2.1258.12
Microsoft|Exchange Server 2016 CU23||15.1.2507.34
Microsoft|SharePoint Server 2019||16.0.10401.20025
Microsoft|SQL Server 2019||15.0.4261.1
Microsoft|Office 2019||
Microsoft|Edge||120.0.2210.61
Google|Chrome||122.0.6261.69
Mozilla|Firefox||115.0.2
Mozilla|Firefox ESR||115.7.0
Adobe|Acrobat Reader DC||23.006.20320
Adobe|ColdFusion 2021||Update 5
Apple|iPhone 11||16.7.2
Apple|MacBook Pro||13.6.1
Apple|Safari||17.1
VMware|ESXi||7.0 U3
VMware|vCenter Server||8.0 U2
Citrix|NetScaler ADC||13.1-49.15
Ivanti|Connect Secure||22.3R1
Ivanti|Endpoint Manager Mobile||11.10.0.2
Progress|MOVEit Transfer||2023.0.3
Progress|WhatsUp Gold||23.1.0
ConnectWise|ScreenConnect||23.9.7
Atlassian|Confluence Data Center||8.5.3
Atlassian|Jira Server||9.4.2
Apache|Tomcat||9.0.80
Apache|HTTP Server||2.4.57
|Zimbra Collaboration||8.8.15
Oracle|WebLogic Server||12.2.1.4.0
Oracle|VirtualBox||7.0.10
SolarWinds|Web Help Desk||12.8.2
SonicWall|TZ370||7.0.1-5035
Sophos|XGS 2100||19.0.1
QNAP|TS-453D||5.1.2
Synology|DS920+||7.2
D-Link|DIR-859||1.06
TP-Link|Archer AX21||1.1.4
Zyxel|USG FLEX 200||5.35
WatchGuard|Firebox T40||12.5.9
F5|BIG-IP i5800||16.1.3
Veeam|Backup & Replication||12.1.1.56
PaperCut|PaperCut MF||22.0.9
JetBrains|TeamCity||2023.11.2
GitLab|GitLab EE||16.7.1
Linux|Linux Kernel||5.15.140
Siemens|SIMATIC S7-1500 CPU 1516-3 PN/DP|6ES7516-3AN02-0AB0|V2.9.4
Siemens|SIMATIC S7-1200 CPU||V4.2
Siemens|SCALANCE XC206-2SFP G|6GK5206-2GS00-2AC2|V4.3
Siemens|SCALANCE X204-2||V5.2.4
Siemens|SIMATIC WinCC OA V3.17||
Siemens|RUGGEDCOM RS900||V4.3.6
Siemens|Teamcenter||V13.3.0.1
Rockwell Automation|ControlLogix 5570||31.011
Rockwell Automation|FactoryTalk View SE||12.0
Rockwell Automation|MicroLogix 1400||21.002
Mitsubishi Electric|MELSEC iQ-R R04CPU||40
Mitsubishi Electric|GX Works3||1.080J
Schneider Electric|Modicon M340||3.10
Schneider Electric|EcoStruxure Control Expert||15.0
Honeywell|Experion PKS||R511.5
ABB|Relion 670||2.2.2
Hitachi Energy|RTU500 series CMU|| 12.4.5
Omron|CX-Programmer||9.70
Phoenix Contact|FL MGUARD 2105||10.3.0
Moxa|EDR-810||5.1
Advantech|WebAccess||9.0
Delta Electronics|DIAEnergie||1.9.2
GE Healthcare|LightSpeed VCT||
Philips|IntelliSpace Cardiovascular||2.3.1
BD|Alaris 8015 PC Unit||12.1.2
Baxter|Sigma Spectrum||v8.00.01
Medtronic|MiniMed 508||
B. Braun|SpaceCom||012U000061
""".strip()


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
        vendor = vendor.split(",")[0].removesuffix(" Corporation").removesuffix(" Inc.").removesuffix(" Software Foundation")
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


def draw(found: list[Statement], chance: random.Random) -> Iterator[dict[str, str]]:
    """Rows without class: what is asked of whom."""
    own = [each for each in found if each.origin == "cve" and not each.stated_by and not each.package]
    known = {key for each in found if each.origin == "kev" for key in vendor_keys(each.vendor)}
    exploited = [each for each in own if set(vendor_keys(each.vendor)) & known]
    csaf = [each for each in found if each.origin == "csaf"]
    for stratum, pools in (("cve", (own, exploited)), ("csaf", (csaf,))):
        sources = [by_vendor(pool, chance) for pool in pools]
        for number in range(COUNTS[stratum]):
            statement = next(sources[number % len(sources)])
            vendor, name, model = varied(statement, chance)
            yield row(stratum, vendor, name, model, near_versions(statement, chance), statement)
    yield from sisters([*own, *csaf], chance)
    yield from strangers([*own, *csaf], chance)
    kev = [each for each in found if each.origin == "kev"]
    for statement in chance.sample(kev, COUNTS["kev"]):
        version = chance.choice(("", f"{chance.randint(1, 12)}.{chance.randint(0, 9)}.{chance.randint(0, 20)}"))
        name = chance.choice(statement.product.replace(" and ", ", ").split(", "))
        yield row("kev", statement.vendor, name.strip(), "", version, statement)
    yield from of_operators(found, chance)
    yield from listed([*own, *csaf], random.Random(SEED + 1))


def listed(pool: list[Statement], chance: random.Random) -> Iterator[dict[str, str]]:
    source = by_vendor([each for each in pool if each.listed and not each.stretches], chance)
    for _ in range(COUNTS["listed"]):
        statement = next(source)
        vendor, name, model = varied(statement, chance)
        version = chance.choice(statement.listed)
        version = version if chance.random() < 0.75 or not any(map(str.isdigit, version)) else moved(version, chance)
        yield row("listed", vendor, name, model, version, statement)


def sisters(pool: list[Statement], chance: random.Random) -> Iterator[dict[str, str]]:
    vendors: dict[str, dict[str, Statement]] = defaultdict(dict)
    for statement in pool:
        if statement.says_versions and len(statement.product) < 80:
            vendors[fold(statement.vendor)].setdefault(fold(statement.product), statement)
    names = sorted(vendor for vendor, products in vendors.items() if vendor and len(products) > 3)
    chance.shuffle(names)
    for vendor in names[: COUNTS["sister"]]:
        products = vendors[vendor]
        name = chance.choice(sorted(products))
        others = [other for other in products if other != name]
        nearest = max(others, key=lambda other: (fuzz.token_sort_ratio(name, other), other))
        item, other = products[name], products[nearest]
        yield row("sister", item.vendor, item.product, "", near_versions(other, chance), other)


def strangers(pool: list[Statement], chance: random.Random) -> Iterator[dict[str, str]]:
    products: dict[str, dict[str, Statement]] = defaultdict(dict)
    for statement in pool:
        keys = vendor_keys(statement.vendor)
        if keys and statement.says_versions:
            products[fold(statement.product)].setdefault(keys[0], statement)
    shared = sorted(name for name, vendors in products.items() if len(vendors) > 1 and len(name) > 4)
    for name in chance.sample(shared, COUNTS["stranger"]):
        first, second = chance.sample(sorted(products[name]), 2)
        item, other = products[name][first], products[name][second]
        yield row("stranger", item.vendor, item.product, "", near_versions(other, chance), other)


def of_operators(found: list[Statement], chance: random.Random) -> Iterator[dict[str, str]]:
    index = ProductIndex(found)
    for line in OPERATOR.splitlines():
        vendor, name, model, version = (part.strip() for part in line.split("|"))
        exposures, _ = match_item(item_of(vendor, name, model, version), index)
        classes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in exposures:
            classes[each.match].append((each.advisory, next(iter(each.aliases), "")))
        chosen = [chance.choice(pairs) for _, pairs in sorted(classes.items())]
        chance.shuffle(chosen)
        for advisory, flaw in chosen[: COUNTS["operator"]]:
            yield fields("operator", vendor, name, model, version, advisory, flaw)


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


def main() -> None:
    """Draw and print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    folder = Path(os.environ["CLEARINGHOUSE_DATA"])
    chance = random.Random(SEED)
    rows = list(draw(statements(folder), chance))
    halves: dict[tuple[str, str, str], str] = {}
    writer = csv.DictWriter(sys.stdout, FIELDS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    for number, each in enumerate(rows, 1):
        place = (each["vendor"], each["name"], each["version"])
        half = halves.setdefault(place, chance.choice(("dev", "test")))
        writer.writerow({"id": f"{each['stratum']}-{number:03}", "split": half, **each})


if __name__ == "__main__":
    main()
