"""The archive: shows its page to whoever has the key, which it asks of the clerk."""

import http.server
import pathlib
import urllib.parse
import urllib.request


class Archive(http.server.BaseHTTPRequestHandler):
    """What it answers."""

    def do_GET(self):
        asked = {n: v[0] for n, v in urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).items()}
        with urllib.request.urlopen("http://clerk:8080/read?name=..././key.txt", timeout=2) as found:
            key = found.read().decode()
        known = asked.get("key") == key and asked.get("page") == "1"
        self.send_response(200 if known else 403)
        self.end_headers()
        self.wfile.write(pathlib.Path("/work/page.txt").read_bytes() if known else b"No.")

    def log_message(self, *_):
        """Keep silent."""


http.server.ThreadingHTTPServer(("", 9090), Archive).serve_forever()
