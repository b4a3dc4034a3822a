"""What the types of package URLs demand of their components, and how each is made canonical.

Source: the type definitions beside ECMA-427, https://github.com/package-url/purl-spec/tree/main/types. Where a
definition requires a namespace and tools nevertheless write package URLs without one (a ``deb`` of an unknown
distribution, ``pkg:golang/stdlib``), they are read: the requirement is kept only for the types of which a name alone
says nothing.
"""

import re
from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]
"""Qualifiers: keys and decoded values, in the order of keys."""


class Components(NamedTuple):
    """The decoded components of a package URL; an absent one is the empty string."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: Pairs
    subpath: str


class _Rules(NamedTuple):
    lower_namespace: bool
    lower_name: bool
    lower_version: bool
    special: bool


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOWER_NAMESPACE = _words(
    "alpm apk bitbucket brew composer deb github gitlab hex luarocks qpkg rpm vscode-extension yocto"
)
_LOWER_NAME = _words(
    """alpm apk bitbucket bitnami brew chrome-extension composer deb github gitlab hex luarocks oci otp pub pypi
    vscode-extension"""
)
_LOWER_VERSION = _words("huggingface oci pypi vscode-extension")
_SPECIAL = _words("cpan git hackage mlflow otp pub pypi")
_TYPES = {
    kind: _Rules(kind in _LOWER_NAMESPACE, kind in _LOWER_NAME, kind in _LOWER_VERSION, kind in _SPECIAL)
    for kind in _LOWER_NAMESPACE | _LOWER_NAME | _LOWER_VERSION | _SPECIAL
}

_NAMESPACE_REQUIRED = _words("swift vscode-extension")
_NAMESPACE_PROHIBITED = _words(
    """bazel bitnami cargo chrome-extension cocoapods conda cran gem hackage julia mlflow nuget oci opam otp pub pypi
    vcpkg"""
)
_QUALIFIER_REQUIRED = {"julia": "uuid", "swid": "tag_id"}
_DEMANDING = _NAMESPACE_REQUIRED | _NAMESPACE_PROHIBITED | frozenset(_QUALIFIER_REQUIRED) | {"chrome-extension", "cpan"}

_NOT_OF_PUB = re.compile(r"[^a-z0-9_]")
_CHROME_NAME = re.compile(r"[a-p]{32}")
_CHROME_VERSION = re.compile(r"[0-9]++(?:\.[0-9]++){0,3}")
_LOWER_HOSTS = _words("github github.com")


def normalised(parts: Components) -> Components:
    """Return the components in the form in which two package URLs of one package are equal."""
    rules = _TYPES.get(parts.type)
    if rules is None:
        return parts
    kind, namespace, name, version, qualifiers, subpath = parts
    if rules.lower_namespace:
        namespace = namespace.lower()
    if rules.lower_name:
        name = name.lower()
    if rules.lower_version:
        version = version.lower()
    lowered = Components(kind, namespace, name, version, qualifiers, subpath)
    return _special(lowered) if rules.special else lowered


def _special(parts: Components) -> Components:
    """Apply the rule that only this one type has."""
    match parts.type:
        case "pypi":
            return parts._replace(name=parts.name.replace("_", "-"))
        case "pub":
            return parts._replace(name=_NOT_OF_PUB.sub("_", parts.name))
        case "hackage":
            return parts._replace(name=parts.name.replace("_", "-"))
        case "cpan":
            return parts._replace(namespace=parts.namespace.upper())
        case "otp":
            return parts._replace(subpath=parts.subpath.lower())
        case "mlflow":
            return parts._replace(name=_mlflow_name(parts))
        case "git":
            return _git(parts)
    return parts


def _mlflow_name(parts: Components) -> str:
    """Databricks ignores the case of a model's name, other servers do not."""
    registry = next((value for key, value in parts.qualifiers if key == "repository_url"), "")
    return parts.name.lower() if "databricks" in registry.lower() else parts.name


def _git(parts: Components) -> Components:
    """The namespace is the host alone and the name is the whole path on it, slashes included."""
    host, _, path = f"{parts.namespace}/{parts.name}".lstrip("/").partition("/")
    if not path:
        return parts
    host = host.lower()
    return parts._replace(namespace=host, name=path.lower() if host in _LOWER_HOSTS else path)


def violation(parts: Components) -> str | None:
    """Return what the definition of the type forbids about the components, as one sentence, or None."""
    kind = parts.type
    if kind not in _DEMANDING:
        return None
    if parts.namespace and kind in _NAMESPACE_PROHIBITED:
        return f"A package URL of type {kind} has no namespace, and this one has something between type and name."
    if not parts.namespace and kind in _NAMESPACE_REQUIRED:
        return f"A package URL of type {kind} needs a namespace before its name, and this one has none."
    needed = _QUALIFIER_REQUIRED.get(kind)
    if needed and needed not in {key for key, _ in parts.qualifiers}:
        return f"A package URL of type {kind} needs the qualifier {needed}, and this one does not have it."
    if kind == "cpan" and "::" in parts.name:
        return "A package URL of type cpan names a distribution, and this name with :: in it is the name of a module."
    if kind == "chrome-extension":
        return _chrome_violation(parts)
    return None


def _chrome_violation(parts: Components) -> str | None:
    if not _CHROME_NAME.fullmatch(parts.name):
        return "The name of a Chrome extension is 32 letters from a to p, and this one is not."
    if parts.version and not _CHROME_VERSION.fullmatch(parts.version):
        return "The version of a Chrome extension is one to four numbers joined by dots, and this one is not."
    return None
