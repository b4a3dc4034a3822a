"""``clearinghouse frontier report``: documents for people, made from an assessment and a determination."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearinghouse.cli.frontier.group import app
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError, a_word
from clearinghouse.cli.output import OK
from clearinghouse.formats.text import printable_name

if TYPE_CHECKING:  # loaded when the verb is used
    from clearinghouse.evaluation.reports import Kind
    from clearinghouse.evaluation.reports.folder import Facts

KINDS = ("assessment", "determination", "letter", "summary")
FORMS = ("html", "text", "json")
READERS = ("public", "developer", "overseer", "court")


@app.command("report", short_help="Write a report, a letter or a summary for people.")
def report_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of an assessment.")],
    *,
    kind: Annotated[str, typer.Option("--kind", metavar="|".join(KINDS), help="Which document.")] = "assessment",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to; without it to standard output.")
    ] = None,
    output: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMS), help="A page, plain text, or data for programs.")
    ] = "html",
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed; for a determination."),
    ] = None,
    number: Annotated[
        str, typer.Option("--number", metavar="NUMBER", help="Of the determination, where there are several.")
    ] = "",
    reader: Annotated[
        str,
        typer.Option(
            "--for", metavar="|".join(READERS), help="Who reads a determination: shows what that one may see."
        ),
    ] = "public",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day that counts as today."),
    ] = None,
) -> None:
    """Write the report of an assessment, or the record, the letter or the public summary of a determination.

    All are made from the same facts. A determination is read only with the signature of its officer (--key). A letter
    and a summary hold nothing that is withheld, whoever reads them.

    Exit code 0: it is written. 2: something cannot be read, is not to be believed, or would show what is withheld.
    """
    from clearinghouse.evaluation.reports import Form, Kind, document_of, render  # noqa: PLC0415

    which = Kind(a_word("--kind", kind, KINDS))
    form = Form(a_word("--format", output, FORMS))
    facts = _facts(folder, which, key, number, a_word("--for", reader, READERS), as_of)
    text = render(document_of(which, facts), form)
    if out is None:
        typer.echo(text, nl=False)
        raise typer.Exit(OK)
    _write(out, text)
    say(f"{printable_name(str(out))}: {which.value}, {form.value}")
    raise typer.Exit(OK)


def _facts(
    folder: Path, kind: "Kind", key: Path | None, number: str, reader: str, as_of: dt.datetime | None
) -> "Facts":
    from clearinghouse.evaluation.determination.record import Audience  # noqa: PLC0415
    from clearinghouse.evaluation.reports.folder import Facts, assessment_in, facts_in  # noqa: PLC0415
    from clearinghouse.trust.keys import KeyRing  # noqa: PLC0415

    if kind.value == "assessment":
        return Facts(assessment=assessment_in(folder)[0])
    if key is None:
        raise OptionError(f"--kind {kind.value}", "needs the keys that are believed", "--key FILE-or-FOLDER")
    audience = Audience(reader) if kind.value == "determination" else Audience.PUBLIC
    return facts_in(folder, KeyRing.load(key), _moment(as_of), audience, number)


def _moment(as_of: dt.datetime | None) -> dt.datetime:
    """The end of the day that counts as today; without one, now."""
    if as_of is None:
        return dt.datetime.now(dt.UTC)
    return as_of.replace(hour=23, minute=59, second=59, tzinfo=dt.UTC)


def _write(out: Path, text: str) -> None:
    """Write a document, whole or not at all, in the place of nothing but an earlier one.

    Raises:
        ReportError: something else is there. LedgerError: it cannot be written.
    """
    from clearinghouse.evaluation.ledger.files import write  # noqa: PLC0415
    from clearinghouse.evaluation.reports.places import require_room  # noqa: PLC0415

    require_room(out)
    write(out, text.encode("utf-8"))
