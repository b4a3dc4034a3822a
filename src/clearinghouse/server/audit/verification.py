"""Whether the log is what it was: everything is computed anew and compared with what is stored."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import msgspec
from django.db import connection
from django.db.models import Max, Q, Subquery
from django.db.models.functions import Coalesce

from clearinghouse.server.audit import guards
from clearinghouse.server.audit.erasures import Erasures
from clearinghouse.server.audit.leaves import hash_of, says
from clearinghouse.server.audit.models import Entry, Head, TreeHead
from clearinghouse.server.audit.rows import UNREADABLE, Chunk, chunks
from clearinghouse.trust.commitment import opens
from clearinghouse.trust.merkle import EMPTY_ROOT, Frontier

MOST = 1000
"""How many faults are listed; more would tell nobody anything."""

Progress = Callable[[int, int], None]
"""Is told how many entries were looked at, and of how many."""


class Fault(msgspec.Struct, frozen=True):
    """Something about the log that cannot be so if nobody changed it.

    Attributes:
        code: a short, stable name. message: one sentence for a person. seq: the entry, where one is known.
    """

    code: str
    message: str
    seq: int | None = None


def verify(progress: Progress | None = None, known: Mapping[int, bytes] | None = None) -> list[Fault]:
    """Return what is wrong with the log, at most :data:`MOST` faults; nothing if it is whole. It may grow meanwhile.

    Looked at are: that no position is missing; that each record fits its commitment, and the columns the record; that
    what was erased is what the log says was erased, neither more nor less; that the entries lead to every tree head
    and to the end of the log; and that the triggers are there that guard it.

    Args:
        progress: see :data:`Progress`. known: tree heads that were kept elsewhere, root by size.

    Without ``known``, a log that was made anew as a whole, or put back to what it once was with all its heads, is as
    whole as any.
    """
    return list(islice(_Verification(known or {}).faults(progress), MOST))


class _Verification:
    """One walk over the log.

    Attributes:
        frontier: of the tree over the entries so far. leads: whether it can still lead to the heads.
        whole: the size up to which it did.
    """

    def __init__(self, known: Mapping[int, bytes]) -> None:
        self.known = known
        self.frontier = Frontier()
        self.leads = True
        self.whole = 0
        self.erasures = Erasures()

    def faults(self, progress: Progress | None) -> Iterator[Fault]:
        for name in guards.missing(connection):
            yield Fault("guard_missing", f"the trigger {name} that guards the log is not there")
        yield from self._head(0, self.known.get(0, EMPTY_ROOT))
        head = Head.objects.first()
        size = head.size if head else _beyond_last()
        for chunk in chunks(size):
            yield from self._chunk(chunk)
            if progress:
                progress(chunk.span.stop, size)
        if head:
            yield from self._head(size, bytes(head.root))
            if self.leads and bytes(head.frontier) != self.frontier.to_bytes():
                yield Fault("head_differs", "the frontier that new entries are added to is not that of the entries")
        elif size:
            yield Fault("head_missing", "the row that says how far the log goes is not there")
        yield from _beyond(size)
        for cut in sorted(each for each in self.known if each > size):
            yield Fault("cut_off", f"the log once had {cut} entries and has {size}")

    def _chunk(self, chunk: Chunk) -> Iterator[Fault]:
        span = chunk.span
        heads = {head.size: head for head in TreeHead.objects.filter(size__gt=span.start, size__lte=span.stop)}
        for seq in span:
            yield from self._position(seq, chunk)
            size = seq + 1
            if size in heads:
                yield from self._tree_head(heads[size], chunk.entries.get(seq))
            elif size % TreeHead.EVERY == 0:
                yield Fault("tree_head_missing", f"the tree head of {size} entries is not there")
            if size in self.known:
                yield from self._head(size, self.known[size])

    def _position(self, seq: int, chunk: Chunk) -> Iterator[Fault]:
        entry = chunk.entries.get(seq)
        try:
            if entry is not None:
                yield from self._entry(entry)
                self.frontier.append(hash_of(entry))
                return
        except UNREADABLE:
            entry = None
        self.leads = False
        if seq in chunk.unreadable or seq in chunk.entries:
            yield Fault("entry_unreadable", f"a column of entry {seq} holds what it cannot hold", seq)
        else:
            yield Fault("entry_missing", f"entry {seq} is not there", seq)

    def _entry(self, entry: Entry) -> Iterator[Fault]:
        if entry.erased_at is not None or entry.erased_by is not None:
            yield from (Fault(code, message, entry.seq) for code, message in self.erasures.of_erased(entry))
            return
        salt, body = bytes(entry.salt or b""), entry.body or ""
        if not opens(bytes(entry.leaf), salt, body.encode()):
            yield Fault("entry_changed", f"the record of entry {entry.seq} does not fit its commitment", entry.seq)
        elif not says(entry, body):
            yield Fault(
                "columns_changed", f"the columns of entry {entry.seq} do not say what its record says", entry.seq
            )
        else:
            yield from (Fault(code, message, entry.seq) for code, message in self.erasures.of_eraser(entry))

    def _tree_head(self, head: TreeHead, last: Entry | None) -> Iterator[Fault]:
        if last is not None and head.at != last.at:
            yield Fault("tree_head_changed", f"the tree head of {head.size} entries has the time of another entry")
        yield from self._head(head.size, bytes(head.root))

    def _head(self, size: int, root: bytes) -> Iterator[Fault]:
        """Compare a root with the entries; where they do not lead to it, say since when, once."""
        if not self.leads:
            return
        if self.frontier.root() == root:
            self.whole = size
            return
        self.leads = False
        yield Fault(
            "head_differs",
            f"the entries do not lead to the tree head of {size}; up to {self.whole} they lead to theirs",
        )


def _beyond_last() -> int:
    last = Entry.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else last + 1


def _beyond(size: int) -> Iterator[Fault]:
    """What stands outside the log. Each question is one statement, so that what is added meanwhile is no fault."""
    end = Coalesce(Subquery(Head.objects.values("size")[:1]), size)
    for seq in Entry.objects.filter(Q(seq__gte=end) | Q(seq__lt=0)).order_by().values_list("seq", flat=True)[:MOST]:
        yield Fault("entry_beyond", f"entry {seq} stands outside the log", seq)
    for other in (
        TreeHead.objects.filter(Q(size__gt=end) | Q(size__lt=1)).order_by().values_list("size", flat=True)[:MOST]
    ):
        yield Fault("tree_head_beyond", f"there is a tree head of {other} entries, which the log does not have")
