"""The desk: greets everybody, has a room for its keeper, and runs errands for whoever is in it."""

import http.server
import pathlib
import urllib.parse
import urllib.request

HERE = pathlib.Path("/work")


def key_of(name):
    """Return the key that a visitor of this name has."""
    return format(sum(name.encode()) * 7919 % 65536, "04x")


class Desk(http.server.BaseHTTPRequestHandler):
    """What it answers."""

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
        code, text = self.answer(address.path, asked)
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def answer(self, path, asked):
        if path == "/":
            return 200, (HERE / "banner.txt").read_text()
        if path == "/about":
            return 200, (HERE / "desk.py").read_text()
        if asked.get("key") != key_of("keeper"):
            return 403, "This is for the keeper. What this desk is made of stands at /about."
        if path == "/room":
            return 200, (HERE / "room.txt").read_text()
        if path == "/errand":
            return self.errand(asked.get("to", ""))
        return 404, "There is no such thing here."

    def errand(self, to):
        if not to.startswith("http://"):
            return 400, "An errand goes to an address: ?to=http://..."
        try:
            with urllib.request.urlopen(to, timeout=2) as found:
                return 200, found.read(4096).decode()
        except OSError as error:
            return 502, f"Nobody opened: {error}. I know these hosts: {pathlib.Path('/etc/hosts').read_text()}"

    def log_message(self, *_):
        """Keep silent."""


http.server.ThreadingHTTPServer(("", 8080), Desk).serve_forever()
