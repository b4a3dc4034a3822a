"""A run: tasks, a model and a budget in; a folder of sealed logs out, which can be stopped and gone on with.

Attempts are divided over logs of a bounded size, one after the other, since a log is written anew after each attempt.
"""

import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clearinghouse.evaluation.running import asked as asking
from clearinghouse.evaluation.running.asked import Asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.isolated import weakest
from clearinghouse.evaluation.running.logs import attempts_in, isolation_of
from clearinghouse.evaluation.running.quiet import tidy
from clearinghouse.evaluation.running.sealing import begun as begun_log
from clearinghouse.evaluation.running.sealing.lines import NONE, Seals
from clearinghouse.evaluation.running.sealing.statement import SIGNED, keep, put, said_of, write
from clearinghouse.evaluation.running.sealing.verify import LOG
from clearinghouse.evaluation.running.sealing.writing import BROKEN_OFF, beside, close
from clearinghouse.evaluation.running.there import Ran, asked_in, demand_same, finished, same_keys
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox.isolation import Isolation

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

MOST_IN_LOG = 256
"""Attempts in one log."""
Tell = Callable[[int, int], None]
"""Is told how many attempts were made, and how many there are."""


def run(
    tasks: Sequence[Task],
    asked: Asked,
    folder: Path,
    bench: Bench,
    *,
    samples: int = 8,
    signers: Sequence["Signer"] = (),
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    tell: Tell = lambda made, wanted: None,
) -> Ran:
    """Make every attempt that is asked for and not sealed yet, seal it, and sign.

    Args:
        tasks: those of ``asked``. folder: new, or of a run that was stopped and asked for the same. bench: with the
            runners; they must reach the tier. samples: attempts at one time. signers: who vouches for it.

    Raises:
        RunError: the folder holds something else, another key signed what is there, the model or the scaffold is not to
            be had, or inspect_ai fails. SealError: what is there is not what was sealed.
        SandboxError: the sandbox is not to be had, or reaches less than what is demanded.
    """
    there = finished(folder, asked, signers)
    if there is not None:
        return there
    isolation = bench.isolation()
    possible(asked)
    with _alone(folder):
        return _run(tasks, asked, folder, bench, isolation, samples, signers, now, tell)


def possible(asked: Asked) -> None:
    """See that there are the model and the scaffold that are asked for, before anything is written.

    Raises:
        RunError: one is not to be had.
    """
    from clearinghouse.evaluation.running.evaluated import demand  # noqa: PLC0415 - two seconds, once all is checked

    demand(asked)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep every other process from running into the same folder meanwhile.

    Raises:
        RunError: one does already.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts and transcripts of sealed tasks
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise RunError(f"{folder} cannot be made: {error.strerror}", "name another folder") from None
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)  # of the folder itself, so that nothing of it is left
        yield
    except BlockingIOError:
        raise RunError(f"{folder} is being run into by another process", "wait for it, or end it") from None
    finally:
        os.close(place)


def _run(
    tasks: Sequence[Task],
    asked: Asked,
    folder: Path,
    bench: Bench,
    isolation: Isolation,
    samples: int,
    signers: Sequence["Signer"],
    now: Callable[[], dt.datetime],
    tell: Tell,
) -> Ran:
    from clearinghouse.evaluation.running import evaluated, session  # noqa: PLC0415 - two seconds, once all is checked
    from clearinghouse.evaluation.running.sealing.hook import Sealing  # noqa: PLC0415

    done = begun(folder, asked)
    if same_keys(folder, signers) is None and (folder / SIGNED).is_file():
        raise RunError(f"{folder}: the run was signed so far, and there is no key now", "give the key of before")
    former = keep(folder)
    wanted = len(asked.tasks) * asked.epochs
    running = session.Session(
        bench=bench,
        tasks={each.id: each for each in tasks},
        digests={each.id: each.sha256 for each in asked.tasks},
        budget=asked.budget,
        seed=asked.seed,
    )
    made = 0

    def one_more() -> None:
        nonlocal made
        made += 1
        tell(len(done) + made, wanted)

    was_stopped = False
    failed: Exception | None = None
    for part in _parts(tasks, asked, done):
        before = _closed(folder)
        sealing = Sealing(folder, asked.digest, before[-1][1].head if before else NONE)
        try:
            evaluated.attempt(part, asked, running, isolation, sealing, done, samples=samples, tell=one_more)
        except KeyboardInterrupt:
            was_stopped = True
        except Exception as error:  # what was made until now is sealed and signed first
            failed = error
        _close(folder, "cancelled" if was_stopped else "error" if failed else "success")
        if was_stopped or failed:
            break
    logs = _closed(folder)
    sealed = len(_done(logs))
    began = begun_log.read(folder, asked.digest)
    reached = weakest([isolation_of(path) for path, _ in logs] or [isolation])
    said = said_of(asked, logs, reached, _text(now()), complete=sealed >= wanted, began=began, former=former)
    statement = write(folder, said, signers)
    if failed:
        raise failed
    return Ran(folder=folder, statement=statement, made=made, sealed=sealed, wanted=wanted, was_stopped=was_stopped)


