"""Migrations: none is missing, and a filled database goes forward, from each app's first migration to the newest."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from clearinghouse.server.vulnerabilities.bands import band_of
from server_process import KEPT, SOURCE

FORWARD = Path(__file__).with_name("forward.py")
CHANGED: dict[str, str] = {}
"""Tables whose rows a migration changes or moves on purpose, each with the reason."""


@pytest.mark.django_db
def test_the_tables_are_those_of_the_models() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, interactive=False, stdout=said)
    except SystemExit:
        pytest.fail(f"run makemigrations:\n{said.getvalue()}")


def test_a_filled_database_goes_forward(fresh_database: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "CLEARINGHOUSE_HOME": str(home),
        "DATABASE_URL": fresh_database,
        "DJANGO_SETTINGS_MODULE": "clearinghouse.server.settings",
        "PYTHONPATH": str(SOURCE),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FORWARD)], env=environment, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    assert len(said["from"]) >= 8
    assert all(name.partition("/")[2].startswith("0001_") for name in said["from"])
    assert min(said["filled"].values()) > 0
    assert sorted(said["changed"]) == sorted(CHANGED)
    kept = {name: count for name, count in said["filled"].items() if name not in CHANGED}
    assert {name: said["read"].get(name) for name in kept} == kept
    assert said["bands"] == [[base, band_of(base)] for base in (1, 32_768, 99_999)]
    assert said["guards missing"] == []
