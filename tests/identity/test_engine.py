"""Identity as a whole: what holds for every input, how much is asked of storage, and how a person takes a link back."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.identity import Identifier, Identity, UnknownLinkError
from clearinghouse.identity.engine import default_layers
from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.identity.index import BUCKET_CAP, Earlier, MemoryIndex
from clearinghouse.records import Advisory, Component, Crash, Finding, Location, Reason, State

TEXTS = (
    "A crafted archive makes the decoder of the package write past the end of its buffer.",
    "The session cookie is kept when the client follows a redirect to another host over plain text.",
    "decode_chunk() calls memcpy without a check of length_field, so that a heap overflow follows.",
)


class Counting(MemoryIndex):
    """The index in memory, which remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def exchange(self, keys: Sequence[int], ordinals: Sequence[int]) -> list[Earlier]:
        self.calls.append(len(keys))
        assert list(ordinals) == sorted(ordinals)
        return super().exchange(keys, ordinals)


def scanned(
    source: str, index: int, line: int, *, tool: str = "Alpha", path: str = "src/app.py", rule: str = "sql"
) -> Finding:
    return Finding(
        source=source,
        index=index,
        format="sarif",
        title="Query built from input",
        finder=tool,
        rule=rule,
        weaknesses=("CWE-89",),
        locations=(Location(path=path, line=line),),
    )


def named(source: str, *identifiers: str, **facts: object) -> Finding:
    made = Finding(
        source=source,
        index=0,
        format="csv",
        title=f"Flaw in {source}",
        finder=f"finder of {source}",
        identifiers=identifiers,
    )
    return replace(made, **facts)


@st.composite
def findings(draw: st.DrawFn) -> list[Finding]:
    """Findings of every kind, in few variations, so that every layer has something to say."""
    made = []
    for index in range(draw(st.integers(0, 10))):
        kind = draw(st.sampled_from(["scan", "advisory", "crash", "prose"]))
        made.append(
            Finding(
                source=draw(st.sampled_from(["one", "two"])),
                index=index,
                format="any",
                title=draw(st.sampled_from(["Flaw", "Heap buffer overflow", "SQL injection"])),
                description=draw(st.sampled_from(("", *TEXTS))),
                finder=draw(st.sampled_from(["Alpha", "Beta", "Gamma"])),
                rule="rule" if kind == "scan" else None,
                components=(Component(name=draw(st.sampled_from(["parser", "web"]))),) if kind != "crash" else (),
                identifiers=draw(
                    st.sampled_from([(), (), ("CVE-2024-0001",), ("CVE-2024-0002",), ("GHSA-2222-3333-4444",)])
                ),
                weaknesses=draw(st.sampled_from([(), ("CWE-787",), ("CWE-89",)])),
                locations=draw(
                    st.sampled_from([(), (Location(path="src/a.c", line=3),), (Location(path="src/a.c", line=90),)])
                ),
                fingerprints=draw(st.sampled_from([(), (("line", "0123456789ab"),)])),
                references=draw(
                    st.sampled_from([(), ("https://example.org/issue/1",), ("https://example.org/issue/2",)])
                ),
                crash=Crash(
                    tool="ASan",
                    type="Heap-buffer-overflow",
                    state=draw(st.sampled_from([("a", "b", "c"), ("a", "b", "x")])),
                )
                if kind == "crash"
                else None,
                advisory=Advisory() if kind == "advisory" else None,
                state=draw(st.sampled_from([State.OPEN, State.OPEN, State.FIXED])),
                observed=draw(st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])),
            )
        )
    return made


def identify(*reports: Sequence[Finding], **options: object) -> Identity:
    identifier = Identifier(**options)
    for report in reports:
        identifier.add(report)
    return identifier.result()


def group_of(result: Identity) -> dict[int, int]:
    return {ordinal: group[0] for group in result.groups for ordinal in group}


