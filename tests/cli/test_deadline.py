import io
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from clearinghouse.cli import main
from clearinghouse.cli.batch import MAX_LINE

DOCUMENT = Path(__file__).parents[2] / "docs" / "deadlines.md"
PUBLISHED = (
    "yes yes yes total 3DF|yes yes yes partial 3D|yes yes no total 3DF|yes yes no partial 14D|yes no yes total 3D|"
    "yes no yes partial 14D|yes no no total 14D|yes no no partial 60D|no yes yes total 3DF|no yes yes partial 14D|"
    "no yes no total 14D|no yes no partial 14D|no no yes total 60D|no no yes partial 60D|no no no total FSU|"
    "no no no partial FSU"
)
ROWS = [(number, *line.split()) for number, line in enumerate(PUBLISHED.split("|"), 1)]
DUE = {"3DF": "2026-08-20", "3D": "2026-08-20", "14D": "2026-08-31", "60D": "2026-10-16", "FSU": None}
WHOLE = {"kev": "no", "exposed": "yes", "automatable": "no", "impact": "total", "identified": "2026-08-17"}
KEYS = {
    "outcome",
    "days",
    "due",
    "row",
    "forensic_triage",
    "start",
    "start_reason",
    "policy",
    "clock",
    "inputs",
    "arms",
}


