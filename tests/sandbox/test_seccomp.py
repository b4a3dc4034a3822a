"""The filter says of every call what its table says: proved on the program, and tried on the kernel."""

import errno
import functools
import os
import platform
import re
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxed import WAYS, needs_boxes, python, run, runner
from clearinghouse.sandbox import UnavailableError, seccomp
from clearinghouse.sandbox.client import Client

MACHINES = {
    # name: audit number, column of the table, and the calls whose arguments count
    "x86_64": (
        *(0xC000003E, 0),
        {
            "clone": 56,
            "socket": 41,
            "socketpair": 53,
            "ioctl": 16,
            "personality": 135,
            "setrlimit": 160,
            "prlimit": 302,
        },
    ),
    "aarch64": (
        *(0xC00000B7, 1),
        {
            "clone": 220,
            "socket": 198,
            "socketpair": 199,
            "ioctl": 29,
            "personality": 92,
            "setrlimit": 164,
            "prlimit": 261,
        },
    ),
}
ALLOW, KILL = "allow", "kill"
program_of = functools.cache(seccomp.program)
WHOLE = st.integers(0, 2**64 - 1)
INTERESTING = st.sampled_from(
    [*range(64), 262, 0x5412, 0x541C, 0x40000, 0xFFFFFFFF, 0x7E020000, 0x10000000, 0x80802, 2**32, 2**32 + 4, 2**63]
)
ARGUMENTS = st.lists(WHOLE | INTERESTING, min_size=6, max_size=6)


def run_program(program: bytes, number: int, audit: int, arguments: list[int]) -> str | int:
    """Interpret a classic BPF program as the kernel does (Documentation/networking/filter.rst), with every check."""
    data = struct.pack("=IIQ6Q", number, audit, 0, *arguments)
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at, loaded = 0, 0
    while True:
        code, yes, no, value = steps[at]  # an IndexError is a jump out of the program
        at += 1
        if code == 0x20:
            assert value % 4 == 0
            assert value <= len(data) - 4
            loaded = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            loaded &= value
        elif code == 0x06:
            return _meaning(value)
        else:
            holds = {0x15: loaded == value, 0x25: loaded > value, 0x45: bool(loaded & value)}[code]
            at += yes if holds else no


def _meaning(value: int) -> str | int:
    if value == 0x7FFF0000:
        return ALLOW
    if value == 0x80000000:
        return KILL
    assert value >> 16 == 5
    return value & 0xFFFF


def law(machine: str, number: int, arguments: list[int], *, counted: bool) -> str | int:
    """What is to be answered, written another way than the program is."""
    _, column, looked = MACHINES[machine]
    low = [each & 0xFFFFFFFF for each in arguments]
    if number > 462 or number == 435:
        return errno.ENOSYS
    if number in {numbers[column] for numbers in seccomp._DENIED.values()}:
        return errno.EPERM
    if not counted and number in {numbers[column] for numbers in seccomp._UNCOUNTED.values()}:
        return errno.ENOSYS
    name = {value: name for name, value in looked.items()}.get(number)
    if name == "clone":
        return errno.EPERM if low[0] & 0x7E020000 else ALLOW
    if name == "socket":
        return _socket(low)
    if name == "socketpair":
        return ALLOW if low[0] == 1 else errno.EAFNOSUPPORT
    if name == "ioctl":
        return errno.EPERM if low[1] in {0x5412, 0x541C} else ALLOW
    if name == "personality":
        return ALLOW if low[0] in {0, 8, 0x40000, 0xFFFFFFFF} else errno.EPERM
    if name == "setrlimit":
        return 0 if low[0] == 4 else ALLOW
    if name == "prlimit":
        return 0 if low[1] == 4 and arguments[2] else ALLOW
    return ALLOW


def _socket(low: list[int]) -> str | int:
    family, kind, protocol = low[:3]
    if family == 1 or (family == 16 and protocol == 0):
        return ALLOW
    if family not in {2, 10}:
        return errno.EAFNOSUPPORT
    if kind & 15 > 3:
        return errno.ESOCKTNOSUPPORT
    return ALLOW if protocol in {0, 1, 6, 17, 58} else errno.EPROTONOSUPPORT


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_of_a_call_is_answered_as_the_table_says(machine: str, counted: bool) -> None:
    program = seccomp.program(machine, counted=counted)
    audit = MACHINES[machine][0]
    for number in [*range(600), 0x40000000, 0x40000000 + 272, 0x3FFFFFFF, 0xFFFFFFFF]:
        for arguments in ([0] * 6, [2**64 - 1] * 6, [16, 0, 0, 0, 0, 0], [4, 4, 2**32, 0, 0, 0]):
            assert run_program(program, number, audit, arguments) == law(machine, number, arguments, counted=counted)


@settings(max_examples=400)
@given(st.sampled_from(list(MACHINES)), st.booleans(), st.data())
def test_every_argument_is_answered_as_the_table_says(machine: str, counted: bool, data: st.DataObject) -> None:
    audit, _, looked = MACHINES[machine]
    number = data.draw(st.sampled_from(sorted(looked.values())) | st.integers(0, 2**32 - 1))
    arguments = data.draw(ARGUMENTS)
    program = program_of(machine, counted=counted)
    assert run_program(program, number, audit, arguments) == law(machine, number, arguments, counted=counted)


@given(st.sampled_from(list(MACHINES)), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), ARGUMENTS)
def test_a_call_of_another_architecture_ends_the_process(
    machine: str, audit: int, number: int, arguments: list[int]
) -> None:
    own = MACHINES[machine][0]
    found = run_program(program_of(machine), number, audit, arguments)
    assert (found == KILL) == (audit != own)


