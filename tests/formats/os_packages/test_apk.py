"""What apk keeps and prints."""


def test_database(listed):
    found = listed("apk-installed")
    assert found.packages == {
        "alpine-baselayout": "3.4.3-r1",
        "libcrypto3": "3.1.4-r5",
        "alpine-release": "3.18.6-r0",
    }
    assert found.system == "Alpine:v3.18"
    crypto = found.item("libcrypto3")
    assert (crypto.source_name, crypto.source_version) == ("openssl", "3.1.4-r5")
    assert crypto.written == "libcrypto3-3.1.4-r5"
    assert found.problems == []


def test_list(listed):
    found = listed("apk-list.txt")
    assert found.packages == {
        "alpine-keys": "2.4-r1",
        "busybox-binsh": "1.36.1-r5",
        "libcrypto3": "3.1.4-r5",
        "musl": "1.2.4-r2",
    }
    assert found.item("busybox-binsh").source_name == "busybox"
    assert found.system == "Alpine"
    assert found.codes == ["release_unknown"]


def test_info(listed):
    found = listed("apk-info.txt")
    assert found.packages == {
        "musl": "1.2.4-r2",
        "busybox": "1.36.1-r5",
        "alpine-baselayout": "3.4.3-r1",
        "py3-setuptools": "67.7.2-r0",
    }
    assert found.codes == ["release_unknown", "no_source_packages"]


def test_info_with_descriptions(listed):
    found = listed(b"musl-1.2.4-r2 - the musl c library\nzlib-1.2.13-r1 - A compression library - small\n")
    assert found.packages == {"musl": "1.2.4-r2", "zlib": "1.2.13-r1"}


def test_of_which_distribution_apk_is_not_said(listed):
    found = listed(b"P:zlib\nV:1.3.1-r0\nA:x86_64\no:zlib\n")
    assert found.system == ""
    assert found.items[0].component.ecosystem == ""
    assert found.codes == ["system_unknown"]
    assert "/etc/os-release" in found.problems[0].message
    assert found.problems[0].expected == "the file /etc/os-release before the list"


def test_wolfi(listed):
    found = listed(b"P:wolfi-baselayout\nV:20230201-r7\nA:x86_64\no:wolfi-baselayout\n")
    assert found.system == "Wolfi"
    assert found.problems == []
