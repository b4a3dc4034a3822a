"""What is published meets what somebody has."""

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.triage.made import advisory, affected, by_purl, deployer, held, indexed

from clearinghouse.packages.identity import PackageId
from clearinghouse.priority import Signals
from clearinghouse.records import Asset, Component, Exposure, InventoryItem, MatchClass, Why
from clearinghouse.triage.deployer import Deployer, is_product, look_up
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.kept import NoAdvisoriesError
from clearinghouse.triage.prepared import Published

FLAW = advisory("A-1", affected("demo", "PyPI", ("0", "2.0")), aliases=("CVE-2026-0001",))


@pytest.fixture(autouse=True)
def _nothing_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_component_is_told_of_every_place_that_it_is_in() -> None:
    one, other = Asset(name="one"), Asset(name="other")
    made = deployer([by_purl("list", "pkg:pypi/demo@1.0", each) for each in (one, other)], [FLAW])
    assert [(met.asset, [each.advisory for each in met.verdict.exposures]) for met in made] == [
        (one, ["A-1"]),
        (other, ["A-1"]),
    ]


def test_it_is_judged_once() -> None:
    stock = held({name: [by_purl(name, "pkg:pypi/demo@1.0")] for name in "abc"})
    signals = Signals(None)
    made = Deployer(stock, Published(indexed([FLAW])), Intake(signals), signals)
    assert len({id(met.verdict) for met in made}) == 1
    assert len(list(made)) == 3


def test_what_a_scanner_says_counts_once_beside_an_advisory() -> None:
    made = deployer([by_purl("list", "pkg:pypi/demo@1.0")], [FLAW])
    package = made.stock.components[0].package
    assert isinstance(package, PackageId)
    said = [Exposure(advisory=name, match=MatchClass.EXACT, why=Why(kind="text")) for name in ("A-1", "S-1", "S-1")]
    made.add_scanned(
        [*((package, each) for each in said), (PackageId(ecosystem="npm", name="x", version="1"), said[0])]
    )
    assert [each.advisory for each in made.verdict(0).exposures] == ["A-1", "S-1"]


@pytest.mark.parametrize(
    ("purl", "expected"),
    [(None, True), ("pkg:generic/fortios@7.2", True), ("pkg:deb/unheard-of/demo@1", False), ("pkg:oci/demo@1", False)],
)
def test_only_what_is_no_package_is_matched_by_name(purl: str | None, expected: bool) -> None:
    item = InventoryItem(inventory="list", written="x", component=Component(name="x", purl=purl))
    (found,) = held({"list": [item]}).components
    assert is_product(found) is expected


def files(folder: Path) -> tuple[Path, Path]:
    inventory, advisories = folder / "list.jsonl", folder / "advisory.json"
    inventory.write_text(json.dumps({"image": "a/b", "tool": "syft", "purls": ["pkg:pypi/demo@1.0"]}))
    record = {
        "id": "A-1",
        "modified": "2026-01-01T00:00:00Z",
        "aliases": ["CVE-2026-0001"],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "demo"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            }
        ],
    }
    advisories.write_text(json.dumps(record))
    return inventory, advisories


def test_files_are_read(tmp_path: Path) -> None:
    inventory, advisories = files(tmp_path)
    made = look_up([inventory], advisories=[advisories])
    assert [each.advisory for each in made.verdict(0).exposures] == ["A-1"]
    assert (made.failed, made.needs_attention, made.problems) == (False, False, [])


def test_signals_are_taken_as_of_a_day(tmp_path: Path) -> None:
    inventory, advisories = files(tmp_path)
    kev = tmp_path / "kev.json"
    entry = {
        "cveID": "CVE-2026-0001",
        "vendorProject": "v",
        "product": "p",
        "vulnerabilityName": "n",
        "dateAdded": "2026-02-01",
        "shortDescription": "d",
        "requiredAction": "a",
        "dueDate": "2026-02-22",
    }
    kev.write_text(json.dumps({"catalogVersion": "1", "vulnerabilities": [entry]}))
    for day, known in ((dt.date(2026, 1, 31), False), (dt.date(2026, 2, 1), True)):
        made = look_up([inventory], advisories=[advisories], kev=[kev], as_of=day)
        status = made.signals.for_identifiers(["CVE-2026-0001"]).kev
        assert status is not None
        assert status.listed is known


def test_without_anything_to_match_against_it_says_so(tmp_path: Path) -> None:
    inventory, _ = files(tmp_path)
    with pytest.raises(NoAdvisoriesError):
        look_up([inventory])


def test_an_inventory_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    inventory, advisories = files(tmp_path)
    inventory.write_text("nothing that anybody knows")
    made = look_up([inventory], advisories=[advisories])
    assert made.failed
    assert made.problems
