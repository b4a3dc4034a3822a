"""What a judge says."""

from typing import NamedTuple


class Judged(NamedTuple):
    """What a judge says of what an agent left.

    Attributes:
        solved: whether the task was solved; None where the judge itself failed, which says nothing of the agent.
        steps: names of those that were done, in the order of the task. words: one line for a person.
        crashed: the last line of what an oracle died of whose exit code says "not solved"; empty where it did not.
    """

    solved: bool | None
    steps: tuple[str, ...]
    words: str
    crashed: str = ""
