"""The proof that an entry is in the log, as a text that a person reads and that checks itself offline."""

import json

from clearinghouse.server.audit.queries import Inclusion
from clearinghouse.trust.commitment import DOMAIN

_TEXT = '''\
# Proof that entry {seq} is in the log of this clearinghouse.
#
# The log is a Merkle tree of {size} entries (RFC 9162, section 2.1) with this root:
#
#     {root}
#
# Believe the root only if you know it from elsewhere: one that was published, or that somebody kept.
# {body}
#
# To check it without this installation: save this text as proof.py and run `python3 proof.py`.
# It uses nothing but Python's own library and asks no network.

import hashlib, hmac, json

SEQ, SIZE = {seq}, {size}
ROOT = bytes.fromhex("{root}")
PUBLIC = {public!r}.encode()
PATH = [bytes.fromhex(each) for each in {path}]
SALT = {salt}
BODY = {entry}


def node(left, right):
    return hashlib.sha256(b"\\x01" + left + right).digest()


def root_of(leaf, at, size, path):
    """RFC 9162, 2.1.3.2."""
    found, last, path = leaf, size - 1, list(path)
    while path:
        step = path.pop(0)
        if at & 1 or at == last:
            found = node(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, step)
        at, last = at >> 1, last >> 1
    if last:
        raise SystemExit("The proof is too short.")
    return found


leaf = hashlib.sha256(b"\\x00" + PUBLIC).digest()
if json.loads(PUBLIC)["seq"] != SEQ or root_of(leaf, SEQ, SIZE, PATH) != ROOT:
    raise SystemExit("The entry is NOT in the tree with this root.")
print("The entry is in the tree with the root", ROOT.hex())
if BODY is None:
    print("What it said was erased; that it stood there was not.")
elif hmac.digest(bytes.fromhex(SALT), {domain!r} + BODY.encode(), "sha256").hex() != json.loads(PUBLIC)["commitment"]:
    raise SystemExit("The text of the entry is NOT what was committed to.")
else:
    print("Its text is what was committed to:", BODY)
'''


def proof_text(found: Inclusion) -> str:
    """Return a proof as text that is a program of Python which checks it."""
    erased = found.body is None
    return _TEXT.format(
        seq=found.seq,
        size=found.size,
        root=found.root.hex(),
        public=found.public.decode(),
        path=json.dumps([each.hex() for each in found.path]),
        salt=repr(None if found.salt is None else found.salt.hex()),
        entry=repr(found.body),
        domain=DOMAIN,
        body="The entry was erased: nothing of its content remains." if erased else "Its text stands in BODY.",
    )
