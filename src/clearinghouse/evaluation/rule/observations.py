"""What was observed, in the form that the rule takes it: domains, families in drawn order, tasks, attempts.

No estimate is handed in. The rule computes from outcomes, so it cannot be given a number that speaks for a pool where
one for the population of families is due.
"""

import msgspec


class ObservedAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at a task.

    Attributes:
        solved: within the registered budget, by the word of the verifying oracle; None where there is no outcome (a
            refusal, a loss of infrastructure). scaffold: that was used; empty where there is one only.
            refused_in_words: whether it counts as a failure, and ended with a refusal by a list of phrases, which may
            err.
    """

    solved: bool | None
    scaffold: str = ""
    refused_in_words: bool = False


class ObservedTask(msgspec.Struct, frozen=True, kw_only=True):
    """One task.

    Attributes:
        name: of the task. minutes: that it takes a qualified person, by the source of this number. attempts: at most as
            many as epochs are registered with each scaffold; where there are fewer in all, the rest is missing.
            benchmark: the origin of the task.
    """

    name: str
    minutes: dict[str, float]
    attempts: tuple[ObservedAttempt, ...]
    benchmark: str = ""


class ObservedFamily(msgspec.Struct, frozen=True, kw_only=True):
    """One family: tasks that resemble each other. It is what was drawn independently."""

    name: str
    tasks: tuple[ObservedTask, ...]


class ObservedDomain(msgspec.Struct, frozen=True, kw_only=True):
    """One domain.

    Attributes:
        name: as in the design. families: in the order in which they were drawn, which was committed to beforehand.
        largest: the most tasks that a family of the pool has, as committed; 0 takes the largest that was drawn. It
            bounds the weights where families are weighted by tasks.
    """

    name: str
    families: tuple[ObservedFamily, ...]
    largest: int = 0
