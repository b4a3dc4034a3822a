"""What bubblewrap runs: how it ends, what it may use, what is seen of it, and that nothing of it stays."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxed import WAYS, comes, marked, needs_boxes, python, run, runner
from clearinghouse.sandbox import BoxError, Command, End, File, Kind, Limits
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.contract import ENVIRONMENT, MIB, UnavailableError
from clearinghouse.sandbox.launch import base

needs_boxes()


@pytest.fixture(scope="module", params=WAYS)
def each(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A runner in each of the ways."""
    with runner(request.param) as client:
        yield client


@pytest.fixture(scope="module")
def box() -> Iterator[Client]:
    """A runner."""
    with runner() as client:
        yield client


@pytest.mark.parametrize("code", [0, 1, 2, 127, 255])
def test_exit_codes(box: Client, code: int) -> None:
    outcome = run(box, "sh", "-c", f"exit {code}")
    assert (outcome.end, outcome.code, outcome.signal) == (End.EXITED, code, None)


@pytest.mark.parametrize("number", [1, 2, 6, 9, 11, 15])
def test_signals(box: Client, number: int) -> None:
    outcome = run(box, "sh", "-c", f"kill -{number} $$")
    assert (outcome.end, outcome.code, outcome.signal) == (End.SIGNALLED, None, number)


@pytest.mark.parametrize("program", ["no-such-program", "/no/such", "/etc/passwd", "/work"])
def test_a_program_that_cannot_be_executed(each: Client, program: str) -> None:
    outcome = run(each, program)
    assert (outcome.end, outcome.code) == (End.NOT_FOUND, None)
    assert "execvp" in outcome.words


def test_who_says_the_same_is_not_believed_without_the_exit_code(box: Client) -> None:
    outcome = run(box, "sh", "-c", "echo bwrap: execvp x: No such file or directory >&2; exit 3")
    assert (outcome.end, outcome.code) == (End.EXITED, 3)


def test_a_folder_to_begin_in_that_is_not_there(box: Client) -> None:
    outcome = run(box, "true", at="/nowhere")
    assert outcome.end is End.NOT_STARTED
    assert "nowhere" in outcome.words


def test_streams_and_where_it_begins(each: Client) -> None:
    outcome = run(each, "sh", "-c", "cat; pwd >&2; id -u", input=b"\0\xff" * 100_000, at="/tmp", output=MIB)
    assert outcome.stdout == b"\0\xff" * 100_000 + b"65534\n"
    assert outcome.stderr == b"/tmp\n"
    assert not outcome.cut


def test_input_that_nobody_reads(each: Client) -> None:
    assert run(each, "true", input=b"x" * (4 * MIB)).code == 0


def test_the_environment_is_ours_and_what_was_given(box: Client) -> None:
    outcome = run(box, "env", "-0", environment={"A": "1\n=", "LANG": "de", "Ü": "ü"})
    pairs = dict(line.split("=", 1) for line in outcome.stdout.decode().split("\0") if line)
    assert pairs == {**ENVIRONMENT, "A": "1\n=", "LANG": "de", "Ü": "ü", "PWD": "/work"}


def test_a_program_begins_with_no_signal_ignored_or_blocked(each: Client) -> None:
    lines = run(each, "cat", "/proc/self/status").stdout.decode().splitlines()
    found = dict(line.split(":\t") for line in lines if line.startswith(("SigIgn", "SigBlk")))
    assert {int(value, 16) for value in found.values()} == {0}


def test_nothing_of_it_dumps_a_core_whatever_it_says(each: Client) -> None:
    program = """if True:
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))
        print(resource.getrlimit(resource.RLIMIT_CORE))
        resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7))
        print(resource.prlimit(0, resource.RLIMIT_NOFILE))
    """
    assert python(each, program).stdout.split(b"\n")[:2] == [b"(1, 1)", b"(7, 7)"]


@pytest.mark.parametrize("limit", [0, 1, 1000, 65_536, 65_537])
@pytest.mark.parametrize("stream", [1, 2])
def test_output_is_cut_at_the_limit(box: Client, limit: int, stream: int) -> None:
    for size in {0, 1, limit - 1, limit, limit + 1} - {-1}:
        outcome = python(box, f"import os; os.write({stream}, b'x' * {size}) if {size} else 0", output=limit)
        written = outcome.stdout if stream == 1 else outcome.stderr
        assert written == b"x" * min(size, limit)
        assert outcome.cut == (size > limit)
        assert outcome.end is (End.OUTPUT if size > limit else End.EXITED)


