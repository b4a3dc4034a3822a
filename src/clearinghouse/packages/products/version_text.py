"""Versions of products, which follow no common scheme, read for comparison.

Appliances, firmware and desktop software are versioned in many ways: ``7.2.4 build1396``, ``V4.7 HF33``, ``16.9(3)a``,
``21.2R3-S4``, ``13.1-49.15``, ``2019 CU12``, ``8.0 U3o``, ``R14B``. A :class:`Version` is what can be understood of
such a text: numbers, words with numbers, the words before and around them. How two are ordered, and when they cannot
be, is in :mod:`clearinghouse.packages.products.versions`.
"""

import re
from functools import lru_cache

import msgspec

from clearinghouse.packages.products.names import words

MAX_LENGTH = 120
"""Longest text that is read as a version, in characters."""
_MAX_PARTS = 16
_MOST_REMEMBERED = 1 << 17

_TOKEN = re.compile(r"(?P<number>\d++)|(?P<word>[a-z]++)|(?P<open>\()|(?P<close>\))|(?P<any>\*)|(?P<gap>[^a-z\d()*]++)")
_SAME_WORDS = (
    (re.compile(r"\b(?:cumulative update|cum\.? update)\b"), "cu"),
    (re.compile(r"\b(?:service pack|servicepack)\b"), "sp"),
    (re.compile(r"\b(?:hot ?fix|hot-fix)\b"), "hf"),
    (re.compile(r"\b(?:security update)\b"), "su"),
    (re.compile(r"\b(?:fix ?pack|feature pack)\b"), "fp"),
    (re.compile(r"\b(?:maintenance release)\b"), "mr"),
    (re.compile(r"\b(?:patch ?level|patch ?set)\b"), "patch"),
)
_WORDS = {"update": "u", "upd": "u", "patch": "p", "pl": "p", "bld": "build", "hotfix": "hf", "revision": "rev"}
BEFORE = frozenset({"alpha", "beta", "pre", "preview", "prerelease", "rc", "dev", "snapshot", "eap"})
"""Words of what comes before a release."""
ORDINARY = {
    **dict.fromkeys(("build", "rev", "ga", "final", "release"), 1),
    **dict.fromkeys(("hf", "p", "u", "up", "cu", "su", "fp", "mr", "mp", "uc", "ifix", "h", "s"), 4),
    "r": 5,
    "sp": 6,
}
"""Words that follow a release and name something after it. A service pack stands above all that can be had for the
release before it; which of the others of one rank is the newer cannot be told."""
_LEADING = frozenset(
    {
        "v",
        "ver",
        "vers",
        "version",
        "versions",
        "release",
        "rel",
        "r",
        "rev",
        "revision",
        "firmware",
        "fw",
        "os",
        "ns",
        "build",
    }
)
"""Words before a version that say only that it is one (``ns``: NetScaler writes ``NS13.1``)."""
_NO_VERSION = words(
    "after all and any before below between custom earlier from higher later latest less lower multiple na newer "
    "none older or prior publication see several than through to unknown unspecified until up various"
)
"""A text with one of these speaks of several versions, or of none."""
_DOTTED = re.compile(r"v?\d++(?:\.\d++)++")
_INLINE = re.compile(r"(?:build|bld|rev(?:ision)?|patch|hf|p|sp|cu|su)\.?[ :]?\d|rev\.? [a-z]\b|\d{3,8}$")
_DATE = re.compile(r"(?:19|20)\d\d[/-]\d\d?[/-]\d\d?|\d\d?[/-]\d\d?[/-](?:19|20)\d\d")
_STAGES = frozenset({"ga", "lts", "ltsf", "esr", "release", "final"})
"""Words in parentheses that say which line a release is of, or that it is one."""
_OF_WHOLE = re.compile(r"mr\d{1,2}")
"""What names the release to which a whole version belongs: "9.00.1774 (MR2)"."""
_COMMIT = re.compile(r"(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{12,64}")
_OPERATOR = re.compile(r"[<>=≤≥|;,&!?#@^~]")
_IMAGE = re.compile(r"esxi-?(\d\.?\d)(?:\.0)?(?:u(\d))?([a-z]{0,2})-(\d{7,8})(?:-standard)?")
"""An image of VMware ESXi: release, update, letters of the patch, and build."""
_LEVEL = re.compile(r"(\d\.\d)(?:\.0)? ?(?:u|update ?)(\d)([a-z]),?[ -]\(?(?:build[ -]?)?(\d{7,8})\)?")
"""The same as people write it: "7.0 U3n build 21930508"."""
_YEARS = range(1990, 2100)
_LARGE = 1000
"""From this on a first number is a year and month, a build or a day, and no major version."""

