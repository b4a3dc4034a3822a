"""What an item may be called by advisories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, item, record, statements

from clearinghouse.packages.products import ProductIndex
from clearinghouse.packages.products.query import readings_of, who_makes

INDEX = ProductIndex(
    statements(
        record(entry("EdgeGuard OS")),
        record(entry("EdgeGuard OS", vendor="Other Maker"), cve="CVE-2026-0002"),
        record(entry("Cardinal Backup Exec Agent", vendor="Third"), cve="CVE-2026-0003"),
    )
)


def test_the_vendor_and_the_name() -> None:
    first, *_ = readings_of(item("Palisade Networks, Inc.", "EdgeGuard OS", "7.2"), INDEX)
    assert (first.vendor, first.key, first.version, first.sure) == ("palisadenetworks", "edgeguardos", "7.2", True)


@pytest.mark.parametrize(
    ("name", "sure"), [("PAN-OS PA-440", True), ("PA-440 (PAN-OS)", True), ("Prisma SASE PA-440X", False)]
)
def test_a_name_that_says_what_runs_on_the_device(name: str, sure: bool) -> None:
    readings = readings_of(item("Palo Alto Networks", name, "10.2.7"), INDEX)
    assert any(each.key == "panos" and each.sure for each in readings) is sure


def test_a_year_that_stands_in_name_and_version() -> None:
    first, *_ = readings_of(item("Palisade Networks", "EdgeGuard OS 2023", "2023.0.1"), INDEX)
    assert (first.key, first.version) == ("edgeguardos", "2023.0.1")
    first, *_ = readings_of(item("Palisade Networks", "EdgeGuard OS 2019", "15.2.1"), INDEX)
    assert first.key != "edgeguardos"


def test_a_cpe_name_comes_first() -> None:
    cpe = "cpe:2.3:o:palisade:edgeguard_os:7.2.4:*:*:*:*:*:*:*"
    first, *_ = readings_of(item("", "Firewall at the door", cpes=(cpe,)), INDEX)
    assert (first.vendor, first.key, first.version) == ("palisade", "edgeguardos", "7.2.4")


def test_a_version_at_the_end_of_the_name() -> None:
    readings = readings_of(item("Palisade Networks", "EdgeGuard OS 7.2"), INDEX)
    assert ("edgeguardos", "7.2") in {(each.key, each.version) for each in readings}


def test_without_a_vendor_it_is_not_sure() -> None:
    readings = readings_of(item("", "EdgeGuard OS", "7.2"), INDEX)
    assert {each.vendor for each in readings} == {"palisadenetworks", "othermaker"}
    assert not any(each.sure for each in readings)


def test_a_name_in_many_words_may_be_another_makers() -> None:
    readings = readings_of(item("Somebody", "Cardinal Backup Exec Agent"), INDEX)
    assert ("third", False) in {(each.vendor, each.sure) for each in readings}


def test_a_release_that_is_a_part_of_the_name() -> None:
    keys = {each.key for each in readings_of(item("Microsoft", "Exchange Server", "2019 CU12"), INDEX)}
    assert "exchangeserver2019cu12" in keys or "exchangeserver2019" in {key[:18] for key in keys}


def test_order_numbers_decide() -> None:
    readings = readings_of(item("Siemens", "CPU 1518", model="6ES7518-4AP00-0AB0"), INDEX)
    assert all(each.models == ("6es7518-4ap00-0ab0",) for each in readings)


def test_no_name_no_reading() -> None:
    assert readings_of(item("Palisade Networks", ""), INDEX) == []


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_it_never_raises(vendor: str, name: str, version: str, model: str) -> None:
    readings_of(item(vendor, name, version, model, cpes=(name,)), INDEX)


def test_short_words_of_lists_are_written_out() -> None:
    first, *_ = readings_of(item("Microsoft", "Win Svr 2022 Std", "20348.2402"), INDEX)
    assert (first.key, first.version) == ("windowsserver2022", "10.0.20348.2402")


def test_windows_is_left_out_of_a_servers_name() -> None:
    (only,) = [each for each in readings_of(item("Microsoft", "Server 2016 Datacenter"), INDEX) if each.key[0] == "w"]
    assert (only.key, only.sure) == ("windowsserver2016", False)


def test_who_makes_an_item() -> None:
    assert who_makes(item("Palisade", "EdgeGuard OS"), INDEX).known == ("palisadenetworks",)
    assert who_makes(item("", "Palisade Networks EdgeGuard OS"), INDEX).known == ("palisadenetworks",)
    assert who_makes(item("Unheard of", "EdgeGuard OS"), INDEX).known == ("unheardof",)


def test_a_vendor_that_nobody_knows_and_a_name_that_one_alone_has() -> None:
    readings = readings_of(item("Unheard of", "Cardinal Backup Exec Agent", "1.0"), INDEX)
    assert [each.why for each in readings if each.vendor == "third"] == ["vendor"]


@pytest.mark.parametrize(
    ("name", "version", "meant"),
    [
        ("Log4j", "2.14.1", "log4j2"),  # as a catalogue calls it
        ("Gate Keeper (Pulse)", "22.5", "gatekeeper"),
    ],
)
def test_what_a_name_may_mean_besides_is_no_certain_reading(name: str, version: str, meant: str) -> None:
    said = record(entry("Log4j2", vendor="Palisade"), entry("Gate Keeper", vendor="Palisade"))
    index = ProductIndex(statements(said))
    found = {reading.key: reading.sure for reading in readings_of(item("Palisade", name, version), index)}
    assert found[meant] is False
