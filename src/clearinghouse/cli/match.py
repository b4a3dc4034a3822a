"""``clearinghouse match``: which advisories meet what an inventory lists."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.about import UnknownAdvisoryError, show_about, write_about
from clearinghouse.cli.judged import NO_CLEAN_RESULT, is_judged_in_part, nothing_judged, why_unjudged
from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import Kev, path_option, paths_to
from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    failure,
    problem_lists,
    show_problems,
    write_members,
)
from clearinghouse.cli.progress import preparing, reading
from clearinghouse.formats.text import plural
from clearinghouse.packages.identity import PackageId
from clearinghouse.records import ClearinghouseError, Exposure, MatchClass, Problem
from clearinghouse.triage.deployer import Deployer, Met, look_up

Advisories = Annotated[
    list[Path] | None,
    path_option(
        "--advisories",
        "PATH",
        "What is published: OSV, RustSec, Retire.js, CVE or CSAF documents, archives and folders of them; may be "
        "repeated. Without it, the feeds that were synced are read.",
    ),
]
_NEXT = {
    True: "Next: `clearinghouse plan` says what to do by when.",
    False: "Next: --format json has every answer.",
}
_MOST_ROWS = 60
_MOST_REASONS = 10
_WORDS = {
    MatchClass.EXACT: "this version is named",
    MatchClass.RANGE: "in an affected range",
    MatchClass.NAME_ONLY: "it is this, and one of the two gives no version",
    MatchClass.POSSIBLE: "it may be this",
}


class _Row(msgspec.Struct, frozen=True, gc=False):
    """One match as it is printed. Field names and their order are the interface."""

    component: str
    purl: str | None
    advisory: str
    aliases: tuple[str, ...]
    class_: str = msgspec.field(name="class")
    fixed: tuple[str, ...]
    why: dict[str, str | None]
    question: str | None
    title: str
    package: str
    inventory: str
    asset: str | None


def command(
    paths: Annotated[list[Path], paths_to("Inventories")],
    *,
    advisories: Advisories = None,
    kev: Kev = None,
    about: Annotated[
        str | None,
        typer.Option(
            metavar="ADVISORY",
            help="Ask about one advisory: which of the components that it names it affects, and why not the others.",
        ),
    ] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="What to write.")] = OutputFormat.TABLE,
) -> None:
    """Say which advisories meet what inventories list: SBOMs, lockfiles, package lists, spreadsheets.

    Each match has a class: exact, range, name-only or possible; the last two come with the question that would settle
    them. What could not be judged is listed with why; it is never taken for safe.

    Exit code 0: nothing is affected. 1: something is or may be affected, or could not be read. 2: a path that was named
    is missing or of no known format, an option is wrong, or not one component could be judged.
    """
    gc.disable()  # hundreds of thousands of small records and no cycles among them
    asked = [*paths, *(advisories or ()), *(kev or ())]
    try:
        with reading(asked) as notice:
            found = look_up(paths, advisories=advisories or [], kev=kev or [], notice=notice, preparing=preparing)
            nothing = nothing_judged(found)
    except Exception as error:
        if output is OutputFormat.JSON:
            _write_failure(failure(error, asked))
            if isinstance(error, ClearinghouseError):
                raise typer.Exit(BAD_INPUT) from error
        raise
    if about is not None:
        nothing = nothing if not len(found.stock) else None  # that an advisory names none of it is an answer
        affected = _tell(found, about, asked, output, nothing)
        raise typer.Exit(match_exit_code(found, affected=affected))
    if output is OutputFormat.JSON:
        affected = _write(found, asked, nothing)
    else:
        sys.stdout.flush()
        affected = _show(found, judged=nothing is None)
        say(*((NO_CLEAN_RESULT, "bold") if nothing else (_NEXT[affected],)))
        if nothing:
            raise nothing
    raise typer.Exit(BAD_INPUT if nothing else match_exit_code(found, affected=affected))


def _tell(
    found: Deployer, about: str, asked: Sequence[Path], output: OutputFormat, nothing: ClearinghouseError | None
) -> bool:
    """Answer for one advisory; return whether anything is, or may be, affected. ``nothing``: why there is no answer."""
    if output is not OutputFormat.JSON:
        affected = show_about(found, about)
        sys.stdout.flush()
        if nothing:
            raise nothing
        return affected
    try:
        affected = write_about(found, about, asked, [failure(nothing, asked)] if nothing and not found.failed else [])
    except UnknownAdvisoryError as error:
        _write_failure(failure(error, asked))
        raise typer.Exit(BAD_INPUT) from error
    if nothing:
        raise typer.Exit(BAD_INPUT)
    return affected


def match_exit_code(found: Deployer, *, affected: bool) -> int:
    """Return the exit code of a command that has matched what it could."""
    if found.failed:
        return BAD_INPUT
    return ATTENTION if affected or found.needs_attention else OK


def _write(found: Deployer, asked: Sequence[Path], nothing: ClearinghouseError | None) -> bool:
    """Write the JSON document piece by piece; return whether anything is, or may be, affected."""
    sys.stdout.buffer.write(b'{"components":%d,\n' % len(found.stock))
    counts: Counter[str] = Counter()
    problems = [*found.problems, *([failure(nothing, asked)] if nothing and not found.failed else ())]
    lists: dict[str, Iterable[Any]] = {
        "matches": _match_rows(found, counts),
        "unmatched": unmatched_rows(found),
        "informational": _informational_rows(found),
        **problem_lists(problems),
    }
    last = {"inventories": len(found.stock.inventories), "distinct": len(found.stock.components)}
    write_members(lists, last, asked)
    return bool(counts)


def _write_failure(problem: Problem) -> None:
    sys.stdout.buffer.write(b'{"components":0,\n')
    empty: dict[str, Iterable[Any]] = {"matches": (), "unmatched": (), "informational": ()}
    write_members(empty | problem_lists([problem]), {"inventories": 0, "distinct": 0})


def _match_rows(found: Deployer, counts: Counter[str]) -> Iterator[_Row]:
    for met in found:
        for exposure in met.verdict.exposures:
            counts[exposure.match] += 1
            yield _row(met, exposure)


def _informational_rows(found: Deployer) -> Iterator[_Row]:
    return (_row(met, exposure) for met in found for exposure in met.verdict.informational)


def _row(met: Met, exposure: Exposure) -> _Row:
    package = met.held.package
    return _Row(
        component=met.held.item.written,
        purl=package.purl if isinstance(package, PackageId) else None,
        advisory=exposure.advisory,
        aliases=exposure.aliases,
        class_=exposure.match.value,
        fixed=exposure.fixed,
        why=_why(exposure),
        question=exposure.question,
        title=exposure.title,
        package=exposure.package,
        inventory=met.inventory.id,
        asset=met.asset.name if met.asset else None,
    )


def _why(exposure: Exposure) -> dict[str, str | None]:
    why = exposure.why
    told = {
        "kind": why.kind,
        "introduced": why.introduced,
        "fixed": why.fixed,
        "last_affected": why.last_affected,
    }
    return told | {"text": why.text} if why.text is not None else told


def unmatched_rows(found: Deployer) -> Iterator[dict[str, str | None]]:
    """Yield what could not be judged, with why."""
    for met in found:
        for item in met.verdict.unjudged:
            yield {
                "component": met.held.item.written,
                "reason": item.reason,
                "code": item.code,
                "advisory": item.advisory,
                "inventory": met.inventory.id,
                "asset": met.asset.name if met.asset else None,
            }


def _show(found: Deployer, *, judged: bool) -> bool:
    show_problems(found.problems)
    rows: list[tuple[str, ...]] = []
    classes: Counter[MatchClass] = Counter()
    components: set[int] = set()
    unjudged: Counter[str] = Counter()
    in_part = 0
    for met in found:
        if met.verdict.exposures:
            components.add(id(met.held))
        for exposure in met.verdict.exposures:
            classes[exposure.match] += 1
            if len(rows) < _MOST_ROWS:
                rows.append(_cells(met, exposure))
        unjudged.update(why_unjudged(met))
        in_part += is_judged_in_part(met)
    if rows:
        show_table("What is, or may be, affected", ("component", "advisory", "class", "fixed in, or asked"), rows)
        if sum(classes.values()) > len(rows):
            rest = plural(sum(classes.values()) - len(rows), "more match", "more matches")
            say(f"... and {rest}; --format json lists all.")
        say()
    for kind, words in _WORDS.items():
        if classes[kind]:
            say(f"{plural(classes[kind], 'match', 'matches')} of class {kind.value}: {words}.")
    _show_unjudged(unjudged, in_part)
    say(_summary(found, len(components), judged=judged))
    return bool(classes)


def _show_unjudged(reasons: Counter[str], in_part: int) -> None:
    for reason, count in reasons.most_common(_MOST_REASONS):
        say(f"{plural(count, 'component')} could not be judged: {reason}")
    if len(reasons) > _MOST_REASONS:
        say(f"... and for {plural(len(reasons) - _MOST_REASONS, 'other reason')}; --format json lists them.")
    if in_part:
        say(f"{plural(in_part, 'component')} could be judged only in part: an advisory gives no range to compare.")


def _summary(found: Deployer, affected: int, *, judged: bool) -> str:
    inventories = plural(len(found.stock.inventories), "inventory", "inventories")
    size = f"{plural(len(found.stock), 'component')} in {inventories}"
    if not affected:
        return f"{size}; {'none is known to be affected' if judged else 'none was judged'}."
    return f"{size}; {plural(affected, 'distinct one is', 'distinct ones are')}, or may be, affected."


def _cells(met: Met, exposure: Exposure) -> tuple[str, ...]:
    told = exposure.question or ", ".join(exposure.fixed[:3]) or "no fix is named"
    where = f" ({met.asset.name})" if met.asset and met.asset.name else ""
    names = " ".join((exposure.advisory, *(name for name in exposure.aliases if name.startswith("CVE-"))))
    return f"{met.held.item.written}{where}", names, exposure.match.value, told
