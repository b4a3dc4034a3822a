"""What deployers of tests have, what is published of it, and how it is sent."""

import json
from pathlib import Path
from typing import Any

from clearinghouse.cli.demo.description import description
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.inventories.services import Received, Sent, receive_inventory
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.participants.models import Role
from server_people import a_participant, a_person, reader_for

DAY = description().date
"""The day of the demonstration."""
MARKER = "marker-0f7a-of-what-must-not-be-seen"
FLAW, OTHER_FLAW = "CVE-2099-77771", "CVE-2099-77772"


def put(source: Path, target: Path) -> None:
    """Copy a file or a folder of files."""
    if source.is_dir():
        for path in source.rglob("*"):
            if path.is_file():
                put(path, target / path.relative_to(source))
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def publish(home: Path, package: str, flaw: str, fixed: str = "2.0") -> None:
    """Let an advisory on a PyPI package lie in an installation's folder."""
    record = {
        "schema_version": "1.7.3",
        "id": f"OSV-{flaw}",
        "aliases": [flaw],
        "modified": "2026-08-12T08:00:00Z",
        "summary": f"A flaw of {package}",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }
    folder = home / "advisories"
    folder.mkdir(exist_ok=True)
    (folder / f"{flaw}.json").write_text(json.dumps(record))


def list_in_kev(home: Path, flaw: str, day: str) -> None:
    """Let a KEV catalogue with one flaw lie in an installation's folder."""
    entry = {
        "cveID": flaw,
        "vendorProject": "Harbour",
        "product": "harbour",
        "vulnerabilityName": "A flaw",
        "dateAdded": day,
        "shortDescription": "Invented.",
        "requiredAction": "Update.",
        "dueDate": day,
        "knownRansomwareCampaignUse": "Unknown",
        "notes": "",
        "cwes": [],
    }
    catalogue = {
        "title": "Invented",
        "catalogVersion": "2026.01.01",
        "dateReleased": f"{day}T12:00:00.0000Z",
        "count": 1,
        "vulnerabilities": [entry],
    }
    folder = home / "signals"
    folder.mkdir(exist_ok=True)
    (folder / "kev.json").write_text(json.dumps(catalogue))


def a_deployer(**facts: Any) -> Reader:
    """Make a deployer with one person."""
    return reader_for(a_person(a_participant(Role.DEPLOYER, **facts)))


def send(reader: Reader, body: bytes, **sent: Any) -> Received:
    """Send an inventory."""
    return receive_inventory(reader, [body], Sent(**{"site": "Main site", "filename": "list.cdx.json"} | sent))


def work() -> int:
    """Do all work that is due; return how many jobs that were."""
    return run_until_idle()


def packages(*purls: str, digest: str = "") -> bytes:
    """A CycloneDX document of packages, about an image if a digest is given."""
    components = [{"type": "library", "name": each.partition("@")[0], "purl": each} for each in purls]
    document: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    if digest:
        document["metadata"] = {"component": {"type": "container", "name": "image", "version": f"sha256:{digest}"}}
    return json.dumps(document).encode()


def pypi(name: str = "harbour", version: str = "1.0") -> str:
    """A package URL."""
    return f"pkg:pypi/{name}@{version}"
