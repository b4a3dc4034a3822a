"""Package URLs of packages that a package manager lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.os_purl import os_purl
from clearinghouse.packages.releases import normal_release
from clearinghouse.records import Component, InventoryItem


@pytest.mark.parametrize(
    ("ecosystem", "release", "name", "version", "expected"),
    [
        ("Debian", "12", "dmsetup", "2:1.02.185-2", "pkg:deb/debian/dmsetup@2:1.02.185-2?distro=debian-12"),
        ("Ubuntu", "22.04", "libc6", "2.35-0ubuntu3", "pkg:deb/ubuntu/libc6@2.35-0ubuntu3?distro=ubuntu-22.04"),
        ("Alpine", "3.17", "curl", "7.87.0-r1", "pkg:apk/alpine/curl@7.87.0-r1?distro=alpine-3.17"),
        ("Red Hat", "8", "bind", "32:9.11.36-3.el8", "pkg:rpm/redhat/bind@9.11.36-3.el8?distro=rhel-8&epoch=32"),
        ("openSUSE", "Leap 15.3", "curl", "7.66.0-1", "pkg:rpm/opensuse/curl@7.66.0-1?distro=opensuse-leap-15.3"),
        ("Wolfi", "", "curl", "8.1-r0", "pkg:apk/wolfi/curl@8.1-r0"),
        ("Debian", "", "curl", None, "pkg:deb/debian/curl"),
        ("PyPI", "", "demo", "1.0", None),
        ("Debian", "12", "", "1.0", None),
    ],
)
def test_examples(ecosystem: str, release: str, name: str, version: str | None, expected: str | None) -> None:
    assert os_purl(ecosystem, release, name, version) == expected


def an_item(**more: str | None) -> InventoryItem:
    return InventoryItem(inventory="i", written="x", component=Component(**{"name": "", **more}))  # type: ignore[arg-type]


RELEASES = st.sampled_from(
    [
        "Debian:12",
        "Debian:sid",
        "Debian",
        "Ubuntu:22.04:LTS",
        "Alpine:v3.17",
        "Alpine:edge",
        "Wolfi",
        "Chainguard",
        "Red Hat:8",
        "Rocky Linux:9",
        "AlmaLinux:9",
        "SUSE:Linux Enterprise Server 15 SP4",
        "SUSE:SUSE Linux Micro 5.3",
        "openSUSE:Leap 15.3",
        "openSUSE:Tumbleweed",
        "openSUSE:Leap Micro 5.2",
        "Photon OS:4.0",
        "Azure Linux:3",
        "Mageia:9",
    ]
)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9+.-]{0,12}", fullmatch=True)
VERSIONS = st.from_regex(r"([1-9]:)?[0-9]+(\.[0-9]+){0,2}([~+^_-][a-z0-9.]{1,6})?", fullmatch=True)


@given(RELEASES, NAMES, st.one_of(st.none(), VERSIONS))
def test_the_package_that_it_names_is_the_one_from_which_it_was_made(
    ecosystem: str, name: str, version: str | None
) -> None:
    made = package_of(an_item(name=name, ecosystem=ecosystem, version=version))
    assert isinstance(made, PackageId)
    assert made.purl is not None
    back = package_of(an_item(purl=made.purl))
    assert isinstance(back, PackageId)
    base, _, release = ecosystem.partition(":")
    assert made.release == normal_release(base, release)
    assert (back.ecosystem, back.release, back.name, back.version, back.purl) == (
        made.ecosystem,
        made.release,
        made.name,
        made.version,
        made.purl,
    )
