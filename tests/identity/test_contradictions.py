"""What is never joined, whatever a layer proposes: through any chain, in any order."""

from collections.abc import Iterable, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.identity import Identifier, Identity
from clearinghouse.records import Advisory, Component, Finding, Location, Remedy, State

WORDS = "A crafted archive makes the decoder of the parser package write past the end of its buffer."
FIX = "https://example.org/acme/parser/commit/0123456789abcdef0123456789abcdef01234567"


def advisory(
    source: str,
    identifier: str | None = None,
    *,
    publisher: str = "Alpha",
    component: str = "parser",
    text: str = WORDS,
    references: tuple[str, ...] = (),
    published: bool = True,
) -> Finding:
    return Finding(
        source=source,
        index=0,
        format="osv",
        title=text[:20],
        description=text,
        finder=publisher,
        components=(Component(name=component, ecosystem="PyPI"),),
        identifiers=(identifier,) if identifier else (),
        references=references,
        advisory=Advisory() if published else None,
    )


def sighting(source: str, state: State = State.OPEN, observed: str | None = None, tool: str = "Alpha") -> Finding:
    return Finding(
        source=source,
        index=0,
        format="sarif",
        title="Query built from input",
        finder=tool,
        rule="sql",
        weaknesses=("CWE-89",),
        locations=(Location(path="src/app.py", line=10),),
        state=state,
        observed=observed,
    )


def identify(findings: Iterable[Finding], *, aliases: bool = True) -> Identity:
    identifier = Identifier(aliases=aliases)
    for finding in findings:
        identifier.add([finding])
    return identifier.result()


def together(findings: Sequence[Finding], *, aliases: bool = True) -> set[frozenset[str]]:
    result = identify(findings, aliases=aliases)
    return {frozenset(findings[ordinal].source for ordinal in group) for group in result.groups}


CHAIN = (
    advisory("one", "CVE-2024-0001"),
    advisory("two", "CVE-2024-0002", publisher="Beta"),
    advisory("between", publisher="Gamma", references=(FIX,)),
    advisory("also between", publisher="Delta", references=(FIX,), published=False),
)


