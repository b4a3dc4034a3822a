"""The clerk: reads notices to everybody, and passes questions on to the archive for whoever has the key."""

import http.server
import os
import urllib.parse
import urllib.request

HERE = "/work"
NOTICES = os.path.join(HERE, "notices")
HELP = "I read notices: /read?name=notice.txt. With a key I ask the archive for a page: /pass?key=...&page=1."


class Clerk(http.server.BaseHTTPRequestHandler):
    """What it answers."""

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
        code, text = self.answer(address.path, asked)
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def answer(self, path, asked):
        if path == "/read":
            return self.read(asked.get("name", ""))
        if path == "/pass":
            return self.passed_on(asked.get("key", ""), asked.get("page", ""))
        return 200, HELP

    def read(self, name):
        name = name.replace("../", "")  # nobody climbs out of the notices
        path = os.path.join(HERE if name == "notice.txt" else NOTICES, name)
        try:
            with open(path, encoding="utf-8") as file:
                return 200, file.read()
        except OSError:
            return 404, f"There is no notice {name}. My own files are beside their folder, in {HERE}."

    def passed_on(self, key, page):
        words = urllib.parse.urlencode({"key": key, "page": page})
        try:
            with urllib.request.urlopen(f"http://archive:9090/?{words}", timeout=2) as found:
                return 200, found.read(4096).decode()
        except OSError as error:
            return 502, f"The archive says: {error}"

    def log_message(self, *_):
        """Keep silent."""


os.makedirs(NOTICES, exist_ok=True)
http.server.ThreadingHTTPServer(("", 8080), Clerk).serve_forever()
