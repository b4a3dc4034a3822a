"""Orders of versions that only version range specifiers use, and which order a type has.

Most types of VERS are types of package URLs, whose orders are in :mod:`clearinghouse.packages.versions`. The others
are made here of the same building blocks. Source of the special types:
https://github.com/package-url/vers-spec/blob/main/docs/types/vers-types.md.
"""

import re
from collections.abc import Callable
from datetime import date

from clearinghouse.packages.vers.generic import GENERIC
from clearinghouse.packages.versions import Order, order_of
from clearinghouse.packages.versions.encoding import END, number, rising, text
from clearinghouse.packages.versions.order import leading

_PRINTABLE = re.compile(r"[^\x00-\x20\x7f]++")


def order_for(kind: str) -> Order | None:
    """Return the order of the versions of a type, or None where it is not known.

    ``all`` has no versions by the specification; publishers of advisories nevertheless write ``vers:all/<V4.3``, and
    what they mean is compared as ``generic`` is.
    """
    special = _SPECIAL.get(kind)
    return special if special else order_of(kind)


def _order(name: str, place: Callable[[str], str | None]) -> Order:
    return Order(name=name, place=place, lead=_first_number)


_FIRST_NUMBER = re.compile(r"[^0-9]*+([0-9]++)")


def _first_number(version: str) -> str | None:
    found = _FIRST_NUMBER.match(version)
    return leading(found[1]) if found else None


# Arch Linux: vercmp(8), https://man.archlinux.org/man/vercmp.8, and rpmvercmp of pacman's lib/libalpm/version.c, which
# differs from RPM's: letters that follow a number directly are below the end (1.0rc < 1.0), and more separators between
# two parts are above fewer. vercmp ignores the release of the package where one of the two has none, by which 1.5 would
# equal both 1.5-1 and 1.5-2; no order can have that, so a missing release is the first, 1.

_ALPM = re.compile(r"(?:([0-9]++):)?+([^\x00-\x20\x7f-]++(?:-[^\x00-\x20\x7f-]++)*?)(?:-([0-9.]++))?")
_ALPM_PART = re.compile(r"([^0-9A-Za-z]*+)(?:([0-9]++)|([A-Za-z]++))")
_LETTERS_AT_ONCE, _ALPM_END, _DIGITS_AT_ONCE, _SEPARATED = "\x01", "\x02", "\x03", "\x04"


def _alpm(version: str) -> str | None:
    found = _ALPM.fullmatch(version)
    if found is None:
        return None
    epoch, upstream, release = found.groups()
    return number(epoch or "0") + _alpm_parts(upstream) + _alpm_parts(release or "1")


def _alpm_parts(version: str) -> str:
    blocks = []
    for marks, digits, letters in _ALPM_PART.findall(version):
        if marks:
            block = _SEPARATED + rising(len(marks)) + (f"\x02{number(digits)}" if digits else f"\x01{letters}{END}")
        else:
            block = _DIGITS_AT_ONCE + number(digits) if digits else _LETTERS_AT_ONCE + letters + END
        blocks.append(block)
    blocks.append(_ALPM_END)
    return "".join(blocks)


# Conan 2: https://docs.conan.io/2/tutorial/versioning/versions.html. Parts between dots are compared one by one, zeros
# at the end count nothing, what follows the first - is a pre-release and what follows the last + a build, and both are
# versions of their own. Conan compares a number with a word as texts, by which 10 < 1a < 2 < 10; here a word is cut
# into numbers and letters, which is the same wherever that has an order.

_CONAN_MOST = 16
_CONAN_PIECES = re.compile(r"[0-9]++|[^0-9]++")


def _conan(version: str) -> str | None:
    if not _PRINTABLE.fullmatch(version) or version.count("-") + version.count("+") > _CONAN_MOST:
        return None
    return _conan_part(version)


def _conan_part(version: str) -> str:
    version, plus, build = _cut_last(version, "+")
    version, dash, prerelease = version.partition("-")
    items = version.split(".")
    while items and items[-1] and not items[-1].strip("0"):
        items.pop()
    blocks = "".join([f"\x01{_conan_item(item)}" for item in items])
    before = f"\x01{_conan_part(prerelease)}" if dash else "\x02"
    return f"{blocks}{END}{before}" + (f"\x02{_conan_part(build)}" if plus else "\x01")


