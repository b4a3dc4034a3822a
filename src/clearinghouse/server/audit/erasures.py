"""Whether what was erased is what the log says was erased."""

from collections import OrderedDict
from collections.abc import Iterator

from clearinghouse.server.audit.acts import Act
from clearinghouse.server.audit.leaves import facts_of
from clearinghouse.server.audit.models import ActorKind, Entry
from clearinghouse.trust.commitment import opens

_REMEMBERED = 64
"""Entries that say what was erased; neighbours were mostly erased by the same one."""

Finding = tuple[str, str]
"""Code and sentence of a fault."""


class Erasures:
    """Compares erased entries with those that say so."""

    def __init__(self) -> None:
        self._erasers: OrderedDict[int, tuple[Entry | None, list[range]]] = OrderedDict()

    def of_erased(self, entry: Entry) -> Iterator[Finding]:
        """Yield what is wrong with an erased entry."""
        left = (entry.participant, entry.person, entry.service, entry.salt, entry.body)
        if left != (None,) * len(left) or entry.object_id or entry.actor != ActorKind.ERASED:
            yield "erased_in_part", f"entry {entry.seq} is erased and still says something"
        eraser, stretches = self._eraser(entry.erased_by)
        named = any(entry.seq in stretch for stretch in stretches)
        if eraser is None or not named or eraser.at != entry.erased_at:
            yield "erasure_unfounded", f"entry {entry.seq} is erased and no entry says so"

    def of_eraser(self, entry: Entry) -> Iterator[Finding]:
        """Yield what an entry says was erased, and is not."""
        if entry.act != Act.ENTRY_ERASED:
            return
        for stretch in _stretches(entry):
            rows = Entry.objects.filter(seq__gte=stretch.start, seq__lt=stretch.stop, erased_by=entry.seq)
            if rows.count() != len(stretch):
                yield (
                    "erasure_undone",
                    f"entry {entry.seq} says that {stretch.start} to {stretch.stop - 1} are erased, and they are not",
                )

    def _eraser(self, seq: int | None) -> tuple[Entry | None, list[range]]:
        """Return the entry that says what was erased, if it is one and whole, and the positions that it names."""
        if seq is None:
            return None, []
        if seq not in self._erasers:
            entry = Entry.objects.filter(seq=seq, act=Act.ENTRY_ERASED).first()
            whole = entry is not None and opens(
                bytes(entry.leaf), bytes(entry.salt or b""), (entry.body or "").encode()
            )
            self._erasers[seq] = (entry, _stretches(entry)) if entry is not None and whole else (None, [])
            if len(self._erasers) > _REMEMBERED:
                self._erasers.popitem(last=False)
        return self._erasers[seq]


def _stretches(entry: Entry) -> list[range]:
    return [range(first, last + 1) for first, last in facts_of(entry.body or "")["stretches"]]
