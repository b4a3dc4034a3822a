"""``clearinghouse version``: which of two versions is the newer, and whether an advisory affects one."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.batch import answer_lines
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError, path_option, shown
from clearinghouse.cli.output import OK, OutputFormat, write_json
from clearinghouse.formats.document import Document
from clearinghouse.formats.inputs import path_of
from clearinghouse.formats.published import advisories_in, read_advisories
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.packages.ecosystems import ecosystem_of, split_ecosystem
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.match import Answer, ask
from clearinghouse.packages.versions import compare, order_of
from clearinghouse.records import (
    ClearinghouseError,
    Component,
    InventoryItem,
    Problem,
    PublishedAdvisory,
    Unjudged,
)

app = typer.Typer(
    help="Which of two versions is the newer, and whether an advisory affects one.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_MOST_REMEMBERED = 4096
_Text = Annotated[str | None, typer.Argument(show_default=False)]
_Batch = Annotated[
    Path | None, path_option("--batch", "FILE", "JSON lines with these names as keys; - is standard input.")
]
_Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]


class NoAdvisoryError(ClearinghouseError):
    """What was named as an advisory is none, or has nothing in it that can be read."""


@app.command("compare", short_help="Which of two versions is the newer.")
def compare_command(
    ecosystem: _Text = None,
    a: _Text = None,
    b: _Text = None,
    *,
    batch: _Batch = None,
    form: _Form = OutputFormat.TABLE,
) -> None:
    """Print -1 if version A is older than B in its ecosystem, 0 if they are equal, 1 if it is newer.

    ECOSYSTEM is an OSV name (PyPI, Debian:12) or a type of package URL (deb, gem). A version that is none in its
    ecosystem is newer than all that are. "unknown" is printed for an ecosystem whose order is not known here; --batch
    answers {"ecosystem", "a", "b"} with {"result": -1|0|1|null}.

    Exit codes: 0 done; 1 done, but lines of the batch were bad; 2 bad usage.
    """
    asked = {"ecosystem": ecosystem, "a": a, "b": b}
    if batch is not None:
        _see_that_nothing_stands_beside(asked)
        raise typer.Exit(answer_lines(batch, lambda asked: {"result": _compared(asked)}))
    _see_that_all_is_given(asked, "compare")
    result = _compared(asked)
    if form is OutputFormat.JSON:
        write_json({"result": result})
    else:
        print("unknown" if result is None else result)


def _see_that_nothing_stands_beside(asked: dict[str, str | None]) -> None:
    """See that a batch is all that was asked: arguments beside it would count for nothing.

    Raises:
        OptionError: they are there.
    """
    given = next((value for value in asked.values() if value is not None), None)
    if given is not None:
        raise OptionError(
            f"--batch and {shown(given)}", "do not go together", "name the batch alone, or ask one question without it"
        )


def _see_that_all_is_given(asked: dict[str, str | None], verb: str) -> None:
    """See that a question is whole.

    Raises:
        OptionError: an argument is absent.
    """
    missing = [name.upper() for name, value in asked.items() if value is None]
    if missing:
        usage = f"clearinghouse version {verb} {' '.join(asked).upper()}, or --batch FILE"
        raise OptionError(" and ".join(missing), "is not given" if len(missing) == 1 else "are not given", usage)


def _compared(asked: dict[str, Any]) -> int | None:
    ecosystem, a, b = (_text(asked, name) for name in ("ecosystem", "a", "b"))
    return compare(_known_as(ecosystem), a, b)


def _known_as(ecosystem: str) -> str:
    """The name by which an ecosystem has an order; tools have other words for many (``redhat``, ``gems``)."""
    base, colon, release = ecosystem.partition(":")
    return ecosystem if order_of(ecosystem) else f"{ecosystem_of(base) or base}{colon}{release}"


@app.command("affected", short_help="Whether an advisory affects a package at a version.")
def affected_command(
    advisory: _Text = None,
    ecosystem: _Text = None,
    name: _Text = None,
    version: _Text = None,
    *,
    batch: _Batch = None,
    form: _Form = OutputFormat.TABLE,
) -> None:
    """Say whether an advisory affects a package at a version, why, and which versions are fixed.

    ADVISORY is a file: OSV (JSON or YAML), RustSec, CVE. In a batch it may also stand there as an object; lines are
    {"advisory", "ecosystem", "name", "version"}, answers {"affected": true|false|null, "why", "fixed": []}, where null
    is unknown.

    Exit codes: 0 done; 1 done, but lines of the batch were bad; 2 bad usage.
    """
    asked = {"advisory": advisory, "ecosystem": ecosystem, "name": name, "version": version}
    if batch is not None:
        _see_that_nothing_stands_beside(asked)
        raise typer.Exit(answer_lines(batch, lambda asked: msgspec.to_builtins(_asked(asked))))
    _see_that_all_is_given(asked, "affected")
    answer = _asked(asked)
    if form is OutputFormat.JSON:
        write_json(answer)
        raise typer.Exit(OK)
    say({True: "affected", False: "not affected", None: "unknown"}[answer.affected])
    say(answer.why)
    if answer.fixed:
        say(f"Fixed in {', '.join(answer.fixed)}.")


def _asked(asked: dict[str, Any]) -> Answer:
    ecosystem, name, version = (_text(asked, key) for key in ("ecosystem", "name", "version"))
    written = asked.get("advisory")
    if isinstance(written, dict):
        advisories = _advisories_of(msgspec.json.encode(written))
    else:
        advisories = advisories_at(path_of(_text(asked, "advisory")))
    base, colon, release = ecosystem.partition(":")
    component = Component(name=name, ecosystem=f"{ecosystem_of(base) or base}{colon}{release}", version=version)
    package = package_of(InventoryItem(inventory="", written=name, component=component))
    if isinstance(package, Unjudged):
        return Answer(None, package.reason)
    answer = ask(advisories, package)
    if answer.affected is False and order_of(package.ecosystem) is None and not _names(advisories, package):
        return Answer(None, f"Versions of {clean_line(ecosystem, 100)} packages cannot be compared here.")
    return answer


def _names(advisories: tuple[PublishedAdvisory, ...], package: PackageId) -> bool:
    """Whether an advisory lists versions of this package, so that its order is not needed."""
    return any(
        affected.versions
        for advisory in advisories
        for affected in advisory.body.affected
        if split_ecosystem(affected.component.ecosystem)[0] == package.ecosystem
    )


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if value is None:
        raise OptionError(name, "is not given", f"{name} as text")
    if not isinstance(value, str):
        raise OptionError(name, f"is {shown(value)}", f"{name} as text")
    return value


@lru_cache(maxsize=_MOST_REMEMBERED)
def advisories_at(path: Path) -> tuple[PublishedAdvisory, ...]:
    """Return the advisories in a file: of a record, itself.

    Raises:
        NoAdvisoryError: it is a folder, or there is none in it.
    """
    if path.is_dir():
        raise NoAdvisoryError(
            f"{printable_name(str(path))} is a folder, and one advisory is asked about",
            "name its file; `clearinghouse match` takes folders",
        )
    records = (record for report in read_advisories([path]) for record in report.records)
    return _only_advisories(list(records), str(path))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _advisories_of(data: bytes) -> tuple[PublishedAdvisory, ...]:
    return _only_advisories(list(advisories_in(Document.from_bytes("the advisory", data))), "the object")


def _only_advisories(records: list[Any], where: str) -> tuple[PublishedAdvisory, ...]:
    found = tuple(record for record in records if isinstance(record, PublishedAdvisory))
    if not found:
        said = next((record.message for record in records if isinstance(record, Problem)), "There is none in it.")
        raise NoAdvisoryError(
            f"{clean_line(where)} is no advisory: {said.rstrip('.')}", "name an OSV, RustSec or CVE record"
        )
    return found
