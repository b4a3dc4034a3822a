"""Any log of inspect_ai as attempts: ``.eval`` and ``.json``, old ones, cancelled ones, ones with errors.

Nothing that a log names is loaded or run; it is data, read within bounds. A log by itself is not sealed: it can be
counted, and no determination rests on it. Sealed ones are read as a run, by :func:`of_run`.
"""

import json
from collections.abc import Collection, Iterator
from math import isnan
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from clearinghouse.evaluation.running.archive import LARGEST_MEMBER, Archive, opened
from clearinghouse.evaluation.running.asked import STAND_INS
from clearinghouse.evaluation.running.attempt import Attempt, score_of
from clearinghouse.evaluation.running.ending import Ended, ended
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.fields import Config, Header, Limit, Sample, Score, Spec, Usage, Whole
from clearinghouse.evaluation.running.sealing.verify import Verified
from clearinghouse.evaluation.running.sealing.writing import SAMPLES, START
from clearinghouse.formats.text import clean_line, distinct_line

LARGEST_JSON = 256 << 20
"""Most bytes of a log that is one document."""
HEADER = "header.json"
ORACLE = "oracle"
"""The score of ours, in a log with several."""
FAMILIES = ("family", "task_family", "category")
"""Metadata of a sample that names its family, in logs of others."""
_CHANCE = {"C": 1.0, "I": 0.0, "P": 0.5, "correct": 1.0, "incorrect": 0.0, "yes": 1.0, "no": 0.0}
"""Letters by which inspect_ai and its evaluations write scores. ``N``, no answer, is a failure."""
_LONGEST = 300
LONGEST_MINUTES = 1_000_000.0
"""Of human time; what a log says beyond that is no time."""
_LARGEST_PLAIN = 64 << 20
"""Most bytes of JSON with numbers that are none, which takes much more room to read."""
_T = TypeVar("_T")


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
        header = _header(archive)
        for sample in _samples(archive, only):
            yield _attempt(sample, header, path.name, sealed=True)


def of_run(verified: Verified) -> tuple[Log, ...]:
    """Return the logs of a run that was verified, with their sealed attempts.

    Raises:
        LogError: one cannot be read, tells of a task that the run was not asked for, or of one attempt twice.
    """
    logs = []
    seen: set[tuple[str, int]] = set()
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
            seen.add((each.task_id, each.epoch))
        logs.append(found)
    return tuple(logs)


def _of_archive(archive: Archive, name: str, only: Collection[str] | None, *, sealed: bool) -> Log:
    header = _header(archive)
    return _log(
        name, header, [_attempt(each, header, name, sealed=sealed) for each in _samples(archive, only)], sealed=sealed
    )


def _of_document(file: IO[bytes], name: str) -> Log:
    data = file.read(LARGEST_JSON + 1)
    if len(data) > LARGEST_JSON:
        raise LogError(f"{name} has more than {LARGEST_JSON:,} bytes", "take the .eval form of it", source=name)
    whole = _decoded(data, Whole, name)
    return _log(name, whole, [_attempt(each, whole, name, sealed=False) for each in whole.samples or ()], sealed=False)


def _log(name: str, header: Header, attempts: list[Attempt], *, sealed: bool) -> Log:
    made = tuple(each for each in attempts if each.ended is not Ended.INTERRUPTED)
    return Log(
        name=name,
        version=header.version,
        status=_short(header.status),
        model=_short(header.eval.model),
        scaffold=_scaffold(header),
        created=_short(header.eval.created),
        scripted=_is_scripted(header.eval),
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
    return _decoded(archive.read(member), Header, f"{archive.source}: {member.name}")


def _samples(archive: Archive, only: Collection[str] | None) -> Iterator[Sample]:
    for name, member in archive.named().items():
        if name.startswith(SAMPLES) and (only is None or name in only):
            yield _decoded(archive.read(member, LARGEST_MEMBER), Sample, f"{archive.source}: {clean_line(name, 120)}")


def _decoded(data: bytes, kind: type[_T], source: str) -> _T:
    """Return what JSON holds; numbers that are none (``NaN``), which inspect_ai writes for scores, are allowed."""
    try:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            if len(data) > _LARGEST_PLAIN or (b"NaN" not in data and b"Infinity" not in data):
                raise
            return msgspec.convert(json.loads(data), kind, strict=True)
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, UnicodeError) as error:  # what decoders raise is a ValueError
        why = clean_line(str(error).replace("`", ""), 200)
        why = f"{why[:1].lower()}{why[1:]}"
    raise LogError(f"{source}: this is no log of inspect_ai: {why}", "name a log of inspect_ai", source=source)


