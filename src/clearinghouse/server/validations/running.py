"""The dispatcher: a recipe handed to a runner as data, and what comes back. Nothing of a stranger runs in this process.

A worker keeps one runner, which passed its self-check once, from job to job. The runner has no key, no connection and
no network; packages are fetched here, by name and digest. Where the runner is lost the next job starts another one.
"""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections

from clearinghouse.packages.purl import PackageUrl
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.packages.versions.ecosystems import order_of
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import RunnerLostError, SandboxError, Tier, UnavailableError, demand
from clearinghouse.server.configuration import Validation as Settings
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.validations import reading
from clearinghouse.server.validations.agreement import CONFIRMS
from clearinghouse.server.validations.errors import NoRunnerError, TierError
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.errors import NotToBeHadError
from clearinghouse.validation.recipe import Loaded, Subject
from clearinghouse.validation.remedy import Remedy
from clearinghouse.validation.result import Evidence
from clearinghouse.validation.validate import Policy, Progress, Session, Validated
from clearinghouse.validation.verdict import Verdict

LOOK = 1.0
"""Seconds between two looks whether a person cancelled the job."""
NEWEST = "newest"
"""What the names of evidence of the newest release begin with."""
_ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io"}

_lock = threading.Lock()
_kept: list[tuple[Settings, Bench]] = []


