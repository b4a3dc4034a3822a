"""Searches in the sandbox of this machine: the least of a file, and what single hunks of a patch do."""

import io
import tarfile

import pytest
from msgspec.structs import replace

from clearinghouse.validation import trials
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.errors import NotToBeHadError, RecipeError, ValidationError
from clearinghouse.validation.hunks import FixDoesNotHoldError
from clearinghouse.validation.minimise import NotShownError
from clearinghouse.validation.recipe import NAME, from_files
from clearinghouse.validation.search import least_input, roles_of_hunks
from clearinghouse.validation.toml_text import text_of
from clearinghouse.validation.verdict import Verdict


def archive(text):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        entry = tarfile.TarInfo("shape-1/shape.py")
        entry.size = len(text.encode())
        tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


PROGRAM = b"""import sys
sys.path.insert(0, "/subject/source")
import shape

try:
    shape.area("1" if "benign" in sys.argv else "print('FL' + 'AW')")
except ValueError:
    print("refused")
"""
RECIPE = {
    "format": 1,
    "title": "shape: area evaluates its text",
    "affected": {"archive": "one.tar.gz"},
    "fixed": {"archive": "two.tar.gz"},
    "install": {"by": "none"},
    "reproducer": {"files": ["r.py"], "command": ["python3", "r.py"]},
    "control": {"command": ["python3", "r.py", "benign"]},
    "shows": {"by": "output", "contains": "FLAW"},
}
SUBJECTS = {
    "one.tar.gz": archive("def area(text):\n    return eval(text)\n"),
    "two.tar.gz": archive("def area(text):\n    return int(text)\n"),
}


def recipe(program=PROGRAM, files=None, **changes):
    tables = {name: table for name, table in {**RECIPE, **changes}.items() if table is not None}
    given = {NAME: text_of(tables).encode(), "r.py": program, **SUBJECTS, **(files or {})}
    return from_files(given, "the recipe")


# Evidence


def test_files_of_a_recipe_take_no_name_of_what_a_run_wrote(searching):
    """Of a run, of an installation, of the newest release, and the one that is looked at where there is no control."""
    taken = (
        "affected-1.stdout",
        "affected-1.stderr",
        "affected-install-1.stdout",
        "newest-affected-1.stdout",
        "x.stderr",
    )
    files = dict.fromkeys(taken, b"NameError: a lie")
    use = {"files": ["r.py", *taken], "command": ["python3", "-c", "raise ValueError('the truth')"]}
    loaded = recipe(files=files, reproducer=use, control=None, fixed=None)
    result, blobs = searching.validate(loaded)
    names = [name for name, _ in ((each.name, each.digest.sha256) for each in statement_of(result).subject)]
    assert len(names) == len(set(names))
    assert {f"evidence:recipe/{name}" for name in loaded.files} == {
        each for each in names if "evidence:recipe/" in each
    }
    by_name = {each.name: blobs[each.sha256] for each in result.evidence}
    assert by_name["affected-1.stdout"] == b""
    assert by_name["recipe/affected-1.stdout"] == b"NameError: a lie"
    assert "the truth" in result.why
    assert {each.name for each in result.evidence if each.given} == {f"recipe/{name}" for name in loaded.files}


# The least of a file


ECHOING = b"""import os
import sys
sys.path.insert(0, "/subject/source")
import shape
word = "1" if "benign" in sys.argv else "1 + 1"
try:
    print("FLAW" if shape.area(word) == 2 else "fine")
except ValueError:
    print("refused")
"""
"""What is written when it breaks has its marker in it."""


@pytest.mark.parametrize("named", ["r.py", "./r.py", "/work/r.py"])
def test_what_is_left_of_a_program_still_shows_the_flaw_on_one_arm_only(searching, named):
    loaded = recipe(
        ECHOING,
        reproducer={"files": ["r.py"], "command": ["python3", named]},
        control={"command": ["python3", named, "benign"]},
    )
    found = least_input(loaded, searching, "r.py", most=120)
    assert len(found.data) < len(ECHOING)
    left = searching.validate(replace(loaded, files={**loaded.files, "r.py": found.data})).result
    assert left.verdict is Verdict.FIXED, found.data
    assert left.control["shown"] == [False, False]


