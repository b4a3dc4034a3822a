"""Small parts that several readers share: lists decoded one element at a time, links, severities, fixes."""

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Protocol, TypeVar

import msgspec

from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence, plural
from clearinghouse.records import Finding, Level, Problem, Remedy, Severity, canonical_identifier

S = TypeVar("S", bound=msgspec.Struct)
V = TypeVar("V", bound=Hashable)
MAX_NOTICES = 20
_CVSS_VERSION = re.compile(r"CVSS:(\d\.\d)/")
_CVSS_2 = re.compile(r"\(?AV:[LAN]/AC:[HML]/Au:[MSN]/")
_FIXED = re.compile(r"(?:>=|~>|\^|==?)?\s*([0-9A-Za-z][\w.:+~^-]*)")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")


class Positions:
    """Hands out the positions of findings in one document, from 0."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        """Return the next position and move on."""
        self.next += 1
        return self.next - 1


Raws = Iterable[msgspec.Raw] | Mapping[str, msgspec.Raw] | None
"""What is not decoded yet: the members of an array, or of an object."""


def unique(values: Iterable[V | None]) -> tuple[V, ...]:
    """Return the values that are not empty, each once, in order."""
    return tuple(dict.fromkeys(filter(None, values)))


def identifiers(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the values as canonical identifiers, each once, in order."""
    return unique(canonical_identifier(distinct_line(value, 100)) for value in values if value)


def read_elements(
    raws: Raws,
    decoder: Decoder[S],
    positions: Positions,
    convert: Callable[[S, int], Finding | None],
    *,
    source: str,
    pointer: str,
) -> Iterator[Finding | Problem]:
    """Yield what ``convert`` makes of each element and its position, and the problems of those that are bad.

    Each is decoded on its own, so that a bad one does not spoil the rest, and each takes a position, whether it is bad,
    a finding, or none: the numbers of the findings after it do not change when it is mended.
    """
    for where, raw in _placed(raws, pointer):
        index = positions.take()
        element = decoder.decode(raw, source=source, pointer=where)
        if isinstance(element, tuple):
            yield from element
        elif (found := convert(element, index)) is not None:
            yield found


def read_groups(
    raws: Raws,
    decoder: Decoder[S],
    convert: Callable[[S, str], Iterator[Finding | Problem]],
    *,
    source: str,
    pointer: str,
) -> Iterator[Finding | Problem]:
    """Yield what ``convert`` makes of each group of elements and its pointer, and the problems of the bad ones."""
    for where, raw in _placed(raws, pointer):
        group = decoder.decode(raw, source=source, pointer=where)
        yield from group if isinstance(group, tuple) else convert(group, where)


def _placed(raws: Raws, pointer: str) -> Iterator[tuple[str, msgspec.Raw]]:
    for key, raw in raws.items() if isinstance(raws, Mapping) else enumerate(raws or ()):
        yield f"{pointer}/{escape(str(key))}", raw


class Losses:
    """Counts the parts of findings that are left out, so that each kind is told once a document.

    Args:
        source: the document.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._counts: dict[str, int] = {}

    def add(self, kind: str) -> None:
        """Count one finding. ``kind`` is the end of a sentence: what it has too much of, and how much is kept."""
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def problems(self) -> Iterator[Problem]:
        """Yield one notice for each kind."""
        for kind, count in self._counts.items():
            yield notice(self._source, "left_out", f"{plural(count, 'finding has', 'findings have')} {kind}")


def links(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the values that are absolute web addresses, each once, in order."""
    stripped = (clean_line(value, 2048) for value in values if value)
    return unique(value for value in stripped if value.lower().startswith(("https://", "http://", "ftp://")))


def cvss(vector: str | None, source: str = "") -> Severity | None:
    """Return a CVSS vector as a severity, or None if it is not one.

    The version stands in the vector since 3.0; a vector of version 2 is known by its ``Au`` metric.
    """
    vector = clean_line(vector or "", 300)
    if match := _CVSS_VERSION.match(vector):
        return Severity(system=f"CVSS:{match[1]}", value=vector, source=source)
    if _CVSS_2.match(vector):
        return Severity(system="CVSS:2.0", value=vector.strip("()"), source=source)
    return None


def newest_vector(values: Iterable[str]) -> str:
    """Return the first CVSS vector of the highest version among ``values``, or nothing; version 2 names none."""
    newest = ""
    version: tuple[int, ...] = ()
    for value in values:
        if (match := _CVSS_VERSION.match(value)) and (its := _numbers(match[1])) > version:
            newest, version = value, its
    return clean_line(newest, 300)


