"""Packages of npm."""

import json

import pytest

from clearinghouse.feeds.registries import (
    BadAnswerError,
    BadNameError,
    DigestError,
    NoFileError,
    NoPackageError,
    NoVersionError,
)

from .conftest import sha256


@pytest.mark.parametrize("name", ["thing", "@scope/thing", "JSONThing"])
def test_the_archive_of_a_version(site, registries, name):
    site.npm(name, "1.0.0", b"archive")
    got = registries().fetch(f"pkg:npm/{name.replace('@', '%40')}@1.0.0")
    assert got.name == f"{name.rpartition('/')[2]}-1.0.0.tgz"
    assert (got.kind, got.sha256, got.path.read_bytes()) == ("source", sha256(b"archive"), b"archive")
    assert got.purl == f"pkg:npm/{name.replace('@', '%40')}@1.0.0"
    assert len(site.server.asked) == 2
    assert registries().fetch(got.purl) == got
    assert len(site.server.asked) == 3
    assert registries(offline=True).fetch(got.purl, sha256=got.sha256) == got


def test_the_integrity_must_match(site, registries):
    site.npm("thing", "1.0.0", b"archive")
    site.whole("/npm/thing/-/thing-1.0.0.tgz", b"evil")
    with pytest.raises(DigestError, match=r"says SHA-512 [0-9a-f]{128}, and what came has [0-9a-f]{128}"):
        registries().fetch("pkg:npm/thing@1.0.0")
    site.npm("thing", "1.0.0", b"archive", integrity=None)
    with pytest.raises(DigestError, match="no digest"):
        registries().fetch("pkg:npm/thing@1.0.0")
    with pytest.raises(DigestError, match="the caller says"):
        registries().fetch("pkg:npm/thing@1.0.0", sha256=sha256(b"evil"))
    assert registries().fetch("pkg:npm/thing@1.0.0", sha256=sha256(b"archive")).size == 7


def test_a_mirror_without_documents_of_versions(site, registries):
    site.npm("@s/thing", "1.0.0", b"archive")
    del site.server.script["/npm/@s%2Fthing/1.0.0"]
    assert registries().fetch("pkg:npm/%40s/thing@1.0.0").size == 7
    assert "application/vnd.npm.install-v1+json" in dict(site.server.asked)["/npm/@s%2Fthing"]["Accept"]


def test_a_mirror_that_passes_on_what_the_public_registry_says(site, registries):
    site.npm("thing", "1.0.0", b"archive", tarball="https://registry.npmjs.org/thing/-/thing-1.0.0.tgz")
    assert registries().fetch("pkg:npm/thing@1.0.0").address == site.server.at("/npm/thing/-/thing-1.0.0.tgz")


def test_no_such_thing(site, registries):
    site.npm("thing", "1.0.0", b"archive")
    with pytest.raises(NoPackageError, match="npm has no package nothing"):
        registries().fetch("pkg:npm/nothing@1.0.0")
    with pytest.raises(NoVersionError, match=r"near it are 1\.0\.0, 1\.0\.1-rc\.1, 2\.0\.0"):
        registries().fetch("pkg:npm/thing@1.5.0")
    with pytest.raises(NoFileError, match="npm has no wheel"):
        registries().fetch("pkg:npm/thing@1.0.0", kind="wheel")
    assert registries().versions("pkg:npm/thing") == ["2.0.0", "1.0.0", "1.0.1-rc.1"]


def test_it_must_be_the_package_that_was_asked_for(site, registries):
    site.npm("other", "1.0.0", b"archive")
    site.server.script["/npm/thing/1.0.0"] = site.server.script["/npm/other/1.0.0"]
    site.server.script["/npm/thing"] = site.server.script["/npm/other"]
    with pytest.raises(BadAnswerError):
        registries().fetch("pkg:npm/thing@1.0.0")
    with pytest.raises(BadAnswerError):
        registries().versions("pkg:npm/thing")


def test_the_archive_may_not_be_anywhere(site, registries):
    site.npm("thing", "1.0.0", b"archive", tarball="https://example.org/thing-1.0.0.tgz")
    with pytest.raises(BadAnswerError, match=r"example\.org"):
        registries().fetch("pkg:npm/thing@1.0.0")
    site.npm("thing", "1.0.0", b"archive", tarball="http://[::1")
    with pytest.raises(BadAnswerError):
        registries().fetch("pkg:npm/thing@1.0.0")


def test_names_do_not_lead_elsewhere(site, registries):
    purls = ("..@1.0.0", "%2e%2e/thing@1.0.0", "scope/thing@1.0.0", "%40../x@1.0.0", "%40s/t/u@1.0.0", "thing@1",
             "thing@1.0.0%2f..", "thing@latest", "thing%3fa@1.0.0", "thing%0a@1.0.0")  # fmt: skip
    for each in purls:
        with pytest.raises(BadNameError):
            registries().fetch(f"pkg:npm/{each}")
    assert not site.server.asked


def test_versions_that_are_none_are_not_listed(site, registries):
    dist = {"dist": {"tarball": ""}}
    site.whole(
        "/npm/thing", json.dumps({"name": "thing", "versions": {"1.0.0": dist, "../1": dist, "x": dist}}).encode()
    )
    assert registries().versions("pkg:npm/thing") == ["1.0.0"]
