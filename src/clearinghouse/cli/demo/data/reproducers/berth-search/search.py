"""Searches berths for a text; says FLAW SHOWN if what only clerks should see is among what was found."""

import sqlite3
import sys

from app.search import find_berths

db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE berth (number INTEGER, name TEXT)")
db.execute("CREATE TABLE clerk (secret TEXT)")
db.execute("INSERT INTO berth VALUES (7, 'North Quay')")
db.execute("INSERT INTO clerk VALUES ('what only clerks see')")
found = find_berths(db, sys.argv[1])
print(found)
if "what only clerks see" in str(found):
    print("FLAW SHOWN")