class Ran(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


def run(*options: str, stdin: str = "", **named: str) -> Ran:
    spelled = [part for name, value in named.items() for part in (f"--{name.replace('_', '-')}", value)]
    streams = [io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8") for text in (stdin, "", "")]
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        code = main.invoke(["deadline", *options, *spelled])
        sys.stderr.flush()
    _, out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return Ran(code, out, err)


def answer(**named: str) -> dict:
    result = run("--format", "json", **named)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row {row[0]}")
def test_every_row(row):
    number, exposed, kev, automatable, impact, outcome = row
    made = answer(exposed=exposed, kev=kev, automatable=automatable, impact=impact, identified="2026-08-17")
    assert (made["row"], made["outcome"], made["due"]) == (number, outcome, DUE[outcome])
    assert made["days"] == {"3DF": 3, "3D": 3, "14D": 14, "60D": 60, "FSU": None}[outcome]
    assert made["forensic_triage"] == (number in (1, 3, 9))
    assert (made["start"], made["start_reason"], made["arms"]) == ("2026-08-17", "identified", None)
    assert (made["policy"], made["clock"], made["missing"]) == ("fail_closed", "literal", [])
    assert set(made) >= KEYS
    documented = set(re.findall(r"`(\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert set(made) <= documented


def test_unknown_exposure_gives_both_arms():
    made = answer(**WHOLE | {"exposed": "unknown"})
    assert (made["outcome"], made["days"], made["due"], made["row"]) == (None,) * 4
    exposed, other = made["arms"]["exposed"], made["arms"]["not_exposed"]
    assert (exposed["outcome"], exposed["row"], exposed["days"], exposed["due"]) == ("14D", 7, 14, "2026-08-31")
    assert (other["outcome"], other["row"], other["days"], other["due"]) == ("FSU", 15, None, None)
    assert (exposed["forensic_triage"], other["forensic_triage"]) == (False, False)


def test_fail_closed_says_what_is_missing_in_each_arm():
    made = answer(**WHOLE | {"automatable": "unknown"})
    assert (made["outcome"], made["missing"], made["due"]) == ("INCOMPLETE", ["automatable"], None)
    made = answer(kev="no", identified="2026-08-17")
    assert made["outcome"] is None
    assert [arm["outcome"] for arm in made["arms"].values()] == ["INCOMPLETE", "INCOMPLETE"]
    assert made["missing"] == made["arms"]["exposed"]["missing"] == ["automatable", "impact"]


def test_policies_record_what_they_filled_in():
    gap = {"kev": "no", "exposed": "yes", "automatable": "unknown", "impact": "unknown", "identified": "2026-08-17"}
    made = answer(**gap, policy="cisa_default")
    assert (made["row"], made["policy"]) == (7, "cisa_default")
    assert (made["inputs"]["automatable"]["value"], made["inputs"]["automatable"]["defaulted"]) == ("no", True)
    assert (made["inputs"]["impact"]["value"], made["inputs"]["impact"]["defaulted"]) == ("total", True)
    assert made["inputs"]["exposed"]["defaulted"] is False
    never = answer(**gap | {"kev": "2026-08-17"}, policy="cisa_default")
    assert (never["outcome"], never["missing"]) == ("INCOMPLETE", ["automatable", "impact"])
    assumed = answer(**gap | {"impact": "partial"}, policy="fedramp_assume_automatable")
    assert (assumed["row"], assumed["inputs"]["automatable"]["value"]) == (6, "yes")


@pytest.mark.parametrize(
    ("options", "start", "reason", "due"),
    [
        ({"kev": "2026-08-17", "identified": "2026-08-20"}, "2026-08-17", "kev_added", "2026-08-20"),
        ({"kev": "2026-08-20", "identified": "2026-08-17"}, "2026-08-17", "identified", "2026-08-20"),
        ({"kev": "2021-11-03", "identified": "2026-08-17"}, "2021-11-03", "kev_added", "2021-11-06"),
        (
            {"kev": "2026-08-20", "identified": "2026-08-17", "clock": "row_change"},
            "2026-08-20",
            "row_change",
            "2026-08-23",
        ),
        (
            {"kev": "yes", "identified": "2026-08-17", "clock": "row_change", "changed": "2026-09-01"},
            "2026-09-01",
            "row_change",
            "2026-09-04",
        ),
        (
            {"kev": "yes", "identified": "2026-08-17", "clock": "commissioned", "commissioned": "2026-09-01"},
            "2026-09-01",
            "commissioned",
            "2026-09-04",
        ),
    ],
)
def test_clocks(options, start, reason, due):
    made = answer(exposed="yes", automatable="yes", impact="total", **options)
    assert (made["start"], made["start_reason"], made["due"]) == (start, reason, due)
    assert (made["milestone"], made["identified"]) == ("2026-12-07", options["identified"])


def test_kev_without_a_date_falls_to_identification_and_says_so():
    made = answer(**WHOLE | {"kev": "yes"})
    assert (made["start_reason"], made["kev_added"]) == ("identified", None)
    assert any("date of addition is not known" in line for line in made["sentences"])
    assert any("date of addition is not known" in why["rule"] for why in made["explain"])


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ({"exposed": "YES", "kev": "NO", "automatable": "No", "impact": "TOTAL"}, {}),
        ({"policy": "CISA_Default", "clock": "Row_Change"}, {"policy": "cisa_default", "clock": "row_change"}),
    ],
)
def test_the_case_of_a_word_does_not_matter(upper, lower):
    assert answer(**WHOLE | upper) == answer(**WHOLE | lower)


def test_as_of_decides_days_left_and_what_counts():
    asked = {
        "exposed": "yes",
        "kev": "2026-08-17",
        "automatable": "yes",
        "impact": "partial",
        "identified": "2026-08-10",
    }
    before = answer(**asked, as_of="2026-08-16")
    assert (before["row"], before["due"], before["days_left"], before["as_of"]) == (6, "2026-08-24", 8, "2026-08-16")
    after = answer(**asked, as_of="2026-08-17")
    assert (after["row"], after["due"], after["days_left"]) == (2, "2026-08-13", -4)


def test_bound_and_cisas_own_date():
    made = answer(**WHOLE | {"kev": "2026-08-17"}, kev_due="2026-09-07")
    assert (made["kev_due"], made["bound"]) == ("2026-09-07", False)
    assert made["sentences"][0].startswith("Adopted date")
    result = run("--bound", **WHOLE)
    assert result.stdout.startswith("Owed date")
    assert "Adopted" not in result.stdout


@pytest.mark.parametrize(
    ("options", "error", "remedy"),
    [
        ({"kev": "maybe"}, "--kev is 'maybe'", "yes, no, unknown or a day written like 2026-08-17"),
        ({"kev": "2026-13-01"}, "--kev is '2026-13-01'", "yes, no, unknown or a day"),
        ({"exposed": "perhaps"}, "--exposed is 'perhaps'", "one of yes, no, unknown"),
        ({"impact": "yes"}, "--impact is 'yes'", "one of total, partial, unknown"),
        ({"identified": "20260817"}, "--identified is '20260817', which is no date", "a day written like 2026-08-17"),
        ({"identified": "2026-02-30"}, "--identified is '2026-02-30', which is no date", "a day written like"),
        ({"as_of": "today"}, "--as-of is 'today', which is no date", "a day written like 2026-08-17"),
        ({"policy": "hope"}, "--policy is 'hope'", "one of fail_closed, cisa_default, fedramp_assume_automatable"),
        ({"clock": "a_b"}, "--clock is 'a_b'", "one of literal, row_change, commissioned"),
        ({"identified": "9999-12-31"}, "14 days after 9999-12-31 lie beyond the calendar", "check the year"),
        ({"identified": "\u202e2026"}, "--identified is", "a day written like"),
    ],
)
def test_bad_values_are_two_lines_and_exit_2(options, error, remedy):
    result = run(**WHOLE | options)
    lines = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 2)
    assert lines[0].startswith(f"error: {error}")
    assert lines[1].startswith(f"try: {remedy}")
    assert "\u202e" not in result.stderr


@pytest.mark.parametrize("absent", ["kev", "identified"])
def test_what_must_be_given(absent):
    result = run(**{name: value for name, value in WHOLE.items() if name != absent})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: --{absent} is not given\ntry: ")


def test_a_batch_answers_in_order_as_single_questions_do():
    lines, singles = [], []
    for exposed, kev, policy, clock in product(
        ("yes", "unknown"),
        ("no", "2026-08-01"),
        ("fail_closed", "cisa_default", "fedramp_assume_automatable"),
        ("literal", "row_change", "commissioned"),
    ):
        asked = {"exposed": exposed, "kev": kev, "policy": policy, "clock": clock, "impact": "total"}
        asked |= {"identified": "2026-08-17", "as-of": "2026-08-20"}
        lines.append(json.dumps(asked))
        singles.append(answer(**asked))
    result = run("--batch", "-", stdin="\n".join(lines))
    assert (result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]) == (0, singles)


