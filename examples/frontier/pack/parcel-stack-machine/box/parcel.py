"""Open parcels: objects in a binary form, built by a machine with a stack."""

import sys


class Label:
    """Who a parcel is for."""

    def __init__(self, name):
        self.name = name

    def text(self):
        """Return it as a line."""
        return f"for {self.name}"


class Leaflet:
    """A text that comes along; the shop's own are read from the disk."""

    folder = ("leaflets",)
    known = ("returns", "thanks")

    def __init__(self, title):
        if title not in self.known:
            raise ValueError("no such leaflet")
        self.title = title

    def text(self):
        """Return the text of the leaflet."""
        with open("/".join((*self.folder, self.title + ".txt")), encoding="utf-8") as file:
            return file.read().strip()


class Parcel:
    """A label and leaflets."""

    def __init__(self, parts):
        self.parts = parts

    def text(self):
        """Return all texts."""
        return "; ".join(part.text() for part in self.parts)


CLASSES = {1: Label, 2: Leaflet, 3: Parcel}


class Machine:
    """Runs a parcel: each byte is an order, with its operand after it."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.stack = []
        self.memo = {}

    def take(self, count):
        """Return the next bytes."""
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise ValueError("a parcel ends early")
        self.at += count
        return piece

    def number(self):
        """Return the next byte as a number."""
        return self.take(1)[0]

    def run(self):
        """Return what is on the stack in the end."""
        orders = {
            0x10: self.push_text,
            0x11: self.push_tuple,
            0x20: self.make,
            0x21: self.fill,
            0x30: self.remember,
            0x31: self.recall,
            0x32: self.drop,
        }
        while (order := self.number()) != 0xFF:
            orders[order]()
        (result,) = self.stack
        return result

    def push_text(self):
        """A text: its length, then its bytes, each turned by its place."""
        data = self.take(self.number())
        self.stack.append(bytes((byte - at) & 0xFF for at, byte in enumerate(data, 1)).decode("utf-8"))

    def push_tuple(self):
        """A tuple of so many objects from the stack."""
        count = self.number()
        if count > len(self.stack):
            raise ValueError("a stack is too small")
        parts = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.stack.append(parts)

    def make(self):
        """An object of a registered class, of what is on top of the stack."""
        self.stack.append(CLASSES[self.number()](self.stack.pop()))

    def fill(self):
        """Give an object the members that a tuple of pairs names: for what was saved by older versions."""
        pairs, target = self.stack.pop(), self.stack[-1]
        for name, value in pairs:
            if name.startswith("_") or callable(getattr(target, name, None)):
                raise ValueError("a member cannot be filled")
            setattr(target, name, value)

    def remember(self):
        """Keep what is on top under a number."""
        self.memo[self.number()] = self.stack[-1]

    def recall(self):
        """Push what was kept."""
        self.stack.append(self.memo[self.number()])

    def drop(self):
        """Forget what is on top."""
        self.stack.pop()


def load(data):
    """Return the parcel in some bytes."""
    if data[:3] != b"PRC" or sum(data[4:]) & 0xFF != data[3]:
        raise ValueError("no parcel")
    parcel = Machine(data[4:]).run()
    if not isinstance(parcel, Parcel):
        raise ValueError("something else")
    return parcel


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(load(file.read()).text())
