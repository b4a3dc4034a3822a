"""Three lists as they are kept: a hospital's, a bank's, a water utility's."""

import pytest

from clearinghouse.records import AssetKind, Level


def test_hospital(kept):
    found = kept("hospital.csv")
    assert found.match.score >= 50
    assert [inventory.subject for inventory in found.inventories] == [
        "Kreiskrankenhaus Musterstadt – Medizingeräteverzeichnis"
    ]
    reading = found.problem("columns_read")
    assert reading.line == 4
    assert reading.level is Level.NOTICE
    for part in ('asset from "Inventarnr."', 'vendor from "Hersteller"', 'version from "Softwarestand"'):
        assert part in reading.message
    assert 'location from "Abteilung" and "Raum"' in reading.message
    assert 'Ignored: "Wartungsvertrag".' in reading.message
    assert found.names == [
        ("Dräger", "Beatmungsgerät", "02.51"),
        ("Philips", "Patientenmonitor", "M.04.01"),
        ("B. Braun", "Infusionspumpe", None),
        ("GE Healthcare", "Ultraschall", None),
        ("Fortinet", "FortiGate 60F", "v7.2.4"),
        ("", "Microsoft Windows Server 2019 Standard", "1809"),
    ]
    first = found.items[0]
    assert first.written == "Dräger Beatmungsgerät Evita V500 02.51"
    assert first.model == "Evita V500"
    assert first.line == 5
    assert first.asset.kind is AssetKind.MEDICAL
    assert (first.asset.name, first.asset.count, first.asset.exposed) == ("MT-0101", 4, False)
    assert (first.asset.location, first.asset.commissioned) == ("Intensivstation, 2.114", "2019-03-01")
    assert found.items[2].written == "B. Braun Infusionspumpe Infusomat Space 10. Feb"
    assert found.items[4].asset.exposed is True
    assert found.items[4].written == "Fortinet FortiGate 60F v7.2.4"
    assert found.problem("date_for_version").line == 7
    assert found.problem("bad_date").line == 7
    assert "unknown_exposure" not in found.codes  # a question mark says that it is not known


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_hospital_in_other_encodings(kept, encoding):
    found = kept("hospital.csv")
    text = found.document.read().decode()
    again = kept(text.encode(encoding))
    assert again.items == found.items
    assert again.inventories[0].subject == found.inventories[0].subject


def test_bank(kept):
    found = kept("bank.csv")
    assert found.names[:4] == [
        ("PostgreSQL Global Development Group", "PostgreSQL", "13.12"),
        ("", "Red Hat Enterprise Linux", "8.9"),
        ("F5", "nginx", "1.24.0"),
        ("", "Ubuntu", "22.04"),
    ]
    reader = next(item for item in found.items if item.component.vendor == "Adobe")
    assert (reader.component.name, reader.component.version) == ("Adobe Acrobat Reader DC", "2023.001.20093")
    assert (reader.line, reader.asset.name, reader.asset.owner) == (4, "teller-17", "Branch Operations")
    teller = next(item for item in found.items if item.component.name == "Windows 10 Pro")
    assert (teller.component.version, teller.asset, teller.line) == ("22H2", reader.asset, 4)
    atm = next(item for item in found.items if item.component.name == "Example ATM Suite")
    assert (atm.component.version, atm.asset.exposed, atm.line) == (None, None, 7)
    assert found.problem("unknown_exposure").line == 7
    assert [item.asset.exposed for item in found.items if item.component.vendor] == [
        False,
        True,
        False,
        True,
        None,
        True,
    ]
    assert '"Notes"' in found.problem("columns_read").message


def test_water(kept):
    found = kept("water.tsv")
    assert found.inventories[0].subject == "River Valley Water District"
    assert found.names == [
        ("", "Siemens SIMATIC S7-1500 CPU 1518-4 PN/DP (6ES7518-4AP00-0AB0)", "V2.9.2"),
        ("", "Rockwell Automation ControlLogix 5580", "33.011"),
        ("", "Schneider Electric SCADAPack 357E", None),
        ("", "AVEVA InTouch HMI 2020 R2", None),
        ("", "Sierra Wireless AirLink RV50X ALEOS 4.14.0.2", None),  # it could be an address
    ]
    assert found.items[0].model == "6ES7518-4AP00-0AB0"
    assert found.items[0].written.endswith("FW V2.9.2")
    assert [item.asset.exposed for item in found.items] == [False, False, True, False, True]
    assert [item.asset.kind for item in found.items] == [AssetKind.OPERATIONAL] * 4 + [None]
    assert [item.asset.commissioned for item in found.items] == ["2018-06-15", None, "2016-09-01", None, "2019-01-10"]
    message = found.problem("columns_read").message
    assert "No column has versions" in message
    assert found.problem("columns_read").expected == "a column such as Version, Firmware or Release"
    assert found.problem("bad_date").line == 7
