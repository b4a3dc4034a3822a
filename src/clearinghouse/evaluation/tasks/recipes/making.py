"""A validated recipe becomes a task."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from clearinghouse.evaluation.tasks.check import check
from clearinghouse.evaluation.tasks.errors import TaskError
from clearinghouse.evaluation.tasks.fields import SCHEMA, Custody, Human, Kind
from clearinghouse.evaluation.tasks.folder import NAME
from clearinghouse.evaluation.tasks.recipes import solutions, wording
from clearinghouse.evaluation.tasks.recipes.changes import FEW, MOST, Change, changes, unified
from clearinghouse.evaluation.tasks.recipes.embedded import DISGUISE, Recording
from clearinghouse.evaluation.tasks.recipes.signals import PATCH, REPAIRED, WORKS
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.sandbox import File
from clearinghouse.trust.envelope import Envelope, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.validation import subjects
from clearinghouse.validation.attestation import said_by
from clearinghouse.validation.recipe import Loaded, Subject
from clearinghouse.validation.toml_text import text_of
from clearinghouse.validation.validate import Session
from clearinghouse.validation.verdict import Verdict

_DOMAINS = {
    Kind.REPRODUCE: "exploit_reproduction",
    Kind.PATCH: "remediation",
    Kind.LOCATE: "vulnerability_discovery",
}
KINDS = tuple(_DOMAINS)
"""What can be asked for about a recipe."""
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_LIMIT_OF_SIGNS = (
    "The judge runs a program that the agent wrote: one that compares the very code of the package and then imitates "
    "the sign would pass, so what passed is to be read."
)
_LIMIT_OF_PATCHES = "One benign use and one attack judge a patch; what else it breaks is not seen."


class Wanted(NamedTuple):
    """What is to be made.

    Attributes:
        kind: what the agent is asked for. human: how long a person needs. verdict: what validation came to.
        custody: who may have the task (:func:`.consent.custody_of`). consents: the files that say so, which go with it
            (:func:`.consent.kept`). told: further fields of its origin, ``public_since`` and ``benchmark``; empty where
            they are not known.
    """

    kind: Kind
    human: Human
    verdict: Verdict
    custody: Custody
    consents: Mapping[str, File] = MappingProxyType({})
    told: Mapping[str, str] = MappingProxyType({})


class _Built(NamedTuple):
    affected: str
    fixed: str
    root: str


def verdict_in(envelope: Envelope | bytes, keys: KeyRing, loaded: Loaded) -> Verdict:
    """Return what a signed statement says that a recipe came to.

    Raises:
        EnvelopeError: no believed key signed it. TaskError: it is about another recipe.
        NotAValidationError: it is no verdict.
    """
    said = said_by(verify(envelope, keys).statement)
    if said.recipe["sha256"] != loaded.digest:
        raise TaskError(f"the verdict is about another recipe than {loaded.source}", "give the one about this recipe")
    return said.verdict


def make_sound(loaded: Loaded, session: Session, wanted: Wanted) -> Task:
    """Return a task made from a recipe whose judge says what it should of every solution that comes with it.

    Raises:
        TaskError, NotToBeHadError: see :func:`make`; or no judge of it can be believed.
    """
    found = check(task := make(loaded, session, wanted), session.provider)
    if found.wrong and wanted.kind is Kind.REPRODUCE:  # what is repaired may be no text, so that text repairs nothing
        found = check(task := make(loaded, session, wanted, disguised=False), session.provider)
    if found.wrong:
        remedy = "take another kind, or a recipe whose flaw is in a file of its reproducer"
        raise TaskError(f"{loaded.source}: the judge could not be believed: {found.wrong[0]}", remedy)
    return task


def make(loaded: Loaded, session: Session, wanted: Wanted, *, disguised: bool = True) -> Task:
    """Return a task made from a recipe, with all that it needs embedded.

    Args:
        disguised: whether a reproducer must also be silent on the repair by the old name, where it is text.

    Raises:
        TaskError: the recipe was not confirmed, or no task of this kind can be made from it.
        NotToBeHadError: a package cannot be fetched now.
    """
    _confirmed(loaded, wanted)
    recording = Recording(session.registry)
    with ExitStack() as stack:
        built = _built(loaded, session, recording, stack)
        given = dict(_files(loaded, recording))
        try:
            tables, more = _asked(loaded, session, wanted, built)
        except TaskError as error:
            raise TaskError(f"{loaded.source}: {error.what}", error.remedy, source=loaded.source) from None
        if wanted.kind is Kind.REPRODUCE and disguised:
            given |= dict(_disguise(loaded, session, built))
    tables["solution"] = [dict(each) for each in tables["solution"]]
    given |= {**more, **wanted.consents}
    given["prompt.md"] = File(wording.prompt(loaded, wanted.kind, built.root).encode())
    given[NAME] = File(text_of({**_head(loaded, wanted), **tables}).encode())
    return from_files(given, f"a task from {loaded.source}")


def id_of(loaded: Loaded, kind: Kind) -> str:
    """Return the id that a task made from a recipe gets: what it is of, what is asked for, and the recipe's digest."""
    _, name, version = wording.subject_of(loaded)
    text = f"{name}-{version}-{kind}-{loaded.digest[:8]}"
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[-64:].strip("-")


