"""Which feeds there are here: what is known, and what ``feeds.toml`` in the folder of the store adds.

.. code-block:: toml

    default = ["kev", "epss", "osv", "csaf"]      # what `feeds sync` fetches where nothing is named
    osv = ["PyPI", "npm", "Debian"]               # what `osv` stands for

    [csaf.siemens]
    metadata = "https://cert-portal.siemens.com/productcert/csaf/provider-metadata.json"
    hosts = []                                    # where its documents lie beside the hosts that the metadata name

    [stale_after]                                 # days, by name or kind
    kev = 2
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from clearinghouse.feeds.addresses import AddressError, checked
from clearinghouse.feeds.errors import SettingsError, UnknownFeedError
from clearinghouse.feeds.known import (
    CSAF_PROVIDERS,
    DEFAULT,
    OSV_ECOSYSTEMS,
    PROVIDER_NAME,
    SINGLE,
    Feed,
    Kind,
    csaf_feed,
    osv_feed,
)
from clearinghouse.formats.text import clean_line, printable_name, quoted

FILE = "feeds.toml"


class _Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    metadata: str
    hosts: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: tuple[str, ...] = DEFAULT
    osv: tuple[str, ...] = OSV_ECOSYSTEMS
    csaf: dict[str, _Provider] = {}
    stale_after: dict[str, Annotated[int, msgspec.Meta(ge=1, le=3650)]] = {}


class Settings:
    """The feeds by name.

    Raises:
        SettingsError: a value in the file cannot be.
    """

    def __init__(self, file: _File | None = None) -> None:
        self._file = file or _File()
        self._providers = dict(CSAF_PROVIDERS)
        for name, provider in self._file.csaf.items():
            if not PROVIDER_NAME.fullmatch(name):
                raise SettingsError(
                    f"{quoted(name)} cannot be the name of a CSAF provider",
                    "use small letters, digits, - and _",
                )
            try:
                self._providers[name] = checked(provider.metadata), provider.hosts
            except AddressError as error:
                raise SettingsError(f"the metadata of csaf.{name}: {error.what}", error.remedy) from error
        try:
            self.default = self.expand(self._file.default)
            self.expand([f"osv/{ecosystem}" for ecosystem in self._file.osv])
        except UnknownFeedError as error:
            raise SettingsError(error.what, error.remedy) from error

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        """Read the settings of the store in ``folder``; without a file they are what is known.

        Raises:
            SettingsError: the file cannot be read, or a value in it cannot be.
        """
        path = folder / FILE
        try:
            return cls(msgspec.toml.decode(path.read_bytes(), type=_File))
        except FileNotFoundError:
            return cls()
        except (OSError, msgspec.DecodeError, ValueError, RecursionError) as error:
            why = getattr(error, "strerror", None) or clean_line(str(error), 200)
            name = printable_name(str(path))
            raise SettingsError(f"{name} cannot be read: {why}", "correct it, or move it away", source=name) from error

    def feed(self, name: str) -> Feed:
        """Return the feed of one name.

        Raises:
            UnknownFeedError: there is none.
        """
        return self._timed(self._named(name))

    def expand(self, names: Iterable[str]) -> list[Feed]:
        """Return the feeds that names stand for, each once, in order; ``osv`` and ``csaf`` stand for all configured.

        Raises:
            UnknownFeedError: a name stands for none.
        """
        found: dict[str, Feed] = {}
        for name in names:
            parts = {
                "osv": [f"osv/{each}" for each in self._file.osv],
                "csaf": [f"csaf/{each}" for each in self._providers],
            }
            for each in parts.get(name, [name]):
                found[each] = self.feed(each)
        return list(found.values())

    def _named(self, name: str) -> Feed:
        kind, _, part = name.partition("/")
        if name in SINGLE:
            return SINGLE[name]
        if kind == Kind.OSV and part:
            try:
                return osv_feed(part)
            except ValueError:
                pass
        if kind == Kind.CSAF and part in self._providers:
            return csaf_feed(part, *self._providers[part])
        names = [*SINGLE, "osv", "csaf", *(f"osv/{each}" for each in OSV_ECOSYSTEMS)]
        names += [f"csaf/{provider}" for provider in self._providers]
        near = difflib.get_close_matches(name, names, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UnknownFeedError(
            f"there is no feed {quoted(name)}",
            f"{meant}known are {', '.join(SINGLE)}, osv/<ecosystem>, "
            f"{', '.join(f'csaf/{provider}' for provider in self._providers)}; {FILE} in the store adds CSAF providers",
        )

    def _timed(self, feed: Feed) -> Feed:
        days = self._file.stale_after
        named = days.get(feed.name, days.get(feed.kind.value))
        return feed if named is None else msgspec.structs.replace(feed, stale_after=named)
