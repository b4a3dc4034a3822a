"""Asking whether a candidate still shows the flaw: each once, several at a time, and no more than allowed."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import msgspec

Same = Callable[[bytes], bool]
"""Runs the reproducer with a candidate and says whether it shows the same flaw as before."""
Progress = Callable[[int, int], None]
"""Is told after each run how many candidates were run so far, and the size in bytes of what is kept now."""


class Together(msgspec.Struct, frozen=True):
    """A :data:`Same` for several candidates at once, for runners that work side by side.

    Attributes:
        test: gives an answer for each candidate, in their order. width: candidates at once, at least 1.
    """

    test: Callable[[Sequence[bytes]], Sequence[bool]]
    width: int


class SpentError(Exception):
    """As many candidates were run as may be. It stays in this room."""


class Oracle:
    """Remembers by digest what was asked.

    The law: :attr:`best` was seen to show, and what :meth:`first` finds does not depend on how many are run at once.

    Args:
        same: what is asked. most: candidates that may be run. progress: told after each run.

    Attributes:
        best: what was accepted last, empty before anything was. tests: candidates that were run.
    """

    def __init__(self, same: Same | Together, most: int, progress: Progress | None = None) -> None:
        together = same if isinstance(same, Together) else Together(lambda each: [same(one) for one in each], 1)
        if most < 1 or together.width < 1:
            raise ValueError("most and width are at least 1")
        self._test = together.test
        self._width = together.width
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
        batch: list[tuple[int, bytes]] = []
        for position, candidate in enumerate(candidates):
            known = self._known.get(_digest(candidate))
            if known is False:
                continue
            batch.append((position, candidate))
            if known or len(batch) == self._width:
                found = self._shown(batch)
                if found is not None:
                    return found
                batch = []
        return self._shown(batch)

    def _shown(self, batch: Sequence[tuple[int, bytes]]) -> int | None:
        spent = self._run([candidate for _, candidate in batch])
        for position, candidate in batch:
            if self._known.get(_digest(candidate)):
                self.best = candidate
                return position
        if spent:
            raise SpentError
        return None

    def _run(self, batch: Sequence[bytes]) -> bool:
        """Run those that were not yet; return whether some could not be because no more may."""
        named = {_digest(candidate): candidate for candidate in batch}
        unknown = [name for name in named if name not in self._known]
        asked = unknown[: self.left]
        if asked:
            shown = self._test([named[name] for name in asked])
            self.tests += len(asked)
            self._known.update((name, bool(each)) for name, each in zip(asked, shown, strict=True))
            self._tell(named, asked)
        return len(asked) < len(unknown)

    def _tell(self, named: dict[bytes, bytes], asked: Sequence[bytes]) -> None:
        if self._progress:
            kept = next((named[name] for name in asked if self._known[name]), self.best)
            self._progress(self.tests, len(kept))


def _digest(candidate: bytes) -> bytes:
    return sha256(candidate).digest()
