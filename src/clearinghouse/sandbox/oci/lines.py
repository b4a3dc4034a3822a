"""Command lines of container engines, podman's and docker's, which understand most of the same words.

Sources: https://docs.docker.com/reference/cli/docker/container/run/ and podman-run(1).
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox.contract import ENVIRONMENT, Command, Limits
from clearinghouse.sandbox.oci.root import MASKED

LABEL = "org.openssf.clearinghouse"
_SHARED_MEMORY = 64 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
_INIT = 2
"""Processes beside the command's: the first one of a container, and the one that starts it."""


class Engine(NamedTuple):
    """What is called, and in what.

    Attributes:
        program: its path. options: of every call. podman: whether it is podman.
        init: whether it has a first process for containers. runtime: which it is to use; empty for its own choice.
        profile: the file of the filter of calls. root: the image, or for podman a folder after ``--rootfs``.
        parts: mounts that belong to the root.
    """

    program: str
    options: tuple[str, ...]
    podman: bool
    init: bool
    runtime: str
    profile: Path
    root: tuple[str, ...]
    parts: tuple[str, ...] = ()

    def call(self, *words: str) -> list[str]:
        """Return a call of the engine."""
        return [self.program, *self.options, *words]


def run(
    engine: Engine, name: str, uid: int, command: Command, mounts: Sequence[str], *more: str, disk: int | None = None
) -> list[str]:
    """Return the call that runs a command in a container of its own.

    Args:
        uid: the user, inside and outside. mounts: options that mount the folders of a box. more: further options.
        disk: bytes of shared memory, where the box does not have a folder for it.
    """
    limits = command.limits
    words = ["run", "--name", name, "--label", LABEL, "--interactive", "--pull", "never", *confined(engine, uid)]
    words += [*_limits(limits), *engine.parts, *mounts, *more]
    if disk is not None:
        words += ["--shm-size", str(min(_SHARED_MEMORY, disk))]
    for variable, value in {**ENVIRONMENT, **command.environment}.items():
        words += ["--env", f"{variable}={value}"]
    return engine.call(*words, "--workdir", command.at, "--entrypoint", "", *engine.root, *command.argv)


def confined(engine: Engine, uid: int) -> list[str]:
    """Return the options that take everything from a container that it does not need."""
    words = ["--network", "none", "--read-only", "--cap-drop", "ALL", "--hostname", "sandbox", "--log-driver", "none"]
    words += ["--security-opt", "no-new-privileges", "--security-opt", f"seccomp={engine.profile}"]
    words += ["--user", f"{uid}:{uid}", "--ipc", "private", "--cgroupns", "private"]
    if engine.init:
        words.append("--init")
    if engine.runtime and not engine.podman:  # podman is told before its verb
        words += ["--runtime", engine.runtime]
    if engine.podman:
        words += ["--security-opt", f"mask={':'.join(MASKED)}", "--read-only-tmpfs=false", "--http-proxy=false"]
        words.append("--no-hosts")
    return words


def _limits(limits: Limits) -> list[str]:
    processes = limits.processes + _INIT
    soft = {"nproc": processes, "fsize": limits.disk, "cpu": int(limits.cpu) + 1, "nofile": 1024, "core": 1}
    soft |= {"rtprio": 0, "nice": 0, "sigpending": 1024, "msgqueue": 0, "memlock": 1 << 16}
    words = ["--pids-limit", str(processes), "--memory", str(limits.memory), "--memory-swap", str(limits.memory)]
    for what, most in soft.items():
        words += ["--ulimit", f"{what}={most}:{most}"]
    return [*words, "--oom-score-adj", "1000"]


def volume(engine: Engine, name: str, uid: int, limits: Limits) -> list[str]:
    """Return the call that makes a file system in memory, which exists as long as a container has it."""
    # in blocks, because podman before 4.4 takes "size" for a quota of its own
    size = f"nr_blocks={max(1, limits.disk // _PAGE)},nr_inodes={limits.files + 1}"
    size += f",mode=0700,uid={uid},gid={uid},nosuid,nodev"
    options = ("--driver", "local", "--label", LABEL, "--opt", "type=tmpfs", "--opt", "device=tmpfs")
    return engine.call("volume", "create", *options, "--opt", f"o={size}", name)


def mounted(source: str, at: str, *, writable: bool) -> list[str]:
    """Return the option that mounts a folder of this machine, or a volume."""
    return ["--volume", f"{source}:{at}:{'rw' if writable else 'ro'}"]
