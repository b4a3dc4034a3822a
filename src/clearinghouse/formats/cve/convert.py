"""From a CVE record to the canonical finding."""

from collections.abc import Iterator

from clearinghouse.formats.commits import commit_in_url
from clearinghouse.formats.cve.advice import advice_in, spoken
from clearinghouse.formats.cve.affected import affected_of, remedies_of
from clearinghouse.formats.cve.schema import Container, Metric, Other, Record
from clearinghouse.formats.cve.tables import KNOWN_ADPS
from clearinghouse.formats.parts import english, unique, written_time
from clearinghouse.formats.text import clean_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses
from clearinghouse.records import Advisory, Affected, Credit, Finding, Remedy, Severity, State

_KERNEL_FIX = "https://git.kernel.org/stable/c/"
"""The Linux CNA lists the fix in each stable branch as a reference without a tag
(https://docs.kernel.org/process/cve.html)."""
_NOT_SEVERITIES = frozenset({"ssvc", "kev", "unknown"})


def known_containers(record: Record) -> list[Container]:
    """The CNA's container, then those of the ADPs that are known, in the record's order."""
    names = KNOWN_ADPS.values()
    adps = (c for c in record.containers.adp or () if c.org_id in KNOWN_ADPS or c.short_name in names)
    return [record.containers.cna or Container(), *adps]


def is_rejected(record: Record) -> bool:
    """Whether the record's identifier was taken back: there is no vulnerability of this name."""
    return (record.cve_metadata.state or "").upper() == "REJECTED"


def finding_of(record: Record, cve: str, *, source: str, index: int) -> Finding:
    """Return the finding that a record is; a rejected one is withdrawn and is about no component.

    Args:
        cve: the record's canonical identifier.
    """
    containers = known_containers(record)
    cna = containers[0]
    metadata = record.cve_metadata
    finder = clean_line(cna.short_name or metadata.assigner_short_name or "CVE", 100)
    if is_rejected(record):
        return _rejected(record, cve, finder, source=source, index=index)
    description = next((text for c in containers if (text := english(c.descriptions))), "")
    affected = affected_products(containers)
    return Finding(
        source=source,
        index=index,
        format="cve",
        title=clean_line(cna.title or "") or first_sentence(description) or cve,
        finder=finder,
        description=description,
        native_id=cve,
        components=unique(entry.component for entry in affected),
        identifiers=(cve,),
        weaknesses=unique(cwe for container in containers for cwe in _weaknesses(container)),
        advisory=Advisory(
            published=written_time(metadata.date_published),
            modified=written_time(metadata.date_updated),
            affected=affected,
            configurations=spoken(cna.configurations),
        ),
        severities=unique(severity for container in containers for severity in _severities(container)),
        remedies=unique(remedy for container in containers for remedy in _remedies(container)),
        references=unique(clean_line(r.url, 2048) for c in containers for r in c.references or () if r.url),
        credits=unique(credit for container in containers for credit in _credits(container)),
    )


def _rejected(record: Record, cve: str, finder: str, *, source: str, index: int) -> Finding:
    metadata = record.cve_metadata
    reason = english((record.containers.cna or Container()).rejected_reasons)
    return Finding(
        source=source,
        index=index,
        format="cve",
        title=f"Rejected: {first_sentence(reason)}" if reason else "Rejected",
        finder=finder,
        description=reason,
        native_id=cve,
        identifiers=(cve,),
        advisory=Advisory(
            published=written_time(metadata.date_published),
            modified=written_time(metadata.date_updated),
            withdrawn=written_time(metadata.date_rejected or metadata.date_updated),
        ),
        state=State.WITHDRAWN,
    )


def affected_products(containers: list[Container]) -> tuple[Affected, ...]:
    """What the CNA names, then what the others name beyond it: who assigned the CVE knows its product best."""
    chosen: list[Affected] = []
    for container in containers:
        stated_by = clean_line(container.short_name, 100) if container is not containers[0] else ""
        entries = [entry for product in container.affected or () if (entry := affected_of(product, stated_by))]
        if chosen and entries:
            named = {_key(entry) for entry in chosen}
            entries = [entry for entry in entries if _key(entry) not in named]
        chosen += entries
    return tuple(chosen)


def _key(entry: Affected) -> tuple[str, str]:
    component = entry.component
    return component.vendor.casefold(), component.name.casefold()


def _weaknesses(container: Container) -> Iterator[str]:
    for kind in container.problem_types or ():
        for item in kind.descriptions or ():
            yield from find_weaknesses([item.cwe_id]) or find_weaknesses([(item.description or "")[:200]])


def _severities(container: Container) -> Iterator[Severity]:
    source = clean_line(container.short_name, 100)
    for metric in container.metrics or ():
        for system, vector in _vectors(metric):
            yield Severity(system=system, value=vector, source=source)
        if metric.other and (word := _word(metric.other)):
            yield Severity(system=clean_line(metric.other.type or "", 100), value=word, source=source)


def _vectors(metric: Metric) -> Iterator[tuple[str, str]]:
    for system, cvss in (
        ("CVSS:2.0", metric.v2),
        ("CVSS:3.0", metric.v30),
        ("CVSS:3.1", metric.v31),
        ("CVSS:4.0", metric.v4),
    ):
        if cvss and cvss.vector_string and (vector := clean_line(cvss.vector_string, 300)):
            yield system, vector


def _word(other: Other) -> str:
    """The word of a vendor's own scale (``value`` or ``text``), empty if there is none."""
    if not other.type or other.type.lower() in _NOT_SEVERITIES or not isinstance(other.content, dict):
        return ""
    word = other.content.get("value") or other.content.get("text")
    return clean_line(word, 64) if isinstance(word, str) else ""


def _remedies(container: Container) -> Iterator[Remedy]:
    yield from advice_in(container)
    for product in container.affected or ():
        yield from remedies_of(product)
    for reference in container.references or ():
        if reference.url and ("patch" in (reference.tags or ()) or reference.url.startswith(_KERNEL_FIX)):
            commit = commit_in_url(reference.url)
            if commit:
                yield commit


def _credits(container: Container) -> Iterator[Credit]:
    """A credit without a type is a finder's: so the record format has it ("default": "finder")."""
    for credit in container.credits or ():
        if name := clean_line(credit.value or ""):
            role = clean_line(credit.type or "finder", 40).upper().replace(" ", "_")
            yield Credit(name=name, role=role)
