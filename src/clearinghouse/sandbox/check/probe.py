"""Runs inside a box, with nothing but Python's own library: tries what must not work, and prints what it saw as JSON.

python3 probe.py WHAT [ARGUMENTS as JSON]
"""

import contextlib
import ctypes
import errno
import glob
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

FOLDERS = ("/work", "/tmp", "/dev/shm")  # noqa: S108 - of the box
LIBC = ctypes.CDLL(None, use_errno=True)


def said(call: Callable[..., int], *arguments: Any) -> str:
    """The name of the error of a call of the C library, or an empty text where it worked."""
    ctypes.set_errno(0)
    return "" if call(*arguments) != -1 else errno.errorcode.get(ctypes.get_errno(), "?")


def tried(action: Callable[[], object]) -> str:
    """The name of the error of an action, or an empty text where it worked."""
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, "?") if error.errno else type(error).__name__
    return ""


def new_file(path: str) -> None:
    """Make a file."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def text_of(path: str, most: int = 1 << 16) -> str:
    """What stands in a file, or an empty text."""
    try:
        with open(path, "rb") as file:
            return file.read(most).decode(errors="replace")
    except OSError:
        return ""


def spaces() -> dict[str, str]:
    """Which name spaces this is in."""
    found = {}
    for name in ("ipc", "mnt", "net", "pid", "uts"):
        with contextlib.suppress(OSError):
            found[name] = os.readlink(f"/proc/self/ns/{name}")
    return found


def places() -> dict[str, list[int]]:
    """Which device and file every folder of the root is: it is the same one wherever else it is mounted."""
    found = {}
    for name in os.listdir("/"):
        with contextlib.suppress(OSError):
            at = os.stat(f"/{name}")
            found[name] = [at.st_dev, at.st_ino]
    return found


def identity(asked: dict[str, Any]) -> dict[str, Any]:
    """Who this is, on which kernel; it stays for a moment, to be looked at from outside."""
    time.sleep(asked["seconds"])
    status = dict(line.split(":\t", 1) for line in text_of("/proc/self/status").splitlines() if ":\t" in line)
    return {
        "uid": os.getuid(),
        "groups": os.getgroups(),
        "status": {
            name: status.get(name, "").strip() for name in ("CapEff", "CapPrm", "CapInh", "CapAmb", "NoNewPrivs")
        },
        "spaces": spaces(),
        "boot": text_of("/proc/sys/kernel/random/boot_id").strip(),
        "kernel": os.uname().release,
        "host": os.uname().nodename,
        "session": tried(lambda: os.close(os.open("/dev/tty", os.O_RDWR))),
        "descriptors": sorted(int(each) for each in os.listdir("/proc/self/fd"))[:-1],
    }


def network(asked: dict[str, Any]) -> dict[str, Any]:
    """Which interfaces there are, and which servers outside can be reached."""

    def reach(family: int, address: Any, kind: int = socket.SOCK_STREAM) -> None:
        with socket.socket(family, kind) as it:
            it.settimeout(2)
            if kind == socket.SOCK_DGRAM:
                it.sendto(b"x", address)
            else:
                it.connect(address)

    families = {
        "vsock": tried(lambda: socket.socket(40, socket.SOCK_STREAM).close()),
        "alg": tried(lambda: socket.socket(38, socket.SOCK_SEQPACKET).close()),
        "packet": tried(lambda: socket.socket(17, socket.SOCK_RAW).close()),
    }
    return {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "loopback": tried(lambda: reach(socket.AF_INET, ("127.0.0.1", asked["port"]))),
        "outside": tried(lambda: reach(socket.AF_INET, ("192.0.2.1", 53), socket.SOCK_DGRAM)),
        "abstract": tried(lambda: reach(socket.AF_UNIX, "\0" + asked["abstract"])),
        "path": tried(lambda: reach(socket.AF_UNIX, asked["path"])),
        "families": families,
    }


def files(asked: dict[str, Any]) -> dict[str, Any]:
    """Which files of the outside can be seen, and where one can write."""
    seen = [path for path in asked["paths"] if os.path.lexists(path)]
    folders = ("/", "/usr", "/usr/bin", "/etc", "/dev", "/proc/sys/kernel", "/run", "/var", "/sys", *asked["read_only"])
    inside = [folder for folder in folders if os.path.isdir(folder)]
    return {
        "seen": seen,
        "writable": [folder for folder in inside if not tried(partial(new_file, f"{folder}/probe"))],
        "top": sorted(os.listdir("/")),
        "places": places(),
        "boot": text_of("/proc/sys/kernel/random/boot_id").strip(),
        "core_pattern": tried(lambda: open("/proc/sys/kernel/core_pattern", "wb").close()),
        "devices": tried(lambda: os.mknod("/work/device", 0o600 | 0o20000, os.makedev(1, 1))),
    }


def secrets(asked: dict[str, Any]) -> dict[str, Any]:
    """Whether a word that only the outside knows stands in anything that can be read of processes."""
    found = []
    for pattern in ("/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline", "/proc/[0-9]*/task/*/environ"):
        found += [path for path in glob.glob(pattern) if asked["word"] in text_of(path)]
    return {
        "found": found,
        "environment": sorted(os.environ),
        "processes": len(glob.glob("/proc/[0-9]*")),
        "own": [name for name, value in os.environ.items() if asked["word"] in value],
    }


def nesting(_: dict[str, Any]) -> dict[str, Any]:
    """Which name spaces can be made inside, and which dangerous calls get through."""
    new = {"user": 0x10000000, "mount": 0x20000, "network": 0x40000000, "pid": 0x20000000, "ipc": 0x08000000}
    made = {}
    for name, flag in new.items():
        child = os.fork()
        if child == 0:
            os._exit(0 if LIBC.unshare(flag) == 0 else 1)
        made[name] = os.waitpid(child, 0)[1] == 0
    # the two architectures number these calls differently
    numbers = {"x86_64": (272, 101, 165, 321, 250, 425, 298), "aarch64": (97, 117, 40, 280, 219, 425, 241)}
    names = ("unshare", "ptrace", "mount", "bpf", "keyctl", "io_uring_setup", "perf_event_open")
    calls = {}
    for name, number in zip(names, numbers.get(os.uname().machine, ()), strict=False):
        # nonsense as arguments: EPERM before anything is looked at is the filter, every other answer is the kernel
        argument = 0x10000000 if name == "unshare" else -1
        calls[name] = said(LIBC.syscall, ctypes.c_long(number), ctypes.c_long(argument), 0, 0, 0, 0)
    return {"made": [name for name, worked in made.items() if worked], "calls": calls}


def forks(asked: dict[str, Any]) -> dict[str, Any]:
    """How many processes can be made."""
    count, why = 0, ""
    try:
        while count < asked["most"]:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
            count += 1
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "?")
    return {"count": count, "why": why}


def memory(asked: dict[str, Any]) -> dict[str, Any]:
    """How much memory can be had, in two processes, so that no limit of a single one is enough."""
    os.fork()
    held = []
    size = 0
    while size < asked["most"]:
        block = bytearray(asked["step"])
        for at in range(0, len(block), 4096):
            block[at] = 1
        held.append(block)
        size += len(block)
    time.sleep(asked["seconds"])
    return {"size": size}


def disk(asked: dict[str, Any]) -> dict[str, Any]:
    """How much can be written in each folder that can be written to, and how many files there can be."""
    sizes = {}
    for folder in FOLDERS:
        size, block = 0, b"\1" * (1 << 20)
        with contextlib.suppress(OSError), open(f"{folder}/fill", "wb", buffering=0) as out:
            while size < asked["most"]:
                size += out.write(block)
        with contextlib.suppress(OSError):
            os.unlink(f"{folder}/fill")
        sizes[folder] = size
    count = 0
    with contextlib.suppress(OSError):
        while count < asked["files"]:
            new_file(f"/work/f{count}")
            count += 1
    return {"sizes": sizes, "files": count}


def output(asked: dict[str, Any]) -> NoReturn:
    """Write much."""
    block = b"x" * 65536
    for _ in range(asked["most"] // len(block)):
        os.write(1, block)
    os._exit(0)


def sleep(asked: dict[str, Any]) -> None:
    """Leave a child in a session of its own that holds every signal back, and sleep."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(asked["seconds"])
        os._exit(0)
    time.sleep(asked["seconds"])


