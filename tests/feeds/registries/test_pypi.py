"""Files of PyPI: which one is taken, that it is the right one, and where it is kept."""

import json

import pytest

from clearinghouse.feeds.registries import (
    BadAnswerError,
    BadNameError,
    DigestError,
    NoFileError,
    NoPackageError,
    NotCachedError,
    NoVersionError,
    PythonTarget,
    TooLargeError,
    UnreachableError,
)

from .conftest import sha256

TARGET = PythonTarget(version="3.11.2", platforms=("linux_x86_64",), glibc=(2, 36))
LINUX = "thing-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
PURE = "thing-1.0-py3-none-any.whl"
SOURCE = "thing-1.0.tar.gz"
FILES = {
    "thing-1.0-cp311-cp311-manylinux_2_39_x86_64.whl": b"too new",
    "thing-1.0-cp311-cp311-win_amd64.whl": b"windows",
    LINUX: b"linux",
    PURE: b"pure",
    SOURCE: b"source",
}


def test_the_best_wheel_is_taken(site, registries):
    site.pypi("thing", FILES)
    got = registries().fetch("pkg:pypi/Thing@1.0", python=TARGET)
    assert (got.purl, got.name, got.kind, got.yanked) == ("pkg:pypi/thing@1.0", LINUX, "wheel", None)
    assert (got.sha256, got.size, got.path.read_bytes()) == (sha256(b"linux"), 5, b"linux")
    assert got.path.name == got.sha256
    assert got.address == site.server.at(f"/files/{LINUX}")
    assert got.registry == site.server.at("/simple/")
    asked = dict(site.server.asked)
    assert "application/vnd.pypi.simple.v1+json" in asked["/simple/thing/"]["Accept"]
    assert "Authorization" not in asked["/simple/thing/"]


@pytest.mark.parametrize(
    ("kind", "python", "name"),
    [
        ("any", None, PURE),
        ("wheel", None, PURE),
        ("source", TARGET, SOURCE),
        ("any", PythonTarget(version="3.11.2", platforms=("linux_x86_64",), glibc=(2, 17)), PURE),
        ("any", PythonTarget(version="3.12.0", platforms=("linux_x86_64",), glibc=(2, 36)), PURE),
        ("any", PythonTarget(version="3.11.2", platforms=("win_amd64",)), "thing-1.0-cp311-cp311-win_amd64.whl"),
    ],
)
def test_what_fits(site, registries, kind, python, name):
    site.pypi("thing", FILES)
    assert registries().fetch("pkg:pypi/thing@1.0", kind=kind, python=python).name == name


def test_no_file_fits(site, registries):
    site.pypi("thing", {"thing-1.0-cp27-cp27m-win32.whl": b"old", SOURCE: b"source"})
    with pytest.raises(NoFileError, match=r"no wheel .* CPython 3\.11\.2 on linux_x86_64 with glibc 2\.36") as raised:
        registries().fetch("pkg:pypi/thing@1.0", kind="wheel", python=TARGET)
    assert SOURCE in raised.value.what
    assert "cp27" in raised.value.what


def test_what_needs_another_python_is_not_taken(site, registries):
    site.pypi("thing", FILES, thing_1_0_cp311_cp311_manylinux_2_28_x86_64_whl={"requires-python": ">=3.11.4"})
    assert registries().fetch("pkg:pypi/thing@1.0", python=TARGET).name == PURE


def test_a_later_build_is_better(site, registries):
    site.pypi("thing", {"thing-1.0-1-py3-none-any.whl": b"1", "thing-1.0-2-py3-none-any.whl": b"2", PURE: b"0"})
    assert registries().fetch("pkg:pypi/thing@1.0").name == "thing-1.0-2-py3-none-any.whl"


def test_what_was_yanked_is_taken_last_and_said(site, registries):
    site.pypi("thing", FILES, thing_1_0_cp311_cp311_manylinux_2_28_x86_64_whl={"yanked": "breaks all"})
    got = registries().fetch("pkg:pypi/thing@1.0", python=TARGET)
    assert (got.name, got.yanked) == (PURE, None)
    site.pypi("other", {"other-1.0.tar.gz": b"x"}, other_1_0_tar_gz={"yanked": True})
    assert registries().fetch("pkg:pypi/other@1.0").yanked == "no reason is given"
    assert registries(offline=True).fetch("pkg:pypi/other@1.0").yanked == "no reason is given"


