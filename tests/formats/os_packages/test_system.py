"""Of which distribution a list is."""

from pathlib import Path

import pytest

from clearinghouse.formats.os_packages.distributions import assignment, ecosystem_in
from clearinghouse.packages.ecosystems import split_ecosystem


@pytest.mark.parametrize(
    ("described", "ecosystem"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, "Debian:12"),
        ({"ID": "debian", "VERSION_CODENAME": "trixie"}, "Debian:13"),
        ({"ID": "debian"}, "Debian"),
        ({"ID": "ubuntu", "VERSION_ID": "22.04"}, "Ubuntu:22.04:LTS"),
        ({"ID": "ubuntu", "VERSION_ID": "23.10"}, "Ubuntu:23.10"),
        ({"ID": "ubuntu", "VERSION_ID": "21.04"}, "Ubuntu:21.04"),
        ({"ID": "alpine", "VERSION_ID": "3.18.6"}, "Alpine:v3.18"),
        ({"ID": "alpine", "VERSION_ID": "3.20_alpha20240329"}, "Alpine"),
        ({"ID": "rhel", "VERSION_ID": "9.3"}, "Red Hat:enterprise_linux:9"),
        ({"ID": "rocky", "VERSION_ID": "9.3"}, "Rocky Linux:9"),
        ({"ID": "almalinux", "VERSION_ID": "8.9"}, "AlmaLinux:8"),
        (
            {"ID": "sles", "VERSION_ID": "15.5", "PRETTY_NAME": "SUSE Linux Enterprise Server 15 SP5"},
            "SUSE:Linux Enterprise Server 15 SP5",
        ),
        ({"ID": "opensuse-leap", "VERSION_ID": "15.5", "PRETTY_NAME": "openSUSE Leap 15.5"}, "openSUSE:Leap 15.5"),
        ({"ID": "openEuler", "VERSION_ID": "22.03", "VERSION": "22.03 (LTS-SP1)"}, "openEuler:22.03-LTS-SP1"),
        ({"ID": "photon", "VERSION_ID": "5.0"}, "Photon OS:5.0"),
        ({"ID": "azurelinux", "VERSION_ID": "3.0"}, "Azure Linux:3"),
        ({"ID": "mageia", "VERSION_ID": "9"}, "Mageia:9"),
        ({"ID": "wolfi", "VERSION_ID": "20230201"}, "Wolfi"),
        ({"ID": "fedora", "VERSION_ID": "39"}, None),
        ({"ID": "arch"}, None),
        ({}, None),
    ],
)
def test_os_release(described, ecosystem):
    assert ecosystem_in(described) == ecosystem


@pytest.mark.parametrize(
    ("ecosystem", "same"),
    [
        ("Ubuntu:22.04:LTS", "Ubuntu:jammy"),
        ("SUSE:Linux Enterprise Server 15 SP5", "SUSE:15.5"),
        ("Red Hat:enterprise_linux:9", "Red Hat:enterprise_linux:9::baseos"),
        ("Alpine:v3.18", "Alpine:3.18.6"),
    ],
)
def test_releases_are_those_of_advisories(ecosystem, same):
    assert split_ecosystem(ecosystem) == split_ecosystem(same)


def test_assignment():
    assert assignment('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n') == (
        "PRETTY_NAME",
        "Debian GNU/Linux 12 (bookworm)",
    )
    assert assignment("ID='debian'") == ("ID", "debian")
    assert assignment("ID=debian") == ("ID", "debian")
    assert assignment("adduser\t3.134") is None
    assert assignment("id=x") is None


QUERY = b"libc6:amd64\t2.36-9\napt\t2.6.1\n"
OS_RELEASE = (
    b'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\nHOME_URL="https://www.debian.org/"\n'
)


