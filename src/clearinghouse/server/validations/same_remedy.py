"""Flaws whose reproducers one fix stops, as suggestions that they are one flaw. A person decides; nothing is joined.

A suggestion is a question asked of what stands, each time: verdicts are verified now, so that one that was changed,
whose key was revoked, whose recipe was purged or that a later one contradicts makes none; flaws are where their
findings are now. Both ends are in the query with what the reader may see: of a flaw that is hidden from them nothing
shows, not even as a number.

How sure: of pairs of public records of two publishers, those of one fixing commit are one flaw in 0.98 of the cases
where two to four records name it and in 0.5 where five to ten do; of one fixed release in 0.42 up to ten, and in 0.02
altogether (``benchmarks/same_remedy.py``). So what stops more than :data:`MOST_FLAWS` suggests nothing, and the words
say which of the two it is: a release holds many changes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from clearinghouse.records import Reason
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import alone_in, visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.jobs.models import LIVE, Job
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import opinions, remedies
from clearinghouse.server.validations.agreement import DENIES, TELLING
from clearinghouse.server.validations.models import Attestation
from clearinghouse.server.validations.opinions import Read
from clearinghouse.server.validations.queries import about_flaw
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.detail import apart_from
from clearinghouse.server.vulnerabilities.errors import NotFoundError
from clearinghouse.server.vulnerabilities.linking import lock
from clearinghouse.server.vulnerabilities.models import Finding, Link, LinkKind, Vulnerability
from clearinghouse.server.vulnerabilities.queries import Row, find, rows_of
from clearinghouse.server.vulnerabilities.seen import seen
from clearinghouse.server.vulnerabilities.writing import REASONS, explanation_context
from clearinghouse.validation.parts import Compared, Parts, Standing, compared
from clearinghouse.validation.remedy import Kind, Remedy
from clearinghouse.validation.verdict import Verdict

MOST_FLAWS = 10
"""Flaws that a remedy stops above which it suggests nothing, as do commits in :mod:`clearinghouse.identity.remedy`."""
MOST_HUNKS = 50
"""Hunks of a patch up to which it is taken apart: each costs a build and a run of each reproducer."""
_FEW_FLAWS = 4
_MOST_OWN = 100
_MOST_OTHERS = 1_000
_MOST_RECIPES = 5
"""Recipes of one flaw and one remedy whose verdicts are verified, the newest first."""
_AGAINST = DENIES | {Verdict.FIX_INCOMPLETE}


class SameRemedy(msgspec.Struct, frozen=True, kw_only=True):
    """One fix stops a reproducer of this flaw and one of another.

    Attributes:
        other: the other flaw. remedy: what stops both. one, two: the verdicts that say so, verified, of this flaw and
            of the other. findings: primary keys of the findings that they belong to, in the same order.
        stopped: flaws whose reproducers it stops, of those that the reader may see. score: see above; None where the
            parts of the patch say more than that.
        compared: what its parts say of the two, where that was looked at. waits: whether it is being looked at.
    """

    other: Row
    remedy: Remedy
    one: Read
    two: Read
    findings: tuple[int, int]
    stopped: int
    score: float | None
    compared: Compared | None = None
    waits: bool = False

    @property
    def divisible(self) -> bool:
        """Whether it can be looked at which part of it stops which."""
        return self.remedy.kind is Kind.PATCH and 2 <= self.remedy.hunks <= MOST_HUNKS

    @property
    def told(self) -> bool:
        """Whether its parts say whether one of them stops both."""
        return self.compared is not None and self.compared.standing is not Standing.UNKNOWN

    @property
    def explanation(self) -> str:
        """What they have in common, in sentences that a person can check."""
        said = f"verdict {self.one.row.reference} of this one, verdict {self.two.row.reference} of the other"
        if self.remedy.kind is Kind.PATCH:
            parts = f" of {self.remedy.hunks} hunks" if self.remedy.hunks > 1 else ""
            text = f"One and the same patch{parts} stops a reproducer of each: {said}."
        else:
            text = (
                f"One release, {self.remedy.name}, stops a reproducer of each: {said}. "
                "A release holds many changes, so this alone says little."
            )
        more = f" It stops reproducers of {self.stopped} flaws that you may see." if self.stopped > 2 else ""
        parts = f" {self.compared.explanation}" if self.compared is not None else ""
        return text + more + parts


class _Place(msgspec.Struct, frozen=True):
    """A recipe by which flaws are compared, with the finding and the flaw that it is about, and its remedy's digest."""

    recipe: int
    finding: int
    flaw: int
    mac: bytes


class _Verified(msgspec.Struct, frozen=True):
    """That the remedy of a recipe holds, as it was found now."""

    read: Read
    remedy: Remedy
    parts: Parts | None
    waits: bool


