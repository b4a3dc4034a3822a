"""A CSAF document with the shapes of product tree, product status and remediations (CSAF 2.0, section 3.2)."""

import copy
import json
from typing import Any

from clearinghouse.formats.csaf import FORMAT
from clearinghouse.formats.document import Document
from clearinghouse.records import Finding, Problem


def branch(category: str, name: str, *inner: dict[str, Any], product: dict[str, Any] | None = None) -> dict[str, Any]:
    """One branch (section 3.1.2)."""
    made: dict[str, Any] = {"category": category, "name": name}
    if inner:
        made["branches"] = list(inner)
    if product:
        made["product"] = product
    return made


def version(identifier: str, text: str, category: str = "product_version", **helper: Any) -> dict[str, Any]:
    """A leaf: a version or a range of versions of a product."""
    product: dict[str, Any] = {"product_id": identifier, "name": f"Demo Pump 3 {text}"}
    if helper:
        product["product_identification_helper"] = helper
    return branch(category, text, product=product)


TREE: dict[str, Any] = {
    "branches": [
        branch(
            "vendor",
            "Demo Vendor",
            branch(
                "product_family",
                "Pumps",
                branch(
                    "product_name",
                    "Pump 3",
                    version("RANGE", "vers:all/<V4.33", "product_version_range"),
                    version("OLD", "V4.10", model_numbers=["DP-3-A"], skus=["4711"]),
                    version("NEW", "V4.33", cpe="cpe:2.3:o:demo:pump_3:4.33:*:*:*:*:*:*:*"),
                    version("PURL", "1.2.3", purl="pkg:pypi/pump@1.2.3"),
                ),
            ),
            branch("product_name", "Panel", version("WORDS", "All versions < V2", "product_version_range")),
        )
    ],
    "full_product_names": [{"product_id": "ALONE", "name": "Demo Console 7"}],
    "relationships": [
        {
            "category": "installed_on",
            "product_reference": "OLD",
            "relates_to_product_reference": "ALONE",
            "full_product_name": {"product_id": "ON", "name": "Pump 3 V4.10 on Demo Console 7"},
        }
    ],
    "product_groups": [{"group_id": "G1", "product_ids": ["OLD", "NEW"]}],
}
DOCUMENT: dict[str, Any] = {
    "category": "csaf_security_advisory",
    "csaf_version": "2.0",
    "title": "Demo Pump",
    "publisher": {"category": "vendor", "name": "Demo Vendor", "namespace": "https://example.org"},
    "tracking": {"id": "DEMO-2026-1", "initial_release_date": "2026-01-01T00:00:00Z", "status": "final"},
}
STATUS: dict[str, list[str]] = {
    "known_affected": ["RANGE", "WORDS", "ON"],
    "known_not_affected": ["ALONE"],
    "fixed": ["NEW"],
    "under_investigation": ["PURL"],
}
VULNERABILITY: dict[str, Any] = {
    "cve": "CVE-2026-0001",
    "title": "A flaw",
    "cwe": {"id": "CWE-79", "name": "Cross-site scripting"},
    "ids": [{"system_name": "Vendor", "text": "GHSA-2345-6789-cfgh"}],
    "notes": [{"category": "description", "text": "Somebody may do something."}],
    "product_status": STATUS,
    "remediations": [
        {"category": "vendor_fix", "details": "Update to V4.33 or later version", "group_ids": ["G1"]},
        {"category": "mitigation", "details": "Close the port.", "product_ids": ["RANGE", "WORDS", "ON"]},
        {
            "category": "workaround",
            "details": "Switch it off.",
            "product_ids": ["WORDS"],
            "url": "https://example.org/1",
        },
    ],
    "scores": [{"cvss_v3": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "products": ["RANGE"]}],
    "references": [{"url": "https://example.org/advisory"}],
    "acknowledgments": [{"names": ["Ada"], "organization": "Demo Lab"}],
}
WHOLE: dict[str, Any] = {
    "document": DOCUMENT,
    "product_tree": TREE,
    "vulnerabilities": [VULNERABILITY, copy.deepcopy(VULNERABILITY) | {"cve": "CVE-2026-0002"}],
}


def read(value: Any) -> list[Finding | Problem]:
    """Everything that is read of a document."""
    document = Document.from_bytes("one.json", json.dumps(value).encode())
    return [record for record in FORMAT.read(document) if isinstance(record, Finding | Problem)]


def finding(status: dict[str, list[str]], tree: dict[str, Any] | None = None) -> Finding:
    """The finding of one vulnerability with this product status."""
    vulnerability = VULNERABILITY | {"product_status": status}
    value = copy.deepcopy({"document": DOCUMENT, "product_tree": tree or TREE, "vulnerabilities": [vulnerability]})
    (found,) = (record for record in read(value) if isinstance(record, Finding))
    return found
