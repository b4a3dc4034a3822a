"""The river composed: documents in, each flaw once, ranked, with the date by which it matters."""

from clearinghouse.formats.inputs import NothingToReadError
from clearinghouse.records.problem import only_errors, only_notices
from clearinghouse.triage.compose import triage
from clearinghouse.triage.gather import SIGNAL_FORMATS, Gathered, gather
from clearinghouse.triage.intake import Intake, nothing_to_read
from clearinghouse.triage.result import SetAside, Signalled, Triage, Vulnerability, missing, unranked

__all__ = [
    "SIGNAL_FORMATS",
    "Gathered",
    "Intake",
    "NothingToReadError",
    "SetAside",
    "Signalled",
    "Triage",
    "Vulnerability",
    "gather",
    "missing",
    "nothing_to_read",
    "only_errors",
    "only_notices",
    "triage",
    "unranked",
]
