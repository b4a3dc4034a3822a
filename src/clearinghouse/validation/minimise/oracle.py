"""Asking whether a candidate still shows the flaw: each once, and no more than allowed."""

from collections.abc import Callable, Iterable
from hashlib import sha256

Same = Callable[[bytes], bool]
"""Runs the reproducer with a candidate and says whether it shows the same flaw as before."""
Progress = Callable[[int, int], None]
"""Is told after each run how many candidates were run so far, and the size in bytes of what is kept now."""


class SpentError(Exception):
    """As many candidates were run as may be. It stays in this room."""


class Oracle:
    """Remembers by digest what was asked.

    The law: :attr:`best` was seen to show.

    Args:
        same: what is asked. most: candidates that may be run. progress: told after each run.

    Attributes:
        best: what was accepted last, empty before anything was. tests: candidates that were run.
    """

    def __init__(self, same: Same, most: int, progress: Progress | None = None) -> None:
        if most < 1:
            raise ValueError("most is at least 1")
        self._same = same
        self._most = most
        self._progress = progress
        self._known: dict[bytes, bool] = {}
        self.best = b""
        self.tests = 0

    @property
    def left(self) -> int:
        """How many candidates may still be run."""
        return self._most - self.tests

    def first(self, candidates: Iterable[bytes]) -> int | None:
        """Return the position of the first candidate that shows, and accept it; None where none does.

        Raises:
            SpentError: no more may be run, and none of those that were shows.
        """
        for position, candidate in enumerate(candidates):
            if self._shows(candidate):
                self.best = candidate
                return position
        return None

    def _shows(self, candidate: bytes) -> bool:
        name = sha256(candidate).digest()
        if name not in self._known:
            self._known[name] = self._run(candidate)
        return self._known[name]

    def _run(self, candidate: bytes) -> bool:
        if not self.left:
            raise SpentError
        shown = bool(self._same(candidate))
        self.tests += 1
        if self._progress:
            self._progress(self.tests, len(candidate if shown else self.best))
        return shown
