"""Merkle trees: the known answers of Certificate Transparency, and the laws of RFC 9162."""

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.trust.merkle import (
    Frontier,
    FrontierError,
    MerkleError,
    OutOfTreeError,
    check_consistency,
    check_inclusion,
    consistency_parts,
    inclusion_parts,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)

KNOWN = json.loads((Path(__file__).parent / "data/merkle.json").read_text())
NODES = [bytes.fromhex(node) for node in KNOWN["nodes"]]

# The entries, roots and proofs that implementations of Certificate Transparency agree on
# (google/certificate-transparency, transparency-dev/merkle: testonly).
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L0, L1, L4 = (leaf_hash(ENTRIES[at]).hex() for at in (0, 1, 4))
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

LARGEST = 40
LEAVES = [leaf_hash(bytes([at])) for at in range(LARGEST)]
sizes = st.integers(1, LARGEST)


def recursive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


def recursive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """The definition of RFC 9162, 2.1.3.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*recursive_path(m, leaves[:k]), recursive_root(leaves[k:])]
    return [*recursive_path(m - k, leaves[k:]), recursive_root(leaves[:k])]


def recursive_subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """The definition of RFC 9162, 2.1.4.1, word by word."""
    if m == len(leaves):
        return [] if whole else [recursive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*recursive_subproof(m, leaves[:k], whole=whole), recursive_root(leaves[k:])]
    return [*recursive_subproof(m - k, leaves[k:], whole=False), recursive_root(leaves[:k])]


def proves(check, *arguments) -> bool:
    try:
        check(*arguments)
    except MerkleError:
        return False
    return True


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size):
    assert root_of(map(leaf_hash, ENTRIES[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 2, [L1]),
        (1, 2, [L0]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [L0, N23, L4]),
        (0, 8, [L1, N23, N47]),
        (5, 8, [L4, N67, ROOTS[4]]),
    ],
)
def test_the_known_inclusion_proofs(index, size, path):
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert [node.hex() for node in prove_inclusion(leaves, index)] == path
    check_inclusion(leaves[index], index, size, bytes.fromhex(ROOTS[size]), [bytes.fromhex(node) for node in path])


@pytest.mark.parametrize(
    ("old", "new", "path"), [(1, 1, []), (1, 8, [L1, N23, N47]), (2, 5, [N23, L4]), (6, 8, [N45, N67, ROOTS[4]])]
)
def test_the_known_consistency_proofs(old, new, path):
    leaves = [leaf_hash(entry) for entry in ENTRIES[:new]]
    assert [node.hex() for node in prove_consistency(leaves, old)] == path
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    check_consistency(old, roots[0], new, roots[1], [bytes.fromhex(node) for node in path])


@pytest.mark.parametrize("case", KNOWN["inclusion"], ids=lambda case: case[-1])
def test_known_inclusion_proofs_good_and_bad(case):
    index, size, root, leaf, proof, holds, _ = case
    proof = [NODES[node] for node in proof]
    assert proves(check_inclusion, NODES[leaf], index, size, NODES[root], proof) is holds


@pytest.mark.parametrize("case", KNOWN["consistency"], ids=lambda case: case[-1])
def test_known_consistency_proofs_good_and_bad(case):
    old, new, old_root, new_root, proof, holds, _ = case
    proof = [NODES[node] for node in proof]
    assert proves(check_consistency, old, NODES[old_root], new, NODES[new_root], proof) is holds


def test_everything_is_as_the_definitions_say():
    for size in range(1, LARGEST + 1):
        leaves = LEAVES[:size]
        assert root_of(leaves) == recursive_root(leaves)
        for index in range(size):
            assert prove_inclusion(leaves, index) == recursive_path(index, leaves)
        for old in range(1, size + 1):
            assert prove_consistency(leaves, old) == recursive_subproof(old, leaves, whole=True)


@given(st.lists(st.binary(max_size=40), max_size=70), st.lists(st.binary(max_size=40), max_size=10))
def test_a_frontier_has_the_root_of_the_list_and_goes_on_from_bytes(first, then):
    frontier = Frontier(leaf_hash(entry) for entry in first)
    assert (frontier.size, frontier.root()) == (len(first), recursive_root([leaf_hash(entry) for entry in first]))
    again = Frontier.from_bytes(frontier.to_bytes())
    for entry in then:
        again.append(leaf_hash(entry))
    assert again.root() == root_of(leaf_hash(entry) for entry in first + then)


@given(st.binary(max_size=200))
def test_bytes_are_a_frontier_or_refused(data):
    try:
        assert Frontier.from_bytes(data).to_bytes() == data
    except FrontierError as error:
        assert "no frontier" in str(error)  # noqa: PT017 - either is right


@given(sizes.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), st.data())
def test_an_inclusion_proof_shows_that_leaf_at_that_place_and_nothing_else(place, data):
    index, size = place
    leaves = LEAVES[:size]
    root, proof = root_of(leaves), prove_inclusion(leaves, index)
    check_inclusion(leaves[index], index, size, root, proof)
    for other in range(size):
        assert proves(check_inclusion, leaves[other], index, size, root, proof) is (other == index)
        assert proves(check_inclusion, leaves[index], other, size, root, proof) is (other == index)
    for bit in range(256):
        assert not proves(check_inclusion, flipped(leaves[index], bit), index, size, root, proof)
        assert not proves(check_inclusion, leaves[index], index, size, flipped(root, bit), proof)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not proves(check_inclusion, leaves[index], index, size, root, changed)
        assert not proves(check_inclusion, leaves[index], index, size, root, proof[:at] + proof[at + 1 :])
    assert not proves(check_inclusion, leaves[index], index, size, root, [*proof, root])
    assert not proves(check_inclusion, leaves[index], index, size, root, [root[:31], *proof[1:]])


@given(sizes.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_a_root_does_not_tell_its_size_where_the_siblings_are_on_the_same_sides(place):
    """RFC 9162 proves a leaf for a pair of size and root, so both must come from one tree head."""
    index, size = place
    leaves = LEAVES[:size]
    root, proof = root_of(leaves), prove_inclusion(leaves, index)

    def sides(size):
        return [part.start < index for part in inclusion_parts(index, size)]

    for other in range(index + 1, LARGEST):
        same = sides(other) == sides(size)
        assert proves(check_inclusion, leaves[index], index, other, root, proof) is same
        if other != size:  # with the root that belongs to it, a proof of another size never fits
            assert not proves(check_inclusion, leaves[index], index, other, root_of(LEAVES[:other]), proof)


@given(st.tuples(sizes, sizes).map(sorted), st.data())
def test_a_consistency_proof_shows_that_tree_to_begin_with_the_other_and_nothing_else(both, data):
    old, new = both
    leaves = LEAVES[:new]
    then, now, proof = root_of(leaves[:old]), root_of(leaves), prove_consistency(leaves, old)
    check_consistency(old, then, new, now, proof)
    for other in range(1, LARGEST + 1):
        if other != old:
            assert not proves(check_consistency, other, root_of(LEAVES[:other]), new, now, proof)
        if other != new:
            assert not proves(check_consistency, old, then, other, root_of(LEAVES[:other]), proof)
    bit = data.draw(st.integers(0, 255))
    assert not proves(check_consistency, old, flipped(then, bit), new, now, proof)
    assert not proves(check_consistency, old, then, new, flipped(now, bit), proof)
    for at in range(len(proof)):
        changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        assert not proves(check_consistency, old, then, new, now, changed)
        assert not proves(check_consistency, old, then, new, now, proof[:at] + proof[at + 1 :])
    assert not proves(check_consistency, old, then, new, now, [*proof, now])


@given(st.tuples(sizes, sizes).map(sorted).filter(lambda both: both[0] < both[1]), st.data())
def test_no_honest_proof_covers_a_change_of_what_was_there(both, data):
    old, new = both
    changed_at = data.draw(st.integers(0, old - 1))
    changed = LEAVES[:new]
    changed[changed_at] = leaf_hash(b"another")
    proof = prove_consistency(changed, old)
    assert not proves(check_consistency, old, root_of(LEAVES[:old]), new, root_of(changed), proof)


def test_consistency_is_transitive_along_a_growing_tree():
    frontier = Frontier()
    heads = [(0, frontier.root())]
    for leaf in LEAVES:
        frontier.append(leaf)
        heads.append((frontier.size, frontier.root()))
    for (old, then), (new, now) in pairwise(heads):
        if old:
            check_consistency(old, then, new, now, prove_consistency(LEAVES[:new], old))


@given(st.integers(1, 2**63), st.data())
def test_the_parts_are_as_many_as_the_tree_is_high_however_large_it_is(size, data):
    index = data.draw(st.integers(0, size - 1))
    parts = sorted(inclusion_parts(index, size), key=lambda part: part.start)
    assert len(parts) <= (size - 1).bit_length()
    covered = sum(part.stop - part.start for part in parts)
    assert covered == size - 1
    assert not any(part.start <= index < part.stop for part in parts)
    assert all(one.stop <= other.start for one, other in pairwise(parts))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (7, 3)])
def test_a_position_outside_is_refused(index, size):
    with pytest.raises(OutOfTreeError):
        inclusion_parts(index, size)
    with pytest.raises(ValueError, match="none at"):
        check_inclusion(LEAVES[0], index, size, LEAVES[0], [])


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3), (0, 3), (0, 0)])
def test_a_tree_that_never_was_is_refused(old, new):
    with pytest.raises(OutOfTreeError):
        consistency_parts(old, new)


def test_what_is_no_hash_is_refused():
    with pytest.raises(MerkleError, match="32 bytes"):
        Frontier().append(b"short")
