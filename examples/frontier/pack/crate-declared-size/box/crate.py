"""Crates: many small files in one text."""

import base64
import zlib

MOST_BYTES = 65_536
MOST_MEMBERS = 100


class Refused(Exception):
    """A crate that is not unpacked."""


def members(text):
    """Yield names, sizes and packed contents."""
    lines = text.split("\n")
    if lines[0] != "CRATE1":
        raise Refused("no crate")
    at = 1
    while at < len(lines) and lines[at]:
        name, _, size = lines[at].rpartition(" ")
        if not name or not size.isdigit():
            raise Refused("no member")
        if at + 1 >= len(lines):
            raise Refused("it ends early")
        yield name, int(size), lines[at + 1]
        at += 2


def unpack(text):
    """Return the members of a crate by name."""
    found = {}
    total = 0
    for name, size, packed in members(text):
        total += size
        if total > MOST_BYTES or len(found) >= MOST_MEMBERS:
            raise Refused("too much")
        if name in found:
            raise Refused("a name stands twice")
        found[name] = zlib.decompress(base64.b64decode(packed))
    return found
