"""Documents that are compared number by number: rounding is no difference, and everything else is."""

import msgspec

from clearinghouse.evaluation.determination.package.checks.compared import RELATIVE, differing
from clearinghouse.evaluation.rule.finding import Verdict
from invented_assessment import invented

replace = msgspec.structs.replace


def test_what_is_equal_but_for_rounding_does_not_differ() -> None:
    told = invented()
    assert differing(told, told) == []
    assert differing(told, replace(told, finding=replace(told.finding, flipped=told.finding.flipped + 1e-12))) == []


def test_every_other_difference_is_named_by_its_path() -> None:
    told = invented()
    losses = replace(told.losses, solved=told.losses.solved + 1)
    assert differing(told, replace(told, losses=losses)) == ["losses.solved"]
    assert differing(told, replace(told, flags=told.flags[1:])) == ["flags"]
    domain = told.finding.domains[0]
    accuracy = replace(domain.accuracy, value=domain.accuracy.value * (1 + 10 * RELATIVE))
    finding = replace(told.finding, domains=(replace(domain, accuracy=accuracy), *told.finding.domains[1:]))
    assert differing(told, replace(told, finding=finding)) == ["finding.domains.0.accuracy.value"]
    other = next(each for each in Verdict if each is not told.finding.verdict)
    assert differing(told, replace(told, finding=replace(told.finding, verdict=other))) == ["finding.verdict"]
    assert differing(told, replace(told, horizon=None)) == ["horizon"]
