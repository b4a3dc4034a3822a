"""Scaffolds of packages are found by their name, with or without that of the package."""

from collections.abc import Iterator

import pytest
from inspect_ai._util import registry
from inspect_ai.agent import Agent, AgentState, agent

from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.scaffold import scaffold


def _registered(name: str) -> None:
    @agent(name=name)
    def patient() -> Agent:
        async def execute(state: AgentState) -> AgentState:
            """Do nothing."""
            return state

        return execute


@pytest.fixture
def package() -> Iterator[None]:
    before = dict(registry._registry)
    _registered("mine/patient")
    yield
    registry._registry.clear()
    registry._registry.update(before)


@pytest.mark.parametrize("name", ["patient", "mine/patient"])
def test_an_agent_of_a_package_is_found(package: None, name: str) -> None:
    assert registry.registry_info(scaffold(name)).name == "mine/patient"


def test_one_name_of_two_packages_is_told(package: None) -> None:
    _registered("other/patient")
    with pytest.raises(RunError, match="there are several agents") as told:
        scaffold("patient")
    assert "mine/patient, other/patient" in told.value.remedy
