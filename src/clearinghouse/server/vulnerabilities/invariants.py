# ruff: noqa: S608 - statements of constants of this package
"""What is true of findings and vulnerabilities between any two transactions, asked of the whole database.

For ``clearinghouse check`` and for tests. Everything is asked by the database itself, in statements that read whole
tables; nothing needs a key. Links are also walked here, once, because a circle is not seen by counting.
"""

from collections.abc import Iterator

import msgspec
from django.db import connection, transaction

from clearinghouse.server.vulnerabilities.bands import BAND
from clearinghouse.server.vulnerabilities.candidates import FULL
from clearinghouse.server.vulnerabilities.models import NEVER, Condition, LinkKind

MOST_TOLD = 20
"""Rows that are told of each rule."""


class Broken(msgspec.Struct, frozen=True):
    """One row of which something is not true.

    Attributes:
        rule: what should be true. row: primary key of the row, or what names it.
    """

    rule: str
    row: str


_COUNTED = """(SELECT f.vulnerability_id AS id, MIN(f.id) AS oldest, COUNT(*) AS findings,
    COUNT(DISTINCT r.submitter_id) AS finders, MIN(r.received_at) AS first_seen, MAX(r.received_at) AS last_seen,
    MAX(r.tlp) AS tlp, MAX(r.embargo_until) AS embargo_until
    FROM vulnerabilities_finding f JOIN intake_report r ON r.id = f.report_id GROUP BY f.vulnerability_id)"""
_REPORTED = """(SELECT DISTINCT r.submitter_id AS participant_id, f.vulnerability_id FROM vulnerabilities_finding f
    JOIN intake_report r ON r.id = f.report_id)"""
_LINKED = """vulnerabilities_link l JOIN vulnerabilities_finding a ON a.id = l.later_id
    JOIN vulnerabilities_finding b ON b.id = l.earlier_id"""
_DAY = {"sqlite": "SUBSTR({0}, 1, 10)", "postgresql": "TO_CHAR({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"}
_WRITTEN = {"sqlite": "{0}", "postgresql": "TO_CHAR({0}, 'YYYY-MM-DD')"}

