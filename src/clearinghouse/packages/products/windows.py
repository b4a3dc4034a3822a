"""Editions of Windows: one name for each, whatever a list calls it, and the build that tells its release.

Microsoft's records name releases ("Windows 10 Version 1809 for x64-based Systems", "Windows Server 2019 (Server Core
installation)") and give the builds in which a flaw is fixed ("10.0.17763.6414"). People write "Windows 10 Pro 22H2",
"Win10 Enterprise LTSC 2019" or the build alone. The table of builds and its evidence are in ``data/windows.toml``.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec

_NAME = re.compile(r"(?:microsoft )?win(?:dows)?[ -]?(?P<rest>(?:server|7|8\.1|8|10|11|vista|xp|rt|nt).*)")
_SERVER = re.compile(r"server,? ?(?:version )?(?P<year>20\d\d|1803|1809|1903|1909|2004|20h2)?(?P<r2> ?r2)?(?P<tail>.*)")
_CLIENT = re.compile(r"(?P<name>7|8\.1|8|10|11|vista|xp|rt 8\.1)(?P<tail>(?![\d.]).*)")
_RELEASE = re.compile(r"\b(?:version |v)?(?P<release>\d\dh[123]|1507|1511|1607|1703|1709|1803|1809|1903|1909|2004)\b")
_LONG_TERM = re.compile(r"\blts[bc] ?(?P<year>20\d\d)\b|\b(?P<before>20\d\d) lts[bc]\b")
_SERVICE_PACK = re.compile(r"\b(?:service pack|sp) ?(?P<number>\d)\b")
_BUILD = re.compile(
    r"\b(?:(?P<kernel>6\.[0123]|10\.0)\.)?(?P<build>[67]\d{3}|9[26]00|1\d{4}|2\d{4})(?P<revision>\.\d{1,6})?\b"
)


_ALLOWED = re.compile(
    r"\b(?:standard|datacenter|azure|essentials|foundation|enterprise|pro|professional|home|education|ultimate|iot|lts[bc]|"
    r"edition|n|kn|multi-session|for|workstations?|server|core|installation|systems?|x64|x86|arm64|32-bit|64-bit|32|64|bit|"
    r"itanium|based|service|pack|sp|r2|version|release|os|build|rt|v|sp\d|20\d\d|\d\dh\d|1\d\d\d|\d+(?:\.\d+)*)\b|[^\w]+"
)
"""What may follow the name of an edition. Anything else makes it a part of Windows, or something that runs on it."""
_SERVICE_PACK_BUILDS = {"7601": "sp1", "6002": "sp2", "6003": "sp2"}
"""https://learn.microsoft.com/en-us/windows/win32/sysinfo/operating-system-version and the bounds of CVE-2024-43611."""


class _Tables(msgspec.Struct, frozen=True):
    builds: dict[str, str]
    wrong_release: dict[str, str]
    long_term: dict[str, str]
    kernel: dict[str, str]
    evidence: dict[str, str]


class Edition(NamedTuple):
    """One edition of Windows.

    Attributes:
        tokens: its name in words (``windows``, ``10``, ``1809``). version: the whole build, if one is written.
    """

    tokens: tuple[str, ...]
    version: str


@cache
def _tables() -> _Tables:
    text = resources.files(__package__).joinpath("data", "windows.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Tables)


@lru_cache(maxsize=1 << 14)
def edition_of(name: str, version: str = "") -> Edition | None:
    """Return the edition of Windows that a folded name means; None for anything else, parts of Windows too.

    Args:
        name: in lower case, blanks folded (:func:`clearinghouse.packages.products.names.fold`).
        version: what the inventory gives as its version, as written: a release, a build, or both.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    rest = match["rest"]
    if _ALLOWED.sub("", rest.partition(" ")[2] if not rest.startswith("server") else rest):
        return None
    written = f"{rest} {version.lower()}"
    build = _BUILD.search(version.lower()) or _BUILD.search(rest)
    tokens = _server(rest, build) if rest.startswith("server") else _client(rest, written, build)
    return Edition(tokens, _whole_build(tokens, build)) if tokens else None


def _server(rest: str, build: re.Match[str] | None) -> tuple[str, ...] | None:
    match = _SERVER.match(rest)
    if match is None:
        return None
    year, tail = match["year"], match["tail"]
    release = _release(tail) if year == "2022" else ""
    pack = _SERVICE_PACK.search(tail)
    service = f"sp{pack['number']}" if pack else _SERVICE_PACK_BUILDS.get(build["build"], "") if build else ""
    return tuple(filter(None, ("windows", "server", year or "", "r2" if match["r2"] else "", release, service)))


def _client(rest: str, written: str, build: re.Match[str] | None) -> tuple[str, ...] | None:
    match = _CLIENT.match(rest)
    if match is None:
        return None
    name = match["name"].replace(".", "").replace("rt 81", "rt81")
    release = ""
    if name in ("10", "11"):
        release = (
            _long_term(written) or _release(written) or (_tables().builds.get(build["build"], "") if build else "")
        )
    pack = _SERVICE_PACK.search(written)
    return tuple(filter(None, ("windows", name, release, f"sp{pack['number']}" if pack else "")))


def _release(text: str) -> str:
    match = _RELEASE.search(text)
    return _tables().wrong_release.get(match["release"], match["release"]) if match else ""


def _long_term(text: str) -> str:
    match = _LONG_TERM.search(text)
    return _tables().long_term.get(match["year"] or match["before"], "") if match else ""


def _whole_build(tokens: tuple[str, ...], build: re.Match[str] | None) -> str:
    """The version as records write it: 10.0.19045.3570. Without a revision a build does not tell what was fixed."""
    if build is None:
        return ""
    kernel = build["kernel"] or _tables().kernel.get("".join(tokens[:2]), "10.0")
    return f"{kernel}.{build['build']}{build['revision'] or ''}"
