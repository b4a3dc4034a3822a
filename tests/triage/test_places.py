"""What documents are called beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.records import Inventory
from clearinghouse.triage.places import labels_of, short_names


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["/srv/bank/dpkg-status"], ["dpkg-status"]),
        (["/srv/bank/dpkg-status", "/srv/bank/bom.json"], ["dpkg-status", "bom.json"]),
        (["/srv/a/bom.json", "/srv/b/bom.json", "/srv/c.json"], ["a/bom.json", "b/bom.json", "c.json"]),
        (["/srv/a/x/bom.json", "/srv/b/x/bom.json"], ["a/x/bom.json", "b/x/bom.json"]),
        (["bom.json", "x/bom.json"], ["bom.json", "x/bom.json"]),
        (["/srv/all.zip!a/bom.json", "/srv/all.zip!list.csv"], ["bom.json", "all.zip!list.csv"]),
        (["-"], ["-"]),
        ([], []),
    ],
)
def test_the_file_and_its_folder_only_where_two_share_a_name(sources: list[str], expected: list[str]) -> None:
    assert list(short_names(sources).values()) == expected


@given(st.lists(st.lists(st.sampled_from(["a", "b", "", "c.json"]), min_size=1, max_size=4).map("/".join), max_size=6))
def test_two_documents_have_two_names(sources: list[str]) -> None:
    names = short_names(sources)
    assert set(names) == set(sources)
    assert len(set(names.values())) == len(names)
    assert all(source == name or source.endswith(f"/{name}") for source, name in names.items())


def test_a_subject_is_the_better_name() -> None:
    made = [
        Inventory(source="/srv/list.csv", format="csv"),
        Inventory(source="/srv/list.csv", format="csv", number=1),
        Inventory(source="/srv/bom.json", format="cyclonedx", subject="online banking"),
    ]
    assert labels_of(made) == {
        "/srv/list.csv": "list.csv",
        "/srv/list.csv#1": "list.csv#1",
        "/srv/bom.json": "online banking",
    }
