"""A recipe, validated: both arms, the control and an idle run, each run from the same state in a place of its own."""

import hashlib
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from clearinghouse.sandbox import BoxError, Isolation, Limits, Outcome, Provider, Tier, demand
from clearinghouse.sandbox.contract import MIB
from clearinghouse.validation import subjects
from clearinghouse.validation.fetching import Python, Registry
from clearinghouse.validation.recipe import SIZE, Loaded, Use
from clearinghouse.validation.result import GIVEN, Result, Run, Shelf, Subject
from clearinghouse.validation.running import climb, ended, last_error, limits_of, odd_end, run_once
from clearinghouse.validation.shows import Exit, Growth, Sight, exit_code, untold
from clearinghouse.validation.verdict import Arm, Verdict, decide, rate, unjudged

RUNS = 3
"""Runs of each arm where nobody says otherwise."""
FLAKY_RUNS = 12
"""Runs of the affected subject once it has shown the flaw in some runs and not in others, for the rate."""
RUN = Limits(seconds=30, cpu=60, memory=1024 * MIB, processes=128, disk=128 * MIB, output=MIB)
"""What one run may use, where the installation does not say otherwise."""
BUILD = Limits(seconds=600, cpu=1200, memory=2048 * MIB, processes=256, disk=1024 * MIB, files=100_000, output=4 * MIB)
"""What each command of an installation may use."""
_IDLE = Use(command=("true",))
_ONLY_A_CODE = (
    "Only an exit code shows the flaw, and no control says whether the program works: "
    "one that cannot be loaded may end with the same code."
)

Progress = Callable[[str], None]
"""Is told what is done next, in a few words."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation says of validations.

    Attributes:
        runs: of each arm. run, build: limits. least: the tier below which nothing of this submitter is run.
    """

    runs: int = RUNS
    run: Limits = RUN
    build: Limits = BUILD
    least: Tier = Tier.T1


class Validated(NamedTuple):
    """A result, and the bytes of its evidence by their digest."""

    result: Result
    blobs: dict[str, bytes]


class Session:
    """Validates recipes on one provider, one after the other.

    Attributes:
        provider: what runs things. isolation: what it achieves, by its self-check. registry: what gives packages.
        policy: what the installation says of validations.
    """

    def __init__(self, provider: Provider, isolation: Isolation, registry: Registry, policy: Policy = Policy()) -> None:  # noqa: B008
        self.provider = provider
        self.isolation = isolation
        self.registry = registry
        self.policy = policy
        self._python: Python | None = None
        self._asked = False

    def validate(self, loaded: Loaded, progress: Progress = lambda _: None) -> Validated:
        """Return what a recipe comes to.

        Raises:
            UnsafeError: it demands, or is due, better isolation than there is. RunnerLostError: the runner is gone.
        """
        demand(self.isolation, max(self.policy.least, loaded.recipe.isolation.tier))
        return _Validation(self, loaded, progress).made()

    @property
    def python(self) -> Python | None:
        """The Python of boxes, asked for once."""
        if not self._asked:
            self._python = subjects.python_of(self.provider, RUN)
            self._asked = True
        return self._python


