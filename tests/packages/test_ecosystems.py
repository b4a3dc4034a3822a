"""Names of ecosystems, of packages in them, and of releases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.ecosystems import (
    ecosystem_of,
    ecosystem_of_type,
    name_of_purl,
    normal_name,
    purl_of,
    split_ecosystem,
)
from clearinghouse.packages.purl import parse
from clearinghouse.packages.releases import normal_release, release_of_distro, release_of_platform


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("", ("", "")),
        ("npm", ("npm", "")),
        ("Debian:12", ("Debian", "12")),
        ("Debian:3.1", ("Debian", "3.1")),
        ("Debian:sid", ("Debian", "sid")),
        ("Ubuntu:22.04:LTS", ("Ubuntu", "22.04")),
        ("Ubuntu:23.10", ("Ubuntu", "23.10")),
        ("Ubuntu:Pro:18.04:LTS", ("Ubuntu", "Pro:18.04")),
        ("Ubuntu:Pro:FIPS-updates:18.04:LTS", ("Ubuntu", "Pro:FIPS-updates:18.04")),
        ("Alpine:v3.17", ("Alpine", "3.17")),
        ("Alpine:edge", ("Alpine", "edge")),
        ("Rocky Linux:9", ("Rocky Linux", "9")),
        ("AlmaLinux:9", ("AlmaLinux", "9")),
        ("Red Hat:enterprise_linux:8::appstream", ("Red Hat", "8")),
        ("Red Hat:rhel_eus:8.6::baseos", ("Red Hat", "rhel_eus:8.6::baseos")),
        ("Red Hat:openshift:4.12::el8", ("Red Hat", "openshift:4.12::el8")),
        ("openSUSE:Leap 15.5", ("openSUSE", "Leap 15.5")),
        ("openSUSE:Leap Micro 5.3", ("openSUSE", "Leap Micro 5.3")),
        ("openSUSE:Tumbleweed", ("openSUSE", "Tumbleweed")),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP4", ("SUSE", "15.4")),
        ("SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5", ("SUSE", "12.5")),
        ("SUSE:Linux Enterprise Module for Public Cloud 15", ("SUSE", "15")),
        ("SUSE:Linux Enterprise Micro 5.3", ("SUSE", "Micro 5.3")),
        ("SUSE:Manager Server 4.3", ("SUSE", "Manager Server 4.3")),
        ("Photon OS:3.0", ("Photon OS", "3.0")),
        ("Azure Linux:2", ("Azure Linux", "2")),
        ("openEuler:22.03-LTS-SP3", ("openEuler", "22.03-LTS-SP3")),
        ("Maven:https://maven.google.com", ("Maven", "")),
        ("Android:12L", ("Android", "12L")),
    ],
)
def test_base_and_release(written, parts):
    assert split_ecosystem(written) == parts


@pytest.mark.parametrize(
    ("purl", "ecosystem", "release"),
    [
        ("pkg:deb/debian/x@1?distro=debian-11.5", "Debian", "11"),
        ("pkg:deb/debian/x@1?distro=debian-11", "Debian", "11"),
        ("pkg:deb/debian/x@1?distro=jessie", "Debian", "8"),
        ("pkg:deb/debian/x@1?distro=debian-bookworm/sid", "Debian", "sid"),
        ("pkg:deb/debian/x@1", "Debian", ""),
        ("pkg:deb/ubuntu/x@1?distro=ubuntu-22.04", "Ubuntu", "22.04"),
        ("pkg:deb/ubuntu/x@1?distro=jammy", "Ubuntu", "22.04"),
        ("pkg:apk/alpine/x@1?distro=alpine-3.17.1", "Alpine", "3.17"),
        ("pkg:apk/alpine/x@1?distro=3.17.1", "Alpine", "3.17"),
        ("pkg:apk/alpine/x@1?distro=alpine-3.20_alpha20240329", "Alpine", "edge"),
        ("pkg:alpine/x@1?distro=alpine-3.8.4", "Alpine", "3.8"),
        ("pkg:apk/wolfi/x@1?distro=wolfi-20230201", "Wolfi", ""),
        ("pkg:rpm/rhel/x@1?distro=rhel-8.6", "Red Hat", "8"),
        ("pkg:rpm/redhat/x@1?distro=redhat-9.1", "Red Hat", "9"),
        ("pkg:rpm/centos/x@1?distro=centos-7.9.2009", "Red Hat", "7"),
        ("pkg:rpm/x@1?distro=rhel-8.6", "Red Hat", "8"),
        ("pkg:rpm/rocky/x@1?distro=rocky-9.1", "Rocky Linux", "9"),
        ("pkg:rpm/alma/x@1?distro=alma-8.7", "AlmaLinux", "8"),
        ("pkg:rpm/opensuse-leap/x@1?distro=opensuse-leap-15.3", "openSUSE", "Leap 15.3"),
        ("pkg:rpm/opensuse/x@1?distro=opensuse.leap-15.3", "openSUSE", "Leap 15.3"),
        ("pkg:rpm/opensuse/x@1?distro=opensuse-tumbleweed-20240902", "openSUSE", "Tumbleweed"),
        ("pkg:rpm/sles/x@1?distro=sles-15.4", "SUSE", "15.4"),
        ("pkg:rpm/suse/x@1?distro=slem-5.3", "SUSE", "Micro 5.3"),
        ("pkg:rpm/photon/x@1?distro=photon-4.0", "Photon OS", "4.0"),
        ("pkg:rpm/photon/x@1?distro=photon-4", "Photon OS", "4.0"),
        ("pkg:rpm/azurelinux/x@1?distro=azurelinux-3.0", "Azure Linux", "3"),
        ("pkg:rpm/cbl-mariner/x@1?distro=cbl-mariner-2.0.20240101", "Azure Linux", "2"),
        ("pkg:rpm/amzn/x@1?distro=amzn-2", "", "2"),
        ("pkg:rpm/amazon/x@1?distro=amazon-2%20%28Karoo%29", "", "2 (Karoo)"),
        ("pkg:rpm/x@1", "", ""),
        ("pkg:bitnami/wordpress@6.2.0?distro=debian-12", "Bitnami", ""),
        ("pkg:dotnet-core/Humanizer.Core@2", "NuGet", ""),
        ("pkg:npm/x@1", "npm", ""),
        ("pkg:oci/x@1", "", ""),
        ("pkg:generic/x@1", "", ""),
        ("pkg:github/a/x@1", "", ""),
    ],
)
def test_ecosystem_and_release_of_a_package_url(purl, ecosystem, release):
    url = parse(purl)
    distro = url.qualifier("distro")
    assert ecosystem_of_type(url.type, url.namespace, distro) == ecosystem
    assert release_of_distro(ecosystem, url.namespace, distro) == release


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:maven/org.example/demo@1", "org.example:demo"),
        ("pkg:npm/%40scope/demo@1", "@scope/demo"),
        ("pkg:npm/scope/demo@1", "@scope/demo"),
        ("pkg:golang/github.com/a/b/v2@v2.0.0", "github.com/a/b/v2"),
        ("pkg:golang/github.com/a/b@v2.0.0#v2", "github.com/a/b/v2"),
        ("pkg:composer/a/b@1", "a/b"),
        ("pkg:conan/bincrafters/cctz@2.3", "cctz"),
        ("pkg:vscode-extension/redhat/java@1", "redhat.java"),
        ("pkg:deb/debian/curl@1", "curl"),
        ("pkg:swift/github.com/a/b@1", "github.com/a/b"),
    ],
)
def test_name_of_a_package_url(purl, name):
    url = parse(purl)
    assert name_of_purl(ecosystem_of_type(url.type, url.namespace), url) == name


@pytest.mark.parametrize(
    ("ecosystem", "one", "other"),
    [
        ("PyPI", "Demo_Parser.x", "demo-parser--X"),
        ("crates.io", "Serde_JSON", "serde-json"),
        ("Maven", "org.example:demo", "org.example/demo"),
        ("Maven", "org/example/demo", "org.example:demo"),
        ("Go", "github.com/Azure/go-autorest", "github.com/azure/go-autorest"),
        ("Go", "std", "stdlib"),
        ("Go", "golang.org/toolchain", "toolchain"),
        ("NuGet", "Newtonsoft.Json", "newtonsoft.json"),
        ("Packagist", "Laravel/Framework", "laravel/framework"),
        ("GitHub Actions", "Actions/cache/restore", "actions/cache"),
        ("SwiftURL", "https://github.com/Vapor/vapor.git", "github.com/vapor/vapor"),
        ("SwiftURL", "git@github.com/Vapor/vapor", "github.com/vapor/vapor/"),
        ("Debian", "GLIBC", "glibc"),
    ],
)
def test_names_of_one_package_are_equal(ecosystem, one, other):
    assert normal_name(ecosystem, one) == normal_name(ecosystem, other)


@pytest.mark.parametrize(
    ("ecosystem", "one", "other"),
    [
        ("npm", "JSONStream", "jsonstream"),
        ("RubyGems", "Abc", "abc"),
        ("Red Hat", "ImageMagick", "imagemagick"),
        ("PyPI", "demo-parser", "demoparser"),
        ("SwiftURL", "git.example/Team/tool", "git.example/team/tool"),
    ],
)
def test_names_of_two_packages_are_not(ecosystem, one, other):
    assert normal_name(ecosystem, one) != normal_name(ecosystem, other)


@pytest.mark.parametrize(
    ("word", "ecosystem"),
    [
        (" PyPI ", "PyPI"),
        ("python-pkg", "PyPI"),
        ("crates.io", "crates.io"),
        ("rocky linux", "Rocky Linux"),
        ("deb", ""),
        ("no such", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_words_of_tools(word, ecosystem):
    assert ecosystem_of(word) == ecosystem


_BASES = [
    "PyPI", "npm", "Go", "Maven", "crates.io", "SwiftURL", "GitHub Actions", "Debian", "Ubuntu", "Alpine", "Red Hat",
    "openSUSE", "SUSE", "Photon OS", "Rocky Linux", "Packagist", "unheard of",
]  # fmt: skip


@given(st.sampled_from(_BASES), st.text(max_size=30) | st.text(alphabet="aZ-_./:@ 0gitSP", max_size=30))
def test_normal_forms_stay_what_they_are(ecosystem, text):
    name = normal_name(ecosystem, text)
    assert normal_name(ecosystem, name) == name
    release = normal_release(ecosystem, text)
    assert normal_release(ecosystem, release) == release


@pytest.mark.parametrize(
    ("ecosystem", "name", "expected"),
    [
        ("PyPI", "Demo_x", "pkg:pypi/demo-x@1"),
        ("npm", "@scope/demo", "pkg:npm/%40scope/demo@1"),
        ("Maven", "org.example:demo", "pkg:maven/org.example/demo@1"),
        ("Go", "github.com/a/b/v2", "pkg:golang/github.com/a/b/v2@1"),
        ("crates.io", "a_b", "pkg:cargo/a_b@1"),
        ("Packagist", "a/b", "pkg:composer/a/b@1"),
        ("Maven", "demo", None),
        ("npm", "a/b", None),
        ("Debian", "demo", None),
        ("PyPI", "", None),
    ],
)
def test_the_package_url_of_a_package(ecosystem: str, name: str, expected: str | None) -> None:
    assert purl_of(ecosystem, name, "1") == expected


_WORD = st.text("abcXYZ019-_.", min_size=1, max_size=12).filter(lambda word: word.strip(".-_") == word)
_NAMES = {
    "PyPI": _WORD,
    "npm": st.one_of(_WORD, st.builds("@{}/{}".format, _WORD, _WORD)),
    "Maven": st.builds("{}:{}".format, _WORD, _WORD),
    "Go": st.lists(_WORD, min_size=1, max_size=4).map("/".join),
    "crates.io": _WORD,
    "RubyGems": _WORD,
    "NuGet": _WORD,
    "Packagist": st.builds("{}/{}".format, _WORD, _WORD),
    "Hex": _WORD,
    "Pub": st.text("abcxyz019_", min_size=1, max_size=12),
}


@given(st.sampled_from(sorted(_NAMES)).flatmap(lambda kind: st.tuples(st.just(kind), _NAMES[kind])))
def test_the_name_comes_back_out_of_the_package_url(named: tuple[str, str]) -> None:
    ecosystem, name = named
    made = purl_of(ecosystem, name, "1.0")
    assert made is not None
    assert normal_name(ecosystem, name_of_purl(ecosystem, parse(made))) == normal_name(ecosystem, name)


@pytest.mark.parametrize(
    ("ecosystem", "platform", "release"),
    [
        ("Red Hat", "Red Hat Enterprise Linux 8", "8"),
        ("Red Hat", "Red Hat Enterprise Linux AppStream (v. 9)", "9"),
        ("Red Hat", "Red Hat Enterprise Linux AppStream EUS (v.9.0)", "Red Hat Enterprise Linux AppStream EUS (v.9.0)"),
        ("Red Hat", "Red Hat Enterprise Linux Server (v. 7 ELS)", "Red Hat Enterprise Linux Server (v. 7 ELS)"),
        (
            "Red Hat",
            "Red Hat Enterprise Linux OpenStack Platform 7.0",
            "Red Hat Enterprise Linux OpenStack Platform 7.0",
        ),
        ("Ubuntu", "Ubuntu Pro 18.04 LTS", "Ubuntu Pro 18.04 LTS"),
        ("SUSE", "SUSE Linux Enterprise Server 15 SP4-LTSS", "SUSE Linux Enterprise Server 15 SP4-LTSS"),
        ("Alpine", "Alpine Linux v3.17", "3.17"),
        ("Red Hat", "Red Hat OpenShift Container Platform 4.12", "Red Hat OpenShift Container Platform 4.12"),
        ("SUSE", "SUSE Linux Enterprise Server 15 SP4", "15.4"),
        ("SUSE", "SUSE Manager Server 4.3", "Manager Server 4.3"),
        ("openSUSE", "openSUSE Leap 15.5", "Leap 15.5"),
        ("openSUSE", "openSUSE Tumbleweed", "Tumbleweed"),
        ("Debian", "Debian GNU/Linux 12 (bookworm)", "12"),
        ("Ubuntu", "Ubuntu 22.04 LTS", "22.04"),
        ("Ubuntu", "x86_64", ""),
        ("Red Hat", "a host called 8", ""),
    ],
)
def test_the_release_that_the_name_of_a_product_means(ecosystem: str, platform: str, release: str) -> None:
    assert release_of_platform(ecosystem, platform) == release
