"""Reading a plan: strictly, and with the place of everything that is wrong.

A field that nobody knows is refused, since a misspelt one would silently be what it is by default.
"""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.plan.contradictions import contradictions
from clearinghouse.evaluation.plan.errors import PlanError
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.validation.recipe import tables_of
from clearinghouse.validation.wrong_fields import no_toml

NAME = "plan.toml"
LARGEST = 256 << 10
"""Most bytes of a plan."""
_SEE = "write it as `clearinghouse frontier plan new` shows"
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_MISSING = re.compile(r"Object missing required field (.*)")


class Fault(NamedTuple):
    """One thing that is wrong: where in the file, what, and what to do."""

    where: str
    says: str
    remedy: str

    @property
    def what(self) -> str:
        """Where and what, as a sentence."""
        return f"{self.where}: {self.says}" if self.where else self.says


def load(path: Path) -> tuple[Plan, bytes]:
    """Read a plan from its file, or from the ``plan.toml`` of a folder; return it with the bytes of the file.

    Raises:
        LedgerError: it cannot be read. PlanError: see :func:`parse`.
    """
    file = path / NAME if path.is_dir() else path
    data = files.read(file, LARGEST)
    return parse(data, printable_name(str(file))), data


def parse(data: bytes, source: str) -> Plan:
    """Read the text of a plan.

    Raises:
        PlanError: it is none, or contradicts itself. The first thing that is wrong is said; :func:`look` has all.
    """
    plan, faults = look(data)
    if plan is None or faults:
        first, more = faults[0], len(faults) - 1
        rest = f" (and {more} more)" if more else ""
        raise PlanError(f"{source}: {first.what}{rest}", first.remedy, source=source)
    return plan


def look(data: bytes) -> tuple[Plan | None, tuple[Fault, ...]]:
    """Return the plan that a text is, if it can be read, and everything that is wrong with it."""
    if len(data) > LARGEST:
        return None, (Fault("", f"a plan has at most {LARGEST >> 10} KiB", "write less"),)
    text = ""
    try:
        text = data.decode()
        tables = tables_of(text)
    except UnicodeDecodeError:
        return None, (Fault("", "a plan is UTF-8", "save it as UTF-8"),)
    except RecursionError:
        return None, (Fault("", "it is nested too deeply", _SEE),)
    except ValueError as error:
        wrong = no_toml(error, text)
        return None, (Fault("", wrong.what, wrong.remedy),)
    unknown = tuple(_unknown(tables, inspect.type_info(Plan), ""))
    try:
        plan = msgspec.convert(tables, Plan)
    except msgspec.ValidationError as error:
        return None, (*unknown, _wrong_type(error))
    return plan, (*unknown, *(Fault(*each) for each in contradictions(plan)))


def _unknown(value: Any, kind: inspect.Type, where: str) -> Iterator[Fault]:
    """Yield the fields that nobody knows, at whatever depth."""
    if isinstance(kind, inspect.UnionType):
        kind = next((each for each in kind.types if isinstance(each, inspect.StructType)), kind)
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        for at, each in enumerate(value):
            yield from _unknown(each, kind.item_type, f"{where}, item {at + 1}")
    if not isinstance(kind, inspect.StructType) or not isinstance(value, dict):
        return
    known = {each.encode_name: each.type for each in kind.fields}
    for name, inner in value.items():
        place = _inside(where, name)
        if name in known:
            yield from _unknown(inner, known[name], place)
        else:
            yield Fault(place, "there is no field of this name", _instead(name, list(known)))


def _instead(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"call it {near[0]}, or take it out" if near else f"take it out; there may be {', '.join(known)}"


def _wrong_type(error: msgspec.ValidationError) -> Fault:
    said, _, at = str(error).replace("`", "").partition(" - at ")
    where = ""
    for name, number in _STEP.findall(at):
        where = _inside(where, name) if name else f"{where}, item {int(number) + 1 if number.isdigit() else number}"
    if missing := _MISSING.fullmatch(said):
        return Fault(_inside(where, missing[1]), "it is missing", f"add it; {_SEE}")
    said, regex, digits = said.partition(" matching regex")
    if regex and "{64}" in digits:
        return Fault(where, "it is not 64 hexadecimal digits, in small letters", _SEE)
    return Fault(where, clean_line(said[:1].lower() + said[1:], 200), _SEE)


def _inside(where: str, name: str) -> str:
    name = clean_line(name, 80)
    return f"{where}.{name}" if where else name
