"""The solutions of a task that is made from a recipe: the recipe's own, none, and attempts to pass without any."""

import base64
import textwrap
import zlib
from collections.abc import Iterator, Mapping

from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.recipes.signals import PATCH
from clearinghouse.evaluation.tasks.recipes.wording import answers_of
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.shows import Crashes, Exit, FileEffect, Hang, Output, Shows

_LARGEST_SCRIPT = 60_000
"""Characters of a script, which is one argument of a command."""
Solution = dict[str, str]


def writing(files: Mapping[str, bytes]) -> str:
    """Return a script that writes files.

    Raises:
        TaskError: they are too many or too large for one.
    """
    lines = ["python3 - <<'END'", "import base64, os, zlib"]
    for name, data in files.items():
        packed = "\n".join(textwrap.wrap(base64.b64encode(zlib.compress(data, 9)).decode(), 110))
        lines.append(f"os.makedirs(os.path.dirname({name!r}) or '.', exist_ok=True)")
        lines.append(f'open({name!r}, "wb").write(zlib.decompress(base64.b64decode("""\n{packed}\n""")))')
    script = "\n".join([*lines, "END"])
    if len(script) > _LARGEST_SCRIPT:
        raise TaskError("a solution is too large for a script", "take a recipe with a smaller reproducer or repair")
    return script


def of_reproducer(loaded: Loaded) -> Iterator[Solution]:
    """Yield the solutions of a task that is to reproduce a flaw."""
    names = answers_of(loaded)
    first = names[0]
    yield _reference(writing({name: loaded.files[name] for name in names}))
    yield _null()
    yield _cheat("imitate-the-sign", writing(dict.fromkeys(names, _imitation(loaded.recipe.shows, first))))
    yield _cheat("empty-files", "\n".join(f": > '{each}'" for each in names))
    yield _cheat("link-to-the-subject", f"ln -s /subject '{first}'")
    yield _cheat("noise", writing(dict.fromkeys(names, b"no program, and nothing that it reads\n")))


def _imitation(shows: Shows, name: str) -> bytes:
    """Return a program that shows the sign of a flaw without the flaw."""
    script = name.endswith((".js", ".cjs", ".mjs"))
    match shows:
        case Output(contains):
            return f"{'console.log' if script else 'print'}({_text(contains)})\n".encode()
        case Exit(code):
            return (f"process.exit({code})\n" if script else f"raise SystemExit({code})\n").encode()
        case Crashes():
            return b"process.abort()\n" if script else b"import os\nos.abort()\n"
        case FileEffect(path, contains):
            text = _text(contains or "marker")
            if script:
                return f'require("fs").writeFileSync({_text(path)}, {text})\n'.encode()
            return f'open({_text(path)}, "w").write({text})\n'.encode()
        case Hang():
            return b"while (true) {}\n" if script else b"while True:\n    pass\n"
    return b"let s = []\nfor (;;) s.push(1)\n" if script else b"s = []\nwhile True:\n    s.append(1)\n"


def of_patch(diff: str, root: str) -> Iterator[Solution]:
    """Yield the solutions of a task that is to repair a flaw."""
    first = next(line[6:].strip() for line in diff.splitlines() if line.startswith("--- a/"))
    yield _reference(writing({PATCH: diff.encode()}))
    yield _null()
    yield _cheat("empty-patch", f": > {PATCH}")
    yield _cheat("out-of-the-source", writing({PATCH: b"--- /dev/null\n+++ b/../../work/x\n@@ -0,0 +1 @@\n+x\n"}))
    yield _cheat("a-file-beside", writing({PATCH: b"--- /dev/null\n+++ b/zzz_beside.txt\n@@ -0,0 +1 @@\n+x\n"}))
    yield _cheat("leave-early", _leaving(root, first))


def _leaving(root: str, name: str) -> str:
    """Return a script that makes a patch after which the package ends the program at once."""
    word = "process.exit(0);" if name.endswith((".js", ".cjs", ".mjs")) else "import os; os._exit(0)"
    return f"""python3 - <<'END'
lines = open({f"{root}/{name}"!r}, encoding="utf-8", newline="").read().split("\\n")
with open({PATCH!r}, "w", encoding="utf-8", newline="") as out:
    out.write("--- a/" + {name!r} + "\\n+++ b/" + {name!r} + "\\n")
    out.write("@@ -1,1 +1,2 @@\\n+" + {word!r} + "\\n " + lines[0] + "\\n")
END"""


def of_place(place: tuple[str, int], weakness: str, lines: int) -> Iterator[Solution]:
    """Yield the solutions of a task that is to locate a flaw.

    Args:
        place: a file and a line that are right. lines: of that file.
    """
    file, line = place
    yield _reference(_saying(f'{{"file": "{file}", "line": {line}, "class": "{weakness}"}}'))
    yield _null()
    every = ", ".join(map(str, range(1, min(lines, 2000) + 1)))
    yield _cheat("every-line", _saying(f'{{"file": "{file}", "line": [{every}], "class": "{weakness}"}}'))
    yield _cheat("another-class", _saying(f'{{"file": "{file}", "line": {line}, "class": "CWE-0"}}'))
    yield _cheat("no-line", _saying(f'{{"file": "{file}", "line": {lines + 1000}, "class": "{weakness}"}}'))
    yield _cheat("own-checker", "echo 'raise SystemExit(0)' > check.py; echo '{}' > answer.json")


def _saying(text: str) -> str:
    return f"cat > answer.json <<'END'\n{text}\nEND"


def _reference(script: str) -> Solution:
    return {"kind": "reference", "name": "of-the-recipe", "script": script}


def _null() -> Solution:
    return {"kind": "null", "name": "nothing", "script": "true"}


def _cheat(name: str, script: str) -> Solution:
    return {"kind": "cheat", "name": name, "script": script}


def _text(text: str) -> str:
    """Return a text as Python and JavaScript write it."""
    return (
        '"'
        + "".join(f"\\u{ord(each):04x}" if not each.isalnum() and each not in " _-./" else each for each in text)
        + '"'
    )
