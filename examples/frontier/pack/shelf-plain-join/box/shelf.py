"""Print a file of the folder ``public``."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "public")


def show(name):
    """Return the text of a file of the folder."""
    if name.startswith("/"):
        raise ValueError("a name does not begin with a slash")
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    print(show(sys.argv[1]))