@given(st.lists(findings(), max_size=4), st.booleans())
def test_the_laws_of_a_result(reports, aliases):
    flat = [replace(finding, index=n) for n, finding in enumerate(f for report in reports for f in report)]
    numbers = iter(flat)
    reports = [[next(numbers) for _ in report] for report in reports]
    result = identify(*reports, aliases=aliases)
    assert Counter(ordinal for group in result.groups for ordinal in group) == Counter(range(len(flat)))
    assert len(result.links) == len(flat) - len(result.groups)
    at, group = {finding.id: n for n, finding in enumerate(flat)}, group_of(result)
    for link in result.links:
        assert group[at[link.from_id]] == group[at[link.to_id]]
    for link in result.suggestions:
        assert group[at[link.from_id]] != group[at[link.to_id]]
    for link in (*result.links, *result.suggestions):
        assert at[link.to_id] < at[link.from_id]
        assert 0 < link.score <= 1
        assert link.explanation.endswith(".")
        assert aliases or link.reason is not Reason.IDENTIFIER
    replayed = Forest()
    replayed.grow(len(flat))
    for one in result.links:
        assert replayed.join(Edge(at[one.from_id], at[one.to_id], one.reason, one.score, one.explanation))
    assert replayed.groups() == result.groups
    assert identify(*reports, aliases=aliases) == result


@given(st.lists(findings(), max_size=4))
def test_looking_in_between_changes_nothing(reports):
    looking, not_looking = Identifier(), Identifier()
    for report in reports:
        looking.add(report)
        looking.result()
        not_looking.add(report)
    assert looking.result() == not_looking.result()


@given(findings(), findings())
def test_reports_of_two_sources_may_come_in_one_piece_or_one_by_one(one, two):
    """Holds where no run is cut in two: which of several like places a finding is needs its whole run."""
    one = [replace(finding, source="one", index=n) for n, finding in enumerate(one)]
    two = [replace(finding, source="two", index=n) for n, finding in enumerate(two)]
    assert identify(one, two) == identify([*one, *two])


@given(findings(), st.integers(1, 5))
def test_where_a_batch_ends_changes_nothing(report, size):
    whole, parts = Identifier(), Identifier()
    whole.add(report)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearinghouse.identity.engine._BATCH", size)
        parts.add(report)
    assert whole.result() == parts.result()


def test_one_exchange_with_the_index_for_every_1024_findings():
    for count, calls in ((1, 1), (1024, 1), (1025, 2), (5000, 5), (0, 0)):
        index = Counting()
        Identifier(index=index).add(scanned("one", n, 10 * n) for n in range(count))
        assert len(index.calls) == calls


def test_findings_that_say_nothing_ask_nothing():
    index = Counting()
    identifier = Identifier(index=index)
    identifier.add([Finding(source="one", index=0, format="csv", title="Something", finder="Alpha")])
    assert sum(index.calls) == 0
    assert identifier.result().groups == [[0]]


# full buckets


@pytest.mark.parametrize(
    "finding",
    [
        pytest.param(named("x", "CVE-2021-44228"), id="identifier"),
        pytest.param(scanned("x", 0, 10), id="location"),
        pytest.param(replace(scanned("x", 0, 1, path=""), fingerprints=(("all", "0123456789ab"),)), id="fingerprint"),
        pytest.param(
            Finding(source="x", index=0, format="crash", title="t", finder="fuzzer",
                    crash=Crash(tool="ASan", type="Heap-buffer-overflow", access="READ", state=("a", "b", "c"))),
            id="stack",
        ),
    ],
)  # fmt: skip
def test_what_is_reported_more_often_than_a_bucket_holds_is_still_one_flaw(finding):
    reports = [[replace(finding, source=f"night {n}")] for n in range(3 * BUCKET_CAP)]
    result = identify(*reports)
    assert len(result.groups) == 1
    assert result.full_buckets >= 1


class Examined(MemoryIndex):
    """Counts how many earlier findings were handed out."""

    handed = 0

    def exchange(self, keys: Sequence[int], ordinals: Sequence[int]) -> list[Earlier]:
        earlier = super().exchange(keys, ordinals)
        self.handed += sum(1 if isinstance(e, int) else len(e) for e in earlier if e is not None)
        return earlier


def test_work_on_one_shared_key_grows_with_the_flood_and_not_with_its_square():
    handed = []
    for count in (2_000, 4_000, 8_000):
        index = Examined()
        Identifier(index=index).add(scanned("one", n, 50 * n) for n in range(count))
        assert index.full_buckets >= 1
        handed.append(index.handed / count)
    assert handed[2] <= handed[0]


def test_ten_thousand_places_of_one_rule_in_one_file_stay_ten_thousand():
    result = identify([scanned("one", n, 50 * n + 1) for n in range(10_000)])
    assert len(result.groups) == 10_000
    assert result.full_buckets >= 1
    assert result.suggestions == []


def test_an_address_that_everyone_cites_joins_nothing():
    cited = ("https://example.org/bulletins/latest",)
    flood = [[named(f"f{n}", references=cited, components=(Component(name="web"),))] for n in range(40)]
    assert len(identify(*flood).groups) == 40


