"""One attempt out of the few fields that are read of a log.

A number that is none (not finite, below zero, beyond all measure) is unknown, and the attempt says which it was.
"""

from typing import Any

import msgspec

from clearinghouse.evaluation.running.asked import STAND_INS
from clearinghouse.evaluation.running.attempt import Attempt, score_of
from clearinghouse.evaluation.running.bounded import NO_NUMBER, loosely, number, part
from clearinghouse.evaluation.running.ending import Ended, ended
from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.evaluation.running.fields import (
    NOTHING,
    Error,
    Header,
    Limit,
    Output,
    Own,
    Sample,
    Score,
    Step,
    Told,
    Usage,
)
from clearinghouse.evaluation.running.refusing import refused_in_words
from clearinghouse.formats.text import distinct_line

ORACLE = "oracle"
"""The score of ours, in a log with several."""
FAMILIES = ("family", "task_family", "category")
"""Metadata of a sample that names its family, in logs of others."""
LONGEST_MINUTES = 1_000_000.0
"""Of human time; what a log says beyond that is no time."""
_CHANCE = {"C": 1.0, "I": 0.0, "P": 0.5, "correct": 1.0, "incorrect": 0.0, "yes": 1.0, "no": 0.0}
"""Letters by which inspect_ai and its evaluations write scores. ``N``, no answer, is a failure."""
_UNSOLVED = frozenset({Ended.FAILED, Ended.BUDGET})
_LONGEST = 300
_KIB, _MIB = 1 << 10, 1 << 20
_OWN, _PLAN, _SCORES, _USAGE, _OUTPUT, _RETRIES = 64 * _KIB, _MIB, 4 * _MIB, _MIB, 16 * _MIB, 16 * _MIB
"""Most bytes of parts of which more is built than stands there."""
_VALUE, _STEPS, _MOST_STEPS = 64 * _KIB, 64 * _KIB, 64


class About(msgspec.Struct, frozen=True):
    """What is the same of all attempts of a log.

    Attributes:
        log: its name. task, model, scaffold: by name. own: what a log of ours says of itself; None in one of others.
        was_whole: whether it came to its end. working_limit: seconds that each may work; None where it is not limited.
    """

    log: str
    task: str
    model: str
    scaffold: str
    own: Own | None
    was_whole: bool
    working_limit: float | None = None

    @property
    def is_metered(self) -> bool:
        """Whether tokens must be told of every attempt in which a model answered: then its budget was kept to."""
        return self.own is not None and not self.is_scripted

    @property
    def is_scripted(self) -> bool:
        """Whether nobody's model ran: a scripted agent of ours, or inspect_ai's own stand-in."""
        return self.model.startswith(STAND_INS) or (self.own is not None and loosely(self.own.scripted) is True)


def about(header: Header, name: str) -> About:
    """Return what a header says of all attempts.

    Raises:
        LogError: it says it in too many bytes, or in no way that a log does.
    """
    own = own_of(header, name)
    ours = loosely(own.scaffold) if own else None
    scaffold = ours if isinstance(ours, str) else header.eval.solver or _last_step(header, name)
    return About(
        log=name,
        task=header.eval.task,
        model=short(header.eval.model),
        scaffold=short(scaffold),
        own=own,
        was_whole=header.status == "success",
        working_limit=header.eval.config.working_limit,
    )


def own_of(header: Header, name: str) -> Own | None:
    """Return what a log of ours says of itself; None where it is none."""
    raw = header.eval.metadata.clearinghouse if header.eval.metadata else NOTHING
    try:
        return part(raw, Own, _OWN, "what it says of itself", name)
    except LogError:  # others may have put anything there
        return None


