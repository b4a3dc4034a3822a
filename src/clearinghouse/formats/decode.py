"""Typed decoding in which a violation is a value.

The fast path is one :mod:`msgspec` decode. When it fails, the record is decoded again without a type and
walked beside the type, so that *all* its violations are listed, not only the first.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import inspect

from clearinghouse.formats.text import printable_name, quoted, sentence
from clearinghouse.records import Problem

T = TypeVar("T")
MAX_PROBLEMS_PER_RECORD = 50
_SCALARS: dict[type[inspect.Type], tuple[str, tuple[type, ...]]] = {
    inspect.StrType: ("string", (str,)),
    inspect.IntType: ("integer", (int,)),
    inspect.FloatType: ("number", (int, float)),
    inspect.BoolType: ("boolean", (bool,)),
    inspect.NoneType: ("null", (type(None),)),
}
_IN_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}
_NEAR_BYTE = re.compile(r" \(byte (\d+)\)$")

_ESCAPE = re.compile(
    rb"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class Decoder(Generic[T]):
    """Decodes JSON into ``type_``, or says everything that is wrong with it.

    Args:
        type_: a :class:`msgspec.Struct` type, or any type msgspec understands.
        noun: what one record is called in messages ("result", "record").
    """

    def __init__(self, type_: type[T], noun: str = "record") -> None:
        self._decoder = msgspec.json.Decoder(type_)
        self._type = type_
        self._noun = noun

    def decode(self, raw: bytes | msgspec.Raw, *, source: str, pointer: str = "") -> T | tuple[Problem, ...]:
        """Return the decoded record, or every violation as a problem whose pointer starts with ``pointer``."""
        try:
            return self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            mended = replace_lone_surrogates(bytes(raw))
            if mended is not None:
                return self.decode(mended, source=source, pointer=pointer)
            return self._explain(raw, source, pointer, error)

    def convert(self, value: Any, *, source: str, pointer: str = "") -> T | tuple[Problem, ...]:
        """The same for a value that is already decoded (from YAML, for example)."""
        try:
            return msgspec.convert(value, self._type, strict=True)
        except (msgspec.ValidationError, RecursionError) as error:
            return self._violations(value, source, pointer, error)

    @cached_property
    def _shape(self) -> inspect.Type:
        return inspect.type_info(self._type)  # it takes a millisecond, and a hostile document has many bad records

    def _explain(self, raw: bytes | msgspec.Raw, source: str, pointer: str, error: Exception) -> tuple[Problem, ...]:
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
            return (
                Problem(
                    source=source,
                    code="malformed_json",
                    message=f"This {self._noun} {why_not_json(broken)}.",
                    pointer=printable_name(pointer),
                    expected="one JSON value in UTF-8",
                ),
            )
        return self._violations(value, source, pointer, error)

    def _violations(self, value: Any, source: str, pointer: str, error: Exception) -> tuple[Problem, ...]:
        found = []
        for path, expected, got in violations(self._shape, value, pointer):
            found.append(wrong_type(source, path, expected, got))
            if len(found) == MAX_PROBLEMS_PER_RECORD:
                break
        if not found:  # a limit or constraint that this walk does not know
            message = f"This {self._noun} cannot be taken: {_why_not_taken(error)}."
            found.append(Problem(source=source, code="wrong_value", message=message, pointer=printable_name(pointer)))
        return tuple(found)


def wrong_type(source: str, pointer: str, expected: str, got: str) -> Problem:
    """Return the problem of a value that is of the wrong type, or is not there.

    Args:
        source: the document. pointer: JSON Pointer of the value. expected: JSON names of types, joined with "or".
        got: what stood there, as :func:`describe` says it, or "nothing".
    """
    stood = "it is missing" if got == "nothing" else f"{got} stands there"
    return Problem(
        source=source,
        code="missing_field" if got == "nothing" else "wrong_type",
        message=sentence(f"{in_words(expected)} was expected; {stood}"),
        pointer=printable_name(pointer),
        expected=expected,
    )


def in_words(expected: str) -> str:
    """Say what was expected: JSON names of types, joined with "or", as people call them."""
    *most, last = (_IN_WORDS.get(name, name) for name in expected.split(" or "))
    return f"{', '.join(most)} or {last}" if most else last


def why_not_json(error: Exception) -> str:
    """Say what a decoder found wrong with some JSON, as the end of a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return "is no JSON in UTF-8: it has bytes that are no characters"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    said = str(error).removeprefix("JSON is malformed: ").partition(" - at `")[0]  # what follows is msgspec's notation
    if said == "Input data was truncated":
        return "is no well-formed JSON: it breaks off"
    said = _NEAR_BYTE.sub(r", near byte \1", said)
    return f"is no well-formed JSON: {said}"


