"""Where the readers of lockfiles put what they find: each package at one version once, problems within bounds."""

from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.formats.document import Document
from clearinghouse.formats.guard import LimitExceededError
from clearinghouse.formats.text import clean_line, distinct_line, plural, quoted
from clearinghouse.records import Component, Inventory, InventoryItem, Level, Problem

DEVELOPMENT = "development"
OPTIONAL = "optional"
RUNTIME = ""
MAX_BYTES = 64 << 20
"""Largest lockfile that is read in one piece; those of the largest known projects have a few MiB."""
MAX_LINE = 1 << 20
"""Longest line of a lockfile that is read a line at a time."""
MAX_ITEMS = 1_000_000
MAX_PROBLEMS = 200
"""Problems that are told one by one; the rest are counted."""
_MAX_NAME = 400
_MAX_VERSION = 256
_MAX_ADDRESS = 2048
_NEED = {RUNTIME: 0, OPTIONAL: 1, DEVELOPMENT: 2}

Record = Inventory | InventoryItem | Problem


class Shelf:
    """Collects the items of one inventory, in the order in which they are met.

    Law: of a package at one version and from one source there is one item, whatever the number of times that it is
    put here. It stands where it was met first, and has the scope of the strongest need: what runs needs a package
    that tests need as well.

    Args:
        source: the document. format: name of its format. ecosystem: OSV ecosystem of its packages.

    Attributes:
        subject, tool: see :class:`~clearinghouse.records.Inventory`; the reader sets them as it meets them.
    """

    def __init__(self, source: str, format: str, ecosystem: str) -> None:
        self.source = source
        self.subject = ""
        self.tool = ""
        self._format = format
        self._ecosystem = ecosystem
        self._items: dict[tuple[str, str | None, str | None], InventoryItem] = {}
        self._refused = 0
        self._nameless: list[tuple[int | None, str | None]] = []

    def put(
        self,
        name: str,
        version: str | None,
        written: str,
        *,
        scope: str = RUNTIME,
        repository: str | None = None,
        line: int | None = None,
        pointer: str | None = None,
        ecosystem: str | None = None,
    ) -> None:
        """Put a package here; arguments as in :class:`~clearinghouse.records.InventoryItem`.

        ``ecosystem`` is given where it is another than that of the file; empty for what is no package of a registry.
        """
        name = distinct_line(name, _MAX_NAME)
        if not name:
            self._nameless.append((line, pointer))
            return
        version = distinct_line(version, _MAX_VERSION) or None if version else None
        repository = distinct_line(repository, _MAX_ADDRESS) or None if repository else None
        key = (name, version, repository)
        known = self._items.get(key)
        if known is not None:
            if _NEED[scope] < _NEED[known.scope]:
                self._items[key] = msgspec.structs.replace(known, scope=scope)
            return
        if len(self._items) == MAX_ITEMS:
            self._refused += 1
            return
        self._items[key] = InventoryItem(
            inventory=self.source,
            written=distinct_line(written, _MAX_ADDRESS),
            component=Component(
                name=name,
                ecosystem=self._ecosystem if ecosystem is None else ecosystem,
                version=version,
                repository=repository,
            ),
            scope=scope,
            line=line,
            pointer=pointer,
        )

    def records(self) -> Iterator[Record]:
        """Yield the inventory, then its items, then what was too much."""
        yield Inventory(
            source=self.source,
            format=self._format,
            subject=clean_line(self.subject),
            tool=clean_line(self.tool, 100),
        )
        yield from self._items.values()
        if self._nameless:
            line, pointer = self._nameless[0]
            message = f"{plural(len(self._nameless), 'entry names', 'entries name')} no package; the first is here."
            yield Problem(
                source=self.source, code="missing_field", message=message, line=line, pointer=pointer, expected="a name"
            )
        if self._refused:
            yield Problem(
                source=self.source,
                code="too_many_items",
                message=f"There are {plural(self._refused, 'more package')} than are read.",
                expected=f"at most {MAX_ITEMS:,} packages",
            )


def stocked(shelf: Shelf, filling: Iterable[Problem]) -> Iterator[Record]:
    """Run what fills a shelf; yield its problems (:data:`MAX_PROBLEMS` at most, and a count), then what it has."""
    rest, level = 0, Level.NOTICE
    for told, problem in enumerate(filling):
        if told < MAX_PROBLEMS:
            yield problem
        else:
            rest += 1
            level = Level.ERROR if problem.level is Level.ERROR else level
    if rest:
        message = f"There are {plural(rest, 'more problem')} of such kinds in it."
        yield Problem(source=shelf.source, code="more_problems", message=message, level=level)
    yield from shelf.records()


def on_line(problems: Iterable[Problem], line: int | None, where: str = "") -> Iterator[Problem]:
    """Yield problems of a value of TOML or YAML: with its line and, because a pointer leads nowhere there, in words.

    ``where`` names the value where its line is not known.
    """
    for problem in problems:
        key = (problem.pointer or "").strip("/").replace("/", ".")
        names = [f"key {key}"] if key else []
        names += [f"of {quoted(where)}"] if where and line is None else []
        message = f"{problem.message.removesuffix('.')} ({' '.join(names)})." if names else problem.message
        yield msgspec.structs.replace(problem, line=line, pointer=None, message=message)


def whole(document: Document) -> bytes:
    """Return all bytes of a lockfile, in UTF-8.

    Raises:
        LimitExceededError: it is larger than :data:`MAX_BYTES`.
    """
    most = min(MAX_BYTES, document.limits.whole)
    with document.open() as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        why = f"it is larger than {most >> 20} MiB, the most that a lockfile may have"
        raise LimitExceededError(document.source, why, "divide the project, or give an SBOM of it")
    return document.in_utf8(data)


def at(name: str, version: str | None) -> str:
    """Write a package as ``name@version``, as most tools do; the name alone where there is no version."""
    return f"{name}@{version}" if version else name