def spin(asked: dict[str, Any]) -> NoReturn:
    """Use the processor, in two processes."""
    os.fork()
    while time.process_time() < asked["seconds"]:
        pass
    os._exit(0)


def leave(asked: dict[str, Any]) -> dict[str, Any]:
    """Leave a child behind that would go on, and traps for who collects what is left."""
    if os.fork() == 0:
        os.setsid()
        for stream in (0, 1, 2):
            os.close(stream)
        time.sleep(asked["seconds"])
        os._exit(0)
    os.symlink(asked["target"], "/work/link")
    os.symlink(os.path.dirname(asked["target"]), "/work/folder")
    os.symlink("/proc/self/environ", "/work/proc")
    os.mkfifo("/work/pipe")
    with open("/work/sparse", "wb") as out:
        os.ftruncate(out.fileno(), asked["hole"])
    with open("/work/plain", "w") as out:
        out.write("plain")
    with open(f"{FOLDERS[1]}/left", "w") as out:
        out.write("left")
    return {}


def again(_: dict[str, Any]) -> dict[str, Any]:
    """What is there of an earlier box."""
    return {"left": sorted(name for folder in FOLDERS for name in os.listdir(folder))}


if __name__ == "__main__":
    what = globals()[sys.argv[1]]
    print(json.dumps(what(json.loads(sys.stdin.read()))), flush=True)
