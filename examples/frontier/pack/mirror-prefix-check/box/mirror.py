"""Answer requests for files of a mirror."""

import os
import sys
from urllib.parse import unquote

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.join(HERE, "releases")


def path_of(request):
    """Return the file that a request is for; what leaves the root is refused."""
    if ".." in request:
        raise PermissionError("no way up")
    path = os.path.realpath(os.path.join(ROOT, unquote(request).lstrip("/")))
    if not path.startswith(ROOT):
        raise PermissionError("outside of the mirror")
    return path


def answer(request):
    """Return the answer to a request."""
    try:
        with open(path_of(request), encoding="utf-8") as file:
            return "200 " + file.read()
    except PermissionError as error:
        return "403 " + str(error)
    except OSError:
        return "404"


if __name__ == "__main__":
    print(answer(sys.argv[1]))
