"""From one vulnerability of a CSAF document to the canonical finding."""

import re
from collections.abc import Iterable, Iterator

from clearinghouse.formats.csaf.advice import lists_joined
from clearinghouse.formats.csaf.affected import affected_of, fixed_versions
from clearinghouse.formats.csaf.schema import Acknowledgment, DocumentPart, Note, Remediation, Status, Vulnerability
from clearinghouse.formats.csaf.tree import Tree
from clearinghouse.formats.parts import cvss, links, paragraphs, unique, written_time
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses
from clearinghouse.records import (
    Advisory,
    Credit,
    Finding,
    Marking,
    Remedy,
    Severity,
    State,
    Tlp,
    canonical_identifier,
    find_identifiers,
)

_TLP = {"WHITE": Tlp.CLEAR, **{label.value.removeprefix("TLP:"): label for label in Tlp}}
_WITHDRAWN = frozenset({"csaf_withdrawn"})
_UPDATE = re.compile(
    r"\b(?:update|upgrade|updating|upgrading)\b[^.]{0,60}?\bto\b (?:version |release |firmware version )?"
    r"(V?\d[\w.]{0,30}(?: (?:SP|HF|Update|Upd) ?\d{1,3}){0,3})",
    re.IGNORECASE,
)
_DESCRIPTIONS = ("description", "summary", "details")
_FEW = 5


def finding_of(vulnerability: Vulnerability, part: DocumentPart, tree: Tree, *, source: str, index: int) -> Finding:
    """Return the finding that one vulnerability is.

    Args:
        part: the document's own part. tree: its products. index: position of the vulnerability, from 0.
    """
    identifiers = _identifiers(vulnerability)
    publisher = clean_line((part.publisher and part.publisher.name) or "", 100) or "CSAF"
    tracking = distinct_line((part.tracking and part.tracking.id) or "", 200)
    status = vulnerability.product_status or Status()
    affected = affected_of(status, tree.products)
    withdrawn = (part.category or "").lower() in _WITHDRAWN
    description = _description(vulnerability.notes)
    changed = part.tracking.current_release_date if part.tracking else None
    released = (part.tracking.initial_release_date if part.tracking else None) or changed
    return Finding(
        source=source,
        index=index,
        format="csaf",
        title=_title(vulnerability, part, description, identifiers or (tracking,)),
        finder=publisher,
        description=description,
        native_id=identifiers[0] if identifiers else tracking or None,
        components=unique(entry.component for entry in affected),
        identifiers=identifiers,
        weaknesses=find_weaknesses(cwe.id for cwe in (vulnerability.cwe, *(vulnerability.cwes or ())) if cwe),
        advisory=Advisory(
            published=written_time(released),
            modified=written_time(changed),
            withdrawn=written_time(changed or released) if withdrawn else None,
            affected=affected,
            document=tracking,
        ),
        severities=unique(_severities(vulnerability, publisher)),
        remedies=unique(_remedies(vulnerability, status, tree)),
        references=links(each.url for each in (*(vulnerability.references or ()), *(part.references or ()))),
        credits=unique(_credits((*(vulnerability.acknowledgments or ()), *(part.acknowledgments or ())))),
        marking=_marking(part),
        state=State.WITHDRAWN if withdrawn else State.OPEN,
        observed=written_time(vulnerability.discovery_date),
    )


def _identifiers(vulnerability: Vulnerability) -> tuple[str, ...]:
    """CVE, then what in ``ids`` is a public identifier; numbers of a vendor's own tracker name nothing to others."""
    written = [vulnerability.cve or "", *(each.text or "" for each in vulnerability.ids or ())]
    return unique(
        canonical_identifier(distinct_line(text, 200))
        for at, text in enumerate(written)
        if text.strip() and (at == 0 or find_identifiers(text[:200]))
    )


def _title(vulnerability: Vulnerability, part: DocumentPart, description: str, names: tuple[str, ...]) -> str:
    title = clean_line(vulnerability.title or "")
    if title and title.upper() not in names:
        return title
    return clean_line(part.title or "") or first_sentence(description) or names[0] or "CSAF"


def _description(notes: Iterable[Note] | None) -> str:
    chosen = [note for note in notes or () if (note.category or "").lower() in _DESCRIPTIONS]
    return paragraphs(*(note.text for note in chosen))


def _severities(vulnerability: Vulnerability, publisher: str) -> Iterator[Severity]:
    scores = (
        *(vulnerability.scores or ()),
        *(metric.content for metric in vulnerability.metrics or () if metric.content),
    )
    for score in scores:
        for written in (score.v2, score.v3, score.v4):
            if written and (severity := cvss(written.vector_string, publisher)):
                yield severity


def _remedies(vulnerability: Vulnerability, status: Status, tree: Tree) -> Iterator[Remedy]:
    """Yield versions that are named as fixed, then what is advised, in the advisory's own words.

    Advice that is for some of the products says which, before its words.
    """
    for version in fixed_versions(status, tree.products):
        yield Remedy(kind="version", value=version)
    everything = {
        identifier
        for identifiers in (status.known_affected, status.first_affected, status.last_affected)
        for identifier in identifiers or ()
    }
    for remediation in lists_joined(vulnerability.remediations or ()):
        details = clean(remediation.details or "")
        url = next(iter(links([remediation.url])), None)
        if not details and url is None:
            continue
        words = f"{_products(remediation, tree, everything)}{details}"
        if (remediation.category or "").lower() == "vendor_fix":
            yield from (
                Remedy(kind="version", value=version.strip(" .")) for version in _UPDATE.findall(details[:2000])
            )
        if url is not None:
            yield Remedy(kind="url", value=url, description=words)
        else:
            yield Remedy(kind="mitigation", value=first_sentence(details), description=words)


def _products(remediation: Remediation, tree: Tree, everything: set[str]) -> str:
    """The products that advice is for, as the beginning of it; nothing where it is for all that are affected."""
    meant = {*(remediation.product_ids or ())}
    for group in remediation.group_ids or ():
        meant.update(tree.groups.get(group, ()))
    if not meant or meant >= everything:
        return ""
    names = unique(tree.products[identifier].name for identifier in sorted(meant) if identifier in tree.products)
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"{', '.join(names[:_FEW])}{more}: " if names else ""


def _credits(acknowledgments: Iterable[Acknowledgment]) -> Iterator[Credit]:
    for each in acknowledgments:
        contacts = tuple(clean_line(url, 2048) for url in each.urls or ())
        organization = clean_line(each.organization or "")
        for name in each.names or ():
            if shown := clean_line(name):
                yield Credit(name=f"{shown} ({organization})" if organization else shown, contacts=contacts)
        if organization and not each.names:
            yield Credit(name=organization, contacts=contacts)


def _marking(part: DocumentPart) -> Marking | None:
    distribution = part.distribution
    if distribution is None or distribution.tlp is None or not distribution.tlp.label:
        return None
    label = _TLP.get(distribution.tlp.label.upper().removeprefix("TLP:"))
    return Marking(tlp=label) if label else None
