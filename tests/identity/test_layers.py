"""Each layer on its own: what it joins, what it only suggests, and where it is silent."""

import pytest
from msgspec.structs import replace

from clearinghouse.identity import Identifier, Identity
from clearinghouse.identity.families import family_in, family_of
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Crash,
    Finding,
    Frame,
    Location,
    RangeEvent,
    Reason,
    Remedy,
    VersionRange,
)

PROSE = "The function decode_chunk() in src/decode.c trusts length_field and copies it with memcpy beyond the buffer."


def made(source: str, finder: str = "Alpha", **facts: object) -> Finding:
    return replace(Finding(source=source, index=0, format="any", title="A flaw", finder=finder), **facts)


def crash(source: str, *state: str, kind: str = "Heap-buffer-overflow", **facts: object) -> Finding:
    return made(source, "fuzzer", crash=replace(Crash(tool="ASan", type=kind, access="READ", state=state), **facts))


def identify(*findings: Finding, aliases: bool = True) -> Identity:
    identifier = Identifier(aliases=aliases)
    for finding in findings:
        identifier.add([finding])
    return identifier.result()


def joined(*findings: Finding, aliases: bool = True) -> Reason | None:
    """Return why two findings are one flaw, or None."""
    links = identify(*findings, aliases=aliases).links
    return links[0].reason if links else None


def suggested(*findings: Finding) -> Reason | None:
    suggestions = identify(*findings).suggestions
    return suggestions[0].reason if suggestions else None


PARSER, WEB = (Component(name="parser"),), (Component(name="web"),)

# identifier


@pytest.mark.parametrize(
    "name", ["CVE-2024-0001", "GHSA-2222-3333-4444", "PYSEC-2024-1", "RUSTSEC-2024-0001", "GO-2024-0001"]
)
def test_one_flaws_identifier_joins_wherever_it_stands(name):
    one, other = made("one", identifiers=(name,)), made("two", "Beta", identifiers=(name, "CVE-2024-9999"))
    assert joined(one, other) is Reason.IDENTIFIER or name.startswith("CVE-")
    assert joined(one, made("two", "Beta", identifiers=(name,), components=WEB)) is Reason.IDENTIFIER


def test_a_bulletin_joins_only_on_one_component():
    one = made("one", identifiers=("RHSA-2024:0001",), components=PARSER)
    assert joined(one, made("two", identifiers=("RHSA-2024:0001",), components=PARSER)) is Reason.IDENTIFIER
    assert joined(one, made("two", identifiers=("RHSA-2024:0001",), components=WEB)) is None


def test_a_collection_of_many_identifiers_joins_nothing():
    many = (*(f"GHSA-2222-3333-444{n}" for n in range(2, 10)), "GHSA-2222-3333-5555")
    assert joined(made("one", identifiers=many), made("two", identifiers=many[:1])) is None


# fingerprint


def scanned(source: str, finder: str = "Alpha", **facts: object) -> Finding:
    place = Location(path=facts.pop("path", "src/a.py"), line=facts.pop("line", 10))
    return made(
        source, finder, rule="rule", locations=(place,), **{"fingerprints": (("hash", "0123456789abcdef"),), **facts}
    )


def test_a_fingerprint_joins_across_lines_within_one_tool_and_rule():
    assert joined(scanned("one"), scanned("two", line=900)) is Reason.FINGERPRINT
    assert joined(scanned("one"), scanned("two", "Beta", line=900, title="Another finder's words")) is None
    assert joined(scanned("one"), replace(scanned("two", line=900), rule="other")) is None


def test_a_whole_fingerprint_follows_a_renamed_file_and_a_partial_one_does_not():
    assert joined(scanned("one"), scanned("two", path="src/b.py")) is Reason.FINGERPRINT
    partial = (("partial/line", "0123456789abcdef"),)
    assert joined(scanned("one", fingerprints=partial), scanned("two", path="src/b.py", fingerprints=partial)) is None
    assert joined(scanned("one", path="a/src/i.js"), scanned("two", path="b/src/i.js")) is None


@pytest.mark.parametrize("value", ["", "0", "requires login", "1234567"])
def test_a_placeholder_is_no_fingerprint(value):
    names = (("hash", value),)
    assert joined(scanned("one", fingerprints=names), scanned("two", line=900, title="B", fingerprints=names)) is None


def test_a_fingerprint_given_to_two_places_of_one_run_joins_them_not():
    identifier = Identifier()
    identifier.add([scanned("one"), replace(scanned("one", line=90), index=1)])
    assert identifier.result().groups == [[0], [1]]


# stack


