import kit

DRIVE = '''
import random
import wiki


def links(text):
    return [list(each) for each in wiki.links(text)]


def odd(seed):
    """Links of a random text of few characters, with how many it has."""
    chooser = random.Random(seed)
    text = "".join(chooser.choice(["[", "[[", "]", "]]", "a", "|", "\\n", " "]) for _ in range(120))
    return links(text)


def many(piece, count, tail):
    return len(wiki.links(piece * count + tail))
'''
RANDOM = [
    [0, [["", ""], ["[", "["], ["", ""], ["[", "["], ["[", "["], ["[", "["], ["", ""]]],
    [1, [["[ [a", "[ [a"]]],
    [2, [["[", "]aa"], ["", "["], ["[a", "[a"], ["]a", "]a"], ["", "|"], ["[", "a"]]],
    [3, [["[ a", "[ a"], ["[]", "[]"], ["[", "["]]],
    [4, [["a", "a"], ["a[aa", "a[aa"], ["[ a", ""], ["[", "["], ["a", "a"], ["", ""]]],
    [5, [["", ""], ["]", "]"], ["", ""]]],
    [6, [["]", "|[a"], ["[", "["], ["[", "["], ["aa", "aa"], ["", ""], ["[a", ""]]],
    [7, [["[", "["], ["[", "["], ["[", "["], ["[", "["]]],
    [8, [["[", "["], ["", ""], ["[", ""], ["", ""], ["[", "["], ["", "|"], ["][", "]["]]],
    [9, [["a", "a"], ["a", "a"], ["[", "["], ["[", "["], ["", ""]]],
    [10, [["", ""], ["[", "["], ["a a", "a a"], ["", "|"]]],
    [11, [["[", "["], ["a", ""], ["[", "["], ["[", "["], ["[", "["], ["[", "["]]],
]
WORKS = [
    ("links", ["see [[Tea]] and [[Milk|cold milk]]"], [["Tea", "Tea"], ["Milk", "cold milk"]]),
    ("links", [""], []),
    ("links", ["[[]]"], []),
    ("links", ["[[[A]]]"], [["[A", "[A"]]),
    ("links", ["[[a\nb]] [[c]]"], [["c", "c"]]),
    ("links", ["[[a [[b]]"], [["b", "b"]]),
    ("links", ["[[ a | ]]"], [["a", ""]]),
    *[("odd", [seed], result) for seed, result in RANDOM],
]
REPAIRED = [
    ("many", ["[", 400_000, ""], 0),
    ("many", ["[[", 200_000, ""], 0),
    ("many", ["[[a", 130_000, "]]"], 1),
    ("many", ["[[a\n", 100_000, "]]"], 0),
    ("many", ["[[x]", 100_000, ""], 0),
    ("many", ["[[x]]", 80_000, ""], 80_000),
]

kit.patched({"wiki.py": kit.answer("wiki.py")}, DRIVE, WORKS, REPAIRED, seconds=2.0)