def test_the_digest_picks_the_file(site, registries):
    site.pypi("thing", FILES)
    assert registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"source").upper(), python=TARGET).name == SOURCE
    with pytest.raises(NoFileError, match="win_amd64"):
        registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"windows"), python=TARGET)
    with pytest.raises(DigestError) as raised:
        registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"else"), python=TARGET)
    assert sha256(b"else") in raised.value.what
    assert sha256(b"linux") in raised.value.what
    with pytest.raises(DigestError, match="is none"):
        registries().fetch("pkg:pypi/thing@1.0", sha256="../x")


def test_what_came_is_not_what_the_index_says(site, registries, tmp_path):
    site.pypi("thing", FILES)
    site.whole(f"/files/{PURE}", b"evil")
    with pytest.raises(DigestError) as raised:
        registries().fetch("pkg:pypi/thing@1.0")
    assert sha256(b"pure") in raised.value.what
    assert sha256(b"evil") in raised.value.what
    assert not list((tmp_path / "cache").glob("objects/*/*"))
    assert not list((tmp_path / "cache").glob("partial/files/*"))
    with pytest.raises(NotCachedError):
        registries(offline=True).fetch("pkg:pypi/thing@1.0")


def test_an_index_without_digests(site, registries):
    site.pypi("thing", {SOURCE: b"source"}, thing_1_0_tar_gz={"hashes": {"md5": "00"}})
    with pytest.raises(DigestError, match="no digest"):
        registries().fetch("pkg:pypi/thing@1.0")
    assert registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"source")).name == SOURCE
    with pytest.raises(DigestError, match="the caller says"):
        registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"other"))


def test_no_such_thing(site, registries):
    files = {f"thing-{version}.tar.gz": b"x" for version in ("0.9", "1.0", "1.10", "1.2", "2.0")}
    site.pypi("thing", files)
    with pytest.raises(NoPackageError, match="PyPI has no package nothing"):
        registries().fetch("pkg:pypi/nothing@1")
    with pytest.raises(NoVersionError, match=r"no version 1\.3 of thing .*near it are 1\.0, 1\.2, 1\.10"):
        registries().fetch("pkg:pypi/thing@1.3")
    assert registries().fetch("pkg:pypi/thing@1.0.0").name == "thing-1.0.tar.gz"
    site.pypi("empty", {})
    with pytest.raises(NoPackageError):
        registries().fetch("pkg:pypi/empty@1")


def test_it_is_fetched_once(site, registries):
    site.pypi("thing", FILES)
    first = registries().fetch("pkg:pypi/thing@1.0")
    assert site.server.paths() == ["/simple/thing/", f"/files/{PURE}"]
    assert registries().fetch("pkg:pypi/thing@1.0") == first
    assert site.server.paths() == ["/simple/thing/", f"/files/{PURE}", "/simple/thing/"]
    assert registries().fetch("pkg:pypi/thing@1.0", sha256=first.sha256) == first
    assert registries(offline=True).fetch("pkg:pypi/thing@1.0") == first
    assert registries(offline=True).fetch("pkg:pypi/thing@1.0", sha256=first.sha256, python=TARGET) == first
    assert len(site.server.asked) == 3, "what is certain, or offline, asks nobody"


def test_offline_only_what_is_here(site, registries):
    site.pypi("thing", FILES)
    registries().fetch("pkg:pypi/thing@1.0")
    offline = registries(offline=True)
    with pytest.raises(NoFileError):
        offline.fetch("pkg:pypi/thing@1.0", kind="source")
    for purl, digest in (("pkg:pypi/thing@1.1", ""), ("pkg:pypi/thing@1.0", sha256(b"linux"))):
        with pytest.raises(NotCachedError, match="not in the cache"):
            offline.fetch(purl, sha256=digest)
    with pytest.raises(NotCachedError):
        offline.versions("pkg:pypi/thing")


def test_what_is_damaged_is_fetched_again(site, registries):
    site.pypi("thing", FILES)
    got = registries().fetch("pkg:pypi/thing@1.0")
    got.path.chmod(0o644)
    got.path.write_bytes(b"evil")
    with pytest.raises(NotCachedError):
        registries(offline=True).fetch("pkg:pypi/thing@1.0")
    assert registries().fetch("pkg:pypi/thing@1.0", sha256=got.sha256).path.read_bytes() == b"pure"