Part = tuple[str, int, int]
"""One part: its word (empty for a number of the dotted chain), its number (-1: none), and how many digits it has."""


class Version(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was understood of a version.

    Attributes:
        text: as written.
        scheme: the words around the numbers that make it another series (``fips``, ``ltsr``), and the word before them.
        size: what kind of number it begins with; two of different kinds are never on one scheme.
        parts: see :data:`Part`. plain: they are numbers and nothing about them is ambiguous.
        wild: it ends in a placeholder, so that it is every version that begins so.
        key: bytes that stand in the order of versions; equal for equal ones.
        other: a second version that the text gives in parentheses, ``2022.1.9 (14.1.9)``.
        level: of a build the level of its release that it is, ``7.0 U3p`` of ``ESXi70U3p-23307199``.
    """

    text: str
    scheme: str
    size: str
    parts: tuple[Part, ...]
    plain: bool
    wild: bool
    key: bytes
    other: "Version | None" = None
    level: "Version | None" = None

    @property
    def numbers(self) -> int:
        """How many numbers the dotted chain at its beginning has."""
        return next((at for at, part in enumerate(self.parts) if part[0]), len(self.parts))


@lru_cache(maxsize=_MOST_REMEMBERED)
def read_version(text: str) -> Version | None:
    """Return the version that ``text`` writes, or None if it is none or cannot be understood."""
    lowered = text.strip(" \t\"'").lower()
    if not lowered or len(lowered) > MAX_LENGTH or _OPERATOR.search(lowered) or _COMMIT.fullmatch(lowered):
        return None
    if "service" in lowered or "update" in lowered or "fix" in lowered or "release" in lowered or "patch" in lowered:
        for pattern, word in _SAME_WORDS:
            lowered = pattern.sub(word, lowered)
    if image := _IMAGE.fullmatch(lowered) or _LEVEL.fullmatch(lowered):
        return _of_image(image, text)
    inner, outer = _parenthesis(lowered)
    found = None if outer is None else _read(outer, text)
    return msgspec.structs.replace(found, plain=False, other=_read(inner, inner)) if found and inner else found


def _of_image(image: re.Match[str], text: str) -> Version | None:
    """Return ESXi70U3p-23307199 as the build that it is, which rises with each patch, and beside it as 7.0 U3p."""
    release, update, letters, build = image.groups()
    level = f"{release[0]}.{release[-1]} u{update or 0}"
    found = _read(f"{level} build {build}", text)
    return msgspec.structs.replace(found, plain=False, level=_read(f"{level}{letters}", text)) if found else None


def _parenthesis(lowered: str) -> tuple[str, str | None]:
    """What stands in parentheses after a blank: a second version, and the text without it; or nothing, and the text.

    A date says nothing of the order and is left out; a build is a part of the version; of anything else it is not known
    what it means, and then there is no text.
    """
    head, opening, rest = lowered.partition(" (")
    inner, closing, tail = rest.partition(")")
    inner = inner.strip()
    if not opening or _INLINE.match(inner):
        return "", lowered
    if not closing or tail.strip():
        return "", None
    if _DOTTED.fullmatch(inner):
        return inner, head
    says_nothing = _DATE.fullmatch(inner) or inner in _STAGES or (_OF_WHOLE.fullmatch(inner) and head.count(".") > 1)
    return "", head if says_nothing else None


def _read(lowered: str, text: str) -> Version | None:
    tokens = list(_TOKEN.finditer(lowered))
    if len(tokens) > 4 * _MAX_PARTS:
        return None
    start, prefix = _skip_leading(tokens)
    reading = _Reading(prefix)
    for position in range(start, len(tokens)):
        if not reading.take(tokens, position):
            return None
    return reading.version(text)


def _skip_leading(tokens: list[re.Match[str]]) -> tuple[int, list[str]]:
    """Where the version itself begins, and the words before it that say more than that it is one."""
    at, prefix = 0, []
    while at < len(tokens) and tokens[at]["number"] is None and tokens[at]["any"] is None:
        word = tokens[at]["word"]
        if word and word not in _LEADING:
            prefix.append(word)
        at += 1
    return at, prefix


class _Reading:
    """Gathers the parts of one version, token by token."""

    def __init__(self, prefix: list[str]) -> None:
        self.prefix = prefix
        self.parts: list[Part] = []
        self.series: list[str] = []
        self.wild = False

    def take(self, tokens: list[re.Match[str]], at: int) -> bool:
        """Take one token; return whether the text can still be a version."""
        token = tokens[at]
        if token["number"]:
            return self._number(token["number"])
        if token["any"]:
            self.wild = True
            return bool(self.parts)
        if word := token["word"]:
            return self._word(_WORDS.get(word, word), tokens, at)
        if token["open"] and at and tokens[at - 1]["gap"] and self.parts:
            return self._word("build", tokens, at)  # "8.0 (20513097)", "7.0 U3 (20328353)"
        gap = token["gap"] or ""
        return not gap.isspace() or not _two_in_a_row(tokens, at)

    def _number(self, digits: str) -> bool:
        value = int(digits[:40])
        if self.wild or len(self.parts) == _MAX_PARTS:
            return False
        if self.parts and self.parts[-1][0] and self.parts[-1][1] < 0:
            self.parts[-1] = (self.parts[-1][0], value, len(digits))
        else:
            self.parts.append(("", value, len(digits)))
        return True

    def _word(self, word: str, tokens: list[re.Match[str]], at: int) -> bool:
        if word in _NO_VERSION:
            return False
        if set(word) == {"x"} and _stands_alone(tokens, at):
            self.wild = True
            return bool(self.parts)
        if self.wild or len(self.parts) == _MAX_PARTS:
            return False
        if len(word) == 1 or word in ORDINARY or word in BEFORE:
            self.parts.append((word, -1, 0))
        else:
            glued = at > 0 and tokens[at - 1]["number"] and at + 1 < len(tokens) and tokens[at + 1]["number"]
            self.series.append(word + tokens[at + 1]["number"] if glued else word)  # of 160bc2e who knows the order
        return True

    def version(self, text: str) -> Version | None:
        """Return the version, or None if there is nothing in it to compare."""
        if not self.parts and len(self.prefix) == 1 and self.prefix[0] not in _NO_VERSION:  # "Rev. E", "Utah"
            self.parts.append((self.prefix.pop(), -1, 0))
        if not self.parts or len(self.prefix) > 2 or len(self.series) > 3 or not _NO_VERSION.isdisjoint(self.prefix):
            return None
        scheme = " ".join((*self.prefix, "", *sorted(self.series))).strip()
        parts = tuple(self.parts)
        return Version(
            text=text,
            scheme=scheme,
            size=_size(parts[0]),
            parts=parts,
            plain=_is_plain(parts),
            wild=self.wild,
            key=_key(scheme, parts),
        )


def _two_in_a_row(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether two dotted versions stand here with a blank between them."""
    if at == 0 or at + 2 >= len(tokens) or tokens[at - 1]["number"] is None or tokens[at + 1]["number"] is None:
        return False
    return tokens[at + 2]["gap"] == "."


def _stands_alone(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a word is a part of its own: it follows a dot or the like, and no number follows it at once."""
    before = at == 0 or tokens[at - 1]["gap"] is not None
    return before and (at + 1 == len(tokens) or tokens[at + 1]["number"] is None)


_END = b"\x10"


def _key(scheme: str, parts: tuple[Part, ...]) -> bytes:
    return b"".join((scheme.encode(), b"\0", *(_part_key(part) for part in _trimmed(parts)), _END))


def _trimmed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts without the zeros at the end of the dotted chain, which say nothing."""
    chain = next((at for at, part in enumerate(parts) if part[0]), len(parts))
    kept = chain
    while kept > 1 and parts[kept - 1][1] == 0:
        kept -= 1
    return parts if kept == chain else parts[:kept] + parts[chain:]


def rank_of(part: Part) -> int | None:
    """Return the rank of a part that has a word: 0 before a release, more behind it; None if the word has none.

    A letter without a number is one of the alphabet, and no abbreviation: ``U3p`` is behind ``U3n``.
    """
    word, number, _ = part
    if len(word) == 1 and number < 0:
        return None
    return 0 if word in BEFORE else ORDINARY.get(word)


@lru_cache(maxsize=1 << 14)
def _part_key(part: Part) -> bytes:
    word, number, _ = part
    if not word:
        return b"\x60" + _number_key(number)
    rank = rank_of(part)
    first = b"\x40" if rank is None else bytes((0x20 + rank,)) if rank else b"\x08"
    return first + word.encode() + b"\0" + (_number_key(number) if number >= 0 else b"\0")


def _number_key(number: int) -> bytes:
    digits = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
    return bytes((len(digits),)) + digits


def _is_plain(parts: tuple[Part, ...]) -> bool:
    return not any(word or digits > len(str(number)) for word, number, digits in parts[1:]) and not parts[0][0]


def _size(part: Part) -> str:
    word, first, digits = part
    if word:
        return "word"
    if first in _YEARS and digits == 4:
        return "year"
    return "large" if first >= _LARGE else "plain"