@pytest.mark.parametrize("named", ["r.py", "/work/r.py"])
def test_a_program_is_not_taken_for_data(searching, named):
    with pytest.raises(RecipeError, match="no single file that is not its program"):
        least_input(recipe(reproducer={"files": ["r.py"], "command": ["python3", named]}), searching)


@pytest.mark.parametrize(
    "reproducer",
    [
        {"files": ["r.py"], "command": ["python3", "r.py"]},
        {"files": ["r.py"], "command": ["python3", "./r.py"]},
        {"files": ["r.py"], "command": ["sh", "-c", "python3 r.py"]},
        {"files": [], "input": "r.py", "command": ["python3", "-"]},
    ],
)
def test_a_program_without_a_control_is_refused(searching, reproducer):
    with pytest.raises(RecipeError, match=r"is the program, and without a control .* but its marker") as refused:
        least_input(recipe(control=None, reproducer=reproducer), searching, "r.py")
    assert "add a [control]" in refused.value.remedy


READER = b"import sys\nif 'needle' in sys.stdin.read(): print('FLAW')\n"


def reading(control, data=b"hay\na needle\nhay\n"):
    fed = {"files": ["r.py"], "command": ["python3", "r.py"], "input": "words.txt"}
    return recipe(READER, {"words.txt": data}, reproducer=fed, control=control, fixed=None)


def test_of_data_a_control_is_not_needed(searching):
    assert least_input(reading(None), searching).data == b"needle"


def test_of_data_the_control_is_asked_too(searching):
    """A control of the same data that must go on to end as it should."""
    text = "import sys; sys.exit(0 if 'hay' in sys.stdin.read() else 1)"
    control = {"command": ["python3", "-c", text], "input": "words.txt", "files": []}
    assert sorted(least_input(reading(control), searching).data.split()) in ([b"hayneedle"], [b"needlehay"])


def test_a_control_may_end_by_a_signal(searching):
    """As it may in a validation: 134 is SIGABRT as a shell has it."""
    aborts = PROGRAM.replace(b"try:", b"import os\nif 'benign' in sys.argv: os.abort()\ntry:")
    loaded = recipe(aborts, control={"command": ["python3", "r.py", "benign"], "exit": 134})
    assert searching.validate(loaded).result.verdict is Verdict.FIXED
    assert len(least_input(loaded, searching, "r.py", most=30).data) < len(aborts)


@pytest.mark.parametrize(
    ("control", "why"),
    [
        (["python3", "-c", "print('FLAW')"], "shows the flaw too"),
        (["python3", "-c", "raise SystemExit(3)"], "ended with exit code 3, not with exit code 0"),
        (["python3", "-c", "import os; os.abort()"], "ended with exit code 134"),
        (["no-such-program"], "not with exit code 0"),
    ],
)
def test_a_control_that_is_not_as_it_should_is_told(searching, control, why):
    with pytest.raises(ValidationError, match=f"nothing can be left out: .*{why}"):
        least_input(reading({"command": control}), searching)


def test_a_fix_that_shows_it_too_is_told(searching):
    with pytest.raises(ValidationError, match="the fixed subject shows the flaw too"):
        least_input(recipe(fixed={"archive": "one.tar.gz"}), searching, "r.py")


def test_what_does_not_show_is_told(searching):
    with pytest.raises(NotShownError):
        least_input(reading(None, b"hay\n"), searching)


# What hunks do

