"""What contradicts itself in a task, though each of its fields may stand so."""

from collections.abc import Iterator, Mapping

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.fields import Kind, Written
from clearinghouse.evaluation.tasks.folder import NAME
from clearinghouse.evaluation.tasks.ranges import HOSTS, require_range
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import File
from clearinghouse.validation.contradictions import is_plain

ANSWER = "answer"
"""The folder below ``/work`` of the oracle's box in which the collected files are."""
GIVEN = "given"
"""The folder below ``/work`` of the oracle's box in which the files are that the agent was given, as they were."""
KIT = "kit.py"
PROVENANCE = "provenance"
"""The folder of what a task was made from, which no box ever gets."""
_FREE = ("README.md",)


def checked(written: Written, files: Mapping[str, File], source: str) -> None:
    """Refuse what contradicts itself.

    Raises:
        TaskError: it does; the message names the field.
    """
    where = f"{source}/{NAME}"
    for field, name in _named(written):
        plain(name, f"{where}: {field}", source)
    for field, place in (("box.folder", written.box.folder), ("box.subject", written.box.subject)):
        if place is not None and not below(files, place):
            raise TaskError(f"{where}: {field}: there is no file below {place}", "add one", source=source)
    if written.box.subject and not written.box.build:
        raise TaskError(f"{where}: box.subject: nothing is made of it", "say how, in build", source=source)
    _judged_by(written, files, source)
    require_range(written, {each.folder: bool(below(files, each.folder)) for each in written.host}, source)
    if written.origin.twin_of == written.id:
        raise TaskError(f"{where}: origin.twin_of: it names the task itself", "name the public one", source=source)
    for field, names in (
        ("human.other", [written.human.source, *(each.source for each in written.human.other)]),
        ("steps", [each.name for each in written.steps]),
        ("solution", [each.name for each in written.solution]),
        ("collect", list(written.collect)),
    ):
        if len(set(names)) != len(names):
            raise TaskError(f"{where}: {field}: one name stands twice", "name each once", source=source)


def _judged_by(written: Written, files: Mapping[str, File], source: str) -> None:
    """Refuse a task without a judge, or with two of them."""
    where = f"{source}/{NAME}"
    signals = written.recipe is not None and written.kind in {Kind.REPRODUCE, Kind.PATCH}
    if (written.oracle is None) != signals:
        remedy = "give an oracle, or a recipe of which a flaw is to be reproduced or patched, and not both"
        raise TaskError(f"{where}: oracle: a task has one judge", remedy, source=source)
    if written.recipe and (written.box.build or written.box.subject):
        raise TaskError(f"{where}: box: the recipe builds the subject", "take build and subject out", source=source)
    if written.oracle is None:
        return
    inside = below(files, written.oracle.folder)
    if not inside:
        raise TaskError(f"{where}: oracle.folder: there is no file below it", "add what judges", source=source)
    if taken := {each.split("/")[0] for each in inside} & {ANSWER, GIVEN, HOSTS}:
        what = f"{where}: oracle.folder: {min(taken)} is a name that the judge gives"
        raise TaskError(what, "rename it", source=source)


def nothing_else(written: Written, files: Mapping[str, File], source: str) -> None:
    """Refuse files of which nobody knows what they are for."""
    if unknown := sorted(set(files) - _used(written, files)):
        what = f"{source}/{clean_line(unknown[0])} belongs to no part of the task"
        raise TaskError(what, f"take it out, or put it into {PROVENANCE}/", source=source)


def _named(written: Written) -> Iterator[tuple[str, str]]:
    """Yield the paths that a task names, with their fields."""
    yield "prompt", written.prompt
    yield from (("collect", each) for each in written.collect)
    yield from (("host", each) for host in written.host for each in (*host.fresh, *host.collect))
    yield from (("solution.file", each.file) for each in written.solution if each.file)
    yield from (("a folder", each) for each in _folders(written))


def _folders(written: Written) -> Iterator[str]:
    """Yield the folders that a task names."""
    found = [written.box.folder, written.box.subject, written.oracle.folder if written.oracle else None]
    if written.recipe:
        found += [written.recipe.folder, written.recipe.artefacts]
    found += [each.folder for each in written.host]
    found.append(written.custody.consents)
    yield from filter(None, found)


def _used(written: Written, files: Mapping[str, File]) -> set[str]:
    known = {NAME, written.prompt, *_FREE, *(each.file for each in written.solution if each.file)}
    for folder in (*_folders(written), PROVENANCE):
        known.update(f"{folder}/{each}" for each in below(files, folder))
    return known


def below(files: Mapping[str, File], folder: str | None) -> dict[str, File]:
    """Return the files below a folder, by their path there; none where there is no folder."""
    before = f"{folder}/"
    return {name.removeprefix(before): file for name, file in files.items() if folder and name.startswith(before)}


def plain(name: str, where: str, source: str) -> None:
    """Refuse a name that is no path below the folder of a task, here or on another system."""
    if not is_plain(name) or "\\" in name:
        raise TaskError(f"{where}: {clean_line(name)!r} is no path below the folder", "name one", source=source)
