"""What the outside world publishes: advisories, the KEV catalogue, EPSS scores, and CVE records with SSVC."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from typing import Any

from clearinghouse.cli.demo.description import Advisory, Description, Product, Signal, Ssvc
from clearinghouse.cli.demo.made import Made

_NOTE = "Invented for the demonstration of clearinghouse; it describes no real flaw."
_CISA_ADP = {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"}
"""Readers know CISA's container of a CVE record by these, so that an invented one has to carry them too."""
_CNA = {"orgId": "00000000-0000-4000-8000-000000000000", "shortName": "harbour-example"}


def advisories(about: Description) -> Iterator[Made]:
    """Yield each advisory as an OSV record."""
    for advisory in about.advisory:
        yield Made(f"advisories/{advisory.id}.json", _json(_osv(advisory)), {"#0": advisory.flaw})


def published(about: Description) -> Iterator[Made]:
    """Yield every advisory on packages that there is, for those who have the packages."""
    for advisory in (*about.advisory, *about.published):
        yield Made(f"osv/{advisory.id}.json", _json(_osv(advisory)), {})


def kev(about: Description) -> Made:
    """Return a catalogue in the form of CISA's KEV (JSON)."""
    entries = [_kev_entry(signal, signal.kev) for signal in about.signal if signal.kev]
    catalogue = {
        "title": "Demonstration catalogue in the form of CISA's KEV",
        "catalogVersion": f"{about.date:%Y.%m.%d}",
        "dateReleased": f"{about.date}T12:00:00.0000Z",
        "count": len(entries),
        "vulnerabilities": entries,
    }
    return Made("kev.json", _json(catalogue), {})


def epss(about: Description) -> Made:
    """Return the day's scores in the form of FIRST's EPSS (CSV, gzip)."""
    rows = [f"{signal.cve},{signal.epss:.5f},{signal.percentile:.5f}" for signal in about.signal]
    head = f"#model_version:v2025.03.14,score_date:{about.date}T12:00:00Z\ncve,epss,percentile\n"
    return Made("epss.csv.gz", gzip.compress((head + "\n".join(rows) + "\n").encode(), mtime=0), {})


def cve_records(about: Description) -> Iterator[Made]:
    """Yield a CVE record for each identifier of which one says more than its name: products, SSVC decision points."""
    for signal in about.signal:
        if signal.ssvc or signal.affected:
            yield Made(f"cve/{signal.cve}.json", _json(_cve(signal, about.date)), {})


def _osv(advisory: Advisory) -> dict[str, Any]:
    record: dict[str, Any] = {
        "schema_version": "1.7.3",
        "id": advisory.id,
        "aliases": advisory.aliases,
        "published": "2026-08-11T08:00:00Z",
        "modified": "2026-08-12T08:00:00Z",
        "summary": advisory.summary,
        "details": advisory.details,
        "affected": [
            {
                "package": {"ecosystem": advisory.ecosystem, "name": advisory.package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": advisory.fixed}]}],
            }
        ],
        "references": [{"type": "ADVISORY", "url": f"https://advisories.example.org/{advisory.id}"}],
    }
    if advisory.cwe:
        record["database_specific"] = {"cwe_ids": [f"CWE-{advisory.cwe}"]}
    if advisory.cvss:
        record["severity"] = [{"type": "CVSS_V3", "score": advisory.cvss}]
    return record


def _kev_entry(signal: Signal, added: dt.date) -> dict[str, Any]:
    named = _products(signal)[0]
    return {
        "cveID": signal.cve,
        "vendorProject": f"{named.vendor} (invented)",
        "product": named.product,
        "vulnerabilityName": signal.title,
        "dateAdded": str(added),
        "shortDescription": _NOTE,
        "requiredAction": "Update, or stop using the product.",
        "dueDate": str(added + dt.timedelta(days=21)),
        "knownRansomwareCampaignUse": signal.ransomware,
        "notes": "",
        "cwes": [],
    }


def _products(signal: Signal) -> list[Product]:
    return signal.affected or [Product(vendor="Harbour", product=signal.title.partition(":")[0])]


def _cve(signal: Signal, day: dt.date) -> dict[str, Any]:
    stamp = f"{day - dt.timedelta(days=3)}T10:00:00.000Z"
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": signal.cve,
            "state": "PUBLISHED",
            "assignerOrgId": _CNA["orgId"],
            "assignerShortName": _CNA["shortName"],
            "datePublished": stamp,
            "dateUpdated": stamp,
        },
        "containers": {
            "cna": {
                "providerMetadata": _CNA,
                "title": signal.title,
                "descriptions": [{"lang": "en", "value": _NOTE}],
                "affected": [_cve_product(product, told=bool(signal.affected)) for product in _products(signal)],
                "references": [{"url": "https://advisories.example.org/"}],
            },
            "adp": [_cisa(signal.cve, signal.ssvc, stamp)] if signal.ssvc else [],
        },
    }


def _cve_product(product: Product, *, told: bool) -> dict[str, Any]:
    """An entry of ``affected``; of what a package is, only its own advisory tells the versions."""
    named: dict[str, Any] = {"vendor": product.vendor, "product": product.product}
    if not told:
        return named | {"defaultStatus": "unknown"}
    end = {"lessThan": product.fixed} if product.fixed else {"lessThanOrEqual": "*"}
    versions = [{"version": "0", "status": "affected", "versionType": "custom"} | end]
    return named | {"defaultStatus": "unaffected", "versions": versions}


def _cisa(cve: str, points: Ssvc, stamp: str) -> dict[str, Any]:
    """CISA's container, with its decision points."""
    options = [
        {"Exploitation": points.exploitation},
        {"Automatable": points.automatable},
        {"Technical Impact": points.impact},
    ]
    content = {"id": cve, "role": "CISA Coordinator", "version": "2.0.3", "timestamp": stamp, "options": options}
    return {"providerMetadata": _CISA_ADP, "metrics": [{"other": {"type": "ssvc", "content": content}}]}


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
