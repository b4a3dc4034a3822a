r"""Building blocks of order-preserving keys.

A key is built as text whose characters are all below U+0100 and becomes bytes, one a character (Latin-1), at
the very end. Comparing two such texts, or their bytes, goes from left to right, so a block may be followed by
others only if no block is a proper prefix of a different one. Each block here keeps that:

* :func:`number` begins with its length, so that ``9`` is below ``10`` whatever follows;
* :func:`text` ends with :data:`END`, which is below everything that a text holds;
* a list of blocks that may end early is closed with :data:`END`, and no block in it begins with ``END``.

Digits stay digits: no number is ever computed, so that a version of a hundred thousand digits costs what its
length costs and Python's limit on the conversion of text (4,300 digits) is never met.
"""

END = "\x00"
"""Ends a text or a list; it is below every block that could stand in its place."""

_LONG = "\xff"
_SHORT = 250  # digits whose count fits into one character, above END and below _LONG
_SMALL = {str(n): chr(len(str(n)) + 1) + str(n) for n in range(1, 1000)} | {"0": "\x01"}


def number(digits: str) -> str:
    """Return the block of a non-negative whole number; leading zeros and the empty text count nothing.

    Args:
        digits: ASCII digits, any amount. The block never begins with :data:`END`.
    """
    small = _SMALL.get(digits)
    if small is not None:
        return small
    digits = digits.lstrip("0")
    size = len(digits)
    if size <= _SHORT:
        return chr(size + 1) + digits
    return _LONG + _fixed(size) + digits


def text(value: str) -> str:
    """Return the block of any text; blocks are in the order of the texts' code points."""
    if not value.isascii():
        value = value.encode("utf-8", "surrogatepass").decode("latin-1")  # UTF-8 keeps the order of code points
    if "\x00" in value or "\x01" in value:
        value = value.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    return value + END


def rising(count: int) -> str:
    """Return the block of a count of repetitions: more is higher."""
    return chr(count) if count < _SHORT else _LONG + _fixed(count)


def falling(count: int) -> str:
    """Return the block of a count of repetitions: more is lower."""
    return chr(0xFF - count) if count < _SHORT else "\x00" + _fixed(0xFFFF_FFFF - count)


def without_trailing_zeros(numbers: list[str]) -> list[str]:
    """Return the numbers, in digits, without the zeros at the end; ``1.0`` and ``1.0.0`` become one."""
    size = len(numbers)
    while size and not numbers[size - 1].strip("0"):
        size -= 1
    return numbers[:size]


def _fixed(value: int) -> str:
    return value.to_bytes(4, "big").decode("latin-1")
