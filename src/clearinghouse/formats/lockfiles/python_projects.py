"""What the lockfiles of Python projects have in common: the manifest that people give in their place."""

import re

MANIFEST_NOTE = "this is pyproject.toml, which says what is wanted: give poetry.lock, uv.lock or pylock.toml"

_TABLE = re.compile(r"^\[(?:project|build-system|tool\.[\w.-]++)\]\s*$", re.MULTILINE)
_DEPENDENCIES = re.compile(r"^(?:dependencies|requires)\s*=|^\[tool\.poetry\.(?:dev-)?dependencies\]", re.MULTILINE)


def is_manifest(text: str) -> bool:
    """Whether a text looks like a ``pyproject.toml`` (https://packaging.python.org/en/latest/specifications/pyproject-toml/)."""
    return bool(_TABLE.search(text) and _DEPENDENCIES.search(text))
