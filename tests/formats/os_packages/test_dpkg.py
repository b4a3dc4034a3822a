"""What dpkg and apt keep and print."""

import shutil
import subprocess

import pytest

from clearinghouse.records import Level


def test_status(listed):
    found = listed("status")
    assert found.packages == {
        "adduser": "3.134",
        "base-files": "12.4+deb12u5",
        "libc6": "2.36-9+deb12u4",
        "libgcc-s1": "12.2.0-14+b1",
        "half-thing": "1:2.0~rc1-3",
    }
    assert found.system == "Debian:12"
    assert {item.component.ecosystem for item in found.items} == {"Debian:12"}
    assert found.tool == "dpkg"
    libc = found.item("libc6")
    assert (libc.source_name, libc.source_version, libc.line) == ("glibc", None, 25)
    assert libc.written == "libc6 2.36-9+deb12u4"
    gcc = found.item("libgcc-s1")
    assert (gcc.source_name, gcc.source_version) == ("gcc-12", "12.2.0-14")
    assert found.item("adduser").source_name == "adduser"  # the field is left out where it would be the same
    assert found.problems == []


def test_status_d(listed):
    """Images without a package manager keep one file a package, which has no Status."""
    found = listed(b"Package: base-files\nVersion: 12.4+deb12u5\nArchitecture: amd64\n")
    assert found.packages == {"base-files": "12.4+deb12u5"}
    assert found.system == "Debian:12"


def test_index_of_a_repository_is_no_list(listed):
    stanza = b"Package: a%d\nVersion: 1-1\nFilename: pool/a_1-1_all.deb\nSHA256: 00\n\n"
    assert listed(b"".join(stanza % number for number in range(20))).score == 0


def test_table(listed):
    found = listed("dpkg-l.txt")
    assert [item.component.name for item in found.items] == [
        "base-files",
        "libc6",
        "libc6",
        "linux-image-6.1.0-18",
        "openssl",
    ]
    assert found.items[1].written == "libc6:amd64 2.36-9+deb12u4"
    assert found.items[1].line == 7
    assert found.system == "Debian:12"
    assert found.codes == ["no_source_packages"]


def test_narrow_table_cuts(listed):
    found = listed("dpkg-l-narrow.txt")
    assert found.packages == {"adduser": "3.110", "apache2": None, "libapache2-mod": None}
    assert "cut_column" in found.codes


def test_query(listed):
    found = listed("dpkg-query.txt")
    assert found.packages == {
        "adduser": "3.134",
        "base-files": "12ubuntu4.6",
        "libc6": "2.35-0ubuntu3.8",
        "libssl3": "3.0.2-0ubuntu1.15",
        "curl": "7.81.0-1ubuntu1.16",
        "ubuntu-release-upgrader-core": "1:22.04.19",
    }
    assert found.system == "Ubuntu:22.04:LTS"


def test_query_with_more_columns(listed):
    found = listed(
        b"libc6\t2.36-9+deb12u4\tamd64\tglibc\t2.36-9+deb12u4\tinstall ok installed\n"
        b"gone\t1.0-1\tamd64\tgone\t1.0-1\tdeinstall ok config-files\n"
    )
    assert found.packages == {"libc6": "2.36-9+deb12u4"}
    assert (found.items[0].source_name, found.items[0].source_version) == ("glibc", "2.36-9+deb12u4")
    assert "no_source_packages" not in found.codes


@pytest.mark.parametrize(
    "text", [b"alpha\t1.0\nbeta\t2.0\n", b"id\tscore\n1\t2\n3\t4\n", b"requests\t2.31.0\nflask\t3.0.0\n"]
)
def test_two_columns_alone_are_no_list(listed, text):
    assert listed(text).score == 0


def test_apt(listed):
    found = listed("apt.txt")
    assert found.packages == {
        "adduser": "3.118ubuntu5",
        "curl": "7.81.0-1ubuntu1.16",
        "libc6": "2.35-0ubuntu3.8",
        "localthing": "1.0-1",
        "openssl": "3.0.2-0ubuntu1.15",
    }
    assert found.system == "Ubuntu:22.04:LTS"


def test_apt_in_german(listed):
    found = listed(
        b"Auflistung...\n"
        b"adduser/bookworm,now 3.134 all  [installiert]\n"
        b"libc6/bookworm,now 2.36-9+deb12u4 amd64  [installiert]\n"
    )
    assert len(found.items) == 2
    assert found.system == "Debian:12"


def test_bad_lines_are_told(listed):
    lines = [f"ii  pkg{number}  1.0-{number}  amd64  text" for number in range(300)]
    lines[150:150] = ["this is no line of it"] * 30
    found = listed("\n".join(lines).encode())
    assert len(found.items) == 300
    bad = [problem for problem in found.problems if problem.code == "bad_line"]
    assert len(bad) == 21
    assert bad[0].line == 151
    assert bad[0].level is Level.ERROR
    assert "10 more" in bad[-1].message


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="dpkg-query is not there: not compared with it")
@pytest.mark.parametrize(
    "command",
    [
        ["dpkg-query", "-W"],
        ["dpkg", "-l"],
        ["dpkg", "-s", "dpkg", "base-files", "libc6"],
        ["cat", "/var/lib/dpkg/status"],
        ["apt", "list", "--installed"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_as_dpkg_says(listed, command):
    """Beside the truth of the machine on which the tests run."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not there: not compared with it")
    form = "${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\n"
    run = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, check=True)
    rows = [line.split("\t") for line in run.stdout.decode().splitlines()]
    truth = {(name, version): (source, of) for state, name, version, source, of in rows if state == "installed"}
    output = subprocess.run(command, capture_output=True, check=False).stdout
    if not truth or not output:
        pytest.skip("no package is installed by dpkg: not compared with it")
    found = listed(output)
    seen = {(item.component.name, item.component.version) for item in found.items}
    if "-s" in command:
        assert len(seen) == 3
        assert seen <= truth.keys()
    else:
        assert seen == truth.keys()
    for item in found.items:
        if item.source_name:
            expected = truth[item.component.name, item.component.version]
            assert (item.source_name, item.source_version or item.component.version) == expected
