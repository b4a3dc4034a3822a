"""Tokens of visitors: who they are, with a proof that we said so."""

import base64
import hashlib
import hmac
import json
import sys


def unpacked(part):
    """Return the bytes of a part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def packed(data):
    """Return bytes as a part of a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


ALGORITHMS = {
    "hs256": lambda key, data: hmac.digest(key, data, "sha256"),
    "hs512": lambda key, data: hmac.digest(key, data, "sha512"),
    "none": lambda key, data: b"",
}


def read(token, key):
    """Return what a token says, if its proof is right."""
    head, body, proof = token.split(".")
    algorithm = json.loads(unpacked(head))["alg"]
    if algorithm == "none":
        raise PermissionError("a proof is needed")
    expected = ALGORITHMS[algorithm.lower()](key, f"{head}.{body}".encode())
    if not hmac.compare_digest(expected, unpacked(proof)):
        raise PermissionError("the proof is wrong")
    return json.loads(unpacked(body))


if __name__ == "__main__":
    with open("canary.txt", encoding="utf-8") as file:
        canary = file.read()
    with open(sys.argv[1], encoding="ascii") as file:
        user = read(file.read().strip(), hashlib.sha256(canary.encode()).digest())["user"]
    print("hello", user, canary if user == "chair" else "")
