"""SARIF 2.1.0: each rule of the standard that decides what a finding is, and what a wrong document costs."""

import gzip
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import sarif
from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import read_document, read_paths, recognise
from clearinghouse.formats.sarif import header, reader, rules, table
from clearinghouse.formats.sarif.convert import ResultConverter
from clearinghouse.formats.sarif.reader import MAX_RUNS
from clearinghouse.records import Component, Finding, Level, Location, Problem, State

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(*runs: Any, **more: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": list(runs)} | more


def run(*results: Any, driver: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "Demo", **(driver or {})}}, "results": list(results), **more}


def result(text: str = "It breaks.", **more: Any) -> dict[str, Any]:
    return {"message": {"text": text}, **more}


def read(document: Any) -> list[Any]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(sarif.FORMAT.read(Document.from_bytes("d", data)))


def findings(document: Any) -> list[Finding]:
    """The findings of a document that has no problems."""
    records = read(document)
    assert all(isinstance(record, Finding) for record in records), records
    return records


def only(*results: Any, **more: Any) -> Finding:
    (finding,) = findings(log(run(*results, **more)))
    return finding


def problems(document: Any) -> list[tuple[str, str | None]]:
    return [(record.code, record.pointer) for record in read(document) if isinstance(record, Problem)]


# Rules


RULE = {
    "id": "DEMO1",
    "name": "DemoRule",
    "shortDescription": {"text": "A buffer is too short. It always was."},
    "messageStrings": {"default": {"text": "{0} in '{1}' [see](1)"}},
    "defaultConfiguration": {"level": "error"},
    "properties": {"tags": ["security", "external/cwe/cwe-787"], "security-severity": "8.1", "cwe": "CWE-120: copy"},
}


@pytest.mark.parametrize("key", ["ruleId", "ruleIndex", "rule.id", "rule.index", "rule.guid", "both"])
def test_a_rule_is_found_by_each_of_its_names(key):
    named = {
        "ruleId": {"ruleId": "DEMO1"},
        "ruleIndex": {"ruleIndex": 1},
        "rule.id": {"rule": {"id": "DEMO1"}},
        "rule.index": {"rule": {"index": 1}},
        "rule.guid": {"rule": {"guid": "g1"}},
        "both": {"ruleId": "DEMO1", "ruleIndex": 1},
    }[key]
    finding = only(result(**named), driver={"rules": [{"id": "OTHER"}, RULE | {"guid": "g1"}]})
    assert (finding.rule, finding.title) == ("DEMO1", "A buffer is too short.")
    assert finding.weaknesses == ("CWE-120", "CWE-787")
    assert [(s.system, s.value) for s in finding.severities] == [("sarif-level", "error"), ("security-severity", "8.1")]


def test_rules_may_stand_after_the_results():
    document = log(
        {"results": [result(ruleId="DEMO1", locations=[at(index=0)])], "tool": {"driver": {"rules": [RULE]}}}
    )
    document["runs"][0]["artifacts"] = [{"location": {"uri": "a.c"}}]
    (finding,) = findings(document)
    assert finding.title == "A buffer is too short."
    assert finding.locations[0].path == "a.c"


@pytest.mark.parametrize("component", [{"index": 1}, {"guid": "e1"}, {"name": "second"}])
def test_rules_of_extensions(component):
    tool = {
        "driver": {"name": "Demo", "rules": [{"id": "WRONG"}, {"id": "WRONG2"}]},
        "extensions": [{"name": "first", "rules": []}, {"name": "second", "guid": "e1", "rules": [{"id": "X"}, RULE]}],
    }
    reference = {"index": 1, "toolComponent": component}
    (finding,) = findings(log({"tool": tool, "results": [result(rule=reference)]}))
    assert finding.rule == "DEMO1"
    (finding,) = findings(log({"tool": tool, "results": [result(ruleId="DEMO1", ruleIndex=1)]}))
    assert finding.rule == "DEMO1", "an index into another component's rules does not beat the name"


def test_a_reference_to_an_unknown_component_is_no_reference_to_the_driver():
    finding = only(
        result(rule={"id": "MINE", "index": 0, "toolComponent": {"index": 7}}), driver={"rules": [{"id": "WRONG"}]}
    )
    assert finding.rule == "MINE"


@pytest.mark.parametrize(
    ("rule_id", "rule"),
    [("DEMO1/a/b", "DEMO1"), ("DEMO2/a", "DEMO2/a"), ("DEMO1x", "DEMO1x"), ("", None), (None, None)],
)
def test_sub_rules_and_rules_that_are_not_described(rule_id, rule):
    finding = only(result(ruleId=rule_id), driver={"rules": [RULE]})
    assert finding.rule == rule
    assert finding.title


