"""Documents about a determination: the record as a page, the letter to the developer, and the public summary.

Each is made from the signed record, and the two for others from nothing else but what of the assessment may be
published (:mod:`.measured`). Withheld words are not in the record; values of thresholds that are not open are looked
for in what was made, and nothing is handed out that holds one (:mod:`.guard`).
"""

from clearinghouse.evaluation.reports.decided.letter import letter
from clearinghouse.evaluation.reports.decided.record import determination_record
from clearinghouse.evaluation.reports.decided.summary import public_summary

__all__ = ["determination_record", "letter", "public_summary"]
