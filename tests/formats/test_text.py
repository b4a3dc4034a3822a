import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.text import (
    MAX_TEXT,
    clean,
    clean_line,
    distinct_line,
    first_sentence,
    plural,
    printable_name,
    quoted,
    sentence,
)

# Surrogates too: they come from file names that are not UTF-8.
ANY = st.text(st.characters(codec=None), max_size=40) | st.text(
    "ab \t\n\r\x00\x1b\x85\xa0\u2028\u202e\u2066\ufeff\ud800\U000e0041", max_size=40
)
FORBIDDEN = {*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)} - {0x09, 0x0A} | {
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xE0000, 0xE0080),
    *(0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFFF9, 0xFFFA, 0xFFFB, 0xFEFF),
}


@given(ANY)
def test_clean_takes_out_what_forges_and_nothing_else(text):
    cleaned = clean(text)
    assert not FORBIDDEN & set(map(ord, cleaned))
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert cleaned == "".join(letter for letter in plain if ord(letter) not in FORBIDDEN)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("limit", [1, 2, 10, MAX_TEXT])
def test_clean_keeps_to_its_limit(limit):
    text = "a\r\n" * limit
    assert len(clean(text, limit)) <= limit
    assert clean("x" * (limit + 1), limit) == "x" * (limit - 1) + "…"
    assert clean("x" * limit, limit) == "x" * limit


@given(ANY, st.integers(1, 30))
def test_a_line_is_one_line(text, limit):
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert not FORBIDDEN & set(map(ord, line))
    assert line == " ".join(line.split())
    assert clean_line(line, limit) == line


@given(ANY)
def test_a_line_holds_every_word(text):
    assert clean_line(text) == " ".join(clean(text).split())


@given(ANY, st.integers(2, 60))
def test_a_first_sentence_fits(text, limit):
    sentence = first_sentence(text, limit)
    assert len(sentence) <= limit
    assert clean_line(sentence, limit) == sentence


@given(ANY, ANY, st.integers(40, 60))
def test_long_texts_that_are_compared_stay_apart(one, other, limit):
    base = "x" * limit
    line = distinct_line(base + one, limit)
    assert len(line) <= limit
    assert not FORBIDDEN & set(map(ord, line))
    assert distinct_line(line, limit) == line
    if one and other and one != other:
        assert line != distinct_line(base + other, limit)


def test_short_texts_that_are_compared_are_lines():
    assert distinct_line(" a\x1b  b ") == "a b"


@pytest.mark.parametrize(
    ("clause", "whole"),
    [("it breaks off", "It breaks off."), ("a — b.", "A — b."), (" is it? ", "Is it?"), ("éa", "Éa.")],
)
def test_a_clause_becomes_a_sentence(clause, whole):
    assert sentence(clause) == whole


def test_the_words_of_strangers_in_a_sentence():
    assert quoted("it's\na \x1b[2Jtrap") == '"it\'s a [2Jtrap"'
    assert quoted("x" * 50, 10) == f'"{"x" * 9}…"'


def test_first_sentence():
    assert first_sentence("  One thing. Another.\nMore") == "One thing."
    assert first_sentence("version 1.2 is bad\nMore") == "version 1.2 is bad"
    assert first_sentence("") == ""


@given(ANY, ANY)
def test_names_stay_apart_and_can_be_written(one, other):
    name = printable_name(one)
    assert not FORBIDDEN & set(map(ord, name))
    assert "\n" not in name
    assert "\t" not in name
    msgspec.json.encode(name)
    assert printable_name(name) == name
    if "\\" not in one + other and one != other and not {unicodedata.category(c) for c in one + other} & {"Cs"}:
        assert name != printable_name(other)


def test_names():
    assert printable_name("a b/é/日.json") == "a b/é/日.json"
    assert printable_name("\x1b[31m\n\u202e") == "\\x1b[31m\\x0a\\u202e"
    assert printable_name(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\xe9"


def test_long_names_stay_apart():
    one, other = printable_name("x" * 5000), printable_name("x" * 5001)
    assert len(one) == len(other) == 1000
    assert one != other
    assert printable_name(one) == one
    assert len(printable_name("\x00" * 5000)) == 1000


@pytest.mark.parametrize(
    ("count", "nouns", "said"),
    [
        (0, ("finding",), "0 findings"),
        (1, ("finding",), "1 finding"),
        (2, ("finding",), "2 findings"),
        (1200, ("finding",), "1,200 findings"),
        (1, ("crash", "crashes"), "1 crash"),
        (3, ("crash", "crashes"), "3 crashes"),
    ],
)
def test_a_count_agrees_with_its_noun(count, nouns, said):
    assert plural(count, *nouns) == said
