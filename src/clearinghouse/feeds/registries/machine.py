"""What pip and npm of this machine are configured to use, read as files and environment; neither is run.

Sources: https://pip.pypa.io/en/stable/topics/configuration/ (files, their order, ``PIP_CONFIG_FILE``) and
https://docs.npmjs.com/cli/configuring-npm/npmrc. Of pip the section ``[global]`` is read, of npm the file of the user.
What lies in the current folder is not read: it may be a stranger's.
"""

import configparser
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import msgspec

from clearinghouse.feeds.registries.errors import PlaceError
from clearinghouse.formats.text import printable_name

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}")
_REMEDY = "correct it, or name a mirror or folder for the registry (CLEARINGHOUSE_PYPI, CLEARINGHOUSE_NPM)"


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The places where pip and npm look.

    Attributes:
        environment: its variables. home: the folder of the user. prefix: of the Python installation or environment.
        etc: the folder of the system's configuration.
    """

    environment: Mapping[str, str]
    home: Path
    prefix: Path
    etc: Path = Path("/etc")

    @classmethod
    def here(cls) -> Self:
        """Return this one."""
        return cls(environment=os.environ, home=Path.home(), prefix=Path(sys.prefix))

    def pip(self, option: str) -> tuple[str, str]:
        """Return what pip takes for an option (``index-url``), and where that is said; two empty texts if nowhere.

        Raises:
            PlaceError: a file of pip's configuration cannot be read.
        """
        variable = f"PIP_{option.upper().replace('-', '_')}"
        if value := self.environment.get(variable, ""):
            return value, variable
        for path in reversed(list(self._pip_files())):
            if value := _pip_value(path, option):
                return value, printable_name(str(path))
        return "", ""

    def npm_registry(self) -> tuple[str, str]:
        """Return the address that npm takes for its registry, and where that is said; two empty texts if nowhere.

        Raises:
            PlaceError: the file of npm's configuration cannot be read.
        """
        lowered = {name.lower(): value for name, value in self.environment.items() if name[:4].lower() == "npm_"}
        if value := lowered.get("npm_config_registry", ""):
            return value, "npm_config_registry"
        path = Path(lowered.get("npm_config_userconfig") or self.home / ".npmrc")
        registry = ""
        for line in _text(path).splitlines():
            key, equals, value = line.partition("=")
            if equals and key.strip() == "registry":
                registry = value.strip().strip("\"'")
        filled = _VARIABLE.sub(lambda match: self.environment.get(match[1], match[0]), registry)
        return (filled, printable_name(str(path))) if filled else ("", "")

    def _pip_files(self) -> Iterator[Path]:
        """The files of pip's configuration, the one that counts most last."""
        named = self.environment.get("PIP_CONFIG_FILE")
        if named == os.devnull:
            return
        for folder in (self.environment.get("XDG_CONFIG_DIRS") or str(self.etc / "xdg")).split(os.pathsep):
            if os.path.isabs(folder):
                yield Path(folder) / "pip/pip.conf"
        yield self.etc / "pip.conf"
        if not (named and os.path.exists(named)):
            yield self.home / ".pip/pip.conf"
            yield Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config") / "pip/pip.conf"
        yield self.prefix / "pip.conf"
        if named:
            yield Path(named)


def _pip_value(path: Path, option: str) -> str:
    text = _text(path)
    if not text:
        return ""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        name = printable_name(str(path))  # what is wrong is not told: the line may have a password in it
        raise PlaceError(f"{name} is no configuration of pip", _REMEDY, source=name) from None
    if not parser.has_section("global"):
        return ""
    values = {key.removeprefix("--").replace("_", "-"): value for key, value in parser.items("global")}
    return (values.get(option) or "").strip()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        name = printable_name(str(path))
        why = getattr(error, "strerror", None) or "it is not in UTF-8"
        raise PlaceError(f"{name} cannot be read: {why}", _REMEDY, source=name) from None
