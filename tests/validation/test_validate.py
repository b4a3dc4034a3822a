"""Every verdict by a real run: small invented packages, built here, in the sandbox of this machine."""

import hashlib
import io
import os
import shutil
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from boxed import WAYS, runner
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Command, File, Limits, Tier, UnavailableError, UnsafeError
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.contract import MIB
from clearinghouse.validation.attestation import said_by, statement_of
from clearinghouse.validation.bisect import Edge
from clearinghouse.validation.command_line import argv_of, needs_shell
from clearinghouse.validation.conversion import CrashPair, Side, from_crash_pair
from clearinghouse.validation.errors import TooMuchError
from clearinghouse.validation.fetching import Artefact
from clearinghouse.validation.recipe import NAME, from_files, load
from clearinghouse.validation.search import narrowed, roles_of_hunks
from clearinghouse.validation.toml_text import text_of
from clearinghouse.validation.validate import RUN, Policy, Session, is_success

WRONG = Path(__file__).parent / "wrong"
IN_CI = os.environ.get("CI") == "true"
POLICY = Policy(runs=2, run=replace(RUN, seconds=20))


@pytest.fixture(scope="session")
def client():
    try:
        made = Client()
    except UnavailableError as error:
        if IN_CI:
            raise
        pytest.skip(f"No sandbox can be run here: {error.what}")
    with made:
        try:
            failed = made.isolation().failed
        except ClearinghouseError as error:
            if IN_CI:
                raise
            pytest.skip(f"No sandbox can be run here: {error.what}")
        if failed and not IN_CI:
            pytest.skip(f"The sandbox fails its self-check here: {failed[0].name}")
        yield made


class Shelves:
    """A registry of the files that a test makes."""

    def __init__(self):
        self.files = {}
        self.yanked = {}

    def add(self, purl, name, data):
        self.files[purl] = (name, data)
        return purl

    def fetch(self, purl, *, sha256, kind, python, most):
        assert python is None or python.version.startswith("3.")
        if purl not in self.files:
            raise ClearinghouseError(f"{purl} is not there", "name another")
        name, data = self.files[purl]
        digest = hashlib.sha256(data).hexdigest()
        if len(data) > most:
            raise TooMuchError(f"{name} is larger than {most} bytes", "ask for less")
        if sha256 not in {"", digest}:
            raise ClearinghouseError(f"{purl} has another digest", "correct it")
        return Artefact(name=name, data=data, sha256=digest, purl=purl, yanked=self.yanked.get(purl))

    def versions(self, purl):
        return []


def wheel(**modules):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in modules.items():
            archive.writestr(f"{name}.py", text)
    return out.getvalue()


def archive(folder="x-1", **files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"{folder}/{name.replace('_DOT_', '.')}")
            data = text.encode()
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


SHELVES = Shelves()
FLAWED, MENDED, HALF = (
    SHELVES.add(f"pkg:pypi/shape@{version}", f"shape-{version}-py3-none-any.whl", wheel(shape=text))
    for version, text in (
        ("1.0", "def area(text):\n    return eval(text)\n"),
        ("1.1", "def area(text):\n    return int(text)\n"),
        ("1.0.1", "def area(text):\n    return eval(text) if '_' not in text else int(text)\n"),
    )
)
SCRIPT = b"""import shape, sys
try:
    print(shape.area("1" if "benign" in sys.argv else "print('FL' + 'AW')"))
except ValueError:
    print("refused")
"""
RECIPE = {
    "format": 1,
    "title": "shape: area evaluates its text",
    "affected": {"purl": FLAWED},
    "fixed": {"purl": MENDED},
    "reproducer": {"files": ["r.py"], "command": ["python3", "r.py"]},
    "control": {"command": ["python3", "r.py", "benign"]},
    "shows": {"by": "output", "contains": "FLAW"},
}


def loaded(script=SCRIPT, files=None, **changes):
    """A recipe with some of its tables replaced; None takes one away."""
    recipe = {name: table for name, table in {**RECIPE, **changes}.items() if table is not None}
    return from_files({NAME: text_of(recipe).encode(), "r.py": script, **(files or {})}, "the recipe")


