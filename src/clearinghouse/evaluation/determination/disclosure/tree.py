"""Documents as leaves with their paths, and leaves as documents again."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeAlias

import msgspec

from clearinghouse.evaluation.determination.errors import DisclosureError
from clearinghouse.trust.commitment import NotCanonicalError, canonical

MOST_LEAVES = 100_000
DEEPEST = 32
"""How deeply a document may be nested."""
REMEDY = "get the copy anew from whoever made it, and report where this one came from"

Step = Annotated[str, msgspec.Meta(max_length=1_000)] | Annotated[int, msgspec.Meta(ge=0, lt=MOST_LEAVES)]
"""One step of a path: the name of a member, or the place in a list."""
Path: TypeAlias = tuple[Step, ...]


class Node(msgspec.Struct):
    """A place in a document: a leaf, or what has places below it, of which all are names or all are numbers."""

    below: dict[Step, "Node"] = {}
    is_leaf: bool = False
    value: Any = None


def as_text(value: Any) -> Any:
    """Return JSON in which numbers with a fraction are text that reads back as the same number."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {name: as_text(each) for name, each in value.items()}
    return [as_text(each) for each in value] if isinstance(value, list | tuple) else value


def pointer(path: Path) -> str:
    """Return a path as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path) or "/"


def same(one: Any, other: Any) -> bool:
    """Whether two documents are one, whatever the order of members."""
    return hmac.compare_digest(_canonical(one), _canonical(other))


def leaves_of(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the leaves of a document, the value at ``path``, each with its path.

    Raises:
        DisclosureError: it is nested too deeply.
    """
    if len(path) > DEEPEST:
        raise DisclosureError(f"the document has more than {DEEPEST} levels", "nest less")
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from leaves_of((*path, name), each)
    elif isinstance(value, list) and value:
        for at, each in enumerate(value):
            yield from leaves_of((*path, at), each)
    else:
        yield path, value


def tree_of(leaves: "Mapping[Path, Any] | Iterable[tuple[Path, Any]]") -> Node:
    """Put leaves together.

    Raises:
        DisclosureError: two of them cannot be in one document.
    """
    root = Node()
    for path, value in leaves.items() if isinstance(leaves, Mapping) else leaves:
        node = root
        for step in path:
            same = all(isinstance(each, str) == isinstance(step, str) for each in list(node.below)[:1])
            if node.is_leaf or not same:
                raise _two(path)
            node = node.below.setdefault(step, Node())
        if node.is_leaf or node.below or (isinstance(value, list | dict) and value):
            raise _two(path)
        node.is_leaf, node.value = True, value
    return root


def require_full(node: Node) -> None:
    """Refuse a document in which an item of a list is missing.

    Raises:
        DisclosureError: one is.
    """
    places = [each for each in node.below if isinstance(each, int)]
    if places and sorted(places) != list(range(len(places))):
        raise DisclosureError("a list of this document has a gap", REMEDY)
    for each in node.below.values():
        require_full(each)


def plain(node: Node) -> Any:
    """Return what stands at a place as JSON; a list is shorter by what is missing of it."""
    if node.is_leaf:
        return node.value
    if any(isinstance(step, int) for step in node.below):
        return [plain(node.below[step]) for step in sorted(node.below, key=int)]
    return {step: plain(each) for step, each in node.below.items()}


def _two(path: Path) -> DisclosureError:
    return DisclosureError(f"two fields are told for {pointer(path)}, of which one at most was there", REMEDY)


def _canonical(document: Any) -> bytes:
    try:
        return canonical(as_text(document))
    except NotCanonicalError as error:
        raise DisclosureError(
            f"the document has no canonical form: {error}", "write its fields as JSON has them"
        ) from None