def _attempt(sample: Sample, header: Header, name: str, *, sealed: bool) -> Attempt:
    told = sample.metadata or {}
    value = _value(sample)
    limit = sample.limit.type if isinstance(sample.limit, Limit) else sample.limit or ""
    own = _ours(header.eval)
    how = ended(
        value,
        error=sample.error.message or "an error" if sample.error else "",
        limit=limit,
        stop=_stop(sample),
        has_waited=limit == "time" and _has_waited(sample, header.eval.config),
        is_unmetered=bool(own) and not _is_scripted(header.eval) and _is_unmetered(sample),
    )
    task = str(sample.id) if own else f"{header.eval.task}/{sample.id}"
    usage = list((sample.model_usage or {}).values())
    costs = [each.total_cost for each in usage if each.total_cost is not None]
    return Attempt(
        task_id=_short(task),
        task_family=_short(next((str(told[each]) for each in FAMILIES if told.get(each)), task)),
        domain=_short(str(told.get("domain") or "")),
        epoch=sample.epoch,
        model=_short(header.eval.model),
        scaffold=_scaffold(header),
        ended=how,
        score=score_of(how, value),
        human_minutes=_minutes(told.get("human_minutes")),
        human_source=_short(str(told.get("human_source") or "")),
        steps=_steps(sample),
        tokens=sum(_tokens(each) for each in usage),
        seconds=sample.working_time or sample.total_time or 0.0,
        cost=sum(costs) if costs else None,
        retries=len(sample.error_retries or ()),
        log=name,
        sealed=sealed,
    )


def _score(sample: Sample) -> Score | None:
    scores = sample.scores or {}
    if ORACLE in scores:
        return scores[ORACLE]
    return next(iter(scores.values()), sample.score)


def _value(sample: Sample) -> float | None:
    score = _score(sample)
    value = score.value if score else None
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    if isinstance(value, int):
        return float(min(1, max(0, value)))
    if isinstance(value, float):
        return None if isnan(value) else float(min(1, max(0, value)))
    return _CHANCE.get(value, 0.0) if isinstance(value, str) else None


def _steps(sample: Sample) -> tuple[str, ...]:
    score = _score(sample)
    steps = (score.metadata or {}).get("steps") if score else None
    return tuple(_short(each) for each in steps if isinstance(each, str)) if isinstance(steps, list) else ()


def _stop(sample: Sample) -> str:
    choices = sample.output.choices if sample.output else []
    return (choices[0].stop_reason or "") if choices else ""


def _has_waited(sample: Sample, config: Config) -> bool:
    """Whether an attempt that ran out of time had time to work left: the rest went by while its provider was awaited.

    inspect_ai leaves what it waits between tries of a call, and for a place among others, out of the time to work.
    """
    return config.working_limit is not None and (sample.working_time or 0.0) < config.working_limit


def _is_unmetered(sample: Sample) -> bool:
    """Whether a model answered, and no tokens are told of it: then no budget of tokens was kept to."""
    answered = bool(sample.output and sample.output.choices)
    return answered and not any(_tokens(each) for each in (sample.model_usage or {}).values())


def _tokens(usage: Usage) -> int:
    return usage.total_tokens or usage.input_tokens + usage.output_tokens


def _minutes(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= LONGEST_MINUTES else None


def _ours(spec: Spec) -> dict[str, Any]:
    found = (spec.metadata or {}).get("clearinghouse")
    return found if isinstance(found, dict) else {}


def _is_scripted(spec: Spec) -> bool:
    """Whether nobody's model ran: a scripted agent of ours, or inspect_ai's own stand-in."""
    return spec.model.startswith(STAND_INS) or _ours(spec).get("scripted") is True


def _scaffold(header: Header) -> str:
    own = _ours(header.eval).get("scaffold")
    steps = header.plan.steps if header.plan else []
    return _short(own if isinstance(own, str) else header.eval.solver or (steps[-1].solver if steps else ""))


def _short(text: str) -> str:
    return distinct_line(text, _LONGEST)
