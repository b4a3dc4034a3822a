"""Reply to a visitor who chose a language."""

import sys

BODY = "Thank you.\n"


def reply(choice):
    """Return the reply as it goes over the line."""
    if len(choice) > 200:
        raise ValueError("too long")
    head = [
        "HTTP/1.1 303 See Other",
        "Location: /start",
        f"Set-Cookie: language={choice}",
        f"Content-Length: {len(BODY)}",
    ]
    return "\r\n".join(head) + "\r\n\r\n" + BODY


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        sys.stdout.buffer.write(reply(file.read().decode("latin-1")).encode("latin-1"))
