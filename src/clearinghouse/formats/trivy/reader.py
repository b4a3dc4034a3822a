"""Recognising a Trivy report and walking it in document order."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import Positions, missing, notice, read_elements, read_groups, timestamp
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, distinct_line, quoted
from clearinghouse.formats.trivy import shapes
from clearinghouse.formats.trivy.convert import Place, Run, of_misconfiguration, of_secret, of_vulnerability
from clearinghouse.records import Finding, Problem, Provenance, State

S = TypeVar("S", bound=msgspec.Struct)
_SCHEMA = re.compile(r'"SchemaVersion"\s*:\s*(\d{1,9})')
_RESOURCE_LISTS = ("Resources", "Findings", "Vulnerabilities", "Misconfigurations")  # the last two before 0.38
_KINDS: dict[str, tuple[Decoder[Any], Callable[..., Finding]]] = {
    "vulnerability": (shapes.VULNERABILITY, of_vulnerability),
    "misconfiguration": (shapes.MISCONFIGURATION, of_misconfiguration),
    "secret": (shapes.SECRET, of_secret),
}
_LICENCE = "license"
_ASIDE = State.SUPPRESSED


def detect(sample: Sample) -> Match:
    """Recognise schema 2 by its version, Kubernetes reports and the legacy array by their members."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("SchemaVersion") and (
        sample.has("ArtifactName") or sample.has("Results") or sample.has("ClusterName")
    ):
        version = _SCHEMA.search(sample.text)
        if version and version[1] == "2":
            return Match(100)
        if not sample.has("ClusterName"):
            return Match(35, f"its SchemaVersion is {version[1] if version else 'not a number'}, and 2 is read")
    if sample.has("ClusterName"):
        if any(sample.has(f"{name}[].Kind", f"{name}[].Name") for name in _RESOURCE_LISTS):
            return Match(95)
        return Match(30, "it has a ClusterName as Trivy's Kubernetes reports do, and no resources")
    if sample.has("[].Target") and (sample.has("[].Vulnerabilities") or sample.has("[].Misconfigurations")):
        return Match(90)
    if "aquasecurity.github.io/v1alpha1" in (sample.value_at("apiVersion") or ""):
        return Match(20, "it is a resource of the Trivy Operator, which is another format")
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each vulnerability, failed check and secret. Licences are not flaws and only counted."""
    data = document.read()
    walker = _Walker(document.source)
    if data.lstrip()[:1] == b"[":
        results = shapes.LEGACY_ROOT.decode(data, source=document.source)
        yield from results if isinstance(results, tuple) else walker.results(results, "", Place())
    else:
        yield from walker.report(data)
    if walker.licences:
        message = f"{walker.licences} licence results were passed over: a licence is not a flaw."
        yield notice(document.source, "licences_skipped", message)


class _Walker:
    """Walks one report; positions run over the whole of it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.run = Run(source=source, provenance=Provenance(tool="Trivy"))
        self.positions = Positions()
        self.licences = 0

    def report(self, data: bytes) -> Iterator[Finding | Problem]:
        root = shapes.ROOT.decode(data, source=self.source)
        if isinstance(root, tuple):
            yield from root
            return
        head = shapes.HEAD.decode(data, source=self.source)
        if isinstance(head, tuple):
            yield from head
        else:
            self.run = _run(head, self.source)
        for key, raw in root.items():
            if key != "Results" and not (key in _RESOURCE_LISTS and "ClusterName" in root):
                continue
            members = shapes.MEMBERS.decode(raw, source=self.source, pointer=f"/{key}")
            if isinstance(members, tuple):
                yield from members
            elif key == "Results":
                yield from self.results(members, "/Results", Place())
            else:
                yield from self.groups(members, shapes.RESOURCE, self.resource, f"/{key}")

    def resource(self, resource: shapes.Resource, pointer: str) -> Iterator[Finding | Problem]:
        if resource == shapes.Resource():
            said = "A resource has no name and nothing else that is known."
            yield missing(self.source, f"{pointer}/Name", said)
        name = "/".join(clean_line(part) for part in (resource.namespace, resource.kind, resource.name) if part)
        if resource.error:
            message = f"Trivy says of {name}: {clean_line(resource.error, 300)}"
            yield notice(self.source, "tool_message", message, f"{pointer}/Error")
        yield from self.results(resource.results, f"{pointer}/Results", Place(resource=name))

    def results(self, raws: list[msgspec.Raw] | None, pointer: str, place: Place) -> Iterator[Finding | Problem]:
        return self.groups(raws, shapes.RESULT, partial(self.result, place=place), pointer)

    def groups(
        self,
        raws: list[msgspec.Raw] | None,
        decoder: Decoder[S],
        convert: Callable[[S, str], Iterator[Finding | Problem]],
        pointer: str,
    ) -> Iterator[Finding | Problem]:
        return read_groups(raws, decoder, convert, source=self.source, pointer=pointer)

    def result(self, result: shapes.Result, pointer: str, place: Place) -> Iterator[Finding | Problem]:
        if result == shapes.Result():
            said = "A result has no target and nothing else that is known."
            yield missing(self.source, f"{pointer}/Target", said)
        self.licences += len(result.licenses or ())
        place = Place(
            resource=place.resource,
            target=distinct_line(result.target or "", 1024),
            class_=result.class_ or "",
            type=result.type or "",
        )
        for kind, raws, key in (
            ("vulnerability", result.vulnerabilities, "Vulnerabilities"),
            ("misconfiguration", result.misconfigurations, "Misconfigurations"),
            ("secret", result.secrets, "Secrets"),
        ):
            decoder, convert = _KINDS[kind]
            one = partial(self.finding, convert=convert, place=place)
            where = f"{pointer}/{key}"
            yield from read_elements(raws, decoder, self.positions, one, source=self.source, pointer=where)
        for number, raw in enumerate(result.experimental_modified_findings or ()):
            yield from self.modified(raw, f"{pointer}/ExperimentalModifiedFindings/{number}", place)

    def finding(
        self, element: msgspec.Struct, index: int, convert: Callable[..., Finding], place: Place
    ) -> Finding | None:
        state = _state(element)
        return None if state is None else convert(element, self.run, place, index, state)

    def modified(self, raw: msgspec.Raw, pointer: str, place: Place) -> Iterator[Finding | Problem]:
        """Yield what was put aside by the user or by a VEX statement."""
        index = self.positions.take()
        modified = shapes.MODIFIED.decode(raw, source=self.source, pointer=pointer)
        if isinstance(modified, tuple):
            yield from modified
        elif modified.type in _KINDS:
            decoder, convert = _KINDS[modified.type]
            element = decoder.decode(modified.finding, source=self.source, pointer=f"{pointer}/Finding")
            made = element if isinstance(element, tuple) else (convert(element, self.run, place, index, _ASIDE),)
            yield from made
        elif modified.type == _LICENCE:
            self.licences += 1
        else:
            yield Problem(
                source=self.source,
                code="wrong_value",
                message=f"{quoted(modified.type)} is no kind of finding that is known.",
                pointer=f"{pointer}/Type",
                expected=" or ".join((*_KINDS, _LICENCE)),
            )


def _state(element: msgspec.Struct) -> State | None:
    """Return None for a check that passed, which is no finding. Only misconfigurations have such a status."""
    status = element.status if isinstance(element, shapes.Misconfiguration) else None
    if status == "PASS":
        return None
    return State.SUPPRESSED if status == "EXCEPTION" else State.OPEN


def _run(head: shapes.Head, source: str) -> Run:
    metadata = head.metadata or shapes.Metadata()
    artifact = clean_line(head.artifact_name or "")
    return Run(
        source=source,
        image=artifact if head.artifact_type == "container_image" else "",
        repository=clean_line(metadata.repo_url or "") or (artifact if head.artifact_type == "repository" else ""),
        observed=timestamp(head.created_at),
        provenance=Provenance(
            tool="Trivy",
            tool_version=clean_line(head.trivy.version or "", 60) or None if head.trivy else None,
            snapshot=clean_line(metadata.commit or metadata.image_id or "", 100) or None,
        ),
    )
