"""A bench: every recipe comes to something, whatever happens on the way, and nobody waits for what never comes."""

import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boxed import comes, needs_boxes
from clearinghouse.records import ClearinghouseError
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.recipe import NAME, Loaded, from_files
from clearinghouse.validation.toml_text import text_of

needs_boxes()
RECIPE = {
    "format": 1,
    "title": "says so",
    "affected": {"archive": "x-1.tar.gz"},
    "install": {"by": "none"},
    "reproducer": {"command": ["echo", "FLAW"]},
    "shows": {"by": "output", "contains": "FLAW"},
}


def recipes(count: int) -> list[Loaded]:
    files = {NAME: text_of(RECIPE).encode(), "x-1.tar.gz": archive()}
    return [from_files(files, f"recipe {number}") for number in range(count)]


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("x-1/empty"))
    return out.getvalue()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(2) as made:
        yield made


def no_progress(_: int) -> Any:
    return lambda _: None


def in_time(action: Any) -> Any:
    """What an action comes to; a test that hangs fails instead."""
    found: list[Any] = []

    def act() -> None:
        try:
            found.append(action())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(60)
    assert found, "nothing came"
    return found[0]


def test_each_recipe_comes_to_something(bench: Bench) -> None:
    found = dict(bench.validate(recipes(5), no_progress))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert not [each for each in found.values() if isinstance(each, Exception)]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("of ours"), SystemExit(3)])
def test_an_error_that_is_none_of_ours_is_raised(bench: Bench, error: BaseException) -> None:
    def progress(_: int) -> Any:
        def fail(_: str) -> None:
            raise error

        return fail

    assert in_time(lambda: list(bench.validate(recipes(3), progress))) is error


def test_an_error_of_ours_is_what_one_recipe_came_to(bench: Bench) -> None:
    def progress(place: int) -> Any:
        def fail(_: str) -> None:
            if place == 1:
                raise ClearinghouseError("it is wrong", "mend it")

        return fail

    found = dict(bench.validate(recipes(3), progress))
    assert [isinstance(found[place], ClearinghouseError) for place in range(3)] == [False, True, False]


def test_who_interrupts_does_not_wait_for_a_registry(tmp_path: Path) -> None:
    recipe = {**RECIPE, "affected": {"purl": "pkg:pypi/shape@1.0"}, "install": {}}
    (tmp_path / NAME).write_text(text_of(recipe))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        here = {"CLEARINGHOUSE_PYPI": f"http://127.0.0.1:{silent.getsockname()[1]}/"}
        cache = {"CLEARINGHOUSE_REGISTRIES": str(tmp_path / "cache")}
        process = subprocess.Popen(
            [sys.executable, "-m", "clearinghouse", "validate", str(tmp_path)],
            env={**os.environ, **here, **cache},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            silent.settimeout(60)
            asking, _ = silent.accept()
            with asking:
                comes(lambda: asking.recv(1, socket.MSG_PEEK), "it asks")
                process.send_signal(signal.SIGINT)
                out, error = process.communicate(timeout=15)  # the registry may be silent for twice as long
        finally:
            process.kill()
            process.wait()
    assert (process.returncode, out, error) == (130, b"", b"Interrupted.\n")
