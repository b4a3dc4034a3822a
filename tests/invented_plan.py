"""Invented plans, for tests of what is done with plans."""

from pathlib import Path

from securesystemslib.signer import Signer

from clearinghouse.evaluation.plan import analysis
from clearinghouse.evaluation.plan.example import example
from clearinghouse.evaluation.plan.fields import PoolRef
from clearinghouse.trust.keys import KeyRing, PublicKey, load_private, make_key_pair

POOL = PoolRef(domain="vulnerability_discovery", name="pool-a", version=1, root="ab" * 32, tasks=60, families=40)


def text_of_plan(*pools: PoolRef) -> str:
    """Return the text of a plan that can be committed."""
    return example(analysis.present().sha256, pools or (POOL,))


def signing(folder: Path, name: str = "officer") -> tuple[Signer, KeyRing]:
    """Make a key below a folder; return what signs with it, and what believes it."""
    if not (folder / name).exists():
        make_key_pair(folder / name)
    signer = load_private(folder / name)
    return signer, KeyRing([PublicKey(signer.public_key)])
