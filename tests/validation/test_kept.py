"""What a validation leaves in a folder."""

import hashlib
import json

import pytest
from msgspec.structs import replace

from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.kept import BLOBS, RESULT, STATEMENT, keep
from clearinghouse.validation.result import Result
from clearinghouse.validation.verdict import Verdict

FOUND = Result(recipe={"path": "r", "title": "t", "sha256": "0123456789abcdef" * 4}, verdict=Verdict.FIXED, why="so")
DATA = (b"", b"one", b"\x00\xff")
BLOBS_OF = {hashlib.sha256(data).hexdigest(): data for data in DATA}


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_everything_stands_under_the_digest_of_the_recipe(tmp_path):
    place = keep(tmp_path / "deep" / "kept", FOUND, BLOBS_OF, b"{}")
    assert place == tmp_path / "deep" / "kept" / "0123456789abcdef"
    assert names(place) == sorted([RESULT, STATEMENT, *(f"{BLOBS}/{digest}" for digest in BLOBS_OF)])
    assert all((place / BLOBS / digest).read_bytes() == data for digest, data in BLOBS_OF.items())
    assert json.loads((place / RESULT).read_bytes())["verdict"] == "fixed"
    assert (place / STATEMENT).read_bytes() == b"{}"


def test_without_a_signature_there_is_no_statement(tmp_path):
    assert STATEMENT not in names(keep(tmp_path, FOUND, {}, None))


def test_a_second_time_takes_the_place_of_the_first(tmp_path):
    keep(tmp_path, FOUND, BLOBS_OF, b"first")
    place = keep(tmp_path, replace(FOUND, verdict=Verdict.FLAKY), {}, b"second")
    assert json.loads((place / RESULT).read_bytes())["verdict"] == "flaky"
    assert (place / STATEMENT).read_bytes() == b"second"
    assert not [name for name in names(place) if name.startswith(".")], "no part of a file is left"


def test_what_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValidationError, match="cannot be written: Not a directory"):
        keep(tmp_path / "file", FOUND, BLOBS_OF, None)


def test_a_statement_is_written_last(tmp_path):
    """Where the evidence cannot be written, nothing vouches for it."""
    place = tmp_path / FOUND.recipe["sha256"][:16]
    (place / BLOBS).mkdir(parents=True)
    blocked = place / BLOBS / list(BLOBS_OF)[-1]
    blocked.mkdir()
    (blocked / "x").write_bytes(b"")
    with pytest.raises(ValidationError):
        keep(tmp_path, FOUND, BLOBS_OF, b"{}")
    assert not (place / STATEMENT).exists()
    assert not (place / RESULT).exists()
