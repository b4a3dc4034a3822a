"""What an entry is as bytes: the record that is committed to, and what of it stands under the tree."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from clearinghouse.server.audit.models import Entry
from clearinghouse.trust.commitment import Json, canonical
from clearinghouse.trust.merkle import leaf_hash

VERSION = 1
"""Of the layout of both; a later one is told apart by it."""


def stamp(at: dt.datetime) -> str:
    """Return a time as it stands in a record: UTC with six digits of a second."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def record_of(entry: Entry, facts: Mapping[str, Json]) -> bytes:
    """Return the record of an entry as canonical JSON: everything that is known about the act."""
    return canonical({**_columns(entry), "facts": facts})


def facts_of(body: str) -> dict[str, Any]:
    """Return the facts that stand in a record.

    Raises:
        ValueError: it is no record.
    """
    return _decoded(body)["facts"]


def says(entry: Entry, body: str) -> bool:
    """Whether a record says what the columns of its entry say.

    Raises:
        ValueError: it is no record.
    """
    record = _decoded(body)
    del record["facts"]
    return record == _columns(entry)


def _columns(entry: Entry) -> dict[str, Json]:
    return {
        "act": entry.act,
        "actor": entry.actor,
        "at": stamp(entry.at),
        "kind": entry.kind,
        "object": entry.object_id,
        "participant": entry.participant,
        "person": entry.person,
        "seq": entry.seq,
        "service": entry.service,
        "v": VERSION,
    }


def _decoded(body: str) -> dict[str, Any]:
    record = msgspec.json.decode(body)
    if not isinstance(record, dict) or not isinstance(record.get("facts"), dict):
        raise ValueError("no record")  # noqa: TRY004 - what is wrong is the text
    return record


def public(entry: Entry) -> bytes:
    """Return what stands under the tree: what remains of an entry when it is erased, as canonical JSON."""
    return canonical(
        {
            "act": entry.act,
            "at": stamp(entry.at),
            "commitment": bytes(entry.leaf).hex(),
            "kind": entry.kind,
            "seq": entry.seq,
            "v": VERSION,
        }
    )


def hash_of(entry: Entry) -> bytes:
    """Return the hash of an entry as a leaf of the tree."""
    return leaf_hash(public(entry))