@pytest.fixture
def judged(client):
    def judge(*arguments, policy=POLICY, **changes):
        session = Session(client, client.isolation(), SHELVES, policy)
        return session.validate(loaded(*arguments, **changes)).result

    return judge


def shown(result, subject="affected"):
    return [run.shown for run in result.runs if run.subject == subject]


def python(text):
    """The use of a command without files."""
    return {"command": ["python3", "-c", text]}


ANY = {"fixed": None, "control": python("pass")}

# Verdicts


def test_fixed(client):
    steps = []
    session = Session(client, client.isolation(), SHELVES, POLICY)
    result, blobs = session.validate(loaded(), steps.append)
    assert (result.verdict, is_success(result.verdict)) == ("fixed", True)
    assert (shown(result), shown(result, "fixed"), shown(result, "idle")) == ([True] * 2, [False] * 2, [False])
    assert result.control == {"shown": [False, False], "why": ""}
    assert result.signatures == ("output 'FLAW'",)
    assert set(result.subjects["affected"].artefacts) == {"shape-1.0-py3-none-any.whl"}
    assert result.rate["shown"] == result.rate["runs"] == 2
    assert result.problems == ()
    assert result.environment["python"].startswith("3.")
    assert steps[0] == f"affected: preparing {FLAWED}"
    evidence = {each.name: blobs[each.sha256] for each in result.evidence}
    assert evidence["affected-1.stdout"] == b"FLAW\nNone\n"
    assert evidence["recipe/r.py"] == SCRIPT
    assert all(hashlib.sha256(data).hexdigest() == digest for digest, data in blobs.items())
    assert said_by(statement_of(result)).verdict == "fixed"


def test_reproduced_without_a_fix_or_a_control(judged):
    result = judged(fixed=None, control=None)
    assert (result.verdict, result.control) == ("reproduced", None)


def test_not_reproduced(judged):
    result = judged(affected={"purl": MENDED}, fixed=None)
    assert (result.verdict, is_success(result.verdict)) == ("not_reproduced", False)


def test_fix_incomplete(judged):
    result = judged(fixed={"purl": HALF})
    assert (result.verdict, shown(result, "fixed")) == ("fix_incomplete", [True] * 2)


def test_a_marker_that_a_traceback_repeats_was_not_printed(judged):
    """A fix that raises: Python writes the line that failed to standard error, with the marker in it."""
    script = b"""import shape, sys
word = "1" if "benign" in sys.argv else "1 + 1"
if shape.area(word) == 2: print("FLAW SHOWN")
"""
    shows = {"by": "output", "contains": "FLAW SHOWN"}
    result = judged(script, shows=shows)
    assert (result.verdict, shown(result, "fixed")) == ("fixed", [False] * 2)
    assert judged(script, shows={**shows, "stream": "both"}).verdict == "fix_incomplete", "which is why"


def test_a_fix_that_cannot_be_prepared_is_not_judged(judged):
    result = judged(fixed={"purl": "pkg:pypi/shape@9"})
    assert result.verdict == "reproduced"
    assert result.why.endswith("the fix could not be judged: pkg:pypi/shape@9 is not there")
    assert result.problems == ("The fixed subject could not be prepared: pkg:pypi/shape@9 is not there",)


def test_a_fix_that_breaks_benign_use_is_not_judged(judged):
    SHELVES.add("pkg:pypi/shape@1.2", "shape-1.2-py3-none-any.whl", wheel(shape="raise ImportError('half')"))
    result = judged(fixed={"purl": "pkg:pypi/shape@1.2"})
    assert result.verdict == "reproduced"
    assert "the fix could not be judged: the control on it: it ended with exit code 1" in result.why
    assert [problem.partition(": ")[0] for problem in result.problems] == ["The fixed subject could not be judged"]


HALF_INSTALLED = SHELVES.add(
    "pkg:pypi/shape@1.3", "shape-1.3-py3-none-any.whl", wheel(shape="import what_was_not_named")
)
BY_CODE = b"""import shape, sys
try:
    sys.exit(shape.area("0" if "benign" in sys.argv else "0 + 1"))
except ValueError:
    print("refused")
"""
"""Exits with what the text comes to, which is what shows the flaw."""


