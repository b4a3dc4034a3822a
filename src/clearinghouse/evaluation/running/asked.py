"""What was asked of a run: written before the first attempt, and bound to every seal of it."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from math import inf
from typing import Annotated, Any

import msgspec

from clearinghouse import __version__
from clearinghouse.evaluation.errors import MissingExtraError
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.errors import LogError, RunError
from clearinghouse.evaluation.running.scripted.skill import PREFIX
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox import Tier
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, decode_strictly

SCHEMA = "clearinghouse frontier run 1"
NAME = "run.json"
LARGEST = 32 << 20
MOST_EPOCHS = 1_000
MOST_SECONDS = 30 * 86_400.0
"""Of work, for one attempt."""
STAND_INS = (f"{PREFIX}/", "mockllm/")
"""What models' names begin with that are none: our scripted agents, and inspect_ai's own stand-in."""
_Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task of a run.

    Attributes:
        id, family, domain, kind: of the task. sha256: of its bytes. minutes: of human time, as text; its source.
        marking: of its custody. steps: names and weights, as text, where it is scored by steps.
    """

    id: str
    sha256: _Digest
    family: str
    domain: str
    kind: str
    minutes: str
    source: str
    marking: str = "CLEAR"
    steps: tuple[tuple[str, str], ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked of a run.

    Attributes:
        model: by inspect_ai's name of its provider. scripted: whether it is a scripted agent and no model.
        scaffold: that led it, with its version where it is ours. epochs: attempts at each task.
        tokens, cost, seconds, messages: the budget of each attempt; fractions as text, the cost empty where it is not
            limited. retries: how often an attempt that the machine lost is made again. seed: of scripted agents.
        tier: of isolation, at least. plan: SHA-256 of the plan; empty where there is none. pool: the root of the pool,
            likewise. prices: US dollars for a million tokens of input, of output, and of cached input where that has
            one of its own, as text; without them costs are not known. tasks: in the order in which they are tried.
        engine, software: versions of inspect_ai and of this.
    """

    model: str
    scripted: bool
    scaffold: str
    epochs: int
    tokens: int
    cost: str
    seconds: str
    messages: int
    retries: int
    seed: int
    tier: str
    tasks: tuple[Given, ...]
    engine: str
    software: str
    plan: str = ""
    pool: str = ""
    prices: tuple[str, ...] = ()
    schema: str = SCHEMA

    @property
    def budget(self) -> Budget:
        """The budget of each attempt."""
        cost = float(self.cost) if self.cost else None
        return Budget(tokens=self.tokens, cost=cost, seconds=float(self.seconds), messages=self.messages)

    @property
    def digest(self) -> str:
        """SHA-256 of what :meth:`to_bytes` returns, in hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return canonical(built)

    @classmethod
    def from_bytes(cls, data: bytes, source: str) -> "Asked":
        """Return what bytes hold.

        Raises:
            LogError: it is none.
        """
        try:
            found = decode_strictly(data, _READER, LARGEST)
            found.budget  # noqa: B018 - a number that is none is told here
        except (NotStrictError, ValueError) as error:
            raise LogError(f"{source}: this is no beginning of a run: {error}", "name the folder of one") from None
        if found.schema != SCHEMA or found.to_bytes() != data:
            raise LogError(f"{source}: this was not written by a run of this version", "name the folder of one")
        return found


_READER = msgspec.json.Decoder(Asked)


def asked(
    tasks: Sequence[Task],
    model: str,
    budget: Budget,
    *,
    epochs: int = 1,
    scaffold: str = "plain",
    seed: int = 0,
    tier: Tier = Tier.T1,
    retries: int = 1,
    plan: str = "",
    pool: str = "",
    prices: tuple[float, ...] | None = None,
) -> Asked:
    """Return what a run is asked for.

    Raises:
        RunError: there is no task, one stands twice, a number is out of bounds. MissingExtraError: no inspect_ai.
    """
    names = [each.id for each in tasks]
    if not names:
        raise RunError("there is no task to run", "name a folder of tasks")
    if len(set(names)) != len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise RunError(f"the task {twice} stands twice", "name each once")
    if not 1 <= epochs <= MOST_EPOCHS:
        raise RunError(f"{epochs} attempts at each task cannot be made", f"ask for 1 to {MOST_EPOCHS}")
    if budget.tokens < 1 or not 0 < budget.seconds <= MOST_SECONDS or budget.messages < 1:
        raise RunError("a budget of nothing", f"give tokens, turns and seconds above zero, at most {MOST_SECONDS:,.0f}")
    if budget.cost is not None and not 0 < budget.cost < inf:
        raise RunError("a limit of costs that is none", "give US dollars above zero")
    if prices is not None and not all(0 <= each < inf for each in prices):
        raise RunError("prices that are none", "give US dollars for a million tokens, zero or more")
    if budget.cost is not None and prices is None:
        raise RunError("a limit of costs without prices", "give the prices of a million tokens of input and of output")
    if "/" not in model:
        raise RunError(f"{model[:60]!r} names no model", "write provider/model, such as scripted/expert")
    return Asked(
        model=model,
        scripted=model.startswith(STAND_INS),
        scaffold=scaffold,
        epochs=epochs,
        tokens=budget.tokens,
        cost="" if budget.cost is None else repr(float(budget.cost)),
        seconds=repr(float(budget.seconds)),
        messages=budget.messages,
        retries=retries,
        seed=seed,
        tier=str(tier),
        tasks=tuple(_given(each) for each in tasks),
        engine=_engine(),
        software=__version__,
        plan=plan,
        pool=pool,
        prices=tuple(repr(float(each)) for each in prices or ()),
    )


def _given(task: Task) -> Given:
    return Given(
        id=task.id,
        sha256=task.digest,
        family=task.family,
        domain=task.domain,
        kind=str(task.kind),
        minutes=repr(float(task.human.minutes)),
        source=str(task.human.source),
        marking=str(task.custody.marking),
        steps=tuple((each.name, repr(float(each.weight))) for each in task.steps),
    )


def _engine() -> str:
    try:
        return f"inspect_ai {version('inspect_ai')}"
    except PackageNotFoundError:
        raise MissingExtraError("inspect_ai") from None
