"""Laws of the rule, whatever was observed."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.rule.conditions import Conditions, OpenFlag
from clearinghouse.evaluation.rule.decide import decide
from clearinghouse.evaluation.rule.design import Across, Sensitivity, Threshold
from clearinghouse.evaluation.rule.finding import Verdict
from drawn_families import NO_GRID, SOUND, design, domain, domain_design, fixed

few = settings(max_examples=25)
families = st.lists(st.text("01?", min_size=2, max_size=2), min_size=8, max_size=12)
flag = OpenFlag(kind="verifier", says="A cheat was accepted.")
conditions = st.builds(
    Conditions,
    saturated=st.booleans(),
    flags=st.sampled_from(((), (flag,))),
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


three = (*two, domain_design("c", families=8, most=12, covered=0.6))
outcomes = st.lists(st.text("01", min_size=2, max_size=2), min_size=8, max_size=8)
SHARED = st.sampled_from(
    [
        design(*three, epochs=2),
        design(*three, epochs=2, across=Across.SPLIT),
        *(
            fixed(*(msgspec.structs.replace(each, most_families=8) for each in three), epochs=2, across=across)
            for across in Across
        ),
    ]
)
CLOSED = Threshold(identifier="closed", commitment="0" * 64)


def without(registered, observed, name, how):
    """A design and observations without one domain: not drawn, drawn too little, not there, or not opened."""
    if how == "closed":
        domains = tuple(
            msgspec.structs.replace(each, threshold=CLOSED) if each.name == name else each
            for each in registered.domains
        )
        return msgspec.structs.replace(registered, domains=domains), observed
    if how == "gone":
        return registered, [each for each in observed if each.name != name]
    kept = 0 if how == "undrawn" else 7
    less = [
        msgspec.structs.replace(each, families=each.families[:kept]) if each.name == name else each for each in observed
    ]
    return registered, less


strong = st.sampled_from([["11"] * 8, ["00"] * 8, ["11"] * 7 + ["00"]])


@few
@given(
    st.lists(strong | outcomes, min_size=3, max_size=3),
    SHARED,
    st.sampled_from("abc"),
    st.sampled_from(["closed", "gone", "undrawn", "short"]),
)
def test_taking_a_domain_away_leads_to_no_verdict_that_was_not_there(drawn, registered, name, how):
    """Neither NOT COVERED nor COVERED; all are there at the first look, so that nothing was kept from before."""
    observed = [domain(each, called) for each, called in zip(drawn, "abc", strict=True)]
    whole = decide(registered, observed, SOUND)
    less = decide(*without(registered, observed, name, how), SOUND)
    assert less.before is not Verdict.NOT_COVERED
    assert less.verdict is not Verdict.NOT_COVERED
    if less.before is Verdict.COVERED:
        assert whole.before is Verdict.COVERED
    taken = next(each for each in less.domains if each.name == name)
    assert (taken.verdict, taken.evidence) == (Verdict.INDETERMINATE, None)
    assert any(each.domain == name and "counts for nothing" in each.says for each in less.reasons)


@few
@given(st.lists(strong | outcomes, min_size=3, max_size=3), SHARED, st.sampled_from(["closed", "gone", "undrawn"]))
def test_a_domain_that_is_above_by_itself_is_covered_whatever_becomes_of_the_others(drawn, registered, how):
    """By itself: its evidence is enough against alpha over the number of registered domains."""
    observed = [domain(each, called) for each, called in zip(drawn, "abc", strict=True)]
    alone, seen = registered, observed
    for name in "bc":
        alone, seen = without(alone, seen, name, how)
    found = decide(alone, seen, SOUND)
    own = found.domains[0]
    beyond = own.evidence >= 60 if own.bounds.method.startswith("betting") else own.evidence <= 0.05 / 3
    assert (found.verdict is Verdict.COVERED) == (own.verdict is Verdict.COVERED) == beyond
    if beyond:
        assert decide(registered, observed, SOUND).domains[0].verdict is Verdict.COVERED


@few
@given(families, families, designs)
def test_another_domain_takes_covered_away_only_where_all_are_shown_to_be_below(one, other, registered):
    observed = [domain(one, "a"), domain(other, "b")]
    before = decide(registered, observed[:1], SOUND).before
    after = decide(registered, observed, SOUND)
    if before is Verdict.COVERED and after.before is not Verdict.COVERED:
        ever = [decide(design(each, epochs=2), [seen], SOUND) for each, seen in zip(two, observed, strict=True)]
        assert all(each.domains[0].bounds.upper < each.domains[0].covered for each in ever)