def test_output_without_end(each: Client) -> None:
    outcome = run(each, "sh", "-c", "yes & yes >&2", output=100_000)
    assert (outcome.end, outcome.cut) == (End.OUTPUT, True)
    assert max(len(outcome.stdout), len(outcome.stderr)) == 100_000


def test_time(each: Client) -> None:
    mark = secrets.token_hex(8)
    program = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork(); os.setsid() if os.fork() else 0"
    outcome = python(each, f"{program}; print('x', flush=True); time.sleep(600)", mark, seconds=0.7)
    assert (outcome.end, outcome.code, outcome.signal) == (End.TIME, None, None)
    assert marked(mark) == []


def test_no_time_at_all(each: Client) -> None:
    mark = secrets.token_hex(8)
    for seconds in (1e-6, 0.001, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05):
        outcome = run(each, "python3", "-c", "import time; time.sleep(600)", mark, seconds=seconds)
        assert outcome.end is End.TIME
        assert marked(mark) == []


def test_processor_time(each: Client) -> None:
    assert python(each, "import os; os.fork()\nwhile True: pass", cpu=0.5).end is End.CPU


def test_a_bomb_of_processes(each: Client) -> None:
    mark = secrets.token_hex(8)
    program = """if True:
        import os
        while True:
            try: os.fork()
            except OSError as error: os.write(1, b"%d" % error.errno); os._exit(0)
    """
    outcome = python(each, program, mark, processes=40, seconds=5, output=100_000)
    assert outcome.end in {End.EXITED, End.TIME, End.PROCESSES, End.CPU}
    assert outcome.end is End.PROCESSES or b"11" in outcome.stdout
    assert marked(mark) == []


def test_more_threads_than_processes(each: Client) -> None:
    program = """if True:
        import threading, time
        for _ in range(60): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
        time.sleep(0.2)
    """
    outcome = python(each, program, processes=30)
    assert outcome.end is End.PROCESSES or b"can't start new thread" in outcome.stderr


def test_a_bomb_of_memory(each: Client) -> None:
    program = "import time\nall = []\nwhile len(all) < 400: all.append(b'x' * 2**20)\ntime.sleep(60)"
    outcome = python(each, program, memory=64 * MIB)
    assert outcome.end is End.MEMORY
    assert outcome.memory > 30 * MIB


def test_memory_that_is_handed_on_from_child_to_child(each: Client) -> None:
    """Each process lives for a moment only, so that a look at all of them misses some."""
    program = "import os, time\nall = b'x' * (100 * 2**20)\nfor _ in range(9**9):\n if os.fork(): os._exit(0)"
    start = f"import os, time\nif os.fork() == 0:\n exec({program!r})\ntime.sleep(60)"
    assert python(each, start, memory=64 * MIB, seconds=3).end is End.MEMORY


@pytest.mark.parametrize("call", ["os.memfd_create('a')", "ctypes.CDLL(None).shmget(0, 4096, 0o1600)"])
def test_memory_of_no_process_is_counted_or_not_given(each: Client, call: str) -> None:
    outcome = python(each, f"import os, ctypes; print({call})")
    assert outcome.code == 1 or outcome.stdout.strip() == b"-1" or each.name != "sampling"


def test_memory_of_no_process_is_not_given_where_nobody_counts_it() -> None:
    program = """if True:
        import ctypes, errno, os
        libc = ctypes.CDLL(None, use_errno=True)
        for number in (319, 29, 68) if os.uname().machine == "x86_64" else (279, 194, 186):
            print(libc.syscall(number, b"a", 0, 0), errno.errorcode[ctypes.get_errno()])
    """
    with runner("sampling") as client:
        assert python(client, program).stdout.split() == [b"-1", b"ENOSYS"] * 3


def test_disk(each: Client) -> None:
    program = """if True:
        import os
        total = 0
        for folder in ("/work", "/tmp", "/subject", "/dev/shm"):
            with open(folder + "/a", "wb", buffering=0) as out:
                try:
                    while total < 2**25: total += out.write(b"x" * 65536)
                except OSError as error: print(error.errno)
        print(total)
    """
    said = [int(line) for line in python(each, program, disk=4 * MIB).stdout.split()]
    assert said[:4] == [28] * 4 or set(said[:-1]) <= {27, 28}
    assert said[-1] <= 4 * MIB


