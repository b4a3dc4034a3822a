"""Laws of the rule, whatever was observed."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.rule.conditions import Conditions, OpenFlag
from clearinghouse.evaluation.rule.decide import decide
from clearinghouse.evaluation.rule.design import Across, Sensitivity
from clearinghouse.evaluation.rule.finding import Verdict
from drawn_families import NO_GRID, SOUND, design, domain, domain_design, fixed

few = settings(max_examples=25)
families = st.lists(st.text("01?", min_size=2, max_size=2), min_size=8, max_size=12)
flag = OpenFlag(kind="verifier", says="A cheat was accepted.")
conditions = st.builds(
    Conditions,
    saturated=st.booleans(),
    flags=st.sampled_from(((), (flag,))),
    under_budget=st.booleans(),
    refusals_as_failures=st.booleans(),
    losses_as_failures=st.booleans(),
    sandbagging_not_excluded=st.booleans(),
    weaker_than_public=st.booleans(),
    development=st.booleans(),
    scripted=st.booleans(),
)
two = (domain_design("a", families=8, most=12, covered=0.4), domain_design("b", families=8, most=12))
designs = st.sampled_from([design(*two, epochs=2), design(*two, epochs=2, across=Across.SPLIT)])
eight = st.lists(st.text("01?", min_size=2, max_size=2), min_size=8, max_size=8)
FIXED = fixed(*(msgspec.structs.replace(each, most_families=8) for each in two), epochs=2)


def told(finding):
    """A finding as it is written, without the order of its domains."""
    return msgspec.to_builtins(msgspec.structs.replace(finding, domains=(), reasons=(), would_change=()))


@few
@given(families, families, designs)
def test_the_order_of_domains_does_not_matter(one, other, registered):
    turned = msgspec.structs.replace(registered, domains=registered.domains[::-1])
    observed = [domain(one, "a"), domain(other, "b")]
    there, back = decide(registered, observed, SOUND), decide(turned, observed[::-1], SOUND)
    assert told(there) == told(back)
    assert there.domains == back.domains[::-1]
    assert decide(registered, observed[::-1], SOUND) == there


@few
@given(families, families, designs, conditions)
def test_weaker_conditions_lead_to_no_verdict_that_was_not_there(one, other, registered, given_conditions):
    observed = [domain(one, "a"), domain(other, "b")]
    best = decide(registered, observed, SOUND)
    found = decide(registered, observed, given_conditions)
    assert found.before is best.before
    assert found.verdict in (best.verdict, Verdict.INDETERMINATE)
    if found.verdict is Verdict.NOT_COVERED:
        assert given_conditions.saturated
        assert not given_conditions.flags


@settings(max_examples=12)
@given(eight, eight, st.data())
def test_more_missing_leads_to_no_verdict_that_was_not_there(one, other, data):
    """At the only look, and at the first of a sequence."""
    mask = data.draw(st.lists(st.text("x?", min_size=2, max_size=2), min_size=8, max_size=8))
    lost = [
        "".join("?" if hidden == "?" else kept for hidden, kept in zip(*each, strict=True))
        for each in zip(mask, one, strict=True)
    ]
    for registered in (FIXED, design(*two, epochs=2), design(*two, epochs=2, across=Across.SPLIT)):
        before = decide(registered, [domain(one, "a"), domain(other, "b")], SOUND)
        after = decide(registered, [domain(lost, "a"), domain(other, "b")], SOUND)
        assert after.verdict in (before.verdict, Verdict.INDETERMINATE)
        pairs = zip(before.domains, after.domains, strict=True)
        assert all(less.bounds.lower >= more.bounds.lower - 1e-7 for less, more in pairs)


@few
@given(families, st.data())
def test_a_success_instead_of_a_failure_never_lowers_the_lower_bound(drawn, data):
    at = data.draw(st.integers(0, len(drawn) - 1))
    better = [*drawn[:at], "11", *drawn[at + 1 :]]
    registered = design(domain_design(families=8, most=12), epochs=2)
    worse, found = (decide(registered, [domain(each)], SOUND).domains[0] for each in (drawn, better))
    assert found.bounds.lower >= worse.bounds.lower - 1e-9
    assert found.evidence >= worse.evidence * (1 - 1e-9)


@few
@given(families)
def test_no_domain_is_shown_on_both_sides(drawn):
    found = decide(design(domain_design(families=8, most=12), epochs=2), [domain(drawn)], SOUND)
    assert found.verdict is found.domains[0].verdict
    assert found.domains[0].accuracy.interval.covers(found.domains[0].accuracy.value)


@settings(max_examples=15)
@given(families)
def test_a_later_look_does_not_change_a_verdict(drawn):
    for grid in (NO_GRID, Sensitivity()):
        registered = design(domain_design(families=4, most=12), epochs=2, sensitivity=grid)
        looks = [decide(registered, [domain(drawn[:size])], SOUND).verdict for size in range(4, len(drawn) + 1)]
        definite = [at for at, each in enumerate(looks) if each is not Verdict.INDETERMINATE]
        assert len(set(looks[definite[0] :] if definite else ())) <= 1
