"""Invented plans, for tests of what is done with plans. Their keys follow from the names of roles, so that any test can
name the keys of a plan before it makes them.
"""

import hashlib
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, Signer

from clearinghouse.evaluation.plan import analysis
from clearinghouse.evaluation.plan.example import example
from clearinghouse.evaluation.plan.fields import KeyOf, PoolRef, Reference, Role
from clearinghouse.trust.keys import KeyRing, PublicKey, load_private

POOL = PoolRef(domain="vulnerability_discovery", name="pool-a", version=1, root="ab" * 32, tasks=60, families=40)
HOLDERS = {
    "assessor": (Role.ASSESSOR, "Ada Assessor"),
    "developer": (Role.DEVELOPER, "Dave Developer"),
    "operator": (Role.OPERATOR, "Otto Operator"),
    "officer": (Role.OFFICER, "Olga Officer"),
    "second": (Role.OFFICER, "Nora Next"),
}
"""Who holds which key in every invented plan: roles and names by the names of the keys."""


@cache
def private(name: str) -> Ed25519PrivateKey:
    """Return the invented private key of a name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


@cache
def key_id(name: str) -> str:
    """Return the id of the invented key of a name."""
    return str(CryptoSigner(private(name)).public_key.keyid)


def holders() -> tuple[KeyOf, ...]:
    """Return the keys of every invented plan."""
    return tuple(KeyOf(role=role, name=who, id=key_id(name)) for name, (role, who) in HOLDERS.items())


def text_of_plan(*pools: PoolRef, keys: tuple[KeyOf, ...] | None = None, references: tuple[Reference, ...] = ()) -> str:
    """Return the text of a plan that can be committed."""
    return example(analysis.present().sha256, pools or (POOL,), holders() if keys is None else keys, references)


def key_pair(path: Path, name: str) -> None:
    """Write the invented key of a name as `validate key make` writes one."""
    key = private(name)
    path.write_bytes(key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()))
    path.chmod(0o600)
    public = key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    path.with_name(f"{path.name}.pub").write_bytes(public)


def signing(folder: Path, name: str = "assessor") -> tuple[Signer, KeyRing]:
    """Make a key below a folder; return what signs with it, and what believes it."""
    if not (folder / name).exists():
        key_pair(folder / name, name)
    signer = load_private(folder / name)
    return signer, KeyRing([PublicKey(signer.public_key)])
