"""A folder in the place of a registry, and a cache that outlives being killed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.feeds.registries import (
    DigestError,
    NoPackageError,
    NoVersionError,
    TooLargeError,
    UnreachableError,
)

from .conftest import sha256

FILES = {
    "thing-1.0-py3-none-any.whl": b"wheel",
    "other/Other_One-2.0.tar.gz": b"not here",
    "other-one/Other_One-2.0.tar.gz": b"source",
    "thing-1.0.0.tgz": b"npm",
    "core-7.0.0.tgz": b"core without a scope",
    "@babel/core/-/core-7.0.0.tgz": b"core",
    "@babel/frame-7.0.1.tgz": b"frame",
    "serde-1.0.0.crate": b"crate",
    "serde_json-1.0.0.crate": b"json",
}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "mirror"
    for name, body in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return root


@pytest.fixture
def made(folder, registries):
    return registries(pypi=str(folder), npm=str(folder), crates=f"file://{folder}")


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:pypi/thing@1.0", "thing-1.0-py3-none-any.whl"),
        ("pkg:pypi/other-one@2.0", "other-one/Other_One-2.0.tar.gz"),
        ("pkg:npm/thing@1.0.0", "thing-1.0.0.tgz"),
        ("pkg:npm/%40babel/core@7.0.0", "@babel/core/-/core-7.0.0.tgz"),
        ("pkg:npm/%40babel/frame@7.0.1", "@babel/frame-7.0.1.tgz"),
        ("pkg:npm/core@7.0.0", "core-7.0.0.tgz"),
        ("pkg:cargo/serde@1.0.0", "serde-1.0.0.crate"),
    ],
)
def test_files_of_a_folder(made, folder, registries, server, purl, name):
    got = made.fetch(purl)
    assert (got.path.read_bytes(), got.name) == (FILES[name], name.rpartition("/")[2])
    assert (got.address, got.registry) == (str(folder / name), str(folder))
    assert made.fetch(purl, sha256=sha256(FILES[name])) == got
    assert registries(offline=True).fetch(purl).path == got.path
    with pytest.raises(DigestError):
        made.fetch(purl, sha256=sha256(b"else"))
    assert [str(each) for each in made.versions(purl)] == [purl.rpartition("@")[2]]
    assert (folder / name).exists()
    assert not server.asked


def test_what_is_not_in_it(made, folder, registries):
    with pytest.raises(NoPackageError):
        made.fetch("pkg:npm/%40other/core@7.0.0")
    with pytest.raises(NoVersionError, match=r"near it are 1\.0\.0"):
        made.fetch("pkg:cargo/serde@2.0.0")
    with pytest.raises(NoVersionError):
        made.fetch("pkg:pypi/thing@2.0")
    with pytest.raises(TooLargeError):
        registries(pypi=str(folder), largest=4).fetch("pkg:pypi/thing@1.0")
    (folder / "thing-3.0.tar.gz").symlink_to("/nowhere")
    with pytest.raises(NoVersionError):
        made.fetch("pkg:pypi/thing@3.0")


def test_a_folder_that_goes(registries, tmp_path):
    (tmp_path / "gone").mkdir()
    made = registries(pypi=str(tmp_path / "gone"))
    with pytest.raises(NoPackageError):
        made.fetch("pkg:pypi/thing@1")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UnreachableError, match="does not exist"):
        made.fetch("pkg:pypi/thing@1")


@pytest.mark.fault
def test_killed_at_any_line(folder, tmp_path):
    """Whatever line is the last, the cache has the file whole or does not have it, and the next fetch succeeds."""
    script = Path(__file__).with_name("killed_fetch.py")
    command = [sys.executable, str(script), str(tmp_path / "work"), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) > 20
    assert {run["after"] for run in runs} == {"none", "whole"}
    assert {run["again"] for run in runs} == {"whole"}
    assert [run["dead"] for run in runs] == [True] * (len(runs) - 1) + [False]
