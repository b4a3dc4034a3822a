"""CPE names of both bindings (NISTIR 7695)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.cpe import read_cpe, without_version


def test_a_formatted_string() -> None:
    cpe = read_cpe("cpe:2.3:o:cisco:ios_xe:17.3\\(1\\):update1:*:*:*:windows:*:*")
    assert cpe is not None
    assert (cpe.part, cpe.vendor, cpe.product) == ("o", "cisco", "ios_xe")
    assert cpe.full_version == "17.3(1) update1"
    assert cpe.target_software == "windows"


def test_a_formatted_string_without_escapes_reads_alike() -> None:
    plain = read_cpe("cpe:2.3:a:v:p:1.0:*:*:*:*:android:*:*")
    escaped = read_cpe("cpe:2.3:a:v:p:1\\.0:*:*:*:*:android:*:*")
    assert plain == escaped


def test_a_uri_and_its_packed_edition() -> None:
    cpe = read_cpe("cpe:/a:hp:insight%20manager:7.4.0.1570:-:~~online~win2003~x64~")
    assert cpe is not None
    assert cpe.product == "insight manager"
    assert cpe.target_software == "win2003"


@pytest.mark.parametrize("version", ["*", "-", "1.?", "1.*"])
def test_no_single_version(version: str) -> None:
    cpe = read_cpe(f"cpe:2.3:a:v:p:{version}:*:*:*:*:*:*:*")
    assert cpe is not None
    assert cpe.full_version == ""


@pytest.mark.parametrize("text", ["", "cpe:2.3", "cpe:2.3:x:v:p", "cpe:/a", "http://example.org", "cpe:2.3:a:*:*:1"])
def test_what_is_none(text: str) -> None:
    assert read_cpe(text) is None


@given(st.text("cpe:23./aoh*-?\\\\%01~x", max_size=60))
def test_it_never_raises(text: str) -> None:
    read_cpe(text)
    read_cpe("cpe:2.3:" + text)
    read_cpe("cpe:/" + text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpe:2.3:o:cisco:ios_xe:17.3\\(1\\):update1:*:*:*:windows:*:*", "cpe:2.3:o:cisco:ios_xe:::*:*:*:windows:*:*"),
        ("cpe:/a:hp:insight%20manager:7.4.0.1570:-:~~online~win2003~x64~", None),
        ("cpe:/o:fortinet:fortios:7.2.4", "cpe:/o:fortinet:fortios:"),
        ("cpe:/o:fortinet:fortios", "cpe:/o:fortinet:fortios"),
    ],
)
def test_a_name_of_any_version(text: str, expected: str | None) -> None:
    told = read_cpe(without_version(text))
    assert told is not None
    assert told.full_version == ""
    assert expected is None or without_version(text) == expected


_PIECE = st.text("a*-?:\\\\~%01 .", max_size=6)


@given(st.sampled_from(["cpe:2.3:", "cpe:/", "CPE:/", "", " cpe:2.3:"]), st.lists(_PIECE, max_size=13))
def test_a_name_of_any_version_says_else_the_same(start: str, pieces: list[str]) -> None:
    text = start + ":".join(["a", *pieces])
    cpe = read_cpe(text)
    told = read_cpe(without_version(text))
    assert told == (msgspec.structs.replace(cpe, version="", update="") if cpe else None)
