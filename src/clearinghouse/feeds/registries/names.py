"""Names and versions, checked by the grammar of their registry before an address or a path is made of them.

Sources: names of Python projects and their normal form, https://packaging.python.org/en/latest/specifications/
name-normalization/; npm, https://docs.npmjs.com/cli/configuring-npm/package-json#name (old packages have capitals);
Cargo, https://doc.rust-lang.org/cargo/reference/registry-index.html#name-restrictions; versions of the last two,
https://semver.org/spec/v2.0.0.html. Of a Python version only the characters are checked here, since old ones follow no
standard.
"""

import re
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name

from clearinghouse.feeds.registries.errors import BadNameError
from clearinghouse.formats.text import quoted
from clearinghouse.packages.purl import PackageUrl, PurlError, parse

Registry = Literal["pypi", "npm", "cargo"]
"""The registries, each by the type of its package URLs."""
TITLES: dict[Registry, str] = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io"}
"""How the registries are called in sentences."""

_PYPI_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
_PYPI_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,127}")
_NPM_PART = re.compile(r"[A-Za-z0-9~-][A-Za-z0-9._~-]{0,212}")
_NPM_LONGEST = 214
_CARGO_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_SEMVER = re.compile(
    r"[0-9]{1,16}\.[0-9]{1,16}\.[0-9]{1,16}(?:-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?(?:\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?"
)
_LONGEST_SEMVER = 256
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ELSEWHERE = ("repository_url", "download_url", "vcs_url")


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package of a registry, and maybe one version of it.

    Attributes:
        registry: which. name: as the registry writes it in addresses, with the scope (``@babel/core``).
        version: as it was given; empty where none was.
    """

    registry: Registry
    name: str
    version: str = ""

    @property
    def project(self) -> str:
        """The canonical package URL without a version."""
        return self._purl(None)

    @property
    def purl(self) -> str:
        """The canonical package URL, with the version if there is one."""
        return self._purl(self.version or None)

    @property
    def title(self) -> str:
        """How the registry is called in sentences."""
        return TITLES[self.registry]

    def _purl(self, version: str | None) -> str:
        scope, _, name = self.name.rpartition("/")
        return PackageUrl.build(type=self.registry, namespace=scope, name=name, version=version).canonical


def package_of(purl: str, *, versioned: bool) -> Package:
    """Return the package that a package URL names.

    Args:
        purl: the package URL. versioned: it must have a version.

    Raises:
        BadNameError: it is no package URL, none of a registry here, says that the package is from elsewhere, or has a
            name or version that the registry does not allow.
    """
    try:
        url = parse(purl)
    except PurlError as error:
        raise BadNameError(f"{quoted(purl, 100)} is no package URL: {error.what}", error.remedy) from error
    where = next((key for key in _ELSEWHERE if url.qualifier(key)), None)
    if where:
        raise BadNameError(
            f"{quoted(purl, 100)} says with {where} that it is not from the public registry",
            "leave it out if a configured registry or mirror has the package",
        )
    package = Package(registry=_registry(url), name=_name(url), version=url.version or "")
    if versioned and not package.version:
        raise BadNameError(f"{package.project} names no version", "write the version after an @")
    if package.version and not _is_version(package):
        raise BadNameError(
            f"{quoted(package.version)} is no version that {package.title} can have", "look at the version"
        )
    return package


def is_version(registry: Registry, version: str) -> bool:
    """Return whether a registry could have the version."""
    return _is_version(Package(registry=registry, name="x", version=version))


def is_sha256(text: str) -> bool:
    """Return whether a text is a SHA-256 in hexadecimal, small letters."""
    return bool(_SHA256.fullmatch(text))


def _registry(url: PackageUrl) -> Registry:
    for registry in TITLES:
        if url.type == registry:
            return registry
    raise BadNameError(
        f"files of pkg:{url.type} are not fetched: no registry is known for this type",
        f"use one of {', '.join(f'pkg:{each}' for each in TITLES)}, or an archive",
    )


def _name(url: PackageUrl) -> str:
    name = f"{url.namespace}/{url.name}" if url.namespace else url.name
    if not _is_name(url, name):
        raise BadNameError(f"{quoted(name, 80)} is no name that {TITLES[_registry(url)]} can have", "look at the name")
    return canonicalize_name(name) if url.type == "pypi" else name


def _is_name(url: PackageUrl, name: str) -> bool:
    if url.type == "pypi":
        return bool(_PYPI_NAME.fullmatch(name))
    if url.type == "cargo":
        return bool(_CARGO_NAME.fullmatch(name))
    scope = url.namespace
    fits_scope = not scope or (scope[0] == "@" and bool(_NPM_PART.fullmatch(scope[1:])))
    return fits_scope and bool(_NPM_PART.fullmatch(url.name)) and len(name) <= _NPM_LONGEST


def _is_version(package: Package) -> bool:
    if package.registry == "pypi":
        return bool(_PYPI_VERSION.fullmatch(package.version))
    return len(package.version) <= _LONGEST_SEMVER and bool(_SEMVER.fullmatch(package.version))
