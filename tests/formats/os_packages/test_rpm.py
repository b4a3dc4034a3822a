"""What rpm, dnf and yum print."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.os_packages.entry import Entry
from clearinghouse.formats.os_packages.rpm import ARCHITECTURES, read_names

NAMES = st.from_regex(r"[a-z][a-z0-9+._]{0,8}(-[a-z0-9+._]{1,6}){0,3}", fullmatch=True)
PARTS = st.from_regex(r"[0-9][a-z0-9._~^]{0,8}", fullmatch=True)


def test_names(listed):
    found = listed("rpm-qa.txt")
    assert found.packages == {
        "bash": "5.1.8-6.el9_1",
        "java-11-openjdk-headless": "11.0.21.0.9-2.el9",
        "glibc": "2.34-60.el9",
        "python3.11-libs": "3.11.5-1.el9_3",
        "tzdata": "2023c-1.el9",
        "rocky-release": "9.3-1.2.el9",
        "libstdc++": "11.4.1-2.1.el9",
    }
    assert found.system == "Rocky Linux:9"
    assert found.items[0].written == "bash-5.1.8-6.el9_1.x86_64"
    assert found.codes == ["no_source_packages"]
    assert "epochs" in found.problems[0].message
    assert "SOURCERPM" in (found.problems[0].expected or "")


def test_names_with_epoch(listed):
    found = listed(b"openssl-1:3.0.7-24.el9.x86_64\nbash-0:5.1.8-6.el9.x86_64\n1:dbus-1.12.20-8.el9.x86_64\n")
    assert found.packages == {"openssl": "1:3.0.7-24.el9", "bash": "5.1.8-6.el9", "dbus": "1:1.12.20-8.el9"}
    assert "epochs" not in found.problems[-1].message


def test_names_of_old_releases(listed):
    """They printed no architecture."""
    found = listed(b"bash-3.2-33.el5\nglibc-2.5-123.el5_11.3\ntzdata-2016c-1.el5\n")
    assert found.packages == {"bash": "3.2-33.el5", "glibc": "2.5-123.el5_11.3", "tzdata": "2016c-1.el5"}
    assert found.system == "Red Hat:enterprise_linux:5"


def test_a_cut_line_is_no_package(listed):
    found = listed(b"bash-5.1.8-6.el9.x86_64\n" * 9 + b"openssl-3.0.7-2\n")
    assert len(found.items) == 9
    assert found.codes[-1] == "bad_line"


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, PARTS, PARTS, st.sampled_from(sorted(ARCHITECTURES))), min_size=1, max_size=20))
def test_law_of_names(packages):
    """Name, version and release come back whole, however many dashes the name has."""
    lines = [f"{name}-{version}-{release}.{arch}" for name, version, release, arch in packages]
    found = list(read_names(enumerate(lines, 1)))
    expected = [(name, f"{version}-{release}") for name, version, release, _ in packages]
    assert [(entry.name, entry.version) for entry in found if isinstance(entry, Entry)] == expected


def test_columns(listed):
    found = listed("rpm-qf.tsv")
    assert found.packages == {
        "openssl": "1:3.0.7-24.el9",
        "openssl-libs": "1:3.0.7-24.el9",
        "glibc-common": "2.34-60.el9",
        "tzdata": "2023c-1.el9",
    }
    assert (found.item("glibc-common").source_name, found.item("glibc-common").source_version) == (
        "glibc",
        "2.34-60.el9",
    )
    assert found.codes == ["rebuild_unknown"]
    assert found.system == "Red Hat:enterprise_linux:9"


def test_columns_in_another_order(listed):
    found = listed(
        b"openssl\t1\t3.0.7\t24.el9\topenssl-3.0.7-24.el9.src.rpm\tx86_64\n"
        b"bash\t0\t5.1.8\t6.el9\tbash-5.1.8-6.el9.src.rpm\tx86_64\n"
    )
    assert found.packages == {"openssl": "1:3.0.7-24.el9", "bash": "5.1.8-6.el9"}
    assert found.item("openssl").source_name == "openssl"


def test_columns_of_three(listed):
    found = listed(b"openssl\t1:3.0.7-24.el9\tx86_64\nbash\t5.1.8-6.el9\tx86_64\n")
    assert found.packages == {"openssl": "1:3.0.7-24.el9", "bash": "5.1.8-6.el9"}


def test_columns_that_cannot_be_told(listed):
    assert listed(b"a\t1\t2\t3\t4\nb\t1\t2\t3\t4\n").score == 0


def test_dnf(listed):
    found = listed("dnf.txt")
    assert found.packages == {
        "NetworkManager": "1:1.44.0-3.el9",
        "bash": "5.1.8-6.el9_1",
        "openssl": "1:3.0.7-24.el9",
    }
    assert found.tool == "dnf list"


def test_yum_breaks_long_lines(listed):
    found = listed("yum.txt")
    assert found.packages["abrt-addon-vmcore-and-a-long-name"] == "2.1.11-60.el7.centos"
    assert len(found.items) == 4
    assert found.system == "Red Hat:enterprise_linux:7"
    assert found.codes[0] == "rebuild"
