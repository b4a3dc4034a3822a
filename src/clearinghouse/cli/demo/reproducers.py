"""The reproducers of the demonstration (``data/reproducers``): recipes about invented programs, and whose they are.

The programs (``data/sources``) are small, have their flaws on purpose, and are packed here, so that nothing is fetched.
"""

import gzip
import io
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from clearinghouse.cli.demo import finders
from clearinghouse.cli.demo.description import DATA, Flaw, description
from clearinghouse.cli.demo.made import Made

_RECIPES, _SOURCES = DATA.joinpath("reproducers"), DATA.joinpath("sources")


class Reproducer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reproducer.

    Attributes:
        folder: where its recipe is. flaw: the key of what it is about. finder: who gives it in.
        source: the folder of the affected program. also: whether the vendor runs it by itself, too.
    """

    folder: str
    flaw: str
    finder: Literal["aurora", "basalt"]
    source: str
    also: bool = False


class _All(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reproducer: list[Reproducer]
    flaw: list[Flaw]


@cache
def _all() -> _All:
    return msgspec.convert(tomllib.loads(_RECIPES.joinpath("reproducers.toml").read_text("utf-8")), _All)


def reproducers() -> tuple[Reproducer, ...]:
    """Return every reproducer, in the order in which they are given in."""
    return tuple(_all().reproducer)


def report(reproducer: Reproducer) -> Made:
    """Return the report that a reproducer belongs to: its finder's, of this one flaw."""
    flaw = next(each for each in (*description().flaw, *_all().flaw) if each.key == reproducer.flaw)
    if reproducer.finder == "aurora":
        return finders.aurora_alone(description(), flaw, reproducer.folder)
    return finders.basalt_alone(flaw, reproducer.folder)


def files(reproducer: Reproducer) -> dict[str, bytes]:
    """Return the recipe with its files, the archive of the affected program among them; always the same bytes."""
    found = dict(_below(_RECIPES.joinpath(reproducer.folder)))
    return found | {f"{reproducer.source}.tar.gz": _packed(reproducer.source)}


def zipped(given: dict[str, bytes]) -> bytes:
    """Return files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in given.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


@cache
def _packed(source: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in _below(_SOURCES.joinpath(source), f"{source}/"):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def _below(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """The files below a folder by their names, in one order; not what Python made of them."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir() and each.name != "__pycache__":
            yield from _below(each, f"{prefix}{each.name}/")
        elif each.is_file():
            yield f"{prefix}{each.name}", each.read_bytes()
