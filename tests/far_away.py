"""A runner that is reached over ssh, for tests: a real sshd on this machine, run by an ordinary user of its own.

It listens on a port of the loopback, knows one key, and whoever comes with it gets a runner and nothing else, as
docs/operate.md says that a runner's machine should be set up. The far side is the same machine, so what is left there
can be looked for.
"""

import contextlib
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxed import ORDINARY, as_ordinary, comes, launch_prefix, needs_boxes, needs_ordinary, odd
from clearinghouse.sandbox import launch
from clearinghouse.sandbox.processes import children

SERVE = Path(__file__).with_name("far_serve.py")
_CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
AuthenticationMethods publickey
DisableForwarding yes
PermitTTY no
PermitUserRC no
PrintMotd no
PrintLastLog no
ClientAliveInterval 1
ClientAliveCountMax 3
ForceCommand {command}
"""
"""As a runner's machine has it. Modes are not looked at, because temporary folders lie below one that all may write."""


def needs_ssh() -> None:
    """Skip the module, or fail in CI, where there is no sshd, or no box can be made by an ordinary user."""
    needs_boxes()
    needs_ordinary()
    missing = [name for name in ("sshd", "ssh", "ssh-keygen") if _program(name) is None]
    if missing:
        reason = f"No runner was reached over ssh: {', '.join(missing)} is not installed (openssh-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def serving(*, checked: bool = True) -> str:
    """The command that the far side runs for whoever comes, in words of a shell.

    Args:
        checked: whether it is the real one; else it makes no self-check, which saves seconds.
    """
    there = f"PYTHONPATH={Path(launch.__file__).parents[2]}"
    if checked:
        return shlex.join(["env", there, sys.executable, "-m", "clearinghouse", "sandbox", "serve"])
    unchecked = odd(unchecked=True)[len(launch_prefix()) :]
    return shlex.join(["env", there, sys.executable, str(SERVE), *launch_prefix(alone=True), *unchecked])


@contextlib.contextmanager
def far_away(*, checked: bool = False) -> Iterator["Far"]:
    """A machine that serves, until the end of the block; its folder lies where other users come to."""
    with tempfile.TemporaryDirectory(prefix="far-") as folder:
        far = Far(Path(folder), serving(checked=checked))
        try:
            yield far
        finally:
            far.end()


class Far:
    """A machine that runs things, as far as ssh can tell.

    Attributes:
        folder: of its keys. port: of its sshd.
    """

    def __init__(self, folder: Path, command: str) -> None:
        self.folder = folder
        for name in ("host", "key", "other"):
            self._make_key(name)
        shutil.copy(folder / "key.pub", folder / "authorized")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._write("known", f"[127.0.0.1]:{self.port} {(folder / 'host.pub').read_text()}")
        self._sshd: subprocess.Popen[bytes] | None = None
        self.start(command)

    def _make_key(self, name: str) -> None:
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name)]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def start(self, command: str) -> None:
        """Start its sshd, which runs ``command`` for whoever comes."""
        self._command = command
        folder = self.folder
        sshd = _program("sshd")
        assert sshd is not None
        self._write("config", _CONFIGURATION.format(port=self.port, folder=folder, command=command))
        argv = [sshd, "-D", "-e", "-f", str(folder / "config")]
        if os.geteuid() == 0:
            self._write(
                "passwd", f"{Path('/etc/passwd').read_text()}runner:x:{ORDINARY}:{ORDINARY}::{folder}:/bin/sh\n"
            )
            for path in (folder, folder / "host", folder / "authorized", folder / "config"):
                os.chown(path, ORDINARY, ORDINARY)
            folder.chmod(0o755)
            named = f'mount --bind {shlex.quote(str(folder / "passwd"))} /etc/passwd && exec "$@"'
            argv = ["unshare", "--mount", "--", "sh", "-c", named, "sh", *as_ordinary(argv)]
        with (folder / "log").open("ab") as log:
            self._sshd = subprocess.Popen(
                argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        comes(self._listens, "sshd listens")

    def start_again(self) -> None:
        """Start its sshd as it was."""
        self.start(self._command)

    def _listens(self) -> bool:
        assert self._sshd is not None
        assert self._sshd.poll() is None, self.log
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
            return True
        return False

    @property
    def log(self) -> str:
        """What its sshd wrote."""
        return (self.folder / "log").read_text()

    def forget(self, name: str, other: str = "") -> str:
        """Write a list of known hosts in which this one has another key, or is not; return its name."""
        place = f"[127.0.0.1]:{self.port}"
        self._write(name, f"{place} {(self.folder / f'{other}.pub').read_text()}" if other else "")
        return name

    def reached(self, *options: str, key: str = "key", known: str = "known", port: int | None = None) -> list[str]:
        """The command that a dispatcher reaches it by, as docs/operate.md has it."""
        user = "runner" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        said = ["-F", "none", "-i", str(self.folder / key), "-p", str(port or self.port)]
        for each in (f"UserKnownHostsFile={self.folder / known}", "IdentitiesOnly=yes", "BatchMode=yes"):
            said += ["-o", each]
        for each in ("ConnectTimeout=5", "ServerAliveInterval=5", "ServerAliveCountMax=2", *options):
            said += ["-o", each]
        return ["ssh", "-T", *said, f"{user}@127.0.0.1", "clearinghouse", "sandbox", "serve"]

    def sessions(self) -> list[int]:
        """The processes of its sshd that serve one connection each; none where it was stopped."""
        if self._sshd is None or self._sshd.poll() is not None:
            return []
        return children(self._sshd.pid)

    def below(self) -> list[int]:
        """Every process that it started for who came, its own that serve them first."""
        found: list[int] = []
        waiting = self.sessions()
        while waiting:
            found.append(waiting.pop())
            with contextlib.suppress(OSError):
                waiting += children(found[-1])
        return found

    def cut(self) -> None:
        """Cut every connection, as if somebody had pulled a plug; its sshd listens on."""
        for pid in self.below():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/cmdline").read_text().startswith("sshd:"):
                    os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End its sshd; connections that are open go on."""
        if self._sshd is not None:
            self._sshd.kill()
            self._sshd.wait()

    def end(self) -> None:
        """End all of it."""
        for pid in self.below():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.stop()