def test_number_of_files(each: Client) -> None:
    program = """if True:
        import os
        count = 0
        for folder in ("/work", "/tmp", "/subject", "/dev/shm"):
            try:
                while count < 1000: os.close(os.open(f"{folder}/{count}", os.O_CREAT)); count += 1
            except OSError as error: pass
        print(count)
    """
    assert int(python(each, program, files=100).stdout) == 100


def test_one_large_file_ends_by_a_signal_and_not_by_more_disk(each: Client) -> None:
    outcome = python(each, "import os; os.truncate(os.open('/work/a', os.O_CREAT | os.O_RDWR), 1 << 40)", disk=MIB)
    assert (outcome.end, outcome.signal) == (End.SIGNALLED, 25) or b"File too large" in outcome.stderr


def test_what_is_collected(each: Client) -> None:
    program = """if True:
        import os, socket
        os.symlink("/etc/passwd", "link"); os.symlink("/proc", "folder-link"); os.symlink("plain", "near")
        os.mkfifo("pipe"); os.mkdir("folder"); os.mkdir("shut", 0)
        socket.socket(socket.AF_UNIX).bind("socket")
        for name in ("plain", "unreadable", "empty", "folder/deep", b"\\xff\\n name"):
            with open(name, "wb") as out: out.write(b"" if name == "empty" else b"0123456789")
        os.chmod("unreadable", 0)
        os.link("plain", "hard")
        try: os.link("/etc/passwd", "host")
        except OSError: pass
        try: os.mknod("device", 0o20600, os.makedev(1, 3))
        except OSError: pass
        with open("sparse", "wb") as out: out.truncate(1 << 20)
    """
    name = each.prepare({}, Limits())
    assert python(each, program, box=name).code == 0
    want = {
        "link": Kind.LINK,
        "folder-link": Kind.LINK,
        "folder-link/self/environ": Kind.LINK,
        "near": Kind.LINK,
        "pipe": Kind.OTHER,
        "socket": Kind.OTHER,
        "folder": Kind.FOLDER,
        "shut": Kind.FOLDER,
        "shut/in": Kind.MISSING,
        "plain/in": Kind.LINK,
        "nothing": Kind.MISSING,
        "host": Kind.MISSING,
        "device": Kind.MISSING,
        "plain": Kind.FILE,
        "hard": Kind.FILE,
        "unreadable": Kind.FILE,
        "empty": Kind.FILE,
        "folder/deep": Kind.FILE,
        "sparse": Kind.FILE,
    }
    found = each.collect(name, [f"/work/{path}" for path in want], 4)
    assert {one.path.removeprefix("/work/"): one.kind for one in found} == want
    sizes = {one.path.removeprefix("/work/"): (one.size, one.data, one.cut) for one in found if one.kind is Kind.FILE}
    assert sizes["plain"] == sizes["hard"] == sizes["unreadable"] == sizes["folder/deep"] == (10, b"0123", True)
    assert sizes["empty"] == (0, b"", False)
    assert sizes["sparse"] == (MIB, bytes(4), True)
    assert {one.data for one in found if one.kind is not Kind.FILE} == {b""}
    each.destroy(name)


BAD = ["", "/", "..", "a/../b", "../a", "./a", "a//b", "a/", "a\0b", "x" * 256, "é" * 128, "/".join("a" * 33)]


@pytest.mark.parametrize("path", [*BAD, "/a"])
def test_a_file_whose_path_leaves_the_box(box: Client, path: str) -> None:
    with pytest.raises(BoxError, match="is no path"):
        box.prepare({path: File(b"x")}, Limits())


@pytest.mark.parametrize("path", [*(f"/work/{path}" for path in BAD), "/etc/passwd", "/", "", "/shm/a", "//work/a"])
def test_a_path_to_collect_that_is_none(box: Client, path: str) -> None:
    name = box.prepare({}, Limits())
    with pytest.raises(BoxError):
        box.collect(name, ["/work", path], 10)
    box.destroy(name)


def test_less_than_nothing_is_not_collected(box: Client) -> None:
    name = box.prepare({"a": File(b"123")}, Limits())
    with pytest.raises(BoxError, match="-1 bytes"):
        box.collect(name, ["/work/a"], -1)
    assert box.collect(name, ["/work/a"], 0)[0].data == b""


