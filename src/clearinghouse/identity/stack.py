"""The same crash stack: normalised kind and the top frames that identify it."""

from collections.abc import Sequence

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Crash, Reason

_NO_STACK = frozenset({"Timeout", "Out-of-memory", "Overwrites-const-input"})
"""Kinds whose stack shows where time or memory ran out, not what is wrong; their state is the target's name."""


class StackLayer:
    """Equal kind and equal top frames merge; two of three frames in order are worth a look."""

    reason = Reason.STACK
    prose_only = False

    def keys(self, profile: Profile) -> Sequence[int]:
        """The whole state, and each pair of neighbouring frames of it."""
        crash = profile.crash
        if crash is None or profile.published or not crash.state or crash.state == ("NULL",):
            return ()
        state = crash.state
        pairs = [key64("frames", *state[at : at + 2]) for at in range(len(state) - 1)]
        return [key64("state", crash.type, *state), *pairs]

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Judge crashes that share the state or two neighbouring frames."""
        mine = profile.crash
        made = []
        for candidate in candidates:
            theirs = candidate.crash
            if mine is None or theirs is None:
                continue
            if mine.state == theirs.state and mine.type == theirs.type:
                made.append(self._equal(candidate, mine, theirs))
            elif mine.type == theirs.type and _common(mine.state, theirs.state) >= 2:
                text = f"Both are {mine.type} and share two of their top frames ({mine.state[0]})."
                made.append(Proposal(candidate, 0.6, text, False))
        return sorted(made, key=lambda p: p.score, reverse=True)

    def _equal(self, candidate: Profile, mine: Crash, theirs: Crash) -> Proposal:
        frames = " < ".join(mine.state)
        text = f"Same kind of crash ({mine.type}) in the same frames: {frames}."
        identifying = len(mine.state) >= 2 or _same_line(mine, theirs)
        one_access = mine.access == theirs.access or not mine.access or not theirs.access
        sure = identifying and one_access and not mine.weak and mine.type not in _NO_STACK
        return Proposal(candidate, 0.98 if sure else 0.6, text, sure)


def _same_line(mine: Crash, theirs: Crash) -> bool:
    """Whether the innermost frames with a file and line name the same one (CASR's crash line)."""
    a = next((f for f in mine.frames if f.file and f.line), None)
    b = next((f for f in theirs.frames if f.file and f.line), None)
    return a is not None and b is not None and (a.file, a.line) == (b.file, b.line)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence of two short sequences."""
    row = [0] * (len(other) + 1)
    for a in one:
        previous = 0
        for position, b in enumerate(other, 1):
            kept = row[position]
            row[position] = previous + 1 if a == b else max(row[position], row[position - 1])
            previous = kept
    return row[-1]
