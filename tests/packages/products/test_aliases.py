"""The table of names that mean one thing."""

import re
import tomllib
from importlib import resources

import msgspec
import pytest

from clearinghouse.packages.products.aliases import Aliases, AliasTable, shipped_aliases

FILE = resources.files("clearinghouse.packages.products").joinpath("data", "aliases.toml")
ROWS = tomllib.loads(FILE.read_text(encoding="utf-8"))
_EVIDENCE = re.compile(r"\bCVE-\d{4}-\d{4,}|\bICSM?A-\d\d-\d{3}-\d\d|https://\S+")


def table(**rows: list[dict[str, object]]) -> Aliases:
    whole = dict.fromkeys(("vendor", "product", "runs", "part", "lists", "brand"), ()) | rows
    return Aliases(msgspec.convert(whole, AliasTable))


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_every_row_cites_a_public_record(kind: str) -> None:
    without = [row for row in ROWS[kind] if not _EVIDENCE.search(row["evidence"])]
    assert not without


@pytest.mark.parametrize("kind", ["vendor", "product"])
def test_no_name_stands_for_two(kind: str) -> None:
    seen: dict[tuple[str, str], str] = {}
    for row in ROWS[kind]:
        for name in {each.lower() for each in (row["name"], *row["also"])}:
            place = (row.get("vendor", "").lower(), name)
            if row.get("sure", True):
                assert seen.setdefault(place, row["name"]) == row["name"], place


def test_a_vendor_under_another_name() -> None:
    aliases = table(vendor=[{"name": "Palisade", "also": ["Palisade Networks"], "evidence": "x"}])
    assert aliases.vendor("palisadenetworks") == "palisade"
    assert aliases.vendor("other") == "other"


def test_a_product_under_another_name_sure_or_not() -> None:
    rows = [
        {"vendor": "Palisade", "name": "EdgeGuard", "also": ["EG"], "evidence": "x"},
        {"vendor": "Palisade", "name": "Old Guard", "also": ["New Guard"], "sure": False, "evidence": "x"},
    ]
    aliases = table(product=rows)
    assert aliases.product(("palisade", "eg")) == "edgeguard"
    assert aliases.product(("palisade", "newguard")) == "newguard"
    assert aliases.near(("palisade", "newguard")) == ("oldguard",)


def test_hardware_runs_software() -> None:
    rows = [
        {"vendor": "Palisade", "hardware": ["Gate #"], "software": "EdgeGuard OS", "unique": ["Gate#"], "evidence": "x"}
    ]
    aliases = table(runs=rows)
    (software,) = aliases.software("palisade", ("gate", "60f"))
    assert software.place == ("palisade", "edgeguardos")
    assert software.sure
    assert aliases.software("palisade", ("gateway", "60f")) == []
    (behind,) = aliases.software("palisade", ("branch", "gate", "60f"))
    assert behind == software._replace(sure=False)  # what stands before it may make another thing of it
    assert aliases.vendor_of_brand(("gate60f",)) == "palisade"


def test_the_shipped_table_is_made_once() -> None:
    assert shipped_aliases() is shipped_aliases()
    assert shipped_aliases().vendor("hewlettpackardenterprise") == "hpe"
