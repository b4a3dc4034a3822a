"""Numbers that are simpler than a number.

The law: what is simpler is a number of JSON (RFC 8259, section 6) that is shorter, or as long and before it in the
order of texts; so whoever goes on to simpler ones comes to an end, and that is 0. Of whole numbers of up to 18 digits
the next one towards 0 is among the simpler ones, so that where a flaw shows from a number on, that number is found, in
steps that halve.
"""

from collections.abc import Iterator

_LONG = 18
"""Digits above which a whole number loses digits instead of value."""


def simpler(number: bytes) -> list[bytes]:
    """Return the numbers to try in place of one, the simplest first."""
    return [text for text in dict.fromkeys(_simpler(number)) if text != number]


def whole(number: bytes) -> int:
    """Return a whole number of up to 18 digits that has no sign; 0 for all others."""
    return int(number) if number.isdigit() and len(number) <= _LONG else 0


def _simpler(number: bytes) -> Iterator[bytes]:
    yield b"0"
    sign = b"-" if number.startswith(b"-") else b""
    if sign:
        yield number[1:]
    mantissa, mark, exponent = _divided(number[len(sign) :])
    whole, point, fraction = mantissa.partition(b".")
    if mark:
        yield sign + mantissa
        yield from (sign + mantissa + mark + less for less in _less_exponent(exponent))
    if point:
        yield sign + whole + mark + exponent
        yield from (sign + whole + point + less + mark + exponent for less in _less_fraction(fraction))
    yield from (sign + less + point + fraction + mark + exponent for less in _less(whole))


def _divided(number: bytes) -> tuple[bytes, bytes, bytes]:
    mark = b"e" if b"e" in number else b"E"
    return number.partition(mark)


def _less_exponent(exponent: bytes) -> Iterator[bytes]:
    if exponent[:1] in (b"+", b"-"):
        yield exponent[1:]
        sign, exponent = exponent[:1], exponent[1:]
    else:
        sign = b""
    shorter = exponent.lstrip(b"0") or b"0"  # zeros may stand before the digits of an exponent
    if shorter != exponent:
        yield sign + shorter
    yield from (sign + less for less in _less(shorter))


def _less_fraction(fraction: bytes) -> Iterator[bytes]:
    if len(fraction) > 1:
        yield fraction[: len(fraction) // 2]
        yield fraction[:-1]


def _less(digits: bytes) -> Iterator[bytes]:
    """Whole numbers below one, from 0 on in halving distances."""
    if digits == b"0":
        return
    if len(digits) > _LONG:
        yield digits[: len(digits) // 2]
        yield digits[:-1]
        return
    value = distance = int(digits)
    while distance:
        yield b"%d" % (value - distance)
        distance //= 2
