"""Say whether a note is there."""

import sqlite3


def opened(key):
    """Return a database with notes and a key."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE notes (title TEXT)")
    base.execute("CREATE TABLE keys (value TEXT)")
    base.executemany("INSERT INTO notes VALUES (?)", [("tea",), ("cake",)])
    base.execute("INSERT INTO keys VALUES (?)", (key,))
    return base


def answer(base, title):
    """Return yes or no."""
    if len(title) > 300:
        raise ValueError("too long")
    return "yes" if base.execute(f"SELECT 1 FROM notes WHERE title = '{title}'").fetchone() else "no"
