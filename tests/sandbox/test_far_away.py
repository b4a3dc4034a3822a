"""A runner over ssh: a real sshd, an account that can do nothing else, and everything that cuts a connection."""

import json
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxed import comes, marked
from clearinghouse.cli.main import invoke
from clearinghouse.sandbox import Command, Limits, RunnerLostError, SandboxError, Tier, UnavailableError
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.processes import children
from clearinghouse.triage.validating import Bench
from cli.test_validate import RECIPE, REPRODUCE, archive
from far_away import Far, far_away, needs_ssh

needs_ssh()
FORKS = "import os, time\nif os.fork() == 0: os.setsid()\ntime.sleep(600)"


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with far_away() as found:
        yield found


@pytest.fixture
def broken() -> Iterator[Far]:
    """One that a test breaks."""
    with far_away() as found:
        yield found


def gone(far: Far, below: list[int], mark: str) -> None:
    """Wait until nothing is left on the far side of what was started there."""
    comes(lambda: marked(mark) == [], "every process of the box is gone")
    comes(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), "the runner and its session are gone")
    assert far.sessions() == []


def running(below: list[int], word: str) -> list[int]:
    """Those whose program has a word in its name."""
    return [pid for pid in below if word in Path(f"/proc/{pid}/cmdline").read_text().split(" ")[0].partition("\0")[0]]


def the_runner(below: list[int]) -> int:
    (unshare,) = running(below, "unshare")
    (found,) = children(unshare)
    return found


def test_a_recipe_is_run_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "reproduce.py").write_text(REPRODUCE)
    archive(tmp_path / "subject-1.0.tar.gz", "eval(text)")
    archive(tmp_path / "subject-1.1.tar.gz", "int(text)")
    with far_away(checked=True) as far:
        words = " ".join(far.reached())
        arguments = ["validate", str(tmp_path), "--runner", words, "--declared", "T2", "--format", "json", "--offline"]
        assert invoke(arguments) == 0
        found = json.loads(capsys.readouterr().out)
        comes(lambda: far.sessions() == [], "the session is over")
        assert far.log.count("Accepted publickey") == 1
    assert found["verdict"] == "fixed"
    isolation = found["isolation"]
    assert (isolation["tier"], isolation["declared"]) == ("T1", "T2, but it is this very kernel")
    assert all(each["holds"] for each in isolation["held"])


def cut_client(far: Far, client: Client, below: list[int]) -> None:
    assert client._process is not None
    client._process.kill()


def cut_session(far: Far, client: Client, below: list[int]) -> None:
    far.cut()


def kill_runner(far: Far, client: Client, below: list[int]) -> None:
    os.kill(the_runner(below), signal.SIGKILL)


def stop_runner(far: Far, client: Client, below: list[int]) -> None:
    os.kill(the_runner(below), signal.SIGSTOP)


@pytest.mark.parametrize("cut", [cut_client, cut_session, kill_runner, stop_runner])
def test_a_connection_that_is_cut_in_the_middle(far: Far, cut: Callable[[Far, Client, list[int]], None]) -> None:
    mark = secrets.token_hex(8)
    errors: list[SandboxError] = []
    with Client(far.reached()) as client:
        box = client.prepare({}, Limits())
        seconds = 500.0
        if cut is stop_runner:
            seconds, client._patience, client._left = 4.0, 1.0, 1.0

        def ask() -> None:
            try:
                command = Command(argv=("python3", "-c", FORKS, mark), limits=Limits(seconds=seconds))
                client.run(box, command)
            except SandboxError as error:
                errors.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        comes(lambda: len(marked(mark)) >= 4, "it runs")
        below = far.below()
        cut(far, client, below)
        thread.join(60)
        assert [type(each) for each in errors] == [RunnerLostError]
        assert f"-p {far.port}" in errors[0].what
        assert ("no answer came for" if cut is stop_runner else "the runner is gone") in errors[0].what
        gone(far, below, mark)
        with pytest.raises(RunnerLostError, match="was ended"):
            client.prepare({}, Limits())


def said(argv: list[str], **more: float) -> SandboxError:
    with Client(argv, **more) as client, pytest.raises(SandboxError) as error:
        client.isolation()
    assert error.value.remedy
    return error.value


def test_who_is_not_who_they_were(far: Far) -> None:
    for known in (far.forget("changed", "other"), far.forget("empty")):
        error = said(far.reached(known=known))
        assert isinstance(error, UnavailableError)
        assert error.what.startswith("no runner answers: `ssh ")
        assert "ended with 255" in error.what
        assert "Host key verification failed" in error.what
    assert "Permission denied (publickey)" in said(far.reached(key="other")).what


def test_a_host_that_does_not_answer(far: Far) -> None:
    assert "Connection refused" in said(far.reached(port=1)).what
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "timed out" in said(far.reached(port=port)).what
        error = said(["ssh", "-F", "none", "-p", str(port), "somebody@127.0.0.1"], patience=1.0)
    assert "no answer came for 1 seconds from `ssh " in error.what


def test_a_greeting_is_no_answer(broken: Far) -> None:
    for command, words in (
        ('sh -c "echo Welcome to this machine; cat"', "'Welcome to this machine'"),
        ("nothing-of-the-name serve", "nothing-of-the-name: not found"),
    ):
        broken.stop()
        broken.start(command)
        assert words in said(broken.reached()).what


def test_what_comes_next_has_another_runner(broken: Far) -> None:
    with Bench(runner=broken.reached()) as bench:
        with bench.session() as session:
            broken.cut()
            with pytest.raises(RunnerLostError):
                session.provider.prepare({}, Limits())
        with bench.session() as session:
            assert session.provider.prepare({}, Limits())
            assert session.isolation.tier is Tier.T1
        broken.cut()
        broken.stop()
        comes(lambda: not session.provider.is_alive, "ssh ends")  # type: ignore[attr-defined]
        for _ in range(2):
            with pytest.raises(UnavailableError, match="refused"), bench.session():
                pass
