"""Canaries of pools, searched for in the sealed logs of the model that is assessed.

The prompt of every task ends with two canaries, its own and its pool's, so these two stand in the log of every attempt
at it and show nothing. Any *other* canary of a pool can only come from the text of another task: the model has read it,
or something that the model reached holds it. Chance does not write one (128 random bits), and whoever knows only the
digests, which are public, cannot plant one.

That none is found shows little: a model that has read a task need not say its canary.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from clearinghouse.evaluation.assessment.drawn import DrawnDomain, DrawnFamily
from clearinghouse.evaluation.assessment.facts import CanaryHit, CanarySearch
from clearinghouse.evaluation.pools.canary import digests_in
from clearinghouse.evaluation.running.archive import Archive, opened
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.sealing.verify import Verified
from clearinghouse.evaluation.running.sealing.writing import SAMPLES
from clearinghouse.formats.text import clean_line

MOST_HITS = 200
"""Told each by itself; the others are counted."""


class _Known(NamedTuple):
    """A task: its id, and the digests of the canaries in its own prompt."""

    id: str
    expected: frozenset[str]


def searched(runs: Iterable[Verified], domains: Mapping[str, DrawnDomain]) -> CanarySearch:
    """Look through every attempt of some runs, one at a time, within the bounds of logs.

    Raises:
        LogError: a log cannot be read, or an attempt in it is of no task of the run.
    """
    owners = _owners(domains)
    known = _known(domains)
    attempts = unknown = 0
    hits: list[CanaryHit] = []
    for run in runs:
        tasks = {each.id: each.sha256 for each in run.asked.tasks}
        for name, found in _attempts(run):
            attempts += 1
            task, _, epoch = name.removeprefix(SAMPLES).removesuffix(".json").rpartition("_epoch_")
            drawn = known.get(tasks.get(task, ""))
            if drawn is None or not epoch.isdecimal():
                what = f"{run.folder}: {clean_line(name, 120)!r} is no attempt that was asked for"
                raise LogError(what, "do not rely on this run; run it anew", source=str(run.folder))
            for digest in sorted(found - drawn.expected):
                if digest not in owners:
                    unknown += 1
                    continue
                hits.append(CanaryHit(task_id=drawn.id, run=run.folder.name, epoch=int(epoch), of=owners[digest]))
    return CanarySearch(
        attempts=attempts, canaries=len(owners), hits=tuple(hits[:MOST_HITS]), found=len(hits), unknown=unknown
    )


def _attempts(run: Verified) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the name of each sealed attempt in its log, and the digests of the canaries that stand there."""
    for path, seals in run.logs:
        with opened(path) as file:
            archive = Archive(file, path.name)
            named = archive.named()
            for each in seals.samples:
                yield each.member, digests_in(archive.read(named[each.member]))


def _owners(domains: Mapping[str, DrawnDomain]) -> dict[str, str]:
    """Return what each canary is of, by its digest: a task that is revealed, or one that is not, or a whole pool."""
    found: dict[str, str] = {}
    for name, domain in domains.items():
        header = domain.manifest.header
        found |= dict.fromkeys(header.canaries, f"a task of {name} that was not opened")
        found[header.canary] = f"the pool of {name}"
        found |= {task.canary: task.id for family in _families(domain) for task in family.tasks if task.canary}
    return found


def _known(domains: Mapping[str, DrawnDomain]) -> dict[str, _Known]:
    """Return tasks by the SHA-256 of their bytes."""
    return {
        task.sha256: _Known(task.id, frozenset((task.canary, domain.manifest.header.canary)))
        for domain in domains.values()
        for family in _families(domain)
        for task in family.tasks
    }


def _families(domain: DrawnDomain) -> Iterator[DrawnFamily]:
    yield from domain.development
    for stage in domain.stages:
        yield from stage
