"""What one entry of an advisory says of versions: single ones, intervals, and what was not understood."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from clearinghouse.packages.products.names import without_name
from clearinghouse.packages.products.prose import Prose
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.packages.products.text_ranges import Reading, read_range
from clearinghouse.packages.products.versions import compare, read_version
from clearinghouse.records import RangeEvent, VersionRange

_PLAIN = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,6}+")
"""Numbers with dots, which are a version however they are read."""
_TWO_DOTS = re.compile(r"(?<=\d)\.\.(?=\d)")
"""A slip that plans would hand on as the version to install: 10.0.20348..2762 (CVE-2024-20659)."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}")
_FROM_THE_BEGINNING = frozenset(
    {
        "all",
        "any",
        "all versions",
        "earlier",
        "earlier versions",
        "older versions",
        "previous",
        "previous versions",
        "prior",
    }
)
"""What stands in place of a first version and means all before."""
_LINES_IN_WORDS = frozenset({"adobe"})
"""Vendors whose descriptions name the last affected version of every line, and whose records often name one."""
_AND_EARLIER = re.compile(r"\bversions?\s+([^:;]{1,300}?)\s+(?:are|is)\s+affected by\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?<![\w.])(?:[A-Za-z]{2,3})?(\d[\w.-]*+)(?<![.-])")
_FIRST_WORDS = 400
"""Characters of a description in which it says what it is about."""
_RELATIVE = frozenset({"citrix", "netscaler", "netsclaer"})
"""Vendors whose ``patch`` bounds are builds of the version beside them: "13.1", before "53.17" (CVE-2024-5491)."""


class Said:
    """Gathers what one entry says of versions.

    Args:
        vendors: keys. product: as written. beginnings: where stretches begin that other entries end with a version.
    """

    def __init__(self, vendors: tuple[str, ...], product: str, beginnings: Mapping[str, str]) -> None:
        self._vendors = vendors
        self._beginnings = beginnings
        self._product = product
        self.listed: list[str] = []
        self.stretches: list[Stretch] = []
        self.carved: list[Stretch] = []
        self.empty = False
        self.unread: list[str] = []
        self.fixes: list[str] = []
        self.conditional: list[Reading] = []
        self.commits = False

    def take_text(self, text: str) -> None:
        """Take in a version that stands alone: it may be one, or words that mean several."""
        if _PLAIN.fullmatch(text):  # most are, and lists have hundreds
            self.listed.append(text)
            return
        if _COMMIT.fullmatch(text) and any(letter.isalpha() for letter in text):
            self.commits = True
            return
        cut_off = text.endswith("…")
        reading = None if cut_off else read_range(without_name(text, self._product)) or read_range(text)
        if reading is None:
            if any(letter.isdigit() for letter in text):  # "various" and "see references" say nothing of versions
                self.unread.append(text)
            return
        if reading.condition:
            self.conditional.append(reading)
            return
        self.listed += reading.listed
        self.stretches += reading.stretches

    def correct(self, prose: Prose) -> None:
        """Where a listed version is in truth an end, the words say so: "prior to 0.20.04", "up to 1.8.8".

        Some CNAs list the fixed version as the affected one, others the last few of all that are affected.
        """
        last = read_version(self.listed[-1]) if self.listed and not self.stretches else None
        if last is None:
            return
        for said in prose.stretches:
            end = read_version(said.high)
            if end is None or end.key != last.key:
                continue
            if said.closed:
                self.stretches.append(Stretch(said.low, self.listed[-1], closed=True))
            elif len(self.listed) == 1:
                self.listed, self.stretches = [], [Stretch(said.low, said.high)]
            return

    def take_lines(self, description: str) -> None:
        """Take the ends of all lines of releases from the description, where the record gives one of them alone.

        "Versions 24.7.1 (and earlier) and 25.0 (and earlier) are affected", and the field says up to 24.7.1.
        """
        if _LINES_IN_WORDS.isdisjoint(self._vendors) or len(self.stretches) != 1 or self.listed or self.unread:
            return
        words = _AND_EARLIER.search(description[:_FIRST_WORDS])
        ends = tuple(dict.fromkeys(_NUMBERED.findall(words[1]))) if words else ()
        if len(ends) > 1 and all(read_version(end) for end in ends):
            self.stretches = [Stretch(high=end, closed=True) for end in ends]

    def take_range(self, item: VersionRange) -> None:
        """Take in a range of versions."""
        if item.type.lower() == "git":
            self.commits = True
            return
        introduced: list[str] = []
        fixed: list[str] = []
        last: list[str] = []
        for event in item.events:
            if event.introduced is not None:
                first = event.introduced.removeprefix(">=").strip() or event.introduced
                introduced.append(_beginning(without_name(first, self._product)))
            if event.fixed is not None:
                fixed += self._ends(event.fixed)
            if event.last_affected is not None:
                last.append(self._bound(event.last_affected))
        if (
            len(fixed) == 1
            and not _PLAIN.fullmatch(fixed[0])
            and read_version(fixed[0]) is None
            and (reading := read_range(fixed[0]))
            and reading.stretches
        ):
            self.stretches += reading.stretches  # "9.18.0 and below" in place of a version
            return
        if len(introduced) > 1 or not introduced:
            self.stretches += _walked(item.events)
            return
        low = introduced[0]
        if item.until and not fixed and not last:
            self.stretches.append(Stretch(low, until=item.until))
        elif last:
            self._until(low, last[-1])
            self._changed(fixed, last[-1])
        elif not low and len(fixed) > 1 and _are_lines(fixed):
            self.stretches += (Stretch(high=end) for end in fixed)
        elif fixed:
            self._ended(low, fixed, item.type)
        else:
            self.stretches.append(Stretch(low))

    def _until(self, low: str, last: str) -> None:
        """A stretch with its last version in it; of one version alone, the version."""
        stretch = Stretch(low, "" if last == "*" else last, closed=True)
        if low and low == last and not stretch.is_series:
            self.listed.append(low)
        else:
            self.stretches.append(stretch)

    def _ends(self, text: str) -> list[str]:
        """The ends of a stretch: several, where one text lists them ("2022.10.6, 2023.05.6")."""
        if "," not in text:
            return [self._bound(text)]
        parts = [self._bound(part.strip()) for part in text.split(",")]
        return parts if len(parts) > 1 and all(read_version(part) for part in parts) else [self._bound(text)]

    def _bound(self, text: str) -> str:
        """A bound without the operator, and without the product's name, that some CNAs repeat in it."""
        return without_name(_TWO_DOTS.sub(".", text.lstrip("<>= ") or text), self._product)

    def _ended(self, low: str, fixed: Sequence[str], kind: str) -> None:
        """A stretch that fixes end. Fixes that are hotfixes each mend the release that they are for, and no other."""
        if low and kind.lower() in ("patch", "custom") and not _RELATIVE.isdisjoint(self._vendors):
            fixed = [_whole_build(low, text) for text in fixed]
        end = _end_of(fixed, low)
        if low == end:  # "112.0.5615.49, before 112.0.5615.49": it is fixed there, and began before
            low = self._beginnings.get(end.lower(), "")
            self.empty = True
        self.stretches.append(Stretch(low, end))
        self._changed([text for text in fixed if text != end], end)

    def _changed(self, fixed: Sequence[str], end: str) -> None:
        bound = read_version(end) if fixed else None
        for text in fixed:
            version = read_version(text)
            if version and bound and compare(version, bound) == -1 and version.numbers < len(version.parts):
                series = ".".join(str(number) for _, number, _ in version.parts[: version.numbers])
                self.carved.append(Stretch(text, f"{series}.*", closed=True))
            self.fixes.append(text)


