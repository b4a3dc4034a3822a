"""Plans of three small operators, made by the real parts from invented facts.

The products are real and widely used; every flaw, version and advice here is invented. Names of flaws are of the block
that is never assigned to real ones.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from clearinghouse.priority import Rank, Signals, deadline_for
from clearinghouse.priority.plan import Flaw, Place, Plan, Subject, make_plan
from clearinghouse.records import Asset, AssetKind, Exposure, KevEntry, MatchClass, Remedy, SsvcPoint, Why

TODAY = dt.date(2026, 11, 9)
"""A Monday."""


class Dotted:
    """Versions of numbers between dots; a flaw is gone from the version that fixes it."""

    def __init__(self, fixed: Mapping[str, str]) -> None:
        self._fixed = fixed

    def key(self, subject: Subject, version: str) -> bytes | None:
        parts = version.split(".")
        return b"".join(f"{int(part):08}".encode() for part in parts) if all(map(str.isdigit, parts)) else None

    def major(self, subject: Subject, version: str) -> str | None:
        return version.partition(".")[0]

    def is_prerelease(self, subject: Subject, version: str) -> bool:
        return False

    def affected(self, subject: Subject, version: str) -> frozenset[str]:
        def below(fix: str) -> bool:
            return not fix or (self.key(subject, version) or b"") < (self.key(subject, fix) or b"")

        return frozenset(each.id for each in subject.flaws if below(self._fixed[each.id]))


class Site(msgspec.Struct, frozen=True):
    """What a page is made from."""

    plan: Plan
    site: str
    made_from: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    as_of: dt.date = TODAY

    def arguments(self) -> dict[str, Any]:
        return {"site": self.site, "made_from": self.made_from, "as_of": self.as_of, "unknown": self.unknown}


def flaw(
    cve: str,
    title: str,
    *,
    exposed: str = "unknown",
    kev: str | None = None,
    automatable: str | None = "no",
    impact: str | None = "total",
    found: str | None = "2026-11-07",
    fixed: str = "",
    advice: tuple[str, ...] = (),
    match: MatchClass = MatchClass.RANGE,
    question: str | None = None,
    names: tuple[str, ...] = (),
    as_of: dt.date = TODAY,
    policy: str = "fail_closed",
) -> Flaw:
    """Make a flaw with its real deadline."""
    edition = f"{as_of - dt.timedelta(1):%Y.%m.%d}"
    catalogue = [KevEntry(cve="CVE-1999-0001", date_added="2021-11-03", source="kev.json", catalogue=edition)]
    if kev:
        catalogue.append(KevEntry(cve=cve, date_added=kev, source="kev.json", catalogue=edition))
    point = SsvcPoint(
        cve=cve,
        source="cve.json",
        automatable=automatable,
        technical_impact=impact,
        date=f"{as_of - dt.timedelta(3)}T08:00:00Z",
        role="CISA Coordinator",
    )
    made = deadline_for(
        Signals.of([*catalogue, point]).for_identifiers([cve]),
        exposed=exposed,
        identified=dt.date.fromisoformat(found) if found else None,
        identified_source="inventory.csv",
        as_of=as_of,
        policy=policy,
    )
    exposure = Exposure(
        advisory=cve,
        match=match,
        why=Why(kind="range", introduced="0", fixed=fixed or None),
        fixed=(fixed,) if fixed else (),
        question=question,
        title=title,
    )
    return Flaw(
        id=cve,
        identifiers=(cve, *names),
        title=title,
        exposures=(exposure,),
        deadline=made,
        rank=Rank(deadline=made),
        remedies=tuple(Remedy(kind="mitigation", value=text[:60], description=text) for text in advice),
    )


def on(name: str, location: str = "", **facts: Any) -> tuple[Place, ...]:
    """Make a place."""
    return (Place(inventory="inventory.csv", asset=Asset(name=name, location=location, **facts)),)


def planned(subjects: list[Subject], owners: Mapping[str, str] | None = None, as_of: dt.date = TODAY) -> Plan:
    """Make a plan by the real rule."""
    fixed = {each.id: next(iter(each.exposures[0].fixed), "") for subject in subjects for each in subject.flaws}
    return make_plan(subjects, Dotted(fixed), as_of, owners)


def component(name: str, version: str | None, places: tuple[Place, ...], *flaws: Flaw, **facts: Any) -> Subject:
    """Make a component as a spreadsheet has it."""
    return Subject(
        written=f"{name} {version or ''}".strip(), name=name, version=version, places=places, flaws=flaws, **facts
    )


def hospital() -> Site:
    """A rural hospital with a bit of everything."""
    pumps = (
        "Place the pumps on a network of their own that neither the internet nor office computers can reach.",
        "Turn off the service port 8443 in the biomedical menu where the drug library is loaded by hand. Check the "
        "delivery log of each pump daily for rates that nobody has set, and take a pump whose log cannot be explained "
        "out of use. Pumps that are used in intensive care are changed one at a time, with a spare at hand.",
    )
    plan = planned(
        [
            component(
                "FortiOS",
                "7.2.4",
                on("fw-1", "Server room", exposed=True, owner="Northwind IT Services"),
                flaw(
                    "CVE-2026-99001",
                    "Login on the administration page can be bypassed",
                    exposed="yes",
                    kev="2026-11-08",
                    automatable="yes",
                    fixed="7.2.11",
                ),
                flaw("CVE-2026-99002", "Memory error in the tunnel service", exposed="yes", fixed="7.2.11"),
                exposed=True,
            ),
            component(
                "Pillow",
                "9.5.0",
                on("imaging-server", "Radiology"),
                flaw(
                    "CVE-2026-99003",
                    "Buffer overflow when a palette image is opened",
                    automatable="yes",
                    fixed="10.2.0",
                    names=("GHSA-xxxx-2222-3333",),
                ),
                flaw("CVE-2026-99004", "Endless loop on a broken file", impact="partial", fixed="10.0.1"),
                flaw("CVE-2026-99005", "Reads beyond the end of a font", impact="partial", fixed="10.2.0"),
                ecosystem="PyPI",
            ),
            component(
                "Plum A+ infusion system",
                "13.40",
                on("Infusion pump", "Wards 2 to 4", kind=AssetKind.MEDICAL, count=24, owner="Clinical Engineering"),
                flaw(
                    "CVE-2026-99006",
                    "Rates can be set over the network without a password",
                    exposed="no",
                    kev="2026-11-02",
                    advice=pumps,
                ),
                flaw("CVE-2026-99007", "Fixed maintenance password", exposed="no", impact="partial"),
                kind=AssetKind.MEDICAL,
                exposed=False,
            ),
            component(
                "Windows Server 2019",
                "10.0.17763",
                (*on("dc-1", "Server room"), *on("files-1", "Server room"), *on("print-1", "Reception")),
                flaw("CVE-2026-99008", "Remote code in the print service", fixed="10.0.17764", exposed="no"),
                flaw("CVE-2026-99009", "Privileges through the installer", fixed="10.0.17764", exposed="no"),
                exposed=False,
            ),
            component(
                "LibreOffice",
                "7.5.1",
                on("Office computers", "All wards", count=61, exposed=False),
                flaw("CVE-2026-99010", "Macros run without a warning", fixed="24.8.2", exposed="no", impact="partial"),
                exposed=False,
            ),
            component(
                "DICOM viewer",
                "4.1",
                on("pacs-1", "Radiology", kind=AssetKind.MEDICAL),
                flaw("CVE-2026-99011", "A crafted study runs code", exposed="no", automatable="yes"),
                kind=AssetKind.MEDICAL,
                exposed=False,
            ),
            component(
                "OpenSSH",
                None,
                on("lab-gateway", "Laboratory"),
                flaw(
                    "CVE-2026-99012",
                    "Race when a connection times out",
                    match=MatchClass.NAME_ONLY,
                    question="Which version of OpenSSH is it?",
                ),
            ),
            component(
                "Exchange Server",
                "2019 CU latest",
                on("mail-1", "Server room"),
                flaw(
                    "CVE-2026-99013",
                    "Mail rules run code",
                    kev="2026-10-30",
                    match=MatchClass.POSSIBLE,
                    question="Which version of Exchange Server is it? 2019 CU latest is none that can be compared.",
                ),
            ),
        ],
        {"Office computers": "J. Ortiz, IT"},
    )
    return Site(
        plan=plan,
        site="St. Brigid Rural Hospital",
        made_from=(
            "inventory.csv: 41 rows of equipment, saved on 7 November 2026",
            "imaging-server.cdx.json: 212 components, made on 6 November 2026",
            "Catalogue of flaws known to be used in attacks, edition 2026.11.08",
            "Advisories: 1,245 read, the newest of 8 November 2026",
        ),
        unknown=(
            "Blood gas analyser on Laboratory bench 2: the inventory gives neither a maker nor a version.",
            "pkg:generic/vendor-toolkit: none of the advisories that were read speaks of generic packages.",
        ),
    )


def bank() -> Site:
    """A community bank whose plan has three actions and one question."""
    plan = planned(
        [
            component(
                "Citrix NetScaler Gateway",
                "14.1.8",
                on("vpn-1", "Main branch", exposed=True, owner="Prairie Managed Networks"),
                flaw(
                    "CVE-2026-99021",
                    "Memory of the gateway can be read without a password",
                    exposed="yes",
                    kev="2026-11-06",
                    automatable="yes",
                    fixed="14.1.12",
                ),
                exposed=True,
            ),
            component(
                "Apache Tomcat",
                "9.0.71",
                on("online-banking-test", "Main branch"),
                flaw("CVE-2026-99022", "Uploads can run code", automatable="yes", fixed="9.0.99"),
            ),
            component(
                "Teller archive viewer",
                "3.2",
                on("archive-1", "Branch Elm Street", exposed=True),
                flaw(
                    "CVE-2026-99023",
                    "Files outside the archive can be read",
                    exposed="yes",
                    impact="total",
                    advice=("Limit access to the viewer to the branch network and require a password.",),
                ),
                exposed=True,
            ),
            component(
                "Jackson databind",
                None,
                on("statement-printer", "Main branch", exposed=False),
                flaw(
                    "CVE-2026-99024",
                    "Objects are made from untrusted text",
                    exposed="no",
                    kev="2026-11-05",
                    match=MatchClass.NAME_ONLY,
                    question="Which version of com.fasterxml.jackson.core:jackson-databind is it?",
                ),
                exposed=False,
            ),
        ]
    )
    return Site(
        plan=plan,
        site="First Prairie Community Bank",
        made_from=("systems.xlsx: 28 rows, saved on 4 November 2026",),
        unknown=("Core banking terminal, 12 of them: none of the advisories that were read speaks of its maker.",),
    )


def water() -> Site:
    """A water utility: controllers that nobody is told to patch."""
    advice = ("Put the controller behind a firewall and turn its mode switch to RUN.",)
    kind = AssetKind.OPERATIONAL
    plan = planned(
        [
            component(
                "ControlLogix 5580",
                "33.11",
                on("Pump station PLC", "Well field 2", kind=kind, owner="D. Hallam, operations"),
                flaw(
                    "CVE-2026-99031",
                    "A crafted message stops the controller",
                    exposed="no",
                    kev="2026-10-20",
                    automatable="yes",
                    fixed="35.13",
                    advice=advice,
                ),
                kind=kind,
                exposed=False,
            ),
            component(
                "Ignition SCADA",
                "8.1.25",
                (*on("scada-1", "Control room", kind=kind), *on("scada-2", "Control room", kind=kind)),
                flaw("CVE-2026-99032", "A project file runs code", fixed="8.1.33"),
                kind=kind,
            ),
            component(
                "TeamViewer",
                "15.30",
                on("operator-laptop"),
                flaw("CVE-2026-99033", "Local privileges", automatable=None, impact=None, fixed="15.51"),
            ),
            component(
                "Billing web site",
                "2.0",
                on("billing", "Town hall", exposed=True),
                flaw("CVE-2026-99034", "Database queries can be changed", exposed="yes", kev="2026-09-01"),
                exposed=True,
            ),
            component(
                "Historian",
                "6.4",
                on("historian-1", "Control room", exposed=False),
                flaw("CVE-2026-99035", "Logs can be read", exposed="no", impact="partial", fixed="6.5"),
                flaw("CVE-2026-99036", "Service can be stopped", exposed="no", automatable="yes", fixed="6.5"),
                exposed=False,
            ),
        ]
    )
    return Site(
        plan=plan,
        site="Cedar Valley Water District",
        made_from=("equipment.ods: 17 rows, saved on 1 November 2026",),
    )