@given(path=st.text(st.characters(codec="utf-8"), max_size=12))
def test_every_path_is_put_below_the_folder_or_refused(path: str, box: Client) -> None:
    try:
        name = box.prepare({path: File(b"x")}, Limits(disk=MIB, files=50))
    except BoxError:
        return
    found = box.collect(name, [f"/work/{path}"], 10)
    assert [(one.kind, one.data) for one in found] == [(Kind.FILE, b"x")]
    box.destroy(name)


def test_files_that_contradict_each_other_or_are_too_much(box: Client) -> None:
    with pytest.raises(BoxError, match="a/b"):
        box.prepare({"a": File(b""), "a/b": File(b"")}, Limits())
    with pytest.raises(BoxError, match="more than the disk"):
        box.prepare({"a": File(bytes(MIB + 1))}, Limits(disk=MIB))
    with pytest.raises(BoxError, match="no room"):
        box.prepare({str(number): File(b"") for number in range(30)}, Limits(files=20))
    assert run(box, "true").code == 0


def test_files_are_given_with_content_and_mode(each: Client) -> None:
    files = {"a b": File(b"\0\xff"), "deep/er/run": File(b"#!/bin/sh\necho it ran", executable=True)}
    name = each.prepare(files, Limits())
    assert run(each, "/work/deep/er/run", box=name).stdout == b"it ran\n"
    assert run(each, "sh", "-c", "cat 'a b'; echo >> 'a b'", box=name).stdout == b"\0\xff"
    assert run(each, "/work/a b", box=name).end is End.NOT_FOUND


def test_ten_thousand_files(box: Client) -> None:
    files = {f"{number % 100}/{number}": File(b"%d" % number) for number in range(10_000)}
    name = box.prepare(files, Limits())
    assert run(box, "sh", "-c", "cat */* | wc -c; ls -d */* | wc -l", box=name).stdout.split() == [b"38890", b"10000"]
    assert len(box.collect(name, [f"/work/{path}" for path in files], 10)) == 10_000
    box.destroy(name)


def test_a_box_over_another_may_only_read_what_that_one_built(each: Client) -> None:
    built = each.prepare({}, Limits())
    assert run(each, "sh", "-c", "echo built > /subject/a; echo > /work/w; echo > /tmp/t", box=built).code == 0
    above = each.prepare({}, Limits(), over=built)
    script = "cat /subject/a; ls /work /tmp; echo >> /subject/a || rm -f /subject/a || touch /subject/b"
    outcome = run(each, "sh", "-c", script, box=above)
    assert outcome.stdout == b"built\n/tmp:\n\n/work:\n"
    assert outcome.code != 0
    assert [one.kind for one in each.collect(above, ["/subject/a"], 10)] == [Kind.MISSING]
    assert each.collect(built, ["/subject/a"], 10)[0].data == b"built\n"


def test_two_boxes_do_not_see_each_other(each: Client) -> None:
    one, two = each.prepare({"a": File(b"secret")}, Limits()), each.prepare({}, Limits())
    run(each, "sh", "-c", "echo secret | tee /tmp/a /dev/shm/a > /subject/a", box=one)
    outcome = run(each, "sh", "-c", "cat /work/* /tmp/* /dev/shm/* /subject/*; ls /", box=two)
    assert b"secret" not in outcome.stdout
    assert {b"work", b"tmp", b"subject"} <= set(outcome.stdout.split())


def test_a_box_that_is_not_there(box: Client) -> None:
    name = box.prepare({}, Limits())
    box.destroy(name)
    box.destroy(name)
    for ask in (lambda: run(box, "true", box=name), lambda: box.collect(name, [], 1)):
        with pytest.raises(BoxError, match="no such box"):
            ask()
    with pytest.raises(BoxError, match="no such box"):
        box.prepare({}, Limits(), over=name)


