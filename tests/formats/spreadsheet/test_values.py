"""What single cells mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.spreadsheet.product import divide
from clearinghouse.formats.spreadsheet.values import count_in, day_in, exposed_in, kind_in, looks_like_date, version_in
from clearinghouse.records import AssetKind


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("FortiGate 60F v7.2.4", "FortiGate 60F", "v7.2.4"),
        ("Windows Server 2019 Standard 1809", "Windows Server 2019 Standard", "1809"),
        ("Windows 10 Pro 21H2", "Windows 10 Pro", "21H2"),
        ("Adobe Acrobat Reader DC 2023.001.20093", "Adobe Acrobat Reader DC", "2023.001.20093"),
        ("Siemens S7 (6ES7518-4AP00-0AB0) FW V2.9.2", "Siemens S7 (6ES7518-4AP00-0AB0)", "V2.9.2"),
        ("Product, Version 10", "Product", "10"),
        ("Product (v1.2)", "Product", "v1.2"),
        ("Product ver. 3.1", "Product", "3.1"),
        ("7-Zip 23.01.0 (x64)", "7-Zip (x64)", "23.01.0"),
        ("Windows 10 build 19045", "Windows 10", "build 19045"),
        ("Mozilla Firefox 102.3.0esr", "Mozilla Firefox", "102.3.0esr"),
    ],
)
def test_a_plain_version_is_taken_off(text, name, version):
    assert divide(text)[:2] == (name, version)


@pytest.mark.parametrize(
    "text",
    [
        "Philips Respironics V60",  # a ventilator
        "Evita V500",
        "Windows Server 2019",
        "Office 365",
        "iPhone 14",
        "Access point 802.11",
        "USB 3.0",
        "Switch 192.0.2.10",
        "Wartung bis 12.03.2024",
        "Dell OptiPlex 7090",
        "SIMATIC S7-1200 V4",
        "Catalyst 9300-48P",
        "Exchange Server 2019 CU13",
        "v1.2.3",
        "Sitzung 1809",
        "",
    ],
)
def test_anything_else_stays(text):
    assert divide(text)[:2] == (text, None)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_law_of_division(text):
    """Nothing is invented: what comes out stood in the cell, and the name is never empty where the cell is not."""
    name, version, model = divide(text)
    assert version is None or version in text or version.split(" ", 1)[-1] in text
    assert model in text
    assert bool(name.strip()) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("7.2.4", "7.2.4"),
        ("v7.2.4", "v7.2.4"),
        ("Version 7.2.4", "7.2.4"),
        ("FW: V2.9.2", "V2.9.2"),
        ("Firmware Release 3", "3"),
        ("build 19045", "build 19045"),
        ("M.04.01", "M.04.01"),
        ("Release candidate", "Release candidate"),
        ("latest", None),
        ("various", None),
        ("", None),
    ],
)
def test_version(text, version):
    assert version_in(text) == version


@pytest.mark.parametrize(
    "text", ["10. Feb", "2-Oct", "Oct-02", "02. Okt", "2. Oct 2023", "10/2/2023", "02.10.2023", "2023-10-02", "Mär 04"]
)
def test_days_that_were_versions(text):
    assert looks_like_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "7.2",
        "10.2.3",
        "2023.1",
        "2023.10.2",
        "15.0(2)SE11",
        "1.2-3",
        "M.04.01",
        "V2.9",
        "22H2",
        "R2",
        "12.4.25d",
        "9.16.4-ESV",
        "5-may-be",
        "1.10.2000.1",
    ],
)
def test_versions_are_no_days(text):
    assert not looks_like_date(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-10", "2024-02-10"),
        ("2024-02-10 00:00:00", "2024-02-10"),
        ("10.02.2024", "2024-02-10"),
        ("1.3.2019", "2019-03-01"),
        ("25/12/2020", "2020-12-25"),
        ("12/25/2020", "2020-12-25"),
        ("4/4/2020", "2020-04-04"),
        ("12-Mar-2019", "2019-03-12"),
        ("March 12, 2019", "2019-03-12"),
        ("12. März 2019", "2019-03-12"),
        ("03/04/2025", None),
        ("31.02.2020", None),
        ("2018", None),
        ("soon", None),
        ("Mar 2019", None),
    ],
)
def test_day(text, day):
    assert day_in(text) == day


@given(st.text(alphabet="0123456789./- abFeM", max_size=14))
def test_law_of_days(text):
    """What is taken for a day is one of the calendar."""
    day = day_in(text)
    assert day is None or is_iso_date(day)


@pytest.mark.parametrize(
    ("text", "count"),
    [("12", 12), ("1,200", 1200), ("3 pcs", 3), ("4.0", 4), ("2x", 2), ("a few", None), ("-1", None), ("1.5", None)],
)
def test_count(text, count):
    assert count_in(text) == count


@pytest.mark.parametrize(
    ("text", "exposed"),
    [
        *(
            (text, True)
            for text in ("yes", "Y", "x", "TRUE", "ja", "J", "internet", "Internet-facing", "external", "1")
        ),
        *((text, False) for text in ("no", "N", "nein", "false", "internal", "0", "not exposed")),
        *((text, None) for text in ("DMZ", "vpn only", "maybe")),
    ],
)
def test_exposed(text, exposed):
    assert exposed_in(text) is exposed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Medical device", AssetKind.MEDICAL),
        ("Infusion pumps", AssetKind.MEDICAL),
        ("Medizintechnik", AssetKind.MEDICAL),
        ("OT", AssetKind.OPERATIONAL),
        ("PLC", AssetKind.OPERATIONAL),
        ("SCADA", AssetKind.OPERATIONAL),
        ("IT", AssetKind.IT),
        ("Laptops", AssetKind.IT),
        ("Server", None),  # of a plant as well as of an office
        ("Switch", None),
    ],
)
def test_kind(text, kind):
    assert kind_in(text) is kind
