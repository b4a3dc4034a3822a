"""Any log of inspect_ai as attempts: ``.eval`` and ``.json``, old ones, cancelled ones, ones with errors.

Nothing that a log names is loaded or run; it is data, read within bounds. A log by itself is not sealed: it can be
counted, and no determination rests on it. Sealed ones are read as a run, by :func:`of_run`.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import msgspec

from clearinghouse.evaluation.running.archive import LARGEST_MEMBER, Archive, opened
from clearinghouse.evaluation.running.attempt import Attempt
from clearinghouse.evaluation.running.bounded import decoded
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.fields import Header, Sample, Whole
from clearinghouse.evaluation.running.isolated import isolation_in
from clearinghouse.evaluation.running.sample import About, about, attempt_of, own_of, short
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.verify import Verified
from clearinghouse.evaluation.running.sealing.writing import SAMPLES, START
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox.isolation import Isolation

LARGEST_JSON = 256 << 20
"""Most bytes of a log that is one document."""
HEADER = "header.json"


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A log that was read.

    Attributes:
        name: of the file. version: of the format. status: ``success``, ``cancelled``, ``error``, or ``started`` where
            it was broken off. model, scaffold: by name. created: when, as it says. scripted: whether no model ran.
        attempts: those that were made; interrupted: how many somebody stopped, which are none.
        sealed: whether it was verified as part of a run. Where it is not, no determination rests on it.
    """

    name: str
    version: int
    status: str
    model: str
    scaffold: str
    created: str
    scripted: bool
    attempts: tuple[Attempt, ...]
    interrupted: int
    sealed: bool = False

    @property
    def unknown(self) -> int:
        """How many attempts have a number that is none, which counts as unknown."""
        return sum(bool(each.unknown) for each in self.attempts)


def read_log(path: Path) -> Log:
    """Return a log of anybody's; it is not sealed.

    Raises:
        LogError: it is none, is beyond a bound, or holds what no log does.
    """
    with opened(path) as file:
        first = file.read(4)
        file.seek(0)
        if first == b"PK\x03\x04":
            return _of_archive(Archive(file, path.name), path.name, None, sealed=False)
        return _of_document(file, path.name)


def attempts_in(path: Path, only: Collection[str]) -> Iterator[Attempt]:
    """Yield attempts of one of our logs, those that are made and those that somebody stopped.

    Args:
        only: the members that count.
    """
    with opened(path) as file:
        archive = Archive(file, path.name)
        told = about(_header(archive), path.name)
        for sample in _samples(archive, only):
            yield attempt_of(sample, told, sealed=True)


def isolation_of(path: Path) -> Isolation:
    """Return what one of our logs says that its session was isolated by.

    Raises:
        LogError: it cannot be read.
    """
    with opened(path) as file:
        return isolation_in(own_of(_header(Archive(file, path.name)), path.name), path.name)


def of_run(verified: Verified) -> tuple[Log, ...]:
    """Return the logs of a run that was verified, with their sealed attempts.

    Raises:
        LogError: one cannot be read, tells of a task that the run was not asked for, of one attempt twice, or of one
            that was made more often than it began.
    """
    logs = []
    seen: set[tuple[str, int]] = set()
    began = begun.attempts_in(begun.read(verified.folder, verified.said.run)) if verified.said.begun else None
    families = {each.id: each for each in verified.asked.tasks}
    for path, seals in verified.logs:
        with opened(path) as file:
            found = _of_archive(
                Archive(file, path.name), path.name, {each.member for each in seals.samples}, sealed=True
            )
        for each in found.attempts:
            if each.task_id not in families or not 1 <= each.epoch <= verified.asked.epochs:
                raise LogError(f"{path.name}: nobody asked for the attempt {each.task_id} {each.epoch}", "run it anew")
            if (each.task_id, each.epoch) in seen:
                raise LogError(f"{path.name}: the attempt {each.task_id} {each.epoch} stands twice", "run it anew")
            if began is not None and began[each.task_id, str(each.epoch)] < 1 + each.retries:
                what = f"{path.name}: the attempt {each.task_id} {each.epoch} was made more often than it began"
                raise LogError(what, "run it anew")
            seen.add((each.task_id, each.epoch))
        logs.append(found)
    return tuple(logs)


def _of_archive(archive: Archive, name: str, only: Collection[str] | None, *, sealed: bool) -> Log:
    header = _header(archive)
    told = about(header, name)
    return _log(
        header, told, [attempt_of(each, told, sealed=sealed) for each in _samples(archive, only)], sealed=sealed
    )


def _of_document(file: IO[bytes], name: str) -> Log:
    size = file.seek(0, 2)
    file.seek(0)
    data = file.read(min(size, LARGEST_JSON) + 1)  # no room for more than there is
    if len(data) > LARGEST_JSON:
        raise LogError(f"{name} has more than {LARGEST_JSON:,} bytes", "take the .eval form of it", source=name)
    whole = decoded(data, Whole, name)
    told = about(whole, name)
    return _log(whole, told, [attempt_of(each, told, sealed=False) for each in whole.samples or ()], sealed=False)


def _log(header: Header, told: About, attempts: list[Attempt], *, sealed: bool) -> Log:
    made = tuple(each for each in attempts if each.ended is not Ended.INTERRUPTED)
    return Log(
        name=told.log,
        version=header.version,
        status=short(header.status),
        model=told.model,
        scaffold=told.scaffold,
        created=short(header.eval.created),
        scripted=told.is_scripted,
        attempts=made,
        interrupted=len(attempts) - len(made),
        sealed=sealed,
    )


def _header(archive: Archive) -> Header:
    named = archive.named()
    member = named.get(HEADER) or named.get(START)
    if member is None:
        raise LogError(
            f"{archive.source}: it is an archive, and no log: it has no {HEADER}", "name a log of inspect_ai"
        )
    return decoded(archive.read(member), Header, f"{archive.source}: {member.name}")


def _samples(archive: Archive, only: Collection[str] | None) -> Iterator[Sample]:
    for name, member in archive.named().items():
        if name.startswith(SAMPLES) and (only is None or name in only):
            yield decoded(archive.read(member, LARGEST_MEMBER), Sample, f"{archive.source}: {clean_line(name, 120)}")
