"""Error rates of the whole rule over 2,000 simulated repetitions, and that the simulated rule is the rule."""

import msgspec
import numpy as np
import pytest

from clearinghouse.evaluation.rule.decide import decide
from clearinghouse.evaluation.rule.design import Across, Sensitivity, Stopping, Threshold
from clearinghouse.evaluation.rule.errors import DesignError
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.rule.operating import guard_band, operating_characteristics, run_rule
from clearinghouse.evaluation.rule.settle import COVERED, NOT_COVERED, VERDICTS, paths, settle
from clearinghouse.evaluation.rule.tables import Sample
from clearinghouse.evaluation.statistics.simulation import attempts_solved, family_means, generator
from drawn_families import NO_GRID, SOUND, design, domain, domain_design, fixed, with_reserve

REPETITIONS = 2_000
BY_CHANCE = 3 * np.sqrt(0.05 * 0.95 / REPETITIONS)
"""Three standard errors of a simulated probability of 0.05."""


def three(**changes):
    return tuple(domain_design(name, **changes) for name in "abc")


SEQUENTIAL = {
    "e-values": design(*three(families=10, most=60, covered=0.5)),
    "split": design(*three(families=10, most=60, covered=0.5), across=Across.SPLIT),
    "one domain": design(domain_design(families=10, most=60)),
    "unequal domains": design(domain_design("a", families=5, most=20), domain_design("b", families=5, most=60)),
    "many domains": design(*(domain_design(name, families=10, most=60) for name in "abcdefgh"), across=Across.SPLIT),
    "at the upper end": design(*three(families=10, most=60, covered=0.8)),
}
FIXED = {
    "holm": fixed(*three(families=20, most=20)),
    "many domains": fixed(*(domain_design(name, families=60, most=60) for name in "abcdefgh")),
    "split": fixed(*three(families=20, most=20), across=Across.SPLIT),
    "e-values": fixed(*three(families=20, most=20), across=Across.E_VALUES),
    "few families at the upper end": fixed(*three(families=8, most=8, covered=0.8)),
    "one domain": fixed(domain_design(families=20, most=20)),
}


@pytest.mark.parametrize("registered", [*SEQUENTIAL.values(), *FIXED.values()], ids=[*SEQUENTIAL, *FIXED])
def test_at_the_threshold_neither_claim_is_made_oftener_than_alpha(registered):
    threshold = registered.domains[0].threshold.covered
    (found,) = operating_characteristics(registered, (threshold,), REPETITIONS, seed=31)
    assert found.covered <= 0.05 + BY_CHANCE
    assert found.not_covered <= 0.05 + BY_CHANCE
    assert found.covered + found.not_covered + found.indeterminate == pytest.approx(1)


def test_not_covered_errs_no_oftener_than_alpha_where_one_domain_is_at_the_edge():
    """The hardest case of an intersection-union test: all other domains are far below."""
    for registered in (SEQUENTIAL["e-values"], FIXED["holm"]):
        rng = generator(32)
        most = registered.domains[0].most_families
        draws = tuple(family_means(rng, truth, 0.3, (REPETITIONS, most)) for truth in (0.5, 0.05, 0.05))
        found = (run_rule(registered, draws).verdicts == NOT_COVERED).mean()
        assert 0.005 < found <= 0.05 + BY_CHANCE


@pytest.mark.parametrize("registered", [SEQUENTIAL["e-values"], FIXED["holm"]], ids=["sequential", "fixed"])
def test_with_missing_outcomes_and_families_of_unequal_size_errors_stay_where_they_are(registered):
    """Outcomes go missing most often where they would have spoken against the claim."""
    rng, most = generator(33), registered.domains[0].most_families
    samples = []
    for _ in registered.domains:
        tasks = rng.integers(1, 9, (REPETITIONS, most))
        rates = family_means(rng, 0.5, 0.3, (REPETITIONS, most))
        solved = rng.binomial(tasks, rates)
        lost_failures, lost_successes = rng.binomial(tasks - solved, 0.3), rng.binomial(solved, 0.05)
        low, high = (solved - lost_successes) / tasks, (solved + lost_failures) / tasks
        samples.append(Sample(low, high, np.ones_like(low)))
    evidence = paths(registered, tuple(samples), (0.5, 0.5, 0.5))
    verdicts = settle(registered, evidence, registered.domains[0].families, 1).verdicts
    assert (verdicts == COVERED).mean() <= 0.05 + BY_CHANCE
    assert (verdicts == NOT_COVERED).mean() <= 0.05 + BY_CHANCE


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("stopping", Stopping)
def test_both_stages_together_err_no_oftener_than_alpha_even_if_the_second_is_asked_for_selectively(stopping, share):
    """Whoever wants a claim asks for the second stage where the first did not make it, and counts either."""
    reserved = domain_design("a", families=20, most=20, reserve=20)
    across = Across.HOLM if stopping is Stopping.FIXED else Across.E_VALUES
    registered = design(reserved, stopping=stopping, across=across, reconsideration=with_reserve(20, first_share=share))
    values = attempts_solved(generator(34), 0.5, 0.4, (REPETITIONS, 40), 3)
    verdicts = []
    for size, stage in ((20, 1), (40, 2)):
        drawn = values[:, :size]
        evidence = paths(registered, (Sample(drawn, drawn, np.ones_like(drawn)),), (0.5,))
        verdicts.append(settle(registered, evidence, 20, stage).verdicts)
    for claim in (COVERED, NOT_COVERED):
        assert np.logical_or(*(each == claim for each in verdicts)).mean() <= 0.05 + BY_CHANCE