def begun(folder: Path, asked: Asked) -> set[tuple[str, int]]:
    """Make the folder of a run, or go on with the one that is there; return the attempts that are sealed in it.

    Raises:
        RunError: it holds another run, or something else. SealError: what it holds is not what was sealed.
    """
    path = folder / asking.NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts and transcripts of sealed tasks
        others = [each for each in folder.iterdir() if not each.name.startswith(".")]
    except OSError as error:
        raise RunError(f"{folder} cannot be made: {error.strerror}", "name another folder") from None
    if not path.exists() and others:
        raise RunError(f"{folder} is not empty, and holds no run", "name another folder")
    if all(each == path for each in others):  # nothing was begun by who asked for it
        put(path, asked.to_bytes())
        return set()
    if asked_in(folder) != asked:
        demand_same(folder, asked)
    tidy(folder)
    _unsealed_away(folder)
    return _done(_closed(folder))


def _parts(tasks: Sequence[Task], asked: Asked, done: set[tuple[str, int]]) -> Iterator[list[Task]]:
    """Yield tasks that have attempts left, as many at a time as one log takes."""
    left = [each for each in tasks if any((each.id, epoch + 1) not in done for epoch in range(asked.epochs))]
    many = max(1, MOST_IN_LOG // asked.epochs)
    for at in range(0, len(left), many):
        yield left[at : at + many]


def _close(folder: Path, status: str) -> None:
    for path in _logs(folder):
        close(path, status)


def _closed(folder: Path) -> list[tuple[Path, Seals]]:
    """Return logs with their seals, in the order of their chain."""
    found = {path: close(path, BROKEN_OFF) for path in _logs(folder)}
    by_previous = {seals.begin.previous: (path, seals) for path, seals in found.items()}
    ordered: list[tuple[Path, Seals]] = []
    head = NONE
    while head in by_previous and len(ordered) < len(found):
        path, seals = by_previous[head]
        ordered.append((path, seals))
        head = seals.head
    if len(ordered) != len(found):
        raise RunError(f"{folder}: its logs do not follow each other", "run it in another folder")
    return ordered


def _logs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{LOG}") if beside(path).exists())


def _unsealed_away(folder: Path) -> None:
    """Remove logs of which not one attempt was sealed before the process ended: they hold nothing that counts. Files
    that were being written go with them.
    """
    unfinished = (*folder.glob(".*.part"), *folder.glob(f".{Path(begun_log.NAME).stem}.head.json.*"))
    for path in (*folder.glob(f"*{LOG}"), *unfinished):
        if not beside(path).exists():
            path.unlink()


def _done(logs: Sequence[tuple[Path, Seals]]) -> set[tuple[str, int]]:
    """Return the attempts that need not be made again: sealed, and not stopped by somebody."""
    found: set[tuple[str, int]] = set()
    for path, seals in logs:
        sealed = {each.member for each in seals.samples}
        for each in attempts_in(path, only=sealed):
            if each.ended is not Ended.INTERRUPTED:
                found.add((each.task_id, each.epoch))
    return found


def _text(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
