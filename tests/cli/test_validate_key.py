"""``clearinghouse validate key``: a pair of keys, and the answer to a challenge of a server."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from clearinghouse.cli.main import command_line
from clearinghouse.cli.main import invoke as run
from clearinghouse.trust.keys import PublicKey
from clearinghouse.trust.possession import Challenge, answered

CHALLENGE = Challenge(
    origin="https://clearinghouse.example",
    participant="a1b2c3",
    expires=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
    nonce="0" * 32,
    seal="f" * 64,
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "signing.key"
    assert run(["validate", "key", str(path)]) == 0
    return path


def test_a_pair_is_made_with_and_without_the_verb(key: Path, tmp_path: Path) -> None:
    assert run(["validate", "key", "make", str(tmp_path / "other")]) == 0
    assert {each.name for each in tmp_path.iterdir()} == {"signing.key", "signing.key.pub", "other", "other.pub"}


@pytest.mark.parametrize("how", ["argument", "input"])
def test_a_challenge_is_answered_and_told(key: Path, how: str) -> None:
    given = CHALLENGE.to_text()
    arguments = ["validate", "key", "prove", given if how == "argument" else "-", "--key", str(key)]
    done = CliRunner().invoke(command_line("validate"), arguments, input=given if how == "input" else None)
    assert done.exit_code == 0, done.output
    assert answered(done.stdout.encode(), PublicKey.load(key.with_name("signing.key.pub"))) == CHALLENGE
    assert "https://clearinghouse.example" in done.stderr
    assert "a1b2c3" in done.stderr


def test_what_is_not_answered(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    over = msgspec.structs.replace(CHALLENGE, expires=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).to_text()
    for given, words in ((over, "is over"), ("chc1_x", "no challenge"), ("anything", "no challenge")):
        assert run(["validate", "key", "prove", given, "--key", str(key)]) == 2
        assert words in capsys.readouterr().err
    assert run(["validate", "key", "prove", CHALLENGE.to_text(), "--key", str(key) + ".pub"]) == 2