class Newest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the flaw is in the newest release of the package; signed with the verdict.

    Attributes:
        tested: the version that the recipe names. version: the newest one. verdict: what the reproducer shows there;
            None where it was not run. why: the reason, in a sentence. artefacts: digests of what was fetched.
        again: whether asking again can tell more, because a registry did not answer, or the runner was lost.
    """

    tested: str
    version: str = ""
    verdict: Verdict | None = None
    why: str = ""
    artefacts: dict[str, str] = {}
    again: bool = False


class Ran(msgspec.Struct, frozen=True):
    """What came back: the validation, the newest release where there is such a thing, and what stopped the flaw.

    Attributes:
        written: what the runs on the newest release wrote; its names begin with ``newest-``. blobs: it, by its digest.
        remedy: what stopped the reproducer, where the verdict says that something does.
    """

    validated: Validated
    newest: Newest | None
    written: tuple[Evidence, ...] = ()
    blobs: dict[str, bytes] = {}
    remedy: Remedy | None = None


@contextmanager
def session(least: Tier) -> Iterator[Session]:
    """Yield what validates, on this worker's runner.

    Raises:
        NoRunnerError: none can be had now. UnsafeError: there is none that may run anything. TierError: it isolates
            less well than ``least``.
    """
    wanted: Settings = settings.CONFIGURATION.validation
    with ExitStack() as stack:
        try:
            found = _entered(wanted, least, stack)
            demand(found.isolation, Tier.T1)
            _require(found.isolation.tier, least)
            yield found
        except TierError:
            raise
        except BaseException:
            stack.close()
            close()  # whatever it was, the next one begins with a runner that was looked at
            raise


def _entered(wanted: Settings, least: Tier, stack: ExitStack) -> Session:
    try:
        return stack.enter_context(_bench(wanted).session(Policy(runs=wanted.runs, least=least)))
    except (UnavailableError, RunnerLostError) as error:
        raise NoRunnerError(error.what, error.remedy) from error


def _require(tier: Tier, least: Tier) -> None:
    if tier < least:
        what = f"this needs isolation {least}, and the runner here has {tier}"
        raise TierError(what, "run a worker for the queue validations that has a runner on such a machine")


def _bench(wanted: Settings) -> Bench:
    with _lock:
        if _kept and _kept[0][0] != wanted:
            _close()
        if not _kept:
            runner = wanted.runner or None
            bench = Bench(1, offline=wanted.offline, runner=runner, declared=Tier(wanted.tier))
            _kept.append((wanted, bench))
        return _kept[0][1]


def kill() -> None:
    """End the runner that this process keeps at once, from another thread: what waits for it learns that it is gone."""
    for _, bench in tuple(_kept):
        bench.kill()


def close() -> None:
    """End the runner that this process keeps."""
    with _lock:
        _close()


def _close() -> None:
    while _kept:
        _, bench = _kept.pop()
        with suppress(ClearinghouseError, OSError):
            bench.__exit__(None, None, None)


atexit.register(close)


@contextmanager
def watched(job: int, kill: Callable[[], None]) -> Iterator[None]:
    """End the runner as soon as a person cancels a job, however long the run at hand may last.

    A look that fails, as when the database is away for a moment, is made again.

    Args:
        job: its primary key. kill: ends the runner, from another thread.
    """
    done = threading.Event()

    def look() -> None:
        try:
            while not done.wait(LOOK):
                if _is_cancelled(job):
                    kill()
                    return
        finally:
            connections.close_all()

    thread = threading.Thread(target=look, name=f"validation-{job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _is_cancelled(job: int) -> bool:
    try:
        return Job.objects.filter(pk=job, cancel_requested=True).exists()
    except Exception:  # whatever became of the connection, the next look has another one
        connections.close_all()
        return False


def run(session: Session, loaded: Loaded, progress: Progress) -> Ran:
    """Run a recipe, and its reproducer on the newest release where it showed something.

    Whatever becomes of the newest release, the verdict on the one that was named stands.

    Raises:
        RunnerLostError: the runner is gone. UnsafeError: see :meth:`Session.validate`. Whatever ``progress`` raises.
    """
    validated = session.validate(loaded, progress)
    remedy = _remedy(loaded) if validated.result.verdict is Verdict.FIXED else None
    purl = loaded.recipe.affected.purl
    if validated.result.verdict not in CONFIRMS or not purl:
        return Ran(validated, None, remedy=remedy)
    newest, found = _newest(session, loaded, purl, progress)
    if found is None:
        return Ran(validated, newest, remedy=remedy)
    result, blobs = found
    written = tuple(
        msgspec.structs.replace(each, name=f"{NEWEST}-{each.name}") for each in result.evidence if not each.given
    )
    return Ran(validated, newest, written, blobs, remedy)


def _remedy(loaded: Loaded) -> Remedy | None:
    """What a recipe names as its fix; where it cannot be read now, it is made up for later."""
    with suppress(ClearinghouseError, OSError, ValueError):
        return reading.remedy(loaded)
    return None


def _newest(session: Session, loaded: Loaded, text: str, progress: Progress) -> tuple[Newest, Validated | None]:
    tested = parse_purl(text)
    said = Newest(tested=tested.version or "")
    try:
        version = newest_of(tested.type, session.registry.versions(text))
        if not version:
            why = "the registry names no release whose place is certain"
            return msgspec.structs.replace(said, why=why), None
        said = msgspec.structs.replace(said, version=version)
        if version == said.tested:
            why = "the version that was tested is the newest one"
            return msgspec.structs.replace(said, why=why), None
        progress(f"{NEWEST}: {version}")
        found = session.validate(_on(loaded, tested, version), lambda words: progress(f"{NEWEST}: {words}"))
    except (NotToBeHadError, SandboxError) as error:
        return msgspec.structs.replace(said, why=error.what, again=True), None
    except ClearinghouseError as error:
        return msgspec.structs.replace(said, why=error.what), None
    result = found.result
    artefacts = {name: digest for each in result.subjects.values() for name, digest in each.artefacts.items()}
    said = msgspec.structs.replace(said, verdict=result.verdict, why=result.why, artefacts=artefacts)
    return said, found


def _on(loaded: Loaded, tested: PackageUrl, version: str) -> Loaded:
    """Return a recipe about another version, without a fix."""
    other = msgspec.structs.replace(tested, version=version)
    affected = Subject(purl=other.canonical, beside=loaded.recipe.affected.beside)
    recipe = msgspec.structs.replace(loaded.recipe, affected=affected, fixed=None)
    return msgspec.structs.replace(loaded, recipe=recipe)


def newest_of(kind: str, versions: list[str]) -> str:
    """Return the newest release of a package, leaving out what is only a trial of one; empty where none is certain.

    Args:
        kind: type of its package URL. versions: those that its registry names.
    """
    order = order_of(_ECOSYSTEMS.get(kind, ""))
    if order is None:
        return ""
    released = [each for each in versions if not is_trial(kind, each)]
    return max(released, key=order.key, default="")


def is_trial(kind: str, version: str) -> bool:
    """Whether a version is a pre-release (PEP 440; elsewhere Semantic Versioning 2.0.0, 9)."""
    if kind != "pypi":
        return "-" in version.partition("+")[0]
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version).is_prerelease
    except InvalidVersion:
        return True


def said_of(newest: Newest | None) -> dict[str, Any]:
    """Return it as it is written into a statement."""
    return {} if newest is None else {"newest": msgspec.to_builtins(newest)}