@pytest.mark.parametrize("index", [-1, 9, 10**30])
def test_an_index_out_of_range_is_none(index):
    finding = only(
        result(ruleIndex=index, ruleId="DEMO1", locations=[at(index=index)], rule={"index": index}),
        driver={"rules": [RULE]},
    )
    assert finding.rule == "DEMO1"
    assert finding.locations == (Location(),)


def test_rules_named_after_flaws():
    message = "Package: log4j-core\nInstalled Version: 2.14.1\nVulnerability CVE-2021-44228"
    finding = only(result(message, ruleId="cve-2021-44228-log4j"))
    assert finding.identifiers == ("CVE-2021-44228",)
    assert finding.components == (Component(name="log4j-core", version="2.14.1"),)
    assert only(result(ruleId="GHSA-JFH8-C2JP-5V3Q")).identifiers == ("GHSA-jfh8-c2jp-5v3q",)
    assert only(result(ruleId="GO-2021-0053")).identifiers == ("GO-2021-0053",)
    assert only(result(ruleId="go-errors-1")).identifiers == ()


# Weaknesses


TAXONOMY = {"name": "CWE", "guid": "t1", "taxa": [{"id": "79", "guid": "x79"}, {"id": "CWE-89"}]}


@pytest.mark.parametrize(
    ("target", "weakness"),
    [
        ({"id": "79", "toolComponent": {"name": "CWE"}}, "CWE-79"),
        ({"id": "CWE-79", "toolComponent": {"name": "cwe", "index": 0}}, "CWE-79"),
        ({"id": "79", "toolComponent": {"index": 0}}, "CWE-79"),
        ({"id": "79", "toolComponent": {"guid": "t1"}}, "CWE-79"),
        ({"index": 1, "toolComponent": {"index": 0}}, "CWE-89"),
        ({"guid": "x79", "toolComponent": {"guid": "t1"}}, "CWE-79"),
        ({"id": "cwe-079"}, "CWE-79"),
        ({"index": 0}, "CWE-22"),
        ({"id": "79", "toolComponent": {"name": "OWASP"}}, None),
        ({"id": "79"}, None),
        ({"index": 5, "toolComponent": {"index": 0}}, None),
        ({"index": 0, "toolComponent": {"index": 9}}, None),
        ({}, None),
    ],
)
def test_taxa(target, weakness):
    driver = {"rules": [{"id": "R", "relationships": [{"target": target}]}], "taxa": [{"id": "CWE-22"}]}
    expected = (weakness,) if weakness else ()
    assert only(result(ruleId="R"), driver=driver, taxonomies=[TAXONOMY]).weaknesses == expected
    assert (
        only(result(taxa=[target]), driver={"taxa": [{"id": "CWE-22"}]}, taxonomies=[TAXONOMY]).weaknesses == expected
    )


@pytest.mark.parametrize(
    "bag",
    [
        {"tags": ["CWE-79", "x", 3]},
        {"cwe": 79},
        {"CWE": ["79"]},
        {"cwes": ["cwe-079"]},
        {"cweId": "79"},
        {"tags": ["external/cwe/cwe-079"]},
    ],
)
def test_weaknesses_in_properties(bag):
    assert only(result(properties=bag)).weaknesses == ("CWE-79",)
    assert only(result(ruleId="R"), driver={"rules": [{"id": "R", "properties": bag}]}).weaknesses == ("CWE-79",)


def test_weaknesses_of_a_result_stand_before_those_of_its_rule():
    finding = only(result(ruleId="DEMO1", properties={"cwe": 125}), driver={"rules": [RULE]})
    assert finding.weaknesses == ("CWE-125", "CWE-120", "CWE-787")


# Titles


@pytest.mark.parametrize(
    ("rule", "message", "title"),
    [
        ({}, "The buffer is too short. It is 4 bytes long.", "The buffer is too short."),
        ({"name": "R"}, "A line\nand another", "A line"),
        ({"name": " "}, "x" * 200, "x" * 159 + "…"),
        ({}, "", "R"),
        ({"name": "short-buffer"}, "The buffer is too short.", "short-buffer"),
        ({"shortDescription": {"text": " "}, "fullDescription": {"text": "Full. More."}}, "m", "Full."),
        (None, "Nobody describes the rule. See there.", "Nobody describes the rule."),
        (None, "", "R"),
    ],
)
def test_a_rule_that_says_nothing_leaves_the_title_to_the_message(rule, message, title):
    rules = [] if rule is None else [{"id": "R"} | rule]
    finding = only(result(message, ruleId="R"), driver={"rules": rules})
    assert (finding.title, finding.rule) == (title, "R")


def test_a_result_without_a_rule_has_a_title():
    assert only(result("One. Two.")).title == "One."
    assert only(result("")).title == "finding without a rule"