def _confirmed(loaded: Loaded, wanted: Wanted) -> None:
    recipe, source = loaded.recipe, loaded.source
    if wanted.kind not in KINDS:
        raise TaskError(f"{source}: no {wanted.kind} task can be made from a recipe", f"take {', '.join(KINDS)}")
    if wanted.verdict not in {Verdict.FIXED, Verdict.REPRODUCED}:
        raise TaskError(f"{source}: its verdict is {wanted.verdict}", "a task needs one that was confirmed")
    if wanted.kind is not Kind.REPRODUCE and wanted.verdict is not Verdict.FIXED:
        raise TaskError(f"{source}: no repair of it was confirmed", "name a fix in the recipe, and validate it")
    if wanted.kind is Kind.REPRODUCE and not wording.answers_of(loaded):
        raise TaskError(f"{source}: its reproducer is a command without files", "take another kind, or another recipe")
    if wanted.kind is Kind.PATCH and recipe.control is None:
        raise TaskError(f"{source}: it has no control, so nothing tells whether a patch breaks it", "add a [control]")
    if wanted.kind is Kind.LOCATE and not recipe.weaknesses:
        raise TaskError(f"{source}: it names no class of its flaw", "add weaknesses to the recipe")


def _built(loaded: Loaded, session: Session, recording: Recording, stack: ExitStack) -> _Built:
    """Install both subjects, so that all that they need is recorded."""
    arms = [loaded.recipe.affected, *([subjects.patched(loaded.recipe)] if loaded.recipe.fixed else [])]
    boxes: list[subjects.Ready] = []
    for subject in arms:
        ready = subjects.make_ready(loaded, subject, session.provider, recording, session.policy.build, session.python)
        if not ready.box:
            raise TaskError(f"{loaded.source}: a subject cannot be prepared: {ready.why}", "validate the recipe first")
        stack.callback(partial(session.provider.destroy, ready.box))
        boxes.append(ready)
    return _Built(boxes[0].box, boxes[-1].box if len(boxes) > 1 else "", boxes[0].root)


def _files(loaded: Loaded, recording: Recording) -> Iterator[tuple[str, File]]:
    for name, data in loaded.files.items():
        yield f"recipe/{name}", File(data)
    for name, file in recording.files().items():
        yield f"artefacts/{name}", file


