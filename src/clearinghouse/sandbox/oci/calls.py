"""The filter of system calls of :mod:`clearinghouse.sandbox.seccomp`, by names, as containers take it.

Both say the same about every call, for the tables of that one are imported: what is denied there, is denied here, and
of arguments the same are allowed; what is newer than its table, is not named here, and who asks for it is told that
there is no such call (``ENOSYS``). One thing differs: a call that is allowed for some arguments only, is answered
``ENOSYS`` for others, because a container's filter cannot have two answers to one call beside its default.
Format: Linux configuration of the OCI runtime specification 1.1, section Seccomp
(https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md#seccomp), which Docker's profiles share.
"""

import errno
import itertools
import platform
from collections.abc import Iterable, Iterator
from typing import Any

from clearinghouse.sandbox.contract import UnavailableError
from clearinghouse.sandbox.seccomp import (
    CORE,
    DENIED,
    FAMILIES,
    KIND,
    NAMESPACES,
    NETLINK,
    PERSONALITIES,
    PROTOCOLS,
    ROUTE,
    TERMINAL,
    UNCOUNTED,
)

_UNIX, *_INTERNET = FAMILIES
_KINDS = (0, 1, 2, 3)
"""Stream, datagram, raw, and the one that is none."""

ALLOWED = frozenset(
    """
    accept accept4 access alarm arch_prctl bind brk cachestat capget capset chdir chmod chown clock_getres
    clock_gettime clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create
    epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group
    faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync
    fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatat fstatfs fsync ftruncate futex futex_requeue
    futex_wait futex_waitv futex_wake futimesat get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents
    getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority
    getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid
    getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents
    io_pgetevents io_setup io_submit ioprio_get ioprio_set kill landlock_add_rule landlock_create_ruleset
    landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr lremovexattr lseek lsetxattr
    lstat madvise map_shadow_stack membarrier memfd_create mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall
    mmap mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap mseal msgctl msgget
    msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat open openat openat2 pause pidfd_open
    pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll prctl pread64 preadv preadv2
    process_madvise process_mrelease pselect6 pwrite64 pwritev pwritev2 read readahead readlink readlinkat
    readv recvfrom recvmmsg recvmsg removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
    sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp
    select semctl semget semop semtimedop sendfile sendmmsg sendmsg sendto set_robust_list set_thread_area
    set_tid_address setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid
    setreuid setsid setsockopt setuid setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd
    signalfd4 splice stat statfs statx symlink symlinkat sync sync_file_range sync_file_range2 syncfs
    sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
    timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat utime utimensat utimes vfork
    vmsplice wait4 waitid write writev
    """.split()  # noqa: SIM905 - a table
)
"""Calls that are allowed whatever their arguments are. Numbers of Linux 6.10, those of 64 bits."""
LOOKED_INTO = ("clone", "ioctl", "personality", "prlimit64", "setrlimit", "socket", "socketpair")
"""Calls that are allowed for some arguments."""
ABSENT = ("clone3",)
"""Calls that are said not to be there: their arguments cannot be looked into."""
_ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}
_MASKED = "SCMP_CMP_MASKED_EQ"
_WHOLE = (1 << 32) - 1
"""These calls look at the lower half of an argument only, and so must a filter."""


def profile(machine: str = "", *, counted: bool = True) -> dict[str, Any]:
    """Return the filter for an architecture (``x86_64``, ``aarch64``); the one of this machine where none is named.

    Args:
        counted: whether a control group counts memory; without one, calls are refused that get memory of no process.

    Raises:
        UnavailableError: there is no table for it.
    """
    name = machine or platform.machine()
    if name not in _ARCHITECTURES:
        raise UnavailableError(f"there is no filter of system calls for {name}", "run it on x86-64 or AArch64")
    allowed = ALLOWED if counted else ALLOWED - set(UNCOUNTED)
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.ENOSYS,
        "architectures": [_ARCHITECTURES[name]],
        "syscalls": [
            {"names": sorted(allowed), "action": "SCMP_ACT_ALLOW"},
            {"names": list(DENIED), "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM},
            _allow("clone", (0, NAMESPACES, 0)),
            *(_allow("personality", (0, _WHOLE, value)) for value in PERSONALITIES),
            *_sockets(),
            *(_allow("ioctl", (1, mask, value)) for mask, value in all_but(TERMINAL)),
            *_cores(),
        ],
    }


def _sockets() -> Iterator[dict[str, Any]]:
    yield _allow("socketpair", (0, _WHOLE, _UNIX))
    yield _allow("socket", (0, _WHOLE, _UNIX))
    yield _allow("socket", (0, _WHOLE, NETLINK), (2, _WHOLE, ROUTE))
    for family, kind, protocol in itertools.product(_INTERNET, _KINDS, PROTOCOLS):
        yield _allow("socket", (0, _WHOLE, family), (1, KIND, kind), (2, _WHOLE, protocol))


def _cores() -> Iterator[dict[str, Any]]:
    """Limits may be set, but for that of core files, which seems to be. ``prlimit64`` may ask for that, too."""
    for index, name in ((0, "setrlimit"), (1, "prlimit64")):
        yield from (_allow(name, (index, mask, value)) for mask, value in all_but((CORE,)))
        core = {"index": index, "value": _WHOLE, "valueTwo": CORE, "op": _MASKED}
        sets = [{"index": 2, "value": 0, "op": "SCMP_CMP_NE"}] if name == "prlimit64" else []
        yield {"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": 0, "args": [core, *sets]}
    yield _allow("prlimit64", (1, _WHOLE, CORE), (2, (1 << 64) - 1, 0))


def all_but(values: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield masks and values, one of which a number of 32 bits matches where it is none of ``values``.

    Law: ``any(n & mask == value for mask, value in all_but(values)) == (n not in values)``. A filter cannot ask whether
    an argument is *not* something more than once, and its other comparisons take in the upper half of the argument.
    """
    yield from _outside(set(values), 0, 0)


def _outside(values: set[int], mask: int, value: int) -> Iterator[tuple[int, int]]:
    """``values`` are those that match ``mask`` and ``value``, which say the upper bits."""
    if not values:
        yield mask, value
        return
    if mask == _WHOLE:
        return
    bit = ((mask ^ _WHOLE) + 1) >> 1
    for digit in (0, bit):
        yield from _outside({each for each in values if each & bit == digit}, mask | bit, value | digit)


def _allow(name: str, *conditions: tuple[int, int, int]) -> dict[str, Any]:
    """Allow a call where every argument (its index) is a value under a mask."""
    arguments = [{"index": index, "value": mask, "valueTwo": value, "op": _MASKED} for index, mask, value in conditions]
    return {"names": [name], "action": "SCMP_ACT_ALLOW", "args": arguments}
