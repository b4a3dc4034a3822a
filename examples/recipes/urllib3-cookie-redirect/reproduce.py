"""Follow a redirect between two loopback servers and see whether the cookie comes along."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import urllib3


class Handler(BaseHTTPRequestHandler):
    """The first origin redirects, the second keeps what cookie it got."""

    def do_GET(self):
        """Redirect or keep."""
        if self.path == "/start":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{second.server_port}/end")
        else:
            seen.append(self.headers.get("Cookie"))
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Keep the log out of the output."""


seen = []
first, second = (HTTPServer(("127.0.0.1", 0), Handler) for _ in range(2))
for server in (first, second):
    threading.Thread(target=server.serve_forever, daemon=True).start()

# The control follows the same redirect and has no cookie to lose.
headers = {"Accept": "*/*"} if "benign" in sys.argv else {"Cookie": "session=marker"}
urllib3.PoolManager().request("GET", f"http://127.0.0.1:{first.server_port}/start", headers=headers)
print("second origin got cookie:", seen)
if seen == ["session=marker"]:
    print("FLAW SHOWN")
