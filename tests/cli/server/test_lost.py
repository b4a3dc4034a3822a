"""What is gone is not replaced by something new and empty, under which nothing that is stored could be read again."""

import shutil
from pathlib import Path

import pytest

from server_process import Installation, sarif

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def _model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Installation(tmp_path_factory.mktemp("filled") / "home")
    made.init()
    server = made.serve("--processes", "1")
    made.send(made.key(), sarif())
    server.terminate()
    server.wait(60)
    return made.home


@pytest.fixture
def filled(_model: Path, tmp_path: Path) -> Installation:
    """An installation that took a report in."""
    shutil.copytree(_model, tmp_path / "home")
    return Installation(tmp_path / "home")


def refused(installation: Installation, *arguments: str) -> str:
    said = installation.attempt(*arguments)
    assert said.returncode == 2, (arguments, said.stdout, said.stderr)
    assert said.stderr.startswith("error: ")
    assert "\ntry: " in said.stderr
    return " ".join(said.stderr.split())


def blobs(installation: Installation) -> int:
    return sum(path.is_file() for path in (installation.home / "blobs").rglob("*"))


def test_without_its_database_nothing_is_begun_and_nothing_made(filled: Installation) -> None:
    database = filled.home / "clearinghouse.sqlite3"
    for path in filled.home.glob("clearinghouse.sqlite3*"):
        path.unlink()
    for verb in (["check", "--repair"], ["backup", str(filled.home.parent / "b.age")], ["user", "list"]):
        assert "there is no database" in refused(filled, *verb)
        assert not database.exists()
    bind = ("--bind", f"127.0.0.1:{filled.port}")
    assert "there is no database" in refused(filled, "serve", *bind, "--migrate")
    assert "sealed files" in refused(filled, "init")
    database.touch(mode=0o600)
    assert "the sqlite database is empty" in refused(filled, "serve", *bind, "--migrate")
    assert blobs(filled) == 1


def test_without_its_master_key_no_other_one_is_made(filled: Installation) -> None:
    key = filled.home / "keys/master.key"
    shutil.move(key, filled.home.parent / "kept")
    assert "the master key is not at" in refused(filled, "init")
    assert not key.exists()
    shutil.move(filled.home.parent / "kept", key)
    assert "nothing was changed" in " ".join(filled.run("init").split())


@pytest.mark.parametrize("address", ["mysql://u:secretword@h/x", "garbage", "sqlite:///relative", "secretword"])
def test_an_address_of_no_database_is_refused_before_anything_is_made(tmp_path: Path, address: str) -> None:
    made = Installation(tmp_path / "home")
    people = ("--organisation", "Centre", "--email", "a@example.org", "--name", "A")
    said = refused(made, "init", *people, "--database-url", address)
    assert "secretword" not in said
    assert not made.home.exists()


def test_settings_that_are_there_are_not_given_anew(filled: Installation) -> None:
    for option in (("--origin", "https://other.example"), ("--database-url", "postgres://h/x")):
        assert "differs from what this installation has" in refused(filled, "init", *option)


@pytest.mark.parametrize(
    "line",
    [
        'log_level = "LOUD"',
        "trusted_proxies = -1",
        'origin = "javascript:alert(1)"',
        'oidc_issuer = "zz"',
        "email_port = 0",
        "[limits]\nreport = -1",
        'database_url = "garbage"',
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, line: str) -> None:
    made = Installation(tmp_path / "home")
    made.home.mkdir(mode=0o700)
    (made.home / "config.toml").write_text(f"{line}\n")
    (made.home / "config.toml").chmod(0o600)
    refused(made, "check")
