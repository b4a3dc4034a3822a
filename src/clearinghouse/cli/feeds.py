"""``clearinghouse feeds``: the outside feeds, brought up to date, and how they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, Progress, TextColumn

from clearinghouse.cli.feeds_output import as_row, in_bytes, problems_of, show_outcomes, show_status
from clearinghouse.cli.layout import say, stderr
from clearinghouse.cli.options import path_option
from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    OutputFormat,
    failure,
    problem_lists,
    show_problems,
    write_json,
)
from clearinghouse.feeds import (
    Feed,
    Outcome,
    Retention,
    State,
    Store,
    StoreBusyError,
    StoreError,
    UnknownFeedError,
    stale_notices,
    status,
    store_folder,
)
from clearinghouse.feeds.errors import FeedError, SettingsError
from clearinghouse.feeds.outcome import Notice
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError, Problem

_CODES: dict[type[ClearinghouseError], str] = {
    UnknownFeedError: "unknown_feed",
    StoreBusyError: "store_busy",
    StoreError: "store_unusable",
    SettingsError: "bad_settings",
    FeedError: "no_origin",
}

app = typer.Typer(
    help="The outside feeds (OSV, KEV, EPSS, SSVC, CSAF): fetched, verified, kept with their history.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Place = Annotated[
    Path | None,
    path_option("--store", "FOLDER", "Where feeds are kept; else CLEARINGHOUSE_STORE, else XDG_DATA_HOME."),
]
Form = Annotated[OutputFormat, typer.Option("--format", help="table for people, json for programs.")]


@app.command("sync", short_help="Fetch what is new, check it, and adopt it.")
def sync_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Feeds or kinds: kev, epss, vulnrichment, rustsec, osv, osv/PyPI, csaf."),
    ] = None,
    *,
    origin: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="URL-or-DIR", help="A mirror or folder that stands in the place of the origins."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="NAME", help="Adopt the version of this feed that waits; may be repeated."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Then drop old versions: beyond a month one a month stays, for three years.")
    ] = False,
    store: Place = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Fetch what is new, check it, and adopt it.

    What is no such document, cut off, or empty is never adopted; a feed that loses more than a tenth of its records
    waits until somebody names it with --accept. What was adopted before holds until then.

    Exit codes: 0 done; 1 a feed failed or waits; 2 bad usage, or the store cannot be used.
    """
    with _told(form, store), _opened(store) as opened:
        accepted = opened.settings.expand(accept or ())
        wanted = opened.settings.expand(names or ()) if names or accepted else opened.settings.default
        feeds = list({feed.name: feed for feed in (*wanted, *accepted)}.values())
        outcomes = _run(opened, feeds, origin, [feed.name for feed in accepted])
        dropped = 0
        if prune:
            with opened.locked():
                dropped = len(opened.prune(Retention()))
        found = problems_of(outcomes)
        _write_sync(opened, outcomes, [*found, *stale_notices(opened, feeds)], dropped, form)
    raise typer.Exit(ATTENTION if found else OK)


@app.command("status", short_help="What is held of each feed, and how old it is.")
def status_command(store: Place = None, form: Form = OutputFormat.TABLE) -> None:
    """Say what is held of each feed, how old it is, and what is wrong with it.

    Exit codes: 0 done; 1 a feed failed or waits; 2 bad usage, or the store cannot be used.
    """
    with _told(form, store), _opened(store) as opened:
        held = [opened.settings.feed(name) for name in opened.feeds() if _is_known(opened, name)]
        feeds = list({feed.name: feed for feed in (*opened.settings.default, *held)}.values())
        states = status(opened, feeds)
        found = problems_of(states)
        notices = list(stale_notices(opened, feeds))
        if form is OutputFormat.JSON:
            write_json({"feeds": [as_row(opened, each) for each in states], **problem_lists([*found, *notices])})
        else:
            show_status(states)
            show_problems(found)
            say(_next(states))
    raise typer.Exit(ATTENTION if found else OK)


def _run(store: Store, feeds: Sequence[Feed], origin: str | None, accept: Sequence[str]) -> list[Outcome]:
    # Loaded here, because no other command needs what speaks HTTP, and all would wait for it
    from clearinghouse.feeds.download import Downloader  # noqa: PLC0415
    from clearinghouse.feeds.origin import origin_of  # noqa: PLC0415
    from clearinghouse.feeds.sync import sync  # noqa: PLC0415

    with _fetching() as told:
        downloader = Downloader(notice=told(in_bytes))
        try:
            notice = told(lambda count: plural(count, "document"))
            return list(sync(store, feeds, origin_of(origin, downloader), accept=accept, notice=notice))
        finally:
            downloader.close()


def _write_sync(
    store: Store, outcomes: Sequence[Outcome], problems: Sequence[Problem], dropped: int, form: OutputFormat
) -> None:
    states = status(store, [outcome.feed for outcome in outcomes])
    if form is OutputFormat.JSON:
        rows: list[dict[str, Any]] = [
            as_row(store, state) | {"result": outcome.result, "removed": outcome.removed}
            for state, outcome in zip(states, outcomes, strict=True)
        ]
        write_json({"feeds": rows, "dropped": dropped, **problem_lists(problems)})
        return
    show_outcomes(outcomes)
    show_problems(problems)
    if dropped:
        say(f"{plural(dropped, 'old version')} dropped.")
    say("Next: clearinghouse feeds status shows what is held; --format json has digests, origins and paths.")


def _next(states: Iterable[Any]) -> str:
    kinds = {each.state for each in states}
    if State.PENDING in kinds:
        return "Next: look at what waits, then clearinghouse feeds sync --accept NAME."
    if kinds & {State.ABSENT, State.STALE, State.FAILED}:
        return "Next: clearinghouse feeds sync fetches what is missing or old."
    return "Next: --format json has digests, origins and the paths of the documents."


def _is_known(store: Store, name: str) -> bool:
    """Whether a feed of which something is held is one still; its provider may have left the settings."""
    try:
        store.settings.feed(name)
    except UnknownFeedError:
        return False
    return True


@contextmanager
def _opened(named: Path | None) -> Iterator[Store]:
    with Store(store_folder(named)) as store:
        yield store


@contextmanager
def _told(form: OutputFormat, named: Path | None) -> Iterator[None]:
    """A program that asked for JSON gets a document, whatever happens."""
    try:
        yield
    except ClearinghouseError as error:
        if form is not OutputFormat.JSON:
            raise
        problem = failure(error, [store_folder(named)])
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), problem.code)
        write_json({"feeds": [], **problem_lists([msgspec.structs.replace(problem, code=code)])})
        raise typer.Exit(BAD_INPUT) from error


@contextmanager
def _fetching() -> Iterator[Callable[[Callable[[int], str]], Notice]]:
    """Show how far fetching has come, to people at a terminal; yields what makes a notice of a way to write counts."""
    target = stderr()
    if not target.is_terminal:
        yield lambda written: lambda feed, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=target, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def told(written: Callable[[int], str]) -> Notice:
            def notice(feed: str, done: int, total: int | None) -> None:
                if feed not in tasks:
                    tasks[feed] = progress.add_task(feed, told="")
                said = f"{written(done)} of {written(total)}" if total else written(done)
                progress.update(tasks[feed], completed=done, total=total, told=said)

            return notice

        yield told