# Messages


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "plain"}, "plain"),
        (
            {"text": "a [link](1) and [a \\[b\\]](22), not [this](http://x)"},
            "a link and a \\[b\\], not [this](http://x)",
        ),
        ({"id": "default", "arguments": ["x", "y"]}, "x in 'y' see"),
        ({"id": "default", "arguments": ["x"]}, "x in '{1}' see"),
        ({"id": "default"}, "{0} in '{1}' see"),
        ({"id": "shared", "arguments": ["x"]}, "shared x"),
        ({"id": "none"}, ""),
        ({"text": "{0}{0} {2}", "arguments": ["a\x1b", "b", "{0}"]}, "aa {0}"),
        ({"markdown": "**bold**"}, "**bold**"),
        ({}, ""),
        (None, ""),
        ({"text": "{" + "9" * 5000 + "}", "arguments": ["x"]}, "{" + "9" * 5000 + "}"),
    ],
)
def test_messages(message, text):
    driver = {"rules": [RULE], "globalMessageStrings": {"shared": {"text": "shared {0}"}, "default": {"text": "no"}}}
    assert only({"ruleId": "DEMO1", "message": message}, driver=driver).description == text


def test_shared_messages_serve_rules_that_are_not_described():
    driver = {"globalMessageStrings": {"shared": {"text": "shared {0}"}}}
    assert (
        only({"ruleId": "X", "message": {"id": "shared", "arguments": ["x"]}}, driver=driver).description == "shared x"
    )


@pytest.mark.parametrize(
    "message",
    [
        {"text": "{0}" * 100_000, "arguments": ["x" * 1_000_000]},
        {"text": "[" * 1_000_000 + "](1)"},
        {"text": "[" + "\\[" * 1_000_000 + "](1"},
        {"text": "[a](" * 300_000},
        {"text": "[](" + "1" * 1_000_000},
        {"text": "Package: " * 100_000},
    ],
)
def test_messages_that_would_take_hours(message):
    finding, *rest = read(log(run({"message": message, "ruleId": "/" * 1_000_000})))
    assert len(finding.description) <= 64 * 1024
    assert {problem.code for problem in rest} <= {"left_out"}


def test_what_is_left_out_is_told_once_a_document_and_kind():
    place = {"physicalLocation": {"artifactLocation": {"uri": "a.c"}, "region": {"startLine": 1}}}
    steps = {"locations": [{"location": place}] * 200}
    result = {
        "message": {"text": "x" * 70_000},
        "locations": [place] * 65,
        "codeFlows": [{"threadFlows": [steps, steps]}, {"threadFlows": [steps]}],
    }
    records = read(log(run(*[result] * 3), run(result, {"message": {"text": "small"}, "locations": [place] * 64})))
    told = [record for record in records if isinstance(record, Problem)]
    assert len(records) - len(told) == 5
    assert len(told) == 4
    assert all(problem.level is Level.NOTICE and problem.message.startswith("4 findings have ") for problem in told)
    assert [len(records[0].locations), len(records[0].trace), len(records[0].description)] == [64, 128, 65_536]


def test_long_fingerprints_that_differ_stay_apart():
    values = ["a" * 5000 + end for end in "xy"]
    first, second = findings(log(run(*({"message": {"text": "m"}, "fingerprints": {"v1": value}} for value in values))))
    assert first.fingerprints != second.fingerprints
    assert all(len(value) <= 500 for finding in (first, second) for _, value in finding.fingerprints)


def test_more_runs_than_any_log_has():
    records = read({"version": "2.1.0", "runs": [run({"message": {"text": "m"}})] * (MAX_RUNS + 3)})
    problem = records[-1]
    assert (problem.code, problem.pointer) == ("too_many_runs", "/runs")
    assert len(records) == MAX_RUNS + 1


@pytest.fixture
def small_room(monkeypatch):
    monkeypatch.setattr(header, "MAX_DESCRIPTORS", 10)
    monkeypatch.setattr(header, "MAX_VALUES", 400)
    monkeypatch.setattr(header, "MAX_BYTES", 4000)


def ruled(count: int, **more: Any) -> dict[str, Any]:
    """A run with so many rules, and a result of the first and of the last."""
    rules = [{"id": f"R{n}", "name": f"Rule {n}"} for n in range(count)]
    driver = {"name": "Demo", "version": "7", "rules": rules}
    return {"tool": {"driver": driver}, "results": [result(ruleIndex=0), result(ruleId=f"R{count - 1}")], **more}


