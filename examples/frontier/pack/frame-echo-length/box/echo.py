"""Answer frames out of one buffer."""

import sys

LARGEST = 1024


class Echo:
    """Keeps one buffer for all frames."""

    def __init__(self):
        self.buffer = bytearray(LARGEST)

    def answer(self, stream):
        """Take one frame off a stream and return the answer to it; None at the end."""
        head = stream[:4]
        if len(head) < 4:
            return None
        kind, length, checksum = head[0], int.from_bytes(head[1:3], "big"), head[3]
        if length > LARGEST:
            return None
        body = stream[4 : 4 + length]
        if sum(body) & 0xFF != checksum:
            return None
        self.buffer[: len(body)] = body
        del stream[: 4 + length]
        return bytes(self.buffer[:length]) if kind == 1 else b""


def frame(body, kind=1):
    """Return a frame with a body."""
    return bytes([kind]) + len(body).to_bytes(2, "big") + bytes([sum(body) & 0xFF]) + body


if __name__ == "__main__":
    echo = Echo()
    with open("canary.txt", "rb") as file:
        echo.answer(bytearray(frame(b"key of the house: " + file.read(), kind=2)))
    with open(sys.argv[1], "rb") as file:
        stream = bytearray(file.read())
    while (answered := echo.answer(stream)) is not None:
        sys.stdout.buffer.write(answered + b"\n")