def test_a_fixed_subject_that_cannot_be_loaded_does_not_show_the_flaw(judged):
    """Its error ends it with the very exit code that shows the flaw."""
    result = judged(BY_CODE, shows={"by": "exit", "code": 1}, fixed={"purl": HALF_INSTALLED})
    assert result.verdict == "reproduced"
    assert result.why.endswith("the fix could not be judged: the control on it: it shows the flaw too")
    assert (shown(result, "fixed"), shown(result, "control-fixed")) == ([True] * 2, [True])
    assert result.problems == ("The fixed subject could not be judged: the control on it: it shows the flaw too",)


# Without a control


def test_without_a_control_a_fixed_subject_that_cannot_be_loaded_is_not_judged(judged):
    result = judged(fixed={"purl": HALF_INSTALLED}, control=None)
    assert (result.verdict, shown(result, "fixed")) == ("reproduced", [False] * 2)
    why = "it ended with exit code 1 (ModuleNotFoundError: No module named 'what_was_not_named')"
    assert f"the fix could not be judged: {why}, and no control says" in result.why
    assert len(result.problems) == 1


def test_without_a_control_what_ends_as_it_should_is_judged(judged):
    assert judged(control=None).verdict == "fixed"
    assert judged(fixed={"purl": HALF}, control=None).verdict == "fix_incomplete"
    assert judged(affected={"purl": MENDED}, fixed=None, control=None).verdict == "not_reproduced"


def test_without_a_control_a_crash_whose_fix_ends_well_is_fixed(judged):
    script = b"""import shape
try:
    shape.area("__import__('os').abort()")
except ValueError:
    pass
"""
    assert judged(script, shows={"by": "crash"}, control=None).verdict == "fixed"


def test_without_a_control_an_affected_subject_that_cannot_be_loaded_is_inconclusive(judged):
    result = judged(affected={"purl": HALF_INSTALLED}, fixed=None, control=None)
    assert (result.verdict, shown(result)) == ("inconclusive", [False] * 2)
    assert "ModuleNotFoundError" in result.why


def test_without_a_control_an_exit_code_says_less(judged):
    result = judged(BY_CODE, shows={"by": "exit", "code": 1}, control=None)
    assert result.verdict == "fixed"
    assert result.problems[0].startswith("Only an exit code shows the flaw, and no control says")


class Released(Shelves):
    """Versions of which one cannot be loaded."""

    def __init__(self):
        super().__init__()
        for version, text in (("1.0", "eval(text)"), ("1.1", None), ("1.2", "int(text)"), ("1.3", "int(text)")):
            module = f"def area(text):\n    return {text}\n" if text else "import what_was_not_named"
            self.add(f"pkg:pypi/shape@{version}", f"shape-{version}-py3-none-any.whl", wheel(shape=module))

    def versions(self, purl):
        return ["1.0", "1.1", "1.2", "1.3"]


def test_without_a_control_a_release_that_cannot_be_loaded_is_a_gap(client):
    session = Session(client, client.isolation(), Released(), replace(POLICY, runs=1))
    found = narrowed(loaded(control=None), session)
    assert found.after == Edge(inside="1.0", outside="1.2", unknown=("1.1",))


def test_control_failed(judged):
    assert judged(control={"command": ["python3", "r.py"]}).verdict == "control_failed"


def test_what_is_there_before_anything_is_run_shows_nothing(judged):
    result = judged(shows={"by": "file", "path": "r.py"}, control=None)
    assert (result.verdict, shown(result, "idle")) == ("control_failed", [True])


@pytest.mark.parametrize(
    ("reproducer", "words"),
    [
        ({"command": ["no-such-program"]}, "no-such-program"),
        ({"command": ["sh", "-c", "no-such-program"]}, "exit code 127"),
        (python("bytearray(600 << 20)"), "ended at its limit of memory"),
        (python("import time; time.sleep(60)"), "ended at its limit of time"),
    ],
)
def test_what_could_not_be_run_is_inconclusive(judged, reproducer, words):
    result = judged(reproducer=reproducer, limits={"memory": 256 * MIB, "seconds": 1}, **ANY)
    assert result.verdict == "inconclusive"
    assert words in result.why
    assert shown(result) == [None], "the first that cannot tell is the last"