def test_equal_kind_and_equal_frames_join():
    assert joined(crash("one", "a", "b", "c"), crash("two", "a", "b", "c")) is Reason.STACK
    assert joined(crash("one", "a", "b", "c"), crash("two", "a", "b", "c", kind="Heap-use-after-free")) is None
    assert joined(crash("one", "a", "b", "c"), crash("two", "a", "b", "c", access="WRITE")) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (crash("one", "a", "b", "c"), crash("two", "a", "b", "x")),
        (crash("one", "a", "b", "c"), crash("two", "x", "a", "b")),
        (crash("one", "a", "b", "c", weak=True), crash("two", "a", "b", "c", weak=True)),
        (crash("one", "a", "b", "c", kind="Timeout"), crash("two", "a", "b", "c", kind="Timeout")),
        (crash("one", "a"), crash("two", "a")),
    ],
)
def test_what_is_likely_but_not_sure_is_a_suggestion(one, other):
    assert joined(one, other) is None
    assert suggested(one, other) is Reason.STACK


def test_one_frame_identifies_if_its_line_is_the_same():
    frames = (Frame(function="a", file="a.c", line=7),)
    assert joined(crash("one", "a", frames=frames), crash("two", "a", frames=frames)) is Reason.STACK


def test_crashes_without_a_state_are_not_compared():
    assert identify(crash("one"), crash("two")).links == []
    assert identify(crash("one", "NULL"), crash("two", "NULL")).links == []


# text


def test_equal_words_join_whatever_case_punctuation_and_addresses():
    one = made("one", description=PROSE, components=PARSER)
    other = made("two", "Beta", description=f"{PROSE.upper()} (see https://example.org/7)".replace("memcpy", "memcpy"))
    assert joined(one, other) is None  # "see" is a word more
    other = made("two", "Beta", description=f"{PROSE.upper()} https://example.org/7", components=PARSER)
    assert joined(one, other) is Reason.TEXT


def test_few_words_say_nothing():
    assert (
        joined(made("one", description="Buffer overflow."), made("two", "Beta", description="Buffer overflow.")) is None
    )


def test_alike_words_about_one_component_and_weakness_are_a_suggestion():
    facts = {"components": PARSER, "weaknesses": ("CWE-787",)}
    one = made("one", description=PROSE, **facts)
    other = made(
        "two", "Beta", description="memcpy in decode_chunk() is given length_field, unchecked, by src/decode.c", **facts
    )
    assert joined(one, other) is None
    assert suggested(one, other) is Reason.TEXT
    assert suggested(one, replace(other, components=WEB)) is None


def test_nearly_equal_words_never_join():
    facts = {"components": PARSER, "weaknesses": ("CWE-787",)}
    one = made("one", description=PROSE, **facts)
    other = made("two", "Beta", description=PROSE.replace("trusts", "believes"), **facts)
    assert joined(one, other) is None
    assert suggested(one, other) is Reason.TEXT
    assert suggested(one, replace(other, finder="Alpha")) is None


@pytest.mark.parametrize("change", [("decode", "encode"), ("1.2.3", "1.3.0")])
def test_a_template_that_is_filled_in_otherwise_is_no_suggestion(change):
    text = "In version 1.2.3 the function decode_chunk() trusts the length in the header and copies beyond the buffer."
    facts = {"components": PARSER, "weaknesses": ("CWE-787",)}
    one, other = made("one", description=text, **facts), made("two", "Beta", description=text.replace(*change), **facts)
    assert suggested(one, other) is None


def test_a_finder_that_repeats_its_words_elsewhere_has_boilerplate():
    one = made("one", description=PROSE, components=PARSER)
    again = made("two", description=PROSE, components=PARSER, title="Another flaw")
    beta = made("three", "Beta", description=PROSE, components=PARSER)
    assert joined(one, again) is None
    assert identify(one, beta, again).links == []
    assert identify(again, one, beta).links == []


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"native_id": "A-7"},
        {"locations": (Location(path="src/decode.c", line=7),)},
        {"locations": (Location(path="src/decode.c", symbol="decode_chunk"),)},
    ],
)
def test_a_finding_that_is_sent_again_is_known_by_its_number_or_place(facts):
    one = made("one", description=PROSE, components=PARSER, **facts)
    again = replace(one, source="two")
    assert joined(one, again) is not None
    assert len(identify(one, again, made("three", "Beta", description=PROSE, components=PARSER)).groups) == 1


@pytest.mark.parametrize("count", [60, 70, 200])
def test_any_number_of_finders_may_say_the_same(count):
    told = [made(f"{n}", f"finder {n}", description=PROSE, components=PARSER) for n in range(count)]
    assert len(identify(*told).groups) == 1


def test_two_numbers_of_one_finder_are_two_flaws_and_public_identifiers_are_no_numbers():
    one = made("one", description=PROSE, components=PARSER, native_id="A-7")
    assert joined(one, replace(one, source="two", native_id="A-8")) is None
    named = replace(one, native_id="CVE-2099-1000")
    assert joined(named, replace(named, source="two", title="Another flaw"), aliases=False) is None


