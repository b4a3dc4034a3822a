"""What is worth knowing of a document, gathered until its end."""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.parts import MAX_NOTICES, notice
from clearinghouse.records import Problem


class Notices:
    """What is worth knowing of a document, told at its end: of one kind the first :data:`MAX_NOTICES`, then a count.

    Args:
        source: the document.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._told: dict[str, list[Problem]] = {}
        self._counts: dict[str, int] = {}

    def add(
        self,
        code: str,
        message: str,
        *,
        pointer: str | None = None,
        line: int | None = None,
        expected: str | None = None,
    ) -> None:
        """Note one thing. ``message`` is a sentence."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MAX_NOTICES:
            told = notice(self._source, code, message, pointer, expected)
            self._told.setdefault(code, []).append(msgspec.structs.replace(told, line=line))

    def problems(self) -> Iterator[Problem]:
        """Yield them."""
        for code, told in self._told.items():
            yield from told
            rest = self._counts[code] - len(told)
            if rest:
                yield notice(self._source, code, f"There are {rest:,} more such places.")
