"""What the index takes of one advisory, made where the advisory was read: the part of the work that can be divided."""

import hashlib

import msgspec

from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.records import PublishedAdvisory

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode
"""Two processes have the members of a set in two orders; entries are told to be the same by their bytes."""


class Gathered(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One advisory as the index keeps it.

    Attributes:
        id, format, title, aliases: as in :class:`~clearinghouse.records.PublishedAdvisory`.
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
        advisory.aliases,
        tuple([(package_number(entry.ecosystem, entry.name), _ENCODE(entry)) for entry in entries]),
        frozenset([_coverage(entry) for entry in entries]),
    )


def joined(one: Gathered, other: Gathered) -> Gathered:
    """Return two records of one advisory as one. A withdrawal counts only if both were withdrawn."""
    return msgspec.structs.replace(
        one,
        withdrawn=one.withdrawn and other.withdrawn,
        aliases=tuple(dict.fromkeys((*one.aliases, *other.aliases))),
        entries=tuple(dict.fromkeys((*one.entries, *other.entries))),
        coverage=one.coverage | other.coverage,
    )


def package_number(ecosystem: str, name: str) -> int:
    """Return the number under which a package is kept, by its ecosystem and normal name."""
    return number_of(f"{ecosystem}\0{name}")


def number_of(text: str) -> int:
    """Return the number under which something of this name is kept: 64 bits of BLAKE2b, signed."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _coverage(entry: Entry) -> str:
    return f"{entry.ecosystem}:{entry.release}" if entry.release else entry.ecosystem
