"""Private networks of a range: name spaces of their own, joined two by two, with nothing else on them.

Each host has a network name space that this process makes and that no program inside can change, for it has no
privilege over it. A link is a pair of virtual interfaces (veth(4)) with one address each, so that two hosts see each
other and nobody sees the machine: there is no route to anywhere else, and nothing is passed on.
"""

import contextlib
import ctypes
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clearinghouse.sandbox.contract import ENVIRONMENT, BoxError, Host, UnavailableError

OWN = ""
"""The name of the box that the command itself runs in."""
LOCAL = "localhost"
"""By which every box finds itself, so that no host can have the name."""
MOST_HOSTS = 8
MOST_LINKS = 16
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_PORTS = range(1, 65_536)
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2) and unshare(2)."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_LISTENS = "0A"
"""The state of a socket that listens, in ``/proc/net/tcp`` (proc_pid_net(5))."""
_CLOSED = {
    "ipv4/ip_forward": "0",
    "ipv4/conf/all/arp_ignore": "1",
    "ipv4/conf/all/rp_filter": "1",
    "ipv4/conf/default/rp_filter": "1",
    "ipv4/conf/all/accept_source_route": "0",
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
}
_LOOK = 0.005
_PATIENCE = 10.0
"""Seconds in which a host must listen."""


class Link(NamedTuple):
    """Two hosts on a network of their own, and the address of each."""

    one: str
    other: str
    address: str
    address_of_other: str


class Networks(NamedTuple):
    """The name spaces of a range.

    Attributes:
        spaces: a descriptor of each host's, by its name. links: between them.
    """

    spaces: Mapping[str, int]
    links: tuple[Link, ...]

    def hosts_file(self, name: str) -> bytes:
        """Return ``/etc/hosts`` of a host: itself, and whom it is linked with."""
        lines = [f"127.0.0.1 {LOCAL}", f"::1 {LOCAL}"]
        for link in self.links:
            if link.one == name:
                lines.append(f"{link.address_of_other} {link.other}")
            elif link.other == name and link.one != OWN:
                lines.append(f"{link.address} {link.one}")
        return "".join(f"{line}\n" for line in lines).encode()


def links_of(hosts: Sequence[Host]) -> tuple[Link, ...]:
    """Return the links of a range, with addresses that follow from their order.

    Raises:
        BoxError: it is none: names that are no names or not unique, links to nowhere, twice or to itself, a host that
            is linked with nobody, hosts of hosts, a port that is none, or too many of something.
    """
    names = [host.name for host in hosts]
    if len(hosts) > MOST_HOSTS or len(set(names)) != len(names):
        raise _no_range(f"{len(hosts)} hosts, of at most {MOST_HOSTS} with names of their own")
    links: list[Link] = []
    seen: set[frozenset[str]] = set()
    for host in hosts:
        if (
            not _NAME.fullmatch(host.name)
            or host.name == LOCAL
            or host.port not in _PORTS
            or host.command.hosts
            or not host.links
        ):
            raise _no_range(f"the host {host.name[:40]!r}")
        for other in host.links:
            pair = frozenset((host.name, other))
            if other not in {OWN, *names} or len(pair) == 1 or pair in seen:
                raise _no_range(f"the link of {host.name} to {other[:40]!r}")
            seen.add(pair)
            at = len(links)
            links.append(Link(other, host.name, f"10.77.{at}.1", f"10.77.{at}.2"))
    if len(links) > MOST_LINKS:
        raise _no_range(f"{len(links)} links, of at most {MOST_LINKS}")
    return tuple(links)


@contextlib.contextmanager
def made(hosts: Sequence[Host]) -> Iterator[Networks]:
    """Make the networks of a range; they are gone with the last process on them.

    Raises:
        BoxError: see :func:`links_of`. UnavailableError: they cannot be made here.
    """
    links = links_of(hosts)
    program = shutil.which("ip", path=f"{ENVIRONMENT['PATH']}:/usr/sbin:/sbin")
    if program is None:
        raise UnavailableError("ip is not installed on this machine", "apt-get install iproute2")
    with contextlib.ExitStack() as stack:
        spaces = {name: _space(stack) for name in (OWN, *(host.name for host in hosts))}
        for name in spaces:
            _joined(program, spaces, name, links)
        for name, space in spaces.items():
            _closed(space)
            _addressed(program, space, name, links)
        yield Networks(spaces, links)


def entering(space: int) -> Callable[[], None]:
    """Return what a child does to be on a network: called between fork and exec, while it still may."""

    def enter() -> None:
        if _LIBC.setns(space, _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "no network of its own")

    return enter


def wait_for(port: int, root: Callable[[], int], lives: Callable[[], bool]) -> bool:
    """Wait until something in the name space of a process listens on a port; say whether it does.

    Args:
        root: returns the number of that process, or 0 where there is none yet. lives: whether it still may begin to.
    """
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if (pid := root()) and _listens(pid, port):
            return True
        if not lives():
            return False
        time.sleep(_LOOK)
    return False


def _listens(pid: int, port: int) -> bool:
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    return True
    return False


def _space(stack: contextlib.ExitStack) -> int:
    """Return a descriptor of a new network name space. This process leaves its own for a moment: it has one thread."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _LIBC.unshare(_NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "no network can be made")
        try:
            space = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, space)
        finally:
            entering(own)()
    finally:
        os.close(own)
    return space


def _joined(program: str, spaces: Mapping[str, int], name: str, links: Sequence[Link]) -> None:
    """Make the links whose first end is at a host. Each other end is at its place at once."""
    ends = [(at, spaces[link.other]) for at, link in enumerate(links) if link.one == name]
    lines = [f"link add net{at} type veth peer name net{at} netns /proc/self/fd/{space}" for at, space in ends]
    if lines:
        _told(program, spaces[name], lines, [space for _, space in ends])


def _addressed(program: str, space: int, name: str, links: Sequence[Link]) -> None:
    """Give the ends of links at a host their addresses."""
    lines = ["link set lo up"]
    for at, link in enumerate(links):
        if name in (link.one, link.other):
            address = link.address if link.one == name else link.address_of_other
            lines += [f"addr add {address}/30 dev net{at}", f"link set net{at} up"]
    _told(program, space, lines)


def _closed(space: int) -> None:
    """Let a host answer on each link for the address of that link alone, and pass nothing on.

    Linux answers for any address of a host on any link (the weak host model of RFC 1122), so that one who binds to an
    interface would reach what a host shows on its other link. What is inherited from the machine is set here as well.
    """
    own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        entering(space)()
        try:
            for name, value in _CLOSED.items():
                path = Path("/proc/sys/net", name)
                if path.exists():  # of IPv6 there may be none
                    path.write_text(value)
        finally:
            entering(own)()
    finally:
        os.close(own)


def _told(program: str, space: int, lines: Sequence[str], others: Sequence[int] = ()) -> None:
    """Tell the kernel something about one network (ip(8), -batch)."""
    done = subprocess.run(  # noqa: S603 - our own lines
        [program, "-batch", "-"],
        input="\n".join(lines).encode(),
        capture_output=True,
        env={},
        preexec_fn=entering(space),
        pass_fds=others,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0][:200]
        raise UnavailableError(f"no private network can be made here: {said}", "see that the kernel has veth")


def _no_range(what: str) -> BoxError:
    return BoxError(f"these hosts make no range: {what}", "name each host once, with a port and links among them")
