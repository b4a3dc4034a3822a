"""Sealed notes: a block cipher in a chain, with padding that says how long it is."""

import struct

BLOCK = 8
MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9


def _keys(key):
    words, total = struct.unpack(">4I", key), 0
    for _ in range(32):
        yield (total + words[total & 3]) & MASK
        total = (total + GOLDEN) & MASK
        yield (total + words[total >> 11 & 3]) & MASK


def encrypt(key, block):
    """Return a block of 8 bytes, encrypted (XTEA, 32 rounds)."""
    left, right = struct.unpack(">2I", block)
    for turn, word in enumerate(_keys(key)):
        if turn % 2 == 0:
            left = (left + (((right << 4 ^ right >> 5) + right) ^ word)) & MASK
        else:
            right = (right + (((left << 4 ^ left >> 5) + left) ^ word)) & MASK
    return struct.pack(">2I", left, right)


def decrypt(key, block):
    """Return a block of 8 bytes, decrypted."""
    left, right = struct.unpack(">2I", block)
    for turn, word in reversed(list(enumerate(_keys(key)))):
        if turn % 2 == 0:
            left = (left - (((right << 4 ^ right >> 5) + right) ^ word)) & MASK
        else:
            right = (right - (((left << 4 ^ left >> 5) + left) ^ word)) & MASK
    return struct.pack(">2I", left, right)


def mixed(one, other):
    """Return two blocks, mixed."""
    return bytes(a ^ b for a, b in zip(one, other))


def seal(key, start, text):
    """Return a text sealed: the start, then its blocks, each mixed with the one before and encrypted."""
    count = BLOCK - len(text) % BLOCK
    text += bytes([count]) * count
    found = [start]
    for at in range(0, len(text), BLOCK):
        found.append(encrypt(key, mixed(found[-1], text[at : at + BLOCK])))
    return b"".join(found)


def unseal(key, sealed):
    """Return the text of a sealed note.

    Raises:
        ValueError: its padding is wrong, or it has no blocks.
    """
    if len(sealed) < 2 * BLOCK or len(sealed) % BLOCK or len(sealed) > 1024:
        raise ValueError("no blocks")
    blocks = [sealed[at : at + BLOCK] for at in range(0, len(sealed), BLOCK)]
    text = b"".join(mixed(before, decrypt(key, block)) for before, block in zip(blocks, blocks[1:]))
    count = text[-1]
    if not 0 < count <= BLOCK or text[-count:] != bytes([count]) * count:
        raise ValueError("the padding is wrong")
    return text[:-count]
