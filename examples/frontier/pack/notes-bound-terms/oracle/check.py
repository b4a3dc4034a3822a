import kit

DRIVE = """
import sqlite3
import notes

NOTES = [("tea", "two spoons"), ("cake", "no 'sugar'"), ("100% rye", "bread_and salt"), ("Sum", "a longer note than all")]


def search(*arguments):
    base = sqlite3.connect(":memory:")
    notes.made(base, NOTES)
    return notes.search(base, *arguments)


def refused(*arguments):
    try:
        return search(*arguments)
    except ValueError:
        return "refused"
"""
WORKS = [
    ("search", ["t"], ["100% rye", "Sum", "cake", "tea"][:2] + ["tea"]),
    ("search", ["TEA"], ["tea"]),
    ("search", [""], ["100% rye", "Sum", "cake", "tea"]),
    ("search", ["", "title desc"], ["tea", "cake", "Sum", "100% rye"]),
    ("search", ["", "length"], ["cake", "tea", "100% rye", "Sum"]),
    ("search", ["", "length desc"], ["Sum", "100% rye", "cake", "tea"]),
    ("search", ["", "body"], ["Sum", "100% rye", "cake", "tea"]),
    ("search", ["zzz"], []),
]
REPAIRED = [
    ("search", ["'sugar'"], ["cake"]),
    ("search", ["%"], ["100% rye"]),
    ("search", ["_"], ["100% rye"]),
    ("search", ["\\"], []),
    ("search", ["' OR 1=1 --"], []),
    ("search", ['"'], []),
    ("refused", ["", "title; DROP TABLE notes"], "refused"),
    ("refused", ["", "(SELECT 1)"], "refused"),
    ("refused", ["", "lengthy"], "refused"),
    ("refused", ["", "title DESC, body"], "refused"),
    ("refused", ["", "rowid"], "refused"),
    ("refused", ["", ""], "refused"),
]

kit.patched({"notes.py": kit.answer("notes.py")}, DRIVE, WORKS, REPAIRED)
