"""What a runtime is told: ``config.json`` of a bundle, OCI runtime specification 1.1.

Sources: https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config.md, and config-linux.md beside it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from clearinghouse.sandbox.boxes import SHARED
from clearinghouse.sandbox.contract import ENVIRONMENT, Command
from clearinghouse.sandbox.inside import INSIDE
from clearinghouse.sandbox.oci import calls
from clearinghouse.sandbox.oci.root import MASKED, Part

VERSION = "1.0.2"
"""Of the specification. Nothing of 1.1 is asked for by name, so that runtimes that only know 1.0 take it too."""
_CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
_SAFE = ("nosuid", "nodev")
_MASKED = (
    *MASKED,
    *("/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/latency_stats", "/proc/scsi", "/proc/timer_stats"),
    "/sys/firmware",
)
_READ_ONLY = tuple(f"/proc/{name}" for name in ("bus", "fs", "irq", "sys", "sysrq-trigger"))


class Place(NamedTuple):
    """Where a box is, on the outside.

    Attributes:
        root: the skeleton. parts: what is mounted over it. folder: has ``work`` and ``tmp``. subject: of this box or of
            another. builds: whether the subject is writable.
    """

    root: Path
    parts: tuple[Part, ...]
    folder: Path
    subject: Path
    builds: bool


def config(place: Place, command: Command, *, processes: int, own_processes: bool, counted: bool) -> dict[str, Any]:
    """Return the configuration for one command in a box.

    Args:
        processes: how many its user may have. own_processes: whether the runtime makes a name space of processes.
        counted: whether a control group counts memory.
    """
    kinds = ("mount", "network", "ipc", "uts", *(("pid",) if own_processes else ()))
    return {
        "ociVersion": VERSION,
        "hostname": "sandbox",
        # what makes its own name space of processes cannot make the skeleton read-only; to nobody it is writable anyway
        "root": {"path": str(place.root), "readonly": not own_processes},
        "process": {
            "terminal": False,
            "user": {"uid": INSIDE, "gid": INSIDE},
            "args": list(command.argv),
            "env": [f"{name}={value}" for name, value in {**ENVIRONMENT, **command.environment}.items()],
            "cwd": command.at,
            "noNewPrivileges": True,
            "capabilities": {name: [] for name in _CAPABILITIES},
            "rlimits": [
                {"type": f"RLIMIT_{name}", "soft": most, "hard": most} for name, most in _limits(command, processes)
            ],
        },
        "mounts": list(_mounts(place)),
        "linux": {
            "namespaces": [{"type": kind} for kind in kinds],
            "seccomp": calls.profile(counted=counted),
            "maskedPaths": list(_MASKED),
            "readonlyPaths": list(_READ_ONLY),
        },
    }


def _limits(command: Command, processes: int) -> Iterable[tuple[str, int]]:
    limits = command.limits
    yield from (("NPROC", processes), ("FSIZE", limits.disk), ("CPU", int(limits.cpu) + 1))
    yield from (("NOFILE", 1024), ("CORE", 1), ("MSGQUEUE", 0), ("MEMLOCK", 1 << 16))
    yield from (("RTPRIO", 0), ("NICE", 0), ("SIGPENDING", 1024))


def _mounts(place: Place) -> Iterable[dict[str, Any]]:
    for part in place.parts:
        yield _bind(part.source, part.at, "ro")
    yield _mount("proc", "/proc", *_SAFE, "noexec")
    yield _mount("tmpfs", "/dev", "nosuid", "noexec", "mode=755", "size=64k")
    yield _mount("devpts", "/dev/pts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")
    yield _bind(place.folder / SHARED, "/dev/shm", "rw")  # noqa: S108 - of the box
    for name in ("work", "tmp"):
        yield _bind(place.folder / name, f"/{name}", "rw")
    yield _bind(place.subject, "/subject", "rw" if place.builds else "ro")


def _mount(kind: str, at: str, *options: str) -> dict[str, Any]:
    return {"destination": at, "type": kind, "source": kind, "options": list(options)}


def _bind(source: Path, at: str, mode: str) -> dict[str, Any]:
    return {"destination": at, "type": "bind", "source": str(source), "options": ["bind", mode, *_SAFE]}
