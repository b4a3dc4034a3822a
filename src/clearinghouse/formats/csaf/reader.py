"""Detect and read CSAF documents of any profile: each vulnerability is one finding."""

from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.csaf.affected import unresolved
from clearinghouse.formats.csaf.convert import finding_of
from clearinghouse.formats.csaf.schema import Csaf, Status, Vulnerability
from clearinghouse.formats.csaf.tree import MAX_DEPTH, MAX_PRODUCTS, Tree
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import notice
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, plural, quoted
from clearinghouse.records import Finding, Level, Problem

_DOCUMENT = Decoder(Csaf, "CSAF document")
_VULNERABILITY = Decoder(Vulnerability, "vulnerability")
_VERSIONS = frozenset({"2.0", "2.1"})


def detect(sample: Sample) -> Match:
    """A CSAF document says so in ``document.csaf_version``; where that stands late, its product status is its own."""
    if not sample.is_json:
        return NO_MATCH
    version = sample.value_at("document.csaf_version")
    if version is not None:
        if version in _VERSIONS:
            return Match(100)
        return Match(40, f"it is CSAF {clean_line(version, 20)}, and 2.0 and 2.1 are read")
    if sample.has("document.tracking.id", "document.publisher"):
        return Match(60)
    if sample.has("vulnerabilities[].product_status") or sample.has("product_tree.branches[].branches"):
        return Match(60)
    if sample.has("document.tracking") and sample.has("product_tree"):
        return Match(50)
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding for each vulnerability, and a problem for each violation that costs something."""
    return read_whole(document, _DOCUMENT, _records)


def _records(csaf: Csaf, source: str) -> Iterator[Finding | Problem]:
    tree = Tree(csaf.product_tree)
    yield from _about_the_tree(tree, source)
    if not (csaf.document.tracking and csaf.document.tracking.id):
        yield notice(
            source,
            "missing_field",
            "The document has no identifier, so findings can name only the vulnerability.",
            "/document/tracking/id",
            "the publisher's identifier",
        )
    for index, raw in enumerate(csaf.vulnerabilities or ()):
        pointer = f"/vulnerabilities/{index}"
        vulnerability = _VULNERABILITY.decode(raw, source=source, pointer=pointer)
        if isinstance(vulnerability, tuple):
            yield from vulnerability
            continue
        yield from _about_the_status(vulnerability, tree, source, pointer)
        yield finding_of(vulnerability, csaf.document, tree, source=source, index=index)


def _about_the_tree(tree: Tree, source: str) -> Iterator[Problem]:
    if tree.too_deep:
        message = f"Branches that lie more than {MAX_DEPTH} deep were passed over."
        yield Problem(source=source, code="nested_too_deep", message=message, pointer="/product_tree/branches")
    if tree.too_many:
        message = f"The document has more than {MAX_PRODUCTS:,} products; the rest was passed over."
        yield Problem(source=source, code="left_out", message=message, pointer="/product_tree")


def _about_the_status(vulnerability: Vulnerability, tree: Tree, source: str, pointer: str) -> Iterator[Problem]:
    missing = unresolved(vulnerability.product_status or Status(), tree.products)
    if missing:
        shown = f"{quoted(missing[0])} among them" if len(missing) > 1 else quoted(missing[0])
        who = plural(len(missing), "product identifier stands", "product identifiers stand")
        yield Problem(
            source=source,
            code="unknown_product",
            message=f"{who} for no product of the document: {shown}.",
            pointer=f"{pointer}/product_status",
            expected="an identifier that the product tree defines",
            level=Level.ERROR,
        )


FORMAT = Format(name="csaf", title="CSAF document", detect=detect, read=read)
