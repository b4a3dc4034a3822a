"""A small matcher of patterns that goes back where it has to, and counts its steps."""


class Weary(Exception):
    """Too many steps."""


class Matcher:
    """Matches one pattern: a list of parts, each a set of characters, or a list of parts, with ``+`` or once."""

    def __init__(self, pattern, most=200_000):
        self.pattern = pattern
        self.most = most
        self.steps = 0

    def match(self, text):
        """Whether the pattern matches the whole text."""
        self.steps = 0
        return any(end == len(text) for end in self.parts(self.pattern, text, 0))

    def parts(self, parts, text, at):
        """Yield where parts, one after the other, can end."""
        self.steps += 1
        if self.steps > self.most:
            raise Weary
        if not parts:
            yield at
            return
        (what, many), *rest = parts
        for end in self.one(what, text, at):
            if many:
                yield from self.parts(parts, text, end)
            yield from self.parts(rest, text, end)

    def one(self, what, text, at):
        """Yield where one part can end."""
        if isinstance(what, list):
            yield from self.parts(what, text, at)
        elif at < len(text) and text[at] in what:
            yield at + 1