@pytest.mark.parametrize(
    ("runs", "titles", "what"),
    [
        ([ruled(6), ruled(4)], ["Rule 0", "Rule 5", "Rule 0", "Rule 3"], None),
        ([ruled(6), ruled(5)], ["Rule 0", "Rule 5", "Rule 0", "It breaks."], "rules were left out"),
        ([ruled(6), ruled(500)], ["Rule 0", "Rule 5", "It breaks.", "It breaks."], "rules were left out"),
        ([ruled(2, artifacts=[{}] * 390)], ["Rule 0", "Rule 1"], "artifacts were left out"),
        ([ruled(2, logicalLocations=[1] * 410)], ["Rule 0", "Rule 1"], "logical locations were left out"),
        ([ruled(2, artifacts=["x" * 4000], taxonomies=["x" * 4000])], ["Rule 0", "Rule 1"], "artifacts and taxonomies"),
    ],
)
def test_a_log_that_says_too_much_about_its_runs_keeps_its_results(small_room, runs, titles, what):
    records = read(log(*runs))
    found = [record for record in records if isinstance(record, Finding)]
    assert [finding.title for finding in found] == titles
    assert {(finding.finder, finding.provenance.tool_version) for finding in found} == {("Demo", "7")}
    told = [(record.code, what in record.message) for record in records if isinstance(record, Problem)]
    assert told == ([("header_too_large", True)] if what else [])


def test_commas_and_brackets_in_texts_are_no_values(small_room):
    driver = {"rules": [RULE | {"fullDescription": {"text": ',{[\\"' * 200}}]}
    assert only(result(ruleIndex=0), driver=driver).rule == "DEMO1"


def test_a_rule_is_worked_out_when_a_result_asks_for_it_and_once(monkeypatch):
    asked = []
    monkeypatch.setattr(rules, "identifiers_of", lambda rule_id: asked.append(rule_id) or ())
    found = findings(log(run(*[result(ruleIndex=3)] * 9, result(ruleId="R5"), driver=ruled(9)["tool"]["driver"])))
    assert (len(found), asked) == (10, ["R3", "R5"])


def test_rules_that_are_forgotten_are_worked_out_again(monkeypatch):
    monkeypatch.setattr(rules, "_MOST_WORKED_OUT", 2)
    monkeypatch.setattr(table, "_MOST_KEPT", 2)
    numbers = [0, 1, 2, 3, 0, 3, 1]
    results = [result(ruleIndex=n, locations=[at(index=n)]) for n in numbers]
    artifacts = [{"location": {"uri": f"{n}.c"}} for n in range(4)]
    one = run(*results, driver=ruled(4)["tool"]["driver"], artifacts=artifacts)
    text = json.dumps(log(one, one))
    text = text[:-1] + ', "runs": ' + json.dumps([one, one]) + "}"  # the runs again, in turns
    found = findings(text.encode())
    assert [finding.title for finding in found] == [f"Rule {n}" for n in numbers] * 4
    assert [finding.locations[0].path for finding in found] == [f"{n}.c" for n in numbers] * 4


def test_only_the_run_that_is_read_remembers_its_texts(monkeypatch):
    """There are 10,000 runs, and what each remembers is large."""
    made = []

    class Watched(ResultConverter):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)

    monkeypatch.setattr(reader, "ResultConverter", Watched)
    findings(log(*[run(result(ruleId="R", locations=[at("a.c")]))] * 3))
    assert [bool(each._texts) for each in made] == [False, False, True]


def test_wrong_rules_are_told_up_to_a_number():
    records = read(log(run(result(ruleId="a"), driver={"rules": [1, {"id": 2}] * 100})))
    assert [record.code for record in records[:-1]] == ["wrong_type"] * 50
    assert isinstance(records[-1], Finding)


# Places


def at(uri: str | None = None, line: int | None = None, *, index: int | None = None, **more: Any) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "index": index}}
    if line is not None:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical, **more}


def test_locations():
    region = {"startLine": 3, "startColumn": 5, "endLine": 4, "snippet": {"text": "x = y\x00;"}}
    place = {"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.c"}, "region": region}}
    finding = only(result(locations=[place, at("b.c", 1), at("c.c")]))
    assert finding.locations == (
        Location(path="src/a%20b.c", line=3, column=5, end_line=4, snippet="x = y;"),
        Location(path="b.c", line=1),
        Location(path="c.c"),
    )


@pytest.mark.parametrize("line", [0, -1, None])
def test_a_line_that_is_none(line):
    assert only(result(locations=[at("a.c", line)])).locations == (Location(path="a.c"),)


def test_artifacts_and_logical_locations_by_index():
    finding = only(
        result(locations=[at(index=1, logicalLocations=[{"index": 0}])]),
        artifacts=[{"location": {"uri": "a.c"}}, {"location": {"uri": "b.c"}}, {}],
        logicalLocations=[{"name": "f", "fullyQualifiedName": "ns::f", "kind": "function"}],
    )
    assert finding.locations == (Location(path="b.c", symbol="ns::f"),)
    assert only(result(locations=[at(index=0)]), artifacts=[{}]).locations == (Location(),)