@pytest.mark.parametrize("text", [OS_RELEASE + QUERY, QUERY + OS_RELEASE, OS_RELEASE + b"\n" + QUERY])
def test_os_release_beside_the_list(listed, text):
    found = listed(text)
    assert found.system == "Debian:12"
    assert found.inventories[0].subject == "Debian GNU/Linux 12 (bookworm)"
    assert found.packages == {"libc6": "2.36-9", "apt": "2.6.1"}
    assert "bad_line" not in found.codes


@pytest.mark.parametrize("name", ["status", "apk-installed"])
def test_os_release_right_before_a_stanza(listed, name):
    files = Path(__file__).parent / "files"
    found = listed((files / "os-release-alpine").read_bytes() + (files / name).read_bytes())
    assert found.system == "Alpine:v3.18"
    assert found.packages == listed(name).packages


def test_neither_debian_nor_ubuntu_can_be_told(listed):
    found = listed(QUERY)
    assert found.system == ""
    assert [item.component.ecosystem for item in found.items] == ["", ""]
    assert found.codes[0] == "system_unknown"
    assert found.codes.count("system_unknown") == 1


def test_release_is_not_guessed(listed):
    """An upgraded system keeps packages of the release before."""
    found = listed(b"libc6\t2.36-9+deb12u4\nlibold\t1.0-1+deb11u2\n")
    assert found.system == "Debian"
    assert found.codes[0] == "release_unknown"
    assert "11, 12" in found.problems[0].message
    assert listed(b"libc6\t2.35-0ubuntu3.8\n").system == "Ubuntu"


def test_marks_in_versions(listed):
    assert listed(b"libc6\t2.36-9+deb12u4\napt\t2.6.1\n").system == "Debian:12"
    assert listed(b"libc6\t2.36-9\nxz\t1.0-1~bpo12+1\n").system == "Debian:12"
    assert listed(b"libc6\t2.35-0ubuntu3.8\nxz\t1-0ubuntu0.22.04.1\n").system == "Ubuntu:22.04:LTS"


def test_debian_has_a_package_of_ubuntu(listed):
    lines = [f"lib{number}\t1.0-1+deb12u1" for number in range(10)] + ["odd\t1-1ubuntu2"]
    assert listed("\n".join(lines).encode()).system == "Debian:12"


@pytest.mark.parametrize(
    ("release", "system", "code"),
    [
        (b"oraclelinux-release-9.3-1.0.4.el9.x86_64", "", "system_unsupported"),
        (b"redhat-release-9.3-0.5.el9.x86_64", "Red Hat:enterprise_linux:9", None),
        (b"almalinux-release-9.3-1.el9.x86_64", "AlmaLinux:9", None),
        (b"centos-stream-release-9.0-22.el9.noarch", "Red Hat:enterprise_linux:9", "rebuild"),
        (b"bash-5.1.8-6.el9.x86_64", "Red Hat:enterprise_linux:9", "rebuild_unknown"),
        (b"bash-5.2.15-1.fc38.x86_64", "", "system_unsupported"),
        (b"bash-5.1.8-2.mga9.x86_64", "Mageia:9", None),
        (b"bash-5.1.8-6.oe2203sp1.x86_64", "openEuler:22.03-LTS-SP1", None),
        (b"bash-5.2.15-3.azl3.x86_64", "Azure Linux:3", None),
        (b"sles-release-15.5-150500.43.2.x86_64", "SUSE:Linux Enterprise Server 15 SP5", None),
        (b"bash-4.4-150400.25.22.x86_64", "", "system_unknown"),
    ],
)
def test_rpm_distributions(listed, release, system, code):
    found = listed(release + b"\nzlib-1.2.11-40.%s.x86_64\n" % release.rpartition(b"-")[2].split(b".")[-2])
    assert found.system == system
    assert found.codes[0] == (code or "no_source_packages")


def test_several_distributions(listed):
    found = listed(b"rocky-release-9.3-1.2.el9.noarch\nalmalinux-release-9.3-1.el9.x86_64\n")
    assert found.system == ""
    assert found.codes[0] == "system_unknown"
