"""Package URLs: read, checked, and written in their canonical form.

Source: ECMA-427, Package-URL (https://ecma-international.org/publications-and-standards/standards/ecma-427/), and its
text at https://github.com/package-url/purl-spec. Reading is lenient where the standard says how to (slashes after the
scheme, capital letters in type and qualifier keys, characters that should have been escaped) and refuses what has no
one meaning. A record keeps a package URL as it was written; the canonical form is for comparing.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Self
from urllib.parse import quote, unquote

import msgspec

from clearinghouse.packages.purl_types import Components, Pairs, normalised, violation
from clearinghouse.records import ClearinghouseError

MAX_LENGTH = 2048
"""Longest package URL that is read, in characters; the longest of 115,000 real ones had 261."""

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9.-]*+")
_KEY = re.compile(r"[a-z][a-z0-9._-]*+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9._~:-]*+")  # what stands in a package URL without being escaped
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~:/-]*+")


class PurlError(ClearinghouseError):
    """A text that is no package URL. ``what`` is one sentence that says why."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "write it as pkg:type/namespace/name@version (ECMA-427)")


class PackageUrl(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A package URL, decoded and normalised. Made by :func:`parse` or :meth:`build`, which check it.

    Attributes:
        type: in lower case (``pypi``). namespace: segments joined by ``/``, without escapes; empty where there is none.
        name: without escapes. version: without escapes, or None.
        qualifiers: keys and values, in the order of keys. subpath: segments joined by ``/``; empty where there is none.

    Law: ``parse(url.canonical) == url``.
    """

    type: str
    name: str
    namespace: str = ""
    version: str | None = None
    qualifiers: Pairs = ()
    subpath: str = ""

    @classmethod
    def build(
        cls,
        *,
        type: str,  # the standard's word
        name: str,
        namespace: str = "",
        version: str | None = None,
        qualifiers: Mapping[str, str] | None = None,
        subpath: str = "",
    ) -> Self:
        """Return the package URL of decoded components, normalised as :func:`parse` does.

        Raises:
            PurlError: they make no package URL.
        """
        if not _TYPE.fullmatch(type):
            raise PurlError(_BAD_TYPE)
        segments = "/".join(filter(None, namespace.split("/")))
        pairs = _pairs((key, value) for key, value in (qualifiers or {}).items() if value)
        parts = Components(type.lower(), segments, name.strip("/"), version or "", pairs, _subpath(subpath.split("/")))
        for text in (segments, name, parts.version, parts.subpath, *(value for _, value in pairs)):
            _check_unicode(text)
        return cls._of(parts)

    @classmethod
    def _of(cls, parts: Components) -> Self:
        if not parts.name or parts.name.isspace():
            raise PurlError("The package URL names no package: nothing stands where its name should be.")
        parts = normalised(parts)
        wrong = violation(parts)
        if wrong:
            raise PurlError(wrong)
        return cls(
            type=parts.type,
            namespace=parts.namespace,
            name=parts.name,
            version=parts.version or None,
            qualifiers=parts.qualifiers,
            subpath=parts.subpath,
        )

    def qualifier(self, key: str) -> str:
        """Return the value of a qualifier, or the empty string."""
        for each, value in self.qualifiers:
            if each == key:
                return value
        return ""

    @property
    def canonical(self) -> str:
        """The package URL in its canonical form: what two package URLs of one package have in common."""
        name = self.name
        if not _PLAIN.fullmatch(name):
            name = _escaped_path(name) if self.type == "git" else _escaped(name)
        text = (
            f"pkg:{self.type}/{_escaped_path(self.namespace)}/{name}" if self.namespace else f"pkg:{self.type}/{name}"
        )
        if self.version is not None:
            text = f"{text}@{_escaped(self.version)}"
        if self.qualifiers:
            text = f"{text}?{_escaped_query(self.qualifiers)}"
        return f"{text}#{_escaped_path(self.subpath)}" if self.subpath else text

    def __str__(self) -> str:
        return self.canonical


_BAD_TYPE = "The type of the package URL is not one: it is made of letters, digits, dots and dashes, a letter first."


@lru_cache(maxsize=256)  # who reads a package URL asks soon after what package it is
def parse(text: str) -> PackageUrl:
    """Return the package URL that a text is.

    Raises:
        PurlError: it is none; the error says why.
    """
    if len(text) > MAX_LENGTH:
        raise PurlError(f"The package URL is longer than {MAX_LENGTH:,} characters.")
    if not text.isascii():
        _check_unicode(text)
    rest, fragment = _cut_last(text.strip(), "#")
    rest, query = _cut_last(rest, "?")
    scheme, _, rest = rest.partition(":")
    if scheme != "pkg" and scheme.lower() != "pkg":
        raise PurlError("A package URL begins with pkg: and this text does not.")
    kind, slash, path = rest.lstrip("/").partition("/")
    if not _TYPE.fullmatch(kind):
        raise PurlError(_BAD_TYPE)
    if not slash:
        raise PurlError("The package URL needs a type, a slash and a name after pkg: and has no slash there.")
    namespace, name, version = _path(path.lstrip("/"))
    pairs: Pairs = _query(query) if query else ()
    subpath = _subpath(map(_decoded, fragment.split("/"))) if fragment else ""
    return PackageUrl._of(Components(kind.lower(), namespace, name, version, pairs, subpath))


def canonical(text: str) -> str | None:
    """Return the canonical form of a package URL, or None if the text is none."""
    try:
        return parse(text).canonical
    except PurlError:
        return None


def _cut_last(text: str, mark: str) -> tuple[str, str]:
    before, found, after = text.rpartition(mark)
    return (before, after) if found else (text, "")


def _path(path: str) -> tuple[str, str, str]:
    """Divide what follows the type into namespace, name and version, decoded."""
    head, at, version = path.rpartition("@")
    if not at or ("/" in version and head[-1:] in ("", "/")):  # or it begins a scope: pkg:npm/@babel/core
        head, version = path, ""
    elif head[-1:] == "/":
        raise PurlError("The package URL names no package: nothing stands between the last slash and the version.")
    namespace, _, name = head.rstrip("/").rpartition("/")
    if "%" in head:
        namespace, name = _decoded(namespace), _decoded(name).strip("/")
    if "//" in namespace or namespace[-1:] == "/":
        namespace = "/".join(filter(None, namespace.split("/")))
    return namespace, name, _decoded(version)


@lru_cache(maxsize=8192)  # an inventory has few: most of its packages share architecture and distribution
def _query(query: str) -> Pairs:
    pairs = []
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        if not equals and pair:
            raise PurlError("The package URL has a qualifier without a value: each is written key=value.")
        if value:  # an empty value is the same as no qualifier (ECMA-427, qualifiers)
            pairs.append((key, _decoded(value)))
    return _pairs(pairs)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Return qualifiers in canonical order, their keys in lower case."""
    found = sorted({(key.lower(), value) for key, value in pairs})
    previous = ""
    for key, _ in found:
        if not _KEY.fullmatch(key):
            raise PurlError(
                "A qualifier of the package URL has a key that is none: keys are made of letters, digits, dots, dashes"
                " and underscores, a letter first."
            )
        if key == previous:
            raise PurlError(f"The package URL has two different values for the qualifier {key[:40]}.")
        previous = key
    return tuple(found)


def _subpath(segments: Iterable[str]) -> str:
    kept = [each for each in segments if each not in ("", ".", "..")]
    if any("/" in each for each in kept):
        raise PurlError("The package URL has an escaped slash in its subpath, where only plain slashes may stand.")
    return "/".join(kept)


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise PurlError("The package URL has a % that is not followed by two hexadecimal digits.")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise PurlError("The package URL has escaped bytes that are no text in UTF-8.") from None


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PurlError("The package URL has half a character in it, which cannot be written as UTF-8.") from None


def _escaped(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=":")


@lru_cache(maxsize=8192)
def _escaped_query(pairs: Pairs) -> str:
    return "&".join(f"{key}={_escaped(value)}" for key, value in pairs)


def _escaped_path(text: str) -> str:
    return text if _PLAIN_PATH.fullmatch(text) else quote(text, safe=":/")
