"""How well something was isolated: what was demanded, and what was measured."""

from enum import StrEnum

import msgspec

from clearinghouse.sandbox.contract import UnsafeError


class Tier(StrEnum):
    """Four tiers, each of which holds what those before it do not. They compare by their order.

    Attributes:
        T0: a process like any other. Nothing untrusted is ever run so.
        T1: name spaces and a filter of system calls, on a kernel that others use too.
        T2: a virtual machine: a kernel of its own.
        T3: a machine of its own that is connected to nothing.
    """

    T0 = "T0"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"


WORDS = {
    Tier.T0: "a process like any other",
    Tier.T1: "name spaces on a kernel that is shared",
    Tier.T2: "a virtual machine",
    Tier.T3: "a machine of its own",
}


class Held(msgspec.Struct, frozen=True):
    """One point of the self-check.

    Attributes:
        name: of it. holds: whether it held. how: what holds it, or what was seen; one line.
    """

    name: str
    holds: bool
    how: str


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """What was achieved, as measured by the self-check on the machine that runs things.

    Attributes:
        tier: the tier. provider: its name and version. kernel: release of the kernel inside.
        shared: whether that is the kernel of the runner itself. boot: identifies one start of the runner's kernel; a
            dispatcher that has another one is on another kernel.
        limits: what holds each limit (``memory``: ``cgroup-v1``). held: every point of the self-check.
        declared: what the operator says the runner is, beyond what can be measured from inside.
    """

    tier: Tier
    provider: str
    kernel: str = ""
    shared: bool = True
    boot: str = ""
    limits: dict[str, str] = {}
    held: tuple[Held, ...] = ()
    declared: str = ""

    @property
    def failed(self) -> tuple[Held, ...]:
        """The points that did not hold."""
        return tuple(each for each in self.held if not each.holds)


def demand(isolation: Isolation, least: Tier) -> None:
    """Refuse what is isolated less than ``least``.

    Raises:
        UnsafeError: it is, or a point of the self-check did not hold.
    """
    if isolation.failed or not isolation.held:
        names = ", ".join(each.name for each in isolation.failed) or "it was never made"
        raise UnsafeError(
            f"{isolation.provider} failed its self-check: {names}",
            "look at `clearinghouse sandbox check`; nothing is run until every point holds",
        )
    if isolation.tier < least:
        raise UnsafeError(
            f"this needs isolation tier {least} ({WORDS[least]}); here is {isolation.tier} ({WORDS[isolation.tier]})",
            "name a runner on a machine that reaches it",
        )
