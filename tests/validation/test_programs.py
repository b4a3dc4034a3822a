"""Which file is the program, told from a command."""

import pytest

from clearinghouse.validation.programs import files_of, named_by, program_of
from clearinghouse.validation.recipe import Use

FILES = ("r.py", "lib/x.js", "a b.sh", "data.json")


def use(*command, files=FILES, **changes):
    return Use(command=command, files=files, **changes)


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (("python3", "r.py"), "r.py"),
        (("python3", "./r.py"), "r.py"),
        (("python3", "/work/r.py"), "r.py"),
        (("python3", "/work/../work/./r.py", "data.json"), "r.py"),
        (("python3", "-u", "-W", "ignore", "r.py"), "r.py"),
        (("node", "lib/x.js"), "lib/x.js"),
        (("./r.py",), "r.py"),
        (("/work/a b.sh",), "a b.sh"),
        (("bash", "-e", "a b.sh"), "a b.sh"),
        (("env", "A=1", "PYTHONPATH=/subject/site", "python3", "r.py"), "r.py"),
        (("sh", "-c", "cd /tmp && python3 /work/r.py < /work/data.json"), "r.py"),
        (("env", "sh", "-c", "python3 'r.py'"), "r.py"),
        (("tool", "--script=r.py"), "r.py"),
        (("unknown", "data.json"), "data.json"),
        (("/subject/source/prog", "data.json"), None),
        (("python3", "/subject/site/tool.py", "data.json"), None),
        (("../subject/source/prog", "data.json"), None),
        (("timeout", "5", "/subject/source/prog", "data.json"), None),
        (("sh", "-c", "/subject/source/prog < data.json"), None),
        (("python3", "-m", "shape", "data.json"), None),
        (("python3", "-Im", "shape", "data.json"), None),
        (("node", "-e", "require('shape')", "data.json"), None),
        (("python3", "-c", "open('data.json')"), None),
        (("true",), None),
    ],
)
def test_what_is_executed(command, program):
    assert program_of(use(*command)) == program


@pytest.mark.parametrize(
    ("command", "is_program"),
    [
        (("python3",), True),
        (("python3", "-"), True),
        (("sh", "-s"), True),
        (("/subject/source/prog",), False),
        (("python3", "-m", "shape"), False),
        (("python3", "/subject/site/tool.py"), False),
    ],
)
def test_a_program_may_be_the_standard_input(command, is_program):
    assert program_of(use(*command, files=(), input="in")) == ("in" if is_program else None)


def test_what_a_command_names():
    assert named_by(("python3", "/work/r.py", "--in=./data.json", "lib"), FILES) == ("r.py", "data.json")
    assert named_by(("sh", "-c", "cat<data.json|node lib/x.js"), FILES) == ("data.json", "lib/x.js")
    assert named_by(("python3", "xr.py", "r.pyc", "/tmp/r.py"), FILES) == ()


def test_files_are_told_once():
    assert files_of(use("x", files=("a", "b"), input="a")) == ("a", "b")
    assert files_of(Use(command=("x",), input="in")) == ("in",)
    assert files_of(Use(command=("x",))) == ()