def _beginning(text: str) -> str:
    """The first version of a stretch; empty where it begins before every version, in one word or another."""
    return "" if text == "0" or text.lower() in _FROM_THE_BEGINNING else text


def _are_lines(fixed: Sequence[str]) -> bool:
    """Whether ends are those of lines of releases: whole releases that rise."""
    read = [version for text in fixed if (version := read_version(text))]
    rising = all(compare(one, other) == -1 for one, other in pairwise(read))
    return rising and all(version.numbers == len(version.parts) for version in read)


def _end_of(fixed: Sequence[str], low: str) -> str:
    """The fix that ends a stretch: the first of those that are whole releases, else the last; one below it does not."""
    if len(fixed) == 1:
        return fixed[0]
    start = read_version(low)
    read = [(text, version) for text in fixed if (version := read_version(text))]
    above = [(text, version) for text, version in read if start is None or compare(version, start) != -1]
    read = above or read
    whole = [(text, version) for text, version in read if version.numbers == len(version.parts)]
    chosen = fixed[-1]
    best = None
    for text, version in whole or read:
        order = compare(version, best) if best else 0
        if best is None or order == (-1 if whole else 1):
            chosen, best = text, version
    return chosen


def _walked(events: Iterable[RangeEvent]) -> Iterator[Stretch]:
    """Stretches of a range that begins more than once, in the order in which it is written."""
    low: str | None = None
    for event in events:
        if event.introduced is not None:
            low = ("" if event.introduced == "0" else event.introduced) if low is None else low
        elif low is not None and (event.fixed or event.last_affected):
            yield Stretch(low, event.fixed or event.last_affected or "", closed=event.fixed is None)
            low = None
    if low is not None:
        yield Stretch(low)


def stretches_of(ranges: Iterable[VersionRange], vendors: tuple[str, ...]) -> tuple[Stretch, ...]:
    """Stretches of another status. Those that are empty as they are written say nothing here."""
    found: list[Stretch] = []
    for item in ranges:
        text = item.events[0].introduced or "" if item.events else ""
        if any(event.last_affected == text for event in item.events) and (reading := read_range(text)):
            found += reading.stretches  # ">= 8.3.2", where one version was expected
            found += (Stretch(each, each, closed=True) for each in reading.listed)
            continue
        said = Said(vendors, "", {})
        said.take_range(item)
        found += () if said.empty else said.stretches
    return tuple(dict.fromkeys(found))


def _whole_build(low: str, end: str) -> str:
    """The bound with the version before it, where it is a build of that: "53.17" of "13.1" is 13.1-53.17."""
    start, bound = read_version(low), read_version(end)
    if start is None or bound is None or len(bound.parts) > 2 or start.parts[0] == bound.parts[0]:
        return end
    return f"{low}-{end}"
