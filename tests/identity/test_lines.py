"""Moved lines and other prefixes change no group; different places and different files stay different flaws."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.identity import Identifier, Identity
from clearinghouse.records import Finding, Link, Location

MESSAGES = (
    "This query is built from a value that the caller controls.",
    "This path is joined with a name that comes from the request, see line 12.",
    "Short.",
)
SNIPPETS = (None, "cursor.execute(query + name)", "return open(base / name)", "x = 1")
PATHS = ("src/app.py", "lib/src/app.py", "a/src/index.js", "b/src/index.js", "main.c")


def found(
    source: str = "one.sarif",
    index: int = 0,
    *,
    tool: str = "Alpha",
    rule: str | None = "sql",
    path: str = "src/app.py",
    line: int | None = 10,
    message: str = MESSAGES[0],
    cwe: str = "CWE-89",
    column: int | None = None,
    symbol: str | None = None,
    snippet: str | None = None,
) -> Finding:
    place = Location(path=path, line=line, column=column, symbol=symbol, snippet=snippet)
    return Finding(
        source=source,
        index=index,
        format="sarif",
        title=message,
        description=message,
        finder=tool,
        rule=rule,
        weaknesses=(cwe,) if cwe else (),
        locations=(place,),
    )


def identify(*reports: Sequence[Finding]) -> Identity:
    identifier = Identifier()
    for report in reports:
        identifier.add(report)
    return identifier.result()


def groups(*reports: Sequence[Finding]) -> list[list[int]]:
    return identify(*reports).groups


def pairs(links: Sequence[Link]) -> set[tuple[str, str]]:
    return {(link.from_id, link.to_id) for link in links}


def moved(report: Sequence[Finding], lines: int) -> list[Finding]:
    return [
        replace(one, locations=tuple(replace(place, line=place.line and place.line + lines) for place in one.locations))
        for one in report
    ]


def copied(report: Sequence[Finding], source: str = "copy.sarif", tool: str | None = None) -> list[Finding]:
    return [replace(one, source=source, finder=tool or one.finder) for one in report]


@st.composite
def reports(draw: st.DrawFn, source: str = "one.sarif", tool: str = "Alpha") -> list[Finding]:
    """A report as tools write them: several rules in few files, quoted code and symbols in part of it."""
    size = draw(st.integers(1, 12))
    return [
        found(
            source,
            index,
            tool=tool,
            rule=draw(st.sampled_from(["sql", "path", "xss"])),
            path=draw(st.sampled_from(PATHS)),
            line=draw(st.integers(1, 120)),
            message=draw(st.sampled_from(MESSAGES)),
            cwe=draw(st.sampled_from(["CWE-89", "CWE-22", ""])),
            column=draw(st.sampled_from([None, 1, 9])),
            symbol=draw(st.sampled_from([None, "app.run", "app.show"])),
            snippet=draw(st.sampled_from(SNIPPETS)),
        )
        for index in range(size)
    ]


@given(reports(), reports("two.sarif", "Beta"), reports("three.sarif", "Alpha"))
def test_all_lines_plus_seven_change_nothing(one, two, three):
    before, after = identify(one, two, three), identify(moved(one, 7), moved(two, 7), moved(three, 7))
    assert after.groups == before.groups
    assert pairs(after.links) == pairs(before.links)
    assert pairs(after.suggestions) == pairs(before.suggestions)


@given(reports())
def test_a_copy_with_all_lines_plus_seven_is_joined_as_a_copy_is(report):
    assert groups(report, moved(copied(report), 7)) == groups(report, copied(report))


@given(reports(), st.integers(1, 500))
def test_a_copy_by_the_same_tool_never_joins_what_the_tool_told_apart(report, lines):
    for group in groups(report, moved(copied(report), lines)):
        for half in (group, [ordinal - len(report) for ordinal in group]):
            members = [report[ordinal] for ordinal in half if 0 <= ordinal < len(report)]
            assert (
                len({(m.rule, m.locations[0].path, m.locations[0].line, m.locations[0].column) for m in members}) <= 1
            )


PREFIXES = (
    "./{}",
    "/home/runner/work/product/product/{}",
    "/builds/7f3a/{}",
    "file:///home/ana/product/{}",
    "C:\\Users\\ana\\product\\{}",
    "file:///C:/work/product/{}",
    "file:///c%3A/work/product/{}",
    "product-main/{}",
    "product-2.4.1/{}",
    ".\\{}",
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("path", ["src/web/handlers.py", "src/my handlers.py", "handlers.py", "src/Größe/a.py"])
def test_a_prefix_and_moved_lines_separate_nothing(prefix, path):
    given_path = prefix.format(path)
    if "\\" in given_path:
        given_path = given_path.replace("/", "\\")
    if given_path.startswith("file:"):
        given_path = given_path.replace(" ", "%20").replace("ö", "%C3%B6")
    one = [found(path=path, line=40), found(index=1, path=path, line=60)]
    other = [found("two.sarif", 0, path=given_path, line=47), found("two.sarif", 1, path=given_path, line=67)]
    assert groups(one, other) == groups(other, one) == [[0, 2], [1, 3]]


@pytest.mark.parametrize(("one", "other"), list(permutations(PREFIXES, 2)))
def test_two_prefixes_separate_nothing_either(one, other):
    names = [form.format("src/web/handlers.py").replace("\\", "/") for form in (one, other)]
    assert groups([found(path=names[0])], [found("two.sarif", path=names[1], line=17)]) == [[0, 1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/src/index.js", "b/src/index.js"),
        ("packages/a/src/index.js", "packages/b/src/index.js"),
        ("/repo/packages/a/src/index.js", "/repo/packages/b/src/index.js"),
        ("packages/a/src/index.js", "/repo/packages/b/src/index.js"),
        ("file:///repo/a/src/index.js", "file:///repo/b/src/index.js"),
        ("C:\\repo\\a\\src\\index.js", "C:\\repo\\b\\src\\index.js"),
        ("lib-1.2/src/index.js", "tool-1.2/src/index.js"),
        ("lib-main/src/index.js", "b/src/index.js"),
        ("lib-main/src/index.js", "/checkout/tool-main/src/index.js"),
        ("src/index.js", "src/index.ts"),
        ("src/index.js", "test/index.js"),
    ],
)
def test_two_files_of_like_name_are_two_files(one, other):
    assert groups([found(path=one)], [found("two.sarif", path=other)]) == [[0], [1]]
    assert groups([found(path=one), found(index=1, path=other)]) == [[0], [1]]


def test_one_path_that_may_be_either_of_two_does_not_join_the_two():
    two = [found("two.sarif", 0, path="a/src/index.js"), found("two.sarif", 1, path="b/src/index.js")]
    for reports_ in ([[found(path="src/index.js")], two], [two, [found(path="src/index.js")]]):
        for group in groups(*reports_):
            flat = [finding for report in reports_ for finding in report]
            assert len({flat[o].locations[0].path for o in group} & {"a/src/index.js", "b/src/index.js"}) < 2


def test_two_places_in_one_run_are_two_flaws_and_one_place_twice_is_one():
    once = found(line=10, column=5)
    assert groups([once, replace(once, index=1)]) == [[0, 1]]
    for other in (found(index=1, line=11, column=5), found(index=1, line=10, column=6), found(index=1, line=300)):
        assert groups([once, other]) == [[0], [1]]
    spelled = found(index=1, path="./src/app.py", line=12, column=5)
    assert groups([once, spelled]) == [[0], [1]]


def test_two_rules_of_one_tool_at_one_line_are_two_flaws_even_through_another_tool():
    own = [found(rule="sql"), found(index=1, rule="sql-in-cursor", message=MESSAGES[1])]
    beta = [found("two.sarif", tool="Beta", rule="B608")]
    for order in ([own, beta], [beta, own], [own[:1], beta, own[1:]]):
        flat = [finding for report in order for finding in report]
        for group in groups(*order):
            assert len({flat[o].rule for o in group if flat[o].finder == "Alpha"}) <= 1


def test_two_tools_of_one_weakness_family_at_one_place_agree_and_of_two_families_do_not():
    assert groups([found()], [found("two.sarif", tool="Beta", rule="B608", line=11)]) == [[0, 1]]
    assert groups([found()], [found("two.sarif", tool="Beta", rule="B303", cwe="CWE-327")]) == [[0], [1]]


def test_quoted_code_follows_its_place_however_far_it_moved():
    code = "cursor.execute('select ' + name)"
    link = identify([found(snippet=code)], [found("two.sarif", line=900, snippet=code)]).links[0]
    assert (link.reason, link.from_id, link.to_id) == ("location", "two.sarif#0", "one.sarif#0")
    assert "line 10 became 900" in link.explanation
    other = found("two.sarif", snippet="cursor.execute(SELECT_ALL, (name,))")
    assert groups([found(snippet=code)], [other]) == [[0], [1]]


def test_of_three_like_places_each_keeps_its_number():
    three = [found(index=n, line=10 + 40 * n) for n in range(3)]
    assert groups(three, moved(copied(three), 60)) == [[0, 3], [1, 4], [2, 5]]


def test_a_choice_between_two_places_is_a_suggestion_and_no_link():
    two = [found(line=10), found(index=1, line=16)]
    result = identify(two, [found("new.sarif", line=13)])
    assert result.groups == [[0], [1], [2]]
    assert [(s.from_id, s.to_id in {"one.sarif#0", "one.sarif#1"}) for s in result.suggestions] == [
        ("new.sarif#0", True)
    ]
    assert "fit as well" in result.suggestions[0].explanation


def test_findings_without_lines_or_paths_are_not_joined_by_place():
    nowhere = [found(line=None), found(index=1, line=None)]
    assert groups(nowhere) == [[0], [1]]
    assert groups([found(path="")], [found("two.sarif", path="")]) == [[0], [1]]
