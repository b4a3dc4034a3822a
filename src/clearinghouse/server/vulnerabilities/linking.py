"""Identifying a batch of findings: one transaction that links them with everything known and ranks what they are."""

from collections.abc import Sequence

import msgspec
from django.db import connection

from clearinghouse.identity.engine import default_layers
from clearinghouse.identity.linking import Plan, plan
from clearinghouse.server.evidence import vault
from clearinghouse.server.vulnerabilities import keys
from clearinghouse.server.vulnerabilities.bands import band_of
from clearinghouse.server.vulnerabilities.bulk import Table
from clearinghouse.server.vulnerabilities.candidates import BatchIndex, StoredKeys
from clearinghouse.server.vulnerabilities.preparing import Prepared
from clearinghouse.server.vulnerabilities.settling import take_back
from clearinghouse.server.vulnerabilities.window import Kept, Member, Window
from clearinghouse.server.vulnerabilities.writing import Origin, Writer
from clearinghouse.triage.judging import Judge

_WORDS = Table("vulnerabilities_searchword", band="integer[]", word="bigint[]", base="bigint[]", positions="bytea[]")
_CHUNKS = Table("vulnerabilities_chunk", id="bigint[]", base="bigint[]")
_SHARED = Table("vulnerabilities_sharedfact", key="bigint[]")


class Linking:
    """Identifies the findings of one report, batch by batch.

    Args:
        origin: where they come from.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._layers = default_layers()
        self._keys = StoredKeys(vault.index_key("identity"))
        self._kept = Kept()

    def prepare(self, chunks: Sequence[tuple[int, Sequence[Prepared]]]) -> "Batch":
        """Do what needs nothing of the database, before anybody is kept waiting.

        Args:
            chunks: each with the primary key of its :class:`~.models.Chunk`.
        """
        findings = [finding for _, members in chunks for finding in members]
        planned = plan([finding.stored.profile for finding in findings], self._layers)
        index = BatchIndex(self._keys)
        index.prepare(planned.keys)
        return Batch(chunks, findings, planned, index, [_words(members) for _, members in chunks])

    def link(self, batch: "Batch", judge: Judge) -> None:
        """Identify a batch, inside the caller's transaction; ``judge`` ranks vulnerabilities."""
        findings, index = batch.findings, batch.index
        base = _claim(len(findings))
        members: dict[int, Member] = {}
        for ordinal, finding in enumerate(findings, base):
            finding.stored.profile.ordinal = ordinal
            members[ordinal] = Member(finding.stored, self._origin.submitter, self._origin.received)
        window = Window(dict(members), index, self._layers, self._kept)
        window.link([finding.stored.profile for finding in findings], batch.planned)
        index.save()
        keys.settle(base, len(findings))
        Writer(self._origin, judge, window, index).write(findings, base)
        _write_words(batch, base)
        for ordinal, member in members.items():
            self._kept.put(ordinal, member)
        fallen = {index.stored[key] for key in window.shared_facts - window.recalled}
        if fallen:
            _SHARED.insert([(key,) for key in sorted(fallen)], or_ignore=True)
            take_back(fallen, judge)


class Batch(msgspec.Struct, frozen=True):
    """Chunks of findings that are ready to be linked.

    Attributes:
        chunks: each with the primary key of its row. findings: of all of them. planned: what they are looked up under.
        index: with the stored form of that. words: of each chunk, at which positions each word stands.
    """

    chunks: Sequence[tuple[int, Sequence[Prepared]]]
    findings: list[Prepared]
    planned: Plan
    index: BatchIndex
    words: list[list[tuple[int, bytes]]]


def _words(members: Sequence[Prepared]) -> list[tuple[int, bytes]]:
    where: dict[int, bytearray] = {}
    for position, finding in enumerate(members):
        for word in finding.words:
            where.setdefault(word, bytearray()).append(position)
    return [(word, bytes(positions)) for word, positions in where.items()]


def _write_words(batch: Batch, base: int) -> None:
    rows: list[tuple[int, int, int, bytes]] = []
    bases: list[tuple[int, int]] = []
    for (number, members), words in zip(batch.chunks, batch.words, strict=True):
        band = band_of(base)
        rows.extend([(band, word, base, positions) for word, positions in words])
        bases.append((number, base))
        base += len(members)
    _CHUNKS.update(bases)
    rows.sort()
    _WORDS.insert(rows)


def _claim(count: int) -> int:
    """Return the first of ``count`` new ordinals; from here to the end of the transaction nobody else identifies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vulnerabilities_head (id, next_finding) VALUES (1, 1 + %s) ON CONFLICT (id) DO UPDATE "
            "SET next_finding = vulnerabilities_head.next_finding + %s RETURNING next_finding",
            [count, count],
        )
        (following,) = cursor.fetchone()
    return int(following) - count


def lock() -> None:
    """Take the lock of who identifies, to the end of the transaction."""
    _claim(0)
