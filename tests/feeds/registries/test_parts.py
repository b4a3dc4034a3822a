"""The parts of which fetching is made: names, targets, the choice, versions."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag

from clearinghouse.feeds.download import Checksum
from clearinghouse.feeds.registries import BadNameError, PythonTarget, Release
from clearinghouse.feeds.registries.choice import chosen
from clearinghouse.feeds.registries.errors import NoFileError, TooLargeError
from clearinghouse.feeds.registries.fetched import Offer
from clearinghouse.feeds.registries.files import Named, named, same_version
from clearinghouse.feeds.registries.index import nearest, ordered
from clearinghouse.feeds.registries.names import Package, package_of
from clearinghouse.feeds.registries.simple import LARGEST_PAGE, read_listing

THING = Package(registry="pypi", name="thing", version="1.0")
TARGET = PythonTarget(version="3.11.2", platforms=("linux_x86_64",), glibc=(2, 36))


@given(st.sampled_from(["pypi", "npm", "npm/%40s", "cargo"]), st.text(max_size=30), st.text(max_size=20))
def test_whatever_is_named_leads_nowhere_else(kind, name, version):
    """A name is a step of a path at most (two with a scope), and never one that leads up."""
    try:
        package = package_of(f"pkg:{kind}/{name}@{version}", versioned=True)
    except BadNameError:
        return
    for step in [*package.name.split("/"), package.version]:
        assert step
        assert step not in (".", "..")
        assert step.isascii()
        assert step.isprintable()
        assert not set(step) & set("/\\?#%: ")
    assert package.name.count("/") <= (package.registry == "npm")
    assert package_of(package.purl, versioned=True) == package


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("Thing_Two-1.0.tar.gz", Named("source", "1.0")),
        ("thing.two-1.0-2.zip", Named("source", "1.0-2")),
        ("thing-two-1.0+cu118-cp311-cp311-linux_x86_64.whl", Named("wheel", "1.0+cu118")),
        ("thing_two-1.0-7-py3-none-any.whl", Named("wheel", "1.0")),
        ("thing_two-1.0-py3-none.whl", None),
        ("thing_two-1.0-a-b-c-d-e.whl", None),
        ("thing-1.0.tar.gz", None),
        ("thing-two-extra.exe", None),
        ("thing_two-.tar.gz", None),
        ("thing_two-1.0.tar.gz\n", None),
        ("thing_two-../x.tar.gz", None),
        ("-thing_two-1.0.tar.gz", None),
    ],
)
def test_what_a_name_says(file, said):
    assert named(file, "thing-two") == said


def test_versions_that_are_the_same():
    assert same_version("1.0", "1")
    assert same_version("1.0RC1", "1.0rc1")
    assert same_version("2004D-x", "2004d-X")
    assert not same_version("1.0", "2004d-x")
    assert not same_version("1.0+a", "1.0")
    assert not same_version("1" * 500, "1")


def test_the_tags_of_a_target():
    ranks = TARGET.ranks
    assert ranks[Tag("cp311", "cp311", "manylinux_2_36_x86_64")] == 0
    assert Tag("cp311", "cp311", "manylinux_2_37_x86_64") not in ranks
    order = [
        Tag("cp311", "cp311", "manylinux_2_28_x86_64"),
        Tag("cp311", "cp311", "manylinux2014_x86_64"),
        Tag("cp311", "cp311", "manylinux1_x86_64"),
        Tag("cp311", "cp311", "linux_x86_64"),
        Tag("cp39", "abi3", "manylinux_2_17_x86_64"),
        Tag("py3", "none", "any"),
    ]
    assert [ranks[tag] for tag in order] == sorted(ranks[tag] for tag in order)
    arm = PythonTarget(version="3.11.2", platforms=("linux_aarch64",), glibc=(2, 36)).ranks
    assert Tag("cp311", "cp311", "manylinux_2_17_aarch64") in arm
    assert Tag("cp311", "cp311", "manylinux_2_16_aarch64") not in arm
    assert PythonTarget.here().ranks[Tag("py3", "none", "any")] > 0
    assert str(TARGET) == "CPython 3.11.2 on linux_x86_64 with glibc 2.36"
    for version in ("", "3", "three", "3.11.2; x", "3.11\n"):
        with pytest.raises(ValueError, match="version"):
            PythonTarget(version=version)


NAMES = ["thing-1.0.tar.gz", "thing-1.0.zip", *(
    f"thing-1.0{build}-{tags}.whl"
    for build in ("", "-1", "-2a")
    for tags in ("py3-none-any", "py2.py3-none-any", "cp311-cp311-manylinux_2_28_x86_64", "cp37-abi3-linux_x86_64",
                 "cp27-cp27m-win32")
)]  # fmt: skip
OFFERS = st.builds(
    lambda name, yanked, python: Offer(
        name=name,
        kind="wheel" if name.endswith(".whl") else "source",
        address=name,
        digest=Checksum("sha256", name),
        yanked=yanked,
        requires_python=python,
    ),
    st.sampled_from(NAMES),
    st.sampled_from([None, "bad"]),
    st.sampled_from(["", ">=3.6", "<3", "nonsense", "~=3.11.3", "==" * 300]),
)


@given(st.lists(OFFERS, max_size=8, unique_by=lambda offer: offer.name), st.sampled_from([None, TARGET]), st.data())
def test_the_choice_depends_on_no_order(offers, python, data):
    def choose(some):
        try:
            return chosen(some, THING, kind, python)
        except NoFileError:
            return None

    kind = data.draw(st.sampled_from(["any", "wheel", "source"]))
    picked = choose(offers) if offers else None
    mixed = data.draw(st.permutations(offers))
    if not offers:
        return
    assert choose(mixed) == picked
    if picked is None:
        return
    assert kind in ("any", picked.kind)
    if picked.yanked:  # then nothing else could be taken
        left = [each for each in offers if not each.yanked]
        assert not left or choose(left) is None


@given(st.lists(st.from_regex(r"[0-9]{1,2}\.[0-9](rc[0-9])?", fullmatch=True), max_size=8), st.data())
def test_versions_are_ordered_whatever_their_order(texts, data):
    releases = [Release.of(each, prerelease="rc" in each, yanked=each.startswith("1")) for each in texts]
    found = ordered(THING, releases)
    assert found == ordered(THING, data.draw(st.permutations(releases)))
    states = [(each.yanked, each.prerelease) for each in found]
    assert states == sorted(states)
    near = nearest(THING, releases)
    assert len(near) == min(3, len(releases))
    assert set(near) <= set(releases)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        read_listing(data, "https://example.org/", "thing")


def test_a_page_may_not_be_too_large():
    with pytest.raises(TooLargeError):
        read_listing(b" " * (LARGEST_PAGE + 1), "https://example.org/", "thing")
