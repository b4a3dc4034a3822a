"""The canonical typed records that flow between the floors.

Every record is a frozen :class:`msgspec.Struct`: cheap to make by the million, hashable, and
serialisable as JSON without a second definition. Records hold facts and claims; rules about them
live on the floors above.
"""

from clearinghouse.records.advisory import Advisory, Affected, PublishedAdvisory, RangeEvent, VersionRange
from clearinghouse.records.claim import Outcome, SenderClaim
from clearinghouse.records.component import Component
from clearinghouse.records.credit import Credit, Provenance
from clearinghouse.records.errors import ClearinghouseError
from clearinghouse.records.exposure import Exposure, MatchClass, Unjudged, Why
from clearinghouse.records.finding import Crash, Finding, Frame, Remedy, Severity, State
from clearinghouse.records.identifier import canonical_identifier, erase_identifiers, find_identifiers
from clearinghouse.records.inventory import Asset, AssetKind, Inventory, InventoryItem
from clearinghouse.records.link import Link, Reason
from clearinghouse.records.location import Location
from clearinghouse.records.marking import Marking, Tlp
from clearinghouse.records.problem import Level, Problem
from clearinghouse.records.signal import EpssScore, KevEntry, SsvcPoint

__all__ = [
    "Advisory",
    "Affected",
    "Asset",
    "AssetKind",
    "ClearinghouseError",
    "Component",
    "Crash",
    "Credit",
    "EpssScore",
    "Exposure",
    "Finding",
    "Frame",
    "Inventory",
    "InventoryItem",
    "KevEntry",
    "Level",
    "Link",
    "Location",
    "Marking",
    "MatchClass",
    "Outcome",
    "Problem",
    "Provenance",
    "PublishedAdvisory",
    "RangeEvent",
    "Reason",
    "Remedy",
    "SenderClaim",
    "Severity",
    "SsvcPoint",
    "State",
    "Tlp",
    "Unjudged",
    "VersionRange",
    "Why",
    "canonical_identifier",
    "erase_identifiers",
    "find_identifiers",
]