def test_a_control_that_cannot_be_run_is_inconclusive(judged):
    assert judged(control={"command": ["no-such-program"]}).verdict == "inconclusive"
    result = judged(control=python("import sys; sys.exit('odd')"))
    assert (result.verdict, result.why) == (
        "inconclusive",
        "the control: it ended with exit code 1, not with exit code 0: odd",
    )
    assert judged(control={**python("raise SystemExit(7)"), "exit": 7}).verdict == "fixed"


def test_files_that_are_more_than_the_disk_are_inconclusive(judged):
    result = judged(limits={"disk": 65536}, files={"r.py": bytes(70_000)})
    assert (result.verdict, result.runs) == ("inconclusive", ())
    assert "more than the disk" in result.why
    result = judged(policy=replace(POLICY, build=replace(POLICY.build, disk=1)))
    assert (result.verdict, "may have 1 bytes together" in result.why) == ("inconclusive", True)


def test_a_package_that_is_not_there_is_inconclusive(judged):
    assert judged(affected={"purl": "pkg:pypi/none@1"}).why == "the affected subject: pkg:pypi/none@1 is not there"
    wrong = judged(affected={"purl": FLAWED, "sha256": "0" * 64})
    assert (wrong.verdict, "another digest" in wrong.why) == ("inconclusive", True)
    assert judged(affected={"purl": "pkg:golang/x@1"}).verdict == "inconclusive"


def test_a_tier_that_is_not_reached_runs_nothing(client):
    session = Session(client, replace(client.isolation(), tier=Tier.T1), SHELVES, POLICY)
    with pytest.raises(UnsafeError):
        session.validate(loaded(isolation={"tier": "T3"}))
    with pytest.raises(UnsafeError):
        Session(client, client.isolation(), SHELVES, replace(POLICY, least=Tier.T3)).validate(loaded())


def test_what_was_taken_back_is_told(judged):
    SHELVES.yanked[FLAWED] = "a flaw"
    try:
        assert judged(fixed=None).problems == ("shape-1.0-py3-none-any.whl was taken back by its publisher: a flaw",)
    finally:
        SHELVES.yanked.clear()


# Ways to install


def test_two_packages_whose_files_have_one_name(judged):
    a, b = (
        SHELVES.add(
            f"pkg:npm/%40{scope}/x@1.0.0", "x-1.0.0.tgz", archive("package", index_DOT_js=f"exports.x='{scope}'")
        )
        for scope in ("one", "two")
    )
    if not IN_CI and shutil.which("node", path="/usr/bin") is None:
        pytest.skip("there is no node in /usr/bin")
    script = "console.log(require('@one/x').x + require('@two/x').x)"
    result = judged(
        affected={"purl": a, "with": [b]},
        reproducer={"command": ["node", "-e", script]},
        shows={"by": "output", "contains": "onetwo"},
        **ANY,
    )
    assert result.verdict == "reproduced"
    assert set(result.subjects["affected"].artefacts) == {a, b}


def test_what_is_installed_beside(judged):
    SHELVES.add("pkg:pypi/beside@1", "beside-1-py3-none-any.whl", wheel(beside="word = 'FL' + 'AW'"))
    for place in (
        {"affected": {"purl": FLAWED, "with": ["pkg:pypi/beside@1"]}},
        {"install": {"with": ["pkg:pypi/beside@1"]}},
    ):
        assert (
            judged(reproducer=python("import shape, beside; print(beside.word)"), **ANY, **place).verdict
            == "reproduced"
        )


PATCH = b"""--- a/shape.py
+++ b/shape.py
@@ -1,2 +1,2 @@
 def area(text):
-    return eval(text)
+    return int(text)
"""


def test_a_patch_is_a_fix(judged):
    result = judged(fixed={"patch": "fix.patch"}, files={"fix.patch": PATCH})
    assert result.verdict == "fixed"
    assert result.subjects["fixed"].name == f"{FLAWED} with fix.patch"
    assert result.subjects["fixed"].artefacts == result.subjects["affected"].artefacts


def test_a_patch_that_does_not_fit_is_no_fix(judged):
    result = judged(fixed={"patch": "fix.patch"}, files={"fix.patch": PATCH.replace(b"eval", b"evil")})
    assert result.verdict == "reproduced"
    assert "the patch does not fit 'shape.py'" in result.why


