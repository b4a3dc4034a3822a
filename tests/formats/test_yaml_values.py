"""YAML as plain values."""

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.yaml_values import MAX_DEPTH, YamlError, load


def test_scalars_stay_text_and_null_is_null() -> None:
    text = b'a: 1.10\nb: 2021-01-01\nc: yes\nd: ~\ne:\nf: "null"\ng: null\n? h\n: [i, "~"]\n'
    assert load(text) == {
        "a": "1.10", "b": "2021-01-01", "c": "yes", "d": None, "e": None, "f": "null", "g": None, "h": ["i", "~"],
    }  # fmt: skip


def test_tags_construct_nothing() -> None:
    assert load(b"a: !!python/object/apply:os.system [x]") == {"a": ["x"]}


def test_aliases_are_followed_while_they_stay_small() -> None:
    assert load(b"a: &x [1, 2]\nb: *x") == {"a": ["1", "2"], "b": ["1", "2"]}


def test_an_alias_bomb_is_refused() -> None:
    levels = [b"a: &a [1]"]
    for name, before in zip("bcdefghij", "abcdefghi", strict=True):
        levels.append(f"{name}: &{name} [{','.join(['*' + before] * 10)}]".encode())
    with pytest.raises(YamlError, match="values"):
        load(b"\n".join(levels))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: [1, 2", 2),
        (b"a: b: c", 1),
        (b"x: 1\na: &a [*a]", 2),
        (b"x: 1\n{[]: 1}: 2", 2),
        (b"a: \x00", None),
        (b"\xff\xff\xff", None),
        (b"a: " + b"[" * (MAX_DEPTH + 1), 1),
        (b"- " * 100_000, 1),
    ],
)
def test_what_is_refused_says_where(text: bytes, line: int | None) -> None:
    with pytest.raises(YamlError) as refused:
        load(text)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("text", "why"), [(b"a: \x00", "control characters are not allowed"), (b"a: \xe9\n", "incomplete UTF-8")]
)
def test_what_is_refused_is_told_in_words(text: bytes, why: str) -> None:
    with pytest.raises(YamlError, match=why) as refused:
        load(text)
    assert "byte string" not in refused.value.what
    assert "\n" not in refused.value.what


_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6)
_VALUES = st.recursive(
    _TEXT | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_what_is_written_comes_back(value: Any) -> None:
    """The words for null are written in quotes by the writer, so text and null stay apart."""
    assert load(yaml.dump(value, allow_unicode=True).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(junk: bytes) -> None:
    with contextlib.suppress(YamlError):
        load(junk)
