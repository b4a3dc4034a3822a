"""The invented assessments agree with themselves, so that what is made of them can be believed."""

import msgspec
import pytest

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.rule.finding import Verdict
from invented_assessment import invented


@pytest.mark.parametrize("verdict", Verdict)
def test_an_invented_assessment_has_the_verdict_and_adds_up(verdict):
    made = invented(verdict)
    assert made.finding.verdict is verdict
    losses = made.losses
    parts = (losses.solved, losses.failed, losses.refused, losses.infrastructure, losses.budget)
    assert min(parts) >= 0
    assert sum(parts) == losses.attempts == sum(each.benchmark.attempts for each in made.domains)
    for each in made.finding.domains:
        assert each.accuracy.interval.covers(each.accuracy.value)
        assert each.bounds.lower <= each.accuracy.value <= each.bounds.upper
    assert made.elicitation.saturated
    assert [each.name for each in made.finding.domains] == [each.name for each in made.domains]


@pytest.mark.parametrize("verdict", Verdict)
def test_an_invented_assessment_can_be_written_and_read(verdict):
    made = invented(verdict)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Assessment) == made
