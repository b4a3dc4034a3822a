"""Run untrusted code: one interface, and one self-check that every provider must pass before it may run anything."""

from clearinghouse.sandbox.contract import (
    BoxError,
    Collected,
    Command,
    End,
    File,
    Kind,
    Limits,
    Outcome,
    Provider,
    RunnerLostError,
    SandboxError,
    UnavailableError,
    UnsafeError,
)
from clearinghouse.sandbox.isolation import Held, Isolation, Tier, demand

__all__ = [
    "BoxError",
    "Collected",
    "Command",
    "End",
    "File",
    "Held",
    "Isolation",
    "Kind",
    "Limits",
    "Outcome",
    "Provider",
    "RunnerLostError",
    "SandboxError",
    "Tier",
    "UnavailableError",
    "UnsafeError",
    "demand",
]
