"""Search notes in a database."""


def made(base, notes):
    """Fill a database with notes."""
    base.execute("CREATE TABLE notes (title TEXT, body TEXT)")
    base.executemany("INSERT INTO notes VALUES (?, ?)", notes)


def search(base, term, order="title"):
    """Return titles of notes with a term in title or body, in an order."""
    if order.startswith("length"):
        order = order.replace("length", "length(body)")
    query = f"SELECT title FROM notes WHERE title LIKE '%{term}%' OR body LIKE '%{term}%' ORDER BY {order}, title"
    return [title for (title,) in base.execute(query)]
