"""What a pool commits to is written by strangers: a human time that is none is refused."""

import pytest

from clearinghouse.evaluation.assessment.drawn import _family
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.pools.manifest import FamilyRecord, TaskRecord


@pytest.mark.parametrize("minutes", ["inf", "-inf", "nan", "0", "-3", "an hour", "1e999", ""])
def test_a_human_time_that_is_none_is_refused(tmp_path, minutes):
    told = TaskRecord(
        id="t", family="f", domain="d", minutes=minutes, source="estimate", sha256="0" * 64, canary="0" * 64
    )
    with pytest.raises(AssessmentError, match="no number of minutes"):
        _family(FamilyRecord("f", ("1" * 64,)), {"1" * 64: told}, tmp_path)
