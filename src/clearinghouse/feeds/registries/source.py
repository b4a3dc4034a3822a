"""The registries as validation asks for them: files with their bytes, for the Python that is inside a sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from clearinghouse.feeds.errors import StoreError
from clearinghouse.feeds.registries.errors import (
    BadAnswerError,
    NotCachedError,
    PlaceError,
    TooLargeError,
    UnreachableError,
)
from clearinghouse.feeds.registries.registries import Registries
from clearinghouse.feeds.registries.target import PythonTarget
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.validation.errors import NotToBeHadError, TooMuchError
from clearinghouse.validation.fetching import Artefact, FileKind, Python

_OF_THE_WAY = (UnreachableError, BadAnswerError, NotCachedError, PlaceError, StoreError)


class RegistrySource:
    """Gives what :class:`clearinghouse.validation.fetching.Registry` promises.

    Args:
        registries: who fetches.
    """

    def __init__(self, registries: Registries) -> None:
        self._registries = registries

    def fetch(self, purl: str, *, sha256: str, kind: FileKind, python: Python | None, most: int) -> Artefact:
        """Return the file of a package that fits."""
        with _told():
            found = self._registries.fetch(purl, sha256=sha256, kind=kind, python=_target(python), most=most)
            data = found.path.read_bytes()
        return Artefact(
            name=found.name,
            data=data,
            sha256=found.sha256,
            purl=found.purl,
            origin=found.address,
            yanked=found.yanked,
        )

    def versions(self, purl: str) -> list[str]:
        """Return the released versions of a package that were not taken back."""
        with _told():
            return [str(each) for each in self._registries.versions(purl) if not each.yanked]


@contextmanager
def _told() -> Iterator[None]:
    """Tell what says nothing of a package, but of the way to it, from what does."""
    try:
        yield
    except _OF_THE_WAY as error:
        raise NotToBeHadError(error.what, error.remedy) from error
    except TooLargeError as error:
        raise TooMuchError(error.what, error.remedy) from error
    except OSError as error:  # a file of the cache that somebody took away, or that cannot be read
        name = printable_name(str(error.filename)) if error.filename else "the cache of the registries"
        raise NotToBeHadError(
            f"{name} cannot be read: {error.strerror or type(error).__name__}",
            "look at the folder of the cache, and at the space on its disk; what is missing is fetched again",
        ) from error


def _target(python: Python | None) -> PythonTarget | None:
    """Return what a wheel must be fit for. The text came from a box, where what is not trusted can have answered.

    Raises:
        NotToBeHadError: it is no version.
    """
    if python is None:
        return None
    try:
        glibc = tuple(int(each) for each in python.glibc.split(".")[:2]) if python.glibc else ()
        return PythonTarget(
            version=python.version,
            platforms=(f"linux_{python.machine}",),
            glibc=(glibc[0], glibc[1]) if len(glibc) == 2 else None,
        )
    except ValueError:
        said = clean_line(f"{python.version[:40]!a} with glibc {python.glibc[:40]!a}")
        raise NotToBeHadError(
            f"the Python of the sandbox says that it is {said}, for which no file can be chosen",
            "look at the Python that the runner's machine has",
        ) from None
