"""Two documents compared, number by number."""

from collections.abc import Iterator
from math import isclose
from typing import Any

import msgspec

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""How far two numbers may lie apart: other processors and libraries round the last digits otherwise."""


def differing(told: msgspec.Struct, found: msgspec.Struct) -> list[str]:
    """Return the paths at which two structs differ by more than rounding, such as ``finding.domains.0.families``."""
    return list(_differing(_plain(told), _plain(found), ()))


def _plain(struct: msgspec.Struct) -> Any:
    return msgspec.to_builtins(struct, str_keys=True)


def _differing(told: Any, found: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(told, dict) and isinstance(found, dict):
        for name in sorted(told.keys() | found.keys()):
            yield from _differing(told.get(name), found.get(name), (*path, name))
    elif isinstance(told, list | tuple) and isinstance(found, list | tuple) and len(told) == len(found):
        for at, (one, other) in enumerate(zip(told, found, strict=True)):
            yield from _differing(one, other, (*path, str(at)))
    elif not _same(told, found):
        yield ".".join(path)


def _same(told: Any, found: Any) -> bool:
    if isinstance(told, float) and isinstance(found, float):
        return isclose(told, found, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(told) is type(found) and bool(told == found)
