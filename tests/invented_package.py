"""A folder of an assessment with a determination about it, ready to be packed: nobody decided anything."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.rows import table_bytes
from clearinghouse.evaluation.determination.making import made_from
from clearinghouse.evaluation.determination.package import less, names
from clearinghouse.evaluation.determination.package.building import make_list, pack
from clearinghouse.evaluation.determination.record import Audience, Conclusion, Evidence, Person
from clearinghouse.evaluation.determination.signing import signed
from clearinghouse.trust.keys import KeyRing
from invented_determination import draft
from invented_folder import LATER, Made
from invented_plan import signing

NUMBER = "FD-2026-001"
DECIDED = LATER + dt.timedelta(hours=1)
PACKED = DECIDED + dt.timedelta(hours=1)
HIDDEN = 0.4321
"""The value of a threshold that is under a commitment, and that no copy may show to whom it is withheld from."""


class Evidenced(NamedTuple):
    """A folder, the keys that are believed, the folder of their files, and who signs the list."""

    folder: Path
    ring: KeyRing
    keys: Path
    signer: Any
    by: Person


def evidenced(made: Made, home: Path, *, hidden: bool = False) -> Evidenced:
    """Return a folder with assessment and determination.

    Args:
        hidden: whether the threshold is under a commitment, and was opened to whoever computed.
    """
    shutil.copytree(made.folder, home / "assessment")
    for name in ("assessor", "developer", "operator"):
        for each in (name, f"{name}.pub"):
            shutil.copy(made.folder.parent / each, home / each)
    folder = home / "assessment"
    found = gather(folder, made.ring)
    (folder / places.TABLE).write_bytes(table_bytes((*found.rows, *found.references)))
    assessment = compute(found, now=LATER, repetitions=100)
    data = document.to_bytes(covered(assessment) if hidden else assessment)
    (folder / places.ASSESSMENT).write_bytes(data)
    officer, _ = signing(home, "officer")
    put(folder, document.from_bytes(data, ""), document.digest(data), officer)
    (folder / "reports").mkdir()
    (folder / "reports" / "summary.html").write_text("what everybody may read")
    (folder / "reports" / "assessment.html").write_text(f"a report, with the threshold {HIDDEN}" if hidden else "open")
    (folder / "secret.key").write_text("a private key that somebody forgot here")
    (folder / "threshold.opening.json").write_text("an opening")
    signer, _ = signing(home, "assessor")
    by = Person(name="Ada", office="assessor", key=signer.public_key.keyid)
    return Evidenced(folder, KeyRing.load(public(home)), home / "public", signer, by)


def covered(assessment: Assessment) -> Assessment:
    """Return an assessment whose only threshold is under a commitment."""
    design, finding = assessment.design, assessment.finding
    threshold = replace(design.domains[0].threshold, commitment="ab" * 32, covered=HIDDEN, watch=None)
    domains = (replace(design.domains[0], threshold=threshold),)
    found = (replace(finding.domains[0], covered=HIDDEN, watch=None),)
    finding = replace(finding, domains=found, reasons=(replace(finding.reasons[0], says=f"It is above {HIDDEN}."),))
    return replace(assessment, design=replace(design, domains=domains), finding=finding, blinding="cd" * 32)


def put(folder: Path, assessment: Assessment, digest: str, officer: Any) -> None:
    """Put a determination about an assessment into its folder, with what opens its withheld words."""
    about = draft(number=NUMBER, conclusion=Conclusion(assessment.finding.verdict.value), decided=DECIDED)
    about = replace(about, consulted=tuple(replace(each, at=DECIDED, audiences=()) for each in about.consulted))
    about = replace(about, reason=tuple(replace(each, audiences=(Audience.COURT,)) for each in about.reason))
    cites = (Evidence(name=places.ASSESSMENT, sha256=digest),)
    made = made_from(about, assessment, digest, cites, officer.public_key.keyid, DECIDED)
    place = folder / names.DETERMINATIONS
    place.mkdir()
    (place / f"{NUMBER}{names.DETERMINATION}").write_bytes(signed(made.record, [officer]).to_bytes())
    (place / f"{NUMBER}{names.OPENINGS}").write_bytes(less.openings_bytes(made.openings))


def public(home: Path) -> Path:
    """Return a folder with the public keys of a folder."""
    keys = home / "public"
    keys.mkdir()
    for each in home.glob("*.pub"):
        shutil.copy(each, keys)
    return keys


def packed(made: Evidenced, out: Path, audience: Audience) -> Path:
    """Return the archive for an audience."""
    listed = make_list(made.folder, made.signer, made.by, PACKED)
    pack(made.folder, listed.manifest, out, audience)
    return out
