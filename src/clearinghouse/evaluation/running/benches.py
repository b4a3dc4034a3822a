"""Which bench a box of an evaluation is from: that of the session in progress, or one that is shared by its choice."""

from inspect_ai.util import SandboxEnvironmentConfigType
from pydantic import BaseModel

from clearinghouse.evaluation.running import session
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.sandbox import Tier


class BoxConfig(BaseModel, frozen=True):
    """What can be chosen where boxes are made without a session of ours.

    Attributes:
        tier: of isolation, at least. runners: at one time. disk, memory: of each box, in MiB.
    """

    tier: str = "T1"
    runners: int = 2
    disk: int = 256
    memory: int = 1024


_shared: dict[BoxConfig, Bench] = {}
"""Benches of evaluations that are not ours, from their first task to their last."""


def bench_of(config: SandboxEnvironmentConfigType | None) -> Bench:
    """Return the bench of the session in progress, or one that all who chose the same share."""
    running = session.current()
    if running is not None:
        return running.bench
    chosen = config_of(config)
    if chosen not in _shared:
        _shared[chosen] = Bench(runners=chosen.runners, least=Tier(chosen.tier))
    return _shared[chosen]


def config_of(config: SandboxEnvironmentConfigType | None) -> BoxConfig:
    """Return what was chosen, or what is usual."""
    return config if isinstance(config, BoxConfig) else BoxConfig()


def let_go(config: SandboxEnvironmentConfigType | None) -> None:
    """End the runners of a bench that is shared, if there is one."""
    bench = _shared.pop(config_of(config), None)
    if bench:
        bench.close()