@pytest.mark.parametrize(
    ("logical", "symbol"),
    [
        ([{"name": "f"}], "f"),
        ([{"name": "C", "kind": "type"}, {"fullyQualifiedName": "C.f", "kind": "member"}], "C.f"),
        ([{"name": "f", "kind": "function"}, {"name": "x", "kind": "variable"}], "f"),
        ([{"name": "x", "kind": "parameter"}], None),
        ([{}], None),
        ([{"index": 7, "name": "f"}], "f"),
        ([], None),
    ],
)
def test_symbols(logical, symbol):
    assert only(result(locations=[{"logicalLocations": logical}])).locations == (Location(symbol=symbol),)


def test_code_flows():
    flow = {"threadFlows": [{"locations": [{"location": at("a.c", 1)}, {"index": 1}, {"index": 9}, {}]}]}
    results = result(codeFlows=[flow, {"threadFlows": [{"locations": [{"location": at("z.c")}]}]}])
    steps = [{"location": at("x.c")}, {"location": at("b.c", 2)}]
    finding, problem = read(log(run(results, threadFlowLocations=steps)))
    assert problem.code == "left_out"
    assert finding.trace == (Location(path="a.c", line=1), Location(path="b.c", line=2))
    assert finding.locations == ()
    assert only(result(codeFlows=[{}, {"threadFlows": None}])).trace == ()


# State, identity, provenance


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.OPEN),
        ({"suppressions": []}, State.OPEN),
        ({"suppressions": [{"kind": "inSource"}]}, State.SUPPRESSED),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, State.SUPPRESSED),
        ({"suppressions": [{"status": "underReview"}]}, State.OPEN),
        ({"suppressions": [{"status": "rejected"}]}, State.OPEN),
        ({"suppressions": [{"status": "accepted"}, {"status": "rejected"}]}, State.OPEN),
        ({"baselineState": "absent"}, State.FIXED),
        ({"baselineState": "absent", "suppressions": [{}]}, State.SUPPRESSED),
        ({"baselineState": "new"}, State.OPEN),
        ({"baselineState": "unchanged"}, State.OPEN),
    ],
)
def test_state(more, state):
    assert only(result(**more)).state is state


def test_results_that_claim_nothing_keep_their_place():
    kinds = ["pass", "fail", "notApplicable", "review", "informational", "open", None]
    found = findings(log(run(*[result(kind=kind) for kind in kinds])))
    assert [finding.id for finding in found] == ["d#1", "d#3", "d#5", "d#6"]


def test_fingerprints():
    finding = only(
        result(
            fingerprints={"full/v1": "abc", "bad": {"x": 1}, "empty": ""},
            partialFingerprints={"hash": "def", "number": 1, "none": None, "odd\x1b": "g\x1b[0m" + "h" * 1000},
        )
    )
    names = dict(finding.fingerprints)
    assert list(names)[:2] == ["full/v1", "partial/hash"]
    assert set(names) == {"full/v1", "partial/hash", "partial/odd"}
    assert names["partial/odd"].startswith("g[0mh")
    assert len(names["partial/odd"]) <= 500


def test_where_a_run_comes_from():
    finding = only(
        result(guid="6f1c"),
        driver={"version": "1", "semanticVersion": "1.0.0"},
        invocations=[{}, {"startTimeUtc": "2026-01-02T03:04:05Z", "endTimeUtc": "yesterday"}],
        versionControlProvenance=[{"repositoryUri": "https://git.example/org/demo.git/", "revisionId": "abc"}],
    )
    assert (finding.finder, finding.native_id, finding.observed) == ("Demo", "6f1c", "2026-01-02T03:04:05Z")
    assert finding.provenance
    assert (finding.provenance.tool, finding.provenance.tool_version) == ("Demo", "1.0.0")
    assert finding.component == Component(name="demo", version="abc", repository="https://git.example/org/demo.git/")


def test_indices_run_on_over_all_runs():
    document = log(run(result("a"), result("b")), run(), run(result("c"), driver={"name": "Other"}), {"tool": {}})
    found = [record for record in read(document) if isinstance(record, Finding)]
    assert [(finding.id, finding.finder) for finding in found] == [("d#0", "Demo"), ("d#1", "Demo"), ("d#2", "Other")]


def test_null_for_what_is_not_there():
    document = log(run(), {"tool": {"driver": {"name": None, "rules": None}}, "results": None, "artifacts": None})
    nothing = dict.fromkeys(["ruleId", "locations", "codeFlows", "suppressions", "fingerprints", "taxa", "properties"])
    document["runs"].append(run(result(**nothing)))
    assert len(findings(document)) == 1
    assert findings({"version": "2.1.0", "runs": None}) == []
    assert findings({"version": "2.1.0", "runs": []}) == []


# What is wrong