@pytest.mark.parametrize("order", list(permutations(CHAIN)), ids=lambda order: ", ".join(one.source for one in order))
def test_two_cves_are_never_joined_by_equal_words_or_a_common_fix_in_any_order(order):
    for group in together(order):
        assert not {"one", "two"} <= group
    assert not any({s.from_id[:3], s.to_id[:3]} == {"one", "two"} for s in identify(order).suggestions)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "CVE-2024-0001", "CVE-2024-0002", "GHSA-2222-3333-4444"]),
            st.sampled_from(["Alpha", "Beta", "Gamma"]),
            st.sampled_from(["parser", "parser-cli"]),
            st.sampled_from([(), (FIX,), ("https://example.org/notes/7",)]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_no_group_holds_findings_of_two_different_cves(rows):
    findings = [
        advisory(
            f"{n}",
            cve,
            publisher=publisher,
            component=name,
            references=refs,
            published=published,
            text=WORDS * (1 + long),
        )
        for n, (cve, publisher, name, refs, published, long) in enumerate(rows)
    ]
    result = identify(findings)
    assert sorted(n for group in result.groups for n in group) == list(range(len(findings)))
    for group in result.groups:
        assert len({i for n in group for i in findings[n].identifiers if i.startswith("CVE-")}) <= 1


def test_a_finding_that_names_both_joins_only_one_side():
    both = replace(advisory("both", publisher="Gamma"), identifiers=("CVE-2024-0001", "CVE-2024-0002"))
    for order in permutations((CHAIN[0], CHAIN[1], both)):
        for group in together(order):
            assert not {"one", "two"} <= group


def test_equal_words_join_records_of_two_publishers():
    assert together([advisory("one"), advisory("two", publisher="Beta")]) == {frozenset({"one", "two"})}


def test_words_that_one_publisher_used_for_two_flaws_join_nothing_and_what_they_joined_is_taken_back():
    first, second, third = advisory("one"), advisory("two", publisher="Beta"), advisory("three", publisher="Beta")
    identifier = Identifier()
    identifier.add([first])
    identifier.add([second])
    assert identifier.result().groups == [[0, 1]]
    identifier.add([third])
    assert identifier.result().groups == [[0], [1], [2]]
    assert [(s.from_id, s.to_id) for s in identifier.result().suggestions] == [("two#0", "one#0")]
    identifier.add([advisory("four", publisher="Gamma")])
    assert identifier.result().groups == [[0], [1], [2], [3]]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_taking_back_does_not_depend_on_who_came_first(order):
    records = [
        advisory("one"),
        advisory("two", publisher="Beta"),
        advisory("three", publisher="Beta"),
        advisory("four", publisher="Gamma"),
    ]
    assert len(together([records[n] for n in order])) == 4


def test_what_other_evidence_holds_stays_joined_when_words_fall():
    first, second = advisory("one", references=(FIX,)), advisory("two", publisher="Beta", references=(FIX,))
    third = advisory("three", publisher="Beta")
    for order in permutations((first, second, third)):
        assert together(order) == {frozenset({"one", "two"}), frozenset({"three"})}


def test_an_address_that_one_publisher_cites_for_two_flaws_joins_nothing():
    notes = ("https://example.org/notes/7",)
    records = [
        advisory(name, publisher=publisher, references=notes, text=f"{name}: {WORDS}")
        for name, publisher in (("one", "Alpha"), ("two", "Beta"), ("three", "Beta"))
    ]
    assert together(records[:2]) == {frozenset({"one", "two"})}
    for order in permutations(records):
        assert len(together(order)) == 3


def test_a_shared_identifier_joins_two_records_of_one_publisher():
    records = [advisory("one", "CVE-2024-0001"), advisory("two", "CVE-2024-0001", text="Other words.")]
    assert together(records) == {frozenset({"one", "two"})}
    assert len(together(records, aliases=False)) == 2


# what was fixed and what came back

EARLY, LATE, LATER = "2026-01-05T00:00:00Z", "2026-02-05T00:00:00Z", "2026-03-05T00:00:00+01:00"


def test_open_and_then_fixed_is_one_flaw():
    open_, fixed = sighting("open", observed=EARLY), sighting("fixed", State.FIXED, LATE)
    assert together([open_, fixed]) == together([fixed, open_]) == {frozenset({"open", "fixed"})}
    assert together([sighting("open"), sighting("fixed", State.FIXED)]) == {frozenset({"open", "fixed"})}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_fixed_and_then_seen_again_is_a_regression_and_a_suggestion(order):
    pair = [sighting("fixed", State.FIXED, EARLY), sighting("again", observed=LATE)]
    result = identify([pair[n] for n in order])
    assert len(result.groups) == 2
    assert not result.links
    (told,) = result.suggestions
    assert "regression" in told.explanation


def test_without_times_what_arrives_after_the_fix_is_the_regression():
    result = identify([sighting("open"), sighting("fixed", State.FIXED), sighting("again")])
    assert result.groups == [[0, 1], [2]]
    assert [s.from_id for s in result.suggestions] == ["again#0"]


def test_all_sightings_of_a_regression_are_one_flaw():
    history = [
        sighting("open", observed=EARLY),
        sighting("fixed", State.FIXED, LATE),
        sighting("again", observed=LATER),
        sighting("again for beta", observed=LATER, tool="Beta"),
    ]
    assert together(history) == {frozenset({"open", "fixed"}), frozenset({"again", "again for beta"})}


def test_a_chain_does_not_smuggle_a_regression_in():
    fixed, early, late = (
        sighting("fixed", State.FIXED, LATE),
        sighting("early", observed=EARLY),
        sighting("late", observed=LATER),
    )
    for order in permutations((fixed, early, late)):
        for group in together(order):
            assert not {"fixed", "late"} <= group


# what a finder told apart


def test_two_places_of_one_run_are_not_joined_through_another_finder():
    def place(source: str, index: int, line: int, tool: str, message: str) -> Finding:
        where = (Location(path="src/app.py", line=line),)
        return replace(sighting(source, tool=tool), index=index, locations=where, title=message, weaknesses=("CWE-89",))

    run = [place("run", 0, 10, "Alpha", "first query"), place("run", 1, 12, "Alpha", "second query")]
    other = [place("other", 0, 11, "Beta", "a query")]
    for reports in ([run, other], [other, run]):
        identifier = Identifier()
        for report in reports:
            identifier.add(report)
        ids = [{identifier.profiles[n].id for n in group} for group in identifier.result().groups]
        assert not any({"run#0", "run#1"} <= group for group in ids)


def test_one_patch_is_one_flaw_for_two_finders():
    patched = Remedy(kind="patch", value="sha256:00ff")
    one = replace(advisory("one", published=False, text="The decoder overflows."), remedies=(patched,))
    two = replace(
        advisory("two", published=False, publisher="Beta", text="Heap write in decode()."), remedies=(patched,)
    )
    assert together([one, two]) == {frozenset({"one", "two"})}
    assert [link.reason for link in identify([one, two]).links] == ["remedy"]


# one document is no history

STATES = (State.OPEN, State.FIXED, State.OPEN, State.FIXED)


@pytest.mark.parametrize("order", list(permutations(range(4)))[:8])
def test_the_order_of_rows_of_one_document_is_no_time(order):
    rows = [
        replace(sighting("hosts.csv", STATES[n]), index=at, identifiers=("CVE-2024-0001",))
        for at, n in enumerate(order)
    ]
    identifier = Identifier()
    identifier.add(rows)
    assert len(identifier.result().groups) == 1


def test_another_component_that_was_fixed_makes_no_regression():
    fixed = replace(
        sighting("a", State.FIXED, EARLY), identifiers=("CVE-2024-0001",), components=(Component(name="a"),)
    )
    open_ = replace(sighting("b", observed=LATE), identifiers=("CVE-2024-0001",), components=(Component(name="b"),))
    assert len(identify([fixed, open_]).groups) == 1


# who finders write for

BOILERPLATE = "User input reaches a query without being escaped, so an attacker may read or change other data."


def test_one_sentence_about_different_things_is_no_identity():
    def report(source: str, component: str, family: str) -> Finding:
        made = replace(sighting(source, tool=f"Lab {source}"), description=BOILERPLATE, weaknesses=(family,))
        components = (Component(name=component),) if component else ()
        return replace(made, components=components, identifiers=(), rule=None, locations=())

    assert len(identify([report("a", "shop", "CWE-89"), report("b", "forum", "CWE-89")]).groups) == 2
    assert len(identify([report("a", "shop", "CWE-89"), report("b", "shop", "CWE-79")]).groups) == 2
    assert len(identify([report("a", "", "CWE-89"), report("b", "", "CWE-89")]).groups) == 2
    assert len(identify([report("a", "shop", "CWE-89"), report("b", "shop", "CWE-89")]).groups) == 1


def test_unnamed_finders_are_not_one_tool():
    def report(source: str, rule: str, path: str) -> Finding:
        place = (Location(path=path, line=3),)
        made = replace(sighting(source, tool="unknown"), rule=rule, locations=place, identifiers=(), description=rule)
        return replace(made, fingerprints=(("id", "00000001"),))

    assert len(identify([report("a", "r1", "a/x.py"), report("b", "r1", "b/y.py")]).groups) == 2


def test_a_document_and_its_copy_are_the_same_findings_even_where_a_place_stands_twice():
    def report(source: str, index: int, line: int) -> Finding:
        place = (Location(path="src/a.c", line=line, column=5, symbol="run"),)
        made = replace(
            sighting(source), index=index, rule="r1", locations=place, identifiers=(), description="overflow"
        )
        return replace(made, weaknesses=("CWE-120",))

    identifier = Identifier()
    for source in ("one", "copy"):
        identifier.add([report(source, 0, 34), report(source, 1, 34), report(source, 2, 40), report(source, 3, 40)])
    groups = [{identifier.profiles[n].index for n in group} for group in identifier.result().groups]
    assert groups == [{0, 1}, {2, 3}]
