"""Try what a sandbox must hold; one line for each attempt, `held` or `BROKEN`.

No packet is sent, nothing that could be read is printed, what could be written is removed.
"""

import ctypes
import os
import signal
import socket
import sys

CHILDREN = 5000
CLONE_NEWUSER = 0x10000000  # linux/sched.h
OWN_VARIABLES = {"PATH", "HOME", "PWD", "LANG", "LC_ALL", "TMPDIR", "SHLVL", "_"}
OWN_VARIABLES |= {"PYTHONPATH", "NODE_PATH", "PYTHONDONTWRITEBYTECODE"}


def said(what, broken, detail=""):
    """Print what came of one attempt."""
    print("BROKEN:" if broken else "held:", what, detail, flush=True)


def network():
    """Look for interfaces and routes."""
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    said("no interface but the loopback", bool(others), f"({len(others)} others)")
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):  # RFC 5737, RFC 3849
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))  # asks for a route and sends nothing
            said(f"no route to {address}", True)
        except OSError as error:
            said(f"no route to {address}", False, f"({error.strerror})")


def writes():
    """Try to make a file where the system or the subject is."""
    for folder in ("/usr/bin", "/usr/lib", "/subject", "/proc/sys/kernel"):
        path = os.path.join(folder, "clearinghouse-attack-marker")
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            os.unlink(path)
            said(f"no writing to {folder}", True)
        except OSError as error:
            said(f"no writing to {folder}", False, f"({error.strerror})")


def reads():
    """Try to open what belongs to the host."""
    for path in ("/etc/shadow", "/root", "/var/lib", "/proc/kcore"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            said(f"no reading of {path}", True)
        except OSError as error:
            said(f"no reading of {path}", False, f"({error.strerror})")
    try:
        with open("/proc/1/environ", "rb") as file:
            names = {entry.split(b"=")[0].decode(errors="replace") for entry in file.read().split(b"\0") if entry}
        foreign = names - OWN_VARIABLES
        said("no foreign environment of process 1", bool(foreign), f"({len(foreign)} foreign variables)")
    except OSError as error:
        said("no foreign environment of process 1", False, f"({error.strerror})")


def nested_namespace():
    """Try to become root in a namespace of its own."""
    child = os.fork()
    if child == 0:
        os._exit(1 if ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0 else 0)
    said("no nested user namespace", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0)


def children(most):
    """Start up to so many children, then end them by their ids."""
    started = []
    try:
        for _ in range(most):
            child = os.fork()
            if child == 0:
                signal.alarm(10)  # ends by itself
                signal.pause()
                os._exit(0)
            started.append(child)
    except OSError:
        pass
    for child in started:
        os.kill(child, signal.SIGKILL)
    for child in started:
        os.waitpid(child, 0)
    said(f"fewer than {most:,} children", len(started) == most, f"({len(started)} started)")


if "benign" in sys.argv:
    sys.exit(0)
if os.getuid() == 0 or os.environ.get("HOME") != "/work":
    sys.exit(77)  # by hand, outside of a sandbox: not here
network()
writes()
reads()
nested_namespace()
os.symlink("/etc/passwd", "escaped.txt")
children(int(sys.argv[1]) if len(sys.argv) > 1 else CHILDREN)
print("end")
