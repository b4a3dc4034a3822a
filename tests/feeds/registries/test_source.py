"""The registries as validation asks for them: whatever goes wrong on the way is an error of the way, with its words."""

from pathlib import Path
from typing import Any

import pytest

from clearinghouse.feeds.registries import Registries, RegistrySettings
from clearinghouse.feeds.registries.source import RegistrySource
from clearinghouse.validation.errors import NotToBeHadError, TooMuchError
from clearinghouse.validation.fetching import Python

PURL = "pkg:pypi/shape@1.0"


@pytest.fixture
def source(tmp_path: Path, machine: Any) -> RegistrySource:
    """On a folder with one wheel."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "shape-1.0-py3-none-any.whl").write_bytes(b"a wheel")
    settings = RegistrySettings(pypi=str(folder))
    return RegistrySource(Registries(tmp_path / "cache", settings=settings, machine=machine))


def fetch(source: RegistrySource, python: Python | None = None, most: int = 100) -> bytes:
    return source.fetch(PURL, sha256="", kind="any", python=python, most=most).data


def test_a_file_is_fetched(source: RegistrySource) -> None:
    assert fetch(source, Python("3.11.2", "x86_64", "2.36")) == b"a wheel"


def test_a_file_that_is_gone_from_the_cache(source: RegistrySource, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Registries.fetch

    def gone(*arguments: Any, **more: Any) -> Any:
        found = whole(*arguments, **more)
        found.path.unlink()  # as whoever tidies the cache does, between the two
        return found

    monkeypatch.setattr(Registries, "fetch", gone)
    with pytest.raises(NotToBeHadError, match="cannot be read: No such file"):
        fetch(source)


@pytest.mark.parametrize(
    "python",
    [
        Python("3.11.2", "x86_64", "two.36"),
        Python("3.11.2", "x86_64", "9" * 5000 + ".1"),
        Python("3.11.2+", "x86_64", "2.36"),
        Python("\x1b[2J", "x86_64", ""),
    ],
)
def test_a_python_that_a_runner_made_up(source: RegistrySource, python: Python) -> None:
    with pytest.raises(NotToBeHadError, match="the Python of the sandbox says") as raised:
        fetch(source, python)
    assert "\x1b" not in raised.value.what


@pytest.mark.parametrize("before", [False, True], ids=["fetched", "in the cache"])
def test_a_file_for_which_there_is_no_room(source: RegistrySource, before: bool) -> None:
    assert not before or fetch(source, most=7)
    with pytest.raises(TooMuchError, match=r"is larger .7 bytes. than 6 bytes, the most that there is room for"):
        fetch(source, most=6)
