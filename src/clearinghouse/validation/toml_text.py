"""Writes the TOML of recipes: tables of texts, numbers, flags, lists, and one level of tables in them.

Law: ``tomllib.loads(text_of(tables)) == tables`` for every object whose values are such.
Source: https://toml.io/en/v1.0.0
"""

import json
from collections.abc import Mapping
from typing import Any


def text_of(tables: Mapping[str, Any]) -> str:
    """Return TOML text: what is no table first, then one table after the other.

    Raises:
        ValueError: a text is no Unicode, or a value is of another kind.
    """
    plain = [f"{_text(name)} = {_value(value)}" for name, value in tables.items() if not isinstance(value, dict)]
    for name, table in tables.items():
        if isinstance(table, dict):
            plain.append(f"\n[{_text(name)}]")
            plain.extend(f"{_text(key)} = {_value(value)}" for key, value in table.items())
    return "\n".join(plain) + "\n"


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _text(value, bare=False)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{ {', '.join(f'{_text(key)} = {_value(each)}' for key, each in value.items())} }}"
    raise ValueError(f"a recipe has no {type(value).__name__}")


def _text(text: str, *, bare: bool = True) -> str:
    """A text in quotes; a name without them where TOML lets it stand so. JSON's escapes are TOML's, but for DEL."""
    if bare and text and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    text.encode()  # half of a pair of surrogates has no place in TOML
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
