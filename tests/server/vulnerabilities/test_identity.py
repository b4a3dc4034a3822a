"""Identity in the database is identity in memory."""

import sys
from pathlib import Path

import pytest

from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding
from clearinghouse.server.vulnerabilities import services
from server_reports import a_sender, groups, identify, in_memory, links, sound

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

import sarif_flood

pytestmark = pytest.mark.django_db


def read(path):
    return [record for report in read_paths([path]) for record in report.records if isinstance(record, Finding)]


def remembered(identifier, first=1):
    result = identifier.result()
    place = {profile.id: at for at, profile in enumerate(identifier.profiles, first)}
    return (
        [[ordinal + first for ordinal in group] for group in result.groups],
        {(place[link.from_id], place[link.to_id], link.reason.value) for link in result.links},
    )


@pytest.mark.parametrize("batch", [1, 3, 4, 50])
def test_a_flood_makes_the_same_groups(tmp_path, monkeypatch, batch):
    monkeypatch.setattr(services, "BATCH", batch)
    reports = [read(path) for path in sarif_flood.make(tmp_path, 3000).paths]
    for report in reports:
        identify(a_sender(), report)
        sound()
    made, why = remembered(in_memory(reports))
    assert groups() == made
    assert links() == why
    assert len(made) < 3000
