"""What to do when an input is missing: named policies, kept as data in ``data/policies.json``.

A policy may fill in a value; what it filled in is recorded with the result. No policy fills in KEV membership
or public exposure: the one is a fact to look up, the other is for the asset's owner to judge.
"""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from clearinghouse.priority.errors import UnknownValueError

DEFAULT_POLICY = "fail_closed"


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a policy fills in.

    Attributes:
        input: the missing input. value: what is put there.
        when: values that other inputs must be known to have; an unknown one never satisfies it.
    """

    input: Literal["automatable", "impact"]
    value: str
    when: dict[str, str]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One missing-data policy.

    Attributes:
        name: as callers and results write it. title: for people. source: who says so.
        standing: how well that is established. fills: what it fills in.
    """

    name: str
    title: str
    source: str
    standing: str
    fills: tuple[Fill, ...]


class _Policies(msgspec.Struct, frozen=True):
    format: Literal["clearinghouse-policies/1"]
    policies: tuple[Policy, ...]


@cache
def policies() -> dict[str, Policy]:
    """Return the known policies by name."""
    raw = (resources.files("clearinghouse.priority") / "data" / "policies.json").read_bytes()
    return {policy.name: policy for policy in msgspec.json.decode(raw, type=_Policies).policies}


def policy_named(name: str) -> Policy:
    """Return one policy.

    Raises:
        UnknownValueError: there is none of that name.
    """
    try:
        return policies()[name]
    except KeyError:
        raise UnknownValueError(f"There is no missing-data policy {name!r}", tuple(policies())) from None
