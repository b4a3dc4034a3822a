"""Containers, by runtimes and engines that this machine has: what runs in them behaves as in bubblewrap's boxes."""

import errno
import functools
import io
import itertools
import os
import secrets
import shutil
import struct
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxed import marked, python, run
from clearinghouse.sandbox import BoxError, Command, End, File, Kind, Limits, Tier, UnavailableError, launch, seccomp
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.contract import ENVIRONMENT, MIB
from clearinghouse.sandbox.making import Setting, make
from clearinghouse.sandbox.oci import archive, bundle, calls, lines, root
from clearinghouse.sandbox.oci.programs import PATH
from clearinghouse.sandbox.oci.runtime import Runtime
from clearinghouse.sandbox.seccomp import DENIED, UNCOUNTED

UNCHECKED = """
import json, sys
from clearinghouse.sandbox import launch
from clearinghouse.sandbox.isolation import Held, Isolation, Tier
from clearinghouse.sandbox.making import Setting, make
from clearinghouse.sandbox.oci.engine import Container
from clearinghouse.sandbox.runner import Runner, end_with, reply
from clearinghouse.sandbox.wire import LARGEST_QUESTION, Question, receive

how = json.loads(sys.argv[1])
runner = Runner(Setting())
if how.pop("volumes", False):
    runner._provider = Container(launch.base(), how["provider"], runtime=how["runtime"], volumes=True)
else:
    runner._provider = make(Setting.read(json.dumps(how)))
runner._isolation = Isolation(tier=Tier.T1, provider="?", held=(Held("nothing", holds=True, how="not checked"),))
end_with(sys.stdin.buffer)
while (question := receive(sys.stdin.buffer, Question, LARGEST_QUESTION)) is not None:
    reply(sys.stdout.buffer, runner.answer(question))
"""
WAYS: dict[str, dict[str, Any]] = {
    "crun": {"provider": "oci", "runtime": "crun"},
    "runc": {"provider": "oci", "runtime": "runc"},
    "podman": {"provider": "podman", "runtime": "runc"},
    "podman with volumes": {"provider": "podman", "runtime": "runc", "volumes": True},
}
CHECKED = ["crun", "runc", "podman"]
if _IMAGE := os.environ.get("CLEARINGHOUSE_DOCKER_IMAGE"):
    # docker is a daemon, which nobody's tests start: who has one names an image that it has, with Python in it.
    WAYS["docker"] = {"provider": "docker", "image": _IMAGE}
    CHECKED.append("docker")


def started(way: str, **more: str) -> Client:
    """A runner that was not checked, in one of the ways."""
    setting = msgspec.json.encode({**WAYS[way], **more}).decode()
    command = launch.command(setting)
    return Client([*command[: command.index("-m")], "-c", UNCHECKED, setting])


@functools.cache
def missing(way: str) -> str:
    """Why something cannot be tried on this machine, or nothing."""
    how = WAYS[way]
    for name in {how.get("runtime", "runc"), *({"podman", "docker"} & {how["provider"]})}:
        if shutil.which(name, path=PATH) is None:
            return f"{name} is not installed"
    try:
        with started(way) as client:
            outcome = run(client, "true")
    except UnavailableError as error:
        return error.what
    return "" if outcome.code == 0 else f"{way} does not start here: {outcome.words}"


