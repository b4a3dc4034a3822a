"""What a reader may see of validations. Every signed verdict is verified when it is read, each time."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q, QuerySet

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import of_nothing_else, visible
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.intake.models import Report
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import opinions, signing
from clearinghouse.server.validations.agreement import CONFIRMS, TELLING, Agreement, agreement
from clearinghouse.server.validations.checklist import Item, Known, best, checklist
from clearinghouse.server.validations.errors import GoneError, not_found
from clearinghouse.server.validations.models import Attestation, Recipe, SigningKey, State, Validation
from clearinghouse.server.validations.opinions import Belief, Read
from clearinghouse.server.validations.sealed import About, Made, Problem, Progress, open_as
from clearinghouse.server.validations.services import seen
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.validation.verdict import Verdict

PAGE = 50
MOST = 100
"""Validations and verdicts of one flaw or report that are shown."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One validation as it is shown.

    Attributes:
        row: it. about: what its recipe says of itself. made: what is kept beside what was signed. progress: what is
            done now. read: its verdict, verified now. broken: what was changed where it is kept, in a sentence.
        asked: who asked for it, for who may know. files: whether the reader may see the files of its recipe.
    """

    row: Validation
    about: About | None = None
    made: Made | None = None
    progress: str = ""
    read: Read | None = None
    broken: str = ""
    asked: str = ""
    files: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that can be believed."""
        return self.read.verdict if self.read is not None else None

    @property
    def tampered(self) -> bool:
        """Whether something of it was changed where it is kept."""
        return bool(self.broken) or (self.read is not None and self.read.standing == Belief.TAMPERED)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some validations, newest first; ``before`` begins the following page, empty where there is none."""

    views: list[View]
    before: str = ""


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that validations say of one flaw or report, as far as a reader may see.

    Attributes:
        views: validations, newest first. verdicts: signed ones, of this installation and of others, oldest first.
        agreed: what those come to together that can be believed. items: the checklist.
    """

    views: list[View]
    verdicts: list[Read]
    agreed: Agreement
    items: tuple[Item, ...]


def validations(reader: Reader, *, before: str = "", state: str = "", size: int = PAGE) -> Page:
    """Return validations that a reader may see, newest first.

    Args:
        before: reference of the last one of the page before; one that they may not see begins nowhere. state: only
            these.
    """
    rows = _with_recipe(_mine(reader)).order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=_mine(reader).filter(reference=before).values("pk"))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(views=views(reader, found), before=found[-1].reference if more else "")


def validation(reader: Reader, reference: str) -> View:
    """Return one validation.

    Raises:
        ValidationNotFoundError: there is none of this name that they may see.
    """
    number = seen(reader, reference).pk
    return views(reader, list(_with_recipe(Validation.objects.filter(pk=number))))[0]


def of_flaw(reader: Reader, vulnerability: int) -> Together:
    """Return what validations say of a vulnerability that the reader may see.

    Args:
        vulnerability: its primary key.
    """
    return _together(reader, about_flaw(vulnerability), [vulnerability])


def about_flaw(vulnerability: int) -> Q:
    """Return the condition under which what names a recipe is about a vulnerability."""
    alone = of_nothing_else(vulnerability).values("report_id")
    return Q(recipe__finding__vulnerability=vulnerability) | Q(recipe__finding__isnull=True, recipe__report__in=alone)


def of_report(reader: Reader, report: Report) -> Together:
    """Return what validations say of a report that the reader may see, with recipes that cannot be used."""
    own = report.submitter_id == reader.participant or Role.COORDINATOR in reader.roles
    broken = Recipe.objects.filter(report=report, problem__isnull=False) if own else Recipe.objects.none()
    flaws = Finding.objects.filter(report=report).values("vulnerability")
    return _together(reader, Q(recipe__report=report), flaws, list(broken))


def _together(
    reader: Reader, about: Q, flaws: Iterable[int] | QuerySet[Any], unusable: Sequence[Recipe] = ()
) -> Together:
    """Tell it of what a condition names: the newest is shown, and all of it counts."""
    rows = _with_recipe(_mine(reader).filter(about)).order_by("-pk")
    newest = list(rows[:MOST])
    older = rows.filter(attestation__verdict__in=CONFIRMS, pk__lt=newest[-1].pk)[:1] if len(newest) == MOST else ()
    found = views(reader, [*newest, *older])
    read = _verdicts(reader, about)
    finders = set().union(*opinions.finders_of(reader, flaws, read).values())
    agreed = agreement(opinions.believed(read, finders), settings.CONFIGURATION.validation.quorum)
    known = [*(_unusable(each) for each in unusable), *_known(found)]
    return Together(views=found[:MOST], verdicts=read[-MOST:], agreed=agreed, items=checklist(best(known), agreed))


def _verdicts(reader: Reader, about: Q) -> list[Read]:
    """Signed verdicts, the oldest first: those that are shown, which are the newest, and those that count."""
    if not reader.has_scope(Scope.VALIDATION_READ):
        return []
    rows = visible(reader, Attestation.objects.filter(about))
    newest = rows.order_by("-pk").values("pk")[:MOST]
    wanted = Attestation.objects.filter(Q(pk__in=newest) | Q(pk__in=opinions.counted(rows).values("pk")))
    return opinions.read(_with_key(wanted).order_by("pk"), reader)


def _known(found: Sequence[View]) -> list[Known]:
    """What is known of each recipe, the one that came last at the end."""
    by_recipe: dict[int, list[View]] = {}
    for each in found:  # newest first
        by_recipe.setdefault(each.row.recipe_id, []).append(each)
    return [_known_of(some) for some in reversed(list(by_recipe.values()))]


