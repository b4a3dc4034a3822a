"""Records of which something is bad: what is good in them is kept."""

from typing import TypeVar

import msgspec

from clearinghouse.formats.decode import Decoder
from clearinghouse.records import Problem

S = TypeVar("S", bound=msgspec.Struct)


def salvaged(raw: bytes, type_: type[S]) -> S | None:
    """Return what can be had of a JSON object that does not fit its type: the members that fit; None if too few do."""
    try:
        members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    kept = {}
    for field in msgspec.structs.fields(type_):
        member = members.get(field.encode_name)
        if member is not None and fits(member, field.type):
            kept[field.encode_name] = member
    try:
        return msgspec.json.decode(msgspec.json.encode(kept), type=type_)
    except (msgspec.DecodeError, RecursionError):
        return None


def fits(raw: msgspec.Raw, type_: type) -> bool:
    """Whether a JSON value is of a type."""
    try:
        msgspec.json.decode(raw, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def decoded(
    decoder: Decoder[S], type_: type[S], raw: bytes, *, source: str, pointer: str
) -> tuple[S | None, tuple[Problem, ...]]:
    """Return a record, or what can be had of it, and what is wrong with it."""
    record = decoder.decode(raw, source=source, pointer=pointer)
    if isinstance(record, tuple):
        return salvaged(raw, type_), record
    return record, ()
