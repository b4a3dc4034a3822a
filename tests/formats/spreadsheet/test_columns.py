"""Which header means what, and which row is the header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.spreadsheet.columns import COLUMNS, OPEN, meanings_of, plain
from clearinghouse.formats.spreadsheet.header import find_header, header_of


def read(*names: str) -> dict[str, list[str]]:
    header = header_of(dict(enumerate(names)))
    return {meaning: [names[column] for column in columns] for meaning, columns in header.columns.items()}


def test_no_header_has_two_meanings():
    seen: dict[str, str] = {}
    for meaning, headers in COLUMNS.items():
        for header in headers.split("|"):
            assert seen.setdefault(plain(header), meaning) == meaning, header


@given(st.sampled_from(sorted(COLUMNS)), st.data())
def test_spelling_does_not_matter(meaning, data):
    header = data.draw(st.sampled_from(COLUMNS[meaning].split("|"))).strip()
    spelled = data.draw(
        st.sampled_from([str.upper, str.title, lambda text: text.replace(" ", "_"), lambda text: f" {text}: "])
    )
    assert meanings_of(spelled(header))[0] == meaning


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Vendor / Manufacturer", "vendor"),
        ("Hersteller", "vendor"),
        ("Model No.", "model"),
        ("Typ/Modell", "model"),
        ("FW version", "version"),
        ("Version (firmware)", "version"),
        ("S/N", "asset"),
        ("Ver.", "version"),
        ("Rel.", "version"),
        ("Where is it?", "location"),
        ("Who looks after it", "owner"),
        ("Reachable from outside (Y/N)", "exposed"),
        ("Internet facing?", "exposed"),
        ("Make/Model", "product"),
        ("Vendor, Product and Version", "product"),
        ("Quantity\n(units)", "count"),
    ],
)
def test_headers(header, meaning):
    assert meanings_of(header)[0] == meaning


def test_of_several_columns_the_best_is_taken():
    assert read("Supplier", "Manufacturer", "Product") == {"vendor": ["Manufacturer"], "product": ["Product"]}
    assert read("Product", "Firmware", "Version")["version"] == ["Version", "Firmware"]
    assert read("Serial", "Hostname", "Product", "Version")["asset"] == ["Hostname", "Serial"]
    assert read("Product", "Version", "Building", "Room")["location"] == ["Building", "Room"]


def test_what_depends_on_other_columns():
    assert read("Name", "Version") == {"product": ["Name"], "version": ["Version"]}
    assert read("Name", "Product", "Version")["asset"] == ["Name"]
    assert read("Vendor", "Type", "Version")["model"] == ["Type"]
    assert read("Vendor", "Model", "Type")["kind"] == ["Type"]
    assert read("Hostname", "OS", "OS version") == {"asset": ["Hostname"], "product": ["OS"], "version": ["OS version"]}
    assert read("Application", "OS version")["version"] == ["OS version"]
    assert read("Asset", "Version", "Site")["product"] == ["Asset"]


def test_headers_of_a_biomedical_list():
    found = read("Tag #", "Mfr.", "What is it", "Model No", "SW/FW rev", "Ward", "Contact", "On internet?", "OT?")
    assert found == {
        "asset": ["Tag #"],
        "vendor": ["Mfr."],
        "product": ["What is it"],
        "model": ["Model No"],
        "version": ["SW/FW rev"],
        "location": ["Ward"],
        "owner": ["Contact"],
        "exposed": ["On internet?"],
        "kind": ["OT?"],
    }


@pytest.mark.parametrize(
    "names",
    [
        ("Vendor", "Product"),
        ("Product", "Version"),
        ("Hostname", "Model", "Site"),
        ("Name", "Version", "purl"),
        ("Device", "Firmware"),
        ("Software", "Owner", "Location"),
        ("Hostname", "OS"),
    ],
)
def test_inventories(names):
    assert header_of(dict(enumerate(names))).is_inventory


@pytest.mark.parametrize(
    "names",
    [
        ("Name", "Location"),
        ("Name", "Type", "Description"),
        ("Title", "Severity", "Product", "Version"),
        ("CVE", "Vendor", "Product", "Version"),
        ("Product", "Version", "CVSS Score"),
        ("Product", "Price"),
        ("Owner", "Location", "Quantity"),
    ],
)
def test_no_inventories(names):
    assert not header_of(dict(enumerate(names))).is_inventory


def test_header_below_titles():
    rows = [
        {0: "Asset list"},
        {0: "Site", 3: "North"},
        {0: "Vendor", 1: "Product", 2: "Version"},
        {0: "A", 1: "B", 2: "1"},
    ]
    position, header = find_header(rows)
    assert position == 2
    assert header.title == "Asset list"


def test_no_header():
    assert find_header([]) is None
    assert find_header([{0: "a", 1: "b"}, {0: "1", 1: "2"}]) is None


@given(st.lists(st.text(max_size=200), min_size=1, max_size=40))
def test_reading_is_short(names):
    """However many columns there are and whatever they are called, how they were read is one line."""
    names = ["Vendor", "Product", "Firmware", *names, *OPEN]
    header = header_of({column: name for column, name in enumerate(names) if len(name) <= 80 and name.strip()})
    message = header.reading('Sheet "x": Columns read: ')
    assert len(message) < 400
    assert message.endswith(".")
    assert "\n" not in message


def test_item_is_the_thing_where_another_column_names_its_software():
    found = read("Item", "Vendor", "Software / Model", "Version", "Where", "Notes")
    assert (found["product"], found["asset"]) == (["Software / Model"], ["Item"])
    assert read("Item", "Application", "Version")["product"] == ["Application"]
    assert read("Vendor", "Item", "Version")["product"] == ["Item"]
    assert read("Name", "Item", "Version") == {"asset": ["Name"], "product": ["Item"], "version": ["Version"]}
    both = read("Item", "Manufacturer", "Model", "Firmware")
    assert (both["product"], both["model"]) == (["Item"], ["Model"])


def test_a_heading_of_several_words_is_as_good_as_its_best():
    assert read("Component", "Software / Model", "Version")["product"] == ["Software / Model"]
    assert read("Product", "Make / Model / Firmware")["product"] == ["Product"]


def test_headers_of_a_list_of_controllers():
    assert read("Tag", "Manuf.", "Type / Order no.", "FW rev", "Location", "Remote?") == {
        "asset": ["Tag"],
        "vendor": ["Manuf."],
        "model": ["Type / Order no."],
        "version": ["FW rev"],
        "location": ["Location"],
        "exposed": ["Remote?"],
    }
