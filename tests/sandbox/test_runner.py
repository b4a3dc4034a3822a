"""A runner has nothing, and takes everything with it."""

import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from boxed import PROGRAM, WAYS, comes, launch_prefix, marked, needs_boxes, odd, python, runner
from clearinghouse.sandbox import BoxError, Command, File, Limits, RunnerLostError, UnavailableError, launch, wire
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.groups import find
from clearinghouse.sandbox.making import Setting, make
from clearinghouse.sandbox.runner import Runner

needs_boxes()
FORKS = "import os, time\nfor _ in range(2):\n if os.fork() == 0: os.setsid()\ntime.sleep(600)"


def own(client: Client) -> int:
    """The process that is the runner, below what makes its name spaces."""
    assert client._process is not None
    return int(Path(f"/proc/{client._process.pid}/task/{client._process.pid}/children").read_text())


def running(client: Client, mark: str) -> tuple[threading.Thread, list[Exception]]:
    """Let it run something that does not end, and return when it does."""
    errors: list[Exception] = []
    name = client.prepare({}, Limits())

    def ask() -> None:
        try:
            client.run(name, Command(argv=("python3", "-c", FORKS, mark), limits=Limits(seconds=500)))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    comes(lambda: len(marked(mark)) >= 5, "it runs")  # bubblewrap twice, and three or four of Python's
    return thread, errors


def groups_of(pids: list[int]) -> set[Path]:
    """The groups of ours that processes are in, as folders."""
    found = set()
    for pid in pids:
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            name = line.rpartition("/")[2]
            if name.startswith("clearinghouse-"):
                # walked, not globbed: groups of other tests vanish meanwhile
                found |= {Path(top, name) for top, names, _ in os.walk("/sys/fs/cgroup") if name in names}
    return found


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_of_a_runner_that_is_killed(way: str) -> None:
    mark = secrets.token_hex(8)
    mounts = Path("/proc/self/mountinfo").read_text()
    with runner(way) as client:
        thread, errors = running(client, mark)
        pids = marked(mark)
        users = {os.stat(f"/proc/{pid}").st_uid for pid in pids}
        assert 0 not in users or os.geteuid() != 0
        groups = groups_of(pids) if way == "groups" else set()
        os.kill(own(client), signal.SIGKILL)
        thread.join(60)
        assert [type(each) for each in errors] == [RunnerLostError]
        comes(lambda: marked(mark) == [], "every process is gone")
        with pytest.raises(RunnerLostError):
            client.prepare({}, Limits())
    assert Path("/proc/self/mountinfo").read_text() == mounts
    find()
    assert [each for each in groups if each.exists()] == []


def test_a_runner_that_is_killed_from_another_thread() -> None:
    mark = secrets.token_hex(8)
    with runner() as client:
        thread, errors = running(client, mark)
        client.kill()
        thread.join(60)
        assert [type(each) for each in errors] == [RunnerLostError]
        comes(lambda: marked(mark) == [], "every process is gone")


@pytest.mark.parametrize("way", ["groups", "ordinary"])
def test_a_client_that_is_killed_takes_its_runner_with_it(way: str) -> None:
    """Even in the middle of a command, of which nobody would take the answer."""
    mark = secrets.token_hex(8)
    program = f"""if True:
        import sys
        sys.path.insert(0, {str(PROGRAM.parent)!r})
        from boxed import runner
        from clearinghouse.sandbox import Command, Limits
        with runner({way!r}) as client:
            print(client._process.pid, flush=True)
            name = client.prepare({{}}, Limits())
            client.run(name, Command(argv=("python3", "-c", {FORKS!r}, {mark!r}), limits=Limits(seconds=500)))
    """
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        first = int(client.stdout.readline())
        comes(lambda: len([pid for pid in marked(mark) if pid != client.pid]) >= 5, "it runs")
        client.kill()
    comes(lambda: marked(mark) == [], "every process is gone")
    comes(lambda: not Path(f"/proc/{first}").exists(), "the runner is gone")


