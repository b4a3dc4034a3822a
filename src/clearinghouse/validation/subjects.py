"""A subject made ready: what is fetched for it, and the box in which it is installed or built.

Fetching is ours and executes nothing; whatever an archive or a build does, it does inside, where there is no network.
So nothing that was not named in the recipe can come in.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from clearinghouse.packages import purl as purls
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import BoxError, Command, End, File, Limits, Outcome, Provider
from clearinghouse.validation.errors import NotToBeHadError, TooMuchError
from clearinghouse.validation.fetching import Artefact, FileKind, Gathered, Python, Registry
from clearinghouse.validation.recipe import Loaded, Recipe, Subject

PIP = "pkg:pypi/pip@24.3.1"
REQUIRES = ("pkg:pypi/setuptools@69.5.1", "pkg:pypi/wheel@0.43.0")
"""What building needs where a recipe does not say: versions that are named, so that a build can be repeated."""
_SITE, _TOOLS, _SOURCE = "/subject/site", "/subject/tools", "/subject/source"
_NODE, _VENDOR, _CARGO = "/subject/node_modules", "/subject/vendor", "/subject/.cargo/config.toml"
_INSTALLER, _PATCHING = "install.py", "patching.py"
_PIP_INSTALL = ("python3", "-m", "pip", "install")
_KINDS = {"pypi": "pip", "npm": "npm", "cargo": "cargo"}


class Step(NamedTuple):
    """One command of an installation, and what came of it."""

    command: Command
    outcome: Outcome


class Ready(NamedTuple):
    """A subject that is installed in a box.

    Attributes:
        box: over which runs are made, and that the caller destroys; empty where it could not be made ready.
        why: what went wrong then.
        artefacts: what was fetched, without its bytes. steps: what was done in the box.
        root: the folder in which a patch of it is applied; empty where it could not be made ready.
    """

    box: str
    why: str
    artefacts: tuple[Artefact, ...]
    steps: tuple[Step, ...]
    root: str = ""


class _Plan(NamedTuple):
    """What is put into the box, what of it is unpacked where, a patch with its folder, and the commands that follow."""

    files: dict[str, File]
    unpack: list[dict[str, Any]]
    commands: list[tuple[str, ...]]
    at: str
    patch: tuple[str, bytes] | None = None
    root: str = ""

    def put(self, name: str, data: bytes) -> str:
        """Put a file into the box, in a folder of its own: files of two packages can have one name."""
        path = f"fetched/{len(self.files)}/{name}"
        self.files[path] = File(data)
        return f"/work/{path}"


def python_of(provider: Provider, limits: Limits) -> Python | None:
    """Ask a box which Python it has; None where it has none."""
    words = "import platform as p, json; print(json.dumps([p.python_version(), p.machine(), p.libc_ver()[1]]))"
    box = provider.prepare({}, limits)
    try:
        outcome = provider.run(box, Command(argv=("python3", "-I", "-c", words), limits=limits))
        return Python(*msgspec.json.decode(outcome.stdout, type=tuple[str, str, str]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    finally:
        provider.destroy(box)


def patched(recipe: Recipe) -> Subject:
    """Return the fixed subject of a recipe; one that is a patch is the affected one with it."""
    fixed = recipe.fixed
    if fixed is None or fixed.patch is None:
        return fixed or recipe.affected
    whole = msgspec.structs.replace(recipe.affected, patch=fixed.patch)
    return msgspec.structs.replace(whole, beside=fixed.beside) if fixed.beside else whole


def make_ready(
    loaded: Loaded, subject: Subject, provider: Provider, registry: Registry, limits: Limits, python: Python | None
) -> Ready:
    """Fetch and install a subject. What goes wrong is told in the result, for it is a fact about the recipe.

    Args:
        limits: of each command of the installation.

    Raises:
        NotToBeHadError: what it needs cannot be fetched now, which is no fact about the recipe.
    """
    artefacts: list[Artefact] = []
    try:
        plan = _plan(loaded, subject, registry, python, Gathered(artefacts, limits.disk))
    except NotToBeHadError:
        raise
    except ClearinghouseError as error:
        return Ready("", error.what, tuple(artefacts), ())
    try:
        box = provider.prepare(plan.files, limits)
    except BoxError as error:  # what was fetched is more than the disk of a box
        return Ready("", error.what, tuple(artefacts), ())
    plan.files.clear()  # they are in the box, and what follows takes long
    steps: list[Step] = []
    for command in _commands(plan, loaded.recipe, limits):
        outcome = provider.run(box, command)
        steps.append(Step(command, outcome))
        if outcome.end is not End.EXITED or outcome.code != 0:
            provider.destroy(box)
            return Ready("", _failed(command, outcome), tuple(artefacts), tuple(steps))
    return Ready(box, "", tuple(artefacts), tuple(steps), plan.root)


def _plan(loaded: Loaded, subject: Subject, registry: Registry, python: Python | None, fetched: Gathered) -> _Plan:
    recipe = loaded.recipe
    install = recipe.install
    by = install.by or _by(subject)
    plan = _Plan({each: File(_inside(each)) for each in (_INSTALLER, _PATCHING)}, [], [], _SOURCE)

    def fetch(purl: str, kind: FileKind = "any", sha256: str = "") -> Artefact:
        try:
            found = registry.fetch(purl, sha256=sha256, kind=kind, python=python, most=fetched.left)
        except TooMuchError as error:
            raise fetched.too_much(error.what) from error
        return fetched.add(found)

    main = _archive(loaded, subject, fetched)
    if main is None and subject.purl:
        main = fetch(subject.purl, "source" if by == "pip" and install.from_source else "any", subject.sha256 or "")
    for purl in (*install.beside, *subject.beside):
        plan.unpack.append(_unpacking(fetch(purl), _SITE, plan))
    if main is not None:
        _main(by, main, install.from_source, plan, fetch, install.requires)
    for name in install.files:
        fetched.count(name, loaded.files[name])
        plan.unpack.append({"do": "put", "file": plan.put(name, loaded.files[name]), "into": f"{_SOURCE}/{name}"})
    root = _root(by, main, install.from_source)
    if subject.patch:
        plan = plan._replace(patch=(root, loaded.files[subject.patch]))
    plan.commands.extend(_given(recipe, by))
    return plan._replace(root=root, at=_SOURCE if by in {"make", "cargo"} else "/subject")


def _archive(loaded: Loaded, subject: Subject, fetched: Gathered) -> Artefact | None:
    """The archive that a subject names, if it names one."""
    if subject.archive is None:
        return None
    data = loaded.files[subject.archive]
    digest = hashlib.sha256(data).hexdigest()
    name = subject.archive.rpartition("/")[2]
    return fetched.add(Artefact(name=name, data=data, sha256=digest, origin="the recipe"))


def _main(by: str, main: Artefact, from_source: bool, plan: _Plan, fetch: Any, requires: tuple[str, ...]) -> None:
    """Plan how the subject itself is unpacked or built."""
    wheel = main.name.endswith(".whl")
    if by == "pip" and (from_source or not wheel):
        for purl in (PIP, *(requires or REQUIRES)):
            plan.unpack.append(_unpacking(fetch(purl, "wheel"), _TOOLS, plan))
        plan.unpack.append({"do": "source", "file": plan.put(main.name, main.data), "into": _SOURCE})
        plan.commands.append(
            (
                *(*_PIP_INSTALL, "--no-index", "--no-deps", "--no-build-isolation"),
                *("--no-cache-dir", "--disable-pip-version-check", "--no-compile", "--root-user-action=ignore"),
                *("--target", _SITE, _SOURCE),
            )
        )
        return
    if by in {"make", "none"}:
        plan.unpack.append({"do": "source", "file": plan.put(main.name, main.data), "into": _SOURCE})
    else:
        plan.unpack.append(_unpacking(main, _SITE, plan))
    plan.unpack.extend(_unpacking(fetch(purl), _TOOLS, plan) for purl in requires)


def _unpacking(artefact: Artefact, into: str, plan: _Plan) -> dict[str, Any]:
    """The step that unpacks what was fetched."""
    file = plan.put(artefact.name, artefact.data)
    if artefact.name.endswith(".whl"):
        return {"do": "wheel", "file": file, "into": into}
    purl = purls.parse(artefact.purl) if artefact.purl else None
    if purl and purl.type == "npm":
        return {"do": "source", "file": file, "into": _package(purl)}
    if purl and purl.type == "cargo":
        return {"do": "crate", "file": file, "into": _package(purl), "settings": _CARGO}
    if purl and purl.type == "pypi":
        raise ClearinghouseError(
            f"{artefact.purl} has no wheel that fits", "name a version that has one, or build it: from_source = true"
        )
    return {"do": "source", "file": file, "into": _SOURCE}


def _package(purl: purls.PackageUrl) -> str:
    """The folder in which Node or Cargo looks for a package."""
    if purl.type == "cargo":
        return f"{_VENDOR}/{purl.name}-{purl.version}"
    return f"{_NODE}/{purl.namespace}/{purl.name}" if purl.namespace else f"{_NODE}/{purl.name}"


def _root(by: str, main: Artefact | None, from_source: bool) -> str:
    """The folder in which a patch is applied."""
    if by == "pip" and main and main.name.endswith(".whl") and not from_source:
        return _SITE
    purl = purls.parse(main.purl) if main and main.purl else None
    return _package(purl) if purl and by == _KINDS.get(purl.type) and by in {"npm", "cargo"} else _SOURCE


def _given(recipe: Recipe, by: str) -> Iterator[tuple[str, ...]]:
    """The commands that a recipe gives, or those that are usual."""
    if recipe.install.commands is not UNSET:
        yield from recipe.install.commands
    elif by == "make":
        yield ("make",)
    elif by == "cargo":
        yield ("cargo", "build", "--offline")


def _commands(plan: _Plan, recipe: Recipe, limits: Limits) -> Iterator[Command]:
    data = msgspec.json.encode(plan.unpack)
    yield Command(argv=("python3", "-I", f"/work/{_INSTALLER}"), input=data, limits=limits)
    if plan.patch:
        into, diff = plan.patch
        yield Command(argv=("python3", "-I", f"/work/{_PATCHING}", into), input=diff, limits=limits)
    environment = {"PYTHONPATH": _TOOLS, "CARGO_HOME": "/work/.cargo", **recipe.install.environment}
    for argv in plan.commands:
        # Python looks for modules where `-m` begins, and a source can have one that is called as one of pip's
        at = "/work" if argv[: len(_PIP_INSTALL)] == _PIP_INSTALL else plan.at
        yield Command(argv=argv, environment=environment, limits=limits, at=at)


def _by(subject: Subject) -> str:
    if subject.purl is None:
        return "make" if subject.archive else "none"
    kind = purls.parse(subject.purl).type
    if kind not in _KINDS:
        raise ClearinghouseError(
            f"{subject.purl} is of a registry that is not known here", "take pypi, npm or cargo, or an archive"
        )
    return _KINDS[kind]


def _failed(command: Command, outcome: Outcome) -> str:
    ends = {End.EXITED: f"exit code {outcome.code}", End.SIGNALLED: f"ended by signal {outcome.signal}"}
    how = ends.get(outcome.end) or outcome.words or f"ended at its limit of {outcome.end}"
    last = (outcome.stderr.strip() or outcome.stdout.strip())[-300:].decode(errors="replace").rpartition("\n")[2]
    return f"{' '.join(command.argv[:3])[:100]}: {how}: {last}"


def _inside(name: str) -> bytes:
    return resources.files("clearinghouse.validation.inside").joinpath(name).read_bytes()


def digests(artefacts: tuple[Artefact, ...]) -> Mapping[str, str]:
    """Return the digest of each artefact by its name, or by its package URL where two have one name."""
    names = Counter(each.name for each in artefacts)
    return {each.name if names[each.name] == 1 else each.purl or each.origin: each.sha256 for each in artefacts}
