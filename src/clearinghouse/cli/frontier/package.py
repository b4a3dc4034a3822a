"""``clearinghouse frontier package``: one archive of everything that an assessment rests on."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearinghouse.cli.frontier.group import app, need
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError, a_word
from clearinghouse.cli.output import OK, OutputFormat, write_json
from clearinghouse.formats.text import plural, printable_name

if TYPE_CHECKING:  # loaded when the verb is used
    from securesystemslib.signer import Signer

    from clearinghouse.evaluation.determination.package.building import Packed
    from clearinghouse.evaluation.determination.package.manifest import Manifest
    from clearinghouse.evaluation.determination.record import Person

READERS = ("public", "developer", "overseer", "court")
_MOST_SHOWN = 20


@app.command("package", short_help="One archive of the evidence, for one audience.")
def package_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of an assessment.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The archive that is written (zip).")],
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="Signs the list of all files.")],
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who makes it: stands in the list and the log.")],
    office: Annotated[str, typer.Option("--office", metavar="TEXT", help="In which office.")] = "",
    reader: Annotated[
        str, typer.Option("--for", metavar="|".join(READERS), help="Who is given it; each is given what it may see.")
    ] = "public",
    output: Annotated[
        OutputFormat, typer.Option("--format", help="table for people, json for programs.")
    ] = OutputFormat.TABLE,
) -> None:
    """Write everything that an assessment and its determinations rest on into one archive.

    One signed list is made of the folder, and archives for all audiences rest on it: what an audience is not given is
    listed by its digest. While nothing in the folder changes, the list stays, and equal archives are equal to the byte.
    Keys, shares, drafts and what opens thresholds go into no archive.

    Exit code 0: it is written. 2: something cannot be read, signed or written, or is not as it is cited.
    """
    need("numpy", "scipy", "securesystemslib")
    from clearinghouse.evaluation.determination.package.building import pack  # noqa: PLC0415
    from clearinghouse.evaluation.determination.record import Audience, Person  # noqa: PLC0415
    from clearinghouse.trust.keys import signer_of  # noqa: PLC0415

    audience = Audience(a_word("--for", reader, READERS))
    _require_room(out)
    if not who.strip():
        raise OptionError("--who", "is empty", "name who makes the package")
    signer = signer_of(key, public)
    by = Person(name=who, office=office or "assessor", key=signer.public_key.keyid)
    manifest, left_out = _list_of(folder, signer, by)
    packed = pack(folder, manifest, out, audience)
    if output is OutputFormat.JSON:
        write_json({"package": str(out), "made": manifest.made, "left_out": left_out, **_told(packed)})
    else:
        _tell(out, packed, left_out)
    raise typer.Exit(OK)


def _require_room(out: Path) -> None:
    """See that an archive takes the place of nothing.

    Raises:
        OptionError: something is there, or the folder is not.
    """
    name = printable_name(str(out))
    if not out.parent.is_dir():
        raise OptionError(f"--out {name}", "is in a folder that does not exist", "make it, or name another")
    if out.exists() or out.is_symlink():
        raise OptionError(f"--out {name}", "is there already", "choose another name, or move it away")


def _list_of(folder: Path, signer: "Signer", by: "Person") -> tuple["Manifest", tuple[str, ...]]:
    """The signed list of a folder: the one that is there, where it is this key's and nothing has changed since.

    Nothing is signed over a folder of which something is not as it is cited.
    """
    from clearinghouse.evaluation.determination.package.building import current, make_list  # noqa: PLC0415
    from clearinghouse.evaluation.determination.package.cited import demand_cited  # noqa: PLC0415

    demand_cited(folder)
    there = current(folder, signer)
    if there is not None:
        return there.manifest, there.left_out
    made = make_list(folder, signer, by, dt.datetime.now(dt.UTC))
    return made.manifest, made.left_out


def _told(packed: "Packed") -> dict[str, object]:
    return {"for": packed.audience.value, "files": packed.files, "withheld": packed.withheld}


def _tell(out: Path, packed: "Packed", left_out: tuple[str, ...]) -> None:
    say(f"{printable_name(str(out))}: {plural(packed.files, 'file')} for: {packed.audience.value}")
    for title, found in (("listed, and given to others", packed.withheld), ("in no package", left_out)):
        if found:
            say(f"{title}: {len(found)}")
            for name in found[:_MOST_SHOWN]:
                say(f"  {printable_name(name)}")
            if len(found) > _MOST_SHOWN:
                say(f"  and {len(found) - _MOST_SHOWN} more")
    say("Whoever has it checks it with `clearinghouse frontier verify`.")
