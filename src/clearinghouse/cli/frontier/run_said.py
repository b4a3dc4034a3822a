"""What ``frontier run`` says: how far it is, and what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.formats.text import clean_line, plural, printable_name

if TYPE_CHECKING:
    from clearinghouse.evaluation.running.attempt import Attempt
    from clearinghouse.evaluation.running.run import Tell
    from clearinghouse.evaluation.running.sealing.verify import Verified
    from clearinghouse.evaluation.running.there import Ran

_ENDINGS = ("solved", "failed", "refused", "infrastructure", "budget")
_MOST_REASONS = 5
_LONGEST = 200


@contextmanager
def progress() -> Iterator["Tell"]:
    """Yield what is told how many attempts were made, of how many."""
    target = stderr()
    if not target.is_terminal:
        yield lambda made, wanted: None
        return
    from rich.progress import (  # noqa: PLC0415 - only where somebody looks
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("attempts"), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=target, transient=True) as progress:
        bar = progress.add_task("", total=None)
        yield lambda made, wanted: progress.update(bar, completed=made, total=wanted)


def shown(ran: "Ran", checked: "Verified", attempts: Sequence["Attempt"]) -> dict[str, Any]:
    """Return what came of a run, for programs."""
    said: dict[str, Any] = msgspec.to_builtins(checked.said)
    return {
        "folder": printable_name(str(ran.folder)),
        "statement": printable_name(str(ran.statement)),
        "signed": checked.is_signed,
        "wanted": ran.wanted,
        "made": ran.made,
        "complete": ran.is_complete,
        "stopped": ran.was_stopped,
        "endings": dict(_counts(attempts)),
        "lost": _reasons(attempts),
        "unsealed": checked.unsealed,
        "said": said,
        "attempts": [msgspec.to_builtins(each) for each in attempts],
    }


def _reasons(attempts: Sequence["Attempt"]) -> list[dict[str, Any]]:
    """Return why attempts were lost, the most frequent reasons with their counts. Words of providers are cleaned."""
    found = Counter(clean_line(each.why, _LONGEST) for each in attempts if each.ended is Ended.INFRASTRUCTURE)
    return [
        {"why": why or "the log does not say why", "count": count} for why, count in found.most_common(_MOST_REASONS)
    ]


def _counts(attempts: Sequence["Attempt"]) -> Counter[str]:
    found = Counter(str(each.ended) for each in attempts)
    return Counter({name: found[name] for name in _ENDINGS})


def tell(ran: "Ran", checked: "Verified", attempts: Sequence["Attempt"]) -> None:
    """Say what came of a run."""
    families: dict[str, list[Attempt]] = {}
    for each in attempts:
        families.setdefault(each.task_family, []).append(each)
    rows = [(clean_line(name, 40), *_row(made)) for name, made in sorted(families.items())]
    rows.append(("all", *_row(attempts)))
    show_table("", ("family", "attempts", "solved", "failed", "refused", "lost", "budget"), rows)
    said = checked.said
    if ran.was_there:
        say(f"{ran.sealed} of {ran.wanted} are sealed already, in {ran.folder}; nothing was written")
    else:
        say(f"{clean_line(said.model)}: {plural(ran.sealed, 'attempt')} of {ran.wanted} sealed in {ran.folder}")
    say(f"  isolation {said.tier_reached}, {clean_line(said.provider)}; {said.tier_demanded} was demanded")
    for reason in _reasons(attempts):
        say(f"  lost {reason['count']}: {reason['why']}")
    if said.scripted:
        say("  a scripted agent, and no model: this shows nothing of any model")
    if not checked.is_signed:
        say("  nobody signed: no determination can rest on it; name a key with --key")
    if checked.unsealed:
        say(f"  {plural(checked.unsealed, 'attempt')} ended unsealed when the process was broken off; made again")
    if ran.was_stopped:
        say("  stopped; the same command goes on")


def _row(attempts: Sequence["Attempt"]) -> tuple[str, ...]:
    counts = _counts(attempts)
    return (str(len(attempts)), *(str(counts[each]) for each in _ENDINGS))
