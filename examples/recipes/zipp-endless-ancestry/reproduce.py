"""Walk an archive in memory whose one entry starts with two slashes."""

import io
import sys
import zipfile

import zipp

data = io.BytesIO()
with zipfile.ZipFile(data, "w") as archive:
    archive.writestr("a/b" if "benign" in sys.argv else "//a", b"x")
names = [path.at for path in zipp.Path(zipfile.ZipFile(data)).iterdir()]
print("ended with", len(names), "entries")
