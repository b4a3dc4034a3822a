"""A plan as it is stored: each flaw once, though several components and actions speak of it. A third of the bytes.

Law: what is taken off the shelf equals what was put there.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from clearinghouse.priority import Clock, Deadline
from clearinghouse.priority.plan import Action, Flaw, Plan, Subject

_replace = msgspec.structs.replace
_SAME = Deadline(policy="", clock=Clock.LITERAL, table="", inputs={})
"""Stands in a rank whose deadline is that of its flaw."""


class Refs(msgspec.Struct, frozen=True, array_like=True):
    """Which flaws an action speaks of: those of each of its components, what it clears and what it leaves."""

    subjects: list[list[int]]
    clears: list[int]
    leaves: list[int]


class Shelved(msgspec.Struct, frozen=True, array_like=True):
    """A plan without flaws, the flaws, and which of them belong where in each action."""

    plan: Plan
    flaws: list[Flaw]
    refs: list[Refs]


def put(plan: Plan) -> Shelved:
    """Return a plan as it is stored."""
    shelf = _Shelf()
    refs = [
        Refs(
            [shelf.numbers(each.flaws) for each in action.subjects],
            shelf.numbers(action.clears),
            shelf.numbers(action.leaves),
        )
        for action in plan.actions
    ]
    bare = tuple(
        _replace(action, subject=_with(action.subject), also=tuple(map(_with, action.also)), clears=(), leaves=())
        for action in plan.actions
    )
    return Shelved(_replace(plan, actions=bare), shelf.flaws, refs)


def take(shelved: Shelved) -> Plan:
    """Return a plan as it was."""
    flaws = [_whole(flaw) for flaw in shelved.flaws]
    actions = [_filled(action, refs, flaws) for action, refs in zip(shelved.plan.actions, shelved.refs, strict=True)]
    return _replace(shelved.plan, actions=tuple(actions))


@contextmanager
def many_records() -> Iterator[None]:
    """While many records without cycles are made: looking for cycles among them costs as much as making them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Shelf:
    """Flaws, each once."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self._known: dict[int, int] = {}

    def numbers(self, flaws: Sequence[Flaw]) -> list[int]:
        """Return the places of flaws, which are alive as long as their plan and so have addresses of their own."""
        return [self._number(flaw) for flaw in flaws]

    def _number(self, flaw: Flaw) -> int:
        number = self._known.setdefault(id(flaw), len(self.flaws))
        if number == len(self.flaws):
            shared = flaw.rank.deadline is flaw.deadline
            self.flaws.append(_replace(flaw, rank=_replace(flaw.rank, deadline=_SAME)) if shared else flaw)
        return number


def _with(subject: Subject, flaws: tuple[Flaw, ...] = ()) -> Subject:
    return _replace(subject, flaws=flaws)


def _whole(flaw: Flaw) -> Flaw:
    return flaw if flaw.rank.deadline.table else _replace(flaw, rank=_replace(flaw.rank, deadline=flaw.deadline))


def _filled(action: Action, refs: Refs, flaws: Sequence[Flaw]) -> Action:
    subject, *also = (
        _with(each, tuple([flaws[number] for number in numbers]))
        for each, numbers in zip(action.subjects, refs.subjects, strict=True)
    )
    return _replace(
        action,
        subject=subject,
        also=tuple(also),
        clears=tuple([flaws[number] for number in refs.clears]),
        leaves=tuple([flaws[number] for number in refs.leaves]),
    )
