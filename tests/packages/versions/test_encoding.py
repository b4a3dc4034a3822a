"""Blocks keep the order of what they stand for, whatever follows them."""

from hypothesis import given
from hypothesis import strategies as st
from tests.packages.versions.reference import sign

from clearinghouse.packages.versions.encoding import falling, number, rising, text, without_trailing_zeros

TAIL = st.text(st.characters(max_codepoint=0xFF), max_size=3)
NUMBERS = st.one_of(st.integers(0, 2000), st.integers(0, 10**400))
COUNTS = st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1))
TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)


def ordered(left: str, right: str, tails: tuple[str, str], expected: int) -> None:
    for block in (left, right):
        block.encode("latin-1")
    if expected:
        left, right = left + tails[0], right + tails[1]
    assert sign(left, right) == expected


@given(NUMBERS, NUMBERS, st.integers(0, 3), st.tuples(TAIL, TAIL))
def test_numbers(a: int, b: int, zeros: int, tails: tuple[str, str]) -> None:
    ordered(number("0" * zeros + str(a)), number(str(b)), tails, sign(a, b))
    assert number(str(a))[0] > "\x00"


def test_no_digits_are_zero_and_many_digits_cost_their_length() -> None:
    assert number("") == number("0") == number("000")
    nine, ten = "9" * 99_999, "1" + "0" * 99_999
    assert number(nine) < number(ten) == number("0" + ten)
    assert number("9" * 250) < number("1" + "0" * 250)


@given(TEXTS, TEXTS, st.tuples(TAIL, TAIL))
def test_texts(a: str, b: str, tails: tuple[str, str]) -> None:
    ordered(text(a), text(b), tails, sign(a, b))


@given(COUNTS, COUNTS, st.tuples(TAIL, TAIL))
def test_counts(a: int, b: int, tails: tuple[str, str]) -> None:
    ordered(rising(a), rising(b), tails, sign(a, b))
    ordered(falling(a), falling(b), tails, sign(b, a))


@given(st.lists(st.integers(0, 2)))
def test_trailing_zeros_go(numbers: list[int]) -> None:
    kept = without_trailing_zeros([str(value) for value in numbers])
    assert [int(digits) for digits in kept] + [0] * (len(numbers) - len(kept)) == numbers
    assert not kept or kept[-1] != "0"
