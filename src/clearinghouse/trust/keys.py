"""Keys that sign and keys that check: pairs in files, keys that stay in a service or a token, and rings of public keys.

Signing and checking is securesystemslib's (https://github.com/secure-systems-lab/securesystemslib), and so are the ids
of keys: SHA-256 over its canonical form of kind, scheme and public part. It comes with the extra ``attest`` and is
loaded when it is first needed, so that this module can be imported without.

A private key in a file is Ed25519 (RFC 8032) as PEM of PKCS #8 (RFC 5958, RFC 7468), without a passphrase, and its
owner's alone. Public keys are PEM of SubjectPublicKeyInfo (RFC 5280, 4.1): Ed25519, and, since key services have them,
ECDSA on P-256, P-384 or P-521, and RSA from 2,048 bits, which is taken as RSASSA-PSS with SHA-256.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from clearinghouse.records import ClearinghouseError
from clearinghouse.records.errors import install
from clearinghouse.trust.key_files import KeyFileError, place_pair, public_files, read_private, read_public, unfit

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import Key, Signer

T = TypeVar("T")

SMALLEST_RSA = 2_048
"""Of how many bits an RSA key has to be."""

_KINDS = ("ed25519", "ecdsa", "rsa")
_EXTRAS = {scheme: scheme for scheme in ("awskms", "gcpkms", "azurekms", "hsm", "tkey")} | {"hv": "vault"}
_FILE_SCHEME = "file2"  # securesystemslib's own, which would not ask who can read the file
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):")
_LABEL = re.compile(rb"^-----BEGIN ([A-Z0-9 ]{1,40})-----", re.MULTILINE)
_LONGEST_REASON = 200
_PUBLIC_REMEDY = "name a file that holds one public key as PEM: Ed25519, ECDSA on a NIST curve, or RSA"


class SignerError(ClearinghouseError):
    """A key service or token that cannot be reached, or does not sign as it should."""


class MissingLibraryError(ClearinghouseError):
    """What signs and checks is not installed."""

    def __init__(self) -> None:
        what = "signing and checking signatures needs securesystemslib and cryptography, which are not installed"
        super().__init__(what, install("attest"))


class PublicKey:
    """A key that checks signatures.

    Attributes:
        keyid: what signatures call it, a hint only. fingerprint: SHA-256 of its SubjectPublicKeyInfo in DER, which is
            one for one key, whatever it is called.
    """

    __slots__ = ("_key", "fingerprint", "keyid")

    def __init__(self, key: "Key") -> None:
        """Take a public key of securesystemslib.

        Raises:
            ValueError: it is none that is known here. MissingLibraryError.
        """
        self._key = key
        self.keyid = key.keyid
        self.fingerprint = _fingerprint(key)

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key that is written in PEM.

        Raises:
            ValueError: it is none, or of a kind that is not known here. MissingLibraryError.
        """
        _need()
        from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
        from securesystemslib.signer import SSlibKey  # noqa: PLC0415

        _expect(pem, b"PUBLIC KEY")
        return cls(_parsed(lambda: SSlibKey.from_crypto(load_pem_public_key(pem))))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the key in a file of PEM; a link to one is followed.

        Raises:
            KeyFileError: it cannot be read, anybody can write it, or it holds no public key. MissingLibraryError.
        """
        pem = read_public(path)
        try:
            return cls.from_pem(pem)
        except ValueError as error:
            raise unfit(path, f"holds no public key that can be used: {_reason(error)}", _PUBLIC_REMEDY) from None

    def to_pem(self) -> bytes:
        """Return the key in PEM."""
        from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415

        pem: bytes = _public(self._key).public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
        return pem

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether a signature is this key's over ``data``."""
        from securesystemslib.exceptions import UnverifiedSignatureError  # noqa: PLC0415
        from securesystemslib.signer import Signature  # noqa: PLC0415

        try:
            self._key.verify_signature(Signature(self.keyid, signature.hex()), data)
        except UnverifiedSignatureError:
            return False
        return True


class KeyRing:
    """Public keys that are believed, by their ids.

    Raises:
        ValueError: two different keys have one id.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[PublicKey] = ()) -> None:
        self._keys: dict[str, PublicKey] = {}
        for key in keys:
            known = self._keys.setdefault(key.keyid, key)
            if known.fingerprint != key.fingerprint:
                raise ValueError(f"two keys have the id {key.keyid!a}")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the key in a file, or all in the files of a folder whose names end in ``.pub`` or ``.pem``.

        Hidden files and folders in it are passed over. One that holds no public key makes the whole folder unfit: a
        ring that is smaller than somebody thinks refuses what it should accept.

        Raises:
            KeyFileError: one of them cannot be used (:meth:`PublicKey.load`), or there is none. MissingLibraryError.
        """
        return cls(PublicKey.load(each) for each in public_files(path))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[PublicKey]:
        return iter(self._keys.values())

    def get(self, keyid: str) -> PublicKey | None:
        """Return the key with an id."""
        return self._keys.get(keyid)


def make_key_pair(path: Path) -> PublicKey:
    """Make an Ed25519 key pair: a private key that only its owner can read, and a public one beside it, ``.pub``.

    Nothing is ever overwritten, and whoever looks sees a whole private key or none. When the machine stops between the
    two files the public one is missing, and can be made from the private one.

    Raises:
        KeyFileError: one of the files is there already, or cannot be written. MissingLibraryError.
    """
    _need()
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    public = key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    place_pair(path, private, path.parent / f"{path.name}.pub", public)
    return PublicKey.from_pem(public)