@pytest.fixture(scope="module", params=list(WAYS))
def each(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A runner in each of the ways that this machine has."""
    if reason := missing(request.param):
        pytest.skip(reason)
    with started(request.param) as client:
        yield client


@pytest.fixture(scope="module", params=["crun", "runc"])
def runtime(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A runner with a runtime."""
    if reason := missing(request.param):
        pytest.skip(reason)
    with started(request.param) as client:
        yield client


@pytest.mark.parametrize("way", CHECKED)
def test_the_self_check_passes(way: str) -> None:
    if reason := missing(way):
        pytest.skip(reason)
    with Client(setting=Setting(**WAYS[way])) as client:
        found = client.isolation()
    assert [each for each in found.held if not each.holds] == []
    assert (found.tier, found.provider.split()[0], found.shared) == (Tier.T1, way, True)


@pytest.fixture(scope="module")
def box(each: Client) -> Iterator[str]:
    """A box for programs that leave nothing: making one takes an engine half a second."""
    name = each.prepare({}, Limits())
    yield name
    each.destroy(name)


def test_exit_codes(each: Client, box: str) -> None:
    for code in (0, 1, 125, 126, 127, 128, 255):
        outcome = run(each, "sh", "-c", f"exit {code}", box=box)
        assert (outcome.end, outcome.code, outcome.signal) == (End.EXITED, code, None)


def test_signals(each: Client, box: str) -> None:
    for number in (1, 6, 11, 15):
        outcome = run(each, "sh", "-c", f"kill -{number} $$", box=box)
        assert (outcome.end, outcome.code, outcome.signal) == (End.SIGNALLED, None, number)


def test_a_program_that_aborts_is_seen_to(each: Client, box: str) -> None:
    assert python(each, "import os; os.abort()", box=box).signal == 6


def test_a_program_that_cannot_be_executed(each: Client, box: str) -> None:
    for program in ("no-such-program", "/no/such", "/etc/hosts"):
        outcome = run(each, program, box=box)
        assert (outcome.end, outcome.code) == (End.NOT_FOUND, None)
        assert outcome.words


def test_a_program_that_the_kernel_does_not_take(runtime: Client) -> None:
    box = runtime.prepare({"program": File(b"nonsense\0", executable=True)}, Limits())
    outcome = run(runtime, "/work/program", box=box)
    assert (outcome.end, outcome.code) == (End.NOT_FOUND, None)


def test_streams_and_where_it_begins(each: Client, box: str) -> None:
    outcome = run(each, "sh", "-c", "cat; pwd >&2", input=b"\0\xff" * 100_000, at="/tmp", output=MIB, box=box)
    assert outcome.stdout == b"\0\xff" * 100_000
    assert outcome.stderr == b"/tmp\n"


def test_the_environment_is_ours_and_what_was_given(each: Client, box: str) -> None:
    outcome = run(each, "env", "-0", environment={"A": "1\n=", "LANG": "de"}, box=box)
    pairs = dict(line.split("=", 1) for line in outcome.stdout.decode().split("\0") if line)
    assert pairs.items() >= {**ENVIRONMENT, "A": "1\n=", "LANG": "de"}.items()
    assert pairs.keys() - ENVIRONMENT.keys() - {"A"} <= {"PWD", "HOSTNAME", "container", "TERM"}


def test_nothing_of_it_dumps_a_core_whatever_it_says(each: Client, box: str) -> None:
    program = """if True:
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))
        print(resource.getrlimit(resource.RLIMIT_CORE))
        resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7))
        print(resource.prlimit(0, resource.RLIMIT_NOFILE))
    """
    assert python(each, program, box=box).stdout.split(b"\n")[:2] == [b"(1, 1)", b"(7, 7)"]


def test_output_without_end(each: Client) -> None:
    outcome = run(each, "sh", "-c", "yes & yes >&2", output=100_000)
    assert (outcome.end, outcome.cut) == (End.OUTPUT, True)
    assert max(len(outcome.stdout), len(outcome.stderr)) == 100_000


def test_time(each: Client) -> None:
    mark = secrets.token_hex(8)
    program = (
        "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork(); os.setsid() if not os.fork() else 0"
    )
    outcome = python(each, f"{program}; print('x', flush=True); time.sleep(600)", mark, seconds=1.5)
    assert (outcome.end, outcome.code, outcome.signal) == (End.TIME, None, None)
    assert marked(mark) == []


def test_processor_time(each: Client) -> None:
    assert python(each, "import os; os.fork()\nwhile True: pass", cpu=0.5).end is End.CPU


def test_memory(each: Client) -> None:
    program = "import time; x = [bytearray(b'x' * (1 << 20)) for _ in range(200)]; print('all'); time.sleep(5)"
    outcome = python(each, program, memory=64 * MIB)
    assert (outcome.end, outcome.stdout) == (End.MEMORY, b"")


def test_who_is_left_behind_is_ended_and_does_not_delay_how_it_ended(each: Client) -> None:
    mark = secrets.token_hex(8)
    program = "import os, time\nif os.fork() == 0:\n os.setsid(); os.fork(); os.fork(); time.sleep(600)\nos._exit(7)"
    outcome = python(each, program, mark)
    assert (outcome.end, outcome.code) == (End.EXITED, 7)
    assert marked(mark) == []


def test_what_is_collected(each: Client) -> None:
    box = each.prepare({"a/b/given": File(b"given", executable=True)}, Limits(disk=4 * MIB))
    program = """if True:
        import os, socket
        os.symlink("/etc/passwd", "link"); os.symlink("a", "way"); os.mkfifo("pipe"); os.mkdir("folder")
        socket.socket(socket.AF_UNIX).bind("socket")
        open("empty", "w").close(); open("full", "w").write("x" * 5000)
        os.truncate(os.open("sparse", os.O_CREAT | os.O_WRONLY), 3 << 20)
        open("/tmp/other", "w").write("other"); open("/subject/made", "w").write("made")
    """
    assert python(each, program, box=box).code == 0
    expected = {
        "/work/a/b/given": (Kind.FILE, 5, b"giv", True),
        "/work/link": (Kind.LINK, 0, b"", False),
        "/work/way/b/given": (Kind.LINK, 0, b"", False),
        "/work/pipe": (Kind.OTHER, 0, b"", False),
        "/work/folder": (Kind.FOLDER, 0, b"", False),
        "/work/empty": (Kind.FILE, 0, b"", False),
        "/work/full": (Kind.FILE, 5000, b"xxx", True),
        "/work/sparse": (Kind.FILE, 3 << 20, b"\0\0\0", True),
        "/work/none": (Kind.MISSING, 0, b"", False),
        "/work/none/below": (Kind.MISSING, 0, b"", False),
        "/tmp/other": (Kind.FILE, 5, b"oth", True),
        "/subject/made": (Kind.FILE, 4, b"mad", True),
        "/work": (Kind.FOLDER, 0, b"", False),
    }
    found = each.collect(box, list(expected), 3)
    each.destroy(box)
    assert {one.path: (one.kind, one.size, one.data, one.cut) for one in found} == expected


@pytest.mark.parametrize("path", ["/etc/passwd", "/work/../etc/passwd", "/work//a", "", "/", "/proc/self/environ"])
def test_a_path_to_collect_that_is_none(each: Client, path: str) -> None:
    box = each.prepare({}, Limits())
    with pytest.raises(BoxError):
        each.collect(box, [path], 1)
    with pytest.raises(BoxError):
        each.collect(box, ["/work/x"], -1)
    each.destroy(box)


def test_files_that_leave_the_box_or_are_too_much(each: Client) -> None:
    for files in ({"../x": File(b"")}, {"/x": File(b"")}, {"x": File(b"x" * MIB)}, {"x": File(b""), "x/y": File(b"")}):
        with pytest.raises(BoxError):
            each.prepare(files, Limits(disk=MIB // 2))
    assert run(each, "true").code == 0


def test_a_box_over_another_may_only_read_what_that_one_built(each: Client) -> None:
    below = each.prepare({}, Limits())
    assert (
        run(each, "sh", "-c", "echo built > /subject/it; echo left > /work/it; echo left > /tmp/it", box=below).code
        == 0
    )
    above = each.prepare({}, Limits(), over=below)
    outcome = run(each, "sh", "-c", "cat /subject/it; ls -A /work /tmp; echo x > /subject/it", box=above)
    each.destroy(below)
    each.destroy(above)
    assert outcome.stdout == b"built\n/tmp:\n\n/work:\n"
    assert outcome.code != 0


def test_a_box_that_is_not_there(each: Client) -> None:
    each.destroy("none")
    for ask in (
        lambda: each.run("none", Command(argv=("true",))),
        lambda: each.collect("none", ["/work/x"], 1),
        lambda: each.prepare({}, Limits(), over="none"),
    ):
        with pytest.raises(BoxError, match="no such box"):
            ask()


def test_text_that_is_no_command(each: Client, box: str) -> None:
    for argv in ((), ("",), ("a\0b",), ("\ud800",)):
        with pytest.raises(BoxError):
            each.run(box, Command(argv=argv))


def test_options_are_arguments_when_they_are_given_as_such(each: Client, box: str) -> None:
    argument = "--privileged $(id) `id` ' \" \n ü"
    assert run(each, "printf", "%s", argument, box=box).stdout == argument.encode()
    assert run(each, "--privileged", box=box).end in {End.NOT_FOUND, End.NOT_STARTED}


def test_every_denied_call_is_denied_by_the_kernel(each: Client, box: str) -> None:
    column = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
    numbers = {name: each[column] for name, each in seccomp._DENIED.items() if each[column] is not None}
    program = f"""if True:
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {numbers!r}.items():
            ctypes.set_errno(0)
            print(name, libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6), ctypes.get_errno())
    """
    said = [line.split() for line in python(each, program, box=box).stdout.decode().splitlines()]
    # a library that does not know a call by name yet leaves it to the answer for what is unknown
    assert [
        name for name, result, number in said if result != "-1" or int(number) not in {errno.EPERM, errno.ENOSYS}
    ] == []
    assert len(said) == len(numbers)


def test_what_depends_on_arguments(each: Client, box: str, request: pytest.FixtureRequest) -> None:
    program = """if True:
        import fcntl, socket
        def tried(call, *arguments):
            try:
                call(*arguments)
            except OSError as error:
                return error.errno
            return 0
        print([tried(socket.socket, *each) for each in ((1, 1, 0), (2, 1, 6), (10, 2, 17), (16, 3, 0), (2, 0x802, 0))])
        print([tried(socket.socket, *each) for each in ((16, 3, 9), (17, 3, 0), (38, 5, 0), (40, 1, 0), (2, 5, 132))])
        print([tried(fcntl.ioctl, 1, each, b"x") for each in (0x5412, 0x541C, 0x5412 | 1 << 31)])
    """
    said = python(each, program, box=box).stdout.decode().splitlines()
    assert said[0] == "[0, 0, 0, 0, 0]"
    # docker before 23 does not know which answer a profile wants for what it does not name
    answers = {errno.ENOSYS, errno.EPERM} if "docker" in request.node.name else {errno.ENOSYS}
    assert said[1] in {str([no] * 5) for no in answers}
    assert said[2].startswith(tuple(f"[{no}, {no}, {errno.ENOTTY}" for no in answers))


def test_nothing_remains(runtime: Client) -> None:
    mark = secrets.token_hex(8)
    assert python(runtime, "import os, time; os.fork(); time.sleep(600)", mark, seconds=1).end is End.TIME
    assert marked(mark) == []
    box = runtime.prepare({}, Limits())
    seen = run(runtime, "sh", "-c", "cat /proc/mounts; cat /proc/1/environ; ls /proc/1/fd", box=box)
    assert b"/mnt/runs" not in seen.stdout


@pytest.fixture
def image() -> Iterator[Path]:
    """A root folder with a shell in it, where everyone can read it."""
    folder = Path("/var/tmp") / f"clearinghouse-{secrets.token_hex(4)}"
    for name in ("usr/bin", "etc", "work", "home"):
        (folder / name).mkdir(parents=True)
    said = subprocess.run(["ldd", "/bin/sh"], capture_output=True, text=True, check=True).stdout
    for each in ("/bin/sh", *(word for word in said.split() if word.startswith("/"))):
        (folder / each[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(each, folder / each[1:])
    (folder / "etc/issue").write_text("an image")
    (folder / "strange").symlink_to("/etc/issue")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("way", ["crun", "runc", "podman"])
def test_a_root_folder_of_an_image(image: Path, way: str) -> None:
    if reason := missing(way):
        pytest.skip(reason)
    before = sorted(str(each) for each in image.rglob("*"))
    with started(way, rootfs=str(image)) as client:
        outcome = run(
            client, "/bin/sh", "-c", "echo /*; read x < /strange; echo $x; echo y > /home/y; echo z > /work/z"
        )
    assert outcome.stdout.split(b"\n")[1] == b"an image"
    assert {b"/home", b"/etc", b"/work", b"/subject"} <= set(outcome.stdout.split(b"\n")[0].split())
    assert outcome.code == 0
    assert b"/home/y" in outcome.stderr
    assert sorted(str(each) for each in image.rglob("*")) == before


def test_what_is_no_root_folder(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no root folder"):
        root.make(tmp_path / "root", tmp_path, ())


# ---- what is told to a runtime


def test_the_configuration_takes_everything_away(tmp_path: Path) -> None:
    place = bundle.Place(tmp_path, (root.Part(Path("/usr"), "/usr"),), tmp_path, tmp_path / "subject", builds=False)
    said = bundle.config(place, Command(argv=("true",)), processes=9, own_processes=False, counted=True)
    process, linux = said["process"], said["linux"]
    assert (said["root"]["readonly"], process["noNewPrivileges"], process["terminal"]) == (True, True, False)
    assert set(map(tuple, process["capabilities"].values())) == {()}
    assert {"NPROC": 9, "CORE": 1}.items() <= {each["type"][7:]: each["hard"] for each in process["rlimits"]}.items()
    assert {each["type"] for each in linux["namespaces"]} == {"mount", "network", "ipc", "uts"}
    options = {each["destination"]: each["options"] for each in said["mounts"]}
    assert all("nosuid" in each for each in options.values())
    assert [("ro" in options[at], "rw" in options[at]) for at in ("/usr", "/subject", "/work")] == [
        *([(True, False)] * 2),
        (False, True),
    ]
    assert "/proc/kallsyms" in linux["maskedPaths"]
    assert "/proc/sys" in linux["readonlyPaths"]


@given(st.sets(st.integers(0, 2**32 - 1), max_size=4), st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_all_but_some_numbers(values: set[int], number: int) -> None:
    matches = list(calls.all_but(values))
    for each in (number, *values, *(value ^ 1 for value in values), *(value ^ 1 << 31 for value in values)):
        assert any(each & mask == value for mask, value in matches) == (each not in values)


def test_every_call_is_named_once() -> None:
    tables = (calls.ALLOWED, frozenset(DENIED), frozenset(calls.LOOKED_INTO), frozenset(calls.ABSENT))
    assert sum(map(len, tables)) == len(frozenset().union(*tables))
    assert set(UNCOUNTED) <= calls.ALLOWED
    named = {name for rule in calls.profile(counted=False)["syscalls"] for name in rule["names"]}
    assert not named & (set(UNCOUNTED) | set(calls.ABSENT))


def test_the_table_knows_every_call_that_the_other_filter_knows() -> None:
    header = Path(f"/usr/include/{os.uname().machine}-linux-gnu/asm/unistd_64.h")
    if not header.exists():
        pytest.skip("this machine has no table of calls (linux-libc-dev)")
    names = {line.split()[1][5:]: int(line.split()[2]) for line in header.read_text().splitlines() if "__NR_" in line}
    obsolete = {
        "afs_syscall",
        "tuxcall",
        "security",
        "vserver",
        "getpmsg",
        "putpmsg",
        "epoll_ctl_old",
        "epoll_wait_old",
    }
    known = calls.ALLOWED | set(DENIED) | set(calls.LOOKED_INTO) | set(calls.ABSENT)
    assert {name for name, number in names.items() if number <= 462} - known <= obsolete


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(calls.LOOKED_INTO)),
    st.lists(
        st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2, 3, 4, 10, 16, 17, 0x5412, 0x541C, 2**32 + 4]),
        min_size=6,
        max_size=6,
    ),
)
def test_both_filters_say_the_same_of_arguments(name: str, arguments: list[int]) -> None:
    number = {"clone": 56, "ioctl": 16, "personality": 135, "setrlimit": 160}.get(name) or {
        "prlimit64": 302,
        "socket": 41,
        "socketpair": 53,
    }[name]
    allowed, done = 0x7FFF0000, 0x00050000
    mine, theirs = rules_say(name, arguments), program_says(seccomp.program("x86_64"), number, arguments)
    assert (mine is None) == (theirs == allowed)
    assert (mine == 0) == (theirs == done)


def program_says(program: bytes, number: int, arguments: list[int]) -> int:
    """What the other filter answers: a program of five instructions (Documentation/networking/filter.rst)."""
    data = struct.pack("=IIQ6Q", number, 0xC000003E, 0, *arguments)
    at, loaded = 0, 0
    while True:
        code, yes, no, value = struct.unpack_from("=HBBI", program, at * 8)
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            loaded = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            loaded &= value
        else:
            at += yes if {0x15: loaded == value, 0x25: loaded > value, 0x45: loaded & value}[code] else no


def rules_say(name: str, arguments: list[int]) -> int | None:
    """What the rules answer to a call: None is allowed, else the number of an error."""
    said = set()
    for rule in calls.profile("x86_64")["syscalls"]:
        if name in rule["names"] and all(matches(each, arguments) for each in rule.get("args", ())):
            said.add(None if rule["action"] == "SCMP_ACT_ALLOW" else rule["errnoRet"])
    assert len(said) < 2
    return said.pop() if said else errno.ENOSYS


def matches(condition: dict[str, Any], arguments: list[int]) -> bool:
    value = arguments[condition["index"]]
    if condition["op"] == "SCMP_CMP_NE":
        return bool(value != condition["value"])
    return bool(value & condition["value"] == condition["valueTwo"])


# ---- what is told to an engine


def engine(*, podman: bool = False) -> lines.Engine:
    return lines.Engine("/usr/bin/docker", (), podman, True, "kata", Path("/profile.json"), ("image:1",))


def test_the_command_line_of_docker() -> None:
    command = Command(
        argv=("sh", "-c", "--privileged"), environment={"A": "b c"}, at="/tmp", limits=Limits(processes=7)
    )
    line = lines.run(engine(), "name", 77, command, lines.mounted("volume", "/work", writable=True), disk=MIB)
    assert line[:2] == ["/usr/bin/docker", "run"]
    assert line[-4:] == ["image:1", "sh", "-c", "--privileged"]
    options = line[2:-4]
    for pair in (
        *(("--network", "none"), ("--cap-drop", "ALL"), ("--security-opt", "no-new-privileges"), ("--user", "77:77")),
        *(
            ("--security-opt", "seccomp=/profile.json"),
            ("--pids-limit", "9"),
            ("--pull", "never"),
            ("--entrypoint", ""),
        ),
        *(("--volume", "volume:/work:rw"), ("--shm-size", str(MIB)), ("--runtime", "kata"), ("--env", "A=b c")),
        *(("--memory", str(1024 * MIB)), ("--memory-swap", str(1024 * MIB)), ("--workdir", "/tmp")),
    ):
        assert pair in list(itertools.pairwise(options)), pair
    assert {"--read-only", "--init", "--interactive"} <= set(options)
    assert not {"--privileged", "--tty", "-t"} & set(options)
    assert not any(each.startswith("mask=") for each in options)


def test_the_command_line_of_podman_names_its_runtime_before_the_verb() -> None:
    line = lines.run(engine(podman=True), "name", 77, Command(argv=("true",)), [], "--pidfile", "/pid")
    assert "--runtime" not in line
    assert {"--read-only-tmpfs=false", "--http-proxy=false", "--no-hosts"} <= set(line)


def test_a_volume_is_in_memory_and_as_large_as_the_limits_say() -> None:
    line = lines.volume(engine(), "v", 77, Limits(disk=8 * MIB, files=10))
    assert line[1:3] == ["volume", "create"]
    assert "type=tmpfs" in line
    pages = 8 * MIB // os.sysconf("SC_PAGE_SIZE")
    assert f"o=nr_blocks={pages},nr_inodes=11,mode=0700,uid=77,gid=77,nosuid,nodev" in line


def test_docker_without_its_daemon_is_refused_in_words(tmp_path: Path) -> None:
    if shutil.which("docker", path=PATH) is None:
        pytest.skip("docker is not installed")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        pytest.skip("there is a daemon")
    with pytest.raises(UnavailableError, match="docker does not answer"):
        make(Setting(provider="docker", image="image:1"))
    with (
        Client(setting=Setting(provider="docker", image="image:1")) as client,
        pytest.raises(UnavailableError, match="docker does not answer"),
    ):
        client.isolation()


def test_a_provider_or_runtime_that_is_none() -> None:
    with pytest.raises(UnavailableError, match="no provider"):
        make(Setting(provider="chroot"))
    with pytest.raises(UnavailableError, match="no runtime"):
        Runtime(Path("/nowhere"), "sh")


def test_docker_alone_is_started_without_a_name_space_of_processes() -> None:
    assert "--pid" in launch.command('{"provider":"podman"}')
    assert "--pid" in launch.command("no JSON")
    assert "--pid" not in launch.command('{"provider":"docker"}')
    assert "--net" in launch.command('{"provider":"docker"}')


# ---- archives


def packed(*entries: tuple[str, bytes, bytes], format: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for name, kind, data in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(data)
            entry.linkname = "/etc/passwd" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


PARTS = st.text("abcü.", min_size=1, max_size=60).filter(lambda part: part not in {".", ".."})


@given(st.dictionaries(PARTS, st.binary(max_size=2000), min_size=1, max_size=4))
def test_what_is_packed_is_unpacked_by_others(files: dict[str, bytes]) -> None:
    given_files = {f"folder/{name}": File(data, executable=bool(data)) for name, data in files.items()}
    with tarfile.open(fileobj=io.BytesIO(archive.pack(given_files, 7))) as tar:
        members = {member.name: member for member in tar}
        assert members.keys() == {"folder", *given_files}
        for name, file in given_files.items():
            assert tar.extractfile(members[name]).read() == file.data  # type: ignore[union-attr]
            assert (members[name].uid, members[name].mode) == (7, 0o755 if file.executable else 0o644)


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT])
@given(data=st.binary(max_size=3000), most=st.integers(0, 3000), name=PARTS)
def test_what_others_pack_is_seen(format: int, data: bytes, most: int, name: str) -> None:
    whole = packed(("work", tarfile.DIRTYPE, b""), (f"work/{name}", tarfile.REGTYPE, data), format=format)
    found = archive.look(io.BytesIO(whole), "/work/x", 2, most)
    assert (found.kind, found.size, found.data, found.cut) == (Kind.FILE, len(data), data[:most], len(data) > most)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([("work", tarfile.DIRTYPE, b""), ("work/x", tarfile.SYMTYPE, b"")], Kind.LINK),
        ([("work", tarfile.SYMTYPE, b""), ("work/x", tarfile.REGTYPE, b"secret")], Kind.LINK),
        ([("work", tarfile.REGTYPE, b"secret"), ("work/x", tarfile.REGTYPE, b"secret")], Kind.MISSING),
        ([("work", tarfile.DIRTYPE, b""), ("work/x", tarfile.LNKTYPE, b"")], Kind.OTHER),
        ([("work", tarfile.DIRTYPE, b""), ("work/x", tarfile.CHRTYPE, b"")], Kind.OTHER),
        ([("work", tarfile.DIRTYPE, b""), ("work/x", tarfile.FIFOTYPE, b"")], Kind.OTHER),
        ([("work", tarfile.DIRTYPE, b""), ("work/x", tarfile.DIRTYPE, b"")], Kind.FOLDER),
        ([("work", tarfile.DIRTYPE, b"")], Kind.MISSING),
        ([], Kind.MISSING),
    ],
)
def test_what_is_no_file_has_no_content(entries: list[tuple[str, bytes, bytes]], kind: Kind) -> None:
    found = archive.look(io.BytesIO(packed(*entries)), "/work/x", 2, 100)
    assert (found.kind, found.data) == (kind, b"")


@given(st.binary(max_size=4096))
def test_bytes_that_are_no_archive(data: bytes) -> None:
    try:
        found = archive.look(io.BytesIO(data), "/work/x", 2, 10)
    except BoxError:
        return
    assert found.kind is Kind.MISSING


def test_a_size_that_is_not_there_and_a_header_without_end() -> None:
    whole = packed(("work", tarfile.REGTYPE, b"x" * 2000))
    with pytest.raises(BoxError):
        archive.look(io.BytesIO(whole[:1024]), "/work", 1, 2000)
    assert archive.look(io.BytesIO(whole[:1024]), "/work", 1, 10).data == b"x" * 10
    long = packed(("x" * 200_000, tarfile.REGTYPE, b""))
    with pytest.raises(BoxError):
        archive.look(io.BytesIO(long), "/work", 1, 10)


def test_a_size_above_what_octal_digits_say() -> None:
    entry = tarfile.TarInfo("work")
    entry.size = 1 << 40
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        found = archive.look(io.BytesIO(entry.tobuf(format) + b"x" * 512), "/work", 1, 5)
        assert (found.size, found.data, found.cut) == (1 << 40, b"x" * 5, True)