TWO_HUNKS = b"""--- a/shape.py
+++ b/shape.py
@@ -1,2 +1,3 @@
+from limits import whole
 def area(text):
-    return eval(text)
+    return whole(text)
--- /dev/null
+++ b/limits.py
@@ -0,0 +1,1 @@
+whole = int
"""


@pytest.mark.parametrize("control", [RECIPE["control"], None])
def test_a_hunk_without_which_nothing_works_is_not_spare(client, control):
    """Without the file that it adds, the fix cannot be loaded, and shows no flaw for that reason."""
    recipe = loaded(fixed={"patch": "fix.patch"}, files={"fix.patch": TWO_HUNKS}, control=control)
    found = roles_of_hunks(recipe, Session(client, client.isolation(), SHELVES, POLICY))
    assert [each.role for each in found] == ["needed", "unknown"]


C = """#include <stdlib.h>
#include <stdio.h>
#include <string.h>
int read_name(char *name, int at) { return name[at]; }
int main(int count, char **given) {
    FILE *file = fopen(given[1], "rb");
    int at = file ? fgetc(file) : 0;
    char *name = calloc(4, 1);
    CHECK
    printf("%d\\n", read_name(name, at));
    return 0;
}
"""
MAKE = "all:\n\tgcc -g -O0 $(CFLAGS) -o reader reader.c\n"
SOURCE = archive(Makefile=MAKE, reader_DOT_c=C.replace("CHECK", ""))
REPAIRED = archive(Makefile=MAKE, reader_DOT_c=C.replace("CHECK", "if (at > 3) return 0;"))
needs_gcc = pytest.mark.skipif(
    not IN_CI and any(shutil.which(each, path="/usr/bin") is None for each in ("gcc", "make")), reason="there is no gcc"
)


@needs_gcc
def test_a_source_that_is_built_with_a_sanitizer(judged):
    use = {"files": ["bad", "good"], "command": ["/subject/source/reader", "bad"]}
    use["environment"] = {"ASAN_OPTIONS": "detect_leaks=0"}
    common = {
        "files": {"a.tgz": SOURCE, "b.tgz": REPAIRED, "bad": b"\x08", "good": b"\x01"},
        "affected": {"archive": "a.tgz"},
        "fixed": {"archive": "b.tgz"},
        "install": {"environment": {"CFLAGS": "-fsanitize=address"}},
        "reproducer": use,
        "control": {"command": ["/subject/source/reader", "good"]},
    }
    result = judged(
        shows={"by": "sanitizer", "type": "Heap-buffer-overflow", "access": "READ", "state": ["read_name"]}, **common
    )
    assert result.verdict == "fixed", result.why
    assert result.signatures == ("Heap-buffer-overflow READ: read_name",)
    assert judged(shows={"by": "crash"}, **{**common, "fixed": None}).verdict == "reproduced"
    other = judged(shows={"by": "sanitizer", "type": "Heap-use-after-free"}, **{**common, "fixed": None})
    assert (other.verdict, other.runs[-1].how.startswith("another report: ")) == ("not_reproduced", True)


@needs_gcc
def test_a_crash_pair_becomes_a_verdict(client):
    """What a fuzzer's sender gives, converted, and run."""
    log = (
        "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x2\nREAD of size 1 at 0x1 thread T0\n"
    )
    pair = CrashPair(
        title="reader reads beyond a name",
        target="reader",
        testcase=b"\x08",
        benign=b"\x01",
        log=log + "    #0 0x3 in read_name /src/reader.c:4:1\n",
        before=Side(archive=SOURCE),
        after=Side(archive=REPAIRED),
        makefile=True,
        environment={"CFLAGS": "-fsanitize=address"},
    )
    found = from_crash_pair(pair)
    assert (found.missing, found.notes) == ((), ())
    session = Session(client, client.isolation(), SHELVES, POLICY)
    assert session.validate(found.recipe("a report")).result.verdict == "fixed"


@needs_gcc
def test_a_build_that_fails_is_inconclusive(judged):
    broken = archive(Makefile=MAKE, reader_DOT_c="no C")
    result = judged(affected={"archive": "a.tgz"}, files={"a.tgz": broken}, **ANY)
    assert (result.verdict, shown(result)) == ("inconclusive", [])
    assert result.why.startswith("the affected subject: make: exit code 2: ")
    assert any(each.name == "affected-install-2.stderr" for each in result.evidence)


