"""The table of vulnerabilities as it is written in bulk: the type of each column, once."""

from clearinghouse.server.vulnerabilities.bulk import Table

_TYPES = {
    "id": "bigint[]",
    "reference": "text[]",
    "condition": "smallint[]",
    "merged_into": "bigint[]",
    "findings": "integer[]",
    "finders": "integer[]",
    "first_seen": "timestamptz[]",
    "last_seen": "timestamptz[]",
    "tier": "smallint[]",
    "due": "date[]",
    "rank": "bytea[]",
    "named": "boolean[]",
    "provisional": "boolean[]",
    "tlp": "smallint[]",
    "embargo_until": "timestamptz[]",
}


def vulnerabilities(*columns: str) -> Table:
    """Return the table, of which these columns are written; the first one finds the rows that are updated."""
    return Table("vulnerabilities_vulnerability", **{name: _TYPES[name] for name in columns})
