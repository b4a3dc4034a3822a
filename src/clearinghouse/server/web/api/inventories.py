"""Inventories of deployers, and what follows from them."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import Field

from clearinghouse.server.inventories import queries, services
from clearinghouse.server.inventories.errors import not_found
from clearinghouse.server.inventories.queries import InventoryView
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.web.api.access import Key
from clearinghouse.server.web.api.bodies import body_of, filename_of
from clearinghouse.server.web.api.reports import NO_NUL, IdempotencyKey, violation
from clearinghouse.server.web.api.shapes import ERRORS, ProblemShape, ReadProblemShape, Shape
from clearinghouse.server.web.middleware import reader_of

router = Router(tags=["inventories"])

Reference = Annotated[str, Path(pattern=r"^[a-z0-9]{12}$")]
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_RAW = {
    "requestBody": {
        "required": True,
        "description": "The inventory as it is kept: a spreadsheet, an SBOM, a lockfile, a package list.",
        "content": {"application/octet-stream": _BYTES},
    }
}
_PAGE = 50
_SENT = {409: ProblemShape, 411: ProblemShape, 413: ProblemShape, **ERRORS}


class InventoryShape(Shape):
    """One inventory."""

    reference: str
    owner: str = Field(description="name of the participant")
    site: str
    filename: str
    shared: bool = Field(description="whether the coordinator may see it")
    state: str
    received_at: dt.datetime
    version: int
    size: int
    formats: str
    components: int
    assets: int
    unreadable: int
    problems: int
    counts: bool = Field(description="whether a version of it counts for the worklist")


class InventoryDetailShape(InventoryShape):
    """One inventory with what is wrong with it."""

    violations: list[ReadProblemShape]
    start: int | None = Field(description="give it back as `start` for the following violations; null at the end")


class InventoriesShape(Shape):
    """Some inventories, newest first."""

    inventories: list[InventoryShape]
    before: str | None = Field(description="give it back as `before` for the following page; null at the end")


class WorklistShape(Shape):
    """What to do by when; the members are those of `clearinghouse plan --format json`."""

    owner: str
    made_at: dt.datetime
    as_of: dt.date
    waiting: int = Field(description="inventories that are yet to be read")
    notices: list[str]
    unmatched: list[str] = Field(description="what could not be judged")
    plan: dict[str, Any]


@router.post(
    "/inventories",
    auth=Key(Scope.INVENTORY_WRITE),
    response={202: InventoryShape, 200: InventoryShape, **_SENT},
    openapi_extra=_RAW,
    summary="Send an inventory",
)
def submit(
    request: HttpRequest,
    site: Annotated[str, Query(max_length=120, pattern=NO_NUL, description="what it is an inventory of")] = "",
    shared: Annotated[bool, Query(description="let the coordinator see it")] = False,
    idempotency_key: IdempotencyKey = "",
) -> Status:
    """Take an inventory in; it is read, and the worklist worked out, after that."""
    sent = _sent(request, site=site, shared=shared, key=idempotency_key)
    found = services.receive_inventory(reader_of(request), body_of(request, _most()), sent)
    return _answer(request, found)


@router.put(
    "/inventories/{reference}",
    auth=Key(Scope.INVENTORY_WRITE),
    response={202: InventoryShape, 200: InventoryShape, **_SENT},
    openapi_extra=_RAW,
    summary="Send a newer version of an inventory",
)
def replace(request: HttpRequest, reference: Reference, idempotency_key: IdempotencyKey = "") -> Status:
    """Take a newer version in; the one before counts until it is read, and is destroyed then."""
    sent = _sent(request, key=idempotency_key)
    return _answer(request, services.replace(reader_of(request), reference, body_of(request, _most()), sent))


@router.delete(
    "/inventories/{reference}",
    auth=Key(Scope.INVENTORY_WRITE),
    response={204: None, **ERRORS},
    summary="Remove an inventory",
)
def remove(request: HttpRequest, reference: Reference) -> Status:
    """Destroy what it lists; that it existed remains."""
    services.remove(reader_of(request), reference)
    return Status(204, None)


@router.get(
    "/inventories",
    auth=Key(Scope.INVENTORY_READ),
    response={200: InventoriesShape, **ERRORS},
    summary="Inventories, newest first",
)
def listed(request: HttpRequest, before: Annotated[str, Query(pattern=r"^([a-z0-9]{12})?$")] = "") -> InventoriesShape:
    """List one's own inventories; to a coordinator those that are shared."""
    rows = queries.inventories(reader_of(request), before=before, limit=_PAGE)
    more = len(rows) == _PAGE
    return InventoriesShape(inventories=[_shape(row) for row in rows], before=rows[-1].reference if more else None)


@router.get(
    "/inventories/{reference}",
    auth=Key(Scope.INVENTORY_READ),
    response={200: InventoryDetailShape, **ERRORS},
    summary="One inventory",
    url_name="inventory",
)
def one(
    request: HttpRequest, reference: Reference, start: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> InventoryDetailShape:
    """Say how far the work on it is, and what is wrong with it."""
    found = queries.inventory(reader_of(request), reference, start=start)
    following = found.start + len(found.violations)
    return InventoryDetailShape(
        **_shape(found.view).model_dump(),
        violations=[violation(each) for each in found.violations],
        start=following if following < found.total else None,
    )


@router.get(
    "/worklist",
    auth=Key(Scope.INVENTORY_READ),
    response={200: WorklistShape, **ERRORS},
    summary="What to do by when about what one has",
)
def worklist(request: HttpRequest) -> WorklistShape:
    """Return one's own worklist; 404 while none is worked out."""
    found = queries.worklist(reader_of(request))
    if found is None:
        raise not_found()
    return WorklistShape(
        owner=found.owner_name,
        made_at=found.made_at,
        as_of=found.as_of,
        waiting=found.waiting,
        notices=list(found.notices),
        unmatched=list(found.unknown),
        plan=msgspec.to_builtins(found.plan),
    )


def _sent(request: HttpRequest, *, site: str = "", shared: bool | None = None, key: str = "") -> services.Sent:
    return services.Sent(
        site=site,
        media_type=request.headers.get("Content-Type", "")[:255],
        filename=filename_of(request),
        idempotency_key=key,
        shared=shared,
    )


def _answer(request: HttpRequest, found: services.Received) -> Status:
    view = queries.sent(reader_of(request), found.inventory)
    return Status(202 if found.new else 200, _shape(view))


def _shape(view: InventoryView) -> InventoryShape:
    fields = msgspec.structs.asdict(view) | {"owner": view.owner_name}
    return InventoryShape(**{name: fields[name] for name in InventoryShape.model_fields})


def _most() -> int:
    most: int = settings.CONFIGURATION.limits.inventory
    return most
