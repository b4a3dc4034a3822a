"""What is odd or hostile and is given to `validate`: two lines and exit code 2, and the others are still done."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearinghouse.cli.main import invoke
from clearinghouse.cli.validate import run as running
from clearinghouse.cli.validate import verify as verifying
from clearinghouse.records import ClearinghouseError
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.result import Result
from clearinghouse.validation.validate import Validated
from clearinghouse.validation.verdict import Verdict

RECIPE = """
format = 1
title = "{title}"
[affected]
purl = "pkg:pypi/shape@1.0"
[reproducer]
command = ["true"]
[shows]
by = "output"
contains = "x"
"""


def recipe(folder: Path, title: str = "one") -> Path:
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(RECIPE.format(title=title))
    return folder


def hang_free(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command does, which must end by itself."""
    command = [sys.executable, "-m", "clearinghouse", "validate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)


# What is given as a recipe


def a_fifo(at: Path) -> Path:
    os.mkfifo(at)
    return at


def of_size(at: Path, size: int, first: bytes = b"") -> Path:
    with at.open("wb") as out:
        out.write(first)
        out.truncate(size)
    return at


ODD = {
    "a pipe": lambda at: a_fifo(at / "recipe.toml"),
    "a device": lambda _: Path("/dev/zero"),
    "an empty folder": lambda at: at,
    "a folder of that name": lambda at: (at / "recipe.toml").mkdir() or at,
    "a GiB": lambda at: of_size(at / "recipe.toml", 1 << 30),
    "no UTF-8": lambda at: of_size(at / "recipe.toml", 3, b"\xff\xfe\xfd"),
    "too deep": lambda at: of_size(at / "recipe.toml", 60_000, b"a = " + b"[" * 50_000),
    "a link to itself": lambda at: (at / "recipe.toml").symlink_to("recipe.toml") or at / "recipe.toml",
    "a name that is too long": lambda at: at / ("x" * 300),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("verb", ["run", "bisect"])
def test_an_odd_recipe(kind: str, verb: str, tmp_path: Path) -> None:
    done = hang_free(verb, str(ODD[kind](tmp_path)))
    assert done.returncode == 2, done
    first, second = done.stderr.splitlines()
    assert (first[:7], second[:5]) == ("error: ", "try: "), done.stderr


def test_a_file_that_is_a_pipe(tmp_path: Path) -> None:
    pipe = a_fifo(tmp_path / "pipe")
    done = hang_free("verify", str(pipe), "--key", str(pipe))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)
    done = hang_free("convert", str(pipe), "--to", str(tmp_path / "to"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)


# The folder of the evidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sha256"
    made.mkdir()
    return made


DIGEST = hashlib.sha256(b"evidence").hexdigest()


def test_evidence_that_is_there_and_that_is_not(folder: Path) -> None:
    (folder / DIGEST).write_bytes(b"evidence")
    assert verifying._evidence(folder, [DIGEST, DIGEST, "0" * 64]) == (1, 1)
    assert verifying._evidence(folder / "nowhere", [DIGEST]) == (0, 1)


ODD_EVIDENCE = {
    "another": (lambda at: at.write_bytes(b"other"), "was changed"),
    "a link": (lambda at: (at.parent.parent / "x").write_bytes(b"evidence") and at.symlink_to("../x"), "is a link"),
    "a pipe": (os.mkfifo, "no file"),
    "a folder": (Path.mkdir, "no file"),
    "a hole": (lambda at: of_size(at, 1 << 40), "which no evidence has"),
}


@pytest.mark.parametrize("kind", ODD_EVIDENCE)
def test_odd_evidence(kind: str, folder: Path) -> None:
    make, says = ODD_EVIDENCE[kind]
    make(folder / DIGEST)  # type: ignore[operator]
    with pytest.raises(ValidationError, match=says):
        verifying._evidence(folder, [DIGEST])


def test_a_folder_of_evidence_that_is_a_link(folder: Path) -> None:
    (folder / DIGEST).write_bytes(b"evidence")
    (folder.parent / "link").symlink_to("sha256")
    with pytest.raises(ValidationError, match="is a link"):
        verifying._evidence(folder.parent / "link", [DIGEST])


# Many recipes, of which something goes wrong with one


class Bench:
    """Comes to a verdict on whatever is given, but for what its titles say."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def validate(self, recipes: list[Loaded], _: Any) -> Iterator[tuple[int, Any]]:
        for place, loaded in enumerate(recipes):
            title = loaded.recipe.title
            if title == "breaks":
                raise TypeError("a defect")
            if title == "fails":
                yield place, ClearinghouseError("it cannot be fetched", "try again")
            else:
                said = {"path": loaded.source, "title": title, "sha256": loaded.digest}
                yield place, Validated(Result(recipe=said, verdict=Verdict.REPRODUCED, why="so"), {})


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(running, "Bench", Bench)

    def make(*titles: str) -> list[str]:
        return [str(recipe(tmp_path / f"{number}", title)) for number, title in enumerate(titles)]

    return make


def printed(capfdbinary: Any) -> tuple[list[str], list[str]]:
    out, error = capfdbinary.readouterr()
    return [each["recipe"]["title"] for each in json.loads(out)], error.decode().splitlines()


def test_what_cannot_be_kept_costs_the_others_nothing(
    many: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    keep = running.keep

    def full(folder: Path, result: Result, *rest: Any) -> Path:
        if result.recipe["title"] == "two":
            raise OSError(28, "No space left on device")
        return keep(folder, result, *rest)

    monkeypatch.setattr(running, "keep", full)
    paths = many("one", "two", "three")
    assert invoke(["validate", *paths, "--keep", str(tmp_path / "kept"), "--format", "json"]) == 2
    titles, error = printed(capfdbinary)
    assert titles == ["one", "two", "three"]
    assert error[0] == f"error: {paths[1]}/recipe.toml: No space left on device"
    assert len(error) == 2
    assert len(list((tmp_path / "kept").glob("*/result.json"))) == 2


def test_an_error_in_the_middle_leaves_whole_json(many: Any, capfdbinary: Any) -> None:
    assert invoke(["validate", *many("one", "fails", "three"), "--format", "json"]) == 2
    titles, error = printed(capfdbinary)
    assert (titles, len(error)) == (["one", "three"], 2)


def test_a_defect_in_the_middle_leaves_whole_json(many: Any, capfdbinary: Any) -> None:
    assert invoke(["validate", *many("one", "breaks", "three"), "--format", "json"]) == 70
    titles, error = printed(capfdbinary)
    assert (titles, len(error)) == (["one"], 2)
    assert "TypeError" in error[0]


def test_a_folder_whose_name_is_no_utf_8(many: Any, tmp_path: Path, capfdbinary: Any) -> None:
    odd = recipe(tmp_path / os.fsdecode(b"\xff"), "odd")
    kept = str(tmp_path / os.fsdecode(b"kept\xfe"))
    assert invoke(["validate", str(odd), *many("one"), "--keep", kept, "--format", "json"]) == 0
    assert printed(capfdbinary) == (["odd", "one"], [])