def test_a_runner_has_nothing() -> None:
    keys = {"SECRET_KEY": "x", "DATABASE_URL": "y", "HOME": "/root"}
    before = {name: os.environ.get(name) for name in keys}
    leaked = os.open("/etc/passwd", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    os.environ.update(keys)
    try:
        client = Client()
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        os.close(leaked)
    with client:
        assert client.isolation().failed == ()
        assert client.name.startswith("bubblewrap ")
        at = Path(f"/proc/{own(client)}")
        environment = dict(pair.split("=", 1) for pair in (at / "environ").read_text().split("\0") if pair)
        assert environment == launch.environment()
        assert set(environment) == {"PATH", "LANG"}
        assert sorted(os.listdir(at / "fd")) == ["0", "1", "2"]
        assert {line.split(":")[0].strip() for line in (at / "net/dev").read_text().splitlines()[2:]} == {"lo"}
        assert (at / "net/route").read_text().count("\n") <= 1
        for name in ("mnt", "net", "pid", "ipc", "uts"):
            assert os.readlink(at / "ns" / name) != os.readlink(f"/proc/self/ns/{name}")
        assert os.getsid(own(client)) != os.getsid(0)


def test_a_runner_cannot_reach_a_server_of_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)"
        argv = [*launch_prefix(), sys.executable, "-c", reach]
        done = subprocess.run(argv, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"OSError" in done.stderr or b"refused" in done.stderr


def exchange(argv: list[str], *data: bytes, more: bool = False) -> tuple[bytes, bytes, int]:
    """What a runner answers to bytes until it ends by itself, or, where ``more`` could come, when nothing does."""
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=launch.environment()) as done:
        assert done.stdin is not None
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdin.write(b"".join(data))
        done.stdin.flush()
        if more:
            done.stdin.close()
        return done.stdout.read(), done.stderr.read(), done.wait(60)


def frame(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


QUESTION = frame(msgspec.msgpack.encode(wire.Check()))


def test_hostile_questions_end_a_runner() -> None:
    """It is started anew by who asks."""
    for cut in (b"\x00", struct.pack(">Q", 100) + b"cut"):
        assert exchange(odd(unchecked=True), cut, more=True)[0] == b""
    for hostile in (
        b"\xff" * 8,
        struct.pack(">Q", wire.LARGEST_QUESTION + 1),
        frame(b""),
        frame(msgspec.msgpack.encode({"type": "shell", "argv": ["sh"]})),
        frame(b"\x82\xa4type\xa5check\xa1z" + b"\x91" * 500_000),
    ):
        out, error, code = exchange(odd(unchecked=True), hostile, QUESTION)
        assert (out, code) == (b"", 1)
        assert b"RunnerLostError: a message" in error


@pytest.mark.parametrize(
    ("arguments", "data", "said"),
    [
        ([], b"\xff" * 8, b"error: a message of"),
        ([], frame(b"\x01"), b"error: a message came that is none"),
        (["{"], b"", b"error: the setting of the runner is none"),
    ],
)
def test_the_real_program_says_in_one_line_why_it_ends(arguments: list[str], data: bytes, said: bytes) -> None:
    out, errors, code = exchange(launch.command(*arguments), data)
    assert errors.startswith(said)
    assert errors.count(b"\n") == 2
    assert (out, code) == (b"", 1)


def test_a_runner_without_a_provider_refuses_everything() -> None:
    with Client(setting=Setting(provider="none")) as client:
        for _ in range(2):
            with pytest.raises(UnavailableError, match="'none' is no provider"):
                client.prepare({}, Limits())
        with pytest.raises(UnavailableError):
            client.isolation()


def test_a_runner_that_nobody_can_ask_ends() -> None:
    client = Client(odd(unchecked=True))
    client.prepare({}, Limits())
    assert client._process is not None
    assert client._process.stdin is not None
    client._process.stdin.close()
    assert client._process.wait(60) in {0, 1}
    client.close()


def test_errors_of_the_machine_are_answers() -> None:
    class Broken:
        name = "broken"

        def __getattr__(self, name: str) -> object:
            raise OSError(28, "No space left on device")

    asked = Runner(Setting())
    asked._provider = Broken()  # type: ignore[assignment]
    for question in (wire.Destroy("a"), wire.Collect("a", (), 1), wire.Run("a", Command(argv=("true",)))):
        answer = asked.answer(question)
        assert isinstance(answer, wire.Refused)
        assert answer.kind == "unavailable"
        assert "No space left" in answer.what


def test_settings() -> None:
    setting = Setting(toolchains=("/opt/a",))
    assert Setting.read(setting.text()) == setting
    for text in ("", "[]", '{"provider": 1}', '{"shell": "sh"}'):
        with pytest.raises(UnavailableError):
            Setting.read(text)
    with pytest.raises(UnavailableError, match="'nothing'"):
        make(Setting(provider="nothing"))


def test_a_box_is_asked_for_by_its_name_only() -> None:
    with runner() as client:
        for name in ("../..", "/", "", "a\0b"):
            with pytest.raises(BoxError, match="no such box"):
                client.collect(name, ["/work/a"], 1)
            client.destroy(name)


def test_who_starts_a_runner_may_keep_its_own_files_to_itself() -> None:
    before = os.umask(0o077)  # as a server does
    try:
        with runner() as client:
            box = client.prepare({"given": File(b"as it was given")}, Limits())
            outcome = python(client, "print(open('/etc/passwd').readline(), open('/work/given').read())", box=box)
    finally:
        os.umask(before)
    assert b"as it was given" in outcome.stdout
