"""Numbers that are kept with every change, so that the overview counts nothing."""

import datetime as dt
from collections.abc import Mapping

from django.db import connection

from clearinghouse.server.vulnerabilities.models import NEVER


def add_order(changes: Mapping[tuple[int, dt.date | None], int]) -> None:
    """Note how many open vulnerabilities more or fewer have a tier and a date."""
    with connection.cursor() as cursor:
        for (tier, due), by in sorted(changes.items(), key=str):
            if by:
                cursor.execute(
                    "INSERT INTO vulnerabilities_ordertally (tier, due, count) VALUES (%s, %s, %s) "
                    "ON CONFLICT (tier, due) DO UPDATE SET count = vulnerabilities_ordertally.count + excluded.count",
                    [tier, due or NEVER, by],
                )


def add_day(participant: int, day: dt.date, *, reports: int = 0, findings: int = 0, vulnerabilities: int = 0) -> None:
    """Note what came from a participant on a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vulnerabilities_daytally (participant_id, day, reports, findings, vulnerabilities) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (participant_id, day) DO UPDATE SET "
            "reports = vulnerabilities_daytally.reports + excluded.reports, "
            "findings = vulnerabilities_daytally.findings + excluded.findings, "
            "vulnerabilities = vulnerabilities_daytally.vulnerabilities + excluded.vulnerabilities",
            [participant, day, reports, findings, vulnerabilities],
        )