def load_private(path: Path) -> "Signer":
    """Return what signs with the Ed25519 key in a file.

    Raises:
        KeyFileError: it is a link or no plain file, belongs to somebody else, can be read or written by others, cannot
            be read, or holds no such key. MissingLibraryError.
    """
    _need()
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415

    try:
        pem = read_private(path)
    except KeyFileError:
        _require_not_public(path)  # who is told to chmod it first would be told the next thing then
        raise
    try:
        return CryptoSigner(_private_key(pem))
    except ValueError as error:
        _require_not_public(path)
        what = f"holds no private Ed25519 key as PEM of PKCS #8, without a passphrase: {_reason(error)}"
        remedy = "make a pair with this software, or a key with `openssl genpkey -algorithm ed25519`"
        raise unfit(path, what, remedy) from None


def _require_not_public(path: Path) -> None:
    """Tell who names the public half of a pair where the private one is needed."""
    try:
        public = _LABEL.findall(read_public(path)) == [b"PUBLIC KEY"]
    except KeyFileError:
        return
    if public:
        other = path.with_suffix("") if path.suffix == ".pub" else None
        remedy = f"name the other file of the pair{f': {other}' if other else ', which holds the private key'}"
        raise unfit(path, "is a public key, and signing needs the private one", remedy)


def signer_of(text: str, public: Path | None = None, secret: Callable[[str], str] | None = None) -> "Signer":
    """Return what signs with the key that a configuration names.

    Args:
        text: the path of a private key, or a URI of securesystemslib: ``awskms:ID``, ``gcpkms:NAME``,
            ``azurekms://HOST/keys/NAME/VERSION``, ``hsm:ID?label=TOKEN``, ``hv:NAME/VERSION`` and what else it
            knows. Services and tokens take their credentials from the environment, as their libraries document.
        public: the file of the public key; needed with a URI. secret: asked for what the key needs, such as a PIN.

    Raises:
        KeyFileError: see :func:`load_private` and :meth:`PublicKey.load`. SignerError: the URI is none that is known,
            its library is not installed, or the key cannot be had. MissingLibraryError.
    """
    named = _SCHEME.match(text)
    if named is None or named[1] == _FILE_SCHEME:
        return _own_signer(Path(text.removeprefix(f"{_FILE_SCHEME}:")), public)
    scheme = named[1]
    _need()
    from securesystemslib.exceptions import UnsupportedLibraryError  # noqa: PLC0415
    from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, Signer  # noqa: PLC0415

    if scheme not in SIGNER_FOR_URI_SCHEME:
        known = ", ".join(f"{each}:" for each in sorted(SIGNER_FOR_URI_SCHEME))
        raise SignerError(f"{scheme}: is no kind of key that can sign", f"name a file, or one of {known}")
    if public is None:
        what = f"a key that is named as {scheme}: needs its public key, and none is named"
        raise SignerError(what, "export it from the service as PEM and name that file")
    key = PublicKey.load(public)
    try:
        return Signer.from_priv_key_uri(text, key._key, secret or _no_secret)
    except UnsupportedLibraryError:
        extra = _EXTRAS.get(scheme)
        remedy = f"pip install 'securesystemslib[{extra}]'" if extra else "see the documents of securesystemslib"
        raise SignerError(f"the library for keys that are named as {scheme}: is not installed", remedy) from None
    except ClearinghouseError:
        raise
    except Exception as error:  # services raise what they like (securesystemslib, Signer)
        what = f"the key that is named as {scheme}: cannot be had: {_reason(error)}"
        raise SignerError(what, "see that it exists, fits its public key, and that you may use it") from error


def _own_signer(path: Path, public: Path | None) -> "Signer":
    signer = load_private(path)
    if public is not None and PublicKey.load(public).fingerprint != PublicKey(signer.public_key).fingerprint:
        raise unfit(public, f"is not the public key of {path}", "name the two files of one pair")
    return signer


def _no_secret(name: str) -> str:
    raise SignerError(f"the key asks for its {name}, and nobody is there to answer", "name a key that needs none")


def _need() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415
        import securesystemslib.signer  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingLibraryError from error


def _private_key(pem: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    _expect(pem, b"PRIVATE KEY")
    key = _parsed(lambda: load_pem_private_key(pem, None))
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is of another kind")  # noqa: TRY004 - of key, not of value
    return key


def _fingerprint(key: "Key") -> str:
    public = _public(key)
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415

    return hashlib.sha256(public.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _public(key: "Key") -> Any:
    """Return a key as cryptography has it."""
    _need()
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, SSlibKey  # noqa: PLC0415

    known = KEY_FOR_TYPE_AND_SCHEME.get((key.keytype, key.scheme)) is SSlibKey and isinstance(key, SSlibKey)
    if not known or key.keytype not in _KINDS:
        raise ValueError(f"keys of kind {key.keytype!a} with scheme {key.scheme!a} are not known")
    text: str = key.keyval["public"]
    public: Any = (
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
        if key.keytype == "ed25519"
        else _parsed(lambda: forms.load_pem_public_key(text.encode()))
    )
    if isinstance(public, RSAPublicKey) and public.key_size < SMALLEST_RSA:
        raise ValueError(f"it has {public.key_size} bits, of {SMALLEST_RSA} that RSA needs")
    return public


def _parsed(load: Callable[[], T]) -> T:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

    try:
        return load()
    except (ValueError, TypeError, UnsupportedAlgorithm):  # what they say is about types of theirs
        raise ValueError("it is damaged, or of another kind") from None


def _expect(pem: bytes, label: bytes) -> None:
    labels = _LABEL.findall(pem)
    if labels != [label]:
        found = ", ".join(each.decode("ascii") for each in labels[:3]) or "nothing in PEM"
        raise ValueError(f"one {label.decode()} was expected, {found} stands there")


def _reason(error: Exception) -> str:
    """What a library says, on one line and not at length."""
    said = " ".join(str(error).split())[:_LONGEST_REASON]
    return said or type(error).__name__
