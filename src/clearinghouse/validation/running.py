"""One use of a subject, run once in a box of its own over the box in which the subject is installed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from clearinghouse.sandbox import Command, End, File, Limits, Outcome, Provider
from clearinghouse.sandbox.contract import MIB
from clearinghouse.validation.growth import Point, judged
from clearinghouse.validation.recipe import SIZE, Bounds, Loaded, Use
from clearinghouse.validation.shows import Growth, Sight, exit_code, path_of, sight, untold

_COLLECTED = MIB
"""Bytes of a file that are read for what shows a flaw."""


class Seen(NamedTuple):
    """How a run ended, and what it showed."""

    outcome: Outcome
    sight: Sight


def limits_of(bounds: Bounds, most: Limits) -> Limits:
    """Return the limits of a recipe's runs: its own, where they are stricter than those of the installation."""
    given = {name: getattr(bounds, name) for name in bounds.__struct_fields__ if getattr(bounds, name) is not None}
    return msgspec.structs.replace(most, **given).within(most)


def run_once(
    loaded: Loaded,
    use: Use,
    provider: Provider,
    over: str,
    limits: Limits,
    *,
    size: int | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Seen:
    """Run a use of a recipe, and say what it showed.

    Args:
        over: the box in which the subject is installed. size: what stands for ``{size}`` in the command.
        instead: contents that files of the recipe have this time.

    Raises:
        BoxError: its files do not fit into a box.
    """
    recipe = loaded.recipe
    given = {**loaded.files, **(instead or {})}
    names = recipe.reproducer.files if use.files is UNSET else use.files
    environment = recipe.reproducer.environment if use.environment is UNSET else use.environment
    command = Command(
        argv=tuple(each if size is None else each.replace(SIZE, str(size)) for each in use.command),
        environment=environment if environment is not UNSET else {},
        input=given[use.input] if use.input else b"",
        limits=limits,
    )
    path = path_of(recipe.shows)
    files = {each: File(given[each]) for each in (names if names is not UNSET else ())}
    box = provider.prepare(files, limits, over=over)
    try:
        outcome = provider.run(box, command)
        collected = provider.collect(box, [path], _COLLECTED) if path else []
    finally:
        provider.destroy(box)
    return Seen(outcome, sight(recipe.shows, outcome, collected))


class Climbed(NamedTuple):
    """What a use over growing sizes came to: each run by its size, the points, and what they show together."""

    runs: tuple[tuple[int, Seen], ...]
    points: tuple[Point, ...]
    sight: Sight


def climb(loaded: Loaded, use: Use, provider: Provider, over: str, limits: Limits, benign: float) -> Climbed:
    """Run a use over all sizes of a recipe whose flaw is growth, until one is ended by its limit of time.

    Args:
        benign: seconds of processor time of the control.
    """
    shows = loaded.recipe.shows
    if not isinstance(shows, Growth):
        raise TypeError("sizes are of growth")
    runs: list[tuple[int, Seen]] = []
    points: list[Point] = []
    for size in shows.sizes:
        seen = run_once(loaded, use, provider, over, limits, size=size)
        runs.append((size, seen))
        outcome = seen.outcome
        ended = outcome.end in {End.TIME, End.CPU}
        if not ended and (why := untold(outcome)):
            return Climbed(tuple(runs), tuple(points), Sight(None, "", why))
        points.append(Point(size, outcome.cpu, ended))
        if ended:
            break
    return Climbed(tuple(runs), tuple(points), _told(shows, points, benign))


def _told(shows: Growth, points: Sequence[Point], benign: float) -> Sight:
    shown, how = judged(points, benign, shows.exponent)
    return Sight(shown, f"growth, exponent {shows.exponent} or more" if shown else "", how)


def odd_end(outcomes: Iterable[Outcome]) -> str:
    """Return how the first of some commands ended that did not end with exit code 0; empty where all did."""
    odd = next((each for each in outcomes if exit_code(each) != 0), None)
    if odd is None:
        return ""
    said = last_error(odd.stderr)
    return f"it ended with {ended(odd)} ({said})" if said else f"it ended with {ended(odd)}"


def ended(outcome: Outcome) -> str:
    """Return how a command ended, in words."""
    if outcome.code is not None:
        return f"exit code {outcome.code}"
    return f"signal {outcome.signal}" if outcome.signal else f"its limit of {outcome.end}"


def last_error(data: bytes) -> str:
    """Return the last line that names an error, else the last line, of what was written to standard error."""
    lines = data[-4096:].decode(errors="replace").strip().splitlines() or [""]
    return next((each for each in reversed(lines) if "Error" in each), lines[-1]).strip()[:200]
