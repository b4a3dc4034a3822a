"""The real registries, as this machine is configured to reach them; skipped where there is no network."""

import pytest

from clearinghouse.feeds.patience import Patience
from clearinghouse.feeds.registries import PlaceError, Registries, UnreachableError


@pytest.mark.parametrize(
    ("purl", "name", "sha256"),
    [
        (
            "pkg:pypi/six@1.16.0",
            "six-1.16.0-py2.py3-none-any.whl",
            "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254",
        ),
        (
            "pkg:npm/is-odd@3.0.1",
            "is-odd-3.0.1.tgz",
            "13c23b3f1f3a5c146b8906e23c8e674f8e4a6ff44b77720e1d4bddb7b2caf312",
        ),
    ],
)
def test_a_small_package(tmp_path, purl, name, sha256):
    with Registries(tmp_path, patience=Patience(tries=1)) as registries:
        try:
            got = registries.fetch(purl, sha256=sha256)
            versions = registries.versions(purl)
        except (UnreachableError, PlaceError) as error:
            pytest.skip(f"there is no network to the registry here: {error.what}")
    assert (got.name, got.sha256) == (name, sha256)
    assert purl.rpartition("@")[2] in versions
