"""One runner for all tests of tasks, and a small task to change."""

import os
from collections.abc import Iterator

import pytest

from clearinghouse.sandbox import File, UnavailableError
from clearinghouse.sandbox.client import Client

TOML = """
schema = "clearinghouse task 1"
id = "small-task"
title = "A small task"
family = "small"
domain = "triage"
kind = "triage"
version = 1
prompt = "prompt.md"
collect = ["answer.txt"]

[human]
minutes = 2.5
source = "estimate"

[box]
folder = "box"

[oracle]
folder = "oracle"
command = ["sh", "check.sh"]

[[steps]]
name = "first"

[[steps]]
name = "second"
weight = 3

[[solution]]
kind = "reference"
name = "right"
script = "cat given.txt > answer.txt"

[[solution]]
kind = "null"
name = "nothing"
script = "true"

[[solution]]
kind = "cheat"
name = "other"
file = "cheats/other.sh"

[[solution]]
kind = "cheat"
name = "link"
script = "ln -s given.txt answer.txt"

[[solution]]
kind = "cheat"
name = "folder"
script = "mkdir answer.txt"
"""
CHECK = """
grep -q tea answer/answer.txt 2>/dev/null || { echo no tea; exit 1; }
echo '{"steps": ["second"]}' > steps.json
echo there is tea
"""


@pytest.fixture
def files() -> dict[str, File]:
    return {
        "task.toml": File(TOML.encode()),
        "prompt.md": File(b"Write tea into answer.txt.\n"),
        "box/given.txt": File(b"tea\n"),
        "box/run.sh": File(b"#!/bin/sh\n", True),
        "oracle/check.sh": File(CHECK.encode()),
        "cheats/other.sh": File(b"echo coffee > answer.txt\n"),
    }


@pytest.fixture(scope="session")
def runner() -> Iterator[Client]:
    try:
        made = Client()
        made.isolation()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"No sandbox can be run here: {error.what}")
    with made:
        yield made
