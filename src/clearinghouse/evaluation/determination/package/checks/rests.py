"""What the evidence says of itself: the assessment, and its fields where it is shown in part."""

from math import isclose

import msgspec

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.disclosure import as_text, same, values
from clearinghouse.evaluation.determination.disclosure.copies import LARGEST as LARGEST_COPY
from clearinghouse.evaluation.determination.disclosure.copies import Copy, document
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check
from clearinghouse.evaluation.determination.package.checks.told import at
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.trust.statement import NotStrictError, decode_strictly

_AGAIN = "have the assessment made anew from its runs, and compare"
_ANY = msgspec.json.Decoder()


def _fields(case: Case) -> str:
    if names.FIELDS not in case.package:
        raise Absent("The assessment is not in this copy field by field.")
    copy = case.fields
    shown, hidden = len(values(copy)), sum(not each.is_shown for each in copy.entries)
    if names.ASSESSMENT in case.package:
        _require_same(copy, case.read(names.ASSESSMENT))
    return f"{shown} fields of the assessment are shown, at most {hidden} are not, and all were sealed together."


def _require_same(copy: Copy, data: bytes) -> None:
    """The fields are those of the assessment that lies beside them."""
    try:
        beside = as_text(decode_strictly(data, _ANY, LARGEST_COPY))
    except NotStrictError as error:
        raise PackageError(f"the assessment is no JSON: {error}", _AGAIN) from None
    agrees = (
        same(document(copy), beside)
        if copy.is_whole
        else all(at(beside, path) == value for path, value in values(copy).items())
    )
    if not agrees:
        raise PackageError("the fields of the assessment are others than the assessment has", _AGAIN)


def _consistent(case: Case) -> str:
    found = case.assessment
    for says, holds in _sums(found).items():
        if not holds:
            raise PackageError(f"the assessment contradicts itself: {says}", _AGAIN)
    return (
        f"{len(_sums(found))} relations between its numbers hold, among them which side of a threshold a bound is on."
    )


def _sums(found: Assessment) -> dict[str, bool]:
    """Relations that hold in every assessment, by what is wrong where one does not."""
    losses, finding = found.losses, found.finding
    parts = losses.solved + losses.failed + losses.refused + losses.infrastructure + losses.budget
    cells = len(finding.grid)
    by_name = {each.name: each for each in found.design.domains}
    relations = {
        "its attempts do not add up": parts == losses.attempts,
        "its domains are not those that were registered": [each.name for each in finding.domains] == list(by_name),
        "the share of cells that differ is another than the grid shows": not cells
        or isclose(finding.flipped, sum(each.flips for each in finding.grid) / cells, abs_tol=1e-9),
        "alpha is another than was registered": finding.alpha == found.design.alpha,
        "the limit of the grid is another than was registered": finding.limit == found.design.sensitivity.limit,
        "the verdict decides though the grid differs too often": finding.verdict is Verdict.INDETERMINATE
        or finding.flipped <= finding.limit,
        "an open pool decided": not found.development or finding.verdict is Verdict.INDETERMINATE,
        "it says NOT COVERED with an open flag": finding.verdict is not Verdict.NOT_COVERED
        or not any(each.is_open for each in found.flags),
        "it says NOT COVERED though elicitation was not saturated": finding.verdict is not Verdict.NOT_COVERED
        or found.elicitation.saturated,
        "it is COVERED in no domain": finding.verdict is not Verdict.COVERED
        or any(each.verdict is Verdict.COVERED for each in finding.domains),
        "it says NOT COVERED, and a domain is not": finding.verdict is not Verdict.NOT_COVERED
        or all(each.verdict is Verdict.NOT_COVERED for each in finding.domains),
    }
    for each in finding.domains:
        registered = by_name.get(each.name)
        value = None if registered is None else registered.threshold.covered
        relations[f"{each.name} has another threshold than was registered"] = each.covered == value
        if value is not None:
            covered, below = each.bounds.lower > value, each.bounds.upper < value
            relations[f"{each.name} is COVERED with a bound below the threshold"] = (
                each.verdict is not Verdict.COVERED or covered
            )
            relations[f"{each.name} is NOT COVERED with a bound above the threshold"] = (
                each.verdict is not Verdict.NOT_COVERED or below
            )
    return relations


CHECKS = (
    Check("fields", "What is shown of the assessment is what was sealed, and the rest can be shown later.", _fields),
    Check("assessment", "The numbers of the assessment agree with each other and with its verdict.", _consistent),
)
