"""Which release an inventory is of."""

import gzip
import json
from collections import Counter, defaultdict

import pytest

from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.system import system_of, with_system
from clearinghouse.records import Component, InventoryItem


def _packages(ecosystem, *versions, name="x"):
    return [PackageId(ecosystem=ecosystem, name=name, version=version) for version in versions]


@pytest.mark.parametrize(
    ("packages", "system"),
    [
        (_packages("Debian", "1.0-1", "2.31-13+deb11u5", "5.1-2+b3", "1:2.3~bpo10+1", "1.1.1n-0+deb11u3"), "Debian:11"),
        (_packages("Ubuntu", "2.31-0ubuntu9.9", "1.0-1ubuntu0.20.04.1", "3.8.10-0ubuntu1~20.04.5"), "Ubuntu:20.04"),
        (_packages("Red Hat", "4.4.20-4.el8_6", "2.28-211.el8"), "Red Hat:8"),
        (_packages("Photon OS", "1.0-1.ph4"), "Photon OS:4.0"),
        (_packages("Azure Linux", "1.0-1.cm2"), "Azure Linux:2"),
        (_packages("Alpine", "3.17.1-r0", name="alpine-release"), "Alpine:3.17"),
        (_packages("Alpine", "3.17.1-r0", name="musl"), ""),
        (_packages("Debian", "1.0-1", None), ""),
        (_packages("npm", "1.0.0+deb11u5"), ""),
        ([], ""),
    ],
)
def test_the_majority_counts(packages, system):
    assert system_of(packages) == system


def test_what_is_stated_counts_before_what_is_told():
    stated = PackageId(ecosystem="Debian", name="x", release="12", version="1")
    assert system_of([*_packages("Debian", "1+deb11u1", "2+deb11u1"), stated]) == "Debian:12"


def test_only_packages_of_the_system_get_its_release():
    package = PackageId(ecosystem="Debian", name="x", version="1")
    assert with_system(package, "Debian:11").release == "11"
    assert with_system(package, "Ubuntu:22.04") is package
    assert with_system(package, "") is package
    stated = PackageId(ecosystem="Debian", name="x", release="12")
    assert with_system(stated, "Debian:11") is stated


@pytest.mark.data
def test_versions_tell_what_another_tool_stated(data):
    """Lists of one image by several tools: what versions tell of each, beside the release that tools state of it."""
    known, told = defaultdict(Counter), defaultdict(list)
    identified: dict[str, PackageId | object] = {}
    with gzip.open(data / "sbom/bom_lab_slim.jsonl.gz", "rb") as lines:
        for line in lines:
            image = json.loads(line)
            found = []
            for purl in image["purls"]:
                if purl not in identified:
                    component = Component(name="x", purl=purl)
                    identified[purl] = package_of(InventoryItem(inventory="i", written=purl, component=component))
                if isinstance(identified[purl], PackageId):
                    found.append(identified[purl])
            known[image["digest"]].update(f"{each.ecosystem}:{each.release}" for each in found if each.release)
            blind = [PackageId(ecosystem=each.ecosystem, name=each.name, version=each.version) for each in found]
            told[image["digest"]].append(system_of(blind))
    outcomes = Counter()
    for digest, stated in known.items():
        for system in told[digest]:  # a list of another distribution is of another image under the same tag
            same = [each for each, _ in stated.most_common() if each.split(":")[0] == system.split(":")[0]]
            if same:
                outcomes["right" if system == same[0] else "wrong"] += 1
    assert outcomes == {"right": 1529}


def test_where_few_state_what_many_contradict_it_is_not_known():
    many = _packages("Debian", *(f"1.0+deb12u{number}" for number in range(1, 6)))
    one = PackageId(ecosystem="Debian", name="x", release="11", version="1.0")
    assert system_of([*many, one]) == ""
    assert system_of([*many[:1], one]) == "Debian:11"
    assert system_of(many) == "Debian:12"