def test_a_bad_result_costs_itself_and_lists_all_that_is_wrong():
    bad = {"message": "text", "locations": [at("a.c"), {"physicalLocation": 1}], "ruleIndex": "0", "codeFlows": {}}
    document = log(run(result("a")), run(result("b"), bad, result("c"), 7, result("d")))
    assert set(problems(document)) == {
        ("wrong_type", "/runs/1/results/1/message"),
        ("wrong_type", "/runs/1/results/1/locations/1/physicalLocation"),
        ("wrong_type", "/runs/1/results/1/ruleIndex"),
        ("wrong_type", "/runs/1/results/1/codeFlows"),
        ("wrong_type", "/runs/1/results/3"),
    }
    found = {record.index: record.description for record in read(document) if isinstance(record, Finding)}
    assert found == {0: "a", 1: "b", 3: "c", 5: "d"}


@pytest.mark.parametrize(
    ("header", "pointer"),
    [
        ({"artifacts": [{"location": {"uri": 1}}]}, "/runs/0/artifacts/0/location/uri"),
        ({"artifacts": 7}, "/runs/0/artifacts"),
        ({"logicalLocations": ["x"]}, "/runs/0/logicalLocations/0"),
        ({"taxonomies": {"a~/b": 1}}, "/runs/0/taxonomies"),
        ({"invocations": [None]}, "/runs/0/invocations/0"),
        ({"tool": {"driver": {"name": "Demo", "rules": [{"id": 1}, RULE]}}}, "/runs/0/tool/driver/rules/0/id"),
        ({"tool": {"driver": {"name": "Demo", "rules": ["x", RULE]}}}, "/runs/0/tool/driver/rules/0"),
        ({"tool": {"driver": {"name": "Demo", "version": 1, "rules": [{}, RULE]}}}, "/runs/0/tool/driver/version"),
    ],
)
def test_a_wrong_member_of_a_run_costs_itself(header, pointer):
    """The rules survive a wrong artifact, and each rule keeps its index beside a wrong one."""
    document = log(run(result(ruleIndex=1), driver={"rules": [{"id": "OTHER"}, RULE]}) | header)
    assert problems(document) == [("wrong_type", pointer)]
    (finding,) = (record for record in read(document) if isinstance(record, Finding))
    assert (finding.finder, finding.rule) == ("Demo", "DEMO1")


@pytest.mark.parametrize("tool", [None, 1, [], {}, {"driver": None}, {"driver": []}, {"driver": {"name": 1}}])
def test_results_outlive_a_wrong_tool(tool):
    document = log({"tool": tool, "results": [result("a")]}, {"results": [result("b")]})
    found = [record for record in read(document) if isinstance(record, Finding)]
    assert [(finding.id, finding.finder) for finding in found] == [
        ("d#0", "unnamed SARIF tool"),
        ("d#1", "unnamed SARIF tool"),
    ]
    assert len(problems(document)) == 2


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"version": "2.1.0", "runs": {"results": []}}, ("wrong_type", "/runs")),
        ({"version": "2.1.0", "runs": {"a": 1, "b": 2}}, ("wrong_type", "/runs")),
        ({"version": "2.1.0", "runs": "x"}, ("wrong_type", "/runs")),
        (log(7), ("wrong_type", "/runs/0")),
        (log(run(), [[], []]), ("wrong_type", "/runs/1")),
        (log(None), ("wrong_type", "/runs/0")),
        (log({"tool": {"driver": {}}, "results": {"a": 1}}), ("wrong_type", "/runs/0/results")),
        (log({"tool": {"driver": {}}, "results": 7}), ("wrong_type", "/runs/0/results")),
    ],
)
def test_what_stands_where_runs_and_results_should(document, problem):
    assert problems(document) == [problem]
    assert len(read(document)) == 1


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"version": "2.1.0", "runs": {"a": 1, "b": "x", "c": None}}, "A list was expected; an object stands there."),
        ({"version": "2.1.0", "runs": 7}, "A list was expected; a number stands there."),
        (log([1, "x"]), "An object was expected; a list stands there."),
        (log(None), "An object was expected; null stands there."),
        (log({"tool": {"driver": {}}, "results": {"a": 1}}), "A list was expected; an object stands there."),
    ],
)
def test_what_stands_there_is_said_once(document, message):
    assert [problem.message for problem in read(document)] == [message]


def test_keys_that_look_like_paths_are_no_runs():
    document = {"version": "2.1.0", "runs[]": {"results": [1]}, "runs[].results": [result()], "runs": [run(result())]}
    assert len(findings(document)) == 1


def test_parts_in_other_files_are_missed():
    references = {"results": [{"location": {"uri": "part.sarif-external-properties"}, "itemCount": 9}], "graphs": []}
    document = log(run(result(), externalPropertyFileReferences=references | {"driver": {"location": {"index": 1}}}))
    first, second, finding = read(document)
    assert first.pointer == "/runs/0/externalPropertyFileReferences/results"
    assert "part.sarif-external-properties" in first.message
    assert second.pointer == "/runs/0/externalPropertyFileReferences/driver"
    assert isinstance(finding, Finding)


