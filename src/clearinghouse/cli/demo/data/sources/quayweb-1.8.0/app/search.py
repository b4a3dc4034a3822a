"""The list of berths and its search box."""


def find_berths(db, term):
    """Return the berths whose name has a text in it."""
    rows = db.execute(f"SELECT * FROM berth WHERE name LIKE '%{term}%'")
    return rows.fetchall()
