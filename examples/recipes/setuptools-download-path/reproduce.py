"""Download from a loopback server by a link with an encoded path; only /work is ever written."""

import os
import sys
import threading
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer

warnings.simplefilter("ignore")
from setuptools.package_index import PackageIndex  # noqa: E402


class Handler(BaseHTTPRequestHandler):
    """Answers every path with the marker."""

    def do_GET(self):
        """Send the marker."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"marker")

    def log_message(self, *_):
        """Keep the log out of the output."""


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.makedirs("downloads", exist_ok=True)
target = urllib.parse.quote(os.path.abspath("escaped.txt"), safe="")
name = "plain.txt" if "benign" in sys.argv else target
try:
    # The public download() ends in this method; it is called directly because it needs no package page.
    print("written to:", PackageIndex()._download_url(f"http://127.0.0.1:{server.server_port}/{name}", "downloads"))
except ValueError as error:
    print("refused:", error)
