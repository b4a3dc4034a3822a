"""``clearinghouse validate verify``: who vouches for a verdict."""

import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.cli.validate.group import LARGEST, Form, app, content_of, form_of
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.trust.envelope import verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.validation.attestation import EVIDENCE, said_by
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.kept import BLOBS
from clearinghouse.validation.recipe import load


@app.command("verify", short_help="Check a signed verdict, and what it rests on.")
def verify_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A signed verdict (verdict.intoto.json).")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    threshold: Annotated[int, typer.Option("--threshold", min=1, help="How many of them must have signed.")] = 1,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="RECIPE", help="The recipe that the verdict must be about.")
    ] = None,
    output: Form = "text",
) -> None:
    """Check who signed a verdict, that nothing of it was changed, and that the evidence beside it is what it names.

    Exit code 0: it holds, with all its evidence. 1: it holds, and evidence is not here. 2: it does not, and why.
    """
    form = form_of(output)
    verified = verify(content_of(path), KeyRing.load(key), threshold)
    said = said_by(verified.statement)
    if recipe is not None and load(recipe).digest != said.recipe["sha256"]:
        raise ValidationError(f"{path} is about another recipe than {recipe}", "name the recipe that was validated")
    named = [each.digest.sha256 for each in verified.statement.subject if each.name.startswith(f"{EVIDENCE}:")]
    checked, missing = _evidence(path.parent / BLOBS, named)
    found = {
        "verdict": said.verdict,
        "why": said.why,
        "recipe": said.recipe,
        "started": said.started,
        "isolation": said.isolation,
        "keys": verified.keyids,
        "evidence": {"checked": checked, "absent": missing},
    }
    if form is OutputFormat.JSON:
        write_json(found)
        raise typer.Exit(ATTENTION if missing else OK)
    say(f"{said.verdict}: {said.why}")
    say(f"  recipe     {clean_line(said.recipe.get('title', ''))}")
    say(f"  signed by  {', '.join(verified.keyids)}")
    say(f"  isolation  {said.isolation.get('tier')}, {said.isolation.get('provider')}")
    say(f"  evidence   {plural(checked, 'file')} as the verdict names them; not here: {missing}")
    raise typer.Exit(ATTENTION if missing else OK)


def _evidence(folder: Path, digests: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces of evidence are there and right, and how many are not there.

    Raises:
        ValidationError: one is there and is not what its name says.
    """
    checked = missing = 0
    for digest in dict.fromkeys(digests):
        found = _digest_of(folder, digest)
        if found is None:
            missing += 1
        elif found == digest:
            checked += 1
        else:
            what = f"{folder / digest} was changed: its digest is another"
            raise ValidationError(what, "do not believe this evidence")
    return checked, missing


def _digest_of(folder: Path, name: str) -> str | None:
    """Return the digest of a file of a folder that others filled; None where there is none.

    No link is followed, of the file or of its folder, and nothing but a plain file is waited for or read.

    Raises:
        ValidationError: there is something else, or it cannot be read.
    """
    path = folder / name
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        finally:
            os.close(at)
        with open(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if stat.S_ISREG(state.st_mode):
                if state.st_size > LARGEST:  # which may be a hole without end
                    what = f"{path} has more than {LARGEST >> 20} MiB, which no evidence has"
                    raise ValidationError(what, "do not believe this evidence")
                return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO, errno.ENOTDIR, errno.EISDIR}:
            why = error.strerror or type(error).__name__
            raise ValidationError(f"{path} cannot be read: {why}", "look at its permissions") from None
    raise ValidationError(f"{path} is a link, or no file", "put the evidence itself there, as validate --keep wrote it")
