"""Make the self-check, and say what was achieved."""

from typing import Any

from clearinghouse.sandbox.check.planted import planted
from clearinghouse.sandbox.check.points import Trial, points
from clearinghouse.sandbox.contract import Provider
from clearinghouse.sandbox.isolation import Held, Isolation, Tier


def check(provider: Provider, *, groups: str = "sampling", machine: bool = False) -> Isolation:
    """Return what a provider achieves on this machine.

    Args:
        groups: which kind of control groups it uses. machine: whether the provider says that a box of its has a virtual
            machine of its own; it is believed only where the kernel inside is another one too.
    """
    held: list[Held] = []
    measured: dict[str, Any] = {}
    with planted() as found:
        for some, more in points(Trial(provider, found)):
            held += some
            measured |= more
    names = ("memory", "processes", "disk", "output", "time", "cpu")
    limits = {str(name): str(measured[name]) for name in names if name in measured}
    limits = {name: groups if means == "cgroup" else means for name, means in limits.items()}
    shared = bool(measured.get("shared", True))
    return Isolation(
        tier=Tier.T0 if not all(each.holds for each in held) else Tier.T2 if machine and not shared else Tier.T1,
        provider=provider.name,
        kernel=str(measured.get("kernel", "")),
        shared=shared,
        boot=_boot(),
        limits=limits,
        held=tuple(held),
    )


def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""
