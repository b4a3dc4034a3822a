"""What a repair changed: the text files of two installed subjects, compared."""

import difflib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import NamedTuple

import msgspec

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.sandbox import Command, File, Kind, Limits, Provider
from clearinghouse.sandbox.contract import MIB

_LIST = "texts.py"
_LARGEST_FILE = MIB
MOST, FEW = 200, 10
"""Files that may differ; and where it matters which lines were the flaw, for a release can change other things too."""
_LIMITS = Limits(seconds=60, output=8 * MIB)
_READER = msgspec.json.Decoder(dict[str, int])


class Change(NamedTuple):
    """One file of text that a repair changed: its path below the root, and its lines before and after."""

    path: str
    before: list[str]
    after: list[str]

    def ranges(self, versions: tuple[str, str]) -> list[tuple[int, int]]:
        """Return the first and last lines before the repair that it changed or put something beside.

        Lines that only name the version are left out: they change with every release.
        """
        matcher = difflib.SequenceMatcher(None, _neutral(self.before, versions), _neutral(self.after, versions), False)
        return [(low + 1, high) if high > low else (max(1, low), low + 1) for low, high in _spans(matcher)]

    def disguised(self, versions: tuple[str, str]) -> "Change":
        """Return it as if the repaired lines named the version before."""
        before, after = versions
        lines = [line.replace(after, before) for line in self.after] if before and after else self.after
        return self._replace(after=lines)


def changes(provider: Provider, affected: str, fixed: str, root: str, most: int = MOST) -> list[Change]:
    """Return the text files below a folder that differ between two boxes.

    Args:
        most: how many may.

    Raises:
        TaskError: nothing differs in text, or too much does.
    """
    before, after = (_texts(provider, box, root) for box in (affected, fixed))
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    if not names:
        raise TaskError("the repair changes no text that is installed", "take a recipe that is built from source")
    if len(names) > most:
        what = f"the repaired version differs in {len(names)} files, so nothing tells what was the flaw"
        raise TaskError(what, "give the recipe a fix as a patch")
    return [Change(name, _lines(provider, affected, root, name), _lines(provider, fixed, root, name)) for name in names]


def unified(found: list[Change]) -> str:
    """Return changes as a unified diff."""
    return "".join(line for each in found for line in _diff(each))


def _diff(change: Change) -> Iterator[str]:
    old = f"a/{change.path}" if change.before else "/dev/null"
    new = f"b/{change.path}" if change.after else "/dev/null"
    for line in difflib.unified_diff(change.before, change.after, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _texts(provider: Provider, box: str, root: str) -> Mapping[str, int]:
    """Return a checksum of each text file below a folder of a box."""
    program = resources.files("clearinghouse.evaluation.tasks.inside").joinpath(_LIST).read_bytes()
    looking = provider.prepare({_LIST: File(program)}, _LIMITS, over=box)
    try:
        outcome = provider.run(looking, Command(argv=("python3", "-I", f"/work/{_LIST}", root), limits=_LIMITS))
    finally:
        provider.destroy(looking)
    try:
        return _READER.decode(outcome.stdout)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise TaskError(f"{root} cannot be listed in its box", "look at the recipe") from None


def _lines(provider: Provider, box: str, root: str, name: str) -> list[str]:
    (found,) = provider.collect(box, [f"{root}/{name}"], _LARGEST_FILE)
    if found.kind is Kind.MISSING:
        return []
    try:
        if found.kind is not Kind.FILE or found.cut:
            raise TaskError(f"{name} is no file, or is too large", "give the recipe a fix as a patch")
        return found.data.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        raise TaskError(f"{name} is no UTF-8", "give the recipe a fix as a patch") from None


def _neutral(lines: list[str], versions: tuple[str, str]) -> list[str]:
    return ["" if any(version and version in line for version in versions) else line for line in lines]


def _spans(matcher: "difflib.SequenceMatcher[str]") -> Iterator[tuple[int, int]]:
    for tag, low, high, _, _ in matcher.get_opcodes():
        if tag != "equal":
            yield low, high
