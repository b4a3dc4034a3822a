from pathlib import Path

import pytest

from clearinghouse.server.participants.countries import COUNTRIES

TABLE = Path("/usr/share/zoneinfo/iso3166.tab")


def test_there_are_as_many_as_the_standard_has():
    assert len(COUNTRIES) == 249
    assert {"US", "DE", "GB", "TW", "AX"} <= COUNTRIES
    assert COUNTRIES.isdisjoint({"UK", "EU", "XX", "AN", "us"})


@pytest.mark.skipif(not TABLE.exists(), reason="this machine has no time zone database: codes are not compared")
def test_they_are_those_of_the_time_zone_database():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert {line[:2] for line in lines if not line.startswith("#")} == COUNTRIES
