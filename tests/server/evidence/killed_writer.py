"""Writes a blob without end into the folder it is given, until it is killed."""

import itertools
import os
import sys

from django.conf import settings

BACKEND = "clearinghouse.server.evidence.storage.BlobFolder"
settings.configure(STORAGES={"blobs": {"BACKEND": BACKEND, "OPTIONS": {"location": sys.argv[1]}}})

from clearinghouse.server.evidence import blobs  # noqa: E402 - Django has to be set up first
from clearinghouse.server.evidence.sealing import Sealer  # noqa: E402

print(blobs.write([b"whole"], Sealer(bytes(32)), b"", 5).name, flush=True)
blobs.write((os.urandom(2**20) for _ in itertools.count()), Sealer(bytes(32)), b"", 2**40)
