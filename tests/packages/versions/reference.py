"""The laws once more, written to be read and not to be fast: each compares two versions directly, as its source says.

They share nothing with the modules that they check. A comparator gives -1, 0 or 1, or None where it refuses a version.
"""

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

Comparator = Callable[[str, str], int | None]


def sign(a: Any, b: Any) -> int:
    return (a > b) - (a < b)


# SemVer and its relatives


def _identifiers(a: Sequence[str], b: Sequence[str]) -> int:
    for left, right in zip(a, b, strict=False):
        if left.isdigit() and right.isdigit():
            result = sign(int(left), int(right))
        elif left.isdigit() or right.isdigit():
            result = -1 if left.isdigit() else 1
        else:
            result = sign(left, right)
        if result:
            return result
    return sign(len(a), len(b))


def _cut(version: str, numbers: int) -> tuple[list[int], str | None, str | None] | None:
    version, plus, build = version.partition("+")
    core, hyphen, prerelease = version.partition("-")
    parts = core.removeprefix("v").split(".")
    allowed = re.compile(r"[0-9A-Za-z.-]*", re.ASCII)
    if len(parts) > numbers or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if not allowed.fullmatch(prerelease) or not allowed.fullmatch(build):
        return None
    core_numbers = [int(part) for part in parts] + [0] * (numbers - len(parts))
    return core_numbers, prerelease if hyphen else None, build if plus else None


def semver(a: str, b: str) -> int | None:
    """https://semver.org/spec/v2.0.0.html#spec-item-11."""
    left, right = _cut(a, 3), _cut(b, 3)
    if left is None or right is None:
        return None
    return sign(left[0], right[0]) or _prereleases(left[1], right[1])


def _prereleases(a: str | None, b: str | None) -> int:
    if a is None or b is None:
        return (a is None) - (b is None)
    return _identifiers(a.split("."), b.split("."))


def pub(a: str, b: str) -> int | None:
    """``Version.compareTo`` of pub_semver."""
    result = semver(a, b)
    if result is None or result:
        return result
    left, right = _cut(a, 3), _cut(b, 3)
    assert left
    assert right
    if left[2] is None or right[2] is None:
        return (left[2] is not None) - (right[2] is not None)
    return _identifiers(left[2].split("."), right[2].split("."))


def nuget(a: str, b: str) -> int | None:
    """``VersionComparer`` of NuGet.Versioning."""
    left, right = _cut(a.strip(), 4), _cut(b.strip(), 4)
    if left is None or right is None:
        return None
    result = sign(left[0], right[0])
    if result or left[1] is None or right[1] is None:
        return result or (left[1] is None) - (right[1] is None)
    first, second = left[1].split("."), right[1].split(".")
    for x, y in zip(first, second, strict=False):
        result = _labels(x, y)
        if result:
            return result
    return sign(len(first), len(second))


def _labels(a: str, b: str) -> int:
    left, right = _int32(a), _int32(b)
    if left is not None and right is not None:
        return sign(left, right)
    if left is not None or right is not None:
        return -1 if left is not None else 1
    return sign(a.upper(), b.upper())


def _int32(label: str) -> int | None:
    if not re.fullmatch(r"-?[0-9]+", label):
        return None
    value = int(label)
    return value if -(2**31) <= value < 2**31 else None


# Numbers only


def hackage(a: str, b: str) -> int | None:
    """Haskell's ``Ord`` of lists of numbers."""
    return _numbers(a, b, ".")


def cran(a: str, b: str) -> int | None:
    """``compareVersion`` of R."""
    return _numbers(a.replace("-", "."), b.replace("-", "."), ".")


def _numbers(a: str, b: str, separator: str) -> int | None:
    lists = [text.split(separator) for text in (a, b)]
    if not all(part.isascii() and part.isdigit() for parts in lists for part in parts):
        return None
    return sign([int(part) for part in lists[0]], [int(part) for part in lists[1]])


# Operating systems


def _debian_character(text: str, at: int) -> int:
    if at >= len(text) or text[at].isdigit():
        return 0
    mark = text[at]
    return -1 if mark == "~" else ord(mark) if mark.isalpha() else ord(mark) + 256


def verrevcmp(a: str, b: str) -> int:
    """``verrevcmp`` of dpkg: a walk along both texts."""
    i = j = 0
    while i < len(a) or j < len(b):
        while (i < len(a) and not a[i].isdigit()) or (j < len(b) and not b[j].isdigit()):
            result = sign(_debian_character(a, i), _debian_character(b, j))
            if result:
                return result
            i, j = i + 1, j + 1
        left, right = re.match(r"[0-9]*", a[i:]), re.match(r"[0-9]*", b[j:])
        assert left
        assert right
        result = sign(int(left[0] or 0), int(right[0] or 0))
        if result:
            return result
        i, j = i + left.end(), j + right.end()
    return 0


def _debian_parts(version: str, *, epochs: bool) -> tuple[int, str, str] | None:
    epoch, colon, rest = version.partition(":") if epochs else ("", "", version)
    if colon and not (epoch.isascii() and epoch.isdigit()):
        return None
    rest = rest if colon else version
    upstream, hyphen, revision = rest.rpartition("-")
    upstream, revision = (upstream, revision) if hyphen else (rest, "0")
    marks = ".+~-:" if epochs else ".+~-_"
    letters = re.compile(rf"[A-Za-z0-9{re.escape(marks)}]+")
    if not letters.fullmatch(upstream) or not letters.fullmatch(revision) or ":" in revision:
        return None
    return int(epoch) if colon else 0, upstream, revision


def dpkg(a: str, b: str, *, epochs: bool = True) -> int | None:
    """deb-version(7)."""
    left, right = _debian_parts(a.strip(), epochs=epochs), _debian_parts(b.strip(), epochs=epochs)
    if left is None or right is None:
        return None
    return sign(left[0], right[0]) or verrevcmp(left[1], right[1]) or verrevcmp(left[2], right[2])


