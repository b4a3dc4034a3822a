"""Paths of XML elements, made into a table that says with one look-up an element whether it is wanted.

The notation is that of :func:`clearinghouse.formats.xml_stream.elements`. The table is the deterministic automaton of
all paths together, one state for each set of places that can be reached in them, so that an element costs the same
however many paths there are.
"""

import re
from functools import lru_cache

Place = tuple[int, int]
"""A path, by its number, and how many of its names have been met."""

_NAME = re.compile(r"(?:\{[^{}]*+\})?[^/{}]++")
_PATH = re.compile(rf"(?:{_NAME.pattern})(?:/(?:{_NAME.pattern}))*+")
_NO_NAME = "{}"
"""Stands for a name of another namespace that no path has: not even ``*`` means it."""


class State:
    """What is known of the paths after the names that have been met.

    Attributes:
        wanted: a wanted path ends here. skipped: a skipped path ends here or further up.
        next: the state after each name that occurs in a path. other: after any other name. foreign: after any other
            name of another namespace.
    """

    __slots__ = ("foreign", "next", "other", "skipped", "wanted")

    def __init__(self, *, wanted: bool = False, skipped: bool = False) -> None:
        self.wanted = wanted
        self.skipped = skipped
        self.next: dict[str, State] = {}
        self.other = self
        self.foreign = self


@lru_cache(maxsize=64)
def compile_paths(wanted: tuple[str, ...], skip: tuple[str, ...]) -> State:
    """Return the state before the root element.

    Raises:
        ValueError: a path is not written as it must be.
    """
    return _Compiler(wanted, skip).compile()


class _Compiler:
    def __init__(self, wanted: tuple[str, ...], skip: tuple[str, ...]) -> None:
        written = (*wanted, *skip)
        self.paths = [_names(path) for path in written]
        self.wanted = len(wanted)
        self.anywhere = frozenset((number, 0) for number, path in enumerate(written) if path.startswith("//"))
        self.alphabet = sorted({name for path in self.paths for name in path if name != "*"})
        self.known: dict[tuple[frozenset[Place], bool], State] = {}
        self.open: list[tuple[State, frozenset[Place]]] = []
        self.nothing = State(skipped=True)

    def compile(self) -> State:
        start = self.state(frozenset((number, 0) for number in range(len(self.paths))), wanted=False)
        while self.open:
            state, places = self.open.pop()
            state.next = {name: self.after(places, name) for name in self.alphabet}
            state.other = self.after(places, "*")
            state.foreign = self.after(places, _NO_NAME)
        return start

    def state(self, places: frozenset[Place], *, wanted: bool) -> State:
        found = self.known.get((places, wanted))
        if found is None:
            found = self.known[places, wanted] = State(wanted=wanted)
            self.open.append((found, places))
        return found

    def after(self, places: frozenset[Place], name: str) -> State:
        """Return the state after one more name."""
        fitting = (name,) if name.startswith("{") else (name, "*")
        met = {(path, done + 1) for path, done in places if self.paths[path][done] in fitting}
        ended = {place for place in met if place[1] == len(self.paths[place[0]])}
        if any(path >= self.wanted for path, _ in ended):
            return self.nothing
        return self.state(frozenset(met - ended) | self.anywhere, wanted=bool(ended))


def _names(path: str) -> tuple[str, ...]:
    names = path.removeprefix("/").removeprefix("/")
    if not path.startswith("/") or not _PATH.fullmatch(names):
        raise ValueError(f"{path!r} is no path of elements such as /a/b or //b")
    return tuple(_NAME.findall(names))
