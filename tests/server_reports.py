"""Reports for tests of the server: who sends them, what is in them, and the work on them."""

import itertools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clearinghouse.identity import Identifier
from clearinghouse.records import Component, Finding, Location
from clearinghouse.server.access.marking import UNMARKED, Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake import services
from clearinghouse.server.intake.models import Report, State
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.vulnerabilities import invariants
from clearinghouse.server.vulnerabilities import services as vulnerabilities
from clearinghouse.server.vulnerabilities.models import Finding as Row
from clearinghouse.server.vulnerabilities.models import Link, LinkKind
from clearinghouse.server.vulnerabilities.preparing import Preparing
from clearinghouse.server.vulnerabilities.writing import Origin
from server_people import a_participant, a_person, reader_for

_numbers = itertools.count(1)


def a_sender(*roles: Role, **facts: Any) -> Reader:
    """Make a participant and return the reader that one of its people is."""
    return reader_for(a_person(a_participant(*roles), **facts))


def a_coordinator() -> Reader:
    """Make a coordinator and return one of its people."""
    return a_sender(Role.COORDINATOR)


def a_result(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A result of a SARIF log; the same number is the same place."""
    known = {"rule": f"rule-{number}", "path": f"src/module{number}/file{number}.c", "line": 10 * number}
    known |= {"text": f"Buffer of handler{number} overflows with long names", "code": f"copy(buffer{number}, name);"}
    known |= changes
    region = {"startLine": known["line"], "snippet": {"text": known["code"]}}
    place = {"artifactLocation": {"uri": known["path"]}, "region": region}
    return {
        "ruleId": known["rule"],
        "message": {"text": known["text"]},
        "locations": [{"physicalLocation": place}],
    }


def sarif(results: Iterable[dict[str, Any]], tool: str = "Scanner") -> bytes:
    """A SARIF log of results."""
    run = {"tool": {"driver": {"name": tool}}, "results": list(results)}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def send(
    reader: Reader, body: bytes | Iterable[dict[str, Any]], *, run: bool = True, tool: str = "Scanner", **said: Any
) -> Report:
    """Send a report and, with ``run``, do the work on it."""
    data = body if isinstance(body, bytes) else sarif(body, tool)
    report = services.receive(reader, [data], services.Sent(**said)).report
    if run:
        run_until_idle()
        report.refresh_from_db()
    return report


def a_finding(index: int = 0, **changes: Any) -> Finding:
    """A finding as a reader of a format makes it."""
    known: dict[str, Any] = {
        "source": "report",
        "index": index,
        "format": "made",
        "title": f"Finding {index}",
        "finder": "Scanner",
        "components": (Component(name="thing"),),
        "locations": (Location(path=f"src/file{index}.c", line=7),),
    }
    return Finding(**known | changes)


def identify(
    reader: Reader, findings: Sequence[Finding], *, tlp: Label = UNMARKED, embargo_until: Any = None
) -> Report:
    """Store findings as if they had been read out of a report, and identify them."""
    body = f"not read {next(_numbers)}".encode()
    sent = services.Sent(tlp=tlp, embargo_until=embargo_until)
    report = services.receive(reader, [body], sent).report
    sealer = vault.sealer(report.envelope_id)
    preparing = Preparing(report.pk, sealer)
    for finding in findings:
        preparing.add(finding)
    prepared = preparing.finish()
    mine = Report.objects.filter(pk=report.pk)
    with transaction.atomic():
        vulnerabilities.keep(report.pk, preparing.chunks)
        mine.update(state=State.READ, findings=len(prepared))

    def step(count: int) -> None:
        mine.update(linked=F("linked") + count)

    origin = Origin(report.pk, report.submitter_id, report.received_at, report.tlp, report.embargo_until, sealer)
    vulnerabilities.identify(origin, step, prepared)
    mine.update(state=State.DONE, state_at=timezone.now())
    report.refresh_from_db()
    return report


def groups() -> list[list[int]]:
    """Findings by vulnerability, oldest first."""
    found: dict[int, list[int]] = {}
    for number, root in Row.objects.order_by("pk").values_list("pk", "vulnerability_id"):
        found.setdefault(root, []).append(number)
    return list(found.values())


def links() -> set[tuple[int, int, str]]:
    """Links that join, as both ordinals and the reason."""
    rows = Link.objects.filter(kind=LinkKind.JOINS)
    return {(link.later_id, link.earlier_id, link.why.value) for link in rows}


def in_memory(reports: Iterable[Sequence[Finding]], first: int = 1) -> Identifier:
    """Identify the same findings in memory."""
    identifier = Identifier()
    for report in reports:
        identifier.add(report)
    return identifier


def sound() -> None:
    """See that everything is true that should be."""
    assert list(invariants.broken()) == []


def names_of(participant: Participant) -> str:
    """What a participant is called."""
    return participant.name