# a person takes a link back


def chain() -> Identifier:
    identifier = Identifier()
    for tool, line in (("Alpha", 10), ("Beta", 10), ("Gamma", 10)):
        identifier.add([scanned(tool.lower(), 0, line, tool=tool)])
    return identifier


@given(st.lists(findings(), max_size=4), st.data())
@settings(max_examples=60)
def test_taking_back_a_link_divides_exactly_one_group_into_exactly_two(reports, data):
    identifier = Identifier()
    for number, report in enumerate(reports):
        identifier.add([replace(finding, source=f"{number}", index=n) for n, finding in enumerate(report)])
    before = identifier.result()
    if not before.links:
        return
    link = data.draw(st.sampled_from(before.links))
    identifier.unmerge(link.from_id, link.to_id)
    after = identifier.result()
    was, now = ({frozenset(group) for group in result.groups} for result in (before, after))
    (divided,) = was - now
    one, other = now - was
    assert one | other == divided
    assert after.links == [each for each in before.links if each is not link and each != link]
    assert link not in after.suggestions


def test_what_was_taken_back_is_not_made_again_by_the_same_pair_or_through_others():
    identifier = Identifier()
    identifier.add([scanned("one", 0, 10)])
    identifier.add([scanned("two", 0, 10)])
    identifier.unmerge("two#0", "one#0")
    assert identifier.result().groups == [[0], [1]]
    identifier.add([scanned("three", 0, 10)])
    identifier.add([scanned("four", 0, 10, tool="Beta")])
    for group in identifier.result().groups:
        assert not {0, 1} <= set(group)


def test_a_shared_identifier_does_not_overrule_a_person():
    identifier = Identifier()
    identifier.add([named("one", "CVE-2024-0001")])
    identifier.add([named("two", "CVE-2024-0001")])
    identifier.unmerge("two#0", "one#0")
    identifier.add([named("three", "CVE-2024-0001")])
    assert sorted(map(len, identifier.result().groups)) == [1, 2]


def test_a_link_that_does_not_exist_cannot_be_taken_back():
    identifier = chain()
    with pytest.raises(UnknownLinkError, match="no link leads from one to two"):
        identifier.unmerge("one", "two")
    link = identifier.result().links[0]
    identifier.unmerge(link.from_id, link.to_id)
    with pytest.raises(UnknownLinkError):
        identifier.unmerge(link.from_id, link.to_id)


def test_a_link_may_be_taken_back_after_words_fell():
    text = TEXTS[0]
    identifier = Identifier()
    fix = "https://example.org/a/commit/0123456789abcdef"
    for source, publisher, references in (("one", "A", (fix,)), ("two", "B", (fix,)), ("three", "B", ())):
        parser = (Component(name="parser"),)
        identifier.add(
            [
                named(
                    source,
                    finder=publisher,
                    description=text,
                    components=parser,
                    references=references,
                    advisory=Advisory(),
                )
            ]
        )
    assert identifier.result().groups == [[0, 1], [2]]
    identifier.unmerge("two#0", "one#0")
    assert identifier.result().groups == [[0], [1], [2]]
    assert identifier.result().links == []


# what a caller may rely on


def test_a_link_is_written_with_the_documented_names():
    (link, _) = chain().result().links
    assert list(msgspec.to_builtins(link)) == ["from", "to", "reason", "score", "explanation"]
    known = ["identifier", "fingerprint", "location", "stack", "text", "remedy", "person"]
    assert [reason.value for reason in Reason] == known  # in this order: the server stores their places


def test_without_aliases_no_layer_asks_for_identifiers():
    assert Reason.IDENTIFIER in {layer.reason for layer in default_layers()}
    assert Reason.IDENTIFIER not in {layer.reason for layer in default_layers(aliases=False)}


def test_a_layer_can_be_left_out():
    without = [layer for layer in default_layers() if layer.reason is not Reason.LOCATION]
    assert len(identify([scanned("one", 0, 10)], [scanned("two", 0, 10)], layers=without).groups) == 2


def test_ordinals_of_a_report_are_handed_out_in_order():
    identifier = Identifier()
    assert identifier.add([scanned("one", 0, 1), scanned("one", 1, 90)]) == range(2)
    assert identifier.add([]) == range(2, 2)
    assert identifier.add(iter([scanned("two", 0, 1)])) == range(2, 3)
