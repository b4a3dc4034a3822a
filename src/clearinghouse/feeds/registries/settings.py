"""Where each registry is: as given, as the environment says, as pip or npm here take it, else the public one.

A mirror or folder can stand in the place of each, since a registry sees what is fetched right after a report.
"""

import base64
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from clearinghouse.feeds.addresses import AddressError, checked, host_of
from clearinghouse.feeds.registries.errors import PlaceError
from clearinghouse.feeds.registries.machine import Machine
from clearinghouse.feeds.registries.names import TITLES, Registry

ENVIRONMENT: dict[Registry, str] = {
    "pypi": "CLEARINGHOUSE_PYPI",
    "npm": "CLEARINGHOUSE_NPM",
    "cargo": "CLEARINGHOUSE_CRATES",
}
"""Which variable names the address or folder of which registry."""
CACHE = "CLEARINGHOUSE_REGISTRIES"
"""Which variable names the folder of the cache."""
PUBLIC: dict[Registry, str] = {
    "pypi": "https://pypi.org/simple/",
    "npm": "https://registry.npmjs.org/",
    "cargo": "https://index.crates.io/",
}
_FILES_AT = {
    "pypi.org": frozenset({"files.pythonhosted.org"}),
    "index.crates.io": frozenset({"static.crates.io", "crates.io"}),
}
"""Where the files of a public registry lie, beside its own host."""


class Secret:
    """A value that is never shown."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Secret(...)"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a registry is.

    Attributes:
        registry: which. address: with a slash at its end, without credentials; empty where it is a folder.
        folder: the folder, where it is one. secret: the value of the header ``Authorization`` for its host.
        hosts: to which it may lead, beside its own. certificates: a file or folder of those to trust; None for the
            system's.
    """

    registry: Registry
    address: str = ""
    folder: Path | None = None
    secret: Secret | None = None
    hosts: frozenset[str] = frozenset()
    certificates: Path | None = None

    @property
    def shown(self) -> str:
        """The place as it may be shown."""
        return str(self.folder) if self.folder else self.address


class RegistrySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is configured for the registries.

    Attributes:
        pypi, npm, crates: an address or a folder; empty for what the environment or this machine says. Of PyPI it is
            that of the simple interface, of Cargo that of the sparse index.
        hosts: to which any of them may lead with its files, beside its own host and those of the public registry.
        largest: most bytes of a file. largest_document: most bytes of an answer of the registry itself.
        seconds: that one answer may take. idle: seconds for which a server may be silent.
    """

    pypi: str = ""
    npm: str = ""
    crates: str = ""
    hosts: frozenset[str] = frozenset()
    largest: int = 1 << 30
    largest_document: int = 64 << 20
    seconds: float = 900.0
    idle: float = 30.0

    def place(self, registry: Registry, machine: Machine | None = None) -> Place:
        """Return where a registry is.

        Raises:
            PlaceError: what is configured is no place that may be asked.
        """
        machine = machine or Machine.here()
        given = {"pypi": self.pypi, "npm": self.npm, "cargo": self.crates}[registry]
        variable = ENVIRONMENT[registry]
        text, where = next(
            (
                found
                for found in ((given, f"the setting for {TITLES[registry]}"), _named(machine, variable))
                if found[0]
            ),
            ("", ""),
        )
        if not text:
            text, where = _used_here(registry, machine)
        if not text:
            text, where = PUBLIC[registry], "the default"
        place = _place(registry, text, where)
        certificates = machine.pip("cert")[0] if registry == "pypi" else ""
        return msgspec.structs.replace(
            place, hosts=place.hosts | self.hosts, certificates=Path(certificates) if certificates else None
        )


def cache_folder(named: Path | None = None) -> Path:
    """Return the folder of the cache: ``named``, else CLEARINGHOUSE_REGISTRIES, else where XDG keeps caches.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative XDG_CACHE_HOME does not count).
    """
    if named is not None:
        return named
    if chosen := os.environ.get(CACHE):
        return Path(chosen)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if os.path.isabs(cache) else Path.home() / ".cache") / "clearinghouse/registries"


def _named(machine: Machine, variable: str) -> tuple[str, str]:
    return machine.environment.get(variable, ""), variable


def _used_here(registry: Registry, machine: Machine) -> tuple[str, str]:
    if registry == "npm":
        return machine.npm_registry()
    if registry != "pypi":
        return "", ""
    none, where = machine.pip("no-index")
    if none.lower() in ("1", "true", "yes", "on", "y", "t"):
        raise PlaceError(
            f"{where} says that pip of this machine asks no index",
            f"name a mirror or folder for PyPI with {ENVIRONMENT['pypi']}",
        )
    return machine.pip("index-url")


def _place(registry: Registry, text: str, where: str) -> Place:
    """The text may have credentials in it, so no error shows it."""
    text = text.strip()
    if registry == "cargo":
        text = text.removeprefix("sparse+")
    if text.startswith("file:"):
        return _folder(registry, Path(unquote(urlsplit(text).path)), where)
    if "://" not in text:
        return _folder(registry, Path(text).expanduser(), where)
    try:
        parts = urlsplit(text)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        if parts.query or parts.fragment:
            raise PlaceError(f"the address that {where} gives has a query in it", "give it without ? and #")
        address = checked(f"{bare.rstrip('/')}/")
    except (AddressError, ValueError):
        raise PlaceError(
            f"{where} gives no address for {TITLES[registry]} that may be asked",
            "give one that begins with https://, http:// for this machine only, or a folder",
        ) from None
    secret = None
    if user or password:
        secret = Secret("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    return Place(registry=registry, address=address, secret=secret, hosts=_FILES_AT.get(host_of(address), frozenset()))


def _folder(registry: Registry, folder: Path, where: str) -> Place:
    if not folder.is_dir():
        raise PlaceError(
            f"what {where} gives for {TITLES[registry]} is neither an address nor a folder",
            "give an address that begins with https://, or a folder that exists",
        )
    return Place(registry=registry, folder=folder.absolute())
