"""Recipes for tests of the server, run for real or as if they had been."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from clearinghouse.sandbox import Held, Isolation, Tier
from clearinghouse.server.access.models import Grant, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.intake.models import Report
from clearinghouse.server.jobs.models import Job, State
from clearinghouse.server.participants.models import Person, Role
from clearinghouse.server.validations import possession, recording, services, signing
from clearinghouse.server.validations.models import Attestation, SigningKey, Validation
from clearinghouse.server.validations.running import Newest, Ran
from clearinghouse.server.validations.sealed import open_recipe
from clearinghouse.server.vulnerabilities import acts
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.trust.keys import load_private
from clearinghouse.trust.possession import answer
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.remedy import remedy_of
from clearinghouse.validation.result import Evidence, Result, Run, Subject
from clearinghouse.validation.validate import Validated
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_sender

TEXT = """format = 1
title = "{title}"
weaknesses = ["CWE-200"]
identifiers = ["CVE-2099-0001"]
{more}
[affected]
archive = "app-1.tar.gz"
[fixed]
archive = "app-2.tar.gz"
[install]
by = "none"
[reproducer]
command = {command}
[control]
command = ["python3", "/subject/source/app.py", "hello"]
[shows]
by = "output"
contains = "LEAKED"
"""
COMMAND = '["python3", "/subject/source/app.py", "secret"]'
"""What shows the flaw of the first of two versions."""


def an_archive(version: int) -> bytes:
    """A source archive; the first version has the flaw."""
    said = f'print("LEAKED" if sys.argv[1] == "secret" and {version} == 1 else "fine")'
    data = f"import sys\n{said}\n".encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo(f"app-{version}/app.py")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


_ARCHIVES = {f"app-{version}.tar.gz": an_archive(version) for version in (1, 2)}


def a_recipe(title: str = "Greeting tells the secret", *, command: str = COMMAND, more: str = "") -> dict[str, bytes]:
    """The files of a recipe that needs nothing of a registry."""
    text = TEXT.format(title=title, command=command, more=more)
    return {"recipe.toml": text.encode(), **_ARCHIVES}


def zipped(files: dict[str, bytes], folder: str = "") -> bytes:
    """Files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{folder}{name}", data)
    return out.getvalue()


ISOLATION = Isolation(tier=Tier.T1, provider="pretended 1", held=(Held("starts", True, "it was not"),))


def a_result(loaded: Loaded, verdict: Verdict = Verdict.FIXED) -> Validated:
    """What a validation of a recipe could have come to."""
    wrote = b"LEAKED\n"
    digest = hashlib.sha256(wrote).hexdigest()
    result = Result(
        recipe={"path": loaded.source, "title": loaded.recipe.title, "sha256": loaded.digest},
        verdict=verdict,
        why="all 3 runs of the affected subject show the flaw, and none of 3 of the fixed one",
        isolation=ISOLATION,
        subjects={"affected": Subject(name="app-1.tar.gz", artefacts={"app-1.tar.gz": "1" * 64})},
        runs=(Run(subject="affected", shown=True, signature="output", how="'LEAKED' in stdout", seconds=0.1),),
        command=loaded.recipe.reproducer.command,
        evidence=(
            Evidence("recipe/recipe.toml", hashlib.sha256(loaded.files["recipe.toml"]).hexdigest(), 1),
            Evidence("affected-1.stdout", digest, len(wrote)),
        ),
        started="2026-11-23T12:00:00+00:00",
        seconds=1.5,
    )
    return Validated(result, {digest: wrote})


def pretend(validation: Validation, verdict: Verdict = Verdict.FIXED, newest: Newest | None = None) -> Attestation:
    """Keep a verdict as if a validation had been run, and its job be done."""
    sealer = vault.sealer(validation.recipe.envelope_id)
    loaded = open_recipe(validation.recipe, sealer)
    made = recording.keep(
        validation,
        Ran(a_result(loaded, verdict), newest, remedy=remedy_of(loaded) if verdict is Verdict.FIXED else None),
        sealer,
        lambda: None,
    )
    assert made is not None
    jobs = Job.objects.filter(pk=validation.job)
    jobs.update(state=State.DONE, finished_at="2026-11-23T12:00:00Z", lease_until=None)
    validation.refresh_from_db()
    return made


def asked(reader: Reader, report: Report, **recipe: Any) -> Validation:
    """Ask for the validation of a recipe that belongs to one's own report."""
    made, _ = services.request_for_report(reader, report.receipt, [zipped(a_recipe(**recipe))])
    return made


def register(reader: Reader, name: str, path: Path) -> SigningKey:
    """Register the public half of a key pair for somebody, with proof."""
    pem = path.with_name(f"{path.name}.pub").read_bytes()
    return signing.register(reader, name, pem, proof(reader, path))


def proof(reader: Reader, path: Path) -> bytes:
    """The answer to a challenge of somebody with a private key."""
    return answer(possession.challenge(reader), load_private(path)).to_bytes()


def a_second(role: Role = Role.VENDOR, *, flaw: int | None = None, files: bool = False) -> Reader:
    """A participant that may see a flaw, and its reader."""
    reader = a_sender(role, steward=True)
    if flaw is not None:
        let_in(reader, flaw, files=files)
    return reader


def let_in(reader: Reader, flaw: int, *, files: bool = False) -> None:
    """Let somebody's participant in to a flaw."""
    Grant.objects.create(
        kind=ObjectKind.VULNERABILITY,
        object_id=flaw,
        participant_id=reader.participant,
        evidence=files,
        granted_by=Person.objects.get(pk=a_coordinator().person),
        reason="a test",
    )


def joined() -> Vulnerability:
    """Join the two flaws that there are; return the one that is left."""
    one, two = Vulnerability.objects.order_by("pk")
    return acts.join_by_hand(a_coordinator(), one.reference, two.reference, "They are the same, I was told")


__all__ = [
    "ISOLATION",
    "a_recipe",
    "a_result",
    "a_second",
    "an_archive",
    "asked",
    "joined",
    "let_in",
    "pretend",
    "proof",
    "register",
    "zipped",
]