def suggestions(reader: Reader, vulnerability: int) -> list[SameRemedy]:
    """Return what a vulnerability that the reader may see is perhaps the same as, because one fix stops both.

    Of each other vulnerability the best, and the best first.

    Args:
        vulnerability: its primary key.
    """
    own, others = _places(reader, vulnerability)
    if not others:
        return []
    listed = _listed(reader, {place.flaw for place in others})
    places = _few_of_each([*own, *(place for place in others if place.flaw in listed)])
    stopped = _stopped(places)
    apart = apart_from(vulnerability)
    near = [place for place in places if place.flaw not in {vulnerability, *apart} and stopped[place.mac] <= MOST_FLAWS]
    wanted = {place.mac for place in near}
    verified = _verified(reader, [place for place in places if place.mac in wanted]) if near else {}
    found: dict[int, SameRemedy] = {}
    for one in own:
        for two in near:
            if one.mac == two.mac and one.recipe in verified and two.recipe in verified:
                made = _made(one, two, verified, listed[two.flaw], stopped[one.mac])
                found[two.flaw] = min(made, found.get(two.flaw, made), key=_order)
    return sorted(found.values(), key=_order)


def settle(reader: Reader, reference: str, other: str, note: str, *, one_flaw: bool) -> Vulnerability:
    """Decide about a suggestion: they are one flaw, or they are two; return the vulnerability that the first is now.

    Args:
        reference, other: of both vulnerabilities. note: why.

    Raises:
        NotFoundError: nothing suggests it (any more). NotAllowedError: they may not. AskedWrongError: there is no
            reason. StateError: a person divided them.
    """
    with transaction.atomic():
        lock()
        link = _link(suggested(reader, reference, other))
        if one_flaw:
            return acts.join(reader, link.pk, note)
        acts.reject(reader, link.pk, note)
    return find(reader, reference)


def suggested(reader: Reader, reference: str, other: str) -> SameRemedy:
    """Return what suggests that two vulnerabilities, by their references, are one.

    Raises:
        NotFoundError: there is no such vulnerability, or nothing suggests it (any more).
    """
    known = suggestions(reader, find(reader, reference).pk)
    found = next((each for each in known if each.other.reference == other), None)
    if found is None:
        raise NotFoundError("there is no such suggestion", "open the vulnerability again; it may have changed")
    return found


def _link(found: SameRemedy) -> Link:
    """The suggestion as a row, for what is recorded of a decision; a link says why for as long as it stands."""
    later, earlier = max(found.findings), min(found.findings)
    report = Finding.objects.select_related("report").get(pk=later).report
    sealer = vault.sealer(report.envelope_id)
    sealed = sealer.seal(found.explanation.encode(), explanation_context(later, earlier))
    known = Link.objects.filter(kind=LinkKind.SUGGESTION, later=later, earlier=earlier, fact=0)
    known.delete()  # what else suggested it is decided with it
    return Link.objects.create(
        kind=LinkKind.SUGGESTION,
        later_id=later,
        earlier_id=earlier,
        reason=REASONS[Reason.REMEDY],
        score=found.score if found.score is not None else _score(found.remedy.kind, found.stopped),
        explanation=sealed,
    )


def _places(reader: Reader, vulnerability: int) -> tuple[list[_Place], list[_Place]]:
    """The recipes about a vulnerability whose fix is said to hold, and all others with the same remedies."""
    rows = Attestation.objects.filter(verdict=Verdict.FIXED.value, recipe__remedy__isnull=False)
    rows = visible(reader, rows) if reader.has_scope(Scope.VALIDATION_READ) else rows.none()
    own = _placed(rows.filter(about_flaw(vulnerability)), _MOST_OWN)
    if not own:
        return [], []
    alike = rows.filter(recipe__remedy__mac__in={place.mac for place in own})
    others = _placed(alike.exclude(recipe__in=[place.recipe for place in own]), _MOST_OTHERS)
    return own, [place for place in others if place.flaw != vulnerability]


def _placed(rows: QuerySet[Attestation], most: int) -> list[_Place]:
    """What rows are about, the newest first; a recipe that came with a report that speaks of several is of none."""
    columns = ("recipe_id", "recipe__finding_id", "recipe__finding__vulnerability_id", "recipe__report_id")
    found = list(rows.order_by("-recipe_id").values_list(*columns, "recipe__remedy__mac").distinct()[:most])
    reports = {report for _, finding, _, report, _ in found if finding is None}
    alone = {report: rest for report, *rest in alone_in(reports).values_list("report_id", "pk", "vulnerability_id")}
    places = []
    for recipe, finding, flaw, report, mac in found:
        where = alone.get(report) if finding is None else (finding, flaw)
        if where is not None:
            places.append(_Place(recipe, where[0], where[1], bytes(mac)))
    return places


