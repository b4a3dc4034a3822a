"""What is wrong with a recipe, in words of who writes one: the field as TOML has it, what belongs there, what stands.

Decoding is :mod:`msgspec`'s, and so are its messages; what they say is said again here without its notation. One that
is not known here is passed on as it is.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec

from clearinghouse.formats.decode import describe, in_words
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.validation.fields import Bounds, Demand, Install, Recipe, Subject, Use
from clearinghouse.validation.shows import Shows

_LONGEST = 80
_SEE = "see docs/validation.md for this field"
_USE = {
    "command": ('["python3", "reproduce.py"]',),
    "files": ('["reproduce.py"]',),
    "input": ('"input.bin"',),
    "environment": ('{ NAME = "value" }',),
    "exit": ("0",),
}
_SUBJECT = {
    "purl": ('"pkg:pypi/name@1.2.3"',),
    "archive": ('"name-1.2.3.tar.gz"',),
    "sha256": (f'"{"0123456789abcdef" * 4}"',),
    "with": ('["pkg:pypi/other@1.0"]',),
    "patch": ('"fix.patch"',),
}
EXAMPLES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "": {
        "format": ("1",),
        "title": ('"name 1.2.3: what goes wrong"',),
        "identifiers": ('["CVE-2099-0001"]',),
        "weaknesses": ('["CWE-502"]',),
        "about": ('"some sentences"',),
        "references": ('["https://example.org/advisory"]',),
        "runs": ("3",),
    },
    "affected": _SUBJECT,
    "fixed": _SUBJECT,
    "install": {
        "by": ('"pip"', '"npm"', '"cargo"', '"make"', '"none"'),
        "from_source": ("true", "false"),
        "requires": ('["pkg:pypi/setuptools@69.5.1"]',),
        "with": ('["pkg:pypi/other@1.0"]',),
        "files": ('["driver.c"]',),
        "commands": ('[["make", "-j2"]]',),
        "environment": ('{ CFLAGS = "-g" }',),
    },
    "reproducer": _USE,
    "control": _USE,
    "shows": {
        "by": tuple(f'"{each.__struct_config__.tag}"' for each in get_args(Shows)),
        "contains": ('"FLAW SHOWN"',),
        "stream": ('"stdout"', '"stderr"', '"both"'),
        "code": ("3",),
        "type": ('"Heap-buffer-overflow"',),
        "access": ('"READ"', '"WRITE"'),
        "state": ('["parse_name"]',),
        "path": ('"escaped.txt"',),
        "sizes": ("[1000, 2000, 4000]",),
        "exponent": ("1.8",),
        "of": ('"memory"', '"output"', '"processes"'),
    },
    "limits": {
        "seconds": ("30",),
        "cpu": ("60",),
        "memory": ("1073741824",),
        "processes": ("128",),
        "disk": ("134217728",),
        "output": ("1048576",),
    },
    "isolation": {"tier": ('"T1"', '"T2"', '"T3"')},
}
"""What may stand in each field of each table, as TOML; of several, these are all."""
_SAID = {"sha256": "write the 64 digits that sha256sum prints, in lower case"}
_TYPES: Mapping[str, type[msgspec.Struct]] = {
    "": Recipe,
    "affected": Subject,
    "fixed": Subject,
    "install": Install,
    "reproducer": Use,
    "control": Use,
    "limits": Bounds,
    "isolation": Demand,
}
_KINDS = {
    "int": "integer",
    "str": "string",
    "float": "number",
    "bool": "boolean",
    "array": "array",
    "object": "object",
}
_MISSING = re.compile(r"Object missing required field `(.*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_INVALID = re.compile(r"Invalid (enum )?value .*", re.DOTALL)
_TYPE = re.compile(r"Expected `([a-z |]+)`, got `.*`")
_BOUND = re.compile(r"Expected `(int|float)` (>=|<=|>|<) (\S+)")
_LENGTH = re.compile(r"Expected `(str|array|object)` of length (>=|<=) (\d+)")
_FORM = re.compile(r"Expected `str` matching regex (.*)", re.DOTALL)
_NO_CONTROLS = repr(r"\A[^")[:-1]
"""How the patterns of :mod:`.fields` begin that only keep characters out."""
_BOUNDS = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}
_PARTS = {"str": "character", "array": "item", "object": "field"}
_PLACE = re.compile(r"`(\$[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_HINTS = (
    ("Expected '='", "write name = value, and tables as [name]"),
    ("Invalid value", 'put texts in double quotes, and write lists as ["one", "two"]'),
    ("Cannot overwrite", "name each field once"),
    ("Cannot declare", "name each table once"),
    ("Cannot mutate", "name each table once"),
    ("Expected newline", "write one field on each line"),
    ("Illegal character", "close the quotes on the line on which they begin"),
    ("Unescaped", "write a backslash twice, or put the text in single quotes"),
    ("Unclosed", "close the bracket"),
    ("Unterminated", "close the quotes"),
    ('Expected "\'"', "close the quotes"),
    ("Expected '\"", "close the quotes"),
    ("Expected ']'", "close the bracket"),
)


class Wrong(NamedTuple):
    """What is wrong, and what to do."""

    what: str
    remedy: str


def no_toml(error: Exception, text: str) -> Wrong:
    """Return what is wrong with a text that is no TOML, with its line as it stands."""
    if not isinstance(error, tomllib.TOMLDecodeError):
        return Wrong(f"no TOML: {str(error).partition(';')[0]}", "write a shorter number")
    found = _SYNTAX.fullmatch(str(error))
    said = found[1] if found else str(error)
    remedy = next((hint for start, hint in _HINTS if said.startswith(start)), "write it as https://toml.io says")
    if not found or not found[2]:
        return Wrong(f"no TOML: {said}, at its end", remedy)
    lines = text.replace("\r\n", "\n").split("\n")
    stands = clean_line(lines[int(found[2]) - 1])[:_LONGEST]
    return Wrong(f"line {found[2]}, column {found[3]}: no TOML: {said}", f"{remedy}; the line is: {stands}")


def wrong_field(error: msgspec.ValidationError, tables: Mapping[str, Any]) -> Wrong:
    """Return what is wrong with a field.

    Args:
        error: what decoding said. tables: what was to be decoded.
    """
    said, _, at = str(error).partition(" - at ")
    place = _PLACE.search(at)
    path: list[str | int] = [
        name or (int(number) if number.isdigit() else number)
        for name, number in (_STEP.findall(place[1]) if place else [])
    ]
    if missing := _MISSING.fullmatch(said):
        return Wrong(f"{_where([*path, missing[1]])} is missing", _add(path, missing[1]))
    if unknown := _UNKNOWN.fullmatch(said):
        name = clean_line(unknown[1])[:_LONGEST]
        return Wrong(f"{_where([*path, name])}: there is no field of this name", _instead(path, name, tables))
    expected = _expected(said, path)
    stands = "" if at.startswith("`key`") else _stands(path, tables)
    what = f"{_where(path)}: {expected or said[:300]}{stands}"
    return Wrong(what, _like(path) or _SEE)


def _expected(said: str, path: Sequence[str | int]) -> str:
    """What belongs there, as the beginning of a sentence; empty where a message is not known."""
    if kind := _TYPE.fullmatch(said):
        names = [_KINDS.get(each, each) for each in kind[1].split(" | ") if each != "null"]
        return f"{in_words(' or '.join(names)).replace('an object', 'a table')} was expected"
    if bound := _BOUND.fullmatch(said):
        return f"{in_words(_KINDS[bound[1]])} {_BOUNDS[bound[2]]} {bound[3].removesuffix('.0')} was expected"
    if length := _LENGTH.fullmatch(said):
        kind_of = in_words(_KINDS[length[1]]).replace("an object", "a table")
        return f"{kind_of} {_BOUNDS[length[2]]} {plural(int(length[3]), _PARTS[length[1]])} was expected"
    if form := _FORM.fullmatch(said):
        what = "a text without control characters" if form[1].startswith(_NO_CONTROLS) else "a text of another form"
        return f"{what} was expected"
    if _INVALID.fullmatch(said):
        values = _examples(path)
        return f"{_or(values)} was expected" if values else "something else was expected"
    return ""


def _stands(path: Sequence[str | int], tables: Mapping[str, Any]) -> str:
    """What stands at a path, as the end of a sentence."""
    value: Any = tables
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return ""
    if isinstance(value, dict):
        return "; a table stands there"
    if isinstance(value, list):
        return f"; a list of {plural(len(value), 'item')} stands there"
    if isinstance(value, dt.date | dt.time):
        return f"; the date or time {value} stands there"
    return f"; {describe(value)} stands there"


def _where(path: Sequence[str | int]) -> str:
    """A field as TOML has it: ``runs``, ``[shows] code``, ``[reproducer] command, item 2``."""
    if not path:
        return "the recipe"
    first, rest = str(path[0]), path[1:]
    named = f"[{first}]" if first in EXAMPLES else first
    for each in rest:
        if isinstance(each, int):
            named += f", item {each + 1}"
        elif each != "...":
            named += f" {each}"
    return named


def _examples(path: Sequence[str | int]) -> Sequence[str]:
    """What may stand in the field that a path leads to, or into."""
    names = [each for each in path if isinstance(each, str)]
    if names and names[0] in EXAMPLES:
        return EXAMPLES[names[0]].get(names[1], ()) if len(names) > 1 else ()
    return EXAMPLES[""].get(names[0], ()) if names else ()


def _like(path: Sequence[str | int]) -> str:
    names = [each for each in path if isinstance(each, str)]
    values = _examples(path)
    if values:
        like = "like " if len(values) == 1 else "as "
        return _SAID.get(names[-1], f"write it {like}{names[1] if names[0] in EXAMPLES else names[0]} = {_or(values)}")
    return f"write it as a table: a line [{names[0]}], and its fields below it" if names[:1] and names[0] else ""


def _add(path: Sequence[str | int], name: str) -> str:
    if not path and name in EXAMPLES:
        first = next(iter(EXAMPLES[name].items()))
        return f"add a line [{name}] and its fields below it, such as {first[0]} = {first[1][0]}"
    values = _examples([*path, name])
    return f"add a line {name} = {_or(values)}" if values else _SEE


def _instead(path: Sequence[str | int], name: str, tables: Mapping[str, Any]) -> str:
    """What a field that is not known may have been meant to be."""
    table = str(path[0]) if path else ""
    known = _fields(table, tables)
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"call it {near[0]}, or take it out"
    elsewhere = [f"[{other}]" for other, fields in EXAMPLES.items() if other and name in fields]
    if not path and elsewhere:
        return f"put it below the line {_or(elsewhere)}, where it belongs"
    return f"take it out; {'in [' + table + '] there' if table else 'there'} may be {', '.join(known)}"


def _fields(table: str, tables: Mapping[str, Any]) -> list[str]:
    """The fields of a table as TOML has them; of what shows a flaw, those of its sort."""
    if table != "shows":
        return [each.encode_name for each in msgspec.structs.fields(_TYPES[table])]
    sort = tables["shows"].get("by")
    kind = next(each for each in get_args(Shows) if each.__struct_config__.tag == sort)
    return ["by", *(each.encode_name for each in msgspec.structs.fields(kind))]


def _or(values: Sequence[str]) -> str:
    *most, last = values
    return f"{', '.join(most)} or {last}" if most else last
