"""Ranges of versions that are written as text: "All versions < V4.33", ">= 1.0 | < 2.0", "5.5.59 and prior".

Publishers of CSAF documents and CVE records write what a program should read as if people alone read it. A text is
understood whole or not at all: where any part of it says something else, there is no reading.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.packages.products.versions import compare, read_version

MAX_LENGTH = 2000
"""Longest text that is read, in characters."""
_MAX_TOKENS = 600

_WHAT = (
    r"(?:(?:supported|known|released|previous|firmware|software|product|hardware) )?(?:versions?|revisions?|releases?)"
)
_EVERYTHING = re.compile(rf"(?:vers:[a-z]{{1,20}}/\*|(?:all|any|every)(?: {_WHAT})?|{_WHAT} all|\*)\.?")
_SCHEME = re.compile(r"vers:[a-z]{1,20}/")
_NOTE = re.compile(r"\s\(([^()]{0,200})\)?")
_CONDITION = re.compile(
    r"[ ,]\b(?:only|if|when|where|with|without|unless|in|on|for|using|running|regardless|has|have|is|are)\b(?! )?.*+"
)
_INLINE = re.compile(r"(?:(?:build|rev\.?|revision|v)[ .:]?)?[\d.]++[a-z]?|r(?:ev)?\.? ?[a-z\d]{1,4}")
_SAYS_NOTHING = re.compile(
    r"inclusiv|includ|incl\.|all (?:versions|editions|models)|(?:formerly|also|previously) |end[ -]of[ -]life"
)
_EXCLUDING = re.compile(r"\bexclud|\bexcept|\bbut not\b|\bnot affected\b")
_LEADING = re.compile(
    r"(?:\b(?:all|the|affected|following|firmware|software|product|module|system|release|releases|versions?|ver|vers|"
    r"revisions?|rev|fw|sw|is|are)\b[.:]? ?)++"
)
_TRAILING = re.compile(r"(?: (?:versions?|releases?|firmware|builds?))++$")
_DASH = re.compile(r"v?(\d++)((?:\.\d++)*+) ?[-–—] ?v?(\d++)((?:\.\d++)*+)")

_PHRASES = {
    "<=": r"\b(?:up to,? and including,?|(?:lower|less) than or equal to|up to)(?!\w)|=<|<=|≤",
    "<": r"\b(?:(?:prior|previous) to|(?:earlier|older|lower|less|smaller) than|before|below)\b(?! versions\b)|<",
    ">=": r"\b(?:greater than or equal to|(?:starting|beginning) (?:with|from|at)|since|from)\b|=>|>=|≥",
    ">": r"\b(?:(?:later|newer|greater|higher) than)\b|>",
    "~<=": (
        r"(?:\b(?:and|or)|&) (?:all )?(?:previous|prior|earlier|below|lower|older|before|less)\b(?! to\b| than\b)"
        r"(?: (?:versions?|releases?|ones|builds?)\b)?"
    ),
    "~>=": (
        r"(?:\b(?:and|or)|&) (?:all )?(?:later|above|newer|higher|greater|up|onwards?|subsequent)\b(?! than\b)"
        r"(?: (?:versions?|releases?)\b)?|\bonwards?\b|(?<=\d)\+(?= |$)"
    ),
    "-": r"\b(?:through|thru|until|till|to)\b|(?<= )[-–—](?= )|–|—",
    "=": r"==?",
    ",": r"[,;]|\b(?:and|or)\b|&",
    "|": r"\|\|?",
}
_KINDS = tuple(_PHRASES)
_PHRASE = re.compile("|".join(f"({words})" for words in _PHRASES.values()))


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a text says of versions.

    Attributes:
        stretches: intervals. listed: single versions.
        condition: words that say that it holds only under some condition; empty where it holds without.
    """

    stretches: tuple[Stretch, ...] = ()
    listed: tuple[str, ...] = ()
    condition: str = ""


