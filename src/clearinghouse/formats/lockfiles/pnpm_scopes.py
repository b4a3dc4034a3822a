"""When a package of a ``pnpm-lock.yaml`` is needed, where the file itself does not say: lockfile version 9.

``importers`` has what the project and each workspace ask for, ``snapshots`` what each package asks for.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from clearinghouse.formats.lockfiles.graph import reachable
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME

_NEEDED = ("dependencies",)
_ALL = ("dependencies", "optionalDependencies")
_TOOLS = ("devDependencies", "packageManagerDependencies", "configDependencies")


class Scopes:
    """Says the scope of packages.

    Args:
        values: the document.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._snapshots = _mapping(values.get("snapshots"))
        importers = [_mapping(importer) for importer in _mapping(values.get("importers")).values()]
        self._runtime = self._reached(importers, _NEEDED, _NEEDED)
        self._optional = self._reached(importers, _ALL, _ALL)
        self._tools = self._reached(importers, _TOOLS, _ALL)

    def of(self, package: str) -> str:
        """Return the scope of a package by its key; what nothing leads to is taken to be needed."""
        if package in self._runtime:
            return RUNTIME
        if package in self._optional:
            return OPTIONAL
        return DEVELOPMENT if package in self._tools else RUNTIME

    def _reached(
        self, importers: Iterable[Mapping[str, Any]], first: tuple[str, ...], then: tuple[str, ...]
    ) -> set[str]:
        roots = (key for importer in importers for key in self._keys(importer, first))
        return {_without_peers(key) for key in reachable(roots, partial(self._next, then))}

    def _next(self, kinds: tuple[str, ...], key: str) -> Iterator[str]:
        return self._keys(_mapping(self._snapshots.get(key)), kinds)

    def _keys(self, dependent: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[str]:
        """The keys of the snapshots that an importer or a snapshot asks for."""
        for kind in kinds:
            for name, wanted in _mapping(dependent.get(kind)).items():
                version = wanted.get("version") if isinstance(wanted, dict) else wanted
                if not isinstance(version, str):
                    continue
                key = f"{name}@{version}"
                yield key if key in self._snapshots else version  # of an alias, the whole key stands there


def missing_packages(values: Mapping[str, Any]) -> list[str]:
    """Return what importers ask for that is not among the packages, each once. What is linked needs no entry."""
    packages = _mapping(values.get("packages"))
    missing: dict[str, None] = {}
    for importer in _mapping(values.get("importers")).values():
        for kind in (*_ALL, *_TOOLS):
            for name, wanted in _mapping(_mapping(importer).get(kind)).items():
                version = wanted.get("version") if isinstance(wanted, dict) else wanted
                if not isinstance(version, str) or version.startswith("link:"):
                    continue
                bare = _without_peers(version)
                if f"{name}@{bare}" not in packages and bare not in packages:
                    missing[f"{name}@{bare}"] = None
    return list(missing)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _without_peers(key: str) -> str:
    return key.partition("(")[0]
