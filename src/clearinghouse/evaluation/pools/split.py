"""Which families are for development, and which are held out.

Scaffolds and prompts are chosen on the one part and scored on the other, so that the best of many tries is not taken
for what a model can do. The split follows from the root alone: families are sorted by HMAC-SHA-256 of their commitment
under ``SHA-256("clearinghouse split 1" 00 root)``, and the first ones, as many as the policy's share says, are for
development.

Who makes a pool could make it again and again until the split pleases. What they cannot do is to choose it once the
root stands in a plan.
"""

import hashlib
import hmac

from clearinghouse.evaluation.pools.manifest import Manifest

_SPLIT = b"clearinghouse split 1\x00"


def development(manifest: Manifest) -> tuple[str, ...]:
    """Return the families for development, by their commitments."""
    ordered = _ordered(manifest)
    return ordered[: len(ordered) * manifest.header.policy.development_percent // 100]


def held_out(manifest: Manifest) -> tuple[str, ...]:
    """Return the other families; draws are made from them alone."""
    ordered = _ordered(manifest)
    return ordered[len(development(manifest)) :]


def _ordered(manifest: Manifest) -> tuple[str, ...]:
    key = hashlib.sha256(_SPLIT + bytes.fromhex(manifest.root)).digest()
    return tuple(sorted(manifest.groups, key=lambda each: hmac.digest(key, bytes.fromhex(each), "sha256")))
