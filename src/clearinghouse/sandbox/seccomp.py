"""The filter of system calls, as the classic BPF program that the kernel takes (seccomp(2)).

What a program needs to compute, and to use files, processes and sockets of its own, is allowed. Refused are calls that
reach into the kernel at large (other name spaces, mounts, modules, tracing, keys, eBPF, io_uring), families of sockets
that a network name space does not hold (vsock leads to the hypervisor), and every call that is newer than this table.
Numbers: ``asm/unistd_64.h`` of x86-64 and ``asm-generic/unistd.h`` of AArch64, Linux 6.10. One architecture is
allowed at a time; calls of another one end the process.
"""

import errno
import platform
import struct
from typing import NamedTuple

from clearinghouse.sandbox.contract import UnavailableError

NEWEST = 462
"""The highest number that is known here (``mseal``)."""

_DENIED = {
    # name: (x86-64, AArch64); None where it does not exist
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "quotactl_fd": (443, 443),
    "memfd_secret": (447, 447),
    "set_mempolicy_home_node": (450, 450),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "lsm_get_self_attr": (459, 459),
    "lsm_set_self_attr": (460, 460),
    "lsm_list_modules": (461, 461),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "create_module": (174, None),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "remap_file_pages": (216, 234),
}
DENIED = tuple(_DENIED)
"""Names of the calls that are refused whatever their arguments are."""
_UNCOUNTED = {"memfd_create": (319, 279), "shmget": (29, 194), "msgget": (68, 186)}
UNCOUNTED = tuple(_UNCOUNTED)
"""Names of the calls that get memory which belongs to no process: only a control group counts it."""


class _Machine(NamedTuple):
    """What differs between architectures: its audit number, its place in the table, and calls that are looked into."""

    audit: int
    column: int
    clone: int
    socket: int
    socketpair: int
    ioctl: int
    personality: int
    setrlimit: int
    prlimit: int


