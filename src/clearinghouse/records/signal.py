"""Facts from outside about one identifier, each with its source and date: KEV, EPSS, SSVC."""

import msgspec


class KevEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One entry of CISA's catalogue of Known Exploited Vulnerabilities, or another record's word that there is one.

    Attributes:
        cve: canonical CVE identifier.
        date_added: ISO date on which CISA added it; starts the clock of BOD 26-04.
        due_date: CISA's own due date, ISO, shown beside ours and never used in its place.
        ransomware: ``Known`` or ``Unknown``, as the catalogue writes it.
        forensic_triage: the newer undocumented ``forensicTriage`` field, or None when absent.
        name, vendor, product, required_action: as the catalogue writes them.
        weaknesses: CWE identifiers.
        source: the document; catalogue: its version.
        partial: the document is not the catalogue but a record of this one CVE. It proves that the CVE was added, and
            when; nothing about any other CVE, nor about any edition of the catalogue.
    """

    cve: str
    date_added: str
    source: str
    due_date: str | None = None
    ransomware: str = ""
    forensic_triage: bool | None = None
    name: str = ""
    vendor: str = ""
    product: str = ""
    required_action: str = ""
    weaknesses: tuple[str, ...] = ()
    catalogue: str = ""
    partial: bool = False


class EpssScore(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """FIRST's estimate that a CVE will be exploited within 30 days.

    Attributes:
        cve: canonical CVE identifier.
        score: probability, 0 to 1. percentile: rank among all CVEs, 0 to 1, or None where the file has none.
        date: ISO date of the score. model: model version. source: the document.
    """

    cve: str
    score: float
    source: str
    percentile: float | None = None
    date: str = ""
    model: str = ""


class SsvcPoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One party's SSVC decision point values for one CVE.

    Values are lower case (``no``, ``poc``, ``active``; ``yes``; ``partial``, ``total``) whatever the source's
    spelling; None where the source has no such point.

    Attributes:
        cve: canonical CVE identifier.
        exploitation, automatable, technical_impact: the values.
        date: ISO timestamp of the assessment. version: of the decision points. role: of the assessor.
        source: the document.
    """

    cve: str
    source: str
    exploitation: str | None = None
    automatable: str | None = None
    technical_impact: str | None = None
    date: str = ""
    version: str = ""
    role: str = ""
