"""Findings of one report made ready: sealed in chunks to be shown, and as profiles to be identified."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from clearinghouse.identity.engine import default_layers
from clearinghouse.identity.index import MemoryIndex
from clearinghouse.identity.linking import Linker
from clearinghouse.identity.location import number_places
from clearinghouse.identity.normalise import path_parts
from clearinghouse.identity.profile import Profile, Profiler
from clearinghouse.records import Finding
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.vulnerabilities.models import CHUNK
from clearinghouse.server.vulnerabilities.profiles import Facts, Stored, facts_of, packed
from clearinghouse.server.vulnerabilities.window import context_of
from clearinghouse.server.vulnerabilities.words import word_keys

MOST_SAME = 20
"""Other findings of one report that are noted with each as the same flaw."""
_LEVEL = 1
_BATCH = 1024
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_finding = msgspec.msgpack.Decoder(Finding).decode


class Prepared(msgspec.Struct, gc=False):
    """A finding that is ready to be identified: what is kept of it, the same sealed, and its words as keyed hashes."""

    number: int
    stored: Stored
    sealed: bytes
    words: tuple[int, ...]


class Packed(msgspec.Struct, frozen=True, gc=False):
    """Findings that are sealed together: the number of the first, how many, and the sealed bytes."""

    first: int
    count: int
    sealed: bytes


class Preparing:
    """Takes the findings of one report, in their order, and forgets them as soon as they are sealed.

    Args:
        report: the report's primary key. sealer: of its envelope.
    """

    def __init__(self, report: int, sealer: Sealer) -> None:
        self._report = report
        self._sealer = sealer
        self._profile = Profiler().profile
        self._words_of = word_keys(vault.index_key("search")).of
        self._waiting: list[bytes] = []
        self._profiles: list[Profile] = []
        self._facts: list[Facts] = []
        self._words: list[tuple[int, ...]] = []
        self.chunks: list[Packed] = []

    def __len__(self) -> int:
        return len(self._profiles)

    def add(self, finding: Finding, *, keep: bool = True) -> None:
        """Take one finding; ``keep`` is false if it stands in a chunk already."""
        self._profiles.append(self._profile(finding, 0))
        self._facts.append(facts_of(finding))
        self._words.append(self._words_of(finding))
        if keep:
            self._waiting.append(_encode(finding))
            if len(self._waiting) == CHUNK:
                self._pack()

    def finish(self) -> list[Prepared]:
        """Return the findings ready to be identified; nothing can be added any more."""
        if self._waiting:
            self._pack()
        number_places(self._profiles)
        fingerprints = [profile.fingerprints for profile in self._profiles]
        same = _same(self._profiles)
        seal, report = self._sealer.seal, self._report
        made = []
        for number, (profile, facts, words) in enumerate(zip(self._profiles, self._facts, self._words, strict=True)):
            if number in same:
                facts = msgspec.structs.replace(facts, same=same[number])  # noqa: PLW2901
            profile.fingerprints = ()  # they are asked for once, and not of what is stored
            stored = Stored(profile, facts)
            sealed = seal(packed(stored), context_of(report, number))
            profile.fingerprints = fingerprints[number]
            made.append(Prepared(number, stored, sealed, words))
        return made

    def _pack(self) -> None:
        first = self.chunks[-1].first + self.chunks[-1].count if self.chunks else 0
        data = zlib.compress(_encode([msgspec.Raw(each) for each in self._waiting]), _LEVEL)
        sealed = self._sealer.seal(data, _chunk_context(self._report, first))
        self.chunks.append(Packed(first, len(self._waiting), sealed))
        self._waiting = []


def _same(profiles: list[Profile]) -> dict[int, tuple[int, ...]]:
    """Return which findings of one report are the same flaw by what this report alone says, by their numbers.

    This is what its sender is told. What others reported joins and divides findings too, and is not told.
    """
    numbers = _with_likes(profiles)
    some = [profiles[number] for number in numbers]
    for ordinal, profile in enumerate(some):
        profile.ordinal = ordinal
    linker = Linker(some, MemoryIndex(), default_layers())
    linker.forest.grow(len(some))
    for start in range(0, len(some), _BATCH):
        linker.link(some[start : start + _BATCH])
    forest, _ = linker.settled()
    found: dict[int, tuple[int, ...]] = {}
    for ordinals in forest.groups():
        if len(ordinals) > 1:
            group = [numbers[ordinal] for ordinal in ordinals]
            first = group[: MOST_SAME + 1]
            few = tuple(first[:MOST_SAME])
            found.update(dict.fromkeys(group, few))
            found.update({one: tuple(other for other in first if other != one) for one in first})
    return found


def _with_likes(profiles: list[Profile]) -> list[int]:
    """Return the numbers of the findings that can be the same flaw as another one of their report.

    Most of a scanner's cannot: what one run's rules found at two places are two flaws, whatever else is alike, so only
    those at one place, or with a public identifier, need be looked at. Where several runs are in one report, or what
    was not found by a rule, each may be like any other.
    """
    if len({profile.run for profile in profiles}) > 1:
        return list(range(len(profiles)))
    places = Counter((path_parts(profile.path), profile.line, profile.column) for profile in profiles)
    return [
        number
        for number, profile in enumerate(profiles)
        if not profile.rule or profile.identifiers or places[path_parts(profile.path), profile.line, profile.column] > 1
    ]


def _chunk_context(report: int, first: int) -> bytes:
    return b"findings:%d:%d" % (report, first)


def opened(report: int, first: int, sealed: bytes, sealer: Sealer) -> Iterator[Finding]:
    """Yield the findings of a chunk.

    Raises:
        SealBrokenError: it was changed.
    """
    for raw in _raw(report, first, sealed, sealer):
        yield _decode_finding(raw)


def opened_one(report: int, first: int, sealed: bytes, sealer: Sealer, position: int) -> Finding:
    """Return one finding of a chunk, by its position in it."""
    return _decode_finding(_raw(report, first, sealed, sealer)[position])


def _raw(report: int, first: int, sealed: bytes, sealer: Sealer) -> Sequence[msgspec.Raw]:
    return _decode(zlib.decompress(sealer.open(bytes(sealed), _chunk_context(report, first))))
