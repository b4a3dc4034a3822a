"""Coupons: a value and a number, with a proof that the shop made them."""

import hmac

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PROOF = 12


class Wrong(Exception):
    """A coupon that is not taken."""


def letters(data, count):
    """Return so many letters made of bytes, without those that look alike."""
    number = int.from_bytes(data, "big")
    found = []
    for _ in range(count):
        number, digit = divmod(number, len(DIGITS))
        found.append(DIGITS[digit])
    return "".join(found)


def proof(key, value, number):
    """Return the proof of a coupon: 60 bits."""
    return letters(hmac.digest(key, f"{value}:{number}".encode(), "sha256"), PROOF)


def make(key, value, number):
    """Return the text of a coupon."""
    if not 0 < value <= 500:
        raise ValueError("no value of a coupon")
    return f"{value}-{number}-{proof(key, value, number)}"


def parts(text):
    """Return the value, number and proof of a coupon."""
    value, number, given = text.strip().upper().split("-", 2)
    if not (value.isdigit() and number.isdigit()):
        raise Wrong("no coupon")
    return int(value), int(number), given.replace("O", "0").replace("I", "1")


def take(key, text, taken):
    """Return the value of a coupon, once."""
    value, number, given = parts(text)
    expected = proof(key, value, number)
    if not all(hmac.compare_digest(one, other) for one, other in zip(expected, given)):
        raise Wrong("not ours")
    if number in taken:
        raise Wrong("taken already")
    taken.add(number)
    return value
