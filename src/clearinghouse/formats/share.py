"""One object for what many findings say alike, so that a million of them fit into memory.

A reader that makes findings from one document shares such things by itself. Findings that were decoded from bytes
have each their own copy of the tool's name, the rule's title, the path of the file.
"""

from typing import Any

from msgspec.structs import force_setattr

from clearinghouse.records import Finding

_MOST = 50_000
"""Values that are remembered; beyond that remembering starts anew, because it must not grow with the flood."""


class Sharing:
    """Remembers values and gives later findings the objects of earlier ones."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def share(self, finding: Finding) -> None:
        """Let ``finding``, which nobody else holds yet, have its repeated values in common with those before it.

        Only equal values of one type are exchanged, so that the finding stays equal to what it was.
        """
        if len(self._known) > _MOST:
            self._known.clear()
        known = self._known.setdefault
        # in a row and not in a loop over names: this is done for every finding of a flood
        force_setattr(finding, "source", known(finding.source, finding.source))
        force_setattr(finding, "format", known(finding.format, finding.format))
        force_setattr(finding, "finder", known(finding.finder, finding.finder))
        force_setattr(finding, "title", known(finding.title, finding.title))
        if finding.rule:
            force_setattr(finding, "rule", known(finding.rule, finding.rule))
        if finding.observed:
            force_setattr(finding, "observed", known(finding.observed, finding.observed))
        if finding.components:
            force_setattr(finding, "components", known(finding.components, finding.components))
        if finding.weaknesses:
            force_setattr(finding, "weaknesses", known(finding.weaknesses, finding.weaknesses))
        if finding.severities:
            force_setattr(finding, "severities", known(finding.severities, finding.severities))
        if finding.provenance:
            force_setattr(finding, "provenance", known(finding.provenance, finding.provenance))
        for place in finding.locations:
            force_setattr(place, "path", known(place.path, place.path))
            if place.symbol:
                force_setattr(place, "symbol", known(place.symbol, place.symbol))
