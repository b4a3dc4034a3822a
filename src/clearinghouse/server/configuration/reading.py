"""The configuration, read: environment variables over ``config.toml`` over defaults."""

import os
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.server.configuration.addresses import ConfigurationError, origin_of, require_database_url
from clearinghouse.server.configuration.values import SECRET, Configuration, Limits, Validation

PREFIX = "CLEARINGHOUSE_"
CONFIG = "config.toml"
_LISTS = frozenset({"backup_recipients"})


def home_of(environ: Mapping[str, str]) -> Path:
    """Return the home folder that an environment names: ``CLEARINGHOUSE_HOME``, else one of the user's data folders."""
    named = environ.get(f"{PREFIX}HOME")
    if named:
        return Path(named).expanduser().absolute()
    data = environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(data) / "clearinghouse" / "server"


def load(environ: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration of this installation.

    Raises:
        ConfigurationError: a value is of the wrong kind or unknown, or the file cannot be read.
    """
    environ = os.environ if environ is None else environ
    home = home_of(environ)
    values = _over(_file(home / CONFIG), _environment(environ))
    values["home"] = str(home)
    try:
        found = msgspec.convert(values, Configuration, strict=False, dec_hook=_decoded)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"the configuration is wrong: {error}", "see docs/operate.md, Settings") from error
    require_database_url(found.database_url)
    if found.oidc_issuer and not found.oidc_issuer.startswith(("https://", "http://")):
        raise ConfigurationError("oidc_issuer is no address of a site", "it begins with https://")
    return msgspec.structs.replace(found, origin=origin_of(found.origin))


def _decoded(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}", "mend it, or make a new one with init") from error
    unknown = values.keys() - set(Configuration.__struct_fields__)
    if secrets := sorted(values.keys() & SECRET):
        unknown = {f"{secrets[0]} (it is secret: set it in the environment)"}
    if unknown:
        wrong = ", ".join(sorted(unknown))
        raise ConfigurationError(f"{path} sets what is not to be set there: {wrong}", "see docs/operate.md, Settings")
    return values


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Values over others; of a part, its fields are."""
    parts = {
        name: below[name] | above[name]
        for name in _PARTS
        if isinstance(below.get(name), dict) and isinstance(above.get(name), dict)
    }
    return below | above | parts


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in Configuration.__struct_fields__:
        if field not in {"home", *_PARTS} and (value := environ.get(PREFIX + field.upper())) is not None:
            found[field] = _given(field, value)
    if environ.get("DATABASE_URL"):
        found["database_url"] = environ["DATABASE_URL"]
    return found | {name: part for name, part in _parts(environ).items() if part}


_PARTS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "limits": ("LIMIT_", Limits),
    "validation": ("VALIDATION_", Validation),
}
"""Parts of the configuration: how their environment variables begin, and what they are."""


def _parts(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What the environment says of the parts, by part and field."""
    return {
        name: {
            field: _split(field, environ[variable])
            for field in kind.__struct_fields__
            if (variable := f"{PREFIX}{prefix}{field.upper()}") in environ
        }
        for name, (prefix, kind) in _PARTS.items()
    }


def _split(field: str, value: str) -> Any:
    """A command is written as in a shell, references with commas or spaces between them."""
    if field == "runner":
        return _words(value)
    if field == "trust":
        return value.replace(",", " ").split()
    return _flag(value) if isinstance(getattr(_VALIDATION, field, None), bool) else value


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        what = f"{PREFIX}VALIDATION_RUNNER is no command: {error}"
        raise ConfigurationError(what, "write it as in a shell") from None


def _given(field: str, value: str) -> Any:
    if field in _LISTS:
        return value.replace(",", " ").split()
    return _flag(value) if isinstance(getattr(_DEFAULTS, field, None), bool) else value


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "": False, "0": False, "false": False, "no": False}
    try:
        return known[value.strip().lower()]
    except KeyError:
        return known["1"]


_DEFAULTS = Configuration(home=Path())
_VALIDATION = Validation()