def test_versions(site, registries):
    files = ["0.9", "1.10", "1.2", "2.0rc1", "2.0.dev1", "1.1", "1.3"]
    site.pypi(
        "thing",
        {f"thing-{version}.tar.gz": b"x" for version in files} | {"thing-1.1-py3-none-any.whl": b"y"},
        thing_1_3_tar_gz={"yanked": True},
        thing_1_1_tar_gz={"yanked": "only the source"},
    )
    found = registries().versions("pkg:pypi/thing")
    assert found == ["1.10", "1.2", "1.1", "0.9", "2.0rc1", "2.0.dev1", "1.3"]
    assert [str(each) for each in found if each.yanked] == ["1.3"]
    assert [str(each) for each in found if each.prerelease] == ["2.0rc1", "2.0.dev1"]
    again = registries(offline=True).versions("pkg:pypi/thing@7")
    assert [(each, each.yanked) for each in again] == [(each, each.yanked) for each in found]
    with pytest.raises(NoPackageError):
        registries().versions("pkg:pypi/nothing")


class TestHtml:
    """The older form of an index."""

    def test_a_page(self, site, registries):
        page = f"""<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"></head><body>
            <!-- <a href="../../files/{SOURCE}#sha256={"0" * 64}">{SOURCE}</a> -->
            <A data-yanked="bad" HREF='../../files/{PURE}#sha256={sha256(b"pure")}'>{PURE}</A><br>
            <a href="../../files/{SOURCE}?a=1&amp;b=2#sha256={sha256(b"source")}" data-requires-python=">=3.6">x</a>
        """
        site.html("thing", page)
        site.whole(f"/files/{SOURCE}?a=1&b=2", b"source")
        got = registries().fetch("pkg:pypi/thing@1.0", python=TARGET)
        assert (got.name, got.address) == (SOURCE, site.server.at(f"/files/{SOURCE}"))
        site.whole(f"/files/{PURE}", b"pure")
        assert registries().fetch("pkg:pypi/thing@1.0", kind="wheel").yanked == "bad"

    @pytest.mark.parametrize(
        "link",
        [
            "javascript:alert(1)//thing-1.0.tar.gz",
            "file:///etc/thing-1.0.tar.gz",
            "ftp://127.0.0.1/thing-1.0.tar.gz",
            "//[::1/thing-1.0.tar.gz",
            "https://user:word@127.0.0.1/thing-1.0.tar.gz",
            "..%2f..%2fthing-1.0.tar.gz",
            "thing-1.0.tar.gz%00.txt",
            "/files/other-1.0.tar.gz",
            "/files/thing-1.0.exe",
            "",
            "#",
            "https://",
        ],
    )
    def test_odd_links(self, site, registries, link):
        site.html("thing", f'<a href="{link}#sha256={"0" * 64}">thing-1.0.tar.gz</a>')
        with pytest.raises((NoPackageError, BadAnswerError, UnreachableError)):
            registries().fetch("pkg:pypi/thing@1.0")
        assert site.server.paths()[:1] == ["/simple/thing/"]
        assert not {path for path in site.server.paths() if "etc" in path}

    def test_odd_tags_are_passed_over(self, site, registries):
        good = f'<a href="/files/{PURE}#sha256={sha256(b"pure")}">'
        site.whole(f"/files/{PURE}", b"pure")
        site.html("thing", f"<a <a href='<a \"> <a href> <a name=x> <base> <abbr href=x> </a> {good} <!-- <a")
        assert registries().fetch("pkg:pypi/thing@1.0").name == PURE

    def test_a_later_interface_is_not_guessed(self, site, registries):
        site.html("thing", f'<meta name="pypi:repository-version" content="2.0"><a href="{SOURCE}">x</a>')
        with pytest.raises(BadAnswerError, match="later version"):
            registries().fetch("pkg:pypi/thing@1.0")
        site.whole("/simple/thing/", json.dumps({"meta": {"api-version": "2.0"}, "files": []}).encode())
        with pytest.raises(BadAnswerError, match="later version"):
            registries().fetch("pkg:pypi/thing@1.0")


def test_names_do_not_lead_elsewhere(site, registries):
    for purl in (
        "pkg:pypi/..@1",
        "pkg:pypi/%2e%2e%2fetc@1",
        "pkg:pypi/a%2fb@1",
        "pkg:pypi/a%00@1",
        "pkg:pypi/-a@1",
        "pkg:pypi/a@1%2f..%2f2",
        "pkg:pypi/a",
        "pkg:pypi/a@1?repository_url=https://example.org",
        "pkg:gem/a@1",
        "thing",
    ):
        with pytest.raises(BadNameError):
            registries().fetch(purl)
    assert not site.server.asked


def test_too_large(site, registries):
    site.pypi("thing", {SOURCE: bytes(5000)}, thing_1_0_tar_gz={"size": 5000})
    with pytest.raises(TooLargeError, match=r"5,000 bytes\) than 4,096 bytes"):
        registries(largest=4096).fetch("pkg:pypi/thing@1.0")
    assert site.server.paths() == ["/simple/thing/"], "what says that it is too large is not asked for"
