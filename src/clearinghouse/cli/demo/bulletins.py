"""What vendors of devices publish themselves: security advisories in CSAF 2.0, with what helps where no update may."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from clearinghouse.cli.demo.description import Bulletin, Description
from clearinghouse.cli.demo.made import Made

_BEFORE, _AFTER = "PRODUCT-1", "PRODUCT-2"


def bulletins(about: Description) -> Iterator[Made]:
    """Yield each vendor's advisory as a CSAF document (profile 4, security advisory)."""
    for bulletin in about.bulletin:
        content = json.dumps(_csaf(bulletin, about.date - dt.timedelta(days=5)), indent=2).encode() + b"\n"
        yield Made(f"csaf/{bulletin.id.lower()}.json", content, {})


def _csaf(bulletin: Bulletin, day: dt.date) -> dict[str, Any]:
    return {
        "document": _document(bulletin, f"{day}T09:00:00.000Z"),
        "product_tree": {"branches": [_branch("vendor", bulletin.vendor, [_product(bulletin)])]},
        "vulnerabilities": [
            {
                "cve": bulletin.cve,
                "title": bulletin.title,
                "notes": [{"category": "description", "text": "Invented; it describes no real flaw of a real device."}],
                "product_status": {"known_affected": [_BEFORE], "fixed": [_AFTER]},
                "scores": [{"cvss_v3": {"version": "3.1", "vectorString": bulletin.cvss}, "products": [_BEFORE]}],
                "remediations": [
                    {"category": "mitigation", "details": text, "product_ids": [_BEFORE]}
                    for text in bulletin.mitigations
                ],
            }
        ],
    }


def _document(bulletin: Bulletin, time: str) -> dict[str, Any]:
    host = f"https://{bulletin.vendor.lower()}.example.org"
    return {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "title": f"{bulletin.vendor} {bulletin.product} (invented)",
        "publisher": {"category": "vendor", "name": bulletin.vendor, "namespace": host},
        "distribution": {"tlp": {"label": "WHITE"}},
        "references": [{"category": "self", "summary": "this advisory", "url": f"{host}/{bulletin.id.lower()}.json"}],
        "tracking": {
            "id": bulletin.id,
            "status": "final",
            "version": "1",
            "initial_release_date": time,
            "current_release_date": time,
            "revision_history": [{"date": time, "number": "1", "summary": "First edition"}],
        },
    }


def _product(bulletin: Bulletin) -> dict[str, Any]:
    name = f"{bulletin.vendor} {bulletin.product}"
    leaves = [
        _leaf("product_version_range", bulletin.affected, _BEFORE, name),
        _leaf("product_version", bulletin.fixed, _AFTER, name),
    ]
    return _branch("product_name", bulletin.product, leaves)


def _branch(category: str, name: str, branches: list[dict[str, Any]]) -> dict[str, Any]:
    return {"category": category, "name": name, "branches": branches}


def _leaf(category: str, version: str, number: str, product: str) -> dict[str, Any]:
    return {"category": category, "name": version, "product": {"name": f"{product} {version}", "product_id": number}}