def test_half_a_character_does_not_cost_a_finding():
    document = json.dumps(log(run(result("cut here: @")))).replace("@", "\\ud83d").encode()
    (finding,) = findings(document)
    assert finding.description == "cut here: \ufffd"


@pytest.mark.parametrize(
    ("text", "taken", "how"),
    [
        ("caf\udce9", "café", "1 byte that is not UTF-8 was read as Windows-1252."),
        ("\udc84\udcfc\udc93", "„ü“", "3 bytes that are not UTF-8 were read as Windows-1252."),
        ("é \udce2\udc82", "é \ufffd", "2 bytes that are not UTF-8 were replaced by U+FFFD."),
    ],
)
def test_bytes_that_are_no_utf_8_cost_no_result(text, taken, how):
    content = json.dumps(log(run(result("a"), result(text), result("c"))), ensure_ascii=False)
    name, records = read_document(Document.from_bytes("d", content.encode("utf-8", "surrogateescape")))
    *found, notice = records
    assert name == "sarif"
    assert [finding.description for finding in found] == ["a", taken, "c"]
    assert (notice.code, notice.level, notice.message) == ("not_utf8", Level.NOTICE, how)


def test_a_log_in_windows_1252():
    """Rules, places and keys too; and the walk, which finds where results end, goes on behind them."""
    rule = {"id": "Ü1", "shortDescription": {"text": "Überlauf."}, "properties": {"größe": 1}}
    results = [
        result(f"Größe {n}", ruleId="Ü1", locations=[at("src/Öl.c", 3)], properties={"ß": n}) for n in range(500)
    ]
    document = log(run(*results, driver={"name": "Prüfer", "rules": [rule]}, größe={"ü": 1}))
    content = json.dumps(document, ensure_ascii=False)
    *found, notice = read_document(Document.from_bytes("d", content.encode("cp1252")))[1]
    assert found == read(content.encode())
    assert (found[0].title, found[0].finder, found[0].locations[0].path) == ("Überlauf.", "Prüfer", "src/Öl.c")
    assert notice.code == "not_utf8"


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_damage_inside_a_packing_is_told_as_what_it_is(tmp_path, at):
    """It shows as JSON that makes no sense, and only at its end does the packing say that it is damaged."""
    data = json.dumps(log(run(*[result(f"{n * n * n}") for n in range(20_000)]))).encode()
    packed = bytearray(gzip.compress(data))
    packed[int(len(packed) * at)] ^= 0xFF
    path = tmp_path / "damaged.sarif.gz"
    path.write_bytes(packed)
    (report,) = read_paths([path])
    records = list(report.records)
    found = [record for record in records if isinstance(record, Finding)]
    whole = [finding for finding in found if finding.description == f"{finding.index**3}"]
    assert len(whole) > 20_000 * (at - 0.1)
    last = [record for record in records if isinstance(record, Problem) and record.code == "unreadable"]
    assert len(last) == 1
    assert "packing is damaged" in last[0].message


def test_a_log_cut_short_keeps_what_came_before():
    data = json.dumps(log(run(*[result(str(n)) for n in range(20)]))).encode()
    start = data.index(b'"results"')
    for cut in range(start, len(data)):
        *found, problem = read(data[:cut])
        assert isinstance(problem, Problem)
        assert problem.code == "malformed_json"
        assert [finding.description for finding in found] == [str(n) for n in range(len(found))]
        assert len(found) == data[start:cut].count(b'"}}')


