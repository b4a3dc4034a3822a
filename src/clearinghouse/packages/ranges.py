"""Which versions the events of an advisory speak of.

Source: OSV schema, section "Evaluation" (https://ossf.github.io/osv-schema/#evaluation). The schema describes a walk
over sorted events for each version that is asked about. Here the walk is made once, when an advisory is indexed, and
leaves :class:`Stretch` records: intervals of version keys that can be compared as plain bytes wherever they are kept.

The law: a version lies in one of :func:`stretches` if and only if the walk of the schema says that it is affected.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import msgspec

from clearinghouse.packages.versions import ZERO
from clearinghouse.records import RangeEvent

Key = Callable[[str], bytes]
"""Turns a version into its key: :meth:`clearinghouse.packages.versions.Order.key`."""
FIRST = "0"
"""The version that sorts before all others where it stands in ``introduced`` (OSV schema)."""
UNLIMITED = "*"
"""The limit that bounds nothing (OSV schema)."""


class Stretch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An interval of affected versions.

    Attributes:
        low: key of the first version in it.
        high: key of its end; empty where it has no end.
        closed: whether a version equal to ``high`` is in it.
        introduced, fixed, last_affected: the events that delimit it, as written.
    """

    low: bytes
    high: bytes
    closed: bool
    introduced: str
    fixed: str | None = None
    last_affected: str | None = None

    def __contains__(self, key: bytes) -> bool:
        """Whether the version with this key is affected."""
        if key < self.low:
            return False
        return not self.high or key < self.high or (self.closed and key == self.high)

    @property
    def is_everything(self) -> bool:
        """Whether every version there can be lies in it."""
        return self.low == ZERO and not self.high


class _Step(msgspec.Struct, frozen=True, gc=False):
    key: bytes
    kind: str
    text: str


def stretches(events: Sequence[RangeEvent], key: Key) -> tuple[Stretch, ...]:
    """Return the intervals of versions that one range declares affected, in version order.

    Args:
        events: of one range, in any order. Of those at one version the schema does not say which counts; here they are
            taken in the order in which they are written, so that ``introduced`` and ``fixed`` at one version is nothing
            and ``fixed`` followed by ``introduced`` goes on.
        key: the version order that the range is on.
    """
    found = _plain(events, key)
    return tuple(found) if found is not None else _walked(events, key)


def _plain(events: Sequence[RangeEvent], key: Key) -> list[Stretch] | None:
    """The stretches of events as nearly all publishers write them: a beginning and its end in turn, each above the one
    before. None where they stand in another way, and the walk has to be made.
    """
    found: list[Stretch] = []
    low = high = b""
    begun: str | None = None
    for event in events:
        text = event.introduced
        if begun is None:
            if text is None:
                return None
            low = ZERO if text == FIRST else key(text)
            if found and low <= high:
                return None
            begun = text
            continue
        fixed, last = event.fixed, event.last_affected
        end = last if fixed is None else fixed
        if text is not None or end is None:
            return None
        high = key(end)
        if high <= low:
            return None
        found.append(Stretch(low, high, fixed is None, begun, fixed, last if fixed is None else None))
        begun = None
    if begun is not None:
        found.append(Stretch(low, b"", False, begun))
    return found


def _walked(events: Sequence[RangeEvent], key: Key) -> tuple[Stretch, ...]:
    steps: list[_Step] = []
    limits: list[bytes] = []
    unlimited = False
    for event in events:
        if event.introduced is not None:
            steps.append(_Step(_introduced(event.introduced, key), "introduced", event.introduced))
        elif event.fixed is not None:
            steps.append(_Step(key(event.fixed), "fixed", event.fixed))
        elif event.last_affected is not None:
            steps.append(_Step(key(event.last_affected), "last_affected", event.last_affected))
        elif event.limit == UNLIMITED:
            unlimited = True
        elif event.limit is not None:
            limits.append(key(event.limit))
    found = _walk(sorted(steps, key=_key_of))
    return tuple(_limited(found, max(limits))) if limits and not unlimited else tuple(found)


def _introduced(text: str, key: Key) -> bytes:
    return ZERO if text == FIRST else key(text)


def _key_of(step: _Step) -> bytes:
    return step.key


def _walk(steps: Sequence[_Step]) -> list[Stretch]:
    """Walk sorted events. Events at one version act on it, and a ``last_affected`` only on what is above it."""
    found: list[Stretch] = []
    low: _Step | None = None
    for position, together in groupby(steps, _key_of):
        closing: _Step | None = None
        before = low
        last: _Step | None = None
        for step in together:
            if step.kind == "introduced":
                low, last = low or step, None
            elif step.kind == "fixed":
                low, last, closing = None, None, step
            else:
                last = step
        if before and low is not before:  # it was closed here by a fix, whether or not it begins again
            found.append(Stretch(before.key, position, False, before.text, fixed=closing.text if closing else None))
        if low and last:
            found.append(Stretch(low.key, position, True, low.text, last_affected=last.text))
            low = None
    if low:
        found.append(Stretch(low.key, b"", False, low.text))
    return found


def _limited(found: Iterable[Stretch], limit: bytes) -> Iterable[Stretch]:
    """Cut off what is not below the limit."""
    for stretch in found:
        if stretch.low >= limit:
            continue
        if not stretch.high or stretch.high > limit or (stretch.closed and stretch.high == limit):
            yield Stretch(stretch.low, limit, False, stretch.introduced)
        else:
            yield stretch