_RULES = {
    "a vulnerability has the number of its oldest finding": f"SELECT id FROM {_COUNTED} c WHERE oldest <> id",
    "a finding is in a vulnerability that lives": f"""SELECT f.id FROM vulnerabilities_finding f
        JOIN vulnerabilities_vulnerability v ON v.id = f.vulnerability_id WHERE v.condition = {Condition.MERGED:d}""",
    "a vulnerability that lives has findings": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        LEFT JOIN vulnerabilities_finding f ON f.id = v.id AND f.vulnerability_id = v.id
        WHERE v.condition <> {Condition.MERGED:d} AND f.id IS NULL""",
    "a vulnerability says how many findings and finders it has": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        JOIN {_COUNTED} c ON c.id = v.id WHERE v.findings <> c.findings OR v.finders <> c.finders""",
    "a vulnerability says when it was seen": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        JOIN {_COUNTED} c ON c.id = v.id WHERE v.first_seen <> c.first_seen OR v.last_seen <> c.last_seen""",
    "a vulnerability has the strictest marking of its findings": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        JOIN {_COUNTED} c ON c.id = v.id WHERE v.tlp <> c.tlp OR v.embargo_until <> c.embargo_until
        OR (v.embargo_until IS NULL) <> (c.embargo_until IS NULL)""",
    "what was merged leads to where its oldest finding is": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        LEFT JOIN vulnerabilities_finding f ON f.id = v.id AND f.vulnerability_id = v.merged_into
        WHERE (v.condition = {Condition.MERGED:d} AND (f.id IS NULL OR v.findings <> 0 OR v.finders <> 0))
        OR (v.condition <> {Condition.MERGED:d} AND v.merged_into IS NOT NULL)""",
    "finders are those who reported": f"""SELECT f.id FROM vulnerabilities_finder f LEFT JOIN {_REPORTED} r
        ON r.participant_id = f.participant_id AND r.vulnerability_id = f.vulnerability_id
        WHERE r.participant_id IS NULL""",
    "who reported is a finder": f"""SELECT r.vulnerability_id FROM {_REPORTED} r LEFT JOIN vulnerabilities_finder f
        ON r.participant_id = f.participant_id AND r.vulnerability_id = f.vulnerability_id WHERE f.id IS NULL""",
    "a link that joins is inside one vulnerability": f"""SELECT l.id FROM {_LINKED}
        WHERE l.kind = {LinkKind.JOINS:d} AND a.vulnerability_id <> b.vulnerability_id""",
    "a vulnerability has one link fewer than findings": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        LEFT JOIN (SELECT a.vulnerability_id AS id, COUNT(*) AS links FROM {_LINKED} WHERE l.kind = {LinkKind.JOINS:d}
        GROUP BY a.vulnerability_id) t ON t.id = v.id
        WHERE v.condition <> {Condition.MERGED:d} AND v.findings <> COALESCE(t.links, 0) + 1""",
    "a link leads back to an earlier finding": "SELECT id FROM vulnerabilities_link WHERE later_id <= earlier_id",
    "a vulnerability is provisional that rests on a fact": f"""SELECT v.id FROM vulnerabilities_vulnerability v
        LEFT JOIN (SELECT DISTINCT a.vulnerability_id AS id FROM {_LINKED} WHERE l.kind = {LinkKind.JOINS:d}
        AND l.fact <> 0) t ON t.id = v.id
        WHERE v.condition <> {Condition.MERGED:d} AND v.provisional <> (t.id IS NOT NULL)""",
    "no link rests on a fact that several flaws share": """SELECT l.id FROM vulnerabilities_link l
        JOIN vulnerabilities_sharedfact s ON s.key = l.fact WHERE l.fact <> 0""",
    "what a person told apart is apart": """SELECT d.id FROM vulnerabilities_division d
        JOIN vulnerabilities_finding a ON a.id = d.one_id JOIN vulnerabilities_finding b ON b.id = d.other_id
        WHERE a.vulnerability_id = b.vulnerability_id""",
    "the findings of a chunk follow each other": """SELECT c.id FROM vulnerabilities_chunk c WHERE c.base IS NOT NULL
        AND c.count <> (SELECT COUNT(*) FROM vulnerabilities_finding f WHERE f.report_id = c.report_id
        AND f.number >= c.first AND f.number < c.first + c.count AND f.id = c.base + f.number - c.first)""",
    "a finding is in a chunk": """SELECT r.report_id FROM (SELECT report_id, COUNT(*) AS findings
        FROM vulnerabilities_finding GROUP BY report_id) r LEFT JOIN (SELECT report_id, SUM(count) AS findings
        FROM vulnerabilities_chunk WHERE base IS NOT NULL GROUP BY report_id) c ON c.report_id = r.report_id
        WHERE r.findings <> COALESCE(c.findings, 0)""",
    "chunks follow each other in a report": """SELECT r.id FROM intake_report r JOIN (SELECT report_id,
        SUM(count) AS findings, MAX(first + count) AS last, SUM(CASE WHEN base IS NULL THEN 0 ELSE count END) AS linked
        FROM vulnerabilities_chunk GROUP BY report_id) c ON c.report_id = r.id
        WHERE c.findings <> c.last OR r.findings <> c.findings OR r.linked <> c.linked
        OR (r.state = 'done' AND c.linked <> c.findings)""",
    "a report without chunks has no findings": """SELECT r.id FROM intake_report r
        LEFT JOIN vulnerabilities_chunk c ON c.report_id = r.id
        WHERE c.id IS NULL AND (r.findings <> 0 OR r.linked <> 0)""",
    "a key belongs to a finding whose content is there": f"""SELECT k.finding FROM vulnerabilities_identitykey k
        LEFT JOIN vulnerabilities_finding f ON f.id = k.finding
        WHERE k.finding <> {FULL} AND (f.id IS NULL OR f.profile IS NULL)""",
    "a word belongs to a chunk whose content is there": """SELECT w.base FROM vulnerabilities_searchword w
        LEFT JOIN vulnerabilities_chunk c ON c.base = w.base
        WHERE c.id IS NULL OR c.sealed IS NULL OR LENGTH(w.positions) > c.count""",
    "a word is in the band of its chunk": f"""SELECT base FROM vulnerabilities_searchword
        WHERE band <> base / {BAND}""",
    "a finding has a key once": """SELECT k.finding FROM vulnerabilities_identitykey k
        JOIN vulnerabilities_identitykey s ON s.settled = TRUE AND s.key = k.key AND s.finding = k.finding
        WHERE k.settled = FALSE""",
    "a reference names one vulnerability": """SELECT reference FROM vulnerabilities_vulnerability
        GROUP BY reference HAVING COUNT(*) > 1""",
    "the next number follows the last": """SELECT MAX(f.id) FROM vulnerabilities_finding f
        HAVING MAX(f.id) >= COALESCE((SELECT MAX(next_finding) FROM vulnerabilities_head), 1)""",
    "the tally of the order counts what is open": f"""SELECT tier, due FROM
        (SELECT tier, due, count FROM vulnerabilities_ordertally UNION ALL
        SELECT tier, COALESCE(due, '{NEVER}'), -1 FROM vulnerabilities_vulnerability
        WHERE condition = {Condition.OPEN:d}) x GROUP BY tier, due HAVING SUM(count) <> 0""",
}
_TALLIED = {
    "reports": "SELECT submitter_id AS who, received_at AS at FROM intake_report",
    "findings": """SELECT r.submitter_id AS who, r.received_at AS at FROM vulnerabilities_finding f
        JOIN intake_report r ON r.id = f.report_id""",
    "vulnerabilities": """SELECT r.submitter_id AS who, r.received_at AS at FROM vulnerabilities_vulnerability v
        JOIN vulnerabilities_finding f ON f.id = v.id JOIN intake_report r ON r.id = f.report_id""",
}


