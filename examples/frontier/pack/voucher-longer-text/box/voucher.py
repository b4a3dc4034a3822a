"""Vouchers: a text with a proof, which is the SHA-256 of a key of 16 bytes and the text."""

import hashlib


def proof(key, text):
    """Return the proof of a text."""
    return hashlib.sha256(key + text).hexdigest()


def issue(key, guest):
    """Return a voucher for five coins, and its proof."""
    if not guest.isalnum():
        raise ValueError("no name")
    text = f"guest={guest}&coins=5".encode()
    return text, proof(key, text)


def redeem(key, text, given):
    """Return how many coins a voucher is worth; of what stands twice, the last counts."""
    if proof(key, text) != given:
        raise PermissionError("not ours")
    values = dict(part.split(b"=", 1) for part in text.split(b"&") if b"=" in part)
    return int(values[b"coins"])
