"""Who signs under a plan, and which models stand beside the one that is assessed: what contradicts itself there."""

from collections import defaultdict
from collections.abc import Iterator
from math import inf

from clearinghouse.evaluation.plan.fields import Plan, Prices, Role

LEAST = {Role.ASSESSOR: 1, Role.DEVELOPER: 1, Role.OPERATOR: 1, Role.OFFICER: 2}
"""How many keys of each role a plan names at least: a reconsideration takes another officer."""
ONE = (Role.ASSESSOR, Role.DEVELOPER)
"""Roles that one key has."""
TOGETHER = frozenset({Role.ASSESSOR, Role.OPERATOR})
"""The two roles that one key may have: a small office assesses and runs. Neither judges the other, but the plan has to
say so by naming the key twice, and whoever reads the report is told."""
_HOW = "write a [[keys]] table with role, name and id, which `clearinghouse validate key make` prints"

Said = tuple[str, str, str]


def people(plan: Plan) -> Iterator[Said]:
    """Yield what is wrong with keys, references and prices: where, what, and what to do."""
    yield from _missing(plan)
    yield from _twice(plan)
    yield from _references(plan)
    yield from _prices(plan)


def is_shared(plan: Plan) -> bool:
    """Whether the assessor's key is the operator's as well."""
    return bool(plan.ids(Role.ASSESSOR) & plan.ids(Role.OPERATOR))


def _missing(plan: Plan) -> Iterator[Said]:
    for role, least in LEAST.items():
        count = sum(each.role is role for each in plan.keys)
        if count < least and not plan.development:
            which = "no key" if not count else f"only {count} key"
            why = "; a reconsideration takes another officer" if role is Role.OFFICER and count else ""
            yield "keys", f"{which} of the role {role} is named{why}", _HOW
        if count > 1 and role in ONE:
            yield "keys", f"{count} keys of the role {role} are named", "name one"


def _twice(plan: Plan) -> Iterator[Said]:
    """One key, or one person, in two roles."""
    held: dict[str, list[Role]] = defaultdict(list)
    named: dict[str, set[str]] = defaultdict(set)
    for at, key in enumerate(plan.keys):
        where = f"keys, item {at + 1}"
        if key.role in held[key.id]:
            yield f"{where}.id", f"the key stands twice as that of the {key.role}", "name it once"
        elif any({key.role, other} != TOGETHER for other in held[key.id]):
            what = f"the key is that of the {held[key.id][0]}, and of the {key.role} as well"
            yield f"{where}.id", what, "have each sign with a key of their own"
        held[key.id].append(key.role)
        person = " ".join(key.name.casefold().split())
        if not person:
            yield f"{where}.name", "it is empty", "name who holds the key"
        elif named[person] - {key.id}:
            yield f"{where}.name", f"{key.name} holds another key as well", "name another person, or one key"
        named[person].add(key.id)


def _references(plan: Plan) -> Iterator[Said]:
    own = plan.model.identity.strip().casefold()
    identities = {own: "the model that is assessed"} if own else {}
    names = dict.fromkeys(plan.own_names, "the model that is assessed")
    for at, each in enumerate(plan.references):
        where, identity = f"references, item {at + 1}", each.identity.strip().casefold()
        if not identity:
            yield f"{where}.identity", "it is empty", "write a digest of weights, or the fingerprint of an endpoint"
        elif identity in identities:
            what = f"it is the identity of {identities[identity]}: one model under two names is one"
            yield f"{where}.identity", what, "name each model once"
        if each.name in names:
            yield f"{where}.name", f"it is the name of {names[each.name]}", "name each model once"
        names[each.name] = identities[identity] = f"item {at + 1}"


def _prices(plan: Plan) -> Iterator[Said]:
    priced = {"prices": plan.prices}
    priced |= {f"references, item {at + 1}.prices": each.prices for at, each in enumerate(plan.references)}
    for where, prices in priced.items():
        if prices is None and plan.design.budget.cost is not None:
            what = "the budget limits costs, and without prices nobody knows them"
            yield where, what, "write input and output, US dollars for a million tokens; or take out design.budget.cost"
        elif prices is not None and not _sound(prices):
            yield where, "a price is below zero, or no number", "write US dollars for a million tokens"


def _sound(prices: Prices) -> bool:
    return all(0 <= each < inf for each in prices.numbers)
