"""An installation without the extra ``server``: the river runs; the server's verbs: ``tests/cli/server``."""

import subprocess
import sys
from pathlib import Path

EXTRA = (
    *("django", "allauth", "ninja", "django_tasks", "dj_database_url", "psycopg", "cryptography", "pyrage"),
    *("gunicorn", "whitenoise", "prometheus_client", "qrcode", "fido2"),
)
WITHOUT = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRA!r}))
from clearinghouse.cli import run
run()
"""
SARIF = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": [{"message": {"text": "x"}}]}]}'


def clearinghouse(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it where nothing of the extra can be imported."""
    command = [sys.executable, "-W", "error", "-c", WITHOUT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def test_the_others_work(tmp_path: Path) -> None:
    flood = tmp_path / "flood.sarif"
    flood.write_text(SARIF)
    for arguments in (["triage", str(flood)], ["identify", str(flood)], ["demo"], ["--help"], ["serve", "--help"]):
        done = clearinghouse(*arguments)
        assert done.returncode == 0, done
