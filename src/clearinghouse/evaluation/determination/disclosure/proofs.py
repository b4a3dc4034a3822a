"""One field of a document alone, with the proof that it is in what was signed."""

from typing import Annotated

import msgspec

from clearinghouse.evaluation.determination.disclosure.copies import Copy, Entry, Fields, require_opens
from clearinghouse.evaluation.determination.disclosure.tree import REMEDY, Path, pointer
from clearinghouse.evaluation.determination.errors import DisclosureError
from clearinghouse.trust.merkle import MerkleError, check_inclusion, leaf_hash, prove_inclusion
from clearinghouse.trust.statement import Sha256


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leaf alone, and that it is in the document. ``index``: its place. ``nodes``: as RFC 9162 has them, in hex."""

    entry: Entry
    index: int
    nodes: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=64)]


def prove(copy: Copy, path: Path) -> Proof:
    """Return one shown leaf with the proof that it is in the document.

    Raises:
        DisclosureError: the copy does not show it.
    """
    for at, each in enumerate(copy.entries):
        if each.is_shown and not each.is_decoy and each.path == path:
            leaves = [leaf_hash(bytes.fromhex(one.commitment)) for one in copy.entries]
            return Proof(entry=each, index=at, nodes=tuple(node.hex() for node in prove_inclusion(leaves, at)))
    raise DisclosureError(f"this copy shows nothing at {pointer(path)}", "name a field that it shows")


def check_proof(proof: Proof, fields: Fields) -> None:
    """Check that a leaf is in the document that was signed.

    Raises:
        DisclosureError: it is not, or was changed.
    """
    require_opens(proof.entry)
    leaf = leaf_hash(bytes.fromhex(proof.entry.commitment))
    nodes = [bytes.fromhex(each) for each in proof.nodes]
    try:
        check_inclusion(leaf, proof.index, fields.leaves, bytes.fromhex(fields.root), nodes)
    except MerkleError as error:
        raise DisclosureError(f"the field is not in what was signed: {error}", REMEDY) from None
