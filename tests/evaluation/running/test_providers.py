"""Models as their providers give them: what a provider does is not what a model can."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inspect_ai._util import registry
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running import evaluated
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.attempt import Attempt
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.tasks.task import Proof, Task
from sums import sum_tasks

SPENT = ModelUsage(input_tokens=1_000, output_tokens=200, total_tokens=1_200)


class Provider(ModelAPI):
    """A provider whose models are named after what it does with them; each knows the reference solution."""

    task: Task

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        if self.model_name == "down":
            raise ConnectionError("nobody answers")
        if self.model_name == "broken":
            raise ValueError("a word of \x1b[31m the \nprovider" + "a word of the provider")
        began = any(isinstance(each, ChatMessageAssistant) for each in input)
        script = next(each.script for each in self.task.solutions if each.kind is Proof.REFERENCE)
        found = ModelOutput.for_tool_call(
            self.model_name, "submit" if began else "bash", {} if began else {"command": script}
        )
        found.usage = None if self.model_name == "unmetered" else SPENT
        return found

    def should_retry(self, ex: BaseException) -> bool:
        return isinstance(ex, ConnectionError)


@pytest.fixture
def task(tmp_path: Path) -> Iterator[Task]:
    (task,) = sum_tasks(tmp_path / "tasks", [1.0])
    Provider.task = task
    modelapi("provided")(Provider)
    yield task
    registry._registry.pop("modelapi:provided")


def attempt(task: Task, model: str, folder: Path, bench: Bench, seconds: float) -> Attempt:
    budget = Budget(tokens=100_000, seconds=seconds, messages=20)
    run([task], asked([task], f"provided/{model}", budget), folder, bench)
    (log,) = of_run(verified(folder))
    (found,) = log.attempts
    return found


def test_a_model_of_a_provider_is_run_like_any_other(task: Task, bench: Bench, tmp_path: Path) -> None:
    found = attempt(task, "up", tmp_path / "out", bench, 60.0)
    assert (found.ended, found.tokens, found.model) == (Ended.SOLVED, 2_400, "provided/up")


def test_who_waits_for_a_provider_in_vain_has_not_failed(
    task: Task, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluated, "LEAST_PATIENCE", 1.0)
    found = attempt(task, "down", tmp_path / "out", bench, 2.0)
    assert (found.ended, found.score) == (Ended.INFRASTRUCTURE, None)


def test_what_may_have_gone_beyond_the_budget_has_not_succeeded(task: Task, bench: Bench, tmp_path: Path) -> None:
    found = attempt(task, "unmetered", tmp_path / "out", bench, 60.0)
    assert (found.ended, found.score) == (Ended.INFRASTRUCTURE, None)


def test_it_is_told_why_an_attempt_was_lost_and_who_answered(task: Task, bench: Bench, tmp_path: Path) -> None:
    lost = attempt(task, "unmetered", tmp_path / "out", bench, 60.0)
    assert (lost.why, lost.answered) == ("the provider did not say how many tokens its answers took", "unmetered")
    found = attempt(task, "broken", tmp_path / "broken", bench, 60.0)
    assert found.ended is Ended.INFRASTRUCTURE
    assert "a word of the provider" in found.why
    assert found.why.isprintable()
    assert attempt(task, "up", tmp_path / "up", bench, 60.0).why == ""
