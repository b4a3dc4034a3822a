"""What documents are called beside each other: the name of the file, and as much of its folder as tells it apart."""

from collections import Counter
from collections.abc import Iterable

from clearinghouse.records import Inventory


def short_names(sources: Iterable[str]) -> dict[str, str]:
    """Return what each document is called for people who know where their files are.

    Laws: two documents have two names, each of which is an end of the document's own; where no two files have the same
    name, it is that.

    Args:
        sources: documents as records name them, ``<path>[!<archive member>]``.
    """
    parts = {source: source.split("/") for source in sources}
    names: dict[str, str] = {}
    length = 1
    while len(names) < len(parts):
        ends = {source: "/".join(parts[source][-length:]) for source in parts if source not in names}
        times = Counter(ends.values())
        found = {each: end for each, end in ends.items() if times[end] == 1 or length >= len(parts[each])}
        names |= found
        length += 1
    return {source: names[source] for source in parts}


def labels_of(inventories: Iterable[Inventory]) -> dict[str, str]:
    """Return what each inventory is called, by its identifier: its subject, else the name of its document."""
    inventories = tuple(inventories)
    names = short_names(each.source for each in inventories)
    return {each.id: each.subject or _numbered(names[each.source], each) for each in inventories}


def _numbered(name: str, inventory: Inventory) -> str:
    return f"{name}#{inventory.number}" if inventory.number else name
