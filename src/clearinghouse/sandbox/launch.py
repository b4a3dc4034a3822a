"""How a runner is started: without a key, without a connection, without a network, in name spaces of its own.

The runner is a process that only ever sees what it is sent. It begins with an empty environment and no open file but
its two pipes; its network has nothing but a loopback; what it mounts nobody else sees; when it ends, however it
does, every process in every box ends, and every box is gone.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from clearinghouse.sandbox.contract import ENVIRONMENT, MIB, Limits, UnavailableError
from clearinghouse.sandbox.muffled import muffle
from clearinghouse.sandbox.workspace import mount_memory

_UNSHARE = ("--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL", "--mount-proc")
_ALONE = ("--user", "--map-root-user")
_SHARING = ("--mount", "--net", "--ipc", "--uts")
"""For docker, whose daemon is outside: without a name space of processes, for the runner looks at its containers'."""
_REACHING = ("HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "LANG")
_RANGE = "--map-auto"
"""For containers, which need more users than one: those of /etc/subuid and /etc/subgid (newuidmap(1))."""


def command(*arguments: str) -> list[str]:
    """Return the command that becomes a confined runner, which speaks over standard input and output.

    A runner that uses docker is confined less: it sees the processes of the machine, and a container does not end
    because it does; its daemon is asked over a socket of the file system, so the network is as empty as ever.

    Args:
        arguments: those of the runner: its setting, as JSON.

    Raises:
        UnavailableError: a tool that it needs is not installed.
    """
    unshare = shutil.which("unshare", path=f"{ENVIRONMENT['PATH']}:/usr/sbin:/sbin")
    if unshare is None:
        raise UnavailableError("unshare is not installed on this machine", "apt-get install util-linux")
    provider = _provider(*arguments)
    confined = _SHARING if provider == "docker" else _UNSHARE
    alone = () if os.geteuid() == 0 else (*_ALONE, _RANGE) if provider in {"oci", "podman"} else _ALONE
    return [unshare, *alone, *confined, "--", sys.executable, "-P", "-m", "clearinghouse.sandbox.runner", *arguments]


def _provider(setting: str = "{}", *_: str) -> str:
    """The provider that a setting names; what else is in it, or whether it is one, the runner will say."""
    with contextlib.suppress(msgspec.DecodeError):
        return str(msgspec.json.decode(setting, type=dict[str, object]).get("provider", ""))
    return ""


def environment() -> dict[str, str]:
    """Return all that a runner finds in its environment."""
    return {"PATH": ENVIRONMENT["PATH"], "LANG": "C.UTF-8"}


def reaching() -> dict[str, str]:
    """Return what a command finds that reaches a runner: what ``ssh`` needs of who calls it, and no setting of ours."""
    found = {name: os.environ[name] for name in _REACHING if name in os.environ}
    places = (os.environ.get("PATH", os.defpath), os.path.dirname(sys.executable))
    return {**environment(), **found, "PATH": os.pathsep.join(places)}


def start(argv: list[str], variables: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a runner by its command: the one of :func:`command`, or one that reaches another machine.

    Args:
        variables: its environment; None takes :func:`environment`.

    Raises:
        UnavailableError: it cannot be started.
    """
    named = environment() if variables is None else variables
    try:
        started = subprocess.Popen(  # noqa: S603 - a command of the installation's configuration
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=named,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise UnavailableError(
            f"the runner cannot be started: {argv[0]}: {error.strerror}", "look at the command that starts it"
        ) from None
    if started.stderr is not None:
        muffle(started.stderr)
    return started


def end(process: subprocess.Popen[bytes]) -> None:
    """End a runner at once: it, and what stands between (a shell, ``ssh``); what is in its boxes ends with it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def base() -> Path:
    """Return an empty folder of this process alone, for the mounts of a runner.

    Raises:
        UnavailableError: no folder can be mounted on, or this process is in the name spaces of the machine, where what
            it mounts would hide folders from everybody.
    """
    if os.getpid() != 1:  # the first one of a name space: what :func:`command` makes
        raise UnavailableError("a runner is started here without confinement", "start it by `clearinghouse sandbox`")
    taken = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parent]
    for name in ("/mnt", "/media", "/srv", "/opt", "/home"):
        folder = Path(name)
        if folder.is_dir() and not any(path.is_relative_to(folder) for path in taken):
            try:
                mount_memory(folder, Limits(disk=4 * MIB, files=4096))
            except OSError as error:
                raise UnavailableError(
                    f"name spaces may not be used here: {error.strerror}",
                    "allow user name spaces (on Ubuntu: an AppArmor profile for bwrap, or "
                    "kernel.apparmor_restrict_unprivileged_userns=0), or start the runner as root",
                ) from None
            return folder
    raise UnavailableError("there is no folder on which boxes can be mounted", "make the folder /mnt")
