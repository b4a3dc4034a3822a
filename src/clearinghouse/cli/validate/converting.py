"""``clearinghouse validate convert``: what senders give in other shapes, turned into a recipe where it suffices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.cli.validate.group import Form, app, content_of, form_of
from clearinghouse.formats.text import clean_line
from clearinghouse.validation.conversion import CrashPair, Side, from_crash_pair, from_mantis
from clearinghouse.validation.converted import Converted
from clearinghouse.validation.errors import ValidationError

_MOST_FILES = 256

Folder = Annotated[
    Path, typer.Option("--to", metavar="FOLDER", help="Where the recipe is written; it must not be there.")
]
Affected = Annotated[str, typer.Option("--affected", metavar="PURL-or-FILE", help="Package URL, or a source archive.")]
Fixed = Annotated[
    str,
    typer.Option("--fixed", metavar="PURL-or-FILE", help="Package URL, a source archive, or a patch (.patch, .diff)."),
]


@app.command("convert", short_help="Turn a Mantis finding, or a crash and its input, into a recipe.")
def convert_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A Mantis finding, or the log of a crash.")],
    *,
    to: Folder,
    affected: Affected = "",
    fixed: Fixed = "",
    files: Annotated[Path | None, typer.Option("--files", metavar="FOLDER", help="What came with a finding.")] = None,
    contains: Annotated[str, typer.Option("--contains", help="A text of its output that shows the flaw.")] = "",
    testcase: Annotated[Path | None, typer.Option("--testcase", metavar="FILE", help="The input that crashes.")] = None,
    target: Annotated[str, typer.Option("--target", help="The fuzz target, below the folder of the source.")] = "",
    output: Form = "text",
) -> None:
    """Write a recipe from what somebody sent, or say what is missing for one. Nothing is guessed, and nothing is run.

    Exit code 0: a recipe was written. 1: something is missing, and is listed.
    """
    form = form_of(output)
    if to.exists():
        raise ValidationError(f"{to} is there already", "name a folder that is not")
    sides = (_side(affected), _side(fixed))
    if testcase is not None:
        log = content_of(path).decode(errors="replace")
        title = f"A crash of {target or 'a fuzz target'}"
        makefile = bool(sides[0].archive)
        found = from_crash_pair(
            CrashPair(
                title=title,
                target=target,
                testcase=content_of(testcase),
                log=log,
                before=sides[0],
                after=sides[1],
                makefile=makefile,
            )
        )
    else:
        given = dict(_given(files)) if files else {}
        found = from_mantis(_finding(path), given, affected=sides[0], fixed=sides[1], contains=contains)
    if found.files:
        _write(to, found.files)
    _tell(found, to, form)
    raise typer.Exit(OK if found.files else ATTENTION)


def _side(text: str) -> Side:
    if not text or text.startswith("pkg:"):
        return Side(purl=text)
    data = content_of(Path(text))
    return Side(patch=data) if text.endswith((".patch", ".diff")) else Side(archive=data)


def _finding(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(content_of(path), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        what = f"{path} is no finding of Mantis: no JSON object"
        raise ValidationError(what, "name one, or the input of a crash with --testcase") from None


def _given(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what came with a finding, by its path below the folder."""
    for count, path in enumerate(sorted(each for each in folder.rglob("*") if each.is_file())):
        if count >= _MOST_FILES:
            raise ValidationError(f"{folder} has more than {_MOST_FILES} files", "give those that the finding names")
        yield str(path.relative_to(folder)), content_of(path)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                out.write(data)
    except OSError as error:
        raise ValidationError(f"{folder} cannot be written: {error.strerror}", "name another folder") from None


def _tell(found: Converted, to: Path, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        missing = msgspec.to_builtins(found.missing)
        write_json({"recipe": str(to) if found.files else None, "missing": missing, "notes": found.notes})
        return
    for each in found.missing:
        say(f"missing: {each.part.value}: {clean_line(each.why)}")
    for note in found.notes:
        say(f"note: {clean_line(note)}")
    say(
        f"The recipe is {to}. Read it, and then: clearinghouse validate {to}"
        if found.files
        else "No recipe was written."
    )