def test_nothing_remains(each: Client) -> None:
    mark = secrets.token_hex(8)
    mounts = Path("/proc/self/mountinfo").read_text()
    program = (
        "import os, time\nfor _ in range(3):\n if os.fork() == 0: os.setsid(); time.sleep(600)\nprint(1, flush=True)"
    )
    for seconds in (20, 0.5):
        more = "" if seconds == 20 else "\ntime.sleep(600)"
        outcome = python(each, program + more, mark, seconds=seconds)
        assert outcome.end is (End.EXITED if seconds == 20 else End.TIME)
        assert marked(mark) == []
    left = python(each, "import glob; print(glob.glob('/proc/[0-9]*'))").stdout
    assert left.count(b"/proc/") == 2
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_nothing_runs_as_the_user_of_a_box_once_it_ended(box: Client) -> None:
    mark = secrets.token_hex(8)
    name = box.prepare({}, Limits())
    run(box, "touch", "/work/a", box=name)
    before = {uid for pid in marked(mark) if (uid := _user(pid)) is not None}
    assert before == set()
    outcome = python(box, "import os\nfor _ in range(5): os.fork()\nprint(1)", mark, box=name)
    assert outcome.code == 0
    assert marked(mark) == []


def _user(pid: int) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


NUL = [
    {"argv": ("true", "a\0--bind\0/\0/host")},
    {"argv": ("tr\0ue",)},
    {"argv": ("true",), "at": "/work\0--bind\0/\0/mnt"},
    {"argv": ("true",), "environment": {"A": "1\0--bind\0/\0/mnt"}},
    {"argv": ("true",), "environment": {"A\0--ro-bind\0/\0/mnt\0--setenv\0B": "1"}},
    {"argv": ("true",), "environment": {"": "1"}},
    {"argv": ("true",), "environment": {"A=B": "1"}},
    {"argv": ()},
    {"argv": ("",)},
    {"argv": ("true",), "at": "work"},
    {"argv": ("true",), "at": ""},
    {"argv": ("true", "\ud800")},
    {"argv": ("true", "\udcff")},
]


@pytest.mark.parametrize("command", NUL)
def test_text_that_would_become_an_option_of_bubblewrap(box: Client, command: dict[str, object]) -> None:
    name = box.prepare({}, Limits())
    with pytest.raises(BoxError):
        box.run(name, Command(**command))
    assert run(box, "true", box=name).code == 0


@settings(max_examples=30)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_arguments_come_as_they_were_given(text: str, box: Client) -> None:
    assert run(box, "printf", "%s", text, "--", "--bind").stdout == (text + "----bind").encode()


@pytest.mark.parametrize("argument", ["--", "--bind", "-", "$(id)", "`id`", "a\nb", "\x1b[31m", "\x7f", "*"])
def test_strange_arguments(box: Client, argument: str) -> None:
    assert run(box, "printf", "%s", argument).stdout.decode() == argument
    assert run(box, argument).end is End.NOT_FOUND


def test_more_arguments_than_the_kernel_takes(box: Client) -> None:
    assert run(box, "true", "x" * (8 * MIB)).end is End.NOT_STARTED
    assert run(box, "true", *(["x"] * 2_000_000)).end is End.NOT_STARTED
    outcome = run(box, "true", environment={f"A{number}": "x" for number in range(20_000)})
    assert outcome.end is End.NOT_STARTED
    assert run(box, "sh", "-c", "echo $#", "sh", *(["x"] * 5_000)).stdout == b"5000\n"


LIMITS = [
    *({name: value} for name in ("seconds", "cpu") for value in (float("nan"), float("inf"), 0.0, -1.0)),
    *({name: value} for name in ("disk", "files", "memory", "processes") for value in (0, -1, 1 << 70)),
    {"output": -1},
]


@pytest.mark.parametrize("limits", LIMITS)
def test_limits_that_limit_nothing(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="limits nothing"):
        Limits(**limits)


@given(st.integers(1, 1 << 40), st.integers(1, 1 << 40))
def test_of_two_limits_the_stricter_one_holds(one: int, two: int) -> None:
    for name in ("memory", "disk", "files", "processes", "output", "seconds", "cpu"):
        found = Limits(**{name: one}).within(Limits(**{name: two}))
        assert getattr(found, name) == min(one, two)


def test_nothing_is_mounted_where_others_would_see_it() -> None:
    with pytest.raises(UnavailableError, match="without confinement"):
        base()


def test_marks_are_seen_while_they_run(box: Client) -> None:
    """What other tests find nothing with, finds something."""
    mark = secrets.token_hex(8)
    child = os.fork()
    if child == 0:
        os.execvp("python3", ["python3", "-c", "import time; time.sleep(60)", mark])
    comes(lambda: marked(mark) == [child], "a process is seen")
    os.kill(child, 9)
    os.waitpid(child, 0)
