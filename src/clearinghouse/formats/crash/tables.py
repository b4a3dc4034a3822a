"""The lists of this format, read from the data files beside the code: what to ignore, what a type means."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """One group of frames that do not identify a crash.

    Attributes:
        category: its name. reason: why.
        exact, starts, contains: of the normalised function. paths: parts of the file path.
    """

    category: str
    reason: str
    exact: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class _Clones(msgspec.Struct, frozen=True):
    reason: str
    contains: tuple[str, ...]


class _Libraries(msgspec.Struct, frozen=True):
    reason: str
    names: tuple[str, ...]


class _Entry(msgspec.Struct, frozen=True):
    exact: tuple[str, ...]


class FrameTable(msgspec.Struct, frozen=True):
    """``data/frames.toml``."""

    group: tuple[Ignored, ...]
    clones: _Clones
    libraries: _Libraries
    entry: _Entry


class Undefined(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of undefined behaviour and the fixed words by which its message is known."""

    type: str
    texts: tuple[str, ...]
    access: str | None = None


class TypeTable(msgspec.Struct, frozen=True):
    """``data/types.toml``."""

    cwe: dict[str, str]
    undefined: tuple[Undefined, ...]


class Types(msgspec.Struct, frozen=True, rename={"excepted": "except"}):
    """Crash types by name, by start or by part."""

    reason: str
    exact: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    excepted: frozenset[str] = frozenset()

    def holds(self, type_: str) -> bool:
        """Whether ``type_`` is one of them."""
        if type_ in self.excepted:
            return False
        if type_ in self.exact or (self.starts and type_.startswith(self.starts)):
            return True
        return any(part in type_ for part in self.contains)


class AssertionAddresses(msgspec.Struct, frozen=True):
    """Addresses that a raised signal leaves behind."""

    user_ids: frozenset[int]
    exact: frozenset[int]


class SecurityTable(msgspec.Struct, frozen=True):
    """``data/security.toml``."""

    never: Types
    checks: Types
    debug_checks: Types
    errors: Types
    concurrency_and_leaks: Types
    undefined_secure: Types
    undefined_other: Types
    go_panics: Types
    asserts: Types
    always: Types
    signals: Types
    generic: Types
    assertion_addresses: AssertionAddresses


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8"))


@cache
def frames() -> FrameTable:
    """Return the frames to ignore."""
    return msgspec.convert(_load("frames.toml"), FrameTable)


@cache
def types() -> TypeTable:
    """Return what types mean."""
    return msgspec.convert(_load("types.toml"), TypeTable)


@cache
def security() -> SecurityTable:
    """Return the lists of the security rule."""
    return msgspec.convert(_load("security.toml"), SecurityTable)
