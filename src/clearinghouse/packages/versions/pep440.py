"""PyPI: PEP 440, and below it the versions from before it.

Law (https://packaging.python.org/en/latest/specifications/version-specifiers/): epoch, release, pre-release,
post-release, development release, local version, in this order. Releases are padded with zeros (``1.0`` = ``1.0.0``);
a development release is below the pre-releases of the same release, they are below it, post-releases above it. A
local version is above the public one that it belongs to; its numbers are above its words. Case, a leading ``v``, white
space around and the many spellings of one stage count nothing: ``c``, ``pre``, ``preview`` are ``rc``; ``rev``, ``r``
and ``-1`` are ``post``.

What is not PEP 440 but was accepted before it is placed by :mod:`~clearinghouse.packages.versions.pep440_legacy`,
below all of PEP 440.
"""

import re

from clearinghouse.packages.versions import pep440_legacy
from clearinghouse.packages.versions.encoding import END, number, without_trailing_zeros
from clearinghouse.packages.versions.order import Order, leading

_VERSION = re.compile(
    r"""\s*+v?+
    (?:([0-9]++)!)?+                                                          # epoch
    ([0-9]++(?:\.[0-9]++)*+)                                                  # release
    (?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]++)?)?+               # pre-release
    (?:-([0-9]++)|[-_.]?(post|rev|r)[-_.]?([0-9]++)?)?+                         # post-release
    (?:[-_.]?(dev)[-_.]?([0-9]++)?)?+                                           # development release
    (?:\+([a-z0-9]++(?:[-_.][a-z0-9]++)*+))?+                                 # local version
    \s*+""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_LOCAL_SEPARATORS = re.compile(r"[-_.]")

_LEGACY = "\x01"
_MODERN = "\x02"
_DEVELOPMENT_OF_RELEASE = "\x01"  # in the place of the pre-release
_PRE = {"a": "\x02", "b": "\x03", "r": "\x04", "c": "\x04", "p": "\x04"}  # by the first letter
_NO_PRE = "\x05"
_NO_POST = "\x01"
_POST = "\x02"
_DEV = "\x01"
_NO_DEV = "\x02"
_NO_LOCAL = "\x00"
_LOCAL = "\x01"
_LOCAL_WORD = "\x01"
_LOCAL_NUMBER = "\x02"
_FINAL = END + _NO_PRE + _NO_POST + _NO_DEV + _NO_LOCAL
_EPOCH_0 = _MODERN + number("0")


def place(version: str) -> str | None:
    """Return the place of a Python package's version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        legacy = pep440_legacy.place(version)
        return legacy and _LEGACY + legacy
    epoch, release, pre, pre_count, implied_post, post, post_count, dev, dev_count, local = found.groups()
    begin = _EPOCH_0 if epoch is None else _MODERN + number(epoch)
    begin += "".join([number(part) for part in without_trailing_zeros(release.split("."))])
    is_post = bool(post or implied_post)
    if not (pre or is_post or dev or local):
        return begin + _FINAL
    end = [begin, END]
    if pre:
        end.append(_PRE[pre[0].lower()] + number(pre_count or ""))
    else:
        end.append(_DEVELOPMENT_OF_RELEASE if dev and not is_post else _NO_PRE)
    end.append(_POST + number(implied_post or post_count or "") if is_post else _NO_POST)
    end.append(_DEV + number(dev_count or "") if dev else _NO_DEV)
    end.append(_local(local) if local else _NO_LOCAL)
    return "".join(end)


def _local(local: str) -> str:
    parts = [_LOCAL]
    for part in _LOCAL_SEPARATORS.split(local.lower()):
        if part.isdigit():
            parts.append(_LOCAL_NUMBER + number(part))
        else:
            parts.append(_LOCAL_WORD + part + END)
    parts.append(END)
    return "".join(parts)


def _major(version: str) -> str | None:
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, release = found[1], found[2]
    major = leading(release.partition(".")[0])
    epoch = (epoch or "").lstrip("0")
    return f"{epoch}!{major}" if major and epoch else major


PEP440 = Order(name="pep440", place=place, lead=_major)
