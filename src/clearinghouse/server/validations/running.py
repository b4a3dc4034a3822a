"""The dispatcher: a recipe handed to a runner as data, and what comes back. Nothing of a stranger runs in this process.

A worker keeps one runner, which passed its self-check once, from job to job. The runner has no key, no connection and
no network; packages are fetched here, by name and digest. Where the runner is lost the next job starts another one.
"""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections

from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.packages.versions.ecosystems import order_of
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier, demand
from clearinghouse.server.configuration import Validation as Settings
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.validations.errors import TierError
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.recipe import Loaded, Subject
from clearinghouse.validation.remedy import Remedy, remedy_of
from clearinghouse.validation.validate import Policy, Progress, Session, Validated
from clearinghouse.validation.verdict import Verdict

LOOK = 1.0
"""Seconds between two looks whether a person cancelled the job."""
_ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io"}
_SHOWN = frozenset({Verdict.REPRODUCED, Verdict.FIXED, Verdict.FIX_INCOMPLETE, Verdict.FLAKY})

_lock = threading.Lock()
_kept: list[tuple[Settings, Bench]] = []


class Newest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the flaw is in the newest release of the package; signed with the verdict.

    Attributes:
        tested: the version that the recipe names. version: the newest one. verdict: what the reproducer shows there;
            None where it was not run. why: the reason, in a sentence. artefacts: digests of what was fetched.
    """

    tested: str
    version: str = ""
    verdict: Verdict | None = None
    why: str = ""
    artefacts: dict[str, str] = {}


class Ran(msgspec.Struct, frozen=True):
    """What came back: the validation, the newest release where there is such a thing, and what stopped the flaw."""

    validated: Validated
    newest: Newest | None
    remedy: Remedy | None = None


@contextmanager
def session(least: Tier) -> Iterator[Session]:
    """Yield what validates, on this worker's runner.

    Raises:
        UnavailableError, UnsafeError: there is no runner that may run anything; the next time another one is started.
        TierError: it isolates less well than ``least``.
    """
    wanted: Settings = settings.CONFIGURATION.validation
    try:
        with _bench(wanted).session(Policy(runs=wanted.runs, least=least)) as found:
            demand(found.isolation, Tier.T1)
            _require(found.isolation.tier, least)
            yield found
    except TierError:
        raise
    except BaseException:
        close()  # whatever it was, the next one begins with a runner that was looked at
        raise


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


def close() -> None:
    """End the runner that this process keeps."""
    with _lock:
        _close()


def kill() -> None:
    """End the runner that this process keeps at once, and what runs in its boxes; whoever waits for it is told."""
    for _, bench in _kept:
        bench.kill()


def _close() -> None:
    while _kept:
        _, bench = _kept.pop()
        with suppress(ClearinghouseError, OSError):
            bench.__exit__(None, None, None)


atexit.register(close)


@contextmanager
def watched(job: int, kill: Callable[[], None]) -> Iterator[None]:
    """End the runner as soon as a person cancels a job, however long the run at hand may last.

    Args:
        job: its primary key. kill: ends the runner, from another thread.
    """
    done = threading.Event()

    def look() -> None:
        try:
            while not done.wait(LOOK):
                if Job.objects.filter(pk=job, cancel_requested=True).exists():
                    kill()
                    return
        except Exception:
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


def run(session: Session, loaded: Loaded, progress: Progress) -> Ran:
    """Run a recipe, and its reproducer on the newest release where it showed something.

    Raises:
        RunnerLostError: the runner is gone. UnsafeError: see :meth:`Session.validate`. Whatever ``progress`` raises.
    """
    validated = session.validate(loaded, progress)
    newest = None
    if validated.result.verdict in _SHOWN and loaded.recipe.affected.purl:
        newest = _newest(session, loaded, loaded.recipe.affected.purl, progress)
    remedy = remedy_of(loaded) if validated.result.verdict is Verdict.FIXED else None
    return Ran(validated, newest, remedy)


def _newest(session: Session, loaded: Loaded, text: str, progress: Progress) -> Newest:
    tested = parse_purl(text)
    known = tested.version or ""
    try:
        version = newest_of(tested.type, session.registry.versions(text))
    except ClearinghouseError as error:
        return Newest(tested=known, why=error.what)
    if not version:
        return Newest(tested=known, why="the registry names no release whose place is certain")
    if version == known:
        return Newest(tested=known, version=version, why="the version that was tested is the newest one")
    progress(f"newest: {version}")
    other = msgspec.structs.replace(tested, version=version)
    recipe = msgspec.structs.replace(
        loaded.recipe, affected=Subject(purl=other.canonical, beside=loaded.recipe.affected.beside), fixed=None
    )
    found = session.validate(msgspec.structs.replace(loaded, recipe=recipe), progress).result
    subjects = found.subjects.values()
    artefacts = {name: digest for each in subjects for name, digest in each.artefacts.items()}
    return Newest(tested=known, version=version, verdict=found.verdict, why=found.why, artefacts=artefacts)


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