def broken() -> Iterator[Broken]:
    """Yield what is not as it should be; of each rule the first few rows."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Whole tables are joined; where nothing was counted lately, nested loops look cheap and are not.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_nestloop = off")
        for rule, statement in {**_RULES, **_day_rules()}.items():
            for row in _rows(f"{statement} LIMIT {MOST_TOLD}"):
                yield Broken(rule, " ".join(map(str, row)))
        yield from _circles()


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _day_rules() -> dict[str, str]:
    day, written = _DAY[connection.vendor].format("at"), _WRITTEN[connection.vendor].format("t.day")
    found = {}
    for name, rows in _TALLIED.items():
        found[f"the tally of a day counts {name}"] = (
            f"SELECT who, day FROM (SELECT t.participant_id AS who, {written} AS day, t.{name} AS number "
            f"FROM vulnerabilities_daytally t UNION ALL SELECT who, {day} AS day, -1 FROM ({rows}) c) x "
            "GROUP BY who, day HAVING SUM(number) <> 0"
        )
    return found


def _circles() -> Iterator[Broken]:
    """Links that join what other links have joined already."""
    parent: dict[int, int] = {}

    def root(ordinal: int) -> int:
        while (above := parent.get(ordinal, ordinal)) != ordinal:
            parent[ordinal] = parent.get(above, above)
            ordinal = above
        return ordinal

    told = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, later_id, earlier_id FROM vulnerabilities_link WHERE kind = %s ORDER BY id", [LinkKind.JOINS]
        )
        for number, later, earlier in iter(cursor.fetchone, None):
            one, other = root(later), root(earlier)
            if one == other and told < MOST_TOLD:
                told += 1
                yield Broken("links that join make no circle", str(number))
            parent[max(one, other)] = min(one, other)
