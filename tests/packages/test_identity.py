"""Which package an item is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.records import Component, InventoryItem, Unjudged


def _item(purl=None, *, name="", ecosystem="", version=None, source=("", None)):
    component = Component(name=name, ecosystem=ecosystem, version=version, purl=purl)
    return InventoryItem(
        inventory="i", written=purl or name, component=component, source_name=source[0], source_version=source[1]
    )


def _of(purl, **more):
    found = package_of(_item(purl, **more))
    assert isinstance(found, PackageId)
    return found


def test_a_debian_package_of_syft():
    assert _of(
        "pkg:deb/debian/libc-bin@2.31-1%2Bb2?arch=amd64&upstream=glibc%402.31-1&distro=debian-11.5"
    ) == PackageId(
        ecosystem="Debian",
        release="11",
        name="libc-bin",
        version="2.31-1+b2",
        purl="pkg:deb/debian/libc-bin@2.31-1%2Bb2?arch=amd64&distro=debian-11.5&upstream=glibc%402.31-1",
        source_name="glibc",
        source_version="2.31-1",
    )


@pytest.mark.parametrize(
    ("purl", "version", "source"),
    [
        ("pkg:deb/debian/libc6@2.28-10?upstream=glibc", "2.28-10", ("glibc", "2.28-10")),
        ("pkg:deb/debian/coreutils@8.32-4%2Bb1", "8.32-4+b1", ("", "8.32-4")),
        ("pkg:deb/debian/attr@2.4.47-2?epoch=1", "1:2.4.47-2", ("", "1:2.4.47-2")),
        ("pkg:deb/debian/libgcc1@1:8.3.0-6?upstream=gcc-8%408.3.0-6", "1:8.3.0-6", ("gcc-8", "8.3.0-6")),
        ("pkg:deb/debian/attr@1:2.4.47-2?arch=source", "1:2.4.47-2", ("attr", "1:2.4.47-2")),
        ("pkg:rpm/rhel/findutils@4.5.11-6.el7?epoch=1&upstream=findutils-4.5.11-6.el7.src.rpm",
         "1:4.5.11-6.el7", ("findutils", "1:4.5.11-6.el7")),
        ("pkg:rpm/rhel/python3-libs@3.6.8-4?epoch=0&upstream=python3-3.6.8-4.src.rpm",
         "3.6.8-4", ("python3", "3.6.8-4")),
        ("pkg:rpm/centos/bind-libs@32:9.11.4-26?upstream=bind-9.11.4-26.src.rpm",
         "32:9.11.4-26", ("bind", "32:9.11.4-26")),
        ("pkg:rpm/rhel/x@1-1?upstream=odd.rpm", "1-1", ("odd", "1-1")),
        ("pkg:rpm/rhel/acl@2.2.51-14.el7?epoch=x", "2.2.51-14.el7", ("", "2.2.51-14.el7")),
        ("pkg:apk/alpine/libcrypto3@3.0.7-r0?upstream=openssl", "3.0.7-r0", ("openssl", "3.0.7-r0")),
        ("pkg:apk/alpine/libcrypto3@3.0.7-r0?origin=openssl", "3.0.7-r0", ("openssl", "3.0.7-r0")),
        ("pkg:alpine/libcrypto3@3.0.7-r0?upstream=openssl", "3.0.7-r0", ("openssl", "3.0.7-r0")),
    ],
)  # fmt: skip
def test_source_packages_and_epochs(purl, version, source):
    found = _of(purl)
    assert found.version == version
    assert (found.source_name, found.source_version) == source


def test_what_the_item_says_of_its_source_counts_before_the_package_url():
    found = _of("pkg:deb/debian/libc6@2.28-10?upstream=other", source=("glibc", "2.28-9"))
    assert (found.source_name, found.source_version) == ("glibc", "2.28-9")


@pytest.mark.parametrize(
    ("purl", "ecosystem", "name", "version"),
    [
        ("pkg:pypi/Django_Rest.x@3.0", "PyPI", "django-rest-x", "3.0"),
        ("pkg:npm/%40babel/core@7.0.0", "npm", "@babel/core", "7.0.0"),
        ("pkg:maven/org.apache/commons-io@2.0", "Maven", "org.apache:commons-io", "2.0"),
        ("pkg:maven/org.apache/commons-io@$%7Bproject.version%7D", "Maven", "org.apache:commons-io", None),
        ("pkg:maven/org.apache/commons-io", "Maven", "org.apache:commons-io", None),
        ("pkg:gradle/org.apache/commons-io@2.0", "Maven", "org.apache:commons-io", "2.0"),
        ("pkg:golang/github.com/Azure/go-autorest@v14.2.0%2Bincompatible",
         "Go", "github.com/azure/go-autorest", "14.2.0+incompatible"),
        ("pkg:golang/github.com/a/b@1.2.3", "Go", "github.com/a/b", "1.2.3"),
        ("pkg:golang/github.com/a/b@%28devel%29", "Go", "github.com/a/b", None),
        ("pkg:golang/stdlib@go1.20.3", "Go", "stdlib", "1.20.3"),
        ("pkg:golang/stdlib@1.20.3%20X:boringcrypto", "Go", "stdlib", "1.20.3"),
        ("pkg:golang/golang.org/toolchain@v0.0.1-go1.21.0.linux-amd64", "Go", "toolchain", "1.21.0"),
        ("pkg:nuget/Microsoft.Sbom.Tool%400.3.0", "NuGet", "microsoft.sbom.tool", "0.3.0"),
        ("pkg:cargo/serde-json@1.0.0", "crates.io", "serde_json", "1.0.0"),
        ("pkg:githubactions/actions/checkout@v3", "GitHub Actions", "actions/checkout", "v3"),
        ("pkg:npm/left-pad@unknown", "npm", "left-pad", None),
    ],
)  # fmt: skip
def test_packages_of_languages(purl, ecosystem, name, version):
    found = _of(purl)
    assert (found.ecosystem, found.name, found.version) == (ecosystem, name, version)
    assert (found.release, found.source_name, found.source_version) == ("", "", None)


@pytest.mark.parametrize(
    ("purl", "code", "said"),
    [
        ("pkg:oci/debian@sha256:244fd47e07d10", "unsupported_ecosystem", "type oci name container images"),
        ("pkg:docker/cassandra@latest", "unsupported_ecosystem", "type docker"),
        ("pkg:generic/openssl@1.1.1", "unsupported_ecosystem", "type generic"),
        ("pkg:github/a/b@1", "unsupported_ecosystem", "type github name repositories"),
        ("pkg:made-up/b@1", "unsupported_ecosystem", "type made-up"),
        ("pkg:rpm/amzn/b@1", "unsupported_ecosystem", "distribution amzn"),
        ("pkg:rpm/%E2%80%AEa/b@1", "unsupported_ecosystem", "distribution that it names"),
        ("pkg:rpm/b@1", "unsupported_ecosystem", "of which distribution"),
        ("pkg:golang/../api", "no_name", "folder"),
        ("pkg:maven/Gradle@4.6", "no_name", "without its group"),
        ("pkg:maven/", "bad_package_url", "names no package"),
        ("left-pad@1.0.0", "bad_package_url", "begins with pkg:"),
    ],
)
def test_what_cannot_be_judged_says_why(purl, code, said):
    found = package_of(_item(purl))
    assert isinstance(found, Unjudged)
    assert found.code == code
    assert said in found.reason
    assert found.reason.isprintable()


def test_a_package_url_without_an_ecosystem_is_helped_by_the_component():
    found = _of("pkg:github/actions/checkout@v3", ecosystem="GitHub Actions")
    assert (found.ecosystem, found.name) == ("GitHub Actions", "actions/checkout")


def test_the_system_of_the_inventory_counts_where_the_item_says_nothing():
    bare = _item("pkg:deb/debian/curl@7.74.0-1.3")
    assert package_of(bare).release == ""
    assert package_of(bare, system="Debian:11").release == "11"
    assert package_of(bare, system="Ubuntu:22.04").release == ""
    assert package_of(_item("pkg:deb/debian/curl@1?distro=debian-12"), system="Debian:11").release == "12"
    assert package_of(_item("pkg:rpm/curl@1-1"), system="Rocky Linux:9").ecosystem == "Rocky Linux"


def test_an_item_without_a_package_url():
    found = package_of(_item(name="libc6", ecosystem="Debian:12", version="2.36-9+b1", source=("glibc", None)))
    assert found == PackageId(
        ecosystem="Debian",
        release="12",
        name="libc6",
        version="2.36-9+b1",
        purl="pkg:deb/debian/libc6@2.36-9%2Bb1?distro=debian-12",
        source_name="glibc",
        source_version="2.36-9",
    )
    assert package_of(_item(name="Demo_x", ecosystem="PyPI")) == PackageId(
        ecosystem="PyPI", name="demo-x", purl="pkg:pypi/demo-x"
    )
    assert package_of(_item(name="FortiGate 60F")).code == "unsupported_ecosystem"
    assert package_of(_item(name=" ", ecosystem="npm")).code == "no_name"
    assert package_of(_item(name="demo", ecosystem="Maven", version="1")).code == "no_name"


_PIECES = ["pkg:", "deb", "rpm", "/", "@", "?", "distro=", "upstream=", "epoch=", "&", "1", "é"]


@given(
    st.none() | st.lists(st.sampled_from(_PIECES), max_size=12).map("".join) | st.text(max_size=40),
    st.text(max_size=10),
    st.sampled_from(["", "npm", "Debian:12", "Go", "Maven", "nothing:known"]) | st.text(max_size=8),
    st.none() | st.text(max_size=10),
)
def test_any_item_has_an_answer(purl, name, ecosystem, version):
    found = package_of(_item(purl, name=name, ecosystem=ecosystem, version=version))
    if isinstance(found, PackageId):
        assert found.name
        assert found.version != ""
        assert json.dumps(found.purl)
    else:
        assert found.reason.endswith(".")


@pytest.mark.data
def test_nearly_all_real_package_urls_are_packages(distinct_purls):
    """What is left over in 1,079 container images: images, distributions that OSV does not have, and folders."""
    found = [package_of(_item(purl)) for purl in distinct_purls]
    codes = [each.code for each in found if isinstance(each, Unjudged)]
    assert len(distinct_purls) == 108_731
    assert {code: codes.count(code) for code in set(codes)} == {
        "unsupported_ecosystem": 5795,
        "no_name": 157,
        "bad_package_url": 2,
    }
