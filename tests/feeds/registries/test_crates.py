"""Crates."""

import pytest

from clearinghouse.feeds.registries import BadAnswerError, BadNameError, DigestError, NoPackageError, NoVersionError
from clearinghouse.feeds.registries.crates import prefix

from .conftest import sha256

LINES = [
    {"vers": "1.0.0", "cksum": sha256(b"crate")},
    {"vers": "1.1.0", "cksum": sha256(b"yanked"), "yanked": True},
    {"vers": "1.2.0-beta.1", "cksum": sha256(b"beta")},
    {"vers": "1.3.0+build.5", "cksum": sha256(b"build")},
]


def test_the_file_of_a_version(site, registries):
    site.crate("thing", LINES)
    site.whole("/dl/thing/1.0.0/download", b"crate")
    got = registries().fetch("pkg:cargo/thing@1.0.0")
    assert (got.name, got.kind, got.sha256, got.yanked) == ("thing-1.0.0.crate", "source", sha256(b"crate"), None)
    assert site.server.paths() == ["/crates/th/in/thing", "/crates/config.json", "/dl/thing/1.0.0/download"]
    site.whole("/dl/thing/1.1.0/download", b"yanked")
    assert registries().fetch("pkg:cargo/thing@1.1.0").yanked
    site.whole("/dl/thing/1.3.0+build.5/download", b"build")
    assert registries().fetch("pkg:cargo/thing@1.3.0").name == "thing-1.3.0+build.5.crate"


def test_markers(site, registries):
    dl = site.server.at("/m/{prefix}/{lowerprefix}/{crate}/{version}/{sha256-checksum}/{else}")
    site.crate("thing", LINES, dl=dl)
    site.whole(f"/m/th/in/th/in/thing/1.0.0/{sha256(b'crate')}/{{else}}", b"crate")
    assert registries().fetch("pkg:cargo/thing@1.0.0").size == 5


def test_the_index_of_a_sparse_registry_may_say_so(site, registries):
    site.crate("thing", LINES)
    assert registries(crates=f"sparse+{site.server.at('/crates/')}").versions("pkg:cargo/thing") == [
        "1.3.0+build.5", "1.0.0", "1.2.0-beta.1", "1.1.0"]  # fmt: skip


def test_what_is_wrong(site, registries):
    site.crate("thing", LINES)
    site.whole("/dl/thing/1.0.0/download", b"evil")
    with pytest.raises(DigestError):
        registries().fetch("pkg:cargo/thing@1.0.0")
    with pytest.raises(NoVersionError, match=r"1\.0\.0, 1\.1\.0, 1\.2\.0-beta\.1"):
        registries().fetch("pkg:cargo/thing@1.1.5")
    with pytest.raises(NoPackageError):
        registries().fetch("pkg:cargo/nothing@1.0.0")
    with pytest.raises(BadNameError):
        registries().fetch("pkg:cargo/..@1.0.0")
    site.crate("thing", LINES, dl="https://example.org/{crate}")
    with pytest.raises(BadAnswerError, match=r"example\.org"):
        registries().fetch("pkg:cargo/thing@1.0.0")
    site.crate("thing", [LINES[0] | {"name": "other"}])
    with pytest.raises(BadAnswerError):
        registries().fetch("pkg:cargo/thing@1.0.0")


@pytest.mark.parametrize(("name", "where"), [("a", "1"), ("ab", "2"), ("abc", "3/a"), ("serde", "se/rd")])
def test_where_the_index_has_it(name, where):
    assert prefix(name) == where
