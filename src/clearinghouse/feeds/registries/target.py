"""The Python for which a wheel must be fit.

Source: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ (PEP 425, 600, 656).
"""

import platform
import re
from functools import cached_property
from typing import Self

import msgspec
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags

_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,4})(?:\.[0-9]{1,4})?(?:(?:a|b|rc)[0-9]{1,3})?")
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""Other names of ``manylinux_2_*`` (PEP 600), by the minor version of glibc."""
_OLD_MACHINES = ("x86_64", "i686")
"""Machines for which there are wheels older than manylinux2014."""


class PythonTarget(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A CPython on a platform.

    Attributes:
        version: in full, since files say which ones they need (``3.11.2``). abi: empty for the usual (``cp311``).
        platforms: tags of the platform, the best first (``linux_x86_64``). glibc: its version where the platform has
            it (``(2, 36)``): then ``linux_*`` stands for all ``manylinux`` tags that this glibc can run, too.

    Raises:
        ValueError: the version is none.
    """

    version: str
    abi: str = ""
    platforms: tuple[str, ...] = ()
    glibc: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise ValueError("the version of a Python is written as in 3.11.2")

    @classmethod
    def here(cls) -> Self:
        """Return the Python that runs this; it must be CPython for its own wheels to be found."""
        return cls(version=platform.python_version(), abi=next(cpython_tags()).abi, platforms=tuple(platform_tags()))

    @cached_property
    def ranks(self) -> dict[Tag, int]:
        """The tags that fit, each with its rank, 0 for the best."""
        match = _VERSION.fullmatch(self.version)
        major, minor = (int(match[1]), int(match[2])) if match else (0, 0)
        short = f"cp{major}{minor}"
        every = [each for named in self.platforms for each in self._expanded(named)]
        tags = [
            *cpython_tags((major, minor), [self.abi or short], every),
            *compatible_tags((major, minor), short, every),
        ]
        ranks: dict[Tag, int] = {}
        for tag in tags:
            ranks.setdefault(tag, len(ranks))
        return ranks

    def __str__(self) -> str:
        where = next((each for each in self.platforms if each.startswith("linux_")), self.platforms[:1])
        named = where if isinstance(where, str) else "".join(where)
        glibc = f" with glibc {self.glibc[0]}.{self.glibc[1]}" if self.glibc else ""
        return f"CPython {self.version}{f' on {named}' if named else ''}{glibc}"

    def _expanded(self, named: str) -> list[str]:
        if self.glibc is None or not named.startswith("linux_") or self.glibc[0] != 2:
            return [named]
        machine = named.removeprefix("linux_")
        oldest = 5 if machine in _OLD_MACHINES else 17
        tags: list[str] = []
        for minor in range(min(self.glibc[1], 999), oldest - 1, -1):
            tags.append(f"manylinux_2_{minor}_{machine}")
            if minor in _LEGACY:
                tags.append(f"{_LEGACY[minor]}_{machine}")
        return [*tags, named]


ANY_PYTHON = {Tag("py3", "none", "any"): 0}
"""The tags that fit where no Python is named: those of wheels that fit each Python 3 on each platform."""
