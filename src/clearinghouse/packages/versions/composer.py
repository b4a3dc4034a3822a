"""Packagist (Composer).

Law: a version is first made normal (``VersionParser::normalize`` of https://github.com/composer/semver): four numbers,
missing ones zero, and a stability spelled out (``1.0b2`` = ``1.0.0.0-beta2``); what follows ``+`` or ``@`` counts
nothing; ``2.x-dev`` is above every 2.n. Then PHP's ``version_compare`` compares
(https://www.php.net/version_compare): any other word < dev < alpha < beta < RC < the end < a number < patch.

So ``1.0`` = ``1.0.0``, as Composer says, though bare ``version_compare`` does not. Branches (``dev-main``) have no
order in Composer; here they are below all versions, in the order of their names.

Also accepted: what Composer refuses but PHP compares, if it begins with a number (``1.2.3.4.5``, ``8.x-1.2``); short
ones are padded alike. PHP calls the word ``#`` equal to every number, which no order can be true to: here it is zero.
"""

import re

from clearinghouse.packages.versions.encoding import number, text
from clearinghouse.packages.versions.order import Order, leading

_ALIAS = re.compile(r"([^,\s]++) ++as ++[^,\s]++")
_STABILITY_FLAG = re.compile(r"@(?:stable|RC|beta|alpha|dev)$", re.IGNORECASE)
_BUILD = re.compile(r"([^,\s+]++)\+[^\s]++")
_MODIFIER = r"[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]++)*+)?)?([.-]?dev)?"
_CLASSICAL = re.compile(rf"v?([0-9]{{1,5}}+)((?:\.[0-9]++){{0,3}}+){_MODIFIER}", re.IGNORECASE)
_DATED = re.compile(
    rf"v?([0-9]{{4}}(?:[.:-]?[0-9]{{2}}){{1,6}}(?:[.:-]?[0-9]{{1,3}}){{0,2}}){_MODIFIER}", re.IGNORECASE
)
_BRANCH = re.compile(r"v?([0-9]++)((?:\.(?:[0-9]++|[x*])){0,3}+)[.-]?dev", re.IGNORECASE)
_WILDCARD = "9999999"
_PIECES = re.compile(r"[0-9]++|[^0-9._+-]++")
_DIGITS = re.compile(r"[0-9]++")
_ASCII_DIGITS = frozenset("0123456789")
_DEFAULT_BRANCHES = frozenset({"master", "trunk", "default"})

_BRANCH_NAME = "\x00"
_UNKNOWN = "\x01"
_DEV = "\x02"
_END = "\x06"
_NUMBER = "\x07"
_ZERO = _NUMBER + number("0")
_PATCH = "\x08"
_STAGES = (("dev", _DEV), ("a", "\x03"), ("b", "\x04"), ("rc", "\x05"), ("RC", "\x05"), ("p", _PATCH))


def place(version: str) -> str | None:
    """Return the place of a Composer version."""
    found = _CLASSICAL.fullmatch(version)
    if found is None:
        version = _bare(version)
        if version[:4].lower() == "dev-":
            return _BRANCH_NAME + text(version[4:])
        found = _CLASSICAL.fullmatch(version)
    if found is not None:
        first, rest, stage, count, dev = found.groups()
        return _four([first, *rest.split(".")[1:]]) + _stability(stage, count, dev)
    found = _DATED.fullmatch(version)
    if found is not None:
        date, stage, count, dev = found.groups()
        return _numbers(_DIGITS.findall(date)) + _stability(stage, count, dev)
    found = _BRANCH.fullmatch(version)
    if found is not None:
        numbers = [found[1], *found[2].split(".")[1:]]
        numbers = [_WILDCARD if part in "xX*" else part for part in numbers]
        return _numbers(numbers + [_WILDCARD] * (4 - len(numbers))) + _DEV + _END
    return _foreign(version)


def _bare(version: str) -> str:
    version = version.strip(" \t\n\r\0\x0b")
    alias = _ALIAS.fullmatch(version)
    if alias is not None:
        version = alias[1]
    version = _STABILITY_FLAG.sub("", version)
    if version in _DEFAULT_BRANCHES:
        return f"dev-{version}"
    build = _BUILD.fullmatch(version)
    return build[1] if build is not None and version[:4].lower() != "dev-" else version


def _numbers(numbers: list[str]) -> str:
    return "".join([_NUMBER + number(part) for part in numbers])


def _four(numbers: list[str]) -> str:
    return _numbers(numbers) + _ZERO * (4 - len(numbers))


def _stability(stage: str | None, count: str | None, dev: str | None) -> str:
    if stage == "stable" or not (stage or dev):
        return _END  # and so is ``1.0-stable-dev`` for Composer
    placed = _word(stage.lower()) + _numbers(_DIGITS.findall(count or "")) if stage else ""
    return placed + (_DEV if dev else "") + _END


def _word(word: str) -> str:
    return next((tag for begin, tag in _STAGES if word.startswith(begin)), _UNKNOWN)


def _foreign(version: str) -> str | None:
    pieces = ["0" if piece == "#" else piece for piece in _PIECES.findall(version.removeprefix("v"))]
    if not pieces or pieces[0][0] not in _ASCII_DIGITS or any(map(str.isspace, version)):
        return None
    numbers = next((i for i, piece in enumerate(pieces) if piece[0] not in _ASCII_DIGITS), len(pieces))
    rest = [_NUMBER + number(piece) if piece[0] in _ASCII_DIGITS else _word(piece) for piece in pieces[numbers:]]
    return _four(pieces[:numbers]) + "".join(rest) + _END


def _major(version: str) -> str | None:
    found = re.match(r"v?([0-9]++)", version, re.IGNORECASE)
    return leading(found[1]) if found and place(version) is not None else None


COMPOSER = Order(name="composer", place=place, lead=_major)
