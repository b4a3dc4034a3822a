"""A small OpenID Connect provider on loopback, for tests: whoever comes is let in as the claims say."""

import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "clearinghouse", "the secret of the client, which has more than 32 bytes"


class Provider(ThreadingHTTPServer):
    """Remembers what was asked of it.

    Attributes:
        claims: what it says of whoever comes.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        issuer = self.server.issuer
        if address.path == "/.well-known/openid-configuration":
            self._say(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "userinfo_endpoint": f"{issuer}/userinfo",
                    "jwks_uri": f"{issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif address.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        elif address.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            self._say(self.server.claims)
        else:
            self._say({}, 404)

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in body.items()}
        asked = self.server.codes.pop(sent["code"], None)
        verifier = sha256(sent.get("code_verifier", "").encode()).digest()
        proved = asked and asked["code_challenge"] == urlsafe_b64encode(verifier).decode().rstrip("=")
        if not proved or (sent["client_id"], sent["client_secret"]) != (CLIENT, SECRET):
            self._say({"error": "invalid_grant"}, 400)
            return
        token = jwt.encode({"iss": self.server.issuer, "aud": CLIENT, "exp": 2**31, **self.server.claims}, SECRET)
        self._say({"access_token": "access", "token_type": "Bearer", "id_token": token})

    def _say(self, document: Any, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """Run one."""
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
