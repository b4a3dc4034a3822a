"""Copies of a document with fields left out that still verify against what was signed once.

A document (a JSON object) is divided into its leaves: every text, number, flag, null and empty list or object, with the
path at which it stands. Of each leaf with its path there is a salted commitment
(:mod:`clearinghouse.trust.commitment`), and over all commitments one Merkle root (RFC 9162). The root and the number of
leaves are what is signed (:class:`.Fields`). A copy holds all commitments, and of those leaves that it shows also path,
value and salt. What was left out can be shown later, leaf by leaf, and belongs to the same signature.

What a copy with fields left out still tells: how many leaves there are, rounded up to the next 16 by decoys that cannot
be told from leaves; of what is shown, its path, and so that lists on it are at least as long as its place says. What it
does not tell: names, values and places of what was left out, how long lists are, and which commitment stands for what:
they are in the order of their own bytes, which are pseudorandom. A field with few possible values cannot be guessed,
because the salt of each has 256 bits of its own.

What nobody can see from copies alone: whether the signer sealed two leaves for one path, to show one to some and the
other to others. Whoever gets both, or the whole, sees it (:func:`.checked` refuses them), and so does whoever compares
the whole with the document that it was made from.
"""

from clearinghouse.evaluation.determination.disclosure.copies import (
    Copy,
    Entry,
    Fields,
    checked,
    document,
    fields_of,
    read_copy,
    redacted,
    revealed,
    seal,
    shown,
    values,
)
from clearinghouse.evaluation.determination.disclosure.proofs import Proof, check_proof, prove
from clearinghouse.evaluation.determination.disclosure.tree import Path, as_text, pointer, same

__all__ = [
    "Copy",
    "Entry",
    "Fields",
    "Path",
    "Proof",
    "as_text",
    "check_proof",
    "checked",
    "document",
    "fields_of",
    "pointer",
    "prove",
    "read_copy",
    "redacted",
    "revealed",
    "same",
    "seal",
    "shown",
    "values",
]
