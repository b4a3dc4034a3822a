"""Invented tasks, custodians and pools, for tests of what is done with pools."""

import datetime as dt
from functools import cache
from pathlib import Path

import pyrage

from clearinghouse.evaluation.pools.making import Made, Wish, keep, make
from clearinghouse.evaluation.pools.manifest import Policy
from clearinghouse.evaluation.pools.opening import decrypted_shares
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.sandbox import File

NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
NAMES = ("ada", "grace", "edsger")
DOMAIN = "vulnerability_discovery"

_TOML = """
schema = "clearinghouse task 1"
id = "{id}"
title = "An invented task"
family = "{family}"
domain = "{domain}"
kind = "locate"
version = 1
prompt = "prompt.md"
collect = ["answer.json"]
{more}
[human]
minutes = {minutes}
source = "estimate"

[oracle]
folder = "oracle"
command = ["sh", "check.sh"]

[[solution]]
kind = "null"
name = "nothing"
script = "true"
"""


def invented_task(number: int, family: str, *, more: str = "", domain: str = DOMAIN) -> Task:
    """Return a task that differs from others in its number."""
    text = _TOML.format(id=f"task-{number}", family=family, domain=domain, minutes=2 + number, more=more)
    files = {
        "task.toml": File(text.encode()),
        "prompt.md": File(f"Find the flaw of task {number}.\n".encode()),
        "oracle/check.sh": File(b"exit 1\n", executable=True),
    }
    return from_files(files, f"task-{number}")


def invented_tasks(families: int = 6, each: int = 2) -> list[Task]:
    """Return tasks of some families."""
    return [invented_task(number, f"family-{number // each}") for number in range(families * each)]


@cache
def identity(name: str) -> pyrage.x25519.Identity:
    """Return the age identity of somebody."""
    return pyrage.x25519.Identity.generate()


def wish(threshold: int = 2, policy: Policy | None = None) -> Wish:
    """Return what a pool is to be."""
    custodians = tuple((name, str(identity(name).to_public())) for name in NAMES)
    policy = policy or Policy(retire_after=3, development_percent=34)
    return Wish(name="pool-a", domain=DOMAIN, threshold=threshold, custodians=custodians, policy=policy)


@cache
def made(families: int = 6) -> Made:
    """Return a pool that is not written."""
    return make(invented_tasks(families), wish(), NOW)


def kept(folder: Path, families: int = 6) -> Path:
    """Write a pool below a folder and return where."""
    keep(made(families), folder / "pool", who="Ada", now=NOW)
    return folder / "pool"


def shares_of(pool: Path, *names: str) -> list[bytearray]:
    """Return the shares of some custodians, decrypted."""
    return decrypted_shares([pool / "shares" / f"{name}.age" for name in names], [identity(name) for name in names])