def attempt_of(sample: Sample, about: About, *, sealed: bool) -> Attempt:
    """Return one attempt.

    Raises:
        LogError: a part of it is beyond a bound, or is none that a log has.
    """
    source = about.log
    told = sample.metadata or Told()
    scored = _score(sample, source)
    value, is_none = _value(scored)
    output = part(sample.output, Output, _OUTPUT, "its output", source)
    used = list((part(sample.model_usage, dict[str, Usage], _USAGE, "the usage of models", source) or {}).values())
    tokens, cost = _tokens(used), _cost(used)
    took = sample.working_time or sample.total_time
    seconds = number(took)
    limit = sample.limit.type if isinstance(sample.limit, Limit) else sample.limit or ""
    how = ended(
        value,
        error=sample.error.message or "an error" if sample.error else "",
        limit=limit,
        stop=(output.choices[0].stop_reason or "") if output and output.choices else "",
        has_waited=limit == "time" and _has_waited(sample, about),
        is_unmetered=about.is_metered and bool(output and output.choices) and not tokens,
        was_whole=about.was_whole,
    )
    unknown = {
        "score": is_none,
        "tokens": bool(used) and tokens is None,
        "cost": any(each.total_cost is not None for each in used) and cost is None,
        "seconds": took is not None and seconds is None,
    }
    task = short(str(sample.id) if about.own else f"{about.task}/{sample.id}")
    minutes, errors = loosely(told.human_minutes), sample.error_retries
    return Attempt(
        task_id=task,
        task_family=next((name for each in FAMILIES if (name := _word(getattr(told, each)))), task),
        domain=_word(told.domain),
        epoch=sample.epoch,
        model=about.model,
        scaffold=about.scaffold,
        ended=how,
        score=score_of(how, value),
        human_minutes=_minutes(minutes),
        human_source=_word(told.human_source),
        steps=_steps(scored, source),
        refused_in_words=how in _UNSOLVED and refused_in_words(sample.messages),
        tokens=round(tokens or 0),
        seconds=seconds,
        cost=cost,
        retries=len(part(errors, list[Error], _RETRIES, "what was lost before", source) or ()),
        unknown=tuple(name for name, is_so in unknown.items() if is_so),
        log=source,
        sealed=sealed,
    )


def short(text: str) -> str:
    """Return a name as one line that is not too long."""
    return distinct_line(text, _LONGEST)


def _last_step(header: Header, source: str) -> str:
    raw = header.plan.steps if header.plan else NOTHING
    steps = part(raw, list[Step], _PLAN, "its plan", source)
    return steps[-1].solver if steps else ""


def _score(sample: Sample, source: str) -> Score | None:
    scores = part(sample.scores, dict[str, Score], _SCORES, "its scores", source) or {}
    return scores.get(ORACLE) or next(iter(scores.values()), sample.score)


def _value(score: Score | None) -> tuple[float | None, bool]:
    """Return what was scored, and whether it is a number that is none."""
    value = _plain(score.value if score else NOTHING)
    if isinstance(value, str):
        return _CHANCE.get(value, 0.0), False
    if isinstance(value, bool | int | float):
        is_none = value <= NO_NUMBER
        return None if is_none else float(min(1, max(0, value))), is_none
    return None, False


def _plain(raw: msgspec.Raw) -> Any:
    """Return a word or a number: of a score that is several, the first."""
    value = loosely(raw, _VALUE)
    if value is None and bytes(memoryview(raw)[:1]) == b"{" and memoryview(raw).nbytes <= _VALUE:
        several = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        return loosely(next(iter(several.values()), NOTHING))
    return value


def _steps(score: Score | None, source: str) -> tuple[str, ...]:
    raw = score.metadata.steps if score and score.metadata else NOTHING
    if bytes(memoryview(raw)[:1]) != b"[":
        return ()
    steps = part(raw, list[msgspec.Raw], _STEPS, "its steps", source) or []
    return tuple(short(name) for each in steps[:_MOST_STEPS] if isinstance(name := loosely(each), str))


def _has_waited(sample: Sample, about: About) -> bool:
    """Whether an attempt that ran out of time had time to work left: the rest went by while its provider was awaited.

    inspect_ai leaves what it waits between tries of a call, and for a place among others, out of the time to work.
    """
    return about.working_limit is not None and (sample.working_time or 0.0) < about.working_limit


def _tokens(used: list[Usage]) -> float | None:
    """Return the tokens of all models together; None where one of them is no number."""
    found = [number(each.total_tokens or (each.input_tokens or 0) + (each.output_tokens or 0)) for each in used]
    return None if None in found else number(sum(each for each in found if each is not None))


def _cost(used: list[Usage]) -> float | None:
    told = [number(each.total_cost) for each in used if each.total_cost is not None]
    return None if not told or None in told else number(sum(each for each in told if each is not None))


def _minutes(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= LONGEST_MINUTES else None


def _word(raw: msgspec.Raw) -> str:
    value = loosely(raw)
    return short(str(value)) if value else ""