@lru_cache(maxsize=16)
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def severities(word: tuple[str, str | None, str], vectors: Iterable[tuple[str | None, str]]) -> tuple[Severity, ...]:
    """Join a word on the tool's own scale (system, value, source) and the CVSS vectors (vector, source)."""
    system, value, source = word
    found = [Severity(system=system, value=clean_line(value, 60), source=clean_line(source, 60))] if value else []
    found += [scored for vector, by in vectors if (scored := cvss(vector, clean_line(by, 60)))]
    return tuple(dict.fromkeys(found))


def fixed_versions(texts: Iterable[str | None]) -> tuple[Remedy, ...]:
    """Return the versions from which on it is fixed, out of texts such as ``1.2.3, 2.0.1`` or ``>=1.2 <2 || >=2.0.1``.

    An upper bound is passed over; so is text that is no version (``<0.0.0``, "none").
    """
    found: dict[str, None] = {}
    for text in texts:
        for part in re.split(r",|\|\|", clean_line(text or "", 1000)):
            match = _FIXED.match(part.strip())
            if match and any(character.isdigit() for character in match[1]):
                found[match[1]] = None
    return tuple(Remedy(kind="version", value=version) for version in found)


def timestamp(text: str | None) -> str | None:
    """Return ``text`` if it is an RFC 3339 date and time, else None. Go's zero time (year 1) says nothing: None."""
    text = (text or "").strip()
    return text if _RFC3339.fullmatch(text) and not text.startswith("0001-01-01") else None


def written_time(text: str | None) -> str | None:
    """Return a time of a published record as it is written there, or None; Go's zero time (year 1) is none."""
    return None if not text or text.startswith("0001-01-01") else clean_line(text, 64) or None


def patch_digest(diff: str) -> str | None:
    """Return a digest of what a unified diff changes, equal for diffs that differ in context, position or white space.

    The digest is BLAKE2b (32 bytes, hex) over the added and removed lines, each with its sign and without any white
    space; file names, hunk headers and context are dropped. None if nothing but white space changes.
    """
    digest = hashlib.blake2b(digest_size=32)
    changed = False
    lines = diff.splitlines()
    for number, line in enumerate(lines):
        if line[:1] not in ("+", "-") or _is_file_header(lines, number):
            continue
        body = "".join(line[1:].split())
        if body:
            changed = True
            digest.update(f"{line[0]}{body}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest() if changed else None


def _is_file_header(lines: list[str], number: int) -> bool:
    """Whether this line is the ``---`` or ``+++`` of a pair; alone, it is a removed or added line that begins so."""
    line = lines[number]
    if line.startswith("--- "):
        return number + 1 < len(lines) and lines[number + 1].startswith("+++ ")
    return line.startswith("+++ ") and number > 0 and lines[number - 1].startswith("--- ")


def tool_messages(messages: Iterable[str], *, source: str, tool: str, pointer: str) -> Iterator[Problem]:
    """Yield what the tool said went wrong during its scan: :data:`MAX_NOTICES` at most, and a count of the rest."""
    rest = 0
    for number, message in enumerate(messages):
        if number >= MAX_NOTICES:
            rest += 1
            continue
        yield notice(source, "tool_message", f"{tool} says: {clean_line(message, 300)}", f"{pointer}/{number}")
    if rest:
        yield notice(source, "tool_message", f"{tool} says {rest} more such things.", pointer)


def notice(source: str, code: str, message: str, pointer: str | None = None, expected: str | None = None) -> Problem:
    """Return a problem by which nothing was lost."""
    return Problem(source=source, code=code, message=message, pointer=pointer, expected=expected, level=Level.NOTICE)


def missing(source: str, pointer: str, message: str, expected: str = "a value") -> Problem:
    """Return the problem that something has none of the members by which it would be of use."""
    return Problem(source=source, code="missing_field", message=message, pointer=pointer, expected=expected)


def headline(text: str | None) -> str:
    """Return the first sentence of a description that may be Markdown: its headings say "Impact", not what is wrong."""
    for line in (text or "")[:4000].split("\n"):
        if line.strip() and not line.lstrip().startswith(("#", "```", "---", "===")):
            return first_sentence(line)
    return ""


class InLanguage(Protocol):
    """Text in one language, as CVE records and the NVD write it."""

    @property
    def value(self) -> str | None:
        """The text."""

    @property
    def lang(self) -> str | None:
        """Its language (BCP 47)."""


def english(texts: Iterable[InLanguage] | None) -> str:
    """Return the text in English if there is one, else the first, cleaned; empty where there is none."""
    filled = [text for text in texts or () if text.value]
    spoken = (text for text in filled if (text.lang or "").lower().startswith("en"))
    chosen = next(spoken, filled[0] if filled else None)
    return clean(chosen.value or "") if chosen else ""


def paragraphs(*texts: str | None) -> str:
    """Return the texts that are not empty, cleaned, with a blank line between them; a repeated one stands once."""
    return clean("\n\n".join(unique(text.strip() for text in texts if text)))
