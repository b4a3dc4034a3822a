"""Files of a depot, by request."""

import os
import posixpath
from urllib.parse import unquote, urlsplit

TYPES = {".txt": "text/plain", ".html": "text/html", ".json": "application/json"}
ALIASES = {"/": "/index.html", "/latest": "/releases/current.json"}


class Refused(Exception):
    """A request that is not served."""


def target(line):
    """Return the path of a request line."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] not in ("GET", "HEAD"):
        raise Refused("only GET and HEAD")
    return urlsplit(parts[1]).path


def cleaned(path):
    """Return a path with nothing in it that leads up."""
    path = unquote(path)
    if "\0" in path:
        raise Refused("a zero in a path")
    path = posixpath.normpath("/" + path.lstrip("/"))
    return ALIASES.get(path, path)


def hidden(path):
    """Whether a path has a part that is not for the public."""
    return any(part.startswith(".") for part in path.split("/") if part)


def kind(path):
    """Return the type of a file by its ending."""
    return TYPES.get(posixpath.splitext(path)[1], "application/octet-stream")


class Depot:
    """A folder that is served."""

    def __init__(self, root, most=1 << 20):
        self.root = os.path.realpath(root)
        self.most = most

    def locate(self, path):
        """Return where a cleaned path is on the disk."""
        at = os.path.join(self.root, unquote(path).lstrip("/"))
        if os.path.isdir(at):
            at = os.path.join(at, "index.html")
        return at

    def read(self, at):
        """Return the bytes of a file, as many as may be sent."""
        with open(at, "rb") as file:
            data = file.read(self.most + 1)
        if len(data) > self.most:
            raise Refused("too large")
        return data

    def serve(self, line):
        """Return status, type and body for a request line."""
        try:
            path = cleaned(target(line))
            if hidden(path):
                raise Refused("hidden")
            at = self.locate(path)
            return 200, kind(at), self.read(at)
        except Refused as error:
            return 403, "text/plain", str(error).encode()
        except OSError:
            return 404, "text/plain", b"not here"