def test_a_build_begins_in_the_source(judged):
    result = judged(
        affected={"archive": "a.tgz"},
        files={"a.tgz": archive(word="FLAW"), "driver": b"1"},
        install={
            "commands": [["python3", "-c", "open('made', 'w').write(open('word').read() + open('driver').read())"]],
            "files": ["driver"],
        },
        reproducer={"command": ["cat", "/subject/source/made"]},
        **ANY,
    )
    assert result.verdict == "reproduced", result.why
    assert judged(affected={"archive": "a.tgz"}, files={"a.tgz": b"no archive"}, **ANY).verdict == "inconclusive"


# Kinds


def test_a_crash_by_a_signal(judged):
    result = judged(reproducer=python("import os; os.abort()"), shows={"by": "crash", "type": "SIGABRT"}, **ANY)
    assert (result.verdict, result.signatures) == ("reproduced", ("signal SIGABRT",))


def test_an_exit(judged):
    result = judged(reproducer=python("raise SystemExit(3)"), shows={"by": "exit", "code": 3}, **ANY)
    assert (result.verdict, result.signatures) == ("reproduced", ("exit 3",))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("open('x', 'w').write('root:')", "reproduced"),
        ("open('x', 'w').write('other')", "not_reproduced"),
        ("pass", "not_reproduced"),
        ("open('x', 'w').write('root:' + 'x' * (1 << 20))", "reproduced"),
        ("open('x', 'w').write('x' * (1 << 20) + 'root:')", "inconclusive"),
        ("import os; os.symlink('/etc/passwd', 'x')", "not_reproduced"),
        ("import os; os.mkfifo('x')", "not_reproduced"),
        ("import os; os.mkdir('x')", "not_reproduced"),
        (
            "import os; os.mkdir('/tmp/d'); open('/tmp/d/x', 'w').write('root:'); os.symlink('/tmp/d', '/work/d')",
            "not_reproduced",
        ),
    ],
)
def test_a_file(judged, text, verdict):
    path = "d/x" if "/work/d" in text else "x"
    assert (
        judged(reproducer=python(text), shows={"by": "file", "path": path, "contains": "root:"}, **ANY).verdict
        == verdict
    )


GROWS = """import sys

def work(size, times):
    total = 0
    for first in range(times):
        for second in range(size):
            total += second

size = int(sys.argv[1])
work(size, size if 'quadratic' in sys.argv else 1)
"""
GROWTH = {
    "shows": {"by": "growth", "sizes": [1400, 2000, 2800, 4000, 5600], "exponent": 1.6},
    "files": {"g.py": GROWS.encode()},
}


def growing(*words):
    return {"files": ["g.py"], "command": ["python3", "g.py", *words]}


def test_growth(judged):
    result = judged(reproducer=growing("{size}", "quadratic"), policy=replace(POLICY, runs=1), **GROWTH, **ANY)
    assert result.verdict == "reproduced", [run.how for run in result.runs]
    assert [size for size, _ in result.runs[-1].points] == [1400, 2000, 2800, 4000, 5600]
    assert result.signatures == ("growth, exponent 1.6 or more",)


def test_no_growth(judged):
    result = judged(reproducer=growing("{size}"), **GROWTH, **ANY)
    assert result.verdict == "not_reproduced"
    assert result.runs[-1].how.startswith("no time to measure")


SPINS = "while True: pass"
WAITS = "import time; time.sleep(60)"


@pytest.mark.parametrize("text", [SPINS, WAITS])
def test_growth_that_a_limit_ends_at_once_is_inconclusive(judged, text):
    """Whoever never comes back was not seen to be quick."""
    result = judged(
        reproducer={"command": ["python3", "-c", text, "{size}"]}, limits={"seconds": 1}, **{**GROWTH, **ANY}
    )
    assert (result.verdict, shown(result)) == ("inconclusive", [None])
    assert result.why.endswith("size 1400 was ended by its limit, so it may be more")


GROWING = wheel(shape="def work(size):\n    for first in range(size):\n        for second in range(size): pass\n")


