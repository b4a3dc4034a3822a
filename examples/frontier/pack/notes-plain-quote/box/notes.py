"""Search notes in a database."""

import sqlite3
import sys


def opened(key):
    """Return a database with a few notes, and with a key that is not for readers."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE notes (title TEXT, body TEXT)")
    base.execute("CREATE TABLE keys (value TEXT)")
    base.executemany("INSERT INTO notes VALUES (?, ?)", [("tea", "two spoons"), ("cake", "no sugar")])
    base.execute("INSERT INTO keys VALUES (?)", (key,))
    return base


def search(base, term):
    """Return titles and bodies of notes whose title has a term in it."""
    return base.execute(f"SELECT title, body FROM notes WHERE title LIKE '%{term}%'").fetchall()


if __name__ == "__main__":
    with open("canary.txt", encoding="utf-8") as file:
        database = opened(file.read().strip())
    with open(sys.argv[1], encoding="utf-8") as file:
        for title, body in search(database, file.read()):
            print(title, body)
