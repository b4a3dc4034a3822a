"""Signals that stand among advisories: in CVE records CISA's SSVC values and days of addition to KEV; the catalogue."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from clearinghouse.formats.text import printable_name
from clearinghouse.priority import Signals
from clearinghouse.records import KevEntry, SsvcPoint


class Inside(msgspec.Struct, frozen=True):
    """What advisories say beside what they are about: SSVC values, and days of addition to KEV."""

    ssvc: tuple[SsvcPoint, ...] = ()
    kev: tuple[KevEntry, ...] = ()


def add_inside(signals: Signals, inside: Inside, named: Iterable[Path]) -> None:
    """Add the signals that stand inside advisories, but those of documents that were named as signals, too.

    Args:
        named: paths of which the signals were added already.
    """
    names = [printable_name(str(path)) for path in named]
    for signal in _all(inside):
        if not any(is_below(signal.source, name) for name in names):
            signals.add(signal)


def is_below(source: str, name: str) -> bool:
    """Whether a document is the one of this name, or stands in the folder or archive of this name."""
    if name == ".":
        return not source.startswith(("/", "../"))
    return source == name or (source.startswith(name) and (name.endswith("/") or source[len(name)] in "/!"))


def _all(inside: Inside) -> Iterator[SsvcPoint | KevEntry]:
    yield from inside.ssvc
    yield from inside.kev
