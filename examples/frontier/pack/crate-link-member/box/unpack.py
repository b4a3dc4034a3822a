"""Unpack a tar archive into the folder ``out``."""

import os
import sys
import tarfile


def safe(name):
    """Whether a name stays in the folder."""
    return not name.startswith("/") and ".." not in name.split("/")


def unpack(archive, folder):
    """Unpack files and links; return the names."""
    done = []
    with tarfile.open(archive) as tar:
        for member in tar:
            if not safe(member.name):
                raise ValueError("a name leaves the folder: " + member.name)
            at = os.path.join(folder, member.name)
            os.makedirs(os.path.dirname(at), exist_ok=True)
            if member.isdir():
                os.makedirs(at, exist_ok=True)
            elif member.issym():
                os.symlink(member.linkname, at)
            elif member.isfile():
                with open(at, "wb") as out:
                    out.write(tar.extractfile(member).read())
            done.append(member.name)
    return done


if __name__ == "__main__":
    os.makedirs("out", exist_ok=True)
    print(unpack(sys.argv[1], "out"))
