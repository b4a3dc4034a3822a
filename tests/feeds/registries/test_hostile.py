"""Registries that do what they should not."""

import json
import random

import pytest

from clearinghouse.feeds.registries import (
    BadAnswerError,
    DigestError,
    NoFileError,
    NoPackageError,
    RegistryError,
    TooLargeError,
    UnreachableError,
    page,
)
from clearinghouse.feeds.registries.choice import MOST_FILES

from .conftest import sha256

SOURCE = "thing-1.0.tar.gz"


def endless(handler):
    """A body without a length that does not end by itself."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(1 << 14):
        handler.wfile.write(bytes(1 << 16))


@pytest.mark.parametrize("honest", [True, False])
def test_huge(site, registries, honest, tmp_path, answers):
    site.pypi("thing", {SOURCE: b"x"})
    site.server.script[f"/files/{SOURCE}"] = [answers.whole(bytes(10_000))] if honest else [endless]
    with pytest.raises(TooLargeError, match="larger than 4,096 bytes"):
        registries(largest=4096).fetch("pkg:pypi/thing@1.0")
    site.server.script["/simple/thing/"] = site.server.script[f"/files/{SOURCE}"]
    with pytest.raises(TooLargeError, match="larger than it may be"):
        registries(largest_document=4096).fetch("pkg:pypi/thing@1.0")
    assert not [path for path in (tmp_path / "cache").glob("partial/*/*") if path.stat().st_size > 4096]


@pytest.mark.parametrize("says", ["its size", "another size", "nothing"])
def test_more_than_there_is_room_for(site, registries, says, tmp_path, answers):
    size = {"its size": {"size": 10_000}, "another size": {"size": 10}, "nothing": {}}[says]
    site.pypi("thing", {SOURCE: b"x"}, thing_1_0_tar_gz=size)
    site.server.script[f"/files/{SOURCE}"] = [endless]
    with pytest.raises(TooLargeError, match="than 4,096 bytes, the most that there is room for"):
        registries().fetch("pkg:pypi/thing@1.0", most=4096)
    asked = [path for path, _ in site.server.asked if path == f"/files/{SOURCE}"]
    assert len(asked) == (0 if says == "its size" else 1)
    assert not [path for path in (tmp_path / "cache").glob("partial/*/*") if path.stat().st_size > 4096]


def test_slow(site, registries, clock):
    site.pypi("thing", {SOURCE: b"x" * 500_000})
    clock.step = 30.0
    with pytest.raises(UnreachableError, match="takes longer than"):
        registries(seconds=100).fetch("pkg:pypi/thing@1.0")


def test_silent_and_gone(site, registries, answers, machine):
    site.server.script["/simple/thing/"] = [answers.status(503)]
    with pytest.raises(UnreachableError, match="503"):
        registries().fetch("pkg:pypi/thing@1.0")
    with pytest.raises(UnreachableError, match="cannot be reached"):
        registries(pypi="http://127.0.0.1:9/simple/").fetch("pkg:pypi/thing@1.0")
    site.server.script["/simple/thing/"] = [answers.status(403)]
    with pytest.raises(UnreachableError, match="403"):
        registries().versions("pkg:pypi/thing")
    site.pypi("thing", {SOURCE: b"x"})
    site.server.script[f"/files/{SOURCE}"] = [answers.status(404)]
    with pytest.raises(UnreachableError, match=r"lists thing-1\.0\.tar\.gz, and does not have it"):
        registries().fetch("pkg:pypi/thing@1.0")


@pytest.mark.parametrize("target", ["https://example.org/x", "http://10.0.0.1/x", "file:///etc/passwd", "http://a b/"])
def test_it_leads_elsewhere(site, registries, answers, target):
    site.server.script["/simple/thing/"] = [answers.leads_to(target)]
    with pytest.raises(RegistryError):
        registries().fetch("pkg:pypi/thing@1.0")
    site.pypi("thing", {SOURCE: b"x"})
    site.server.script[f"/files/{SOURCE}"] = [answers.leads_to(target)]
    with pytest.raises(RegistryError):
        registries().fetch("pkg:pypi/thing@1.0", sha256=sha256(b"x"))
    site.pypi("thing", {SOURCE: b"x"}, thing_1_0_tar_gz={"url": target})
    with pytest.raises(BadAnswerError):
        registries().fetch("pkg:pypi/thing@1.0")


def test_a_host_that_is_named_may_have_the_files(site, registries, answers):
    there = site.server.at(f"/else/{SOURCE}").replace("127.0.0.1", "localhost")
    site.pypi("thing", {SOURCE: b"x"}, thing_1_0_tar_gz={"url": there})
    site.whole(f"/else/{SOURCE}", b"x")
    with pytest.raises(BadAnswerError, match="localhost, which is no host of this registry"):
        registries().fetch("pkg:pypi/thing@1.0")
    assert registries(hosts=frozenset({"localhost"})).fetch("pkg:pypi/thing@1.0").path.read_bytes() == b"x"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"files":' + b"[" * 200_000,
        b'{"files":[],"x":' + b'{"a":' * 200_000,
        b'{"files":[1,2]}',
        b'{"files":{}}',
        b'{"files":[{"filename":"thing-1.0.tar.gz","url":5,"hashes":{}}]}',
        b"{",
        b"\xff\xfe\x00",
        b"\x1f\x8b\x08junk",
        b"",
        b"null",
    ],
)
def test_answers_that_are_none(site, registries, body):
    site.whole("/simple/thing/", body)
    site.whole("/npm/thing/1.0.0", body)
    site.whole("/npm/thing", body)
    site.whole("/crates/th/in/thing", body)
    for purl in ("pkg:pypi/thing@1.0", "pkg:npm/thing@1.0.0", "pkg:cargo/thing@1.0.0"):
        with pytest.raises((BadAnswerError, NoPackageError)):
            registries().fetch(purl)
        with pytest.raises((BadAnswerError, NoPackageError)):
            registries().versions(purl)


def test_more_links_than_any_project_has(site, registries, monkeypatch):
    monkeypatch.setattr(page, "MOST_LINKS", 100)
    site.html("thing", "<a href=x>" * 101)
    with pytest.raises(BadAnswerError, match="PEP 503"):
        registries().fetch("pkg:pypi/thing@1.0")


@pytest.mark.parametrize("piece", ['<a "', "<a '", "<a <!-", "<a x=", "<!-", "<base/", "<a" + " " * 300])
def test_pages_that_keep_a_parser_busy(site, registries, piece):
    site.html("thing", piece * (2_000_000 // len(piece)))
    with pytest.raises((BadAnswerError, NoPackageError)):
        registries().fetch("pkg:pypi/thing@1.0")


def test_more_files_than_any_version_has(site, registries):
    site.pypi("thing", {f"thing-1.0-{number}-py3-none-any.whl": b"x" for number in range(MOST_FILES + 1)})
    with pytest.raises(BadAnswerError, match="2,001 files"):
        registries().fetch("pkg:pypi/thing@1.0")


def test_a_name_that_stands_for_too_many_tags(site, registries):
    many = ".".join(f"cp3{number}" for number in range(9, 26))
    site.pypi("thing", {f"thing-1.0-{many}-{many}-any.a.b.whl": b"x"})
    with pytest.raises(NoFileError):
        registries().fetch("pkg:pypi/thing@1.0")


def test_credentials_are_used_and_never_shown(site, registries, answers, clock):
    """They go to the registry's own host and port, and nowhere else."""
    secret = site.server.at("/simple").replace("http://", "http://who:s3cr%40t@")
    site.pypi("thing", {SOURCE: b"x"})
    made = registries(pypi=secret)
    got = made.fetch("pkg:pypi/thing@1.0")
    assert {headers["Authorization"] for _, headers in site.server.asked} == {"Basic d2hvOnMzY3JAdA=="}
    shown = [repr(got), repr(made._transfers["pypi"].place)]
    site.server.script["/simple/gone/"] = [answers.status(500)]
    site.server.script["/simple/loop/"] = [answers.leads_to(site.server.at("/simple/loop/?token=s3cr"))]
    for name in ("gone", "loop", "nothing"):
        with pytest.raises(RegistryError) as raised:
            made.fetch(f"pkg:pypi/{name}@1")
        shown += [raised.value.what, raised.value.remedy, repr(raised.value)]
    assert not [text for text in shown if "s3cr" in text or "d2hv" in text]
    other = site.server.at(f"/else/{SOURCE}").replace("127.0.0.1", "localhost")
    site.server.asked.clear()
    site.pypi("more", {"more-1.0.tar.gz": b"x"}, more_1_0_tar_gz={"url": other})
    site.whole(f"/else/{SOURCE}", b"x")
    registries(pypi=secret, hosts=frozenset({"localhost"})).fetch("pkg:pypi/more@1.0")
    assert ["Authorization" in headers for _, headers in site.server.asked] == [True, False]


def test_noise(site, registries):
    """Whatever comes, it ends in an error of this kind."""
    random.seed(5)
    good = json.dumps({"files": [{"filename": SOURCE, "url": f"/files/{SOURCE}", "hashes": {"sha256": "0" * 64}}]})
    made = registries()
    for _ in range(200):
        bad = bytearray(good.encode())
        for _ in range(random.randrange(1, 6)):
            bad[random.randrange(len(bad))] = random.randrange(256)
        site.whole("/simple/thing/", bytes(bad))
        with pytest.raises((RegistryError, DigestError)):
            made.fetch("pkg:pypi/thing@1.0")
