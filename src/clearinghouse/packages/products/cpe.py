"""CPE names: the URI of version 2.2 and the formatted string of version 2.3.

Source: NISTIR 7695, sections 6.1 (URI binding) and 6.2 (formatted string binding),
https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf.
"""

import re
from functools import lru_cache

import msgspec

MAX_LENGTH = 1000
"""Longest name that is read, in characters."""
_URI = "cpe:/"
_FORMATTED = "cpe:2.3:"
_COMPONENT = re.compile(r"(?:[^:\\]|\\.)*+", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_ANY = frozenset({"", "*"})
_PARTS = frozenset("aoh*-")
_VERSION = slice(3, 5)
"""Where version and update stand among the components."""


class Cpe(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a CPE name says. An attribute is empty where it says "any"; ``-`` is "not applicable".

    Attributes:
        part: ``a`` (application), ``o`` (operating system) or ``h`` (hardware), or empty.
        vendor, product, version, update, edition: values, escapes undone.
        target_software: the platform that it runs on.
    """

    part: str
    vendor: str
    product: str
    version: str = ""
    update: str = ""
    edition: str = ""
    target_software: str = ""

    @property
    def full_version(self) -> str:
        """Version and update as one text (``7.0 update3``); empty where no single version is named."""
        if not self.version or self.version == "-" or "*" in self.version or "?" in self.version:
            return ""
        update = self.update if self.update != "-" and "*" not in self.update else ""
        return f"{self.version} {update}".strip()


@lru_cache(maxsize=1 << 14)
def read_cpe(text: str) -> Cpe | None:
    """Return what a CPE name of either version says, or None if it is none or names neither vendor nor product."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        return None
    lowered = text[: len(_FORMATTED)].lower()
    if lowered.startswith(_FORMATTED):
        values = _formatted(text[len(_FORMATTED) :])
    elif lowered.startswith(_URI):
        values = _uri(text[len(_URI) :])
    else:
        return None
    if len(values) < 3 or values[0].lower() not in _PARTS or (not values[1] and not values[2]):
        return None
    values += [""] * (11 - len(values))
    return Cpe(
        part=values[0].lower().strip("*-"),
        vendor=values[1],
        product=values[2],
        version=values[3],
        update=values[4],
        edition=values[5],
        target_software=values[8],
    )


def without_version(text: str) -> str:
    """Return a CPE name that says "any" of version and update, and else what ``text`` says.

    Law: :func:`read_cpe` of it is that of ``text`` with empty version and update, or None where that is None.
    """
    text = text.strip()
    if text[: len(_FORMATTED)].lower() == _FORMATTED:
        start, parts = len(_FORMATTED), _escaped(text[len(_FORMATTED) :])
    elif text[: len(_URI)].lower() == _URI:
        start, parts = len(_URI), text[len(_URI) :].split(":")
    else:
        return text
    parts[_VERSION] = [""] * len(parts[_VERSION])
    return text[:start] + ":".join(parts)


def _formatted(text: str) -> list[str]:
    if "\\" not in text:
        return ["" if value in _ANY else value for value in text.split(":", 11)[:11]]
    return [_value(written) for written in _escaped(text)[:11]]


def _escaped(text: str) -> list[str]:
    """The components of a formatted string as they are written there."""
    parts: list[str] = []
    position = 0
    while position <= len(text):
        match = _COMPONENT.match(text, position)
        if match is None:  # pragma: no cover - the pattern matches the empty string
            break
        parts.append(match[0])
        position = match.end() + 1
    return parts


def _value(written: str) -> str:
    return "" if written in _ANY else _ESCAPE.sub(r"\1", written)


def _uri(text: str) -> list[str]:
    """Components of a URI; in an edition that begins with ``~`` five attributes are packed (section 6.1.2.1.1)."""
    values = [_decoded(component) for component in text.split(":")[:7]]
    if len(values) > 5 and values[5].startswith("~"):
        packed = values[5].split("~")[1:6]
        packed += [""] * (5 - len(packed))
        language = values[6] if len(values) > 6 else ""
        values = [*values[:5], packed[0], language, *packed[1:]]
    return values


def _decoded(component: str) -> str:
    """Undo percent encoding; ``%01`` and ``%02`` are the wildcards ``?`` and ``*``."""
    return _PERCENT.sub(lambda match: {1: "?", 2: "*"}.get(code := int(match[1], 16), chr(code)), component)
