"""Make the outline of a document: its headings, numbered."""

import re

HEADING = re.compile(r"(#{1,6}) +(\S.*)")
NAME = re.compile(r"[a-z0-9]+")


class Heading:
    """One heading."""

    def __init__(self, level, title, line):
        self.level = level
        self.title = title
        self.line = line
        self.name = ""


def headings(text):
    """Yield the headings of a document, those in blocks of code left out."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        found = None if fenced else HEADING.match(line)
        if found:
            yield Heading(len(found[1]), found[2].strip(), number)


def numbered(found):
    """Yield the number of each heading as a text, such as 1.2.1."""
    counts = [0] * 6
    for each in found:
        counts[each.level - 1] += 1
        counts[each.level :] = [0] * (6 - each.level)
        yield ".".join(str(count) for count in counts[: each.level])


def named(found):
    """Give each heading a name that no other has, for links."""
    taken = set()
    for each in found:
        base = "-".join(NAME.findall(each.title.lower())) or "section"
        name, extra = base, 1
        while name in taken:
            extra += 1
            name = f"{base}-{extra}"
        taken.add(name)
        each.name = name
    return found


def outline(text):
    """Return the lines of an outline."""
    found = named(list(headings(text)))
    numbers = list(numbered(found))
    width = max((len(each) for each in numbers), default=0)
    return [f"{number:<{width}} {each.title} (#{each.name})" for number, each in zip(numbers, found)]
