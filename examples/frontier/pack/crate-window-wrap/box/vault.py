"""Print a member of a container.

A container is ``VLT2``, then records: type (1 byte), length (3 bytes, little), body, checksum (4 bytes, little) over
type, length and body. Types: 1 heap (zlib), 2 index (masked), 3 end.
"""

import struct
import sys
import zlib

MASK = 0xFFFFFFFF
HEAP, INDEX, END = 1, 2, 3
PAGE = 4096


def checksum(data):
    """Return the checksum of a record: CRC-32, turned and mixed with its length."""
    value = zlib.crc32(data)
    value = ((value << 7) | (value >> 25)) & MASK
    return value ^ (len(data) * 0x9E3779B1 & MASK)


def unmasked(data):
    """Return an index as it was before it was masked, each byte by the one before."""
    out, key = bytearray(), 0x5C
    for byte in data:
        out.append(byte ^ key)
        key = (byte * 5 + 17) & 0xFF
    return bytes(out)


def records(data):
    """Yield the type and body of each record."""
    if data[:4] != b"VLT2":
        raise ValueError("no container")
    at = 4
    while True:
        kind = data[at]
        length = int.from_bytes(data[at + 1 : at + 4], "little")
        whole = data[at : at + 4 + length]
        if len(whole) != 4 + length:
            raise ValueError("a record ends early")
        if struct.unpack_from("<I", data, at + 4 + length)[0] != checksum(whole):
            raise ValueError("a checksum is wrong")
        if kind == END:
            return
        yield kind, whole[4:]
        at += 8 + length


class Memory:
    """One page for secrets of ours, and after it what containers bring."""

    def __init__(self, secret):
        self.bytes = bytearray(PAGE)
        self.bytes[PAGE - 160 : PAGE - 160 + len(secret)] = secret
        self.base = PAGE
        self.size = 0

    def load(self, data):
        """Add the heap of a container; only one, and not more than 16 pages."""
        if self.size or len(data) > 16 * PAGE:
            raise ValueError("too much")
        self.bytes += data
        self.size = len(data)

    def window(self, offset, length):
        """Return bytes of the heap."""
        if length > 256:
            raise ValueError("a member is too long")
        if (offset + length) & MASK > self.size:
            raise ValueError("a member leaves the heap")
        begin = (self.base + offset) & MASK
        return bytes(self.bytes[begin : begin + length])


def entries(body):
    """Yield the name, offset and length of the members of an index."""
    body = unmasked(body)
    (count,) = struct.unpack_from("<H", body)
    at = 2
    for _ in range(count):
        size = body[at]
        name = body[at + 1 : at + 1 + size].decode("ascii")
        offset, length = struct.unpack_from("<IH", body, at + 1 + size)
        if sum(name.encode()) % 251 != body[at + 7 + size]:
            raise ValueError("a name is wrong")
        yield name, offset, length
        at += 8 + size


def member(data, name, secret):
    """Return a member of a container."""
    memory, index = Memory(secret), {}
    for kind, body in records(data):
        if kind == HEAP:
            memory.load(zlib.decompressobj().decompress(body, 16 * PAGE))
        elif kind == INDEX:
            index.update((each, where) for each, *where in entries(body))
    if not memory.size:
        raise ValueError("no heap")
    return memory.window(*index[name])


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        container = file.read()
    with open("canary.txt", "rb") as file:
        sys.stdout.buffer.write(member(container, sys.argv[2], file.read().strip()))
