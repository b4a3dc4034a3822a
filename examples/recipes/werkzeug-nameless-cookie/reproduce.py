"""Parse a Cookie header with a nameless cookie."""

import sys

from werkzeug.http import parse_cookie

header = "theme=dark; size=3" if "benign" in sys.argv else "=__Host-session=bad; size=3"
cookies = parse_cookie(header)
print("cookies:", sorted(cookies))
if "__Host-session" in cookies:
    print("FLAW SHOWN")