@lru_cache(maxsize=1 << 15)
def read_range(text: str) -> Reading | None:
    """Return what ``text`` says of versions, or None where it is not understood whole. It never raises."""
    if len(text) > MAX_LENGTH:
        return None
    plain = " ".join(text.split()).rstrip(".")
    lowered = plain.lower()
    if len(lowered) != len(plain):
        plain = lowered
    if _EVERYTHING.fullmatch(lowered):
        return Reading(stretches=(Stretch(),))
    if _EXCLUDING.search(lowered):
        return None
    body, condition = _without_notes(plain)
    tail = _CONDITION.search(body.lower())
    if tail:
        body, condition = body[: tail.start()], f"{body[tail.start() :].strip(' ,')} {condition}".strip()
    if _EVERYTHING.fullmatch(body.lower().strip()):
        return Reading(stretches=(Stretch(),), condition=condition)
    scheme = _SCHEME.match(body.lower())
    tokens = _tokens(body[scheme.end() :] if scheme else body)
    found = _interpret(tokens) if tokens else None
    return msgspec.structs.replace(found, condition=condition) if found and condition else found


def contradicts(one: Reading, other: Reading) -> bool:
    """Whether two texts that should say the same of the same product do not.

    Where neither gives an interval they are lists, which may be divided in more than one way; where the other names
    words with its numbers and no interval it is a name.
    """
    if not one.stretches and not other.stretches:
        return False
    if not other.stretches and any((read := read_version(text)) is None or read.scheme for text in other.listed):
        return False
    return _meaning(one) != _meaning(other)


def _meaning(reading: Reading) -> tuple[frozenset[tuple[bytes, bytes, bool, bool]], frozenset[bytes]]:
    stretches = ((_key(each.low), _key(each.high), each.closed, each.above) for each in reading.stretches)
    return frozenset(stretches), frozenset(_key(text) for text in reading.listed)


def _key(text: str) -> bytes:
    read = read_version(text) if text else None
    return read.key if read else text.encode()


def _without_notes(text: str) -> tuple[str, str]:
    """Take remarks in parentheses out of a text; a build or a second version in parentheses stays."""
    notes: list[str] = []

    def taken(match: re.Match[str]) -> str:
        inside = match[1].strip()
        if _INLINE.fullmatch(inside.lower()):
            return match[0]
        if not _SAYS_NOTHING.match(inside.lower()):
            notes.append(inside)
        return " "

    return _NOTE.sub(taken, text), " ".join(notes)


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """The operators and versions of a text in order, or None if it has anything else in it."""
    lowered = text.lower()
    found: list[tuple[str, str]] = []
    position = 0
    for match in _PHRASE.finditer(lowered):
        if not _add(found, text[position : match.start()]):
            return None
        found.append((_KINDS[(match.lastindex or 1) - 1], ""))
        position = match.end()
        if len(found) > _MAX_TOKENS:
            return None
    return found if _add(found, text[position:]) else None


def _add(found: list[tuple[str, str]], chunk: str) -> bool:
    """Add what stands between two operators: nothing, a version, or two with a dash between them."""
    chunk = chunk.strip(" \t.:'\"")
    leading = _LEADING.match(chunk.lower())
    if leading:
        chunk = chunk[leading.end() :].strip(" .:")
    chunk = _TRAILING.sub("", chunk, count=1) if chunk[-1:].isalpha() else chunk
    if not chunk:
        return True
    dashed = _DASH.fullmatch(chunk.lower())
    if dashed and _is_dashed_range(dashed):
        low, high = re.split(r" ?[-–—] ?", chunk, maxsplit=1)
        found.extend((("v", low), ("-", ""), ("v", high)))
        return True
    if read_version(chunk) is None or not (len(chunk) == 1 or any(letter.isdigit() for letter in chunk)):
        return False
    found.append(("v", chunk))
    return True


def _is_dashed_range(match: re.Match[str]) -> bool:
    """Whether "12.2.1-12.2.11" is a range: both of one length, and alike at the beginning or two years."""
    first, rest, second, other = match.groups()
    if rest.count(".") != other.count("."):
        return False
    low, high = read_version(first + rest), read_version(second + other)
    if low is None or high is None or compare(low, high) != -1:
        return False
    if rest.count(".") > 1:
        return True  # "6.7.0-8.6.3"
    return first == second if rest else low.size == high.size == "year"


