"""A client believes its runner little, and is never left waiting."""

import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from boxed import comes, marked, needs_boxes, odd, run, runner
from clearinghouse.sandbox import (
    BoxError,
    Collected,
    Command,
    End,
    File,
    Held,
    Isolation,
    Kind,
    Limits,
    Outcome,
    RunnerLostError,
    Tier,
    UnavailableError,
    UnsafeError,
    believed,
    demand,
    launch,
    wire,
)
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.heard import MOST

HELD = (Held("a point", holds=True, how="it did"),)
FOUND = Isolation(tier=Tier.T1, provider="other 1.0", boot="another kernel", held=HELD)


def frame(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


def answers(*messages: wire.Answer) -> bytes:
    return b"".join(frame(msgspec.msgpack.encode(each)) for each in messages)


@pytest.fixture
def saying(tmp_path: Path) -> Callable[..., Client]:
    """Make a client of a runner that says these bytes, whatever it is asked."""

    def make(data: bytes, mark: str = "", **more: object) -> Client:
        (tmp_path / "said").write_bytes(data)
        program = "import shutil, sys; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer);"
        program += "sys.stdout.flush(); sys.stdin.buffer.read()"
        return Client([sys.executable, "-c", program, str(tmp_path / "said"), mark], **more)

    return make


HOSTILE = {
    "an answer to another question": answers(wire.Done()),
    "nothing of the kind": frame(b"\x01"),
    "too large": struct.pack(">Q", wire.LARGEST_ANSWER + 1),
    "unknown tag": frame(msgspec.msgpack.encode({"type": "root"})),
    "deep": frame(b"\x82\xa4type\xa4made\xa1z" + b"\x91" * 500_000),
    "random": b"\x00" * 7 + b"\x40" + bytes(range(64)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_after_a_hostile_answer_nothing_more_is_read(saying: Callable[..., Client], name: str) -> None:
    """What follows may be what untrusted code wrote into a file, and look like an answer."""
    forged = answers(*[wire.Made("forged")] * 5)
    mark = f"hostile {name}"
    with saying(HOSTILE[name] + forged, mark) as client:
        with pytest.raises(RunnerLostError):
            client.prepare({}, Limits())
        comes(lambda: marked(mark) == [], "the runner is ended")
        for _ in range(3):
            with pytest.raises(RunnerLostError, match="was ended"):
                client.prepare({}, Limits())


def test_an_answer_that_is_cut(tmp_path: Path) -> None:
    (tmp_path / "said").write_bytes(answers(wire.Made("box"))[:-1])
    with Client(["cat", str(tmp_path / "said")]) as client, pytest.raises(RunnerLostError, match="ended with 0"):
        client.prepare({}, Limits())


@pytest.mark.parametrize("command", [["true"], ["false"], ["sh", "-c", "exec >&-; sleep 60"]])
def test_a_runner_that_ends_at_once(command: list[str]) -> None:
    with Client(command) as client:
        with pytest.raises(RunnerLostError):
            client.run("box", Command(argv=("true",)))
        with pytest.raises(RunnerLostError):
            client.isolation()


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(UnavailableError, match="/no/such/runner"):
        Client(["/no/such/runner"])


@pytest.mark.parametrize("ask", ["run", "isolation", "a question"])
def test_a_runner_that_is_silent_is_ended(ask: str) -> None:
    mark = f"silent {ask}"
    with Client([sys.executable, "-c", "import time; time.sleep(600)", mark], patience=0.3) as client:
        asked = {
            "run": lambda: client.run("box", Command(argv=("true",), limits=Limits(seconds=0.2))),
            "isolation": client.isolation,
            "a question": lambda: client.prepare({"a": File(bytes(1 << 22))}, Limits()),  # of which nothing is read
        }
        with pytest.raises(RunnerLostError):
            asked[ask]()
        comes(lambda: marked(mark) == [], "the runner is ended")


def test_what_stands_between_is_ended_with_it() -> None:
    mark = "between"
    inner = f"{sys.executable} -c 'import time; time.sleep(600)' {mark} & wait"
    client = Client(["sh", "-c", inner])
    comes(lambda: len(marked(mark)) >= 2, "both are there")
    client.close()
    comes(lambda: marked(mark) == [], "both are gone")
    client.close()
    client.kill()


def test_words_of_a_runner_do_not_control_a_terminal(saying: Callable[..., Client]) -> None:
    said = answers(wire.Refused("unsafe", "a\x1b[2J\nb\u202e" + "x" * 10_000, "r\r"), wire.Refused("box", "b", "c"))
    with saying(said) as client:
        with pytest.raises(UnsafeError) as error:
            client.prepare({}, Limits())
        assert error.value.what.startswith("a?[2J?b?x")
        assert len(error.value.what) == 400
        assert error.value.remedy == "r?"
        with pytest.raises(BoxError, match="b"):
            client.prepare({}, Limits())


def test_errors_of_a_box_do_not_end_a_runner(saying: Callable[..., Client]) -> None:
    with saying(answers(wire.Refused("box", "a", "b"), wire.Made("one"))) as client:
        with pytest.raises(BoxError):
            client.destroy("a")
        with pytest.raises(BoxError, match="cannot be sent"):
            client.destroy("\udcff")
        assert client.prepare({}, Limits()) == "one"


def test_a_machine_that_is_declared_counts_where_its_kernel_is_another_one(saying: Callable[..., Client]) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    here = msgspec.structs.replace(FOUND, boot=boot)
    nowhere = msgspec.structs.replace(FOUND, boot="")
    for found, declared, tier in [
        (FOUND, Tier.T1, Tier.T1),
        (FOUND, Tier.T2, Tier.T2),
        (FOUND, Tier.T3, Tier.T3),
        (here, Tier.T3, Tier.T1),
        (nowhere, Tier.T3, Tier.T1),
    ]:
        with saying(answers(wire.Checked(found)), declared=declared) as client:
            isolation = client.isolation()
            assert isolation.tier is tier
            assert bool(isolation.declared) == (declared > Tier.T1)
            if declared > tier:
                assert "this very kernel" in isolation.declared
                with pytest.raises(UnsafeError, match="tier T3"):
                    demand(isolation, Tier.T3)
            assert client.isolation() is isolation
            assert client.name == "other 1.0"


@pytest.mark.parametrize(
    ("more", "tier"),
    [
        ({"tier": Tier.T3}, Tier.T1),
        ({"tier": Tier.T2}, Tier.T1),
        ({"tier": Tier.T3, "shared": False}, Tier.T2),
        ({"tier": Tier.T2, "shared": False}, Tier.T2),
        ({"tier": Tier.T2, "shared": False, "held": ()}, Tier.T0),
        ({"tier": Tier.T1, "held": (*HELD, Held("a point", holds=False, how="no"))}, Tier.T0),
        ({"tier": Tier.T1, "declared": "T3"}, Tier.T1),
    ],
)
def test_a_runner_does_not_say_itself_what_it_is(
    saying: Callable[..., Client], more: dict[str, object], tier: Tier
) -> None:
    with saying(answers(wire.Checked(msgspec.structs.replace(FOUND, **more)))) as client:
        assert client.isolation().tier is tier
        assert client.isolation().declared == ""


def test_what_failed_stays_failed_whatever_is_declared(saying: Callable[..., Client]) -> None:
    found = msgspec.structs.replace(FOUND, tier=Tier.T0, held=(Held("no network", holds=False, how="reached"),))
    with saying(answers(wire.Checked(found)), declared=Tier.T3) as client:
        assert client.isolation().tier is Tier.T0
        with pytest.raises(UnsafeError, match="no network"):
            demand(client.isolation(), Tier.T0)


@pytest.mark.parametrize("least", Tier)
@pytest.mark.parametrize("tier", Tier)
def test_demand(tier: Tier, least: Tier) -> None:
    isolation = Isolation(tier=tier, provider="some", held=HELD)
    if tier >= least:
        demand(isolation, least)
    else:
        with pytest.raises(UnsafeError, match=f"tier {least}"):
            demand(isolation, least)
    for held in ((), (Held("one", holds=False, how="no"),)):
        with pytest.raises(UnsafeError, match="self-check"):
            demand(Isolation(tier=tier, provider="some", held=held), Tier.T0)


def test_threads_share_a_client() -> None:
    needs_boxes()
    with runner() as client:
        found: dict[int, Outcome] = {}

        def one(number: int) -> None:
            found[number] = run(client, "echo", str(number))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert {number: outcome.stdout for number, outcome in found.items()} == {
            number: b"%d\n" % number for number in range(8)
        }


def test_an_answer_that_is_too_large_is_refused_and_the_runner_lives() -> None:
    needs_boxes()
    with Client(odd(unchecked=True)) as client:
        name = client.prepare({}, Limits())
        command = Command(argv=("truncate", "-s", "200M", "/work/a"), limits=Limits())
        assert client.run(name, command).code == 0
        with pytest.raises(BoxError, match="at a time"):
            client.collect(name, ["/work/a", "/work/a"], 150 << 20)
        assert client.run(name, Command(argv=("true",))).end is End.EXITED


def test_a_command_that_reaches_a_runner_finds_what_ssh_needs_and_no_setting_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "secret")
    monkeypatch.setenv("CLEARINGHOUSE_MASTER_KEY", "secret")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("HOME", "/home/operator")
    found = launch.reaching()
    assert found.items() >= {"SSH_AUTH_SOCK": "/run/agent", "HOME": "/home/operator"}.items()
    assert "secret" not in found.values()


def ran(**more: object) -> bytes:
    return answers(wire.Ran(Outcome(**{"end": End.EXITED, "code": 0, **more})))


IMPOSSIBLE = {
    "more output": ran(stdout=b"x" * 11),
    "more errors": ran(stderr=b"x" * 11),
    "no number": ran(seconds=float("nan")),
    "for ever": ran(cpu=float("inf")),
    "before it began": ran(seconds=-1.0),
    "memory of no machine": ran(memory=2**60),
    "a code of no process": ran(code=256),
    "a number beyond JSON": ran(code=2**62),
    "exited without a code": ran(code=None),
    "no signal": ran(end=End.SIGNALLED, code=None),
    "signal 0": ran(end=End.SIGNALLED, code=None, signal=0),
    "larger than such an answer": struct.pack(">Q", believed.largest(wire.Run("box", Command(argv=("a",)))) + 1),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_outcome_that_cannot_be_ends_the_runner(saying: Callable[..., Client], name: str) -> None:
    mark = f"impossible {name}"
    with saying(IMPOSSIBLE[name], mark) as client:
        with pytest.raises(RunnerLostError):
            client.run("box", Command(argv=("true",), limits=Limits(output=10)))
        comes(lambda: marked(mark) == [], "the runner is ended")


OTHERS = {
    "another path": [Collected(path="/work/b", kind=Kind.FILE, data=b"x")],
    "more of it": [Collected(path="/work/a", kind=Kind.FILE, data=b"x" * 11)],
    "a link with content": [Collected(path="/work/a", kind=Kind.LINK, data=b"x")],
    "nothing": [],
    "twice": [Collected(path="/work/a", kind=Kind.FILE)] * 2,
    "a size that is none": [Collected(path="/work/a", kind=Kind.FILE, size=-1)],
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_was_not_asked_for_is_not_collected(saying: Callable[..., Client], name: str) -> None:
    with saying(answers(wire.Found(OTHERS[name]))) as client, pytest.raises(RunnerLostError, match="cannot be"):
        client.collect("box", ["/work/a"], 10)


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb"])
def test_a_box_has_a_name(saying: Callable[..., Client], name: str) -> None:
    with saying(answers(wire.Made(name))) as client, pytest.raises(RunnerLostError, match="box"):
        client.prepare({}, Limits())


def test_what_a_self_check_says_is_cut_and_plain(saying: Callable[..., Client]) -> None:
    long = "\x1b[2J" + "x" * 5_000
    held = (Held(long, holds=True, how=long),)
    found = Isolation(tier=Tier.T1, provider=long, kernel=long, boot=long, limits={long: long}, held=held)
    with saying(answers(wire.Checked(found))) as client:
        said = client.isolation()
    words = [
        said.provider,
        said.kernel,
        said.boot,
        *said.limits,
        *said.limits.values(),
        said.held[0].name,
        said.held[0].how,
    ]
    assert {len(each) for each in words} == {400}
    assert all(each.isprintable() for each in words)


def test_a_self_check_of_too_many_points(saying: Callable[..., Client]) -> None:
    found = msgspec.structs.replace(FOUND, held=HELD * 300)
    with saying(answers(wire.Checked(found))) as client, pytest.raises(RunnerLostError, match="more points"):
        client.isolation()


def test_words_of_an_outcome_are_plain(saying: Callable[..., Client]) -> None:
    with saying(ran(end=End.NOT_STARTED, code=None, words="\x1b]0;" + "w" * 9_000)) as client:
        assert client.run("box", Command(argv=("true",))).words == "?]0;" + "w" * 396


LATE = """
import sys, time
source, to = sys.stdin.buffer, sys.stdout.buffer
while head := source.read(8):
    source.read(int.from_bytes(head, "big"))
    time.sleep(0.4)
    to.write(bytes.fromhex(sys.argv[1]))
    to.flush()
"""
TALKS = """
import sys
sys.stderr.write(("\\x1b[2J" + "x" * 300 + "\\n") * 10_000)
sys.stderr.close()
sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))
sys.stdout.flush()
sys.stdin.buffer.read()
"""


def test_one_that_is_always_late_is_ended_though_it_always_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer comes within the patience that there is, and all of them together do not."""
    monkeypatch.setattr("clearinghouse.sandbox.client._GIVEN_BACK", 0.01)

    def ask(client: Client) -> None:
        for _ in range(100):
            client.destroy("box")

    with Client([sys.executable, "-c", LATE, answers(wire.Done()).hex()], patience=6.0) as client:
        client.destroy("box")
        with pytest.raises(RunnerLostError):
            ask(client)


def test_what_a_runner_says_beside_its_answers_is_bounded_and_plain(capfd: pytest.CaptureFixture[str]) -> None:
    with Client([sys.executable, "-c", TALKS, answers(wire.Done()).hex()]) as client:
        client.destroy("box")
        said: list[str] = []
        comes(lambda: said.append(capfd.readouterr().err) or "not passed on" in "".join(said), "it is cut")
    assert "\x1b" not in "".join(said)
    assert len("".join(said)) < MOST + 100
