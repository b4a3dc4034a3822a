"""What the tests of the log share."""

import pytest

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit import services
from clearinghouse.server.audit.models import Entry, TreeHead
from clearinghouse.server.audit.queries import verify

PERSON = Reader(participant=3, person=7)


@pytest.fixture
def log(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of 14 entries with tree heads at 4, 8 and 12, of which 2, 3 and 9 are erased by 10 and 13."""
    monkeypatch.setattr(TreeHead, "EVERY", 4)
    for report in range(10):
        services.record(PERSON, "report.received", "report", report, size=report * 10)
    services.erase([2, 3])
    services.record(None, "backup.made")
    services.record(Reader(participant=3, service=5), "evidence.downloaded", "report", 4, purpose="to reproduce it")
    services.erase([9])
    assert Entry.objects.count() == 14

    assert verify() == []
