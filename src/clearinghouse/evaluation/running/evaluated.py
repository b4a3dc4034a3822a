"""Attempts are made by inspect_ai: our tasks become one of its tasks, with our box, our oracle and our seals."""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inspect_ai import Task as Evaluation
from inspect_ai import eval as evaluate
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalSpec
from inspect_ai.model import (
    ChatMessageSystem,
    ChatMessageUser,
    Model,
    ModelCost,
    ModelInfo,
    get_model,
    get_model_info,
    set_model_info,
)
from inspect_ai.scorer import SampleScore
from inspect_ai.util import EarlyStop, SandboxEnvironmentSpec
from pydantic import JsonValue

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running import provider, quiet, session
from clearinghouse.evaluation.running.asked import Asked
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.oracle import oracle
from clearinghouse.evaluation.running.scaffold import scaffold
from clearinghouse.evaluation.running.scripted import model as scripted_model
from clearinghouse.evaluation.running.sealing import hook
from clearinghouse.evaluation.running.tools import SECONDS
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox.isolation import Isolation

__all__ = ["attempt", "scripted_model"]  # the second one registers itself when it is imported

NAME = "frontier"
"""Of the task in the eyes of inspect_ai, and in the names of logs."""
KEY = "clearinghouse"
"""The member of a log's metadata that says what it is."""
LEAST_PATIENCE = 600.0
"""Seconds that an attempt may wait for the model's provider, or as many as it may work where those are more. Waiting is
no work: an attempt that comes to its end so is lost, and has not failed."""
_TOLD = """You work in a box: a small Linux machine without a network. Your files are in /work, and what you make there
stays. Processes do not: each call of a tool ends everything that it started. Software that the task is about is in
/subject, read-only, where there is any. You have tokens, time and turns up to a limit; nobody answers questions. When
the files that the task asks for are written, hand in."""


class _Skipping:
    """Passes over attempts that are sealed already; see inspect_ai's ``EarlyStopping``."""

    def __init__(self, done: Collection[tuple[str, int]], sealing: hook.Sealing, tell: Callable[[], None]) -> None:
        self._done = done
        self._sealing = sealing
        self._tell = tell

    async def start_task(self, task: EvalSpec, samples: list[Sample], epochs: int) -> str:
        return "attempts that are sealed"

    async def schedule_sample(self, id: str | int, epoch: int) -> EarlyStop | None:
        if (str(id), epoch) in self._done or self._sealing.failed:
            return EarlyStop(id=id, epoch=epoch, reason="it is sealed already", metadata={})
        return None

    async def complete_sample(self, id: str | int, epoch: int, scores: dict[str, SampleScore]) -> None:
        self._tell()

    async def complete_task(self) -> dict[str, JsonValue]:
        return {}


def attempt(
    tasks: Sequence[Task],
    asked: Asked,
    running: session.Session,
    isolation: Isolation,
    sealing: hook.Sealing,
    done: Collection[tuple[str, int]],
    *,
    samples: int,
    tell: Callable[[], None],
) -> None:
    """Make all attempts at some tasks but those that are done, into one log in the folder that is sealed.

    Args:
        samples: attempts at one time. tell: called after each.

    Raises:
        RunError: the model cannot be had, or inspect_ai ended with an error that is about no attempt.
        KeyboardInterrupt: somebody stopped it; the log can be read.
    """
    made = Evaluation(
        dataset=MemoryDataset([_sample(each) for each in tasks], name=NAME),
        solver=scaffold(asked.scaffold, _seconds(asked.budget)),
        scorer=oracle(),
        sandbox=SandboxEnvironmentSpec(provider.NAME),
        epochs=asked.epochs,
        name=NAME,
        early_stopping=_Skipping(done, sealing, tell),
    )
    told = {KEY: _told(asked, isolation)}
    token = hook.CURRENT.set(sealing)
    try:
        with quiet.quiet(sealing.folder), quiet.stoppable(), session.entered(running), _priced(asked):
            options = _options(asked, sealing.folder, samples)
            logs = evaluate(made, model=_model(asked.model), metadata=told, **options)
    except PrerequisiteError as error:
        raise _cannot(asked.model, error) from None
    finally:
        hook.CURRENT.reset(token)
    sealing.finish()
    if sealing.failed:
        raise sealing.failed
    if not logs or any(each.status == "cancelled" for each in logs):  # stopped by somebody it returns none
        raise KeyboardInterrupt
    for each in logs:
        if each.status != "success":
            said = clean_line(each.error.message if each.error else each.status, 200)
            raise RunError(f"inspect_ai ended with an error: {said}", "look at the log; run it again to go on")


def _model(name: str) -> Model:
    try:
        return get_model(name)
    except (ValueError, ImportError) as error:  # no such provider, or its library is not installed
        raise _cannot(name, error) from None


def _cannot(model: str, error: Exception) -> RunError:
    return RunError(f"{model[:60]} cannot be run: {clean_line(str(error), 200)}", "look at what its provider needs")


def _sample(task: Task) -> Sample:
    return Sample(
        id=task.id,
        input=[ChatMessageSystem(content=_TOLD), ChatMessageUser(content=task.prompt)],
        metadata={
            session.TASK: task.id,
            "family": task.family,
            "domain": task.domain,
            "human_minutes": task.human.minutes,
            "human_source": str(task.human.source),
        },
    )


def _options(asked: Asked, folder: Path, samples: int) -> dict[str, Any]:
    budget = asked.budget
    return {
        "token_limit": budget.tokens,
        "cost_limit": budget.cost,
        "working_limit": math.ceil(budget.seconds),
        "time_limit": math.ceil(budget.seconds + max(budget.seconds, LEAST_PATIENCE)),
        "turn_limit": budget.messages,
        "retry_on_error": asked.retries,
        "fail_on_error": False,
        "max_samples": samples,
        "max_sandboxes": samples,
        "log_dir": str(folder),
        "log_format": "eval",
        "log_buffer": 1,
        "log_realtime": False,
        "log_images": False,
        "log_model_api": False,
        "log_header_only": True,
        "display": "none",
        "log_level": "error",
        "ctl_server": False,
        "score_display": False,
    }


@contextmanager
def _priced(asked: Asked) -> Iterator[None]:
    """Let inspect_ai know prices for as long as this lasts.

    What is written to a cache is input, and so is what is read from one, where that has no price of its own.
    """
    if not asked.prices:
        yield
        return
    read, written, *cached = (float(each) for each in asked.prices)
    again = cached[0] if cached else read
    cost = ModelCost(input=read, output=written, input_cache_write=read, input_cache_read=again)
    before = get_model_info(asked.model) or ModelInfo()
    set_model_info(asked.model, before.model_copy(update={"cost": cost}))
    try:
        yield
    finally:
        set_model_info(asked.model, before)


def _seconds(budget: Budget) -> int:
    return max(1, min(SECONDS, math.ceil(budget.seconds)))


def _told(asked: Asked, isolation: Isolation) -> dict[str, Any]:
    """What a log says of itself, for those who read it without what stands beside it."""
    return {
        "schema": asked.schema,
        "run": asked.digest,
        "scripted": asked.scripted,
        "scaffold": asked.scaffold,
        "tier_demanded": asked.tier,
        "tier_reached": str(isolation.tier),
        "provider": isolation.provider,
        "kernel": isolation.kernel,
        "limits": dict(isolation.limits),
        "plan": asked.plan,
        "pool": asked.pool,
        "seed": asked.seed,
    }