MIDDLE = "".join(f"# {number}\n" for number in range(8))
SOURCE = f"import sys\n\n{MIDDLE}def area(text):\n    return eval(text)\n"
CALLED = """--- a/shape.py
+++ b/shape.py
@@ -2 +2,3 @@
-
+def check(text):
+    if not text.isdigit(): raise ValueError(text)
+
@@ -12 +14,2 @@
-    return eval(text)
+    check(text)
+    return eval(text)
"""
APART = """--- a/shape.py
+++ b/shape.py
@@ -2 +2 @@
-
+# text
@@ -12 +12 @@
-    return eval(text)
+    return int(text)
"""
NO_CONTROL = b"""import sys
sys.path.insert(0, "/subject/source")
import shape
try:
    shape.area("print('FL' + 'AW')")
except ValueError:
    print("refused")
"""
CRASHING = b"""import sys
sys.path.insert(0, "/subject/source")
import shape
try:
    shape.area("__import__('os').abort()")
except ValueError:
    pass
"""


def patched(patch, program=PROGRAM, **changes):
    files = {"three.tar.gz": archive(SOURCE), "fix.patch": patch.encode()}
    subjects = {"affected": {"archive": "three.tar.gz"}, "fixed": {"patch": "fix.patch"}}
    return recipe(program, files, **{**subjects, **changes})


def roles(loaded, session):
    return [each.role.value for each in roles_of_hunks(loaded, session)]


def test_a_hunk_whose_absence_breaks_the_program_is_not_spare(searching):
    assert roles(patched(CALLED), searching) == ["unknown", "needed"]
    assert roles(patched(APART), searching) == ["spare", "needed"]


@pytest.mark.parametrize("program", [NO_CONTROL, ECHOING])
def test_without_a_control_a_run_must_end_as_one_that_is_known_to_work(searching, program):
    assert roles(patched(CALLED, program, control=None), searching) == ["unknown", "needed"]
    assert roles(patched(APART, program, control=None), searching) == ["spare", "needed"]


def test_a_crash_ends_as_it_does_on_the_affected_subject(searching):
    loaded = patched(CALLED, CRASHING, control=None, shows={"by": "crash"})
    assert roles(loaded, searching) == ["unknown", "needed"]


def test_what_does_not_show_without_the_patch_has_no_needed_part(searching):
    with pytest.raises(ValidationError, match="does not show on the affected subject"):
        roles_of_hunks(patched(APART, b"print('fine')", control=None), searching)


def test_a_patch_after_which_the_control_fails_does_not_hold(searching):
    broken = APART.replace("int(text)", "lost(text)")
    with pytest.raises(FixDoesNotHoldError):
        roles_of_hunks(patched(broken), searching)


def test_a_flaw_that_shows_now_and_then_is_run_as_often_as_the_recipe_says(searching, monkeypatch):
    """Of what shows, two runs of three are made to say that it did not."""
    runs = []
    run_once = trials.run_once

    def counted(loaded, use, *arguments, **named):
        seen = run_once(loaded, use, *arguments, **named)
        if use is not loaded.recipe.reproducer or not seen.sight.shown:
            return seen
        runs.append(seen)
        return seen if len(runs) % 3 == 0 else seen._replace(sight=seen.sight._replace(shown=False))

    monkeypatch.setattr(trials, "run_once", counted)
    assert roles(patched(APART, runs=4), searching) == ["spare", "needed"]
    assert len(runs) == 3


def test_growth_is_refused(searching):
    shows = {"by": "growth", "sizes": [1, 4, 16], "exponent": 2.0}
    use = {"files": ["r.py"], "command": ["python3", "r.py", "{size}"]}
    for ask in (roles_of_hunks, least_input):
        with pytest.raises(RecipeError, match="growth"):
            ask(patched(APART, shows=shows, reproducer=use), searching)


def test_a_registry_that_is_away_is_no_answer_about_a_hunk(searching, monkeypatch):
    def away(*_):
        raise NotToBeHadError("pypi.example does not answer", "try it later")

    monkeypatch.setattr(trials.subjects, "make_ready", away)
    with pytest.raises(NotToBeHadError):
        roles_of_hunks(patched(APART), searching)
