"""Feeds as people and programs see them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from clearinghouse.cli.layout import console, say, show_table
from clearinghouse.feeds import Outcome, Result, State, Status, Store, Version
from clearinghouse.feeds.addresses import host_of
from clearinghouse.feeds.clock import stamp
from clearinghouse.formats.text import clean_line, plural, sentence
from clearinghouse.records import Problem

_STATUS = ("feed", "date", "fetched", "records", "size", "age", "state", "origin")
_ROOMY = 100
"""Columns from which on the table of the status has the day of fetching, which the age tells as well."""
_OUTCOME = ("feed", "result", "date", "records", "gone", "size", "origin")
_WHOLE = frozenset({"result", "date", "fetched", "records", "gone", "size", "age", "state"})


def as_row(store: Store, state: Status) -> dict[str, Any]:
    """Return the state of a feed as JSON has it (docs/feeds.md)."""
    version, pending, feed = state.version, state.pending, state.feed
    row: dict[str, Any] = {
        "feed": feed.name,
        "title": feed.title,
        "state": state.state,
        "why": state.why,
        "tried": state.tried and stamp(state.tried),
        "age_seconds": None if state.age is None else int(state.age.total_seconds()),
        "age": None if state.age is None else in_words(state.age),
        "stale_after_days": feed.stale_after,
        "licence": feed.licence,
        "page": feed.page,
        "address": feed.address,
    }
    row |= _version(version) if version else dict.fromkeys(_version_fields())
    row["path"] = str(store.path_of(version)) if version else None
    row["pending"] = _version(pending) | {"why": pending.why} if pending else None
    return row


def _version(version: Version) -> dict[str, Any]:
    return {
        "date": version.dated,
        "fetched": stamp(version.fetched),
        "records": version.records,
        "unreadable_records": version.bad,
        "size": version.size,
        "digest": f"sha256:{version.digest}",
        "origin": version.origin,
        "redirects": version.redirects,
        "from_folder": not version.live,
    }


def _version_fields() -> tuple[str, ...]:
    return ("date", "fetched", "records", "unreadable_records", "size", "digest", "origin", "redirects", "from_folder")


def problems_of(told: Iterable[Outcome | Status]) -> list[Problem]:
    """Return a problem for each feed that failed or waits."""
    found = []
    for each in told:
        kind = each.result if isinstance(each, Outcome) else each.state
        if kind in (Result.FAILED, Result.PENDING, State.FAILED, State.PENDING):
            pending = kind in (Result.PENDING, State.PENDING)
            why = clean_line(each.why or "", 1000).removeprefix(f"{each.feed.name}: ")
            found.append(
                Problem(
                    source=each.feed.name,
                    code="feed_pending" if pending else "feed_failed",
                    message=_waiting(each, why) if pending else _as_sentence(why),
                    expected=_remedy(each, pending=pending),
                )
            )
    return found


def _as_sentence(why: str) -> str:
    """An address or a path at its beginning stays as it is: with a large letter it would be another."""
    first = why.partition(" ")[0]
    return why.rstrip(".") + "." if any(sign in first for sign in "/.:\\") else sentence(why)


def _waiting(told: Outcome | Status, why: str) -> str:
    """That a version waits, why, and what adopts it: of that nothing else is shown where a person reads."""
    return f"{sentence(f'a version waits: it {why}')} If that is right, `{_sync(told, pending=True)}` adopts it."


def _remedy(told: Outcome | Status, *, pending: bool) -> str | None:
    if isinstance(told, Outcome) and told.remedy:
        return told.remedy
    return _sync(told, pending=pending)


def _sync(told: Outcome | Status, *, pending: bool) -> str:
    name = f"'{told.feed.name}'" if " " in told.feed.name else told.feed.name
    return f"clearinghouse feeds sync {'--accept ' if pending else ''}{name}"


def show_status(states: Sequence[Status]) -> None:
    """Print the state of feeds as a table."""
    rows = []
    for each in states:
        version = each.version
        if version is None:
            rows.append((each.feed.name, "", "", "", "", "", each.state, ""))
            continue
        rows.append(
            (
                each.feed.name,
                str(version.dated or ""),
                str(version.fetched.date()),
                f"{version.records:,}",
                in_bytes(version.size),
                "" if each.age is None else in_words(each.age),
                each.state,
                _origin(version),
            )
        )
    shown = [position for position, name in enumerate(_STATUS) if name != "fetched" or console().width >= _ROOMY]
    cells = [[row[position] for position in shown] for row in rows]
    show_table("Feeds (days in UTC)", [_STATUS[position] for position in shown], cells, whole=_WHOLE)
    say()


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print what became of feeds as a table."""
    rows = []
    for each in outcomes:
        version = each.after
        rows.append(
            (
                each.feed.name,
                each.result,
                str(version.dated or "") if version else "",
                f"{version.records:,}" if version else "",
                f"{each.removed:,}" if each.removed else "",
                in_bytes(version.size) if version else "",
                _origin(version) if version else "",
            )
        )
    show_table("Feeds", _OUTCOME, rows, whole=_WHOLE)
    say()


def _origin(version: Version) -> str:
    if not version.live:
        return "a folder"
    hosts = [host_of(address) for address in (version.origin, *version.redirects)]
    return " → ".join(dict.fromkeys(hosts))


def in_words(age: dt.timedelta) -> str:
    """Write an age as people say it: ``3 hours``, ``2 days``, ``5 weeks``."""
    seconds = int(age.total_seconds())
    for limit, length, unit in ((120, 1, "second"), (7200, 60, "minute"), (172_800, 3600, "hour")):
        if seconds < limit:
            return plural(seconds // length, unit)
    days = seconds // 86_400
    return (
        plural(days, "day") if days < 21 else plural(days // 7, "week") if days < 120 else plural(days // 30, "month")
    )


def in_bytes(size: int) -> str:
    """Write a size as people say it: ``1.4 MB``."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= limit:
            return f"{size / limit:.1f} {unit}"
    return plural(size, "byte")
