"""The ecosystems' own tools agree, on versions of real inventories and advisories and on made ones.

A tool that is not installed skips its test and says so. See ``oracles.py`` for how each is asked.
"""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.packages.versions import oracles
from tests.packages.versions.made import versions
from tests.packages.versions.oracles import Answers, Oracle, Pair
from tests.packages.versions.reference import maven_beginnings, maven_circle

from clearinghouse.packages.versions import Order, order_of


@pytest.fixture(scope="module")
def oracle_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Oracle]:
    folder = tmp_path_factory.mktemp("oracles")
    tools: dict[str, Oracle] = {
        "npm": oracles.node_semver,
        "gem": oracles.ruby_gem,
        "composer": oracles.composer,
        "semver": oracles.elixir,
        "go": partial(oracles.go_modules, folder=folder),
        "cran": oracles.r_compare,
        "rpm": partial(oracles.rpm, folder=folder),
        "maven": oracles.maven,
        "dpkg": oracles.dpkg_perl,
        "pep440": packaging,
    }
    return tools.__getitem__


def packaging(pairs: Sequence[Pair]) -> Answers:
    """``packaging``, and ``packaging_legacy`` for versions from before PEP 440 where it is installed."""
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        from packaging_legacy.version import parse  # noqa: PLC0415
    except ImportError:
        parse = Version
    answers: Answers = []
    for a, b in pairs:
        try:
            left, right = parse(a), parse(b)
            answers.append((left > right) - (left < right))
        except InvalidVersion:
            answers.append(None)
    return answers


def order(name: str) -> Order:
    found = order_of(name)
    assert found is not None
    return found


def near(texts: Iterable[str], name: str) -> list[Pair]:
    """Pair every version with its neighbours by key, by spelling, and with one at random."""
    by_text = sorted(set(texts))
    by_key = sorted(by_text, key=order(name).key)
    by_chance = random.Random(0).sample(by_text, len(by_text))
    return [pair for row in (by_key, by_text, by_chance) for pair in zip(row, row[1:], strict=False)]


def differences(name: str, oracle: Oracle, pairs: list[Pair]) -> list[tuple[Pair, int | None]]:
    """Return the pairs that the tool compares and we compare otherwise, with what the tool says."""
    ours = order(name)
    rows = zip(pairs, oracle(pairs), strict=True)
    return [
        (pair, answer)
        for pair, answer in rows
        if answer is not None and (ours.compare(*pair) != answer or not all(map(ours.is_valid, pair)))
    ]


TOOLS = ("npm", "gem", "composer", "semver", "go", "cran", "rpm", "maven", "dpkg", "pep440")
_FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.mark.parametrize("name", TOOLS)
def test_made_versions(name: str, oracle_of: Callable[[str], Oracle]) -> None:
    oracle = oracle_of(name)

    @_FEW
    @given(st.lists(versions(name).filter(partial(may_be_asked, name)), min_size=150, max_size=300, unique=True))
    def law(texts: list[str]) -> None:
        different = differences(name, oracle, near(texts, name))
        assert [row for row in different if not explained(name, oracle, row)] == []

    law()


def may_be_asked(name: str, text: str) -> bool:
    """Return whether a text can be handed to the tool at all, and is none of the few that are known to differ."""
    if not text or not text.isascii() or not text.isprintable() or text.startswith("%"):
        return False
    if name == "npm":
        return text.partition("-")[0].count(".") < 3  # 1.2.34.5 is 1.2.3-4.5 for node-semver: see npm.py
    if name == "pep440":
        return any(map(str.isalnum, text))  # packaging_legacy lets every text through
    return name == "npm" or " " not in text


def explained(name: str, oracle: Oracle, difference: tuple[Pair, int | None]) -> bool:
    """Return whether Maven itself can not be right: see maven.py on circles."""
    (a, b), answer = difference
    if name != "maven":
        return False
    pairs = [pair for between in maven_beginnings(a, b) for pair in ((a, between), (between, b))]
    answers = dict(zip(pairs, oracle(pairs), strict=True))
    return maven_circle(a, b, lambda x, y: answer if (x, y) == (a, b) else answers[x, y])


REAL = {
    "npm": "pkg:npm/",
    "gem": "pkg:gem/",
    "composer": "pkg:composer/",
    "semver": "pkg:cargo/",
    "go": "pkg:golang/",
    "cran": "pkg:pypi/",  # no inventory has packages of CRAN: numbers are numbers
    "rpm": "pkg:rpm/",
    "maven": "pkg:maven/",
    "dpkg": "pkg:deb/",
    "pep440": "pkg:pypi/",
}


@pytest.mark.data
@pytest.mark.parametrize("name", TOOLS)
def test_versions_of_real_inventories(
    distinct_purls: list[str], data: Path, name: str, oracle_of: Callable[[str], Oracle]
) -> None:
    found = {
        unquote(purl.partition("?")[0].partition("#")[0].rpartition("@")[2])
        for purl in distinct_purls
        if purl.startswith(REAL[name]) and "@" in purl
    }
    if name == "go":
        found |= advisory_versions(data / "advisories/go")
    texts = [text for text in found if may_be_asked(name, text) and " " not in text]
    assert len(texts) > 10
    assert differences(name, oracle_of(name), near(texts, name)) == []


def advisory_versions(folder: Path) -> set[str]:
    found = set()
    for path in folder.rglob("*.json"):
        for affected in json.loads(path.read_bytes()).get("affected", ()):
            for item in affected.get("ranges", ()):
                found |= {f"v{version}" for event in item["events"] for version in event.values()}
    return found


@_FEW
@given(st.lists(versions("dpkg").filter(partial(may_be_asked, "dpkg")), min_size=30, max_size=30, unique=True))
def test_dpkg_itself(texts: list[str]) -> None:
    assert differences("dpkg", oracles.dpkg, near(texts, "dpkg")) == []


def test_where_hand_written_orderings_are_wrong_the_tools_say_so() -> None:
    """The lines that ``test_files.py`` lets differ."""
    assert oracles.maven([("1-1", "1-ga-1"), ("2-1", "2.0.a"), ("2-1", "2.0.0.a")]) == [1, 1, 1]
    assert oracles.composer([("1.0.0", "1.0"), ("1.2.3.#", "1.2.3.1")]) == [0, None]
