"""One attempt at one task, as a log tells it."""

import msgspec

from clearinghouse.evaluation.running.ending import MISSING, Ended


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt.

    Attributes:
        task_id, task_family, domain: of the task. epoch: which attempt at it, from 1. model: by its provider's name.
        scaffold: that led it. ended: how. score: 1 solved, 0 not, between them where the log says so; None where there
            is no outcome. human_minutes, human_source: of the task; None and empty where the log does not say.
        steps: that were done. refused_in_words: whether it was not solved, and ended with a refusal by a list of
            phrases (:mod:`.refusing`); it has an outcome all the same.
        tokens: of input and output together; 0 where they are not known. seconds: of work, without waiting for the
            provider where the log tells them apart; cost: in US dollars; None where they are not known.
        retries: how often the machine lost it before.
        unknown: which of score, tokens, seconds and cost the log gives as a number that is none.
        log: the name of the log. sealed: whether this stands in a run that was verified.
    """

    task_id: str
    task_family: str
    epoch: int
    model: str
    ended: Ended
    score: float | None
    domain: str = ""
    scaffold: str = ""
    human_minutes: float | None = None
    human_source: str = ""
    steps: tuple[str, ...] = ()
    refused_in_words: bool = False
    tokens: int = 0
    seconds: float | None = None
    cost: float | None = None
    retries: int = 0
    unknown: tuple[str, ...] = ()
    log: str = ""
    sealed: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it has no outcome: it was refused, or the machine lost it."""
        return self.ended in MISSING


def score_of(ended: Ended, value: float | None) -> float | None:
    """Return the score of an attempt by how it ended: none where there is no outcome, 0 where the budget ended it."""
    if ended in MISSING or ended is Ended.INTERRUPTED:
        return None
    return value if value is not None else 0.0
