"""Scripted agents as a provider of models for inspect_ai: ``scripted/expert`` stands where a model's name would.

They answer as a model does, with calls of tools: they look around, run one script, and hand in. Nothing is asked over
any network.
"""

from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.solver._task_state import sample_state  # what the attempt is about, beside what was said
from inspect_ai.tool import ToolChoice, ToolInfo

from clearinghouse.evaluation.running import session
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.scripted import skill
from clearinghouse.evaluation.running.scripted.play import Play, play

_LOOK = "pwd; ls -la"


class BrokenOffError(Exception):
    """What a flaky agent ends with: it stands for a machine that failed."""


@modelapi(name=skill.PREFIX)
class Scripted(ModelAPI):
    """One scripted agent. See inspect_ai's ``ModelAPI``."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - the contract's default
        **_: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self._agent = skill.agent(model_name)

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Return the next turn."""
        state = sample_state()
        if state is None:
            raise RunError("a scripted agent was asked outside of an attempt", "use `clearinghouse frontier run`")
        running = session.needed()
        task = running.task_of(state.metadata)
        digest = running.digests[task.id]
        chosen = play(self._agent, task, digest, state.epoch, running.seed, running.budget.tokens)
        output = self._turn(chosen, sum(isinstance(each, ChatMessageAssistant) for each in input), tools)
        written = len(output.message.text) + sum(len(str(each.arguments)) for each in output.message.tool_calls or ())
        read = sum(len(each.text) for each in input)
        asked, answered = skill.used(task.human.minutes, written, read)
        output.usage = ModelUsage(input_tokens=asked, output_tokens=answered, total_tokens=asked + answered)
        return output

    def _turn(self, chosen: Play, turn: int, tools: list[ToolInfo]) -> ModelOutput:
        name = f"{skill.PREFIX}/{self.model_name}"
        if chosen.does == "refuse":
            return ModelOutput.from_content(name, "I will not do this.", stop_reason="content_filter")
        if chosen.does == "break":
            raise BrokenOffError(f"{name} breaks off here, as a machine that fails would")
        if turn == 0:
            return ModelOutput.for_tool_call(name, "bash", {"command": _LOOK}, content="Let me look around first.")
        if turn == 1:
            return ModelOutput.for_tool_call(name, "bash", {"command": chosen.script}, content="Now I do it.")
        answered = any(each.name == "submit" and each.parameters.properties for each in tools)
        return ModelOutput.for_tool_call(name, "submit", {"answer": "done"} if answered else {}, content="Done.")