class _Gathering:
    """What was gathered of a text so far."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.listed: list[str] = []
        self.low: Stretch | None = None

    def close(self, version: str, *, closed: bool) -> None:
        """A stretch ends here; it begins where the last lower end was."""
        low = self.low or Stretch()
        self.stretches.append(Stretch(low.low, version, closed, low.above))
        self.low = None

    def open(self, version: str, *, above: bool) -> None:
        """A stretch begins here."""
        self.flush()
        self.low = Stretch(version, above=above)

    def flush(self) -> None:
        """A stretch that was begun has no end."""
        if self.low:
            self.stretches.append(self.low)
            self.low = None


def _interpret(tokens: list[tuple[str, str]]) -> Reading | None:
    gathering = _Gathering()
    mixed = {kind for kind, _ in tokens}
    pending = iter(_clauses(tokens))
    for clause in pending:
        if clause is None or not _take(gathering, *clause):
            return None
    gathering.flush()
    if gathering.listed and "|" in mixed and not all(each.low and each.high for each in gathering.stretches):
        return None  # "< 17 | 4" means an update of 17, ">= 2.0.0 | 2.6.2" has lost an operator
    if not gathering.listed and not gathering.stretches:
        return None
    if _is_inside_out(gathering.stretches):
        return None
    if sum(not stretch.low for stretch in gathering.stretches) > 1 and not _are_lines(gathering, mixed):
        return None  # two upper ends and no lower one between them: one of them is not meant as it is written
    return Reading(tuple(gathering.stretches), tuple(gathering.listed))


def _is_inside_out(stretches: Sequence[Stretch]) -> bool:
    """Whether all versions are named but those in a gap: "<= 8.1 | >= 8.1.10" has lost which end is which."""
    highs = [read_version(stretch.high) for stretch in stretches if not stretch.low]
    lows = [read_version(stretch.low) for stretch in stretches if not stretch.high]
    return any(high and low and compare(high, low) == -1 for high in highs for low in lows)


def _are_lines(gathering: _Gathering, kinds: set[str]) -> bool:
    """Whether ends are those of lines of releases: "5.6.37 and earlier 5.7.19 and earlier", in rising order."""
    ends = [read_version(stretch.high) for stretch in gathering.stretches]
    rising = all(one and other and compare(one, other) == -1 for one, other in pairwise(ends))
    return rising and kinds <= {"v", "~<=", ","} and not gathering.listed


def _clauses(tokens: list[tuple[str, str]]) -> Iterator[tuple[str, str, str] | None]:
    """Yield (operator, version, second version) for each thing that is said; None where something is no such thing."""
    at = 0
    kinds = [kind for kind, _ in tokens] + ["", "", ""]
    while at < len(tokens):
        kind = kinds[at]
        if kind in (",", "|"):
            at += 1
        elif kind == "v" and kinds[at + 1] == "-" and kinds[at + 2] == "v":
            following = kinds[at + 3] in ("~<=", "~>=")  # "20 to 30.014 and earlier"
            yield "-", tokens[at][1], tokens[at + 2][1]
            at += 4 if following else 3
        elif kind == "v" and kinds[at + 1] in ("~<=", "~>="):
            yield kinds[at + 1][1:], tokens[at][1], ""
            at += 2
        elif kind == "v" and kinds[at + 1] in ("", ",", "|", "v"):
            yield "=", tokens[at][1], ""
            at += 1
        elif kind == ">=" and kinds[at + 1] == "v" and kinds[at + 2] in ("-", "<=", "<") and kinds[at + 3] == "v":
            yield {"<": "-<"}.get(kinds[at + 2], "-"), tokens[at + 1][1], tokens[at + 3][1]
            at += 4
        elif kind in ("<", "<=", ">", ">=", "=") and kinds[at + 1] == "v":
            yield kind, tokens[at + 1][1], ""
            at += 2
        elif kind == "-" and kinds[at + 1] == "v":  # "through 2.4"
            yield "<=", tokens[at + 1][1], ""
            at += 2
        else:
            yield None
            return


def _take(gathering: _Gathering, operator: str, version: str, second: str) -> bool:
    if operator in ("-", "-<"):
        gathering.open(version, above=False)
        gathering.close(second, closed=operator == "-")
    elif operator in ("<", "<="):
        gathering.close(version, closed=operator == "<=")
    elif operator in (">", ">="):
        gathering.open(version, above=operator == ">")
    else:
        gathering.flush()
        read = read_version(version)
        if read is None:
            return False
        if read.wild:
            gathering.stretches.append(Stretch(version, version, True))
        else:
            gathering.listed.append(version)
    return True
