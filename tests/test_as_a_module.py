"""The package can be run as a module."""

import subprocess
import sys

from clearinghouse import __version__


def test_the_package_is_the_command() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "clearinghouse", "--version"], capture_output=True, text=True, check=True
    )
    assert __version__ in said.stdout