def _conan_item(item: str) -> str:
    pieces = _CONAN_PIECES.findall(item)
    return "".join([f"\x01{number(each)}" if "0" <= each[0] <= "9" else f"\x02{text(each)}" for each in pieces]) + END


def _cut_last(version: str, mark: str) -> tuple[str, str, str]:
    before, found, after = version.rpartition(mark)
    return (before, found, after) if found else (version, "", "")


# Gentoo: the Package Manager Specification, chapter 3 (https://projects.gentoo.org/pms/8/pms.html#version-comparison).

_GENTOO = re.compile(r"([0-9]++)((?:\.[0-9]++)*+)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)[0-9]*+)*+)(?:-r([0-9]++))?")
_GENTOO_SUFFIX = re.compile(r"_([a-z]++)([0-9]*+)")
_GENTOO_RANKS = {"alpha": "\x01", "beta": "\x02", "pre": "\x03", "rc": "\x04", "p": "\x06"}
_GENTOO_END = "\x05"


def _gentoo(version: str) -> str | None:
    found = _GENTOO.fullmatch(version)
    if found is None:
        return None
    first, rest, letter, suffixes, revision = found.groups()
    blocks = [number(first), *map(_gentoo_number, rest.split(".")[1:]), END, letter or END]
    blocks += [_GENTOO_RANKS[name] + number(count) for name, count in _GENTOO_SUFFIX.findall(suffixes)]
    return "".join([*blocks, _GENTOO_END, number(revision or "0")])


def _gentoo_number(digits: str) -> str:
    """A number that begins with zero is compared like the digits after a decimal point, below all others."""
    return f"\x01{digits.rstrip('0')}{END}" if digits[0] == "0" else f"\x02{number(digits)}"


# Date and time: RFC 3339, section 5.6. Two spellings of one moment are equal.

_DATETIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]++))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def _datetime(version: str) -> str | None:
    found = _DATETIME.fullmatch(version)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    ahead = int(found[9] or 0) * 60 + int(found[10] or 0)
    if hour > 23 or minute > 59 or second > 60 or int(found[9] or 0) > 23 or int(found[10] or 0) > 59:
        return None
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return None
    moment = (days * 1440 + hour * 60 + minute + (ahead if found[8] == "-" else -ahead)) * 60 + second
    return number(str(max(moment, 0))) + (found[7] or "").rstrip("0") + END


# intdot: "integers separated by dots"; interpretation stops at the first other character.

_INTDOT = re.compile(r"[0-9]++(?:\.[0-9]++)*+")


def _intdot(version: str) -> str | None:
    found = _INTDOT.match(version)
    return "".join(map(number, found[0].split("."))) + END if found else None


def _nginx(version: str) -> str | None:
    return _intdot(version) if _INTDOT.fullmatch(version) else None


# OpenSSL: up to 1.1.1 letters count the patches (1.0.2z, then 1.0.2za), from 3.0 a third number does
# (https://openssl-library.org/policies/releasestrat/). alpha, beta and pre are before the release.

_OPENSSL = re.compile(r"([0-9]++)\.([0-9]++)(?:\.([0-9]++))?([a-z]*+)(?:-(dev|alpha|beta|pre)([0-9]*+)(?:-dev)?)?")


def _openssl(version: str) -> str | None:
    found = _OPENSSL.fullmatch(version)
    if found is None:
        return None
    first, second, third, letters, stage, count = found.groups()
    before = f"{stage}{END}{number(count)}" if stage else "\xff"
    return number(first) + number(second) + number(third or "") + letters + END + before


_SPECIAL = {
    "all": GENERIC,
    "alpm": _order("alpm", _alpm),
    "conan": _order("conan", _conan),
    "datetime": _order("datetime", _datetime),
    "generic": GENERIC,
    "gentoo": _order("gentoo", _gentoo),
    "intdot": _order("intdot", _intdot),
    "lexicographic": _order("lexicographic", text),
    "nginx": _order("nginx", _nginx),
    "openssl": _order("openssl", _openssl),
}
