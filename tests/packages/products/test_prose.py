"""What the words of an advisory say of versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.prose import NOTHING, read_prose, said_in
from clearinghouse.packages.products.stretches import Inside, where
from clearinghouse.packages.products.versions import read_version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Versions 24.7.1 (and earlier) and 25.0 (and earlier) are affected", ["up to 24.7.1", "up to 25.0"]),
        ("Prior to version 5.18, a user may. Version 5.18 contains a patch.", ["before 5.18"]),
        (
            "all versions from 15.10 before 17.3.6, 17.4 before 17.4.3",
            ["from 15.10 before 17.3.6", "from 17.4 before 17.4.3"],
        ),
        ("Patched in 1.2.3, 1.3.4 and 2.0.1.", ["before 1.2.3", "before 1.3.4", "before 2.0.1"]),
        ("Versions 1.2.3 and 2.0.1 contain a fix.", ["before 1.2.3", "before 2.0.1"]),
        ("It is fixed in the following version: EdgeGuard Ledger Server 5.3.22 and later.", ["before 5.3.22"]),
        ("This issue affects it: from n/a through 1.3.1.", ["up to 1.3.1"]),
        ("plugin <= 1.3.1 is vulnerable", ["up to 1.3.1"]),
        ("affects Demo < 131", ["before 131"]),
        ("versions 8.14.0 and later before 8.20.6", ["from 8.14.0 before 8.20.6"]),
        ("version 7.0.0 through 7.0.4", ["from 7.0.0 up to 7.0.4"]),
        ("It answers on port 443 before login, in 10 steps.", []),
        ("All versions are affected, also those before 2.0.", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [str(stretch) for stretch in read_prose(text).stretches] == expected


@pytest.mark.parametrize(
    ("text", "version", "answer"),
    [
        ("prior to version 1.9.02", "1.10.00", True),
        ("prior to version 1.9.02", "1.9.01", False),
        ("up to 7.1.9 and up to 7.2.4", "7.2.5", True),
        ("before 16.7.2, 17.0.1", "16.7.3", True),
        ("before 16.7.2, 17.0.1", "16.7.1", False),
        ("from 8.1.0 before 8.1.10", "7.9.9", True),
        ("before 2.0. Version 3.1 is affected, too", "3.1", False),
        ("nothing of versions", "3.1", False),
        ("before 2019", "3.1", False),
    ],
)
def test_contradiction(text: str, version: str, answer: bool) -> None:
    read = read_version(version)
    assert read is not None
    assert read_prose(text).contradicts(read) is answer


def test_title_and_description_count_together() -> None:
    assert said_in("Demo <= 1.3.1", "A flaw.").stretches
    assert said_in("Demo", "A flaw.") == NOTHING


VERSIONS = st.lists(st.integers(0, 30), min_size=2, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, VERSIONS, st.sampled_from(["before {}", "up to {}", "versions {} and earlier", "fixed in {}"]))
def test_a_version_is_never_contradicted_where_a_stretch_has_room_for_it(end: str, asked: str, words: str) -> None:
    """The law: what is contradicted lies in no stretch of the words."""
    version = read_version(asked)
    assert version is not None
    prose = read_prose(words.format(end))
    if prose.contradicts(version):
        assert prose.stretches
        assert all(where(version, stretch) is Inside.NO for stretch in prose.stretches)


@given(st.text("vbeforugtp 0123456789.,()<=-&\n", max_size=300))
def test_it_never_raises(text: str) -> None:
    prose = read_prose(text)
    for version in ("1.0", "2024.1", "7.2.4"):
        read = read_version(version)
        assert read is not None
        prose.contradicts(read)
