"""What was drawn: families and tasks in their committed order, each shown to be in the pool that the plan names.

An outsider has the manifest (commitments), the draw (an order of commitments) and what opens some of them. From these
alone follows which tasks count, in which order: nobody's word is taken for it.
"""

from collections.abc import Sequence
from math import inf, nan
from pathlib import Path

import msgspec

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.plan.fields import Plan, PoolRef, Role
from clearinghouse.evaluation.plan.signing import Signed
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import KNOWN
from clearinghouse.evaluation.pools.draw import Draw
from clearinghouse.evaluation.pools.manifest import FamilyRecord, Manifest, TaskRecord, parse, read_revealed
from clearinghouse.evaluation.pools.signing import Sides
from clearinghouse.evaluation.pools.split import development
from clearinghouse.formats.text import clean_line
from clearinghouse.records.errors import about
from clearinghouse.trust.keys import KeyRing

LARGEST = 64 << 20
"""Most bytes of a file of this folder."""
MOST_STAGES = 2
"""The first draw, and a fresh one for a reconsideration."""


class DrawnTask(msgspec.Struct, frozen=True, kw_only=True):
    """One task.

    Attributes:
        id: of it. sha256: of its bytes in the pool. minutes, source: of its human time, as it is told first.
        times: minutes by source, of all sources. canary: SHA-256 of the canary that it has alone. benchmark,
            public_since, twin_of: see :class:`~clearinghouse.evaluation.pools.manifest.TaskRecord`.
    """

    id: str
    sha256: str
    minutes: float
    source: str
    times: dict[str, float] = {}
    canary: str = ""
    benchmark: str = ""
    public_since: str = ""
    twin_of: str = ""

    def time(self, sources: Sequence[str]) -> tuple[float, str]:
        """Return the human time by the first of some sources that it has, and that source; else as it is told first."""
        source = next((each for each in sources if each in self.times), self.source)
        return self.times.get(source, self.minutes), source


class DrawnFamily(msgspec.Struct, frozen=True, kw_only=True):
    """One family, by its handle in the pool, with all its tasks."""

    name: str
    tasks: tuple[DrawnTask, ...]


class DrawnDomain(msgspec.Struct, frozen=True, kw_only=True):
    """One domain.

    Attributes:
        name: of it. manifest: of its pool. development: families on which scaffolds and budgets were tried.
        stages: families of each draw, in drawn order. largest: most tasks of a family of the pool, as committed.
        unverified: whether a draw rests on a beacon of which nobody can verify what it said.
    """

    name: str
    manifest: Manifest
    development: tuple[DrawnFamily, ...]
    stages: tuple[tuple[DrawnFamily, ...], ...]
    unverified: bool = False

    @property
    def largest(self) -> int:
        """The most tasks that a family of the pool has, whether it was drawn or not."""
        return self.manifest.header.largest


def drawn_domain(folder: Path, versions: Sequence[Signed], name: str, keys: KeyRing) -> DrawnDomain:
    """Return what was drawn of a domain.

    Args:
        folder: of the assessment. versions: of its plan, the newest first. name: of the domain. keys: that are
            believed: those of both sides of the draw.

    Raises:
        AssessmentError: something is missing, or does not follow from what the plan names. DrawError, EnvelopeError,
            LedgerError, TamperedPoolError: something is not as it was made.
    """
    ref = _reference(versions[0].plan, name)
    path = places.pool_of(folder, name)
    manifest = parse(files.read(path, LARGEST), str(path))
    if manifest.root != ref.root or manifest.header.domain != name:
        raise AssessmentError(f"{path} is not the pool that the plan names", "put that one there", source=str(path))
    plans = {each.sha256: sides_of(each.plan) for each in versions}
    stages: list[tuple[DrawnFamily, ...]] = []
    for stage in range(1, MOST_STAGES + 1):
        if not ceremony.draw_path(folder, name, stage).exists():
            break
        with about(str(ceremony.draw_path(folder, name, stage))):
            draw = ceremony.check(folder, name, stage, manifest, keys, plans)
        demand_planned(draw, next(each.plan for each in versions if each.sha256 == draw.terms.plan))
        _follows(draw, stages, stage)
        place = places.revealed_of(folder, name, stage)
        families = families_in(place, manifest)
        order = draw.first(len(families))
        if set(order) != set(families):
            what = f"{place} has other families than the first of the draw"
            raise AssessmentError(what, "reveal the first ones, and all of them", source=str(place))
        stages.append(tuple(families[each] for each in order))
    if ceremony.draw_path(folder, name, MOST_STAGES + 1).exists():
        what = f"{name} was drawn more than {MOST_STAGES} times"
        raise AssessmentError(what, "a plan registers one draw and one fresh one; make another plan for more")
    return DrawnDomain(
        name=name,
        manifest=manifest,
        development=_for_development(folder, name, manifest),
        stages=tuple(stages),
        unverified=not all(
            ceremony.terms_in(folder, name, stage).beacon.is_verifiable for stage in range(1, len(stages) + 1)
        ),
    )


