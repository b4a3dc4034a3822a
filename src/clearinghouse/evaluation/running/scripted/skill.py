"""How likely a scripted agent is to solve a task, and what it draws.

The chance falls with the time that a person needs: sigma(a - b log2 minutes), where a = b log2 h and h is the human
time that it manages half of the time. The draw depends on the task, the epoch and the seed and on nothing else: the
same attempt comes out the same again, and of two agents the abler one solves all that the other one does.
"""

import hashlib
import math
import re

import msgspec

from clearinghouse.evaluation.running.errors import RunError

PREFIX = "scripted"
"""Of all their names."""
_NAMED = {"novice": 4.0, "journeyman": 30.0, "expert": 240.0}
_BEHAVING = ("refuser", "cheater", "flaky", "sandbagger", "hard-trier")
_SKILL = re.compile(r"\Askill-(\d{1,7}(?:\.\d{1,3})?)(?:-(\d{1,2}(?:\.\d{1,3})?))?\Z")
_SLOPE = 0.8
"""Logits per doubling of human time: published fits of models since 2024 lie between 0.6 and 0.9."""
_USUAL = 120.0
_TOKENS = 200_000
"""A hard-trier's horizon is the usual one with this budget, and doubles with each fourfold of it."""
_LOST = 1 / 3
"""Of a flaky agent's attempts."""


class Agent(msgspec.Struct, frozen=True):
    """One scripted agent.

    Attributes:
        name: without the prefix. behaviour: ``plain``, or one of those that have no ability. half: minutes of human
            time at which it succeeds half of the time. slope: logits per doubling.
    """

    name: str
    behaviour: str
    half: float
    slope: float = _SLOPE


def agent(name: str) -> Agent:
    """Return the agent of a name, with or without the prefix.

    Raises:
        RunError: there is none.
    """
    short = name.removeprefix(f"{PREFIX}/")
    if short in _NAMED:
        return Agent(short, "plain", _NAMED[short])
    if short in _BEHAVING:
        return Agent(short, short, _USUAL)
    found = _SKILL.match(short)
    half = float(found[1]) if found else 0.0
    slope = float(found[2]) if found and found[2] else _SLOPE
    if half <= 0 or slope <= 0:
        known = ", ".join((*_NAMED, *_BEHAVING))
        raise RunError(f"there is no scripted agent {short[:40]!r}", f"take one of {known}, or skill-MINUTES")
    return Agent(short, "plain", half, slope)


def chance(who: Agent, minutes: float, tokens: int = _TOKENS) -> float:
    """Return the probability that an agent solves a task that takes a person ``minutes``, with a budget of tokens."""
    if who.behaviour in {"refuser", "cheater"}:
        return 0.0
    half = who.half * math.sqrt(tokens / _TOKENS) if who.behaviour == "hard-trier" else who.half
    logit = who.slope * (math.log2(half) - math.log2(minutes))
    if who.behaviour == "sandbagger":
        logit = -logit
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, logit))))


def is_lost(who: Agent, digest: str, epoch: int, seed: int) -> bool:
    """Whether an attempt breaks off, as a machine that fails would."""
    return who.behaviour == "flaky" and draw(digest, epoch, seed, "lost") < _LOST


def draw(digest: str, epoch: int, seed: int, what: str = "solves") -> float:
    """Return a number that is uniform on [0, 1) over tasks, epochs and seeds, and always the same for the same."""
    data = hashlib.sha256(f"clearinghouse scripted 1\0{what}\0{digest}\0{epoch}\0{seed}".encode()).digest()
    return int.from_bytes(data[:7]) / (1 << 56)


def used(minutes: float, written: int, read: int) -> tuple[int, int]:
    """Return tokens that reading and writing so many characters takes: more is thought of what takes longer."""
    thought = 200 + round(40 * minutes**0.8)
    return read // 4 + 300, written // 4 + thought