def test_the_test_of_errors_can_fail():
    """Looking sequentially with a bound for one look errs far oftener, by the same measure."""
    registered = FIXED["one domain"]
    values = family_means(generator(35), 0.5, 0.3, (REPETITIONS, 60))
    ever = np.zeros(REPETITIONS, dtype=bool)
    for size in range(10, 61, 5):
        drawn = values[:, :size]
        evidence = paths(registered, (Sample(drawn, drawn, np.ones_like(drawn)),), (0.5,))
        ever |= settle(registered, evidence, 1, 1).verdicts == COVERED
    assert ever.mean() > 0.05 + BY_CHANCE


@pytest.mark.parametrize(
    "registered",
    [
        design(domain_design("a", families=6, most=14), domain_design("b", families=4, most=11), epochs=3),
        design(domain_design("a", families=6, most=16), epochs=3, across=Across.SPLIT),
        fixed(domain_design("a", families=9, most=9), domain_design("b", families=12, most=12), epochs=3),
    ],
    ids=["e-values", "split", "fixed"],
)
def test_the_rule_that_is_simulated_is_the_rule_that_decides(registered):
    """Each stop of the simulation is where ``decide`` comes to the verdict, and not one look earlier."""
    compare(msgspec.structs.replace(registered, sensitivity=Sensitivity()))
    compare(msgspec.structs.replace(registered, sensitivity=Sensitivity(limit=0.9)))


def compare(registered):
    rng, count = generator(36), 12
    sizes = [(count, each.most_families) for each in registered.domains]
    truths = np.repeat([[0.9], [0.1], [0.65]], 4, axis=0)
    draws = tuple(rng.binomial(3, np.broadcast_to(truths, size)) / 3 for size in sizes)
    ends = run_rule(registered, draws)
    assert len(set(ends.verdicts.tolist())) > 1

    def decided(at, look):
        observed = [
            domain(["111000"[3 - round(3 * each) :][:3] for each in values[at, :look]], one.name)
            for one, values in zip(registered.domains, draws, strict=True)
        ]
        return decide(registered, observed, SOUND).verdict

    for at in range(count):
        assert decided(at, ends.families[at]) is VERDICTS[ends.verdicts[at]]
        if registered.stopping is Stopping.SEQUENTIAL and ends.families[at] > registered.domains[0].families:
            assert decided(at, ends.families[at] - 1) is Verdict.INDETERMINATE


def test_the_grid_costs_families_and_no_error():
    plain = SEQUENTIAL["one domain"]
    gridded = msgspec.structs.replace(plain, sensitivity=Sensitivity())
    without, held = (operating_characteristics(each, (0.5, 0.7), 500, seed=37) for each in (plain, gridded))
    assert held[0].covered <= without[0].covered
    assert without[1].families < held[1].families
    assert held[1].covered > 0.9


def test_it_is_told_at_the_thresholds_at_both_edges_of_the_guard_band_and_as_far_beyond_them():
    registered = design(domain_design("a", covered=0.5), domain_design("b", covered=0.95), delta=0.1)
    assert guard_band(registered) == (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.85, 0.95)
    assert [each.truth for each in operating_characteristics(registered, repetitions=10)] == [*guard_band(registered)]


def test_a_seed_gives_the_same_figures():
    registered = msgspec.structs.replace(FIXED["one domain"], sensitivity=NO_GRID)
    one, same, other = (operating_characteristics(registered, (0.6,), 300, seed=each) for each in (1, 1, 2))
    assert one == same
    assert one != other


def test_what_is_not_opened_is_not_simulated():
    closed = msgspec.structs.replace(domain_design(), threshold=Threshold(identifier="x", commitment="0" * 64))
    with pytest.raises(DesignError, match="not opened"):
        operating_characteristics(design(closed))
