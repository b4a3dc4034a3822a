"""The ecosystems' own tools agree, on versions of real inventories and advisories and on made ones.

A tool that is not installed skips its test and says so. See ``oracles.py`` for how each is asked.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version
from tests.packages.versions import oracles
from tests.packages.versions.made import versions
from tests.packages.versions.oracles import Answers, Oracle, Pair
from tests.packages.versions.reference import COMPARATORS
from tests.packages.versions.reference_maven import maven_beginnings, maven_circle

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
    """``packaging``, which pytest brings along; it refuses versions from before PEP 440."""
    return [_compared(Version, pair) for pair in pairs]


def _compared(parse: Callable[[str], Any], pair: Pair) -> int | None:
    try:
        left, right = map(parse, pair)
    except InvalidVersion:
        return None
    return (left > right) - (left < right)


def order(name: str) -> Order:
    found = order_of(name)
    assert found is not None
    return found


def near(texts: Iterable[str], name: str) -> list[Pair]:
    """Pair every version with its neighbours by key, by spelling, and with one at random."""
    by_text = sorted(set(texts))
    by_key = sorted(by_text, key=order(name).key)
    by_chance = random.Random(0).sample(by_text, len(by_text))
    return [pair for row in (by_key, by_text, by_chance) for pair in pairwise(row)]


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
    phases=[Phase.generate],  # the pairs that differ are shown; a smaller list of versions would show no more
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.mark.parametrize("name", TOOLS)
def test_made_versions(name: str, oracle_of: Callable[[str], Oracle]) -> None:
    oracle = oracle_of(name)

    @_FEW
    @given(st.lists(versions(name).filter(partial(may_be_asked, name)), min_size=100, max_size=150, unique=True))
    def law(texts: list[str]) -> None:
        assert unexplained(name, oracle, differences(name, oracle, near(texts, name))) == []

    law()


def may_be_asked(name: str, text: str) -> bool:
    """Return whether a text can be handed to the tool at all, and is none of the few that are known to differ."""
    if not text or not text.isascii() or not text.isprintable() or text.startswith("%"):
        return False
    if name == "npm":
        return text.partition("-")[0].count(".") < 3  # 1.2.34.5 is 1.2.3-4.5 for node-semver: see npm.py
    if name == "pep440":
        return any(map(str.isalnum, text))  # packaging_legacy lets every text through
    if name == "maven":
        return " " not in text and text.lower() not in ("latest", "release")  # words of a POM, no versions
    if name == "dpkg":  # it reads +1:2 as of epoch 1, and of a colon in a revision it only warns
        return ":" not in text or re.fullmatch(r"[0-9]+:[^:]+", text) is not None
    return " " not in text and not text.endswith(":")  # of an epoch without a version rpm makes an empty version


def unexplained(name: str, oracle: Oracle, rows: list[tuple[Pair, int | None]]) -> list[tuple[Pair, int | None]]:
    """Return the differences but those where Maven runs in a circle: see maven.py."""
    if name != "maven":
        return rows
    pairs = [pair for (a, b), _ in rows for between in maven_beginnings(a, b) for pair in ((a, between), (between, b))]
    answers = dict(rows) | dict(zip(pairs, oracle(pairs), strict=True))
    return [row for row in rows if not maven_circle(*row[0], lambda a, b: answers[a, b])]


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
    found = versions_in(distinct_purls, REAL[name])
    if name == "go":
        found |= advisory_versions(data / "advisories/go")
    texts = [text for text in found if may_be_asked(name, text) and " " not in text]
    assert len(texts) > 10
    assert differences(name, oracle_of(name), near(texts, name)) == []


def versions_in(purls: list[str], begin: str) -> set[str]:
    found = (purl.partition("?")[0].partition("#")[0] for purl in purls if purl.startswith(begin))
    return {unquote(purl.rpartition("@")[2]) for purl in found if "@" in purl}


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


@given(*[st.one_of(versions("pep440"), st.from_regex(r"[0-9a-z._!+-]{1,12}", fullmatch=True))] * 2)
def test_versions_from_before_pep_440(a: str, b: str) -> None:
    legacy = pytest.importorskip(
        "packaging_legacy.version", reason="packaging-legacy is not installed: versions before PEP 440 are not compared"
    )
    if may_be_asked("pep440", a) and may_be_asked("pep440", b):
        assert order("pep440").compare(a, b) == _compared(legacy.parse, (a, b))


@pytest.mark.data
@pytest.mark.parametrize(("name", "types"), [("apk", ("alpine", "apk")), ("nuget", ("dotnet", "dotnet-core"))])
def test_real_versions_of_ecosystems_without_a_tool_here(
    distinct_purls: list[str], name: str, types: list[str]
) -> None:
    texts = {text for kind in types for text in versions_in(distinct_purls, f"pkg:{kind}/")}
    assert len(texts) > 100
    assert differences(name, lambda pairs: [COMPARATORS[name](*pair) for pair in pairs], near(texts, name)) == []


def test_where_hand_written_orderings_are_wrong_the_tools_say_so() -> None:
    """The lines that ``test_files.py`` lets differ."""
    assert oracles.maven([("1-1", "1-ga-1"), ("2-1", "2.0.a"), ("2-1", "2.0.0.a")]) == [1, 1, 1]
    assert oracles.composer([("1.0.0", "1.0"), ("1.2.3.#", "1.2.3.1")]) == [0, None]
