"""What senders give in other shapes, turned into a recipe where it suffices.

Nothing is guessed: where a part is missing, there is no recipe but a list of what is missing, each with a sentence for
the sender. A control is never made up; a recipe without one says less, and the result says so. Nothing that is given
here is run, unpacked or interpreted: commands become lists of arguments (:mod:`.command_line`), archives are files, and
of logs only the crash is read (:func:`clearinghouse.formats.crash.parse`). What a sender says that came of it
(``repro_status``, ``patch_status``) is never looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.validation.command_line import argv_of, needs_shell
from clearinghouse.validation.contradictions import is_plain
from clearinghouse.validation.converted import (
    NO_CONTROL,
    NO_FIX,
    Converted,
    Missing,
    Part,
    Side,
    converted,
    crash_of,
    purl_of,
    put,
    subjects_of,
    with_version,
)

__all__ = [
    "NO_CONTROL",
    "NO_FIX",
    "Converted",
    "CrashPair",
    "Missing",
    "Part",
    "Side",
    "from_crash_pair",
    "from_mantis",
]

_INTERPRETERS = {".py": "python3", ".js": "node"}
_SOURCE = "/subject/source"


class CrashPair(msgspec.Struct, frozen=True, kw_only=True):
    """A fuzzer's crash: what was fed to which target, what it printed, and what is built before and after the fix.

    Attributes:
        title: one line. target: the fuzz target: a program below the folder of the source, or a script among
            ``drivers``. testcase: what it is given. log: what it printed. before, after: the software.
        commands: what builds both, lists of arguments, in the folder of the source. makefile: whether its archive
            has a Makefile, so that ``make`` builds it. drivers: files that are put into the source before that, or
            beside the testcase where nothing is built. environment: variables while it is built.
        benign: a testcase that must not crash, if the sender gives one.
    """

    title: str
    target: str = ""
    testcase: bytes | None = None
    log: str = ""
    before: Side = Side()
    after: Side = Side()
    commands: tuple[tuple[str, ...], ...] = ()
    makefile: bool = False
    drivers: dict[str, bytes] = {}
    environment: dict[str, str] = {}
    benign: bytes | None = None
    identifiers: tuple[str, ...] = ()


def from_mantis(
    finding: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    affected: Side = Side(),  # noqa: B008 - frozen
    fixed: Side = Side(),  # noqa: B008
    versions: Sequence[str] = (),
    contains: str = "",
    control: Sequence[str] = (),
) -> Converted:
    """Return what becomes of a Mantis finding.

    Its ``run_command`` is run on its ``repro_file_path``; what shows the flaw is the crash in ``repro_output``, or the
    text of it that is named here. ``patch_diff`` is the fix, where no other one is named; of a Python package the
    source is built then, since a diff is against sources. A file that is run by itself is given to the program that
    its first line names, as the kernel does.
    Source: https://github.com/google/mantis, ``schema.json``, fields of a finding.

    Args:
        finding: as decoded. files: what came with it, by path or name. affected, fixed: software, where the sender or a
            person names it; else the ``purl`` of the finding. versions: that the report names as affected.
        contains: a text of ``repro_output`` that shows the flaw. control: a benign command, if there is one.
    """
    missing: list[Missing] = []
    notes: list[str] = []
    out: dict[str, bytes] = {}
    if affected == Side():
        affected = Side(purl=with_version(_field(finding, "purl"), versions))
    if fixed == Side():
        fixed = Side(patch=_field(finding, "patch_diff").encode("utf-8", "replace"))
    recipe: dict[str, Any] = {
        "format": 1,
        "title": clean_line(_field(finding, "title"), 300) or "A Mantis finding without a title",
        "weaknesses": [each for each in weaknesses_of(finding.get("cwe")) if each][:16],
        "about": f"Made from a Mantis finding, {clean_line(_field(finding, 'id'), 100) or 'which has no id'}.",
    }
    recipe |= subjects_of(affected, fixed, out, missing, notes)
    purl = purl_of(affected.purl)
    if fixed.patch and purl and purl.type == "pypi":
        recipe["install"] = {"from_source": True}
    elif affected.archive:
        recipe["install"] = {"by": "none"}
        notes.append("Nothing says how the archive is built, so it is only unpacked, below /subject/source.")
    recipe["reproducer"] = _reproducer(finding, files, out, missing, notes)
    if control:
        recipe["control"] = {"command": list(control)}
    recipe["shows"] = _shown_by(_field(finding, "repro_output"), contains, missing)
    if contains:
        texts = (*out.values(), *(each.encode("utf-8", "replace") for each in recipe["reproducer"].get("command", ())))
        recipe["shows"] |= _stream_of(contains.encode("utf-8", "replace"), texts, notes)
    return converted(recipe, out, missing, notes)


def from_crash_pair(pair: CrashPair) -> Converted:
    """Return what becomes of a fuzzer's crash: the target is given the testcase as its argument.

    It shows when it crashes again with the type, the access and the first frames of the log; one that timed out or
    ran out of memory, when it does so.
    Source: https://google.github.io/oss-fuzz/advanced-topics/reproducing/, libFuzzer's convention for arguments.
    """
    missing: list[Missing] = []
    notes: list[str] = []
    out: dict[str, bytes] = {}
    recipe: dict[str, Any] = {
        "format": 1,
        "title": clean_line(pair.title, 300) or "A fuzzer's crash without a title",
        "identifiers": [clean_line(each, 300) for each in pair.identifiers if clean_line(each)],
    }
    recipe |= subjects_of(pair.before, pair.after, out, missing, notes)
    built = bool(pair.before.archive)
    if built:
        recipe["install"] = _install(pair, missing)
    for name, data in pair.drivers.items():
        put(name, data, out, missing)
    recipe["reproducer"] = _target(pair, built, out, missing)
    if pair.benign is not None:
        put("benign", pair.benign, out, missing)
        command = [*recipe["reproducer"]["command"][:-1], "benign"]
        recipe["control"] = {"command": command, "files": [*recipe["reproducer"]["files"][:-1], "benign"]}
    recipe["shows"] = crash_of(pair.log, missing)
    return converted(recipe, out, missing, notes)


def _reproducer(
    finding: Mapping[str, Any],
    files: Mapping[str, bytes],
    out: dict[str, bytes],
    missing: list[Missing],
    notes: list[str],
) -> dict[str, Any]:
    """The reproducer of a Mantis finding."""
    path, line = _field(finding, "repro_file_path").removeprefix("./"), _field(finding, "run_command")
    argv = argv_of(line)
    named = path in line if needs_shell(argv) else path in {each.removeprefix("./") for each in argv}
    name = path if named and is_plain(path) else path.replace("\\", "/").rpartition("/")[2]
    data = _sent(path, files)
    if not path:
        missing.append(Missing(Part.FILE, "The finding has no repro_file_path."))
    elif data is None:
        missing.append(Missing(Part.FILE, f"The file of repro_file_path, {quoted(path, 80)}, was not sent."))
    else:
        put(name, data, out, missing)
    if not argv:
        missing.append(Missing(Part.COMMAND, "The finding has no run_command."))
        return {}
    argv = argv if needs_shell(argv) else tuple(name if each.removeprefix("./") == path else each for each in argv)
    if path != name and any(path in each for each in argv):
        why = f"The run_command names {quoted(path, 80)}, which is not in a sandbox; name it by {quoted(name, 80)}."
        missing.append(Missing(Part.COMMAND, why))
    if needs_shell(argv):
        notes.append("The run_command is more than a program and its arguments, so a shell in the sandbox runs it.")
    elif data is not None and argv[0].removeprefix("./") == name:
        argv = (*_interpreter(data, missing), *argv)
    others = [each for each in files if is_plain(each) and each != name and each in argv]
    for each in others:
        put(each, files[each], out, missing)
    return {"files": [name, *others], "command": list(argv)}


def _sent(path: str, files: Mapping[str, bytes]) -> bytes | None:
    """The file of a path: the one of that name, or the only one whose path ends in the same name."""
    if path in files:
        return files[path]
    last = path.rpartition("/")[2]
    found = [data for name, data in files.items() if name.rpartition("/")[2] == last]
    return found[0] if len(found) == 1 and last else None


def _interpreter(data: bytes, missing: list[Missing]) -> list[str]:
    """The program that the first line of a script names, with its one argument (execve(2))."""
    line = data[:256].partition(b"\n")[0]
    if not line.startswith(b"#!") or not line[2:].strip():
        missing.append(Missing(Part.COMMAND, "The run_command runs the file itself, and its first line names nothing."))
        return []
    return line[2:].strip().decode(errors="replace").split(maxsplit=1)


def _install(pair: CrashPair, missing: list[Missing]) -> dict[str, Any]:
    """How an archive is built."""
    if not pair.commands and not pair.makefile:
        why = "Nothing says how the archives are built: give the commands, or say that they have a Makefile."
        missing.append(Missing(Part.BUILD, why))
    found: dict[str, Any] = {"by": "make", "environment": dict(pair.environment), "files": list(pair.drivers)}
    return {**found, "commands": [list(each) for each in pair.commands]} if pair.commands else found


def _target(pair: CrashPair, built: bool, out: dict[str, bytes], missing: list[Missing]) -> dict[str, Any]:
    """The use of a fuzz target on the testcase, whose name is the last of its command and of its files."""
    if pair.testcase is None:
        missing.append(Missing(Part.FILE, "The testcase was not given."))
    put("testcase", pair.testcase or b"", out, missing)
    target = pair.target.removeprefix("./")
    interpreter = _INTERPRETERS.get(f".{target.rpartition('.')[2]}")
    command = [f"{_SOURCE}/{target}"]
    if not target or not is_plain(target):
        why = f"The fuzz target is {quoted(target, 80)}; name a file below the folder of the source."
        missing.append(Missing(Part.COMMAND, why if target else "The fuzz target is not named."))
    elif interpreter:
        command = [interpreter, command[0] if built else target]
        if target not in pair.drivers and not built:
            missing.append(Missing(Part.FILE, f"The script of the fuzz target, {quoted(target, 80)}, was not given."))
    elif not built:
        why = "The fuzz target is a program; give a source archive and how it is built, or a script in Python or Node."
        missing.append(Missing(Part.BUILD, why))
    files = [] if built else list(pair.drivers)
    # LeakSanitizer traces processes, which a sandbox refuses
    return {
        "files": [*files, "testcase"],
        "command": [*command, "testcase"],
        "environment": {"ASAN_OPTIONS": "detect_leaks=0"},
    }


def _shown_by(output: str, contains: str, missing: list[Missing]) -> dict[str, Any]:
    """What shows a Mantis finding: the named text of its output, or the crash in it."""
    if not output.strip():
        missing.append(Missing(Part.LOG, "The finding has no repro_output."))
        return {}
    if not contains:
        return crash_of(output, missing)
    if contains not in output:
        missing.append(Missing(Part.SHOWS, f"The text {quoted(contains, 80)} does not stand in repro_output."))
    return {"by": "output", "contains": contains}


def _stream_of(contains: bytes, texts: Iterable[bytes], notes: list[str]) -> dict[str, Any]:
    """Where a text is looked for: repro_output does not tell which stream it stood on."""
    if any(contains in each for each in texts):
        notes.append(
            "The text stands in what is run, whose lines an interpreter repeats on standard error when it fails, "
            "so it is looked for on standard output only."
        )
        return {"stream": "stdout"}
    notes.append("The text is looked for on standard output and on standard error: the finding does not say which.")
    return {"stream": "both"}


def _field(finding: Mapping[str, Any], name: str) -> str:
    """A text of a finding; empty where it has none."""
    value = finding.get(name)
    return value if isinstance(value, str) else ""
