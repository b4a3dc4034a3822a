"""Who signs under a plan, and which models stand beside the one that is assessed: what contradicts itself there."""

import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.plan.agreeing import is_shared
from clearinghouse.evaluation.plan.errors import PlanError
from clearinghouse.evaluation.plan.fields import KeyOf, Reference, Role
from clearinghouse.evaluation.plan.reading import look, parse
from invented_plan import holders, key_id, text_of_plan

ADA, DAVE, OTTO, OLGA, NORA = holders()
OTHERS = tuple(Reference(name=f"provider/{each}", identity=f"digest {each}") for each in range(5))
TRIAL = ("development = false", "development = true")
COST = ("# cost = 20.0 ", "cost = 20.0 ")
PRICES = ("\n# [prices]\n# input = 2.5\n# output = 10.0\n", "\n[prices]\ninput = 2.5\noutput = 10\n")


def told(
    *,
    keys: tuple[KeyOf, ...] = holders(),
    others: tuple[Reference, ...] = (),
    changes: tuple[tuple[str, str], ...] = (),
) -> list[tuple[str, str]]:
    text = text_of_plan(keys=keys, references=others)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [(each.where, each.says) for each in look(text.encode())[1]]


@pytest.mark.parametrize(
    ("keys", "where", "says"),
    [
        ((DAVE, OTTO, OLGA, NORA), "keys", "no key of the role assessor"),
        ((ADA, OTTO, OLGA, NORA), "keys", "no key of the role developer"),
        ((ADA, DAVE, OLGA, NORA), "keys", "no key of the role operator"),
        ((ADA, DAVE, OTTO, OLGA), "keys", "only 1 key of the role officer is named; a reconsideration takes another"),
        ((*holders(), replace(ADA, id="ab" * 32, name="Eve")), "keys", "2 keys of the role assessor"),
        ((*holders(), replace(DAVE, id="ab" * 32, name="Eve")), "keys", "2 keys of the role developer"),
        ((*holders(), OTTO), "keys, item 6.id", "stands twice"),
        (
            (*holders(), replace(OTTO, id=DAVE.id, name="Eve")),
            "keys, item 6.id",
            "of the developer, and of the operator",
        ),
        ((*holders(), replace(OLGA, id=ADA.id, name="Eve")), "keys, item 6.id", "of the assessor, and of the officer"),
        ((*holders(), replace(OLGA, id="ab" * 32, name="nora  next")), "keys, item 6.name", "holds another key"),
        ((*holders(), replace(OTTO, id="ab" * 32, name=" ")), "keys, item 6.name", "it is empty"),
    ],
)
def test_every_role_has_its_own_key_and_person(keys: tuple[KeyOf, ...], where: str, says: str) -> None:
    assert [(place, says in what) for place, what in told(keys=keys)] == [(where, True)]


def test_a_small_office_names_one_key_twice_and_is_known_by_that() -> None:
    keys = (ADA, DAVE, replace(ADA, role=Role.OPERATOR), OLGA, NORA)
    assert not told(keys=keys)
    assert is_shared(parse(text_of_plan(keys=keys).encode(), "plan.toml"))
    assert not is_shared(parse(text_of_plan().encode(), "plan.toml"))


def test_a_trial_may_leave_roles_out_and_nothing_else_may() -> None:
    assert not told(keys=(), changes=(TRIAL,))
    assert not told(keys=(DAVE,), changes=(TRIAL,))
    assert len(told(keys=())) == len(Role)
    assert [where for where, _ in told(keys=(ADA, replace(DAVE, id=ADA.id)), changes=(TRIAL,))] == ["keys, item 2.id"]


@pytest.mark.parametrize(
    ("other", "where"),
    [
        (Reference(name="provider/6", identity=" DIGEST 2"), "references, item 6.identity"),
        (Reference(name="provider/6", identity=""), "references, item 6.identity"),
        (Reference(name="provider/2", identity="digest 6"), "references, item 6.name"),
        (Reference(name="Example Model", identity="digest 6"), "references, item 6.name"),
        (Reference(name="provider/6", identity="the model's own"), "references, item 6.identity"),
    ],
)
def test_one_model_is_one_reference_whatever_it_is_called(other: Reference, where: str) -> None:
    own = ('identity = ""', 'identity = "the model\'s own"')
    assert not told(others=OTHERS, changes=(own,))
    text = text_of_plan(references=(*OTHERS, other)).replace(*own, 1)
    assert [each.where for each in look(text.encode())[1]] == [where]


def test_a_limit_of_costs_needs_prices_of_every_model() -> None:
    assert [where for where, _ in told(changes=(COST,))] == ["prices"]
    assert not told(changes=(COST, PRICES))
    assert [where for where, _ in told(others=OTHERS[:1], changes=(COST, PRICES))] == ["references, item 1.prices"]
    below = (PRICES[0], PRICES[1].replace("2.5", "-2.5"))
    assert [where for where, _ in told(changes=(COST, below))] == ["prices"]
    plan = parse(text_of_plan().replace(*COST).replace(*PRICES).encode(), "plan.toml")
    assert plan.prices_of(plan.model.name) == plan.prices
    assert plan.prices is not None
    assert plan.prices.numbers == (2.5, 10.0)


def test_a_grid_of_nothing_is_refused() -> None:
    empty = (
        ('weightings = ["equal", "tasks"]', 'weightings = ["equal"]'),
        ("leave_one_family_out = true", "leave_one_family_out = false"),
    )
    assert ("design.sensitivity", "the verdict is computed in no other way") in told(changes=empty)
    assert not told(changes=empty[:1])


def test_the_first_thing_that_is_missing_says_where_ids_come_from() -> None:
    with pytest.raises(PlanError, match="and 3 more") as found:
        parse(text_of_plan(keys=()).encode(), "plan.toml")
    assert "validate key make" in found.value.remedy
    assert key_id("assessor") in text_of_plan()
