"""Making JSON smaller by what it is made of.

The steps: a member or an element is dropped; a value is replaced by one that is in it; a string or a name loses a
character; a number becomes a :func:`simpler` one. Levels are gone through from the top, so that what
is large goes first: G. Misherghi and Z. Su, "HDD: Hierarchical Delta Debugging", ICSE 2006
(https://doi.org/10.1145/1134285.1134307).

The law: of what is returned no single step can be made. No step makes the document longer.
"""

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from clearinghouse.validation.minimise.numbers import simpler, whole
from clearinghouse.validation.minimise.oracle import Oracle
from clearinghouse.validation.minimise.sweep import reduced
from clearinghouse.validation.minimise.tree import Node, Parts, level, put, walk, without, write


def simplified(root: Node, oracle: Oracle) -> Node:
    """Return what remains of a tree whose text shows.

    Raises:
        SpentError: no more may be run; ``oracle.best`` is what was found so far.
    """
    while True:
        before = root
        for way in (_with_less, _with_lifted, _with_short_strings, _with_short_names, _with_simple_numbers):
            root = way(root, oracle)
        if root is before:
            return root


# Dropping members and elements, level by level


def _with_less(root: Node, oracle: Oracle) -> Node:
    depth = 1
    while nodes := level(root, depth):
        kept = reduced(nodes, partial(_text_of_some, root, nodes), oracle)
        root = _some(root, nodes, kept)
        depth += 1
    return root


def _some(root: Node, nodes: tuple[Node, ...], kept: tuple[Node, ...]) -> Node:
    return without(root, frozenset(map(id, nodes)) - frozenset(map(id, kept)))


def _text_of_some(root: Node, nodes: tuple[Node, ...], kept: tuple[Node, ...]) -> bytes:
    return write(_some(root, nodes, kept))


# Replacing what holds values by one of them


def _with_lifted(root: Node, oracle: Oracle) -> Node:
    at = 0
    nodes = _containers(root)
    while at < len(nodes):
        node = nodes[at]
        found = oracle.first(write(lifted) for lifted in _lifted(root, node))
        if found is None:
            at += 1
            continue
        root = put(root, node, _in_place_of(node, node.children[found]))
        nodes = _containers(root)  # what was lifted stands where it stood, and may give way to its own
    return root


def _containers(root: Node) -> list[Node]:
    return [node for node in walk(root) if node.children]


def _lifted(root: Node, node: Node) -> Iterator[Node]:
    for child in node.children:
        yield put(root, node, _in_place_of(node, child))


def _in_place_of(node: Node, child: Node) -> Node:
    return replace(child, name=node.name)


# Shortening strings and names. A change in a node makes another one of what it is in, which came before it in the walk.


def _with_short_strings(root: Node, oracle: Oracle) -> Node:
    for node in [each for each in walk(root) if each.kind == '"']:
        kept = reduced(node.parts, partial(_text_with_string, root, node), oracle)
        if len(kept) < len(node.parts):
            root = put(root, node, replace(node, parts=kept))
    return root


def _text_with_string(root: Node, node: Node, parts: Parts) -> bytes:
    return write(put(root, node, replace(node, parts=parts)))


def _with_short_names(root: Node, oracle: Oracle) -> Node:
    for node in list(walk(root)):
        name = node.name or ()
        kept = reduced(name, partial(_text_with_name, root, node), oracle)
        if len(kept) < len(name):
            root = put(root, node, replace(node, name=kept))
    return root


def _text_with_name(root: Node, node: Node, name: Parts) -> bytes:
    return write(put(root, node, replace(node, name=name)))


# Simpler numbers


def _with_simple_numbers(root: Node, oracle: Oracle) -> Node:
    for node in [each for each in walk(root) if each.kind == "0"]:
        root = _with_simple_number(root, node, oracle)
    return root


def _with_simple_number(root: Node, node: Node, oracle: Oracle) -> Node:
    while True:
        choices = [replace(node, parts=(text,)) for text in simpler(node.parts[0])]
        found = oracle.first(_text_of_each(root, node, choices))
        if found is None:
            return root
        root = put(root, node, choices[found])
        root, node = _with_halved(root, choices[found], oracle)


def _with_halved(root: Node, node: Node, oracle: Oracle) -> tuple[Node, Node]:
    """Look for the least whole number as if all from one on showed: in one run for each bit of it. It is looked at once
    more by whoever asked, in case they do not.
    """
    high = whole(node.parts[0])
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        choice = replace(node, parts=(b"%d" % middle,))
        if oracle.first([write(put(root, node, choice))]) is None:
            low = middle
        else:
            root, node, high = put(root, node, choice), choice, middle
    return root, node


def _text_of_each(root: Node, node: Node, choices: list[Node]) -> Iterator[bytes]:
    for choice in choices:
        yield write(put(root, node, choice))