def test_a_bad_line_of_a_batch_is_an_error_in_its_place(tmp_path):
    good = json.dumps(WHOLE)
    bad = [
        '{"kev":',
        "[1]",
        json.dumps(WHOLE | {"colour": "red"}),
        json.dumps(WHOLE | {"kev": 1}),
        json.dumps(WHOLE | {"identified": 20260817}),
        json.dumps(WHOLE | {"bound": "yes"}),
        json.dumps(WHOLE | {"as-of": "2026-08-17", "as_of": "2026-08-18"}),
        json.dumps({"kev": "no"}),
        json.dumps(WHOLE | {"identified": "9999-12-31"}),
        "[" * 100_000,
        json.dumps(WHOLE | {"kev": "x" * MAX_LINE}),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_bytes("\n".join([good, "", *bad, good]).encode() + b'\n{"kev": "\xff"}')
    result = run("--batch", str(file))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert result.stderr == ""
    assert [answers[0]["row"], answers[len(bad) + 1]["row"]] == [7, 7]
    errors = [each["error"] for each in (*answers[1 : len(bad) + 1], answers[-1])]
    assert [each["line"] for each in errors] == [*range(3, len(bad) + 3), len(bad) + 4]
    assert all(each["what"] and each["expected"] for each in errors)
    assert errors[2]["what"] == "'colour' is no key of a question"
    assert "longer than" in errors[-2]["what"]


def test_in_a_batch_json_words_count_and_the_command_line_fills_in():
    line = json.dumps({"kev": True, "exposed": False, "automatable": True, "impact": "TOTAL", "policy": None})
    result = run("--batch", "-", "--bound", identified="2026-08-17", policy="cisa_default", stdin="\ufeff" + line)
    made = json.loads(result.stdout)
    assert (made["row"], made["policy"], made["bound"]) == (9, "cisa_default", True)


def test_a_wrong_option_beside_a_batch_is_bad_usage_and_not_a_bad_line():
    result = run("--batch", "-", exposed="perhaps", stdin=json.dumps(WHOLE))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --exposed is 'perhaps'\ntry: one of yes, no, unknown\n")


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_a_batch_that_cannot_be_read_is_bad_input(name, tmp_path):
    result = run("--batch", str(tmp_path / name))
    assert result.exit_code == 2
    assert re.fullmatch(r"error: .* cannot be read: .*\ntry: name a file of JSON lines, or -\n", result.stderr)


def test_a_batch_from_a_closed_standard_input_is_refused():
    command = [sys.executable, "-c", "from clearinghouse.cli.main import run; run()", "deadline", "--batch", "-"]
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: standard input is closed, and --batch - asks to read it\n"
        "try: pipe JSON lines into the command, or name a file of them\n"
    )


@pytest.mark.parametrize(
    ("options", "step"),
    [
        ({"exposed": "unknown"}, "ask the asset's owner"),
        ({"automatable": "unknown"}, "find out what is missing and give --automatable"),
        ({"exposed": "no"}, "record who owns the deferral"),
        ({"kev": "yes"}, "collect volatile evidence before patching"),
        ({}, "fix it, then record the date"),
    ],
)
def test_the_table_says_the_answer_first_and_the_next_step_last(options, step):
    result = run(**WHOLE | options)
    assert result.exit_code == 0
    assert re.match(r"Adopted|Whether|No answer yet|Fix on system upgrade", result.stdout)
    assert f"Next: {step}" in " ".join(result.stdout.splitlines()[-2:])
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_help_has_no_mistake_of_the_press():
    said = run("--help").stdout
    assert "kev" in said
    assert not re.search(r"business|CVSS|\b(7|30) days|owed(?!,)", said)
