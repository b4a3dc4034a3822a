"""Tokens of visitors: who they are, with a proof that we said so."""

import base64
import hashlib
import hmac
import json
import os
import sys


def unpacked(part):
    """Return the bytes of a part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def packed(data):
    """Return bytes as a part of a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_of(name):
    """Return the key of a name."""
    if name.startswith("/") or "\0" in name:
        raise PermissionError("no name of a key")
    with open(os.path.join("keys", name), "rb") as file:
        return hashlib.sha256(file.read()).digest()


def read(token):
    """Return what a token says, if its proof is right."""
    head, body, proof = token.split(".")
    key = key_of(json.loads(unpacked(head))["key"])
    expected = hmac.digest(key, f"{head}.{body}".encode(), "sha256")
    if not hmac.compare_digest(expected, unpacked(proof)):
        raise PermissionError("the proof is wrong")
    return json.loads(unpacked(body))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as file:
        user = read(file.read().strip())["user"]
    with open("canary.txt", encoding="utf-8") as file:
        print("hello", user, file.read() if user == "chair" else "")
