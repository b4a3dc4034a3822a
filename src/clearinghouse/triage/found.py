"""What findings say of what somebody has: advisories among them, and scanners that name a component and its fix."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from clearinghouse.formats.parts import newest_vector
from clearinghouse.formats.published import published
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder
from clearinghouse.records import (
    Component,
    Exposure,
    Finding,
    InventoryItem,
    MatchClass,
    State,
    Why,
)
from clearinghouse.triage.prepared import add_products

_VERSION = "version"


def index_of(findings: Iterable[Finding]) -> AdvisoryIndex:
    """Return an index of the advisories that findings carry. It is a temporary file, gone when it is closed.

    Raises:
        OSError: nothing temporary can be written.
    """
    builder = IndexBuilder()
    for finding in findings:
        if advisory := published(finding):
            builder.add(advisory)
            add_products(builder, finding)
    with tempfile.TemporaryDirectory(prefix="clearinghouse-") as folder:
        path = Path(folder, "index")
        builder.write(path)
        return AdvisoryIndex(path)


def scanned(findings: Iterable[Finding]) -> Iterator[tuple[InventoryItem, PackageId, Exposure]]:
    """Yield what scanners say of packages: the package, and that it has the flaw, as the scanner says.

    A scanner looked at this version of this package, so the match is exact; its word is cited.
    """
    for finding in findings:
        if finding.state is not State.OPEN or finding.advisory is not None:
            continue
        for component in finding.components:
            item = _item(finding, component)
            package = package_of(item)
            if isinstance(package, PackageId) and package.version:
                yield item, package, _exposure(finding, component)


def _item(finding: Finding, component: Component) -> InventoryItem:
    return InventoryItem(
        inventory=finding.source, written=component.purl or component.label, component=component, pointer=finding.id
    )


def _exposure(finding: Finding, component: Component) -> Exposure:
    names = finding.identifiers or (finding.id,)
    return Exposure(
        advisory=names[0],
        aliases=names[1:],
        match=MatchClass.EXACT,
        fixed=tuple(remedy.value for remedy in finding.remedies if remedy.kind == _VERSION),
        why=Why(kind="text", text=f"{finding.finder} reports it"),
        title=finding.title,
        package=component.label,
        cvss=newest_vector(each.value for each in finding.severities),
    )
