"""How a model is led through a task: our plain loop, or any agent that inspect_ai knows by name."""

from inspect_ai._util.registry import registry_create, registry_find, registry_info, registry_unqualified_name
from inspect_ai.agent import Agent, AgentState, agent, react
from inspect_ai.model import ChatMessageUser, execute_tools, get_model

from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.tools import SECONDS, bash, python, submit

PLAIN = "plain"
"""The scaffold that is meant where none is named."""
VERSION = "1"
_PATIENCE = 3
"""Turns in a row without any call of a tool, after which the attempt ends."""
_GO_ON = "Go on, with the tools. Call submit when the files that were asked for are written."
_ENDS = frozenset({"content_filter", "model_length"})


@agent
def plain(seconds: int = SECONDS) -> Agent:
    """Generate, run the tools that were called, and again, until the model hands in, refuses, or says nothing more.

    Args:
        seconds: that one command may take.
    """

    async def execute(state: AgentState) -> AgentState:
        """Work at the task."""
        tools = [bash(seconds), python(seconds), submit()]
        idle = 0
        while idle < _PATIENCE:
            state.output = await get_model().generate(state.messages, tools)
            state.messages.append(state.output.message)
            if state.output.stop_reason in _ENDS:
                break
            called = state.output.message.tool_calls or []
            if not called:
                idle += 1
                state.messages.append(ChatMessageUser(content=_GO_ON))
                continue
            idle = 0
            messages, _ = await execute_tools(state.messages, tools)
            state.messages.extend(messages)
            if any(each.function == "submit" for each in called):
                break
        return state

    return execute


def scaffold(name: str, seconds: int = SECONDS) -> Agent:
    """Return an agent by name: ``plain``, ``react``, or one that a package has registered with inspect_ai.

    Args:
        seconds: that one command may take, where the agent's tools are ours.

    Raises:
        RunError: there is none of that name, or it wants to be told more.
    """
    if name == PLAIN:
        return plain(seconds)
    if name == "react":
        return react(tools=[bash(seconds), python(seconds)])
    known = registry_find(lambda info: info.type == "agent" and name in {info.name, registry_unqualified_name(info)})
    called = sorted({registry_info(each).name for each in known})
    if len(called) > 1:
        raise RunError(f"there are several agents {name[:60]!r}", f"name one of {', '.join(called)}")
    if not called:
        raise RunError(f"inspect_ai knows no agent {name[:60]!r}", "take plain or react, or install its package")
    try:
        return registry_create("agent", called[0])
    except TypeError as error:
        raise RunError(f"the agent {name[:60]!r} cannot be made: {error}", "give one that needs no arguments") from None
