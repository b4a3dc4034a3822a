"""What every box looks like from inside, whoever makes it: its user, its small ``/etc``, and what a command may be."""

from clearinghouse.sandbox import workspace
from clearinghouse.sandbox.contract import BoxError, Command

INSIDE = 65_534
"""The user and group that a command is inside."""
UIDS = range(1_879_113_728, 1_879_179_264)
"""Users that belong to nobody: above those that systemd gives to containers (https://systemd.io/UIDS-GIDS)."""
ETC = {
    "passwd": "root:x:0:0::/:/bin/false\nsandbox:x:65534:65534::/work:/bin/sh\n",
    "group": "root:x:0:\nsandbox:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
HOST_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
HIDDEN = ("cmdline", "keys", "kallsyms", "timer_list", "sched_debug", "interrupts", "version_signature")
"""Of ``/proc``: what is of the host and nothing that a program needs."""


def sound(command: Command, *, networks: bool = False) -> None:
    """Refuse text that would come apart on its way: options are told from each other by a zero byte.

    Args:
        networks: whether who runs it can give it hosts.

    Raises:
        BoxError: a name, an argument or a folder has a zero byte or is none, or it has hosts and cannot.
    """
    for text in (*command.argv, command.at, *command.environment, *command.environment.values()):
        if "\0" in text or not workspace.encodable(text):
            raise BoxError(
                f"{text[:80]!r} cannot be given to a program", "leave the zero byte out of it, and use UTF-8"
            )
    for name in command.environment:
        if not name or "=" in name:
            raise BoxError(f"{name[:80]!r} is no name of a variable", "name it, without =")
    if not command.argv or not command.argv[0]:
        raise BoxError("there is no program to run", "name one first among the arguments")
    if command.hosts and not networks:
        raise BoxError("this provider has no networks between boxes", "use bubblewrap for what has several hosts")
    if not command.at.startswith("/"):
        raise BoxError(f"{command.at[:80]!r} is no folder to begin in", "name it from the root: /work")
