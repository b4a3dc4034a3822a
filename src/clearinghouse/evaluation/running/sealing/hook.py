"""Attempts are sealed as they end, by a hook of inspect_ai. It does nothing in evaluations that are not ours."""

import logging
from collections import Counter
from contextvars import ContextVar
from pathlib import Path

from inspect_ai.hooks import Hooks, SampleAttemptStart, SampleEnd, TaskStart, hooks

from clearinghouse.evaluation.running.errors import SealError
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.writing import SAMPLES, Sealer

LOGGER = logging.getLogger(__name__)


class Sealing:
    """What is sealed in one run.

    Attributes:
        folder: of its logs. run: SHA-256 of what was asked for. head: the last one. failed: what could not be sealed;
            the run is over then, since what is not sealed is no attempt. sealed: how many were.
    """

    def __init__(self, folder: Path, run: str, head: str) -> None:
        self.folder = folder
        self.run = run
        self.head = head
        self.failed: Exception | None = None
        self.sealed = 0
        self._sealers: dict[str, Sealer] = {}
        self._names: dict[str, str] = {}
        self._began: Counter[tuple[str, int]] = Counter()

    def began(self, eval_id: str, task_id: str) -> None:
        """Take note of a log that began."""
        self._names[eval_id] = task_id

    def begins(self, sample: str | int, epoch: int) -> None:
        """Write down that an attempt begins."""
        begun.note(self.folder, self.run, str(sample), epoch)
        self._began[str(sample), epoch] += 1

    def ended(self, eval_id: str, sample: str | int, epoch: int, lost: int = 0) -> None:
        """Seal an attempt that ended and stands in its log. One that had no box never began by itself; it does here.

        Args:
            lost: how often the machine lost it before, so that it began as often more.
        """
        while self._began[str(sample), epoch] < 1 + lost:
            self.begins(sample, epoch)
        if eval_id not in self._sealers:
            self._sealers[eval_id] = Sealer(self._log(self._names[eval_id]), self.run, self.head)
        sealer = self._sealers[eval_id]
        sealer.seal(f"{SAMPLES}{sample}_epoch_{epoch}.json")
        self.head = sealer.head
        self.sealed += 1

    def finish(self) -> None:
        """See that every log that began has seals, also one without any attempt."""
        for eval_id, task_id in self._names.items():
            if eval_id not in self._sealers:
                self._sealers[eval_id] = Sealer(self._log(task_id), self.run, self.head)
                self.head = self._sealers[eval_id].head

    def _log(self, task_id: str) -> Path:
        found = list(self.folder.glob(f"*_{task_id}.eval"))
        if len(found) != 1:
            raise SealError(f"the log of task {task_id} is not in {self.folder}", "look at the disk, and run it again")
        return found[0]


CURRENT: ContextVar[Sealing | None] = ContextVar("clearinghouse_sealing", default=None)
"""What is being sealed here."""


@hooks(name="clearinghouse_seals", description="Seals every attempt of a run of the clearinghouse as it ends.")
class SealingHooks(Hooks):
    """See inspect_ai's ``Hooks``: what is raised in here would be passed over, so it is kept."""

    def enabled(self) -> bool:
        """Whether a run of ours is in progress here."""
        return CURRENT.get() is not None

    async def on_task_start(self, data: TaskStart) -> None:
        """Take note of a log."""
        sealing = CURRENT.get()
        if sealing:
            sealing.began(data.eval_id, data.spec.task_id)

    async def on_sample_attempt_start(self, data: SampleAttemptStart) -> None:
        """Write down that an attempt begins, also one that is made again because the machine lost it."""
        sealing = CURRENT.get()
        if sealing is None or sealing.failed:
            return
        try:
            sealing.begins(data.summary.id, data.summary.epoch)
        except Exception as error:  # kept, and raised when the run ends
            sealing.failed = error
            LOGGER.exception("the beginning of an attempt could not be written down")

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Seal an attempt."""
        sealing = CURRENT.get()
        if sealing is None or sealing.failed:
            return
        try:
            lost = len(data.sample.error_retries or ())
            sealing.ended(data.eval_id, data.sample.id, data.sample.epoch, lost)
        except Exception as error:  # kept, and raised when the run ends
            sealing.failed = error
            LOGGER.exception("an attempt could not be sealed")