class _Validation:
    def __init__(self, session: Session, loaded: Loaded, progress: Progress) -> None:
        self._session = session
        self._provider = session.provider
        self._policy = session.policy
        self._loaded = loaded
        self._recipe = loaded.recipe
        self._progress = progress
        self._shelf = Shelf()
        self._runs: list[Run] = []
        self._subjects: dict[str, Subject] = {}
        self._problems: list[str] = []
        self._limits = limits_of(self._recipe.limits, self._policy.run)
        self._benign: float | None = None
        self._outcomes: tuple[Outcome, ...] = ()

    def made(self) -> Validated:
        started, begin = datetime.now(UTC), time.monotonic()
        for name, data in self._loaded.files.items():
            self._shelf.add(f"{GIVEN}{name}", data, whole=True)  # their digests make the one of the recipe
        with ExitStack() as stack:
            affected, fixed, control, idle, again = self._arms(stack)
        decided = decide(affected, fixed, control, idle, again)
        if fixed and fixed.shown and (why := unjudged(fixed, control, again)):
            self._problems.append(f"The fixed subject could not be judged: {why}")
        if isinstance(self._recipe.shows, Exit) and self._recipe.control is None:
            self._problems.append(_ONLY_A_CODE)
        result = Result(
            recipe={"path": self._loaded.source, "title": self._recipe.title, "sha256": self._loaded.digest},
            verdict=decided.verdict,
            why=decided.why,
            isolation=self._session.isolation,
            subjects=self._subjects,
            runs=tuple(self._runs),
            control=self._control(control),
            rate=rate(affected.shown)._asdict() if affected.shown else None,
            signatures=tuple(dict.fromkeys(run.signature for run in self._runs if run.shown)),
            environment=self._environment(),
            command=self._recipe.reproducer.command,
            evidence=tuple(self._shelf),
            problems=tuple(filter(None, dict.fromkeys([*self._problems, self._shelf.told()]))),
            started=started.isoformat(timespec="seconds"),
            seconds=time.monotonic() - begin,
        )
        return Validated(result, self._shelf.blobs)

    def _arms(self, stack: ExitStack) -> tuple[Arm, Arm | None, Arm | None, Arm, Arm | None]:
        """Run everything; what cannot be judged any more is not run."""
        recipe = self._recipe
        box, why = self._ready("affected", recipe.affected, stack)
        if not box:
            return Arm(why=why), None, None, Arm(), None
        idle = self._use("idle", box, _IDLE, 1)
        control = self._checked("control-affected", box) if recipe.control else None
        affected = self._use("affected", box, recipe.reproducer, max(self._policy.runs, recipe.runs))
        if True in affected.shown and False in affected.shown and None not in affected.shown:
            more = self._use("affected", box, recipe.reproducer, max(0, FLAKY_RUNS - len(affected.shown)))
            affected = Arm((*affected.shown, *more.shown), more.why, affected.odd or more.odd)
        if recipe.fixed is None:
            return affected, None, control, idle, None
        box, why = self._ready("fixed", subjects.patched(recipe), stack)
        if not box:
            self._problems.append(f"The fixed subject could not be prepared: {why}")
            return affected, Arm(why=why), control, idle, None
        again = self._checked("control-fixed", box) if recipe.control else None
        fixed = self._use("fixed", box, recipe.reproducer, max(self._policy.runs, recipe.runs, len(affected.shown)))
        return affected, fixed, control, idle, again

    def _ready(self, name: str, subject: Any, stack: ExitStack) -> tuple[str, str]:
        said = subject.purl or subject.archive or "nothing"
        said = f"{said} with {subject.patch}" if subject.patch else said
        self._progress(f"{name}: preparing {said}")
        python = self._session.python
        ready = subjects.make_ready(
            self._loaded, subject, self._provider, self._session.registry, self._policy.build, python
        )
        for number, step in enumerate(ready.steps, 1):
            self._keep(f"{name}-install-{number}", step.outcome, self._policy.build.output)
        digests = dict(subjects.digests(ready.artefacts))
        self._subjects[name] = Subject(
            name=said, artefacts=digests, commands=tuple(step.command.argv for step in ready.steps)
        )
        for each in ready.artefacts:
            if each.yanked is not None:
                self._problems.append(f"{each.name} was taken back by its publisher: {each.yanked or 'no reason'}")
        if ready.box:
            stack.callback(partial(self._provider.destroy, ready.box))
        return ready.box, ready.why

    def _use(self, name: str, box: str, use: Use, count: int) -> Arm:
        """Run one use so many times; the first that cannot tell ends it."""
        shown: list[bool | None] = []
        odd = ""
        for number in range(count):
            self._progress(f"{name}: run {number + 1} of {count}")
            try:
                run = self._ladder(name, box, use) if self._is_ladder(use) else self._once(name, box, use)
            except BoxError as error:  # its files are more than the disk that it has
                return Arm((*shown, None), error.what, odd)
            self._runs.append(run)
            shown.append(run.shown)
            if run.shown is None:
                return Arm(tuple(shown), run.how, odd)
            odd = odd or ("" if run.shown else odd_end(self._outcomes))
        return Arm(tuple(shown), odd=odd)

    def _checked(self, name: str, box: str) -> Arm:
        """Run the control once: it must not show the flaw, and must end as the recipe says.

        What it takes is taken away from every size of the reproducer; it has one size itself (`contradictions`).
        """
        control = self._recipe.control
        if control is None:
            return Arm()
        arm = self._use(name, box, control, 1)
        if arm.why:
            return arm
        run = self._runs[-1]
        self._benign = run.cpu
        other = next((each for each in self._outcomes if exit_code(each) != control.exit), None)
        if run.shown or other is None:
            return arm
        why = f"it ended with {ended(other)}, not with exit code {control.exit}: {last_error(other.stderr)}"
        return Arm(arm.shown, why)

    def _is_ladder(self, use: Use) -> bool:
        return isinstance(self._recipe.shows, Growth) and any(SIZE in each for each in use.command)

    def _once(self, name: str, box: str, use: Use) -> Run:
        outcome, found = run_once(self._loaded, use, self._provider, box, self._limits)
        self._outcomes = (outcome,)
        self._note(name, outcome)
        if isinstance(self._recipe.shows, Growth):
            why = untold(outcome)
            found = Sight(None, "", why) if why else Sight(False, "", "one size only, which cannot grow")
        return _run_of(name, outcome, found)

    def _ladder(self, name: str, box: str, use: Use) -> Run:
        """Run one use over all sizes, until one is ended by its limit."""
        climbed = climb(self._loaded, use, self._provider, box, self._limits, self._benign or 0.0)
        self._outcomes = tuple(seen.outcome for _, seen in climbed.runs)
        for size, seen in climbed.runs:
            self._note(name, seen.outcome, f"-size-{size}")
        return msgspec.structs.replace(
            _run_of(name, climbed.runs[-1][1].outcome, climbed.sight),
            seconds=round(sum(seen.outcome.seconds for _, seen in climbed.runs), 4),
            cpu=round(sum(seen.outcome.cpu for _, seen in climbed.runs), 4),
            points=tuple((each.size, round(each.seconds, 4)) for each in climbed.points),
        )

    def _note(self, name: str, outcome: Outcome, of: str = "") -> None:
        """Keep what a run wrote."""
        number = 1 + sum(run.subject == name for run in self._runs)
        self._keep(f"{name}-{number}{of}", outcome, self._limits.output)
        if outcome.cut:
            self._problems.append(f"The output of {name} was cut at {self._limits.output} bytes.")

    def _keep(self, name: str, outcome: Outcome, most: int) -> None:
        for stream, data in (("stdout", outcome.stdout), ("stderr", outcome.stderr)):
            self._shelf.add(f"{name}.{stream}", data, cut=outcome.cut and len(data) >= most)

    def _control(self, arm: Arm | None) -> dict[str, Any] | None:
        if arm is None:
            return None
        return {"shown": [run.shown for run in self._runs if run.subject.startswith("control")], "why": arm.why}

    def _environment(self) -> dict[str, str]:
        """What things ran in, and a digest over that and all that was installed."""
        python, isolation = self._session.python, self._session.isolation
        facts = {
            "provider": isolation.provider,
            "kernel": isolation.kernel,
            "python": python.version if python else "",
            "machine": python.machine if python else "",
            "glibc": python.glibc if python else "",
        }
        whole = msgspec.json.encode([facts, self._subjects], order="deterministic")
        return {**facts, "sha256": hashlib.sha256(whole).hexdigest()}


def _run_of(name: str, outcome: Outcome, found: Sight) -> Run:
    return Run(
        subject=name,
        shown=found.shown,
        signature=found.signature,
        how=found.how,
        seconds=round(outcome.seconds, 4),
        cpu=round(outcome.cpu, 4),
        exit=outcome.code,
        signal=outcome.signal,
        end=outcome.end.value,
        memory=outcome.memory,
    )


def is_success(verdict: Verdict) -> bool:
    """Whether a verdict confirms what a recipe claims."""
    return verdict in {Verdict.FIXED, Verdict.REPRODUCED}