def opam(a: str, b: str) -> int | None:
    """``OpamVersionCompare``: as dpkg, without an epoch."""
    return dpkg(a, b, epochs=False)


def rpmvercmp(a: str, b: str) -> int:
    """``rpmvercmp`` of rpm: stretch by stretch."""
    while a or b:
        a, b = re.sub(r"^[^0-9A-Za-z~^]+", "", a), re.sub(r"^[^0-9A-Za-z~^]+", "", b)
        if a[:1] == "~" or b[:1] == "~":
            if a[:1] != b[:1]:
                return -1 if a[:1] == "~" else 1
            a, b = a[1:], b[1:]
            continue
        if a[:1] == "^" or b[:1] == "^":
            if not a or not b:
                return -1 if not a else 1
            if a[0] != b[0]:
                return 1 if a[0] != "^" else -1
            a, b = a[1:], b[1:]
            continue
        if not a or not b:
            break
        kind = r"[0-9]*" if a[0].isdigit() else r"[A-Za-z]*"
        left, right = re.match(kind, a)[0], re.match(kind, b)[0]  # type: ignore[index]
        if not right:
            return 1 if a[0].isdigit() else -1
        result = sign(int(left), int(right)) if a[0].isdigit() else sign(left, right)
        if result:
            return result
        a, b = a[len(left) :], b[len(right) :]
    return sign(bool(a), bool(b))


def _rpm_parts(version: str) -> tuple[int, str, str | None] | None:
    epoch, colon, rest = version.partition(":")
    if not colon or not re.fullmatch(r"[0-9]*", epoch):
        epoch, rest = "", version
    if not rest or re.search(r"[\x00-\x20\x7f]", rest):
        return None
    upstream, hyphen, release = rest.rpartition("-")
    return int(epoch or 0), upstream if hyphen else rest, release if hyphen else None


def rpm(a: str, b: str) -> int | None:
    """``rpmverCmp``: epoch, version, release; an absent release is below every other."""
    left, right = _rpm_parts(a), _rpm_parts(b)
    if left is None or right is None:
        return None
    result = sign(left[0], right[0]) or rpmvercmp(left[1], right[1])
    if result or left[2] is None or right[2] is None:
        return result or (left[2] is not None) - (right[2] is not None)
    return rpmvercmp(left[2], right[2])


_APK_SUFFIXES = ("alpha", "beta", "pre", "rc", None, "cvs", "svn", "git", "hg", "p")
_APK_TOKENS = ("first", "number", "letter", "suffix", "suffix number", "hash", "revision", "end")


def _apk_tokens(version: str) -> list[tuple[str, str]] | None:
    found = re.fullmatch(
        r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(~[0-9a-f]+)?(-r[0-9]+)?",
        version,
    )
    if found is None:
        return None
    tokens = [("first", found[1])] + [("number", digits) for digits in found[2].split(".")[1:]]
    tokens += [("letter", found[3])] if found[3] else []
    for suffix, digits in re.findall(r"_([a-z]+)([0-9]*)", found[4]):
        tokens += [("suffix", suffix)] + ([("suffix number", digits)] if digits else [])
    tokens += [("hash", found[5])] if found[5] else []
    tokens += [("revision", found[6][2:])] if found[6] else []
    return [*tokens, ("end", "")]


def apk(a: str, b: str) -> int | None:
    """``apk_version_compare`` of apk-tools 3, for versions that ``apk version --check`` accepts."""
    left, right = _apk_tokens(a), _apk_tokens(b)
    if left is None or right is None:
        return None
    for (kind, x), (other, y) in zip(left, right, strict=False):
        if kind != other:
            if "suffix" in (kind, other):
                before = x if kind == "suffix" else y
                if before in _APK_SUFFIXES[:4]:
                    return -1 if kind == "suffix" else 1
            return sign(_APK_TOKENS.index(other), _APK_TOKENS.index(kind))
        if kind == "suffix":
            result = sign(_APK_SUFFIXES.index(x), _APK_SUFFIXES.index(y))
        elif kind in ("letter", "hash") or (kind == "number" and "0" in (x[0], y[0])):
            result = sign(x, y)
        else:
            result = sign(int(x or 0), int(y or 0))
        if result:
            return result
    return 0


# RubyGems


def _gem_segments(version: str) -> list[int | str] | None:
    version = version.strip()
    if not re.fullmatch(r"[0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?", version):
        return None
    segments: list[int | str] = [
        int(segment) if segment.isdigit() else segment
        for segment in re.findall(r"[0-9]+|[a-z]+", version.replace("-", ".pre."), re.IGNORECASE)
    ]
    words = next((i for i, segment in enumerate(segments) if isinstance(segment, str)), len(segments))
    canonical: list[int | str] = []
    for part in (segments[:words], segments[words:]):
        while part and part[-1] == 0:
            part.pop()
        canonical += part
    return canonical


def gem(a: str, b: str) -> int | None:
    """``Gem::Version#<=>``."""
    left, right = _gem_segments(a), _gem_segments(b)
    if left is None or right is None:
        return None
    for x, y in zip_longest(left, right, fillvalue=0):
        if x == y:
            continue
        if isinstance(x, str) != isinstance(y, str):
            return -1 if isinstance(x, str) else 1
        return sign(x, y)
    return 0


COMPARATORS: dict[str, Comparator] = {
    "semver": semver,
    "pub": pub,
    "nuget": nuget,
    "hackage": hackage,
    "cran": cran,
    "dpkg": dpkg,
    "opam": opam,
    "rpm": rpm,
    "apk": apk,
    "gem": gem,
}
