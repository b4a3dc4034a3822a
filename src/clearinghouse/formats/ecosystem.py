"""Packages as reports name them, as components whose text can be shown."""

from functools import lru_cache
from urllib.parse import unquote

from clearinghouse.formats.text import clean_line, distinct_line
from clearinghouse.packages.ecosystems import ecosystem_of, ecosystem_of_type, name_of_purl, purl_of
from clearinghouse.packages.purl import MAX_LENGTH, PurlError, parse
from clearinghouse.records import Component

_DETERMINED = frozenset({"PyPI", "npm"})
"""Where a scanner's name is the registry's; elsewhere it may be a path, a file, or a name without its group."""


def package(name: str, version: str | None, *, type_: str = "", purl: str | None = None) -> Component:
    """Return the component that a scanner means by a package.

    Args:
        name: as the scanner wrote it, made fit to be shown. version: likewise.
        type_: the scanner's word for its kind (``gobinary``, ``deb``); a word unknown here gives no ecosystem.
        purl: the package URL as the scanner wrote it. Without one, it is made for PyPI and npm, where name and
            version determine it; elsewhere it would be a guess.
    """
    purl = distinct_line(purl, MAX_LENGTH) if purl else None
    ecosystem = (_purl_ecosystem(purl) if purl else "") or ecosystem_of(type_)
    return Component(
        name=name, ecosystem=ecosystem, version=version or None, purl=purl or make_purl(ecosystem, name, version)
    )


def make_purl(ecosystem: str, name: str, version: str | None) -> str | None:
    """Return the package URL of a PyPI or npm package, else None. ``name`` of npm may carry a scope, ``@scope/name``.

    Source: ECMA-427 (package URL), type definitions ``pypi`` and ``npm``.
    """
    if ecosystem not in _DETERMINED or not name.strip("@/ ") or (ecosystem == "PyPI" and "/" in name):
        return None
    return purl_of(ecosystem, name, version)


@lru_cache(maxsize=4096)
def _purl_ecosystem(purl: str) -> str:
    """Return the OSV ecosystem of a package URL, of one with faults as well."""
    kind, _, rest = purl.removeprefix("pkg:").lstrip("/").partition("/")
    return ecosystem_of_type(kind, unquote(rest.partition("/")[0]))


def parse_purl(purl: str) -> Component | None:
    """Return the component that a package URL names, or None if it is not one."""
    try:
        url = parse(purl)
    except PurlError:
        return None
    ecosystem = ecosystem_of_type(url.type, url.namespace, url.qualifier("distro"))
    name = name_of_purl(ecosystem, url)
    version = clean_line(url.version or "") or None  # what a package URL escapes may be any character
    return Component(name=clean_line(name), ecosystem=ecosystem, version=version, purl=clean_line(purl, MAX_LENGTH))
