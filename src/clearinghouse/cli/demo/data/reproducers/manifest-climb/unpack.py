"""Unpacks a manifest with a member of a given name into a folder of its own, below the current one."""

import io
import sys
import zipfile
from pathlib import Path

from app.uploads import unpack_manifest

file = io.BytesIO()
with zipfile.ZipFile(file, "w") as archive:
    archive.writestr("list/first.csv", "a manifest")
    archive.writestr(sys.argv[1], "a manifest")
unpack_manifest(file, Path("unpacked"))