@pytest.mark.parametrize("machine", MACHINES)
def test_no_jump_leaves_the_program_and_every_way_ends(machine: str) -> None:
    program = seccomp.program(machine, counted=False)
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    assert len(program) % 8 == 0
    assert len(steps) <= 4096  # BPF_MAXINSNS
    for at, (code, yes, no, _) in enumerate(steps):
        assert code in {0x20, 0x54, 0x06, 0x15, 0x25, 0x45}
        if code not in {0x20, 0x54, 0x06}:
            assert at + 1 + max(yes, no) < len(steps)
    assert steps[-1][0] == 0x06


def test_no_table_no_filter() -> None:
    with pytest.raises(UnavailableError, match="riscv64"):
        seccomp.program("riscv64")


def test_the_numbers_are_those_of_this_machine() -> None:
    header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
    if platform.machine() != "x86_64" or not os.path.exists(header):
        pytest.skip(f"there is no {header} to compare with")
    with open(header) as file:
        real = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)", file.read())}
    table = {name: numbers[0] for name, numbers in {**seccomp._DENIED, **seccomp._UNCOUNTED}.items()}
    table |= MACHINES["x86_64"][2] | {"prlimit64": 302, "clone3": 435}
    del table["prlimit"]
    assert {name: number for name, number in table.items() if real.get(name, number) != number} == {}
    assert len(set(table) & set(real)) > 50


@pytest.fixture(scope="module", params=WAYS[::2])
def each(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A runner with control groups, and one of an ordinary user."""
    needs_boxes()
    with runner(request.param) as client:
        yield client


def test_every_denied_call_is_denied_by_the_kernel(each: Client) -> None:
    column = MACHINES[platform.machine()][1]
    numbers = {name: numbers[column] for name, numbers in seccomp._DENIED.items() if numbers[column] is not None}
    program = f"""if True:
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {numbers!r}.items():
            ctypes.set_errno(0)
            print(name, libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6), ctypes.get_errno())
    """
    said = [line.split() for line in python(each, program).stdout.decode().splitlines()]
    assert said == [[name, "-1", str(errno.EPERM)] for name in numbers]


def test_what_depends_on_arguments(each: Client) -> None:
    number = MACHINES[platform.machine()][2]
    program = f"""if True:
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        def call(*arguments):
            ctypes.set_errno(0)
            found = libc.syscall(*(ctypes.c_long(each) for each in (*arguments, *[0] * (7 - len(arguments)))))
            print("ok" if found >= 0 else errno.errorcode[ctypes.get_errno()])
        call({number["socket"]}, 1, 1, 0)
        call({number["socket"]}, 2, 1 | 0o2000000, 6)
        call({number["socket"]}, 10, 2, 0)
        call({number["socket"]}, 16, 3, 0)
        call({number["socket"]}, 2, 1, 132)
        call({number["socket"]}, 2, 5, 0)
        call({number["socket"]}, 2, 6, 0)
        call({number["socket"]}, 16, 3, 12)
        call({number["socket"]}, 40, 1, 0)
        call({number["socketpair"]}, 30, 1, 0)
        call({number["personality"]}, 0xFFFFFFFF)
        call({number["personality"]}, 0x400000)
        call({number["clone"]}, 0x10000000 | 17)
        call({number["ioctl"]}, 0, 0x5412, 0)
        call({number["ioctl"]}, 0, 2**32 + 0x5412, 0)
        call(435, 0, 0)
        call(463)
        call(10**6)
    """
    want = "ok ok ok ok EPROTONOSUPPORT ESOCKTNOSUPPORT ESOCKTNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT EAFNOSUPPORT ok EPERM"
    assert python(each, program).stdout.decode().split() == [*want.split(), *["EPERM"] * 3, *["ENOSYS"] * 3]


def test_a_call_of_32_bits_ends_the_process(each: Client) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("only x86-64 has calls of 32 bits")
    program = """if True:
        import ctypes, mmap
        code = mmap.mmap(-1, 4096, prot=7)
        code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
        at = ctypes.addressof(ctypes.c_char.from_buffer(code))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(at)())
    """
    outcome = python(each, program)
    assert outcome.signal == 31  # SIGSYS
    assert outcome.stdout == b""


def test_programs_work(each: Client) -> None:
    """What programs need: threads, processes, pipes, sockets, shared memory, time."""
    program = """if True:
        import multiprocessing, socket, subprocess, tempfile, threading
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        client.send(b"a"); print(server.accept()[0].recv(9))
        found = []
        thread = threading.Thread(target=found.append, args=(1,)); thread.start(); thread.join(); print(found)
        print(subprocess.run(["sh", "-c", "echo b | cat"], capture_output=True).stdout)
        with multiprocessing.get_context("fork").Pool(2) as pool: print(pool.map(abs, [-1, -2]))
        one, two = socket.socketpair(); one.send(b"c"); print(two.recv(9))
        with tempfile.TemporaryFile() as file: print(file.write(b"d"))
    """
    outcome = python(each, program)
    assert outcome.stdout.split(b"\n")[:6] == [b"b'a'", b"[1]", b"b'b\\n'", b"[1, 2]", b"b'c'", b"1"], outcome.stderr


def test_the_first_process_of_a_box_is_filtered_as_well(each: Client) -> None:
    """It runs as the same user, so who can write into its memory is it."""
    said = run(each, "cat", "/proc/1/status").stdout.decode()
    assert re.search(r"Seccomp:\s+2", said)
    assert re.search(r"CapPrm:\s+0+\n", said)