@pytest.mark.parametrize(("version", "text"), [("3.1", SPINS), ("3.2", WAITS)])
def test_a_fix_that_never_returns_is_not_judged(judged, version, text):
    affected = SHELVES.add("pkg:pypi/shape@3.0", "shape-3.0-py3-none-any.whl", GROWING)
    body = "\n".join(f"    {line}" for line in text.split("; "))
    fixed = SHELVES.add(
        f"pkg:pypi/shape@{version}",
        f"shape-{version}-py3-none-any.whl",
        wheel(shape=f"def work(size):\n    if size == 1: return\n{body}\n"),
    )
    work = "import sys, shape; shape.work(int(sys.argv[1]))"
    result = judged(
        affected={"purl": affected},
        fixed={"purl": fixed},
        reproducer={"command": ["python3", "-c", work, "{size}"]},
        control={"command": ["python3", "-c", work, "1"]},
        shows=GROWTH["shows"],
        limits={"seconds": 3},
        policy=replace(POLICY, runs=1),
    )
    assert (result.verdict, shown(result, "fixed")) == ("reproduced", [None]), result.why
    assert "the fix could not be judged" in result.why


def test_growth_of_what_is_not_there_is_inconclusive(judged):
    result = judged(reproducer={"command": ["sh", "-c", "no-such-program {size}"]}, **GROWTH, **ANY)
    assert (result.verdict, "exit code 127" in result.why) == ("inconclusive", True)
    result = judged(reproducer=growing("{size}"), **{**GROWTH, **ANY, "control": {"command": ["no-such-program"]}})
    assert (result.verdict, "no-such-program" in result.why) == ("inconclusive", True)


def test_a_hang(judged):
    common = {"shows": {"by": "hang"}, "limits": {"seconds": 1}, "fixed": None, "policy": replace(POLICY, runs=1)}
    result = judged(reproducer=python("while True: pass"), control=python("pass"), **common)
    assert (result.verdict, result.signatures) == ("reproduced", ("hang",))
    sleeps = python("import time; time.sleep(9)")
    assert judged(reproducer=sleeps, control=sleeps, **common).verdict == "control_failed"


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("memory", "bytearray(200 << 20)"),
        ("output", "print('x' * 2_000_000)"),
    ],
)
def test_a_limit(judged, of, text):
    limits = {"memory": 64 * MIB, "processes": 24, "output": 1 * MIB}
    result = judged(reproducer=python(text), shows={"by": "limit", "of": of}, limits=limits, **ANY)
    assert (result.verdict, result.signatures) == ("reproduced", (f"limit of {of}",)), result.why


FORKS = "import os, time\nfor _ in range(99):\n    if not os.fork(): time.sleep(1); os._exit(0)"


@pytest.mark.parametrize("way", WAYS)
def test_a_limit_of_processes(client, way):
    """Where they are only sampled, the kernel refuses before there are more to be seen, and counts nothing."""
    counted = way == "groups" and client.isolation().limits["processes"].startswith("cgroup")
    with runner(way) as other:
        session = Session(other, client.isolation(), SHELVES, POLICY)
        table = {"shows": {"by": "limit", "of": "processes"}, "limits": {"processes": 24}, **ANY}
        found = session.validate(loaded(reproducer=python(FORKS), **table)).result
        quiet = session.validate(loaded(reproducer=python("pass"), **table)).result
    if counted:
        assert (found.verdict, found.signatures) == ("reproduced", ("limit of processes",)), found.why
        assert quiet.verdict == "not_reproduced"
    else:
        assert (found.verdict, quiet.verdict) == ("inconclusive", "inconclusive")
        assert quiet.why.endswith("processes that are refused are not counted on this machine")


def test_input_and_environment(judged):
    use = {
        **python("import os, sys; print(sys.stdin.read() + os.environ['W'])"),
        "input": "in",
        "environment": {"W": "AW"},
    }
    assert judged(reproducer=use, files={"in": b"FL"}, **ANY).verdict == "reproduced"


def test_a_run_leaves_nothing_to_the_next(judged):
    text = "import os; print('FL' + 'AW' if not os.path.exists('/tmp/x') else 'seen'); open('/tmp/x', 'w')"
    assert shown(judged(reproducer=python(text), **ANY)) == [True, True]