def test_very_long_texts_are_compared_in_bounded_time():
    facts = {"components": PARSER, "weaknesses": ("CWE-787",)}
    long = [made(f"{n}", f"finder {n}", description="a/" * 32_000 + f"end {n}", **facts) for n in range(3)]
    assert len(identify(*long).groups) <= 3


# remedy


@pytest.mark.parametrize(
    "facts",
    [
        {"remedies": (Remedy(kind="patch", value="sha256:00ff"),)},
        {"remedies": (Remedy(kind="commit", value="0123456789abcdef0123456789abcdef01234567"),)},
        {"references": ("https://github.com/acme/parser/pull/7",)},
        {"references": ("https://github.com/acme/parser/commit/0123456789abcdef0123456789abcdef01234567",)},
    ],
)
def test_a_common_fix_joins(facts):
    assert joined(made("one", **facts), made("two", "Beta", **facts)) is Reason.REMEDY


def test_another_common_address_joins_within_a_component_and_is_a_suggestion_for_its_variants():
    page = {"references": ("https://example.org/disclosures/7",)}
    assert (
        joined(made("one", components=PARSER, **page), made("two", "Beta", components=PARSER, **page)) is Reason.REMEDY
    )
    unrelated = made("one", components=PARSER, **page), made("two", "Beta", components=WEB, **page)
    assert joined(*unrelated) is suggested(*unrelated) is None
    part = (Component(name=f"lib{PARSER[0].name}"),)
    related = made("one", components=PARSER, **page), made("two", "Beta", components=part, **page)
    assert joined(*related) is None
    assert suggested(*related) is Reason.REMEDY


def test_a_common_introducing_commit_is_a_suggestion_for_crashes_of_those_days():
    span = VersionRange(type="GIT", events=(RangeEvent(introduced="0123456789abcdef"),))
    record = Advisory(affected=(Affected(component=PARSER[0], ranges=(span,)),), published="2026-01-05T00:00:00Z")
    one = replace(crash("one", "a", "b", "c"), advisory=record)
    other = replace(crash("two", "a", "y", "z"), advisory=record)
    assert joined(one, other) is None
    assert suggested(one, other) is Reason.REMEDY
    late = replace(other, advisory=replace(record, published="2026-03-05T00:00:00Z"))
    assert suggested(one, late) is None


# weakness families


def test_families_by_number_and_by_word():
    assert family_of(("CWE-121",)) == family_of(("CWE-787",)) != family_of(("CWE-89",))
    assert family_of(("CWE-20", "CWE-89")) == family_of(("CWE-89",))
    assert family_of(()) == ""
    assert family_of(("CWE-999999",)) == "CWE-999999"
    assert family_in("py/sql-injection") == family_of(("CWE-89",)) != ""
    assert family_in("something else") == ""


# without identifiers

NAME = "CVE-2021-44228"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"identifiers": (NAME,)}, id="identifiers"),
        pytest.param({"title": NAME, "description": f"{NAME} {NAME} {NAME}"}, id="text"),
        pytest.param({"rule": NAME}, id="rule"),
        pytest.param({"native_id": NAME}, id="native id"),
        pytest.param(
            {"references": (f"https://nvd.nist.gov/vuln/detail/{NAME}",), "components": PARSER}, id="reference"
        ),
        pytest.param(
            {"references": ("https://github.com/advisories/GHSA-2222-3333-4444",), "components": PARSER}, id="ghsa"
        ),
        pytest.param({"rule": "r", "locations": (Location(path=f"poc/{NAME}.py", line=3),)}, id="file name"),
        pytest.param({"rule": "r", "locations": (Location(path="poc/cve_2021_44228.py", line=3),)}, id="spelled apart"),
        pytest.param({"rule": "r", "fingerprints": (("id", f"{NAME}:log4j"),)}, id="fingerprint"),
        pytest.param({"components": (Component(name=NAME),), "weaknesses": ("CWE-787",)}, id="component"),
    ],
)
def test_without_aliases_an_identifier_joins_nothing_wherever_it_stands(facts):
    one, other = made("one", **facts), made("two", "Alpha", **facts)
    assert joined(one, other, aliases=False) is None


@pytest.mark.parametrize("aliases", [True, False])
def test_the_name_of_the_document_is_no_evidence(aliases):
    assert joined(made(f"a/{NAME}.json"), made(f"b/{NAME}.json"), aliases=aliases) is None


def test_without_aliases_other_evidence_counts_as_before():
    one = made("one", description=f"{NAME}: {PROSE}", identifiers=(NAME,), components=PARSER)
    other = made("two", "Beta", description=f"{PROSE} ({NAME})", identifiers=(NAME,), components=PARSER)
    assert joined(one, other) is Reason.IDENTIFIER
    assert joined(one, other, aliases=False) is Reason.TEXT
    third = replace(other, description=f"{PROSE} (CVE-2024-0002)", identifiers=("CVE-2024-0002",))
    assert joined(one, third) is None