def _known_of(some: Sequence[View]) -> Known:
    latest = some[0]
    judged = next((each for each in some if each.verdict in TELLING), None)
    judged = judged or next((each for each in some if each.verdict is not None), None)
    untold = {each.read.standing for each in some if each.read is not None} if judged is None else set()
    about = latest.about
    said = judged.read.said if judged and judged.read else None
    statement = judged.read.statement if judged and judged.read else None
    newest = statement.predicate.get("newest") if statement else None
    return Known(
        state=State(latest.row.state),
        affected=about.affected if about else "",
        fixed=about.fixed if about else "",
        control=about.control if about else False,
        verdict=said.verdict if said else None,
        why=said.why if said else "",
        tampered=any(each.tampered for each in some) and said is None,
        revoked=Belief.REVOKED in untold,
        newest={name: str(value) for name, value in newest.items() if value} if isinstance(newest, dict) else {},
    )


def _unusable(recipe: Recipe) -> Known:
    try:
        sealer = vault.sealer(recipe.envelope_id)
        said = open_as(Problem, recipe.problem or b"", recipe.pk, sealer)
    except SealBrokenError:
        return Known(problem="why it cannot be used was changed where it is kept")
    return Known(problem=f"{said.what}; {said.remedy}")


def views(reader: Reader, rows: Sequence[Validation]) -> list[View]:
    """Return validations that a query of here gave as they are shown."""
    sealers = vault.sealers({each.recipe.envelope_id for each in rows})
    signed = _with_key(Attestation.objects.filter(validation__in=[each.pk for each in rows]))
    read = {each.row.validation_id: each for each in opinions.read(signed, reader)}
    files = _whose_files(reader, rows)
    found = [_view(reader, each, sealers.get(each.recipe.envelope_id), read.get(each.pk)) for each in rows]
    return [msgspec.structs.replace(each, files=each.row.recipe_id in files) for each in found]


def _whose_files(reader: Reader, rows: Sequence[Validation]) -> set[int]:
    """The recipes of some validations whose files the reader may see, asked for once."""
    if not rows or not reader.has_scope(Scope.EVIDENCE_READ):
        return set()
    recipes = Recipe.objects.filter(pk__in={each.recipe_id for each in rows})
    return set(visible(reader, recipes).values_list("pk", flat=True))


def _view(reader: Reader, row: Validation, sealer: Sealer | None, read: Read | None) -> View:
    asked = _asked(reader, row)
    if sealer is None or row.state == State.PURGED:
        return View(row=row, read=read, asked=asked)
    try:
        about = open_as(About, row.recipe.meta or b"", row.recipe_id, sealer)
        made = open_as(Made, row.meta or b"", row.pk, sealer)
        words = open_as(Progress, row.progress, row.pk, sealer).words if row.progress is not None else ""
    except (SealBrokenError, msgspec.DecodeError):
        return View(row=row, read=read, asked=asked, broken="what is kept of it was changed where it is kept")
    missing = "its signed verdict is gone" if row.state == State.DONE and read is None else ""
    return View(row=row, about=about, made=made, progress=words, read=read, broken=missing, asked=asked)


def _asked(reader: Reader, row: Validation) -> str:
    """Who asked for it: told to themselves and to the coordinator, for it tells who was let in."""
    if row.participant is None:
        return "this installation"
    known = Role.COORDINATOR in reader.roles or row.participant_id == reader.participant
    return row.participant.name if known else ""


def envelope(reader: Reader, reference: str) -> bytes:
    """Return the signed verdict of a validation as it was signed, for whoever wants to verify it.

    Raises:
        ValidationNotFoundError: there is no such validation that they may see, or it has no verdict.
        GoneError: it was destroyed. SealBrokenError: it was changed where it is kept.
    """
    read = validation(reader, reference).read
    if read is None:
        raise not_found()
    if read.standing is Belief.DESTROYED:
        raise GoneError("the content of this validation was destroyed", "nothing brings it back")
    if read.standing is Belief.TAMPERED:
        raise SealBrokenError(f"a signed verdict was changed where it is kept: {read.why}", "see `clearinghouse check`")
    return read.envelope


def own_keys() -> list[tuple[SigningKey, bytes]]:
    """Return the public keys of this installation as PEM, the newest first. Everybody may know them."""
    rows = list(signing.live(None).order_by("-pk"))
    found = signing.pems(rows)
    return [(each, found[each.pk]) for each in rows if each.pk in found]


def own_signing_keys(reader: Reader) -> list[SigningKey]:
    """Return the public keys of the reader's participant whose signatures count."""
    return list(visible(reader, signing.live(reader.participant)).order_by("pk"))


def reread(reader: Reader, made: Attestation) -> Read:
    """Return a signed verdict that was just taken in, read back and verified."""
    return opinions.read(_with_key(Attestation.objects.filter(pk=made.pk)), reader)[0]


def with_recipe(made: Validation) -> Validation:
    """Return a validation that somebody may see, with what it is shown by."""
    return _with_recipe(Validation.objects.filter(pk=made.pk)).get()


def _mine(reader: Reader) -> QuerySet[Validation]:
    if not reader.has_scope(Scope.VALIDATION_READ):
        return Validation.objects.none()
    return visible(reader, Validation.objects.all())


def _with_recipe(rows: QuerySet[Validation]) -> QuerySet[Validation]:
    return rows.select_related("recipe__report", "participant")


def _with_key(rows: QuerySet[Attestation]) -> QuerySet[Attestation]:
    return rows.select_related("recipe__report", "key", "participant", "validation")