def _listed(reader: Reader, flaws: Iterable[int]) -> dict[int, Row]:
    """Those of some vulnerabilities that the reader may see, as rows of a list."""
    rows = list(seen(reader).filter(pk__in=set(flaws)))
    return {each.pk: row for each, row in zip(rows, rows_of(reader, rows), strict=True)}


def _few_of_each(places: Iterable[_Place]) -> list[_Place]:
    """Of each flaw and remedy only so many recipes as are worth the verifying."""
    counted: Counter[tuple[int, bytes]] = Counter()
    kept = []
    for place in places:
        counted[place.flaw, place.mac] += 1
        if counted[place.flaw, place.mac] <= _MOST_RECIPES:
            kept.append(place)
    return kept


def _stopped(places: Iterable[_Place]) -> dict[bytes, int]:
    """By remedy, the flaws of which it stops a reproducer."""
    flaws: dict[bytes, set[int]] = {}
    for place in places:
        flaws.setdefault(place.mac, set()).add(place.flaw)
    return {mac: len(some) for mac, some in flaws.items()}


def _verified(reader: Reader, places: Sequence[_Place]) -> dict[int, _Verified]:
    """By recipe, that its remedy holds and is what it is compared by; left out is that of which this is not so."""
    flaws = {place.recipe: place.flaw for place in places}
    rows = visible(reader, Attestation.objects.filter(recipe__in=flaws))
    rows = rows.select_related("recipe__report", "recipe__remedy", "key", "participant", "validation").order_by("pk")
    read = opinions.read(rows, reader)
    finders = opinions.finders_of(reader, set(flaws.values()), read)
    by_recipe: dict[int, list[Read]] = {}
    for each in read:
        by_recipe.setdefault(each.row.recipe_id, []).append(each)
    jobs = {some[0].row.recipe.remedy.job for some in by_recipe.values()} - {None}
    working = set(Job.objects.filter(pk__in=jobs, state__in=LIVE).values_list("pk", flat=True)) if jobs else set()
    sealers = vault.sealers({some[0].row.recipe.envelope_id for some in by_recipe.values()})
    found = {}
    for number, some in by_recipe.items():
        recipe, held = some[0].row.recipe, holds(some, finders.get(flaws[number], ()))
        sealer = sealers.get(recipe.envelope_id)
        if sealer is None or held is None:
            continue
        remedy = remedies.opened(recipe.remedy, sealer)
        if remedy is not None:
            parts = remedies.opened_parts(recipe.remedy, sealer)
            found[number] = _Verified(held, remedy, parts, parts is None and recipe.remedy.job in working)
    return found


def holds(some: Sequence[Read], finders: Collection[int]) -> Read | None:
    """Return the verdict by which the fix of one recipe holds; None where none says so, or somebody saw it otherwise.

    Of each validator the latest verdict counts that can be believed and says something, and none of who found the flaw.

    Args:
        some: all signed verdicts about the recipe, the oldest first. finders: primary keys of who found the flaw.
    """
    latest: dict[int, Read] = {}
    for each in some:
        if each.verdict in TELLING and not opinions.is_finder(each.row, finders):
            latest[each.row.participant_id or 0] = each
    if any(each.verdict in _AGAINST for each in latest.values()):
        return None
    said = [number for number in sorted(latest) if latest[number].verdict is Verdict.FIXED]
    return latest[said[0]] if said else None


def _made(one: _Place, two: _Place, verified: Mapping[int, _Verified], other: Row, stopped: int) -> SameRemedy:
    first, second = verified[one.recipe], verified[two.recipe]
    said = compared(first.parts, second.parts) if first.parts is not None and second.parts is not None else None
    decided = said is not None and said.standing is not Standing.UNKNOWN
    return SameRemedy(
        other=other,
        remedy=first.remedy,
        one=first.read,
        two=second.read,
        findings=(one.finding, two.finding),
        stopped=stopped,
        score=None if decided else _score(first.remedy.kind, stopped),
        compared=said,
        waits=first.waits or second.waits,
    )


def _score(kind: Kind, stopped: int) -> float:
    if kind is Kind.RELEASE:
        return 0.42
    return 0.98 if stopped <= _FEW_FLAWS else 0.5


def _order(each: SameRemedy) -> tuple[float, int, int, int]:
    """The best first: one hunk for both, then the surest, then what stops the fewest; last what can be fixed apart."""
    sure = each.score
    if sure is None:
        sure = 1.0 if each.compared is not None and each.compared.standing is Standing.SHARED else 0.0
    return -sure, each.stopped, each.two.row.pk, each.one.row.pk
