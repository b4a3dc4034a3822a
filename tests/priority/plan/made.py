"""Flaws and components for the tests of plans."""

import datetime as dt
from collections.abc import Sequence

from clearinghouse.packages.versions import order_of
from clearinghouse.priority import Rank, deadline, given
from clearinghouse.priority.clocks import StartFacts
from clearinghouse.priority.plan import Flaw, Place, Subject
from clearinghouse.records import Asset, AssetKind, Exposure, MatchClass, Remedy, Why

TODAY = dt.date(2026, 12, 1)


class NpmVersions:
    """Versions of npm, in their order."""

    def key(self, subject: Subject, version: str) -> bytes | None:
        order = order_of("npm")
        return order.key(version) if order and order.is_valid(version) else None

    def major(self, subject: Subject, version: str) -> str | None:
        order = order_of("npm")
        return order.major(version) if order else None

    def is_prerelease(self, subject: Subject, version: str) -> bool:
        return "-" in version


def flaw(
    name: str = "CVE-2026-0001",
    *,
    fixed: tuple[str, ...] = (),
    match: MatchClass = MatchClass.RANGE,
    kev: str | dt.date = "no",
    exposed: str = "yes",
    automatable: str = "yes",
    impact: str = "total",
    remedies: tuple[Remedy, ...] = (),
    question: str | None = None,
) -> Flaw:
    inputs = given(kev=kev, exposed=exposed, automatable=automatable, impact=impact)
    made = deadline(inputs, StartFacts(identified=TODAY), as_of=TODAY)
    exposure = Exposure(
        advisory=name, match=match, why=Why(kind="range"), fixed=fixed, title=f"title of {name}", question=question
    )
    return Flaw(
        id=name,
        identifiers=(name,),
        title=f"title of {name}",
        exposures=(exposure,),
        deadline=made,
        rank=Rank(deadline=made),
        remedies=remedies,
    )


def subject(
    version: str | None = "1.0.0",
    flaws: Sequence[Flaw] = (),
    *,
    name: str = "demo",
    kind: AssetKind | None = None,
    places: Sequence[str] = ("server-1",),
    owner: str = "",
) -> Subject:
    return Subject(
        written=f"{name}@{version}",
        name=name,
        version=version,
        ecosystem="npm",
        kind=kind,
        places=tuple(Place(inventory="list", asset=Asset(name=place, owner=owner)) for place in places),
        flaws=tuple(flaws),
    )
