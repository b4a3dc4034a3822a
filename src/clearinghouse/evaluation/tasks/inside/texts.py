"""Runs inside a sandbox: prints a checksum of each file of source text below a folder, as JSON.

python3 texts.py FOLDER
"""

import json
import os
import sys
import zlib

ENDINGS = (".py", ".pyx", ".js", ".cjs", ".mjs", ".ts", ".c", ".h", ".cc", ".cpp", ".hpp", ".rs", ".go", ".java")
PASSED_OVER = ("node_modules", "__pycache__", "build", "target", "test", "tests", "docs")
"""Folders of what belongs to others, is made from the rest, or is no part of what runs."""


def main(root: str) -> None:
    """Print the checksums."""
    found = {}
    for at, folders, names in os.walk(root):
        folders[:] = [
            each for each in folders if each not in PASSED_OVER and not each.endswith((".dist-info", ".data"))
        ]
        for name in names:
            path = os.path.join(at, name)
            if name.endswith(ENDINGS) and not name.endswith((".min.js", ".d.ts")) and not os.path.islink(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, root)] = zlib.crc32(file.read())
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
