"""What the index takes of one advisory, made where the advisory was read: the part of the work that can be divided."""

import hashlib
from collections.abc import Sequence
from zlib import crc32

import msgspec

from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.records import PublishedAdvisory

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode
"""Two processes have the members of a set in two orders; entries are told to be the same by their bytes."""


class Gathered(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One advisory as the index keeps it.

    Attributes:
        id, format, title: as in :class:`~clearinghouse.records.PublishedAdvisory`.
        aliases: by what else it may be asked for: other identifiers of its flaw, and of flaws that it contains.
        modified: RFC 3339 time, or empty. withdrawn: RFC 3339 time, or None.
        entries: of each package that it names the number, and the :class:`~clearinghouse.packages.index.entry.Entry`
            in MessagePack.
        coverage: ecosystems, and releases of distributions, of which it speaks.
    """

    id: str
    format: str
    modified: str
    withdrawn: str | None
    title: str
    aliases: tuple[str, ...]
    entries: tuple[tuple[int, bytes], ...]
    coverage: frozenset[str]


def gather(advisory: PublishedAdvisory) -> Gathered:
    """Return what the index takes of an advisory."""
    entries = list(entries_of(advisory))
    return Gathered(
        advisory.id,
        advisory.format,
        advisory.body.modified or "",
        advisory.body.withdrawn,
        advisory.title,
        advisory.aliases + advisory.upstream,
        tuple([(package_number(entry.ecosystem, entry.name), _ENCODE(entry)) for entry in entries]),
        frozenset([_coverage(entry) for entry in entries]),
    )


def joined(many: Sequence[Gathered]) -> Gathered:
    """Return several records of one advisory, at least one, as one. A withdrawal counts only if all were withdrawn."""
    if len(many) == 1:
        return many[0]
    return msgspec.structs.replace(
        many[0],
        withdrawn=many[0].withdrawn if all(each.withdrawn for each in many) else None,
        aliases=tuple(dict.fromkeys(alias for each in many for alias in each.aliases)),
        entries=tuple(dict.fromkeys(entry for each in many for entry in each.entries)),
        coverage=frozenset(name for each in many for name in each.coverage),
    )


def package_number(ecosystem: str, name: str) -> int:
    """Return the number under which a package is kept, by its ecosystem and normal name: 64 bits of BLAKE2b, signed."""
    digest = hashlib.blake2b(f"{ecosystem}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def row_of(name: str, rows: int) -> int:
    """Return in which of ``rows`` rows, a power of two, stands what has this name, where a row holds several.

    A row holds the names as well, so that a CRC-32, which spreads them evenly, is enough.
    """
    return crc32(name.encode("utf-8", "surrogatepass")) & (rows - 1)


def _coverage(entry: Entry) -> str:
    return f"{entry.ecosystem}:{entry.release}" if entry.release else entry.ecosystem