def _why_not_taken(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = str(error).partition(" - at `")[0]  # what follows is a path in a notation of msgspec's own
    return f"{said[:1].lower()}{said[1:]}"


def violations(expected: inspect.Type, value: Any, pointer: str = "") -> Iterator[tuple[str, str, str]]:
    """Walk ``value`` beside a type and yield (JSON pointer, what was expected, what stood there) for each violation."""
    if isinstance(expected, inspect.CustomType | inspect.RawType | inspect.AnyType):
        return
    if type(expected) in _SCALARS:
        name, types = _SCALARS[type(expected)]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            yield pointer, name, describe(value)
        return
    if isinstance(expected, inspect.UnionType):
        yield from _union(expected, value, pointer)
    elif isinstance(expected, inspect.StructType):
        yield from _struct(expected, value, pointer)
    elif isinstance(expected, inspect.ListType | inspect.VarTupleType):
        if not isinstance(value, list | tuple):
            yield pointer, "array", describe(value)
            return
        for position, item in enumerate(value):
            yield from violations(expected.item_type, item, f"{pointer}/{position}")
    elif isinstance(expected, inspect.DictType):
        if not isinstance(value, dict):
            yield pointer, "object", describe(value)
            return
        for key, item in value.items():
            yield from violations(expected.value_type, item, f"{pointer}/{escape(str(key))}")


def _union(expected: inspect.UnionType, value: Any, pointer: str) -> Iterator[tuple[str, str, str]]:
    """A value fits a union if it fits one member; else the violations of the member of the same JSON kind are told."""
    attempts = [(member, list(violations(member, value, pointer))) for member in expected.types]
    if any(not found for _, found in attempts):
        return
    for _, found in attempts:
        if any(where != pointer for where, _, _ in found):
            yield from found
            return
    yield pointer, " or ".join(kind_of(member) for member in expected.types), describe(value)


def _struct(expected: inspect.StructType, value: Any, pointer: str) -> Iterator[tuple[str, str, str]]:
    if not isinstance(value, dict):
        yield pointer, "object", describe(value)
        return
    for field in expected.fields:
        where = f"{pointer}/{escape(field.encode_name)}"
        if field.encode_name in value:
            yield from violations(field.type, value[field.encode_name], where)
        elif field.required:
            yield where, kind_of(field.type), "nothing"


def replace_lone_surrogates(raw: bytes) -> bytes | None:
    r"""Return JSON in which every escape of half a character is U+FFFD, or None if there is none.

    Tools that cut text at a fixed length write ``"\ud83d"`` without its second half, which no decoder of UTF-8 may
    accept (RFC 8259, section 8.2); it would be a pity to lose the finding around it.
    """
    found = False

    def mend(match: re.Match[bytes]) -> bytes:
        nonlocal found
        if match["lone"] is None:
            return match[0]
        found = True
        return b"\\ufffd"

    mended = _ESCAPE.sub(mend, raw) if b"\\u" in raw else raw
    return mended if found else None


def kind_of(expected: inspect.Type) -> str:
    """The JSON name of a type: string, integer, number, boolean, null, array or object."""
    if type(expected) in _SCALARS:
        return _SCALARS[type(expected)][0]
    if isinstance(expected, inspect.ListType | inspect.VarTupleType):
        return "array"
    if isinstance(expected, inspect.UnionType):
        return " or ".join(kind_of(member) for member in expected.types)
    return "object"


def describe(value: Any) -> str:
    """What a JSON value is, in words short enough for one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a whole number of {value.bit_length():,} bits"  # its digits may be too many to write
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list | tuple) else "an object"


def describe_raw(raw: bytes | msgspec.Raw) -> str:
    """What a JSON value is that has not been decoded yet, by its first character."""
    first = bytes(raw)[:1]
    return {b"{": "an object", b"[": "a list", b'"': "a text", b"t": "true", b"f": "false", b"n": "null"}.get(
        first, "a number"
    )


def escape(key: str) -> str:
    """Escape one reference token of a JSON Pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Return the key that a reference token of a JSON Pointer stands for (RFC 6901, section 4)."""
    return token.replace("~1", "/").replace("~0", "~")
