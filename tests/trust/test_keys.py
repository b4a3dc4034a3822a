"""Keys in files, rings of them, and those that stay elsewhere: made, found, and refused."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Signer, SSlibKey

from clearinghouse.records import ClearinghouseError
from clearinghouse.records.errors import install
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.envelope import sign, verify
from clearinghouse.trust.key_files import LARGEST_KEY_FILE, MOST_KEYS, KeyFileError
from clearinghouse.trust.keys import KeyRing, PublicKey, SignerError, load_private, make_key_pair, signer_of
from clearinghouse.trust.statement import Statement

STATEMENT = Statement.of([("report", "ab" * 32)], "https://example.org/verdict/v1", {"verdict": "reproduced"})


def public_pem(key):
    return key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)


def private_pem(key, form=forms.PrivateFormat.PKCS8, sealed=None):
    return key.private_bytes(forms.Encoding.PEM, form, sealed or forms.NoEncryption())


def private_file(folder, data, mode=0o600):
    path = folder / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def mode_of(path):
    return path.stat().st_mode & 0o7777


def test_a_pair_signs_and_checks(tmp_path):
    made = make_key_pair(tmp_path / "key")
    signer = load_private(tmp_path / "key")
    known = KeyRing.load(tmp_path / "key.pub")
    assert [each.keyid for each in known] == [made.keyid] == [signer.public_key.keyid]
    assert verify(sign(STATEMENT, [signer]).to_bytes(), known).keyids == (made.keyid,)


def test_a_pair_is_two_files_and_nothing_else(tmp_path):
    before = os.umask(0)  # the widest: the modes must not depend on it
    try:
        make_key_pair(tmp_path / "key")
    finally:
        os.umask(before)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["key", "key.pub"]
    assert (mode_of(tmp_path / "key"), mode_of(tmp_path / "key.pub")) == (0o600, 0o644)
    private = forms.load_pem_private_key((tmp_path / "key").read_bytes(), None)
    assert isinstance(private, ed25519.Ed25519PrivateKey)
    assert private_pem(private) == (tmp_path / "key").read_bytes()
    assert public_pem(private) == (tmp_path / "key.pub").read_bytes()


def test_ids_and_fingerprints_are_what_they_are_said_to_be(tmp_path):
    made = make_key_pair(tmp_path / "key")
    public = forms.load_pem_public_key((tmp_path / "key.pub").read_bytes())
    form = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public.public_bytes_raw().hex()}}
    assert made.keyid == sha256(canonical(form)).hexdigest() == SSlibKey.from_crypto(public).keyid
    der = public.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)
    assert made.fingerprint == sha256(der).hexdigest()


@pytest.mark.parametrize("name", ["key", "key.pub"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(KeyFileError, match=f"{name} is there already$"):
        make_key_pair(tmp_path / "key")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("name", ["key", "key.pub"])
def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path, name):
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="is there already"):
        make_key_pair(tmp_path / "key")
    assert not (tmp_path / "elsewhere").exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_pair_is_made_whole_or_not_at_all(tmp_path):
    # A name with which the private key's file can be made, and the public one's, four characters longer, cannot.
    with pytest.raises(KeyFileError, match="cannot be made: File name too long"):
        make_key_pair(tmp_path / ("k" * 243))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["missing/key", "file/key", "", ".", "zero\x00"])
def test_a_pair_needs_a_place(tmp_path, path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError) as refused:
        make_key_pair(tmp_path / path)
    assert refused.value.remedy
    assert refused.value.source


def test_of_many_that_make_one_pair_one_succeeds(tmp_path):
    def attempt(_):
        try:
            return make_key_pair(tmp_path / "key").keyid
        except KeyFileError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(attempt, range(32)) if each]
    assert made == [load_private(tmp_path / "key").public_key.keyid]
    assert made == [each.keyid for each in KeyRing.load(tmp_path)]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o777])
def test_a_private_key_that_others_could_use_is_refused(tmp_path, mode):
    make_key_pair(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyFileError, match=r"can be read or written by others$") as refused:
        load_private(tmp_path / "key")
    assert refused.value.remedy.startswith(f"chmod 600 {tmp_path / 'key'}")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_private_key_that_only_its_owner_can_use_is_taken(tmp_path, mode):
    make_key_pair(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    assert load_private(tmp_path / "key")


def test_somebody_elses_private_key_is_refused(tmp_path):
    path = Path("/etc/passwd")  # root's, on every system on which this runs
    if os.geteuid() == 0:
        make_key_pair(tmp_path / "key")
        path = tmp_path / "key"
        os.chown(path, 65534, -1)
    with pytest.raises(KeyFileError, match=r"belongs to somebody else$"):
        load_private(path)


def test_a_link_to_a_private_key_is_refused(tmp_path):
    make_key_pair(tmp_path / "key")
    (tmp_path / "link").symlink_to("key")
    with pytest.raises(KeyFileError, match="is a link"):
        load_private(tmp_path / "link")
    (tmp_path / "nowhere").symlink_to("missing")
    with pytest.raises(KeyFileError, match="is a link"):
        load_private(tmp_path / "nowhere")


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_the_public_half_does_not_sign_and_is_told_from_the_private_one(tmp_path, mode):
    make_key_pair(tmp_path / "key")
    (tmp_path / "key.pub").chmod(mode)
    with pytest.raises(KeyFileError, match=r"key\.pub is a public key, and signing needs the private one$") as refused:
        load_private(tmp_path / "key.pub")
    assert refused.value.remedy == f"name the other file of the pair: {tmp_path / 'key'}"
    (tmp_path / "key.pub").rename(tmp_path / "other.pem")
    with pytest.raises(KeyFileError) as refused:
        load_private(tmp_path / "other.pem")
    assert refused.value.remedy == "name the other file of the pair, which holds the private key"


@pytest.mark.parametrize("load", [load_private, PublicKey.load])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, load):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path, Path(os.devnull)):
        with pytest.raises(KeyFileError, match=r"is no plain file$"):
            load(path)


@pytest.mark.parametrize("load", [load_private, PublicKey.load, KeyRing.load])
def test_what_is_not_there_is_said(tmp_path, load):
    with pytest.raises(KeyFileError, match="cannot be read: No such file or directory"):
        load(tmp_path / "missing")
    with pytest.raises(KeyFileError, match="cannot be read"):
        load(tmp_path / "zero\x00")


ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
TRADITIONAL = forms.PrivateFormat.TraditionalOpenSSL

NO_PRIVATE_KEY = {
    "nothing": b"",
    "noise": b"\x00\xff" * 100,
    "ECDSA": private_pem(P256),
    "RSA": private_pem(RSA),
    "X25519": private_pem(x25519.X25519PrivateKey.generate()),
    "Ed448": private_pem(ed448.Ed448PrivateKey.generate()),
    "another form": private_pem(RSA, TRADITIONAL),
    "OpenSSH's form": private_pem(ED25519, forms.PrivateFormat.OpenSSH),
    "with a passphrase": private_pem(ED25519, sealed=forms.BestAvailableEncryption(b"secret")),
    "with a passphrase, of old": private_pem(P256, TRADITIONAL, forms.BestAvailableEncryption(b"secret")),
    "half of it": private_pem(ED25519)[:-40],
    "damaged": private_pem(ED25519).replace(b"MC4", b"MC5"),
    "two": private_pem(ED25519) * 2,
    "a private and a public key": private_pem(ED25519) + public_pem(ED25519),
    "DER": ED25519.private_bytes(forms.Encoding.DER, forms.PrivateFormat.PKCS8, forms.NoEncryption()),
}


@pytest.mark.parametrize("data", NO_PRIVATE_KEY.values(), ids=NO_PRIVATE_KEY)
def test_another_private_key_is_refused(tmp_path, data):
    with pytest.raises(KeyFileError, match=r"holds no private Ed25519 key as PEM of PKCS #8.*: .") as refused:
        load_private(private_file(tmp_path, data))
    assert "secret" not in refused.value.what
    assert refused.value.what.isprintable()
    assert refused.value.source == str(tmp_path / "key")


@pytest.mark.parametrize("load", [load_private, PublicKey.load])
def test_a_long_file_is_not_read(tmp_path, load):
    path = private_file(tmp_path, private_pem(ED25519) + b"\n" * LARGEST_KEY_FILE)
    with pytest.raises(KeyFileError, match="has more than 65,536 bytes"):
        load(path)


PUBLIC = {
    "ed25519": ED25519,
    "p-256": P256,
    "p-384": ec.generate_private_key(ec.SECP384R1()),
    "p-521": ec.generate_private_key(ec.SECP521R1()),
    "rsa": RSA,
}


@pytest.mark.parametrize("key", PUBLIC.values(), ids=PUBLIC)
def test_public_keys_that_services_have_are_read(tmp_path, key):
    (tmp_path / "a.pem").write_bytes(public_pem(key))
    signer = CryptoSigner(key)
    known = KeyRing.load(tmp_path)
    assert verify(sign(STATEMENT, [signer]), known).keyids == (signer.public_key.keyid,)


NO_PUBLIC_KEY = {
    "nothing": b"",
    "noise": b"\x00\xff" * 100,
    "a private key": private_pem(ED25519),
    "X25519": public_pem(x25519.X25519PrivateKey.generate()),
    "Ed448": public_pem(ed448.Ed448PrivateKey.generate()),
    "another curve": public_pem(ec.generate_private_key(ec.SECP256K1())),
    "a small RSA": public_pem(rsa.generate_private_key(65537, 1024)),
    "another form": RSA.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.PKCS1),
    "OpenSSH's form": ED25519.public_key().public_bytes(forms.Encoding.OpenSSH, forms.PublicFormat.OpenSSH),
    "two": public_pem(ED25519) + public_pem(P256),
    "half of it": public_pem(ED25519)[:-40],
    "a label alone": b"-----BEGIN PUBLIC KEY-----\n",
    "a label without end": b"-----BEGIN PUBLIC KEY-----\n" * 2_000,
}


@pytest.mark.parametrize("data", NO_PUBLIC_KEY.values(), ids=NO_PUBLIC_KEY)
def test_another_public_key_is_refused(tmp_path, data):
    (tmp_path / "key.pub").write_bytes(data)
    with pytest.raises(KeyFileError, match="holds no public key that can be used: ") as refused:
        KeyRing.load(tmp_path)
    assert refused.value.what.isprintable()
    assert refused.value.source == str(tmp_path / "key.pub")


def test_a_public_key_that_anybody_can_write_is_refused(tmp_path):
    make_key_pair(tmp_path / "key")
    (tmp_path / "key.pub").chmod(0o666)
    with pytest.raises(KeyFileError, match="can be written by anybody"):
        KeyRing.load(tmp_path)
    (tmp_path / "key.pub").chmod(0o664)
    assert len(KeyRing.load(tmp_path)) == 1


def test_a_folder_is_read_with_what_it_has(tmp_path):
    made = [make_key_pair(tmp_path / name).keyid for name in "abc"]
    (tmp_path / "linked.pem").symlink_to("a.pub")  # how secrets are mounted into containers
    (tmp_path / "README").write_text("whose they are")
    (tmp_path / ".hidden.pub").write_text("no key")
    (tmp_path / "folder.pub").mkdir()
    known = KeyRing.load(tmp_path)
    assert [each.keyid for each in known] == made
    assert [known.get(each) is not None for each in (*made, "other")] == [True, True, True, False]


def test_one_unfit_file_makes_the_folder_unfit(tmp_path):
    make_key_pair(tmp_path / "a")
    (tmp_path / "b.pub").write_text("no key")
    with pytest.raises(KeyFileError, match=r"b\.pub holds no public key"):
        KeyRing.load(tmp_path)


def test_a_folder_without_keys_is_no_ring(tmp_path):
    with pytest.raises(KeyFileError, match=r"holds no public keys$"):
        KeyRing.load(tmp_path)


def test_a_folder_with_too_many_files_is_not_read(tmp_path):
    for at in range(MOST_KEYS + 1):
        (tmp_path / f"{at}.pub").touch()
    with pytest.raises(KeyFileError, match="holds 10,001 files of keys, of which 10,000 are read"):
        KeyRing.load(tmp_path)


def test_two_keys_under_one_id_are_no_ring():
    keys = [SSlibKey.from_crypto(each.public_key(), keyid="one") for each in (ED25519, P256)]
    with pytest.raises(ValueError, match="two keys have the id 'one'"):
        KeyRing(map(PublicKey, keys))


@pytest.mark.parametrize(
    "key",
    [
        SSlibKey("a", "ed25519", "ed448", {"public": "00" * 32}),
        SSlibKey("a", "ed25519", "ed25519", {"public": "00" * 31}),
        SSlibKey("a", "ed25519", "ed25519", {"public": "no hex"}),
        SSlibKey("a", "ecdsa", "ecdsa-sha2-nistp256", {"public": "no PEM"}),
        SSlibKey("a", "rsa", "pgp+rsa-pkcsv1.5", {"public": "00"}),
        SSlibKey("a", "ml-dsa", "ml-dsa-65/1", {"public": "00"}),
    ],
    ids=["scheme", "length", "hexadecimal", "PEM", "PGP", "ML-DSA"],
)
def test_a_key_that_is_not_known_is_refused(key):
    with pytest.raises(ValueError, match=r".{8}"):
        PublicKey(key)


def test_a_path_names_a_signer(tmp_path):
    made, other = make_key_pair(tmp_path / "key"), make_key_pair(tmp_path / "other")
    for text in (str(tmp_path / "key"), f"file2:{tmp_path / 'key'}"):
        assert signer_of(text).public_key.keyid == made.keyid
        assert signer_of(text, tmp_path / "key.pub").public_key.keyid == made.keyid
        with pytest.raises(KeyFileError, match=r"other\.pub is not the public key of .*key$"):
            signer_of(text, tmp_path / "other.pub")
    assert other.keyid != made.keyid


def test_a_path_as_a_uri_is_looked_at_as_well(tmp_path):
    make_key_pair(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(KeyFileError, match="by others"):
        signer_of(f"file2:{tmp_path / 'key'}", tmp_path / "key.pub")


@pytest.mark.parametrize("uri", ["awskms:alias/a", "gcpkms:projects/a", "azurekms://a.example.org/keys/a/1", "hsm:2"])
def test_a_key_service_without_its_library_says_which(tmp_path, uri):
    # In an interpreter that has none of these libraries, whatever is installed here.
    (tmp_path / "key.pub").write_bytes(public_pem(P256))
    scheme = uri.partition(":")[0]
    found = run(
        f"""
        try:
            signer_of({uri!r}, Path({str(tmp_path / "key.pub")!r}))
        except SignerError as error:
            print(error.what, error.remedy, sep="\\n")
        """,
        without=["boto3", "botocore", "google.cloud", "azure", "pkcs11"],
    )
    assert found == [
        f"the library for keys that are named as {scheme}: is not installed",
        f"pip install 'securesystemslib[{scheme}]'",
    ]


def test_a_uri_that_is_not_known_says_which_are():
    with pytest.raises(SignerError, match=r"^nowhere: is no kind of key") as refused:
        signer_of("nowhere:key")
    assert "awskms:" in refused.value.remedy


def test_a_uri_needs_a_public_key():
    with pytest.raises(SignerError, match="needs its public key"):
        signer_of("awskms:alias/a")


class Drill(Signer):
    """A token, in memory, as securesystemslib lets anybody add one."""

    def __init__(self, key, public_key, pin):
        self._key, self._public_key, self._pin = key, public_key, pin

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):
        if priv_key_uri == "drill:broken":
            raise ConnectionError("no token\nis there")
        return cls(P256, public_key, secrets_handler("pin") if priv_key_uri == "drill:pin" else "")

    @property
    def public_key(self):
        return self._public_key

    def sign(self, payload):
        return CryptoSigner(self._key, self._public_key).sign(payload)


@pytest.fixture
def drill(tmp_path):
    SIGNER_FOR_URI_SCHEME["drill"] = Drill
    (tmp_path / "key.pub").write_bytes(public_pem(P256))
    yield tmp_path / "key.pub"
    del SIGNER_FOR_URI_SCHEME["drill"]


def test_a_key_that_stays_elsewhere_signs(drill):
    signer = signer_of("drill:1", drill)
    assert verify(sign(STATEMENT, [signer]), KeyRing.load(drill)).keyids == (signer.public_key.keyid,)


def test_a_key_that_cannot_be_had_is_said(drill):
    with pytest.raises(SignerError, match=r"^the key that is named as drill: cannot be had: no token is there$"):
        signer_of("drill:broken", drill)


def test_a_token_is_told_its_pin(drill):
    assert signer_of("drill:pin", drill, lambda name: f"the {name}")._pin == "the pin"
    with pytest.raises(SignerError, match="asks for its pin"):
        signer_of("drill:pin", drill)


def test_a_token_with_another_public_key_is_noticed_when_it_signs(drill):
    drill.write_bytes(public_pem(PUBLIC["p-384"]))
    with pytest.raises(SignerError):
        sign(STATEMENT, [signer_of("drill:1", drill)])


def run(code, without):
    """What some code says in a new interpreter that lacks some packages."""
    lines = [line.removeprefix("        ") for line in code.strip("\n").splitlines()]
    start = [
        "import sys",
        f"sys.modules.update(dict.fromkeys({without!r}))",
        "from pathlib import Path",
        "from clearinghouse.records import ClearinghouseError",
        "from clearinghouse.trust.keys import *",
        "from clearinghouse.trust import commitment, envelope, key_files, merkle, statement",
    ]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(start + lines)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("library", ["securesystemslib", "cryptography"])
def test_without_the_libraries_everything_else_works(tmp_path, library):
    (tmp_path / "key.pub").write_bytes(public_pem(ED25519))
    private_file(tmp_path, private_pem(ED25519))
    found = run(
        f"""
        folder = Path({str(tmp_path)!r})
        print(merkle.EMPTY_ROOT.hex()[:8], len(statement.Statement.of([("", "0" * 64)], "a:b", {{}}).to_bytes()))
        print(envelope.Envelope.from_bytes(envelope.Envelope(b"a", "b", ()).to_bytes()).payload)
        for attempt in (
            lambda: make_key_pair(folder / "other"),
            lambda: load_private(folder / "key"),
            lambda: KeyRing.load(folder),
            lambda: signer_of("awskms:a", folder / "key.pub"),
        ):
            try:
                attempt()
            except ClearinghouseError as error:
                print(type(error).__name__, error.remedy)
        """,
        without=[library],
    )
    assert found[1] == "b'a'"
    assert found[2:] == [f"MissingLibraryError {install('attest')}"] * 4
    assert sorted(each.name for each in tmp_path.iterdir()) == ["key", "key.pub"]


def test_importing_loads_no_library():
    code = 'print(*sorted({each.partition(".")[0] for each in sys.modules} & {"securesystemslib", "cryptography"}))'
    assert run(code, without=[]) == [""]


def test_every_refusal_is_one_that_people_can_act_on():
    for kind in (KeyFileError, SignerError):
        assert issubclass(kind, ClearinghouseError)
