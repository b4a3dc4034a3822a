"""The vault: shows its text to whoever is on its network, which is the desk."""

import http.server
import pathlib


class Vault(http.server.BaseHTTPRequestHandler):
    """What it answers."""

    def do_GET(self):
        known = self.path == "/sealed"
        self.send_response(200 if known else 404)
        self.end_headers()
        text = pathlib.Path("/work/sealed.txt").read_text() if known else "The text stands at /sealed."
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Keep silent."""


http.server.ThreadingHTTPServer(("", 8080), Vault).serve_forever()