def _asked(loaded: Loaded, session: Session, wanted: Wanted, built: _Built) -> tuple[dict[str, Any], dict[str, File]]:
    """Return what depends on the kind of task: tables of ``task.toml``, and files."""
    if wanted.kind is Kind.REPRODUCE:
        names = list(wording.answers_of(loaded))
        return {"collect": names, "solution": list(solutions.of_reproducer(loaded))}, {}
    most = FEW if wanted.kind is Kind.LOCATE else MOST
    found = changes(session.provider, built.affected, built.fixed, built.root, most)
    if wanted.kind is Kind.PATCH:
        steps = [{"name": WORKS, "weight": 1}, {"name": REPAIRED, "weight": 2}]
        solved = list(solutions.of_patch(unified(found), built.root))
        return {"collect": [PATCH], "steps": steps, "solution": solved}, {}
    return _located(loaded, found)


def _disguise(loaded: Loaded, session: Session, built: _Built) -> Iterator[tuple[str, File]]:
    """Yield the repair by the old name, where it is text and can be applied to what is affected."""
    versions = (_version_of(loaded.recipe.affected), _version_of(loaded.recipe.fixed))
    try:
        found = [
            each.disguised(versions) for each in changes(session.provider, built.affected, built.fixed, built.root)
        ]
    except TaskError:
        return
    diff = unified([each for each in found if each.before != each.after])
    if diff:
        yield f"artefacts/{DISGUISE}", File(diff.encode())


def _located(loaded: Loaded, found: list[Change]) -> tuple[dict[str, Any], dict[str, File]]:
    versions = (_version_of(loaded.recipe.affected), _version_of(loaded.recipe.fixed))
    ranges = {each.path: each.ranges(versions) for each in found if each.before}
    places = {path: spans for path, spans in ranges.items() if spans}
    if not places:
        raise TaskError("the repair changes no line that was there", "take another kind")
    path, spans = next(iter(places.items()))
    length = next(len(each.before) for each in found if each.path == path)
    weaknesses = list(loaded.recipe.weaknesses)
    text = f"import kit\n\nkit.within({msgspec.json.encode(places).decode()}, {weaknesses!r})\n"
    tables = {
        "collect": ["answer.json"],
        "oracle": {"folder": "oracle", "command": ["python3", "check.py"], "kit": 1},
        "solution": list(solutions.of_place((path, spans[0][0]), weaknesses[0], length)),
    }
    return tables, {"oracle/check.py": File(text.encode())}


def _head(loaded: Loaded, wanted: Wanted) -> dict[str, Any]:
    ecosystem, name, version = wording.subject_of(loaded)
    weakness = loaded.recipe.weaknesses[0].lower() if loaded.recipe.weaknesses else "no-class"
    limits = {Kind.REPRODUCE: _LIMIT_OF_SIGNS, Kind.PATCH: _LIMIT_OF_PATCHES}.get(wanted.kind, "")
    custody = {"marking": wanted.custody.marking.value, "operators": list(wanted.custody.operators)}
    if wanted.custody.until:
        custody["until"] = wanted.custody.until.isoformat()
    if wanted.custody.consents:
        custody["consents"] = wanted.custody.consents
    return {
        "schema": SCHEMA,
        "id": id_of(loaded, wanted.kind),
        "title": f"{wanted.kind}: a flaw of {name} {version} ({ecosystem})"[:300],
        "family": weakness,
        "domain": _DOMAINS[wanted.kind],
        "kind": wanted.kind.value,
        "version": 1,
        "prompt": "prompt.md",
        "human": {name: value for name, value in msgspec.to_builtins(wanted.human).items() if value},
        "recipe": {"folder": "recipe", "artefacts": "artefacts"},
        "custody": custody,
        "origin": {
            "recipe": loaded.digest,
            "verdict": wanted.verdict.value,
            "says": limits,
            **{name: value for name, value in wanted.told.items() if value},
        },
    }


def _version_of(subject: Subject | None) -> str:
    """Return the version of a subject, by its package URL or the name of its archive; empty where neither says it."""
    if subject is None:
        return ""
    if subject.purl:
        return subject.purl.rpartition("@")[2]
    found = _VERSION.findall(subject.archive or "")
    return found[-1] if found else ""
