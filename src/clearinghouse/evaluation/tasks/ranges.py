"""Ranges: tasks with several hosts. What makes one, and how the sandbox is told."""

from collections.abc import Mapping, Sequence

from clearinghouse.evaluation.tasks import folder as folders
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.fields import Host, Kind, Written
from clearinghouse.sandbox import BoxError, Command, Limits, contract
from clearinghouse.sandbox.contract import MIB
from clearinghouse.sandbox.network import LOCAL, OWN, links_of

HOSTS = "hosts"
"""The folder below ``/work`` of the oracle's box with a folder of each host: what was fresh there, and collected."""
AGENT = "agent"
"""By which hosts name the agent's own box in their links."""
TAKEN = frozenset({AGENT, LOCAL})
"""Names that no host can have."""
SERVING = Limits(seconds=600, cpu=120, memory=256 * MIB, processes=64, disk=64 * MIB, files=4096)
"""What the program of a host may use while one command of the agent runs, where the task does not say otherwise."""


def require_range(written: Written, files: Mapping[str, bool], source: str) -> None:
    """Refuse hosts that make no range.

    Args:
        written: the task. files: whether there are any below each host's folder. source: of the task, for messages.

    Raises:
        TaskError: they make none.
    """
    where = f"{source}/{folders.NAME}: host"
    kind, hosts = written.kind, written.host
    if (kind is Kind.RANGE) != bool(hosts):
        what = f"{where}: only a range has hosts, and it has some"
        raise TaskError(what, "add hosts, or name another kind", source=source)
    for host in hosts:
        if host.name in TAKEN:
            what = f"{where} {host.name}: this is the name of a box that there is anyway"
            raise TaskError(what, "name it otherwise", source=source)
        if not files[host.folder]:
            raise TaskError(f"{where} {host.name}: there is no file below {host.folder}", "add one", source=source)
        if twice := {each for each in host.fresh if each in host.collect}:
            what = f"{where} {host.name}: {min(twice)} is fresh, so that it need not be collected"
            raise TaskError(what, "name it once", source=source)
    try:
        links_of(ranged(hosts, {}))
    except BoxError as error:
        raise TaskError(f"{where}: {error.what}", error.remedy, source=source) from None


def ranged(hosts: Sequence[Host], boxes: Mapping[str, str]) -> tuple[contract.Host, ...]:
    """Return the hosts of a task as the sandbox has them, each with its box."""
    return tuple(
        contract.Host(
            name=each.name,
            box=boxes.get(each.name, ""),
            command=Command(argv=each.command, limits=each.limits.over(SERVING)),
            port=each.port,
            links=tuple(OWN if name == AGENT else name for name in each.links),
        )
        for each in hosts
    )


def is_of_host(hosts: Sequence[Host], name: str) -> bool:
    """Whether something collected is a host's: its name, a colon, and a path that is fresh or collected there."""
    return name in {f"{host.name}:{each}" for host in hosts for each in (*host.fresh, *host.collect)}