def test_a_shell_takes_a_plain_line_for_its_words(client):
    """The law of command lines, asked of a real shell, where it can do no harm."""
    alphabet = ["a", "b c", "'", '"', "$X", "`x`", "\\", "*", "=", "#", "~", "é", "", "-n", "\t", "\n", ";"]
    words = [f"{one}{two}" for one in alphabet for two in alphabet]
    lines = [f"{quote}{word}{quote}" for word in words for quote in ("", "'", '"')]
    plain = [line for line in lines if "\n" not in line and (argv := argv_of(f"x {line}")) and not needs_shell(argv)]
    assert 100 < len(plain) < len(lines)
    script = "\n".join(f"printf '%s\\1' {line}; printf '\\2'" for line in plain)
    box = client.prepare({"s": File(script.encode())}, Limits())
    try:
        said = client.run(box, Command(argv=("sh", "s"))).stdout.decode()
    finally:
        client.destroy(box)
    found = [tuple(each.split("\1")[:-1]) for each in said.split("\2")[:-1]]
    # printf without arguments writes its format once
    assert found == [argv_of(f"x {line}")[1:] or ("",) for line in plain]


# Recipes that are wrong on purpose


@pytest.fixture
def wrong(client, tmp_path):
    def judge(name, runs=2, seconds=20):
        place = tmp_path / name
        shutil.copytree(WRONG / name, place)
        for version, word in (("1.0", "eval"), ("1.1", "int")):
            text = f"def size(text):\n    return {word}(text)\n"
            (place / f"subject-{version}.tar.gz").write_bytes(archive(f"subject-{version}", subject_DOT_py=text))
        policy = replace(POLICY, runs=runs, run=replace(POLICY.run, seconds=seconds))
        return Session(client, client.isolation(), SHELVES, policy).validate(load(place))

    return judge


def test_the_fixed_version_named_as_affected(wrong):
    result = wrong("swapped-versions").result
    assert result.verdict == "not_reproduced"
    assert shown(result, "fixed") == [True] * 2


def test_a_flaw_that_shows_now_and_then(wrong):
    result = wrong("flaky").result
    assert result.verdict == "flaky"
    assert 0 < result.rate["low"] < result.rate["shown"] / result.rate["runs"] < result.rate["high"] < 1
    assert result.rate["runs"] == 20
    assert f"{result.rate['shown']} of 20 runs" in result.why


def test_a_flaw_that_shows_now_and_then_is_run_more_often(judged):
    text = "import os; print('FLAW' if os.urandom(1)[0] < 128 else '')"
    result = judged(reproducer=python(text), policy=replace(POLICY, runs=8), **ANY)
    if result.verdict == "flaky":  # else all eight were alike, as 1 of 128 times
        assert len(shown(result)) == 12


def test_an_attack_on_the_sandbox(wrong):
    result, blobs = wrong("attacks-the-sandbox", runs=1)
    assert result.verdict == "not_reproduced"
    assert result.runs[-1].how == "/work/escaped.txt: link"
    digest = next(each.sha256 for each in result.evidence if each.name == "affected-1.stdout")
    said = blobs[digest].decode().splitlines()
    assert said[-1] == "end"
    assert len(said) > 5
    assert [line for line in said if "BROKEN" in line] == []


def test_what_never_ends_is_ended(wrong):
    result = wrong("never-ends", runs=1, seconds=1).result
    assert (result.verdict, result.runs[-1].end) == ("inconclusive", "time")
    for _ in range(50):
        if not sleepers():
            break
        time.sleep(0.1)
    assert sleepers() == []


def sleepers():
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().split(b"\0")[:2] == [b"sleep", b"3571"]:
                found.append(path)
        except OSError:
            continue
    return found


def test_a_flood_of_output_is_cut(wrong):
    result, blobs = wrong("floods-its-output", runs=1)
    assert (result.verdict, result.runs[-1].end) == ("inconclusive", "output")
    assert max(map(len, blobs.values())) <= MIB
    assert any("was cut at 1048576 bytes" in problem for problem in result.problems)
    assert {each.name for each in result.evidence if each.cut} == {"affected-1.stdout", "fixed-1.stdout"}
    assert (
        "More was written than is kept of affected-1.stdout (1,048,576 bytes), fixed-1.stdout (1,048,576 bytes)."
        in result.problems
    )