def test_a_packed_log_cut_short_keeps_what_came_before(tmp_path):
    data = json.dumps(log(run(*[result(f"{n * n * n}") for n in range(20_000)]))).encode()
    packed = gzip.compress(data)
    path = tmp_path / "cut.sarif.gz"
    for cut in (len(packed) // 2, len(packed) - 1):
        path.write_bytes(packed[:cut])
        (report,) = read_paths([path])
        *found, problem = report.records
        assert report.format == "sarif"
        assert isinstance(problem, Problem)
        assert problem.code == "unreadable"
        assert len(found) > 9000
        assert all(isinstance(finding, Finding) for finding in found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_logs_in_other_encodings(encoding):
    document = Document.from_bytes("d", json.dumps(log(run(result("é"))), ensure_ascii=False).encode(encoding))
    name, records = read_document(document)
    assert name == "sarif"
    assert [getattr(record, "description", record) for record in records] == ["é"]


# Detection


@pytest.mark.parametrize(
    ("document", "score"),
    [
        (log(), 100),
        ({"version": "2.1.0", "runs": []}, 100),
        ({"$schema": SCHEMA, "runs": []}, 100),
        ({"runs": [{"tool": {"driver": {"name": "x", "version": "1.2"}}, "results": []}]}, 80),
        ({"runs": [{"tool": {"driver": {"version": "1.2.0"}}}], "version": "2.1.0"}, 100),
        ({"runs": [{"tool": {"driver": {"version": "2.0.1"}}}], "$schema": SCHEMA}, 100),
        ({"version": "2.1.0-rtm.5", "runs": []}, 100),
        ({"version": "1.0.0", "runs": [{"tool": {"name": "x"}, "results": []}]}, 40),
        ({"version": "2.0.0-csd.2.beta.2018-11-28", "runs": []}, 40),
        ({"$schema": "http://json.schemastore.org/sarif-schema-2.0.0", "version": "2.0.0", "runs": []}, 40),
        ({"$schema": SCHEMA, "version": "2.1.0"}, 30),
        ({"version": "1.0.0", "runGuid": "x", "results": []}, 30),
        ({"runs": [1, 2]}, 30),
        ({"version": "2.1.0"}, 0),
        ([log()], 0),
    ],
)
@pytest.mark.parametrize("order", [False, True])
def test_detection(document, score, order):
    data = json.dumps(document, sort_keys=order).encode()
    match = sarif.FORMAT.detect(Document.from_bytes("d", data).sample)
    assert match.score == score
    assert bool(match.note) == (0 < score < 50)


@pytest.mark.parametrize(
    ("document", "note"),
    [
        ({"version": "1.0.0", "runs": [{"tool": {"name": "x"}, "results": []}]}, "its version is 1.0.0"),
        ({"version": "2.0.0-csd.2.beta", "runs": []}, "its version is 2.0.0-csd.2.beta"),
        ({"version": "2.1.0", "runGuid": "x", "results": []}, "external property file"),
    ],
)
def test_older_dialects_and_parts_are_near_misses(document, note):
    found, nearest = recognise(Document.from_bytes("d", json.dumps(document).encode()).sample)
    assert found is None
    assert nearest[0][0].name == "sarif"
    assert note in nearest[0][1]


# Anything


RICH = log(
    run(
        result(
            ruleId="DEMO1",
            ruleIndex=0,
            rule={"id": "DEMO1", "index": 0, "guid": "g", "toolComponent": {"index": 0, "name": "e", "guid": "h"}},
            kind="fail",
            level="error",
            guid="6f1c",
            baselineState="new",
            locations=[
                at("a.c", 3, index=0, logicalLocations=[{"name": "f", "kind": "function", "index": 0}]),
                {"physicalLocation": {"region": {"startLine": 1, "endLine": 2, "snippet": {"text": "x"}}}},
            ],
            codeFlows=[{"threadFlows": [{"locations": [{"location": at("b.c", 1)}, {"index": 0}]}]}],
            fingerprints={"a": "b"},
            partialFingerprints={"c": "d"},
            suppressions=[{"kind": "inSource", "status": "accepted"}],
            taxa=[{"id": "79", "index": 0, "toolComponent": {"name": "CWE", "index": 0}}],
            properties={"cwe": "CWE-79", "tags": ["CWE-89"]},
        ),
        {"message": {"id": "default", "arguments": ["a", "b"]}, "ruleId": "DEMO1"},
        driver={
            "version": "1",
            "semanticVersion": "1.0.0",
            "rules": [RULE | {"relationships": [{"target": {"id": "79", "toolComponent": {"index": 0}}}]}],
            "globalMessageStrings": {"x": {"text": "y"}},
            "taxa": [{"id": "CWE-22"}],
        },
        artifacts=[{"location": {"uri": "a.c"}}],
        logicalLocations=[{"fullyQualifiedName": "ns::f", "kind": "function"}],
        threadFlowLocations=[{"location": at("c.c")}],
        taxonomies=[TAXONOMY],
        invocations=[{"endTimeUtc": "2026-01-02T03:04:05Z"}],
        versionControlProvenance=[{"repositoryUri": "https://git.example/demo", "revisionId": "abc"}],
        externalPropertyFileReferences={"results": [{"location": {"uri": "x"}}]},
    )
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "\x1b[2J\u202e\n", "\u2028" * 3, "x" * 3000, "/", "CVE-2021-44228", "{0}[a](1)"]),
    st.lists(st.none() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3), max_size=3),
)


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for member in members for text in texts(member)]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_value_anywhere(disturbed, data):
    records = read(data.draw(disturbed(RICH, ODD)))
    assert all(isinstance(record, Finding | Problem) for record in records)
    for record in records:
        plain = msgspec.to_builtins(record)
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
        for text in texts(plain):
            assert not {"\x1b", "\u202e", "\u2028"} & set(text)
        if isinstance(record, Finding):
            assert record.title
            assert "\n" not in "".join(
                [
                    record.title,
                    record.finder,
                    record.rule or "",
                    record.native_id or "",
                    *texts(plain.get("components")),
                ]
            )


def test_the_rich_document_is_read_without_a_problem_of_type():
    assert problems(RICH) == [("external_properties", "/runs/0/externalPropertyFileReferences/results")]