def sides_of(plan: Plan) -> Sides:
    """Return whose keys sign draws under a plan."""
    return Sides(plan.id_of(Role.ASSESSOR), plan.id_of(Role.DEVELOPER))


def _follows(draw: Draw, stages: Sequence[Sequence[DrawnFamily]], stage: int) -> None:
    """Refuse a fresh draw that leaves out more, or fewer, families than the draws before it came to.

    Raises:
        AssessmentError: it does.
    """
    before = sum(len(each) for each in stages)
    if len(draw.terms.used) != before:
        what = f"the draw of stage {stage} leaves out {len(draw.terms.used)} families, and {before} were drawn before"
        raise AssessmentError(what, "reveal all families that were drawn before")


def demand_planned(draw: Draw, plan: Plan) -> None:
    """Refuse a draw that rests on another beacon than its plan names, or leaves another time for the nonce.

    Raises:
        AssessmentError: it does.
    """
    terms, drawing = draw.terms, plan.drawing
    if terms.beacon != KNOWN[drawing.beacon](terms.beacon.round):
        what = f"a draw rests on {terms.beacon.name}, and its plan names {drawing.beacon}"
        raise AssessmentError(what, "draw as the plan says")
    if terms.reveal_days != drawing.reveal_days:
        what = f"a draw leaves {terms.reveal_days} days for the nonce, and its plan {drawing.reveal_days}"
        raise AssessmentError(what, "draw as the plan says")


def _for_development(folder: Path, name: str, manifest: Manifest) -> tuple[DrawnFamily, ...]:
    path = places.revealed_of(folder, name, places.DEVELOPMENT)
    if not path.exists():
        return ()
    families = families_in(path, manifest)
    allowed = development(manifest)
    if strange := set(families) - set(allowed):
        what = f"{path}: the family {families[min(strange)].name} is held out, and not for development"
        raise AssessmentError(what, "try scaffolds and budgets on families for development only", source=str(path))
    return tuple(families[each] for each in allowed if each in families)


def families_in(path: Path, manifest: Manifest) -> dict[str, DrawnFamily]:
    """Return the families that a file opens, by their commitments; each has all its tasks.

    Raises:
        AssessmentError: it opens what the pool does not commit to, or a family in part.
    """
    revealed = read_revealed(files.read(path, LARGEST), str(path))
    tasks: dict[str, TaskRecord] = {}
    families: dict[str, FamilyRecord] = {}
    leaves, groups = set(manifest.leaves), set(manifest.groups)
    for each in revealed:
        of_pool = leaves if isinstance(each.record, TaskRecord) else groups
        if each.commitment not in of_pool or not each.holds():
            what = f"{path}: what is said of {each.commitment[:16]}… is not what the pool committed to"
            raise AssessmentError(what, "do not rely on it; ask who opened the pool", source=str(path))
        if isinstance(each.record, TaskRecord):
            tasks[each.commitment] = each.record
        else:
            families[each.commitment] = each.record
        most = manifest.header.largest
        if isinstance(each.record, FamilyRecord) and len(each.record.tasks) > most:
            what = f"{path}: the family {each.record.family} has {len(each.record.tasks)} tasks, and {most} at most"
            raise AssessmentError(what, "do not rely on the pool; ask who made it", source=str(path))
    return {commitment: _family(record, tasks, path) for commitment, record in families.items()}


def _family(record: FamilyRecord, tasks: dict[str, TaskRecord], path: Path) -> DrawnFamily:
    if missing := [each for each in record.tasks if each not in tasks]:
        what = f"{path}: the family {record.family} is there without {len(missing)} of its tasks"
        raise AssessmentError(what, "reveal families whole", source=str(path))
    found = tuple(_task(each, path) for each in (tasks[commitment] for commitment in record.tasks))
    return DrawnFamily(name=record.family, tasks=found)


def _task(record: TaskRecord, path: Path) -> DrawnTask:
    minutes = _minutes(record.minutes, path)
    return DrawnTask(
        id=record.id,
        sha256=record.sha256,
        minutes=minutes,
        source=record.source,
        times={record.source: minutes} | {source: _minutes(told, path) for source, told in record.times},
        canary=record.canary,
        benchmark=record.benchmark,
        public_since=record.public_since,
        twin_of=record.twin_of,
    )


def _minutes(text: str, path: Path) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = nan
    if not 0 < minutes < inf:
        what = f"{path}: the human time {clean_line(text, 40)!r} is no number of minutes"
        raise AssessmentError(what, "make the pool again, with a time above 0 of each task", source=str(path))
    return minutes


def _reference(plan: Plan, name: str) -> PoolRef:
    found = next((each for each in plan.pools if each.domain == name), None)
    if found is None:
        raise AssessmentError(f"the plan names no pool for {name}", "add one in a new version of the plan")
    return found