_MACHINES = {
    "x86_64": _Machine(
        *(0xC000003E, 0), clone=56, socket=41, socketpair=53, ioctl=16, personality=135, setrlimit=160, prlimit=302
    ),
    "aarch64": _Machine(
        *(0xC00000B7, 1), clone=220, socket=198, socketpair=199, ioctl=29, personality=92, setrlimit=164, prlimit=261
    ),
}
_CLONE3 = 435
NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
FAMILIES = (1, 2, 10)
"""AF_UNIX, AF_INET, AF_INET6."""
PROTOCOLS = (0, 1, 6, 17, 58)
"""The usual one, ICMP, TCP, UDP, ICMP of IPv6; others are modules that the kernel would load for whoever asks."""
KIND, _RAW = 0xF, 3
"""Of the type of a socket, what is not a flag; above stream, datagram and raw there is nothing but such modules."""
NETLINK, ROUTE = 16, 0
_NO_SOCKET = errno.ESOCKTNOSUPPORT
CORE = 4
"""RLIMIT_CORE. See :func:`program`."""
TERMINAL = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: they type into the terminal that they are given."""
PERSONALITIES = (0x0, 0x8, 0x40000, 0xFFFFFFFF)
"""Linux, 32 bits, without address randomisation, and the question which it is."""

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _GREATER, _ANY_BIT = 0x15, 0x25, 0x45
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_DONE = 0x00050000
"""The answer is 0, as if it had been done."""


def _errno(number: int) -> int:
    return _DONE | number


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _argument(index: int, half: int = 0) -> bytes:
    """The lower half of an argument, which is all that these calls look at, or the upper one of a pointer."""
    return _step(_LOAD, _ARGUMENTS + 8 * index + 4 * half)


def _where(call: int, body: bytes) -> bytes:
    """``body``, done where the call is ``call``. It must end with a return, and so needs nothing after it."""
    return _step(_LOAD, _NUMBER) + _step(_EQUAL, call, no=len(body) // 8) + body


def _only(values: tuple[int, ...], otherwise: int) -> bytes:
    """Allow where what is loaded is one of ``values``."""
    allowed = b"".join(_step(_EQUAL, value, no=1) + _step(_RETURN, _ALLOW) for value in values)
    return allowed + _step(_RETURN, _errno(otherwise))


def _done() -> bytes:
    return _step(_RETURN, _DONE)


def _sockets() -> bytes:
    """Allow sockets of this machine, TCP, UDP and ICMP, and the netlink that tells addresses and routes."""
    kinds = _argument(1) + _step(_AND, KIND) + _step(_GREATER, _RAW, no=1) + _step(_RETURN, _errno(_NO_SOCKET))
    internet = kinds + _argument(2) + _only(PROTOCOLS, errno.EPROTONOSUPPORT)
    route = _argument(2) + _only((ROUTE,), errno.EAFNOSUPPORT)
    local, *rest = FAMILIES
    unix = _step(_EQUAL, local, no=1) + _step(_RETURN, _ALLOW)
    internets = b"".join(_step(_EQUAL, value, no=len(internet) // 8) + internet for value in rest)
    netlink = _step(_EQUAL, NETLINK, no=len(route) // 8) + route
    return _argument(0) + unix + internets + netlink + _step(_RETURN, _errno(errno.EAFNOSUPPORT))


def program(machine: str = "", *, counted: bool = True) -> bytes:
    """Return the filter for an architecture (``x86_64``, ``aarch64``); the one of this machine where none is named.

    The limit of core files stays what it is, and who sets it is told that this was done. It is 1, with which no core is
    written; with 0 one is, where the kernel gives it to a program of the host (core(5), "Piping core dumps to a
    program"), which runs as root and outside. Not to be told so ends programs that hold secrets.

    Args:
        counted: whether a control group counts memory; without one, calls are refused that get memory of no process.

    Raises:
        UnavailableError: there is no table for it.
    """
    name = machine or platform.machine()
    if name not in _MACHINES:
        raise UnavailableError(f"there is no filter of system calls for {name}", "run it on x86-64 or AArch64")
    of = _MACHINES[name]
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        *(_step(_EQUAL, of.audit, yes=1), _step(_RETURN, _KILL)),
        _step(_LOAD, _NUMBER),
        *(_step(_GREATER, NEWEST, no=1), _step(_RETURN, _errno(errno.ENOSYS))),
        # without clone3, whose flags a filter cannot see, the C library takes clone
        *(_step(_EQUAL, _CLONE3, no=1), _step(_RETURN, _errno(errno.ENOSYS))),
    ]
    for numbers in _DENIED.values():
        number = numbers[of.column]
        if number is not None:
            steps += _step(_EQUAL, number, no=1), _step(_RETURN, _errno(errno.EPERM))
    for numbers in () if counted else tuple(_UNCOUNTED.values()):
        steps += _step(_EQUAL, numbers[of.column], no=1), _step(_RETURN, _errno(errno.ENOSYS))
    new = _argument(0) + _step(_ANY_BIT, NAMESPACES, no=1) + _step(_RETURN, _errno(errno.EPERM))
    steps.append(_where(of.clone, new + _step(_RETURN, _ALLOW)))
    steps.append(_where(of.socket, _sockets()))
    steps.append(_where(of.socketpair, _argument(0) + _only(FAMILIES[:1], errno.EAFNOSUPPORT)))
    typing = b"".join(_step(_EQUAL, value, no=1) + _step(_RETURN, _errno(errno.EPERM)) for value in TERMINAL)
    steps.append(_where(of.ioctl, _argument(1) + typing + _step(_RETURN, _ALLOW)))
    steps.append(_where(of.personality, _argument(0) + _only(PERSONALITIES, errno.EPERM)))
    steps.append(_where(of.setrlimit, _argument(0) + _step(_EQUAL, CORE, yes=1) + _step(_RETURN, _ALLOW) + _done()))
    # prlimit only sets where there is a third argument, of which either half may be the one that is not zero
    asks = _argument(2) + _step(_EQUAL, 0, no=3) + _argument(2, half=1) + _step(_EQUAL, 0, no=1)
    core = _step(_EQUAL, CORE, yes=1) + _step(_RETURN, _ALLOW)
    steps.append(_where(of.prlimit, _argument(1) + core + asks + _step(_RETURN, _ALLOW) + _done()))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])
